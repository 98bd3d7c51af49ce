import Synchronization

/// Counts up, from several tasks.
final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  /// 0 the first time, then one more each time.
  func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}
