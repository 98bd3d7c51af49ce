import Glibc
package import Probing
import Subprocess
import SystemPackage

/// Runs a program of somebody else under a deadline, with bounded output and nothing left behind.
package enum ChildProcess {
  /// How a program ended.
  package enum Ending: Sendable, Hashable {
    /// By itself, with this status (0 to 255).
    case exited(Int)
    /// By a signal that did not come from here.
    case killed(signal: Int)
    /// It was stopped at the deadline.
    case timedOut
    /// It was stopped because the run was called off.
    case cancelled
    /// It was stopped because it wrote more than this many bytes to one of its outputs.
    case tooMuchOutput(limit: Int)
    /// It never ran, and why.
    case notStarted(String)
  }

  /// What came of a run.
  package struct Outcome: Sendable {
    /// How it ended.
    package var ending: Ending
    /// Whether there was a process at all.
    package var wasStarted = false
    /// What it wrote to its standard output, up to the limit.
    package var output: [UInt8] = []
    /// What it wrote to its standard error, up to the limit.
    package var errors: [UInt8] = []
  }

  /// Runs `argv` with `input` on its standard input and waits for its end.
  ///
  /// A first word with a slash is a path, relative to `folder`; any other is looked up in `PATH`. The program runs in
  /// `folder`, in a session of its own, and sees only `environment`. At the deadline, when called off, or above
  /// `outputLimit` bytes its group gets SIGTERM, and SIGKILL after 200 ms. However it ends, whatever is left of its
  /// session is killed; only a process that made itself a new session (`setsid`) gets away.
  package static func run(
    _ argv: [String], input: [UInt8] = [], environment: [String: String] = environment(), in folder: String = ".",
    deadline: Deadline, outputLimit: Int, on lane: BlockingLane
  ) async -> Outcome {
    if deadline.isCancelled { return Outcome(ending: .cancelled) }
    if deadline.hasPassed { return Outcome(ending: .timedOut) }
    guard let name = argv.first, !name.isEmpty else { return Outcome(ending: .notStarted("the command is empty")) }
    guard (argv + environment.flatMap { [$0, $1] }).allSatisfy({ !$0.utf8.contains(0) }) else {
      return Outcome(ending: .notStarted("the command or its environment holds a NUL character"))
    }
    guard let directory = absolute(folder) else {
      return Outcome(ending: .notStarted("there is no folder \(folder)"))
    }
    let streams: StandardStreams
    do {
      streams = try StandardStreams(input: input)
    } catch {
      return Outcome(ending: .notStarted("its standard streams cannot be opened: \(error)"))
    }
    defer { streams.close() }
    let isPath = name.contains("/")
    let path = name.hasPrefix("/") ? name : "\(directory)/\(name.hasPrefix("./") ? String(name.dropFirst(2)) : name)"
    do {
      let result = try await Subprocess.run(
        isPath ? .path(FilePath(path)) : .name(name), arguments: Arguments(Array(argv.dropFirst())),
        environment: .custom(variables(environment)), workingDirectory: FilePath(directory), platformOptions: options,
        // These stay ours to close: the library stops the whole program over one that it did not get to close.
        input: .fileDescriptor(streams.input, closeAfterSpawningProcess: false),
        output: .fileDescriptor(streams.output.writeEnd, closeAfterSpawningProcess: false),
        error: .fileDescriptor(streams.errors.writeEnd, closeAfterSpawningProcess: false)
      ) { execution in
        let watch = Supervision(
          process: execution.processIdentifier.value, descriptor: execution.processIdentifier.processDescriptor,
          output: streams.output.readEnd.rawValue,
          errors: streams.errors.readEnd.rawValue, deadline: deadline,
          outputLimit: max(0, outputLimit))
        return await lane.run { watch.untilGone() }
      }
      let ending = result.closureResult.interruption ?? Ending(result.terminationStatus)
      return Outcome(
        ending: ending, wasStarted: true, output: result.closureResult.output, errors: result.closureResult.errors)
    } catch {
      return Outcome(ending: .notStarted(reason(for: error, isPath ? path : name, isPath: isPath)))
    }
  }

  private static var options: PlatformOptions {
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [
      .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(50))
    ]
    return options
  }

  private static func variables(_ environment: [String: String]) -> [Environment.Key: String] {
    var variables: [Environment.Key: String] = [:]
    for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
    return variables
  }

  private static func absolute(_ folder: String) -> String? {
    guard let resolved = realpath(folder.isEmpty ? "." : folder, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Made from the code alone: the library's own text repeats the values of environment variables.
  private static func reason(for error: any Error, _ name: String, isPath: Bool) -> String {
    guard let error = error as? SubprocessError else { return "\(name) cannot be run" }
    if error.code == .executableNotFound {
      if !isPath { return "\(name) is in none of the folders of PATH" }
      if access(name, F_OK) != 0 { return "there is no file \(name)" }
      if access(name, X_OK) != 0 { return "\(name) is not executable" }
      return "\(name) cannot be run: its interpreter is missing, or it is a folder"
    }
    if let cause = error.underlyingError { return "\(name) cannot be run: \(cause)" }
    return "\(name) cannot be run"
  }
}

extension ChildProcess.Ending {
  fileprivate init(_ status: TerminationStatus) {
    switch status {
    case .exited(let code): self = .exited(Int(code))
    case .signaled(let signal): self = .killed(signal: Int(signal))
    }
  }
}
