import AuditModel
import Engine
import Glibc
import Reporting
import Synchronization

/// Says on standard error how far a run has come.
final class Progress: Sendable {
  /// How to say it.
  enum Mode: String, CaseIterable, Sendable {
    /// `line` on a terminal, nothing elsewhere.
    case auto
    /// One line, rewritten at most ten times a second.
    case line
    /// One line per look.
    case plain
    /// Nothing.
    case none
  }

  private struct State {
    var done = 0
    var running: [String] = []
    var lastDrawn: ContinuousClock.Instant?
  }

  private let mode: Mode
  private let total: Int
  private let state = Mutex(State())

  /// Progress over `total` looks.
  init(_ mode: Mode, total: Int) {
    self.mode = mode == .auto ? (isatty(STDERR_FILENO) == 1 ? .line : .none) : mode
    self.total = total
  }

  /// Takes notice of an event.
  func note(_ event: RunEvent) {
    if mode == .none { return }
    let text: String? = state.withLock { state in
      switch event {
      case .started(let planned): state.running.append("\(planned.target) \(planned.probe)")
      case .finished(let observation):
        state.done += 1
        if let index = state.running.firstIndex(of: "\(observation.target) \(observation.probe)") {
          state.running.remove(at: index)
        }
        if mode == .plain {
          let outcome = observation.unseen.map { "not seen: \($0.reason)" } ?? "seen"
          return "\(state.done)/\(total) \(observation.target) \(observation.probe) \(observation.durationMs) ms, "
            + "\(outcome)\n"
        }
      }
      guard mode == .line else { return nil }
      let now = ContinuousClock.now
      if let last = state.lastDrawn, now - last < .milliseconds(100), state.done < total { return nil }
      state.lastDrawn = now
      let line = "\(state.done)/\(total) looked at  \(state.running.first ?? "")"
      return "\r\u{1B}[K" + String(Untrusted.line(line).prefix(max(20, Terminal.width(STDERR_FILENO) - 1)))
    }
    if let text { mode == .plain ? Output.note(Untrusted.line(String(text.dropLast())) + "\n") : Output.draw(text) }
  }

  /// Takes the line away.
  func finish() {
    if mode == .line { Output.draw("\r\u{1B}[K") }
  }
}
