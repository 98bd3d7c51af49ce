import AuditModel

/// How much a Markdown report shows, most first: the ladder it goes down until it fits its byte budget.
///
/// The verdict and the gate's conditions stand on every step.
enum MarkdownDetail: Int, CaseIterable, Comparable {
  case full
  case shortEvidence
  case severeEvidence
  case noEvidence
  case noPasses
  case topFindings
  case verdictOnly

  static func < (left: MarkdownDetail, right: MarkdownDetail) -> Bool { left.rawValue < right.rawValue }

  /// What was left out, in words; nil for nothing.
  var omission: String? {
    switch self {
    case .full: nil
    case .shortEvidence: "evidence is cut to 2 KiB"
    case .severeEvidence: "evidence is cut to 2 KiB and shown for critical and high findings only"
    case .noEvidence: "evidence is left out"
    case .noPasses: "evidence and the lists of what passes or does not apply are left out"
    case .topFindings: "only the first 50 failing findings are shown, without evidence, and the rest is counted"
    case .verdictOnly: "only the verdict and the gate are shown"
    }
  }

  /// The most bytes of one evidence text of a finding of `severity`; 0 for none.
  func evidenceLimit(for severity: Severity) -> Int {
    switch self {
    case .full: 16 << 10
    case .shortEvidence: 2 << 10
    case .severeEvidence: severity >= .high ? 2 << 10 : 0
    case .noEvidence, .noPasses, .topFindings, .verdictOnly: 0
    }
  }

  /// The most rows of one check's table; the rest is counted.
  static let rowLimit = 50
  /// The most findings of one check that show their evidence.
  static let evidenceCount = 10
  /// The most failing findings on the step that counts the rest.
  static let topCount = 50
}
