import ArgumentParser
import AuditModel
import Definitions
import Facts
import Foundation
import Glibc
import Postgres
import Probing
import Reporting
import ScenarioProbes
import Scenarios

/// `prodworthy workflow run`.
struct WorkflowRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Carry out a workflow: every step, everything it expects, and what is done at the end.",
    discussion: """
      Ends with 0 where every step did what it must in the time it may take, with 1 where one did not, with 2 where \
      that cannot be told. Interrupted, it still does what the workflow does at its end.

      A workflow that writes runs against this machine as it is; other hosts are named with --allow.

      EXAMPLES:
        prodworthy workflow run workflows/search.yaml --target http://localhost:3000
        prodworthy workflow run login.yaml --secret 'password=${env:PASSWORD}' --set user=kim --seed 7
      """)

  @Argument(help: "The workflow.", completion: .file(extensions: ["yml", "yaml"]))
  var file: String

  @Option(help: "Where relative URLs lead: a URL, or NAME=URL for one of the workflow's further targets. Repeatable.")
  var target: [String] = []

  @Option(help: "The database, as postgresql://role@host:port/database.")
  var database: String?

  @Option(help: "The role's password, as ${env:NAME} or ${file:path}.")
  var databasePassword: String?

  @Option(help: "How the session asks for encryption, verify-full unless said otherwise.")
  var databaseSSLMode: String?

  @Option(help: "A token for the target, as ${env:NAME} or ${file:path}.")
  var bearer: String?

  @Option(help: "A value instead of the workflow's own, as NAME=VALUE. Repeatable.")
  var set: [String] = []

  @Option(help: "A secret the workflow asks for, as NAME=${env:NAME} or NAME=${file:path}. Repeatable.")
  var secret: [String] = []

  @Option(help: "What random values depend on; printed with every run.")
  var seed: Int?

  @Option(help: "A host beyond this machine that the workflow may write to. Repeatable.")
  var allow: [String] = []

  @Option(help: "Further roots to trust, a PEM file. Repeatable.", completion: .file())
  var trust: [String] = []

  @Option(help: "Seconds after which the steps are given up.")
  var deadline = 600

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...86_400).contains(deadline) else { throw ValidationError("--deadline runs from 1 to 86400 seconds") }
    if let seed, !(0...(1 << 53)).contains(seed) { throw ValidationError("--seed runs from 0 to 2^53") }
    if let databaseSSLMode, SSLMode(rawValue: databaseSSLMode) == nil {
      throw ValidationError(
        "--database-ssl-mode is one of \(SSLMode.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    for text in set + secret where Self.pair(text) == nil { throw ValidationError("\(text) is not NAME=VALUE") }
  }

  func run() async throws {
    let loaded = try WorkflowFile(file).loaded
    guard let workflow = loaded.value else {
      throw Failure(.badData, loaded.diagnostics.map { $0.rendered() }.joined(separator: "\n\n"))
    }
    let settings = try settings(of: workflow)
    let redactor = Redactor(secrets: settings.secrets)
    if workflow.safety > .probe {
      let foreign = settings.hosts.sorted().first {
        !WorkflowSettings.isLoopback($0) && !allow.map { $0.lowercased() }.contains($0)
      }
      if let foreign {
        throw Failure(
          .notPermitted,
          "\(file): its steps are of the class \(workflow.safety.rawValue), and \(foreign) is not this machine: "
            + "say --allow \(foreign) where you may do that")
      }
    }
    if !json { Output.note(Untrusted.line("\(workflow.id): seed \(settings.seed)") + "\n") }
    let isQuiet = json
    let run = WorkflowRun(settings, lane: BlockingLane(width: 16), traffic: TrafficMeter()) { step in
      if !isQuiet { Output.note(Self.line(step, redactor) + "\n") }
    }
    let report = await run.report(
      until: Deadline(milliseconds: deadline * 1000, cancellation: Interruption.shared.cancellation))
    if json {
      try Output.print(Output.line(of: redactor.redacted(report.facts)) + "\n")
    } else {
      try Output.print(Self.summary(report))
    }
    if let status = Interruption.shared.status { throw status }
    switch report.passed {
    case true?: return
    case false?: throw ExitStatus.failed
    case nil: throw ExitStatus.undecided
    }
  }

  private static func line(_ step: StepReport, _ redactor: Redactor) -> String {
    let time = step.milliseconds.map { " \(Int($0.rounded())) ms" } ?? ""
    let slow = step.isWithinTime == false ? ", more than \(step.limit ?? 0) ms" : ""
    let tries = step.attempts > 1 ? ", try \(step.attempts)" : ""
    let head = "  \(step.status.rawValue) \(step.path)\(time)\(slow)\(tries)"
    return ([head] + step.failures.map { "    \($0)" }).map { Untrusted.line(redactor.redacted($0)) }
      .joined(separator: "\n")
  }

  private static func summary(_ report: WorkflowReport) -> String {
    let verdict =
      switch report.passed {
      case true?: "passed"
      case false?: "failed"
      case nil: "cannot tell"
      }
    let counts = StepReport.Status.allCases.compactMap { status in
      let count = report.steps.count { $0.status == status }
      return count == 0 ? nil : "\(count) \(status.rawValue)"
    }
    let flaky = report.steps.count { $0.isFlaky }
    return Untrusted.line(
      "\(report.workflow): \(verdict) in \(Int(report.milliseconds.rounded())) ms, steps: "
        + counts.joined(separator: ", ") + (flaky > 0 ? ", \(flaky) flaky" : "") + "; seed \(report.seed)") + "\n"
  }

  // MARK: What is given

  private static func pair(_ text: String) -> (name: String, value: String)? {
    guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return nil }
    return (String(text[..<sign]), String(text[text.index(after: sign)...]))
  }

  private func settings(of workflow: Workflow) throws(Failure) -> WorkflowSettings {
    var given = WorkflowSettings.Given()
    for text in target {
      if let pair = Self.pair(text), !pair.name.contains("://") {
        given.targets[pair.name] = pair.value
      } else {
        given.target = text
      }
    }
    given.database = database
    given.databaseSSLMode = databaseSSLMode.flatMap(SSLMode.init)
    given.databasePassword = try databasePassword.map { (text) throws(Failure) in try Self.secret(text) }
    given.bearer = try bearer.map { (text) throws(Failure) in try Self.secret(text) }
    for text in set {
      guard let pair = Self.pair(text) else { continue }
      given.variables[pair.name] = (try? JSONText.parse(Array(pair.value.utf8))) ?? .string(pair.value)
    }
    for text in secret {
      guard let pair = Self.pair(text) else { continue }
      given.secrets[pair.name] = try Self.secret(pair.value)
    }
    given.seed = seed
    given.trust = trust.map(Input.absolute)
    do throws(WorkflowSettings.Invalid) {
      return try WorkflowSettings(workflow, given)
    } catch {
      throw Failure(.usage, Untrusted.line("\(file): \(error.reason)"))
    }
  }

  private static func secret(_ reference: String) throws(Failure) -> Secret {
    let resolver = SecretResolver(environment: ProcessInfo.processInfo.environment) { path in
      do throws(Failure) {
        return .success(String(decoding: try Input.bytes(of: path), as: UTF8.self))
      } catch {
        return .failure(SecretResolver.Unreadable(reason: error.message))
      }
    }
    switch resolver.secret(reference) {
    case .success(let secret): return secret
    case .failure(let failure): throw Failure(.usage, failure.reason)
    }
  }
}
