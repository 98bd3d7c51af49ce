/// The outcome of one judgement. A waiver is never a status: it overlays one.
public enum Status: String, Sendable, Hashable, Codable, CaseIterable {
  /// Evidence was collected and the requirement is met.
  case pass
  /// Met with a reservation.
  case warn
  /// Evidence was collected and the requirement is not met.
  case fail
  /// The check itself could not be judged: its probe broke or its facts have the wrong type.
  case error
  /// The evidence does not suffice: silence, no permission, nothing to look at.
  case unknown
  /// A prerequisite did not pass, so this could not be judged.
  case blocked
  /// A person has to attest it.
  case manual
  /// Out of scope by what the inventory declares.
  case notApplicable
  /// Deselected for this run.
  case skipped

  /// What the status earns, in per mille; nil where it stays out of the sum.
  public var credit: Int? {
    switch self {
    case .pass: 1000
    case .warn: 500
    case .fail, .error, .unknown, .blocked, .manual: 0
    case .notApplicable, .skipped: nil
    }
  }

  /// Whether evidence decided it.
  public var isEvaluated: Bool { self == .pass || self == .warn || self == .fail }

  /// Whether it counts in the score's denominator.
  public var countsInScore: Bool { credit != nil }

  /// Whether it stays open until somebody acts: everything in the sum that neither passes nor warns.
  public var isOpen: Bool { credit == 0 }

  /// Worst first: `fail error unknown blocked manual warn pass notApplicable skipped`.
  public var badness: Int {
    switch self {
    case .fail: 8
    case .error: 7
    case .unknown: 6
    case .blocked: 5
    case .manual: 4
    case .warn: 3
    case .pass: 2
    case .notApplicable: 1
    case .skipped: 0
    }
  }
}
