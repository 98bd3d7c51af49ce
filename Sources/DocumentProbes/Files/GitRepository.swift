import ChildProcesses
import Probing

/// A Git working tree, read through the `git` program.
///
/// A repository is hostile: its configuration can name programs to run. Hooks, file system monitors, external diffs,
/// text conversions, pagers and replacement objects are switched off, and no user's or system's configuration is read.
struct GitRepository: Sendable {
  /// A folder inside the working tree.
  let folder: String
  private let context: ProbeContext

  /// The repository that `folder` belongs to, if any.
  init(_ folder: String, in context: ProbeContext) {
    self.folder = folder
    self.context = context
  }

  /// What came of a command.
  enum Answer {
    /// Its standard output.
    case output([UInt8])
    /// It cannot be had, and why.
    case failed(String)
  }

  private static let switches = [
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat",
    "-c", "core.quotePath=false", "-c", "log.showSignature=false", "-c", "protocol.allow=never", "--no-pager",
    "--no-replace-objects", "--no-optional-locks",
  ]

  /// Runs `git` with `arguments` in the folder.
  func run(_ arguments: [String], outputLimit: Int = 64 << 20) async -> Answer {
    let outcome = await outcome(of: ["--literal-pathspecs"] + arguments, outputLimit: outputLimit)
    switch outcome.ending {
    case .exited(0): return .output(outcome.output)
    case .exited(let status):
      let complaint = String(decoding: outcome.errors.prefix { $0 != 0x0A }.prefix(200), as: UTF8.self)
      return .failed(complaint.isEmpty ? "git ended with \(status)" : complaint)
    case .killed(let signal): return .failed("git was ended by signal \(signal)")
    case .timedOut: return .failed("git did not end in time")
    case .cancelled: return .failed("the run was called off")
    case .tooMuchOutput(let limit): return .failed("git wrote more than \(limit) bytes")
    case .notStarted(let reason): return .failed(reason)
    }
  }

  /// Whether rules of the repository would leave out a new file at `path`; nil where git does not say.
  func leavesOut(_ path: String) async -> Bool? {
    // This command refuses to take its arguments as literal; 0 and 1 are its answers, anything else is none.
    switch await outcome(of: ["check-ignore", "--quiet", "--no-index", path], outputLimit: 1 << 16).ending {
    case .exited(0): true
    case .exited(1): false
    default: nil
    }
  }

  private func outcome(of arguments: [String], outputLimit: Int) async -> ChildProcess.Outcome {
    let environment = ChildProcess.environment(adding: [
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_ATTR_NOSYSTEM": "1", "GIT_NO_LAZY_FETCH": "1",
      // The auditor often is not the owner of the tree; what that protects against is switched off above.
      "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
      "GIT_CONFIG_VALUE_0": "*",
    ])
    let outcome = await ChildProcess.run(
      ["git"] + Self.switches + arguments, environment: environment, in: folder, deadline: context.deadline,
      outputLimit: outputLimit, on: context.lane)
    if outcome.wasStarted { context.traffic.add(processes: 1) }
    return outcome
  }

  /// The one line that a command prints; nil if it fails.
  func line(_ arguments: [String]) async -> String? {
    guard case .output(let bytes) = await run(arguments, outputLimit: 1 << 16) else { return nil }
    return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
  }

  /// The top of the working tree; nil where there is none.
  func top() async -> String? { await line(["rev-parse", "--show-toplevel"]) }

  /// Whether commits are missing below a depth, so that dates of files are not their own.
  func isShallow() async -> Bool? { await line(["rev-parse", "--is-shallow-repository"]).map { $0 == "true" } }
}
