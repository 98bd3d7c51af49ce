import Facts
import Glibc
import Probing

/// What puts one disruptive step back. Carrying it out twice does no harm: start commands have to bear that.
package enum Compensation: Sendable, Hashable {
  /// A process that was paused goes on.
  case resume(RunningProcess)
  /// A service that was stopped is started, or one that was started is stopped.
  case command(ServiceCommand)

  /// Carries it out; `patience` is how long a command may take, in milliseconds. A command that still runs then has done its
  /// part: services in the foreground do. Throws why the step could not be put back. Blocks: only on a lane.
  package func carryOut(patience: Int) throws(StepFailure) {
    switch self {
    case .resume(let process):
      // Whoever is gone is not paused any more.
      guard process.isAlive else { return }
      try process.send(SIGCONT)
    case .command(let command):
      if case .failed(let reason) = command.run(before: Deadline(milliseconds: patience), stopsAtDeadline: false) {
        throw StepFailure(reason: "\(command.words.joined(separator: " ")): \(reason)")
      }
    }
  }

  /// What it does, in a few words.
  package var summary: String {
    switch self {
    case .resume(let process): "process \(process.pid) goes on"
    case .command(let command): "run \(command.words.joined(separator: " "))"
    }
  }

  init?(_ record: JSONValue) {
    if let command = ServiceCommand(record) {
      self = .command(command)
    } else if let process = RunningProcess(record) {
      self = .resume(process)
    } else {
      return nil
    }
  }

  var record: JSONValue {
    switch self {
    case .resume(let process): process.record
    case .command(let command): command.record
    }
  }
}

/// A disruptive step: what it does to what, and what puts it back.
package struct DisruptiveStep: Sendable, Hashable {
  /// The target on whose behalf it is done.
  package var target: String
  /// What is done, in one line: "extraction is stopped".
  package var what: String
  /// What puts it back.
  package var compensation: Compensation

  /// A step.
  package init(target: String, what: String, compensation: Compensation) {
    self.target = target
    self.what = what
    self.compensation = compensation
  }
}
