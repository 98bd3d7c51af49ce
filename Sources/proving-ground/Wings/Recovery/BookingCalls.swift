import Probing
import Synchronization

/// The calls of the booking service to one that it depends on: bounded in time, and tried again after growing pauses.
final class BookingCalls: Sendable {
  /// Why a call came to nothing.
  private enum Mishap: Error {
    case refused, silent, broken, failing
  }

  private let port: Int
  private let manner: BookingManner
  private let lane: BlockingLane
  /// Whether what is left of a broken connection is still used.
  private let isBroken = Atomic<Bool>(false)

  /// Calls to whoever listens on `port`.
  init(port: Int, manner: BookingManner, on lane: BlockingLane) {
    self.port = port
    self.manner = manner
    self.lane = lane
  }

  /// Whether `GET path` succeeds, at the first try or a later one.
  func succeed(_ path: String) async -> Bool {
    var tries = 0
    while true {
      do throws(Mishap) {
        try await call(path, patience: manner.patience)
        return true
      } catch {
        let pauses =
          switch error {
          case .refused: manner.pausesWhenRefused
          case .silent: manner.pausesWhenSilent
          case .broken: manner.pausesWhenBroken
          case .failing: manner.pausesWhenFailing
          }
        guard tries < pauses.count else { return false }
        try? await Task.sleep(for: .milliseconds(pauses[tries]))
        tries += 1
      }
    }
  }

  /// Whether `GET path` succeeds at once.
  func succeedOnce(_ path: String) async -> Bool {
    do throws(Mishap) {
      try await call(path, patience: min(manner.patience, 400))
      return true
    } catch {
      return false
    }
  }

  private func call(_ path: String, patience: Int) async throws(Mishap) {
    if isBroken.load(ordering: .relaxed) { throw .broken }
    let (port, deadline) = (port, Deadline(milliseconds: patience))
    let answer = await lane.run { try? LoopbackHTTP.send(.get, port: port, path: path, before: deadline) }
    if let answer {
      if answer.status >= 500 { throw .failing }
      return
    }
    if deadline.hasPassed { throw .silent }
    let isThere = await lane.run { Ports.isOpen(port) }
    guard isThere else { throw .refused }
    if manner.keepsBrokenConnection { isBroken.store(true, ordering: .relaxed) }
    throw .broken
  }
}
