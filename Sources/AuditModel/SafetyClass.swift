/// What a probe may do to the system it looks at.
public enum SafetyClass: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  /// Reads with a handful of requests.
  case observe
  /// Sends many small requests.
  case probe
  /// Sends sustained traffic.
  case load
  /// Writes.
  case mutate
  /// Stops or cuts something.
  case disrupt

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// Gentler before rougher.
  public static func < (left: SafetyClass, right: SafetyClass) -> Bool { left.rank < right.rank }
}

/// What the audited system is used for.
public enum Environment: String, Sendable, Hashable, Codable, CaseIterable {
  /// Serves real users.
  case production
  /// Rehearses a release.
  case staging
  /// Exists for tests.
  case test
  /// A developer's own.
  case development
}
