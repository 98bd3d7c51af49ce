public import AuditModel
import Synchronization

/// Counts what one observation sends and receives.
public final class TrafficMeter: Sendable {
  private let counted = Mutex(Traffic())

  /// Nothing counted yet.
  public init() {}

  /// What was counted so far.
  public var traffic: Traffic { counted.withLock { $0 } }

  /// Adds to the counts.
  public func add(
    connections: Int = 0, requests: Int = 0, bytesSent: Int = 0, bytesReceived: Int = 0, processes: Int = 0
  ) {
    counted.withLock {
      $0 =
        $0
        + Traffic(
          connections: connections, requests: requests, bytesSent: bytesSent, bytesReceived: bytesReceived,
          processes: processes)
    }
  }
}
