import AuditModel
import ChildProcesses
import Facts
import Probing

/// A program that the inventory names, run beside the compose file.
struct DeclaredProgram {
  let words: [String]
  let folder: String

  /// Nil where the inventory names none.
  init?(_ value: JSONValue?, in folder: String) {
    guard let words = value?.array?.compactMap(\.string), !words.isEmpty else { return nil }
    self.words = words
    self.folder = folder
  }

  /// What came of one run.
  struct Outcome {
    /// It ended by itself with status 0.
    var succeeded: Bool
    var output: String
    /// Why it did not succeed.
    var complaint: String
    /// Why nothing can be said; nil where it ran to its end.
    var obstacle: Unseen?
  }

  /// The most of its output that is read, in bytes.
  private static let outputLimit = 4 << 20

  /// Runs it with `{word}` replaced.
  func run(word: String? = nil, before deadline: Deadline, on lane: BlockingLane, _ traffic: TrafficMeter) async
    -> Outcome
  {
    traffic.add(processes: 1)
    let argv = word.map { word in words.map { $0.replacing("{word}", with: word) } } ?? words
    let outcome = await ChildProcess.run(
      argv, in: folder, deadline: deadline, outputLimit: Self.outputLimit, on: lane)
    let output = String(decoding: outcome.output, as: UTF8.self)
    switch outcome.ending {
    case .exited(0): return Outcome(succeeded: true, output: output, complaint: "", obstacle: nil)
    case .exited(let status):
      return Outcome(
        succeeded: false, output: output, complaint: outcome.withComplaint("it ended with status \(status)"),
        obstacle: nil)
    case .killed:
      return Outcome(
        succeeded: false, output: output, complaint: outcome.withComplaint("it was ended by \(outcome.ending.words)"),
        obstacle: nil)
    default:
      let obstacle = outcome.obstacle ?? Unseen(.broken, "it did not run")
      return Outcome(succeeded: false, output: output, complaint: obstacle.reason, obstacle: obstacle)
    }
  }
}

extension ContinuousClock.Instant {
  /// Seconds since then, to the millisecond.
  var secondsAgo: Double {
    let (whole, rest) = (ContinuousClock.now - self).components
    return (Double(whole) * 1000 + (Double(rest) / 1e15).rounded()) / 1000
  }
}

extension Deadline {
  /// Waits `milliseconds`, or until the work ends or is called off; says whether there is time left.
  func rest(milliseconds: Int) async -> Bool {
    let pause = capped(milliseconds: milliseconds)
    while pause.millisecondsLeft > 0 { try? await Task.sleep(for: .milliseconds(min(pause.millisecondsLeft, 50))) }
    return !hasPassed
  }
}
