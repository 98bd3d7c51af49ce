import AuditModel
import Definitions
import Facts
import Probing

/// Reads Kubernetes manifests: what scales, within which bounds, and what pods may use.
struct ManifestsProbe: Probe {
  static let kind = TargetKind(
    name: "kubernetes-manifests", summary: "Kubernetes manifests as files, rendered if they are templates",
    fields: [Schema.Field("path", .string(.path), required: true, "a file, or a folder with everything in it")])

  private static let places: [Schema.Field] = [
    Schema.Field("file", .string(), required: true, "where it is declared"),
    Schema.Field("line", .integer(minimum: 1), required: true, "from 1"),
    Schema.Field("name", .string(), required: true, "its name"),
  ]

  let descriptor = ProbeDescriptor(
    id: "kubernetes-manifests",
    summary: "workloads, autoscalers, disruption budgets, requests, limits and probes as declared",
    targetKinds: [kind.name], safety: .observe,
    facts: .object([
      Schema.Field(
        "workloads",
        .array(
          .object(
            places + [
              Schema.Field("kind", .string(), required: true, "Deployment, StatefulSet, DaemonSet or Rollout"),
              Schema.Field("namespace", .string(), required: true, "its namespace; default where none is written"),
              Schema.Field(
                "replicas", .nullable(.integer()), required: true, "as written, 1 without; null for a DaemonSet"),
              Schema.Field(
                "leastReplicas", .nullable(.integer()), required: true,
                "as few as the autoscaler allows, else the replicas"),
              Schema.Field("isScaled", .boolean, required: true, "whether an autoscaler names it"),
              Schema.Field("hasBudget", .boolean, required: true, "whether a disruption budget covers it"),
              Schema.Field("budgetForbidsAll", .boolean, required: true, "whether that lets no pod go"),
            ])), required: true, "what runs for good"),
      Schema.Field(
        "autoscalers",
        .array(
          .object(
            places + [
              Schema.Field("target", .string(), required: true, "what it scales, as kind/name"),
              Schema.Field("targetExists", .boolean, required: true, "whether the manifests declare that"),
              Schema.Field("minimum", .nullable(.integer()), required: true, "fewest replicas"),
              Schema.Field("maximum", .nullable(.integer()), required: true, "most replicas"),
              Schema.Field("hasRoom", .nullable(.boolean), required: true, "whether there may be more than the fewest"),
              Schema.Field("metrics", .integer(minimum: 0), required: true, "by how many measures it scales"),
              Schema.Field(
                "sharesWithoutRequest", .array(.string()), required: true,
                "measures that are shares of a request that a container lacks"),
            ])), required: true, "what scales"),
      Schema.Field(
        "containers",
        .array(
          .object([
            Schema.Field("file", .string(), required: true, "where it is declared"),
            Schema.Field("workload", .string(), required: true, "as kind/name"),
            Schema.Field("name", .string(), required: true, "its name"),
            Schema.Field("requestsCPU", .boolean, required: true, "whether it requests CPU"),
            Schema.Field("requestsMemory", .boolean, required: true, "whether it requests memory"),
            Schema.Field("limitsMemory", .boolean, required: true, "whether its memory is limited"),
            Schema.Field("isReadinessProbed", .boolean, required: true, "whether traffic waits until it is ready"),
            Schema.Field("isLivenessProbed", .boolean, required: true, "whether it is restarted when it hangs"),
          ])), required: true, "containers of the workloads"),
    ]), timeout: 30_000, traffic: "reads files")

  var targetKinds: [TargetKind] { [Self.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await PathVisit.sighting(of: target, context) { Self.sighting($0, context) }
  }

  private static func sighting(_ path: String, _ context: ProbeContext) -> Sighting {
    var files = [""]
    var reasons: [String] = []
    if FileReading.isFolder(path) {
      let tree = FileTree(path, excluding: [".git", "node_modules"], until: context.deadline)
      files = tree.files.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") || $0.hasSuffix(".json") }
      reasons += tree.unread.map { "\($0.path): \($0.reason)" }
      if let cut = tree.cut { reasons.append(cut) }
    }
    var reading = ManifestReading()
    for file in files {
      if context.deadline.hasPassed { return .unseen(Unseen(.timeout, "the time was up before every file was read")) }
      let whole = file.isEmpty ? path : "\(path)/\(file)"
      let shown = file.isEmpty ? PathText.name(of: path) : file
      do throws(FileTrouble) {
        let bytes = try FileReading.bytes(of: whole, limit: 16 << 20)
        context.traffic.add(bytesReceived: bytes.count)
        if let reason = reading.add(SourceFile(path: shown, bytes: bytes), shown: shown) {
          reasons.append("\(shown):\(reason)")
        }
      } catch {
        reasons.append("\(shown): \(error.reason)")
      }
    }
    guard reading.documents > 0 else {
      return .unseen(Unseen(.malformed, reasons.first ?? "\(PathText.name(of: path)) holds no Kubernetes manifest"))
    }
    let gaps = reasons.flatMap { reason in
      ["workloads", "autoscalers", "containers"].map {
        Gap(path: $0, reason: reason, remedy: "render templates first (helm template, kustomize build)")
      }
    }
    return .seen(.object(reading.facts), gaps: gaps)
  }
}
