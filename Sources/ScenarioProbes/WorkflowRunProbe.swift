import AuditModel
package import Definitions
import Facts
import Glibc
import Postgres
import Probing
import Scenarios

/// Carries out the workflow that a target names, and tells what came of each step.
struct WorkflowRunProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "workflow-run", summary: "what comes of each step of a workflow", targetKinds: ["workflow"], safety: .probe,
    facts: WorkflowFactsSchema.facts, timeout: 600_000, traffic: "what the steps of the workflow ask",
    measures: Measures(
      [
        .init("$.milliseconds", "duration", unit: "ms", least: 20),
        .init("$.milliseconds", "duration of a step", unit: "ms", least: 20, each: "$.steps[*]", label: "$.path"),
      ], shape: ["$.workflow", "$.steps[*].path"], sound: "$.passed"))

  var targetKinds: [TargetKind] { [WorkflowTarget.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let settings: WorkflowSettings
    switch await context.lane.run({ Self.settings(of: target, trust: context.trust) }) {
    case .failure(let invalid): return .unseen(Unseen(.malformed, invalid.reason))
    case .success(let read): settings = read
    }
    let redactor = Redactor(secrets: settings.secrets)
    let safety = settings.workflow.safety
    guard safety <= context.permitted else {
      return .unseen(
        Unseen(
          .denied,
          "its steps are of the class \(safety.rawValue), and the inventory permits \(context.permitted.rawValue): "
            + "it takes `ceiling: \(safety.rawValue)`, in production a dated consent"))
    }
    guard !context.deadline.hasPassed else {
      return .unseen(
        context.deadline.isCancelled
          ? Unseen(.interrupted, "the run was interrupted") : Unseen(.timeout, "there was no time left for it"))
    }
    let run = WorkflowRun(settings, lane: context.lane, traffic: context.traffic)
    let report = await run.report(until: context.deadline)
    if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was interrupted")) }
    guard report.steps.contains(where: { $0.status == .passed || $0.status == .failed }) else {
      return .unseen(Unseen(.timeout, "its time was over before a step was done"))
    }
    let facts = redactor.redacted(report.facts)
    var gaps: [Gap] = []
    for (index, step) in report.steps.enumerated() where step.status != .passed && step.status != .failed {
      let reason = step.failures.first ?? "a step before it failed"
      gaps.append(Gap(path: "steps[\(index)].passed", reason: redactor.redacted("\(step.path): \(reason)")))
    }
    return .seen(facts, gaps: gaps)
  }

  /// Reads the workflow and what the inventory says for it. Blocks.
  private static func settings(
    of target: Target, trust: [String]
  ) -> Result<WorkflowSettings, WorkflowSettings.Invalid> {
    guard let path = target.settings["file"]?.string else {
      return .failure(.init(reason: "the inventory names no file"))
    }
    let bytes: [UInt8]
    switch DataFile.bytes(of: path) {
    case .failure(let failure): return .failure(.init(reason: "\(path) cannot be read: \(failure.reason)"))
    case .success(let content): bytes = content
    }
    let loaded = Definitions.workflow(SourceFile(path: path, bytes: bytes), readFile: DataFile.bytes(of:))
    guard let workflow = loaded.value else {
      let first = loaded.diagnostics.first
      let place = first.map { "\($0.location.path):\($0.location.line):\($0.location.column): \($0.message)" }
      let rest = loaded.diagnostics.count > 1 ? ", and \(loaded.diagnostics.count - 1) more" : ""
      return .failure(.init(reason: "\(place ?? "\(path) is no workflow")\(rest)"))
    }
    var given = WorkflowSettings.Given()
    let settings = target.settings
    given.target = settings["target"]?.string
    for (name, url) in settings["targets"]?.object ?? [:] { given.targets[name] = url.string }
    given.database = settings["database"]?.string
    given.databasePassword = target.secrets["databasePassword"]
    given.databaseSSLMode = settings["databaseSSLMode"]?.string.flatMap(SSLMode.init)
    given.databaseTrust = [settings["databaseTrust"]?.string].compactMap { $0 }
    given.trust = trust + [settings["trust"]?.string].compactMap { $0 }
    given.bearer = target.secrets["bearer"]
    given.variables = settings["variables"]?.object ?? [:]
    for (name, secret) in target.secrets where name.hasPrefix("secrets.") {
      given.secrets[String(name.dropFirst("secrets.".count))] = secret
    }
    given.seed = settings["seed"]?.integer
    do throws(WorkflowSettings.Invalid) {
      return .success(try WorkflowSettings(workflow, given))
    } catch {
      return .failure(.init(reason: "\(path): \(error.reason)"))
    }
  }
}

/// Workflows and the tables they name.
package enum DataFile {
  private static let largest = 4 << 20

  /// The content of a file of at most 4 MiB, or why there is none.
  package static func bytes(of path: String) -> Result<[UInt8], SecretResolver.Unreadable> {
    guard !path.utf8.contains(0) else { return .failure(.init(reason: "the path holds a zero byte")) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return .failure(.init(reason: String(cString: strerror(errno)))) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count == 0 { return .success(bytes) }
      if count < 0 {
        if errno == EINTR { continue }
        return .failure(.init(reason: String(cString: strerror(errno))))
      }
      bytes += buffer[..<count]
      guard bytes.count <= largest else { return .failure(.init(reason: "it is larger than 4 MiB")) }
    }
  }
}
