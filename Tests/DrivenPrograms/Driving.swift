package import Testing

/// For tests that drive built programs, and do little but wait for them.
///
/// Each takes a seat, since a machine carries only so many platforms at a time, and runs on a thread of its own: on the pool
/// that all tasks share, which has one thread for each processor, two of them would keep every other waiting.
package struct Driving: TestTrait, SuiteTrait, TestScoping {
  package let isRecursive = true
  let isAlone: Bool

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    await Seats.shared.take(alone: isAlone)
    do {
      try await withTaskExecutorPreference(OwnThreads.shared) { try await function() }
    } catch {
      await Seats.shared.leave(alone: isAlone)
      throw error
    }
    await Seats.shared.leave(alone: isAlone)
  }
}

extension Trait where Self == Driving {
  /// Drives programs beside other tests that do.
  package static var driving: Self { Driving(isAlone: false) }
  /// Drives programs that are measured, and has no other beside it.
  package static var drivingAlone: Self { Driving(isAlone: true) }
}
