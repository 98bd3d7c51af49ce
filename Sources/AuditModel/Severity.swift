/// How much a failing check matters.
public enum Severity: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  /// Production must not start: outage or data loss is likely.
  case critical
  /// Needs fixing before the release.
  case high
  /// Needs fixing soon.
  case medium
  /// Worth knowing and worth fixing.
  case low
  /// Stated, never judged against anyone; weighs nothing.
  case info

  /// The weight in the score where a policy does not say otherwise (research: a critical outweighs a low ten to one).
  public var weight: Int {
    switch self {
    case .critical: 10
    case .high: 6
    case .medium: 3
    case .low: 1
    case .info: 0
    }
  }

  /// The highest score, in per mille, while a check of this severity is not proven.
  public var cap: Int {
    switch self {
    case .critical: 390
    case .high: 690
    case .medium: 890
    case .low, .info: 1000
    }
  }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// Less severe before more severe.
  public static func < (left: Severity, right: Severity) -> Bool { left.rank > right.rank }
}
