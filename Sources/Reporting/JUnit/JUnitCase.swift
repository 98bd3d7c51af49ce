import AuditModel

/// One `testcase`, before it takes the form of a dialect.
struct JUnitCase {
  /// The element that says a case is not green; at most one per case, since readers disagree on which of two wins.
  enum Outcome: String, CaseIterable {
    case failure
    case error
    case skipped
  }

  /// What its outcome element says.
  struct Result {
    let outcome: Outcome
    let type: String
    /// One line.
    let message: String
    let text: String
  }

  let className: String
  /// Unique in its file.
  let name: String
  let durationMs: Int
  /// Nil for a green case.
  let result: Result?
  /// Its standard output, if it has any.
  let output: String?
  let properties: [(name: String, value: String)]
}

/// How much a file says about each case, most first; each step makes a large file smaller.
enum JUnitDetail: Int, CaseIterable {
  /// Everything.
  case full
  /// Green cases without output and properties.
  case quietPasses
  /// Evidence without its tail.
  case evidenceHeads
  /// No evidence.
  case noEvidence

  /// The most bytes of one evidence text.
  var evidenceLimit: Int {
    switch self {
    case .full, .quietPasses: 8 << 10
    case .evidenceHeads: 512
    case .noEvidence: 0
    }
  }
}

/// What a judgement is in JUnit.
struct JUnitMapping {
  /// The most UTF-16 units of a case's name: some readers cut there, and two names cut alike are one case to them.
  static let nameLimit = 512
  /// The most bytes of a part of a class name.
  static let segmentLimit = 100
  /// The most bytes of one text node.
  static let textLimit = 64 << 10
  /// The most bytes of an attribute.
  static let attributeLimit = 4 << 10

  private let report: AuditReport
  private let detail: JUnitDetail
  private let policy: String
  private let marks: BaselineMarks
  private let blockers: Blockers
  private var names: Set<String> = []
  /// How often a name was taken already: without it a thousand equal names would cost a million comparisons.
  private var repeats: [String: Int] = [:]

  init(_ report: AuditReport, detail: JUnitDetail) {
    self.report = report
    self.detail = detail
    policy = Self.segment(report.policy.id)
    marks = BaselineMarks(report)
    blockers = Blockers(report)
  }

  /// The element that a finding becomes; nil for a green case.
  static func outcome(of finding: Finding, _ blockers: Blockers) -> JUnitCase.Outcome? {
    if finding.isWaived { return .skipped }
    return switch finding.status {
    case .pass, .warn: nil
    case .fail, .manual: .failure
    case .error, .unknown: .error
    case .blocked: blockers.isRed(for: finding) ? .skipped : .error
    case .notApplicable, .skipped: .skipped
    }
  }

  /// The element that a condition of the gate becomes; nil for a green case.
  static func outcome(of condition: Gate.Condition) -> JUnitCase.Outcome? {
    switch condition.status {
    case .pass: nil
    case .fail: .failure
    case .undecided: .error
    }
  }

  /// The element that what somebody said becomes; nil for a green case.
  static func outcome(of said: Said) -> JUnitCase.Outcome? { said.isSound ? nil : .failure }

  /// The case of what somebody said: red where something has to be done about it.
  mutating func testCase(for said: Said) -> JUnitCase {
    let words = Untrusted.oneLine("\(said.word): \(said.complaint)")
    let kind = said.kind.rawValue
    return JUnitCase(
      className: "\(policy).\(said.group).\(Self.segment(said.id))",
      name: unique("\(said.id) \(said.topic)", mark: kind),
      durationMs: 0,
      result: Self.outcome(of: said).map {
        JUnitCase.Result(
          outcome: $0, type: "readiness.\(kind).\(said.state)", message: words.shortened(toBytes: Self.attributeLimit),
          text: words.shortened(toBytes: Self.textLimit))
      }, output: nil, properties: [])
  }

  /// The case of a finding.
  mutating func testCase(for finding: Finding) -> JUnitCase {
    let check = report.checks[finding.check]
    let outcome = Self.outcome(of: finding, blockers)
    let area = String(decoding: finding.check.utf8.prefix(100).prefix { $0 != UInt8(ascii: "-") }, as: UTF8.self)
    let words = [finding.check, check?.title, "[\(finding.target)]", finding.subject]
    let message = Untrusted.oneLine(finding.message)
    var output: String?
    var properties: [(name: String, value: String)] = []
    if detail == .full || outcome != nil || finding.status == .warn {
      if outcome == nil, finding.status == .warn { output = "[WARN] \(message)\n" + evidence(of: finding) }
      properties = [
        ("readiness.status", finding.status.rawValue), ("readiness.severity", finding.severity.rawValue),
        ("readiness.checklist", check?.checklist.joined(separator: " ") ?? ""),
        ("readiness.fingerprint", finding.fingerprint), ("readiness.attestation", finding.attestation ?? ""),
        ("readiness.carriedFrom", finding.carriedFrom?.description ?? ""),
        ("readiness.baseline", marks[finding]?.rawValue ?? ""),
      ].filter { !$0.1.isEmpty }.map { ($0.0, Untrusted.oneLine($0.1)) }
    }
    return JUnitCase(
      className: "\(policy).\(Self.segment(area)).\(Self.segment(finding.check))",
      name: unique(words.compactMap(\.self).joined(separator: " "), mark: finding.fingerprint),
      durationMs: finding.durationMs,
      result: outcome.map { result($0, finding, check, message: message) },
      output: output.map { $0.shortened(toBytes: Self.textLimit) }, properties: properties)
  }

  /// The case of a condition of the gate.
  mutating func testCase(for condition: Gate.Condition) -> JUnitCase {
    let detail = Untrusted.oneLine(condition.detail)
    return JUnitCase(
      className: "\(policy).gate.\(Self.segment(condition.id))", name: unique(condition.id, mark: "gate"),
      durationMs: 0,
      result: Self.outcome(of: condition).map {
        JUnitCase.Result(
          outcome: $0, type: "readiness.gate.\(condition.status.rawValue)",
          message: "\(condition.status.rawValue): \(detail)".shortened(toBytes: Self.attributeLimit),
          text: "\(condition.status.rawValue): \(detail)".shortened(toBytes: Self.textLimit))
      }, output: nil, properties: [])
  }

  private func result(
    _ outcome: JUnitCase.Outcome, _ finding: Finding, _ check: AuditReport.CheckSummary?, message: String
  ) -> JUnitCase.Result {
    let head: String
    let type: String
    switch (outcome, finding.status) {
    case (.skipped, .notApplicable): (head, type) = ("N/A: \(message)", "readiness.notApplicable")
    case (.skipped, .blocked) where finding.waiver == nil: (head, type) = ("BLOCKED: \(message)", "readiness.blocked")
    case (.skipped, let status):
      let waiver = Untrusted.oneLine(finding.waiver ?? "")
      (head, type) = ("WAIVED \(waiver), actual status \(status.rawValue): \(message)", "readiness.waived")
    case (_, .fail): (head, type) = (message, "readiness.\(finding.severity.rawValue)")
    case (_, .manual): (head, type) = ("MANUAL: \(message)", "readiness.manual")
    case (_, let status): (head, type) = (message, "readiness.\(status.rawValue)")
    }
    var text = head
    if outcome != .skipped {
      if let expected = finding.expected { text += "\nexpected: \(Untrusted.oneLine(expected))" }
      if let observed = finding.observed { text += "\nobserved: \(Untrusted.oneLine(observed))" }
      if let remediation = check?.remediation {
        text += "\nfix (effort \(remediation.effort.rawValue)): \(Untrusted.oneLine(remediation.text))"
      }
      if let command = finding.reproduce { text += "\nlook again: \(Untrusted.oneLine(command))" }
      text += "\n" + evidence(of: finding)
    }
    return JUnitCase.Result(
      outcome: outcome, type: type, message: head.shortened(toBytes: Self.attributeLimit),
      text: text.shortened(toBytes: Self.textLimit))
  }

  /// What supports a finding, a label and its text per piece.
  private func evidence(of finding: Finding) -> String {
    guard detail.evidenceLimit > 0 else { return "" }
    return finding.evidence.map { piece in
      let text = Untrusted.text(piece.text, limit: detail.evidenceLimit)
      return "\(Untrusted.oneLine(piece.label)): \(text)\n"
    }.joined()
  }

  /// `text` as one line of at most `nameLimit` characters of the Basic Multilingual Plane, unlike every name so far.
  private mutating func unique(_ text: String, mark: String) -> String {
    let name = Self.basic(Untrusted.oneLine(text))
    if (1...Self.nameLimit).contains(name.utf16.count), names.insert(name).inserted { return name }
    let short = Self.basic(Untrusted.oneLine(String(mark.unicodeScalars.prefix(8))))
    var number = repeats[name] ?? 0
    var candidate: String
    repeat {
      number += 1
      let ending = number == 1 ? " … \(short)" : " … \(short) (\(number))"
      let room = Self.nameLimit - ending.utf16.count
      candidate = String(String.UnicodeScalarView(name.unicodeScalars.prefix(room))) + ending
    } while !names.insert(candidate).inserted
    repeats[name] = number
    return candidate
  }

  /// Emoji and other scalars beyond U+FFFF as U+FFFD: several readers strip or refuse them.
  private static func basic(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 >= 0xF0 }) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value > 0xFFFF ? "\u{FFFD}" : $0 }))
  }

  /// A part of a class name: readers split it at its dots.
  private static func segment(_ text: String) -> String {
    func isPlain(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    if (1...segmentLimit).contains(text.utf8.count), text.utf8.allSatisfy(isPlain) { return text }
    let plain = text.utf8.prefix(segmentLimit).map { isPlain($0) ? $0 : UInt8(ascii: "_") }
    return plain.isEmpty ? "_" : String(decoding: plain, as: UTF8.self)
  }
}
