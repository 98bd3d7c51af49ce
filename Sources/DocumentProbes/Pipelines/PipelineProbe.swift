import AuditModel
import Definitions
import Facts
import Probing

/// Reads pipeline files: what they build, test and deploy, and in which order.
struct PipelineProbe: Probe {
  static let kind = TargetKind(
    name: "pipeline", summary: "pipeline files: GitHub Actions, GitLab CI or a Jenkinsfile",
    fields: [
      Schema.Field(
        "path", .string(.path), required: true,
        "a pipeline file, or the folder of a source tree with its pipeline files")
    ])

  let descriptor = ProbeDescriptor(
    id: "pipeline-files",
    summary: "the jobs of pipelines: whether they build, test and deploy, in which order, with what from elsewhere",
    targetKinds: [kind.name], safety: .observe,
    facts: .object([
      Schema.Field(
        "files",
        .array(
          .object([
            Schema.Field("file", .string(), required: true, "relative to the folder"),
            Schema.Field("system", .string(), required: true, "what runs it"),
            Schema.Field(
              "limitsPermissions", .nullable(.boolean), required: true,
              "whether it declares what its token may do; null where there is none"),
            Schema.Field(
              "injections", .array(.string()), required: true,
              "places where text of strangers becomes part of a command"),
          ])), required: true, "the pipelines"),
      Schema.Field(
        "jobs",
        .array(
          .object([
            Schema.Field("file", .string(), required: true, "where it is declared"),
            Schema.Field("name", .string(), required: true, "its name"),
            Schema.Field("line", .integer(minimum: 1), required: true, "from 1"),
            Schema.Field("builds", .boolean, required: true, "whether it builds what is deployed"),
            Schema.Field("tests", .boolean, required: true, "whether it runs tests"),
            Schema.Field("deploys", .boolean, required: true, "whether it deploys"),
            Schema.Field("isGated", .boolean, required: true, "whether tests must have passed before it runs"),
            Schema.Field(
              "forgiven", .array(.string()), required: true, "commands of tests whose failure is thrown away"),
          ])), required: true, "their jobs"),
      Schema.Field(
        "references",
        .array(
          .object([
            Schema.Field("file", .string(), required: true, "where it stands"),
            Schema.Field("line", .integer(minimum: 1), required: true, "from 1"),
            Schema.Field("name", .string(), required: true, "the action or image"),
            Schema.Field("isPinned", .boolean, required: true, "whether the name means the same bytes for ever"),
          ])), required: true, "what they run from elsewhere"),
      Schema.Field("builds", .boolean, required: true, "whether any job builds"),
      Schema.Field("tests", .boolean, required: true, "whether any job runs tests"),
      Schema.Field("deploys", .boolean, required: true, "whether any job deploys"),
    ]), timeout: 30_000, traffic: "reads files")

  var targetKinds: [TargetKind] { [Self.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await PathVisit.sighting(of: target, context) { Self.sighting($0, context) }
  }

  private static func candidates(_ path: String, _ context: ProbeContext) -> (root: String, files: [String]) {
    guard FileReading.isFolder(path) else {
      // The parent folders of GitHub's files belong to their names.
      return (PathText.folder(of: path), [PathText.name(of: path)])
    }
    var files: [String] = []
    for folder in [".github/workflows", ".gitea/workflows", ".forgejo/workflows"]
    where FileReading.isFolder("\(path)/\(folder)") {
      let tree = FileTree("\(path)/\(folder)", until: context.deadline)
      files += tree.files.filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }.map { "\(folder)/\($0)" }
    }
    files += [".gitlab-ci.yml", "Jenkinsfile"].filter { FileReading.exists("\(path)/\($0)") }
    return (path, files)
  }

  private static func sighting(_ path: String, _ context: ProbeContext) -> Sighting {
    let (root, files) = candidates(path, context)
    var gaps: [Gap] = []
    var pipelines: [(file: String, pipeline: PipelineReading.Pipeline)] = []
    for file in files {
      if context.deadline.hasPassed { return .unseen(Unseen(.timeout, "the time was up before every file was read")) }
      var reason: String?
      do throws(FileTrouble) {
        let bytes = try FileReading.bytes(of: "\(root)/\(file)", limit: 4 << 20)
        context.traffic.add(bytesReceived: bytes.count)
        let read = PipelineReading.read(SourceFile(path: file, bytes: bytes), shown: file)
        reason = read.reason
        if let pipeline = read.pipeline { pipelines.append((file, pipeline)) }
      } catch {
        reason = error.reason
      }
      if let reason {
        for part in ["files", "jobs", "references"] { gaps.append(Gap(path: part, reason: "\(file): \(reason)")) }
      }
    }
    if pipelines.isEmpty, let first = gaps.first { return .unseen(Unseen(.malformed, first.reason)) }
    let scanner = SecretScanner.shared
    var jobs: [JSONValue] = []
    for (_, pipeline) in pipelines {
      for job in pipeline.jobs {
        jobs.append([
          "file": .string(job.file), "name": .string(String(job.name.prefix(200))), "line": .integer(job.line),
          "builds": .bool(job.builds), "tests": .bool(job.tests), "deploys": .bool(job.deploys),
          "isGated": .bool(isGated(job, among: pipeline.jobs)),
          "forgiven": JSONValue(job.forgivenTests.map { scanner.masked(String($0.prefix(120))) }),
        ])
      }
    }
    let all = pipelines.flatMap(\.pipeline.jobs)
    return .seen(
      [
        "files": .array(
          pipelines.map { file, pipeline in
            [
              "file": .string(file), "system": .string(pipeline.system),
              "limitsPermissions": JSONValue(pipeline.limitsPermissions),
              "injections": JSONValue(pipeline.injections.map { "\($0.line): \($0.expression)" }),
            ]
          }),
        "jobs": .array(jobs),
        "references": .array(
          pipelines.flatMap { file, pipeline in
            pipeline.references.map { reference in
              [
                "file": .string(file), "line": .integer(reference.line),
                "name": .string(String(reference.name.prefix(200))),
                "isPinned": .bool(reference.isPinned),
              ]
            }
          }),
        "builds": .bool(all.contains(where: \.builds)), "tests": .bool(all.contains(where: \.tests)),
        "deploys": .bool(all.contains(where: \.deploys)),
      ], gaps: gaps)
  }

  /// Whether tests that count come before what a job deploys: in itself, or in a job it needs, however far back.
  static func isGated(_ job: PipelineJob, among jobs: [PipelineJob]) -> Bool {
    func testsCount(_ job: PipelineJob) -> Bool {
      job.tests && job.forgivenTests.count < job.commands.count(where: PipelineCommands.runsTests)
    }
    if testsCount(job) {
      let test = job.commands.firstIndex { PipelineCommands.runsTests($0) && !PipelineCommands.isForgiven($0) }
      let deployment = job.commands.firstIndex(where: PipelineCommands.deploys)
      if let test, test < deployment ?? Int.max { return true }
    }
    var seen: Set<String> = [job.name]
    var queue = job.needs
    while let name = queue.popLast() {
      guard seen.insert(name).inserted, let needed = jobs.first(where: { $0.name == name }) else { continue }
      if testsCount(needed) { return true }
      queue += needed.needs
    }
    return false
  }
}
