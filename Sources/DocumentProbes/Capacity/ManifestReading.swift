import AuditModel
import Definitions
import Facts

/// Kubernetes manifests as they are written: workloads, what scales them, and what they may use.
struct ManifestReading: Sendable {
  /// A Deployment, StatefulSet, DaemonSet or CronJob.
  struct Workload: Sendable {
    var file: String
    var line: Int
    var kind: String
    var name: String
    var namespace: String
    var replicas: Int?
    var labels: [String: String] = [:]
    var containers: [Container] = []
  }

  /// A container of a workload; init containers are left out, they do not serve.
  struct Container: Sendable {
    var name: String
    var requestsCPU: Bool
    var requestsMemory: Bool
    var limitsMemory: Bool
    var isReadinessProbed: Bool
    var isLivenessProbed: Bool
  }

  /// A HorizontalPodAutoscaler, or a ScaledObject of KEDA.
  struct Autoscaler: Sendable {
    var file: String
    var line: Int
    var name: String
    var namespace: String
    var target: String
    var minimum: Int?
    var maximum: Int?
    /// Metrics measured as a share of what is requested: `cpu`, `memory`.
    var shares: [String] = []
    var metrics: Int
  }

  /// A PodDisruptionBudget.
  struct Budget: Sendable {
    var namespace: String
    var labels: [String: String]
    /// Whether it lets no pod go at all, so that nodes cannot be emptied.
    var forbidsAll: Bool
  }

  private(set) var workloads: [Workload] = []
  private(set) var autoscalers: [Autoscaler] = []
  private(set) var budgets: [Budget] = []
  private(set) var documents = 0

  /// Adds the documents of a file; the reason where it cannot be read.
  mutating func add(_ file: SourceFile, shown: String) -> String? {
    let loaded = Definitions.nodes(of: file)
    guard let nodes = loaded.value else {
      let first = loaded.diagnostics.first
      return first.map { "\($0.location.line):\($0.location.column): \($0.message)" } ?? "it is no YAML"
    }
    for node in nodes { add(Self.json(node), shown, node.line) }
    return nil
  }

  private mutating func add(_ value: JSONValue, _ file: String, _ line: Int) {
    if value["kind"] == "List" {
      for item in value["items"]?.array ?? [] { add(item, file, line) }
      return
    }
    guard let kind = value["kind"]?.string, value["apiVersion"] != nil else { return }
    documents += 1
    let name = value["metadata"]?["name"]?.string ?? ""
    let namespace = value["metadata"]?["namespace"]?.string ?? "default"
    let spec = value["spec"]
    switch kind {
    case "Deployment", "StatefulSet", "DaemonSet", "Rollout":
      let template = spec?["template"]
      workloads.append(
        Workload(
          file: file, line: line, kind: kind, name: name, namespace: namespace,
          replicas: kind == "DaemonSet" ? nil : spec?["replicas"]?.integer ?? 1,
          labels: Self.labels(template?["metadata"]?["labels"]),
          containers: (template?["spec"]?["containers"]?.array ?? []).map(Self.container)))
    case "HorizontalPodAutoscaler":
      let metrics = spec?["metrics"]?.array ?? []
      var shares = metrics.filter { $0["resource"]?["target"]?["type"] != "AverageValue" }
        .compactMap { $0["resource"]?["name"]?.string }
      if spec?["targetCPUUtilizationPercentage"]?.integer != nil { shares.append("cpu") }
      autoscalers.append(
        Autoscaler(
          file: file, line: line, name: name, namespace: namespace,
          target: "\(spec?["scaleTargetRef"]?["kind"]?.string ?? "")/\(spec?["scaleTargetRef"]?["name"]?.string ?? "")",
          minimum: spec?["minReplicas"]?.integer ?? 1, maximum: spec?["maxReplicas"]?.integer, shares: shares,
          metrics: max(metrics.count, shares.count)))
    case "ScaledObject":
      let target = spec?["scaleTargetRef"]
      autoscalers.append(
        Autoscaler(
          file: file, line: line, name: name, namespace: namespace,
          target: "\(target?["kind"]?.string ?? "Deployment")/\(target?["name"]?.string ?? "")",
          minimum: spec?["minReplicaCount"]?.integer ?? 0, maximum: spec?["maxReplicaCount"]?.integer ?? 100,
          metrics: spec?["triggers"]?.array?.count ?? 0))
    case "PodDisruptionBudget":
      let available = spec?["minAvailable"]
      let unavailable = spec?["maxUnavailable"]
      budgets.append(
        Budget(
          namespace: namespace, labels: Self.labels(spec?["selector"]?["matchLabels"]),
          forbidsAll: available == "100%" || unavailable == 0 || unavailable == "0%" || unavailable == "0"))
    default: break
    }
  }

  private static func labels(_ value: JSONValue?) -> [String: String] {
    var labels: [String: String] = [:]
    for (name, value) in value?.object ?? JSONObject() { labels[name] = value.string ?? JSONText.compact(value) }
    return labels
  }

  private static func container(_ value: JSONValue) -> Container {
    let resources = value["resources"]
    // A limit without a request is a request too (Kubernetes, "Resource Management for Pods and Containers").
    func isSet(_ value: JSONValue?) -> Bool { value.map { !$0.isNull } ?? false }
    return Container(
      name: value["name"]?.string ?? "",
      requestsCPU: isSet(resources?["requests"]?["cpu"]) || isSet(resources?["limits"]?["cpu"]),
      requestsMemory: isSet(resources?["requests"]?["memory"]) || isSet(resources?["limits"]?["memory"]),
      limitsMemory: isSet(resources?["limits"]?["memory"]), isReadinessProbed: isSet(value["readinessProbe"]),
      isLivenessProbed: isSet(value["livenessProbe"]))
  }

  /// What YAML 1.2's core schema makes of a node.
  private static func json(_ node: YAMLNode) -> JSONValue {
    switch node.content {
    case .sequence(let elements): return .array(elements.map(json))
    case .mapping(let entries):
      var object = JSONObject()
      for (key, value) in entries {
        if case .scalar(let name, _) = key.content { object[name] = json(value) }
      }
      return .object(object)
    case .scalar(let text, let isPlain):
      guard isPlain else { return .string(text) }
      switch text {
      case "", "~", "null", "Null", "NULL": return .null
      case "true", "True", "TRUE": return true
      case "false", "False", "FALSE": return false
      default: return Int(text).map { .integer($0) } ?? .string(text)
      }
    }
  }

  // MARK: Facts

  /// What is known of it all.
  var facts: JSONObject {
    [
      "workloads": .array(workloads.map(fact)),
      "autoscalers": .array(autoscalers.map(fact)),
      "containers": .array(
        workloads.flatMap { workload in
          workload.containers.map { container in
            [
              "file": .string(workload.file), "workload": .string("\(workload.kind)/\(workload.name)"),
              "name": .string(container.name), "requestsCPU": .bool(container.requestsCPU),
              "requestsMemory": .bool(container.requestsMemory), "limitsMemory": .bool(container.limitsMemory),
              "isReadinessProbed": .bool(container.isReadinessProbed),
              "isLivenessProbed": .bool(container.isLivenessProbed),
            ]
          }
        }),
    ]
  }

  private func fact(_ workload: Workload) -> JSONValue {
    let scaler = autoscalers.first { scales($0, workload) }
    // A budget whose selector is empty is about every pod of its namespace.
    let budget = budgets.first { budget in
      budget.namespace == workload.namespace && budget.labels.allSatisfy { workload.labels[$0.key] == $0.value }
    }
    return [
      "file": .string(workload.file), "line": .integer(workload.line), "kind": .string(workload.kind),
      "name": .string(workload.name), "namespace": .string(workload.namespace),
      "replicas": JSONValue(workload.replicas),
      "leastReplicas": JSONValue(workload.kind == "DaemonSet" ? nil : scaler.map(\.minimum) ?? workload.replicas),
      "isScaled": .bool(scaler != nil), "hasBudget": .bool(budget != nil),
      "budgetForbidsAll": .bool(budget?.forbidsAll ?? false),
    ]
  }

  private func scales(_ scaler: Autoscaler, _ workload: Workload) -> Bool {
    scaler.namespace == workload.namespace && scaler.target == "\(workload.kind)/\(workload.name)"
  }

  private func fact(_ scaler: Autoscaler) -> JSONValue {
    let workload = workloads.first { scales(scaler, $0) }
    let lacking = scaler.shares.filter { share in
      workload?.containers.contains {
        share == "cpu" ? !$0.requestsCPU : share == "memory" ? !$0.requestsMemory : false
      } ?? false
    }
    return [
      "file": .string(scaler.file), "line": .integer(scaler.line), "name": .string(scaler.name),
      "target": .string(scaler.target), "targetExists": .bool(workload != nil), "minimum": JSONValue(scaler.minimum),
      "maximum": JSONValue(scaler.maximum), "metrics": .integer(scaler.metrics),
      "hasRoom": JSONValue(scaler.maximum.map { $0 > (scaler.minimum ?? 1) }),
      "sharesWithoutRequest": JSONValue(lacking),
    ]
  }
}
