import AuditModel
import ChildProcesses
import Facts
import Probing

/// Runs a backup tool's reading commands for one target.
struct ToolRun: Sendable {
  /// The folder of the inventory, to which the tool's own relative paths refer.
  let folder: String
  /// What the tool sees of the environment beside the usual.
  let environment: [String: String]
  let context: ProbeContext

  /// The most that is read of a tool's answer, in bytes: the listing of a year of log is some ten million.
  static let outputLimit = 64 << 20

  init(_ target: Target, environment: [String: String] = [:], _ context: ProbeContext) {
    folder = target.folder
    self.environment = ChildProcess.environment(adding: environment)
    self.context = context
  }

  /// What came of a command.
  struct Answer {
    /// Its exit status; nil where it did not end by itself.
    var status: Int?
    var output: [UInt8]
    /// Its standard error; a redactor has yet to pass over what is told of it.
    var complaint: String
    /// Why there is nothing to read at all.
    var obstacle: Unseen?

    /// The answer as JSON; nil where it is none.
    var document: JSONValue? { try? JSONText.parse(output) }
    /// The answer as text.
    var text: String { String(decoding: output, as: UTF8.self) }

    /// An observation not made, with the first line of what the tool complained about.
    func unseen(_ kind: Unseen.Kind, _ sentence: String) -> Unseen {
      if let obstacle { return obstacle }
      let line = complaint.split(whereSeparator: \.isNewline).first { !$0.allSatisfy(\.isWhitespace) }
      return Unseen(kind, line.map { "\(sentence): \($0)".bounded() } ?? sentence)
    }
  }

  /// Runs `command` until the observation's deadline, or for `milliseconds` at most.
  func answer(_ command: [String], within milliseconds: Int? = nil) async -> Answer {
    let deadline = milliseconds.map { context.deadline.capped(milliseconds: $0) } ?? context.deadline
    let outcome = await ChildProcess.run(
      command, environment: environment, in: folder, deadline: deadline, outputLimit: Self.outputLimit,
      on: context.lane)
    context.traffic.add(of: outcome)
    var status: Int?
    if case .exited(let code) = outcome.ending { status = code }
    var obstacle = outcome.obstacle
    if case .killed = outcome.ending {
      obstacle = Unseen(.broken, "\(command.first ?? "it") was ended by \(outcome.ending.words)")
    }
    return Answer(
      status: status, output: outcome.output, complaint: String(decoding: outcome.errors.prefix(65_536), as: UTF8.self),
      obstacle: obstacle)
  }
}

/// What a tool showed, or why it showed nothing.
enum ToolSight: Sendable {
  case facts(BackupFacts)
  case unseen(Unseen)
}
