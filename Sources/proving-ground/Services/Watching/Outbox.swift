import AuditModel
import Glibc
import Synchronization

/// What waits to be sent somewhere: bounded, and the oldest goes first where nobody takes it.
final class Outbox<Item: Sendable>: Sendable {
  private let most: Int
  private let items = Mutex<[Item]>([])

  /// A box for at most so many.
  init(most: Int) { self.most = most }

  /// Puts one in.
  func put(_ item: Item) {
    items.withLock {
      $0.append(item)
      if $0.count > most { $0.removeFirst($0.count - most) }
    }
  }

  /// Takes all that is there.
  func takeAll() -> [Item] {
    items.withLock { items in
      defer { items = [] }
      return items
    }
  }

  /// Puts back what could not be sent, before what has come since.
  func putBack(_ old: [Item]) { items.withLock { $0 = Array((old + $0).suffix(most)) } }
}

extension Instant {
  /// The present second.
  static var present: Instant { Instant(seconds: time(nil)) }
}
