import AuditModel

/// The words of SARIF for ours.
enum SARIFText {
  /// `raw` as the plain text of a message: sanitised, with nothing in it that a viewer would make a link of or fill in.
  ///
  /// In a message `[text](target)` is a link and `{0}` a placeholder (sections 3.11.5 and 3.11.6), and few viewers know
  /// the escapes; an invisible space inside breaks both and changes no letter.
  static func plain(_ raw: String, limit: Int) -> String {
    let text = Untrusted.text(raw, limit: limit)
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "{") }) else { return text }
    var safe = String.UnicodeScalarView()
    var previous: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      if (previous == "]" && scalar == "(") || (previous == "{" && ("0"..."9").contains(scalar)) {
        safe.append("\u{200B}")
      }
      safe.append(scalar)
      previous = scalar
    }
    return String(safe)
  }

  /// `ids` as identifiers, sanitised, none empty and none like another.
  static func names(of ids: [String]) -> [String] {
    var taken: Set<String> = []
    return ids.map { id in
      let text = plain(Untrusted.oneLine(id, limit: 240), limit: 250)
      let stem = text.isEmpty ? "—" : text
      var name = stem
      var number = 1
      while !taken.insert(name).inserted {
        number += 1
        name = "\(stem) (\(number))"
      }
      return name
    }
  }

  /// What a status is called (section 3.27.9).
  static func kind(of status: Status) -> String {
    switch status {
    case .pass: "pass"
    case .fail, .warn: "fail"
    case .error, .unknown, .blocked: "open"
    case .manual: "review"
    case .notApplicable, .skipped: "notApplicable"
    }
  }

  /// The level of a failure (section 3.27.10).
  static func level(of severity: Severity) -> String {
    switch severity {
    case .critical, .high: "error"
    case .medium: "warning"
    case .low, .info: "note"
    }
  }

  /// The middle of the band that code scanning gives the same name; nil for what weighs nothing.
  static func securitySeverity(of severity: Severity) -> String? {
    switch severity {
    case .critical: "9.5"
    case .high: "8.0"
    case .medium: "5.5"
    case .low: "2.0"
    case .info: nil
    }
  }

  /// How code scanning shows a rule that is no security rule.
  static func problemSeverity(of severity: Severity) -> String {
    switch severity {
    case .critical, .high: "error"
    case .medium: "warning"
    case .low, .info: "recommendation"
    }
  }
}
