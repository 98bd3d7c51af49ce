import AuditModel
import Facts

/// A finding in the words that several formats share.
extension Finding {
  /// `web`, or `db events_date_idx` where the finding is about a part of the target.
  var place: String { subject.map { "\(target) \($0)" } ?? target }

  /// The acceptance that overlays it, in words; nil where there is none or it overlays nothing.
  var acceptance: String? { isWaived ? waiver : nil }

  /// Whether somebody has to know: failing, not proven or warned about, and accepted by nobody. What is blocked shows by
  /// what blocks it.
  var wantsAttention: Bool { isFailing || isWarning || (isNotProven && status != .blocked) }
}

extension JSONValue {
  /// Text from a report as a JSON string: sanitised, at most `limit` bytes.
  static func shown(_ raw: String, limit: Int = 4 << 10) -> JSONValue { .string(Untrusted.text(raw, limit: limit)) }

  /// Text from a report as a JSON string of one line.
  static func line(_ raw: String, limit: Int = 4 << 10) -> JSONValue {
    .string(Untrusted.oneLine(raw, limit: limit))
  }
}
