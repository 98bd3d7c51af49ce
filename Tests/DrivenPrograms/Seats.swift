/// Where tests wait until there is room for what they drive.
///
/// Platforms wait for most of their time, so a small machine carries more of them than it has processors. Those that have to be
/// alone come when nobody else waits.
actor Seats {
  /// Those of this process.
  static let shared = Seats(count: 4)

  private let count: Int
  private var taken = 0
  private var isTakenAlone = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var waitingToBeAlone: [CheckedContinuation<Void, Never>] = []

  init(count: Int) { self.count = count }

  /// Returns once there is room.
  func take(alone: Bool) async {
    await withCheckedContinuation { continuation in
      if alone { waitingToBeAlone.append(continuation) } else { waiting.append(continuation) }
      admit()
    }
  }

  /// Makes room for the next.
  func leave(alone: Bool) {
    taken -= 1
    if alone { isTakenAlone = false }
    admit()
  }

  private func admit() {
    while !isTakenAlone, taken < count, !waiting.isEmpty {
      taken += 1
      // The last to come first: it may be one of many that have to come one after the other.
      waiting.removeLast().resume()
    }
    if taken == 0, !waitingToBeAlone.isEmpty {
      taken = 1
      isTakenAlone = true
      waitingToBeAlone.removeFirst().resume()
    }
  }
}
