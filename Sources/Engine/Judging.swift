package import AuditModel
import Cryptography
package import Facts

/// Holds facts against a check. Pure.
package struct Judge: Sendable {
  private let check: CheckDefinition
  private let parameters: JSONObject

  /// A judge for one check with its parameters.
  package init(_ check: CheckDefinition, parameters: JSONObject) {
    self.check = check
    self.parameters = parameters
  }

  /// One judgement of one subject, or of the whole.
  package struct Ruling: Sendable {
    /// The part of the target; nil for the whole.
    package var subject: String?
    /// The outcome.
    package var status: Status
    /// One line that stands alone.
    package var message: String
    /// The limit, in words.
    package var expected: String?
    /// What was seen.
    package var observed: String?
    /// Facts worth showing.
    package var evidence: [Finding.Evidence]
  }

  /// What follows from the facts, parts of which may have been out of sight.
  ///
  /// A check over subjects gives one ruling for each that does not pass, or one without subject if all do.
  package func rulings(on facts: JSONValue, gaps: [Gap]) -> [Ruling] {
    guard let each = check.each else {
      let gaps = GapPlaces(gaps, of: nil, subjects: [], in: facts, parameters)
      return [ruling(on: facts, subject: nil, gaps: gaps)]
    }
    let subjects = each.path.values(in: facts, subject: nil, parameters: parameters)
    let gaps = GapPlaces(gaps, of: each, subjects: subjects, in: facts, parameters)
    let hidden = concealment(of: each.path, selectedNothing: subjects.isEmpty, facts: facts, subject: nil, gaps: gaps)
    if subjects.isEmpty {
      if let hidden { return [unknown(hidden)] }
      let because = each.ifNone.because.filled(facts: facts, subject: nil, parameters: parameters)
      return [Ruling(status: each.ifNone.status, message: because, evidence: evidence(facts, nil))]
    }
    var open: [Ruling] = []
    var names: [String: Int] = [:]
    for subject in subjects {
      var ruling = ruling(on: facts, subject: subject, gaps: gaps)
      guard ruling.status != .pass else { continue }
      let name = String(each.name.filled(facts: facts, subject: subject, parameters: parameters).prefix(200))
      let count = names[name, default: 0] + 1
      names[name] = count
      ruling.subject = count == 1 ? name : "\(name) (\(count))"
      open.append(ruling)
    }
    if let hidden { open.append(unknown(hidden)) }
    if !open.isEmpty { return open }
    return [
      Ruling(status: .pass, message: "\(check.title): all \(subjects.count) hold", evidence: evidence(facts, nil))
    ]
  }

  private func ruling(on facts: JSONValue, subject: JSONValue?, gaps: GapPlaces) -> Ruling {
    let met = Ruling(status: .pass, message: check.title, evidence: [])
    let required = check.expect.map {
      ruling(for: $0, miss: .fail, facts: facts, subject: subject, gaps: gaps) ?? met
    }
    let preferred = check.prefer.compactMap {
      ruling(for: $0, miss: .warn, facts: facts, subject: subject, gaps: gaps)
    }
    // The first of the worst: an expectation that does not apply is not one that is met.
    var worst = required.first ?? met
    for ruling in required + preferred where ruling.status.badness > worst.status.badness { worst = ruling }
    // Of thousands of subjects most pass, and nobody reads of those.
    if worst.status == .pass, subject != nil { return worst }
    if worst.status == .pass, let first = check.expect.first {
      let values = first.fact.values(in: facts, subject: subject, parameters: parameters)
      worst.observed = Self.bounded(values.map(\.plainText).joined(separator: ", "), 300)
      worst.expected = limit(of: first, facts, subject).map { first.matcher.sentence(limit: $0) }
    }
    worst.evidence = evidence(facts, subject)
    return worst
  }

  /// The ruling where the expectation is not met; nil where it is.
  private func ruling(
    for expectation: CheckDefinition.Expectation, miss: Status, facts: JSONValue, subject: JSONValue?, gaps: GapPlaces
  ) -> Ruling? {
    let path = expectation.fact
    guard let limit = limit(of: expectation, facts, subject) else {
      return absent(expectation, "what \(path.text) is compared with was not observed", facts, subject)
    }
    let values = path.values(in: facts, subject: subject, parameters: parameters)
    var expected: String { expectation.matcher.sentence(limit: limit) }
    switch expectation.matcher.verdict(on: values, limit: limit) {
    case .satisfied:
      // Met by what was seen; what was out of sight could still break it.
      let hidden = concealment(
        of: path, selectedNothing: values.isEmpty, facts: facts, subject: subject, gaps: gaps)
      return hidden.map { absent(expectation, $0, facts, subject) }
    case .violated(let observed):
      let message =
        expectation.otherwise?.filled(facts: facts, subject: subject, parameters: parameters)
        ?? "\(path.text) is \(observed.plainText), \(expected) wanted"
      return Ruling(
        status: miss, message: Self.bounded(message, 300), expected: expected,
        observed: Self.bounded(observed.plainText, 300), evidence: [])
    case .missing:
      let reason = gaps.first(touching: path, of: subject)?.reason ?? "\(path.text) was not observed"
      var ruling = absent(expectation, reason, facts, subject)
      ruling.expected = expected
      return ruling
    case .incomparable(let reason):
      return Ruling(
        status: .error, message: Self.bounded("\(path.text) cannot be judged: \(reason)", 300), expected: expected,
        evidence: [])
    }
  }

  private func limit(
    of expectation: CheckDefinition.Expectation, _ facts: JSONValue, _ subject: JSONValue?
  ) -> JSONValue? {
    expectation.matcher.limit.value(facts: facts, subject: subject, parameters: parameters)
  }

  private func absent(
    _ expectation: CheckDefinition.Expectation, _ reason: String, _ facts: JSONValue, _ subject: JSONValue?
  ) -> Ruling {
    guard let absence = expectation.ifMissing else { return unknown(reason) }
    let because = absence.because.filled(facts: facts, subject: subject, parameters: parameters)
    return Ruling(status: absence.status, message: Self.bounded(because, 300), evidence: [])
  }

  private func unknown(_ reason: String) -> Ruling {
    Ruling(status: .unknown, message: Self.bounded(reason, 300), evidence: [])
  }

  private func evidence(_ facts: JSONValue, _ subject: JSONValue?) -> [Finding.Evidence] {
    check.evidence.compactMap { path in
      let values = path.values(in: facts, subject: subject, parameters: parameters)
      if values.allSatisfy(\.isNull) { return nil }
      return Finding.Evidence(
        label: path.text, text: Self.bounded(values.map(\.plainText).joined(separator: "\n"), 4096))
    }
  }

  // MARK: What was out of sight

  /// Why a selection says less than it seems to: the place it selects from was not observed, or only in part.
  ///
  /// A path to one value needs no such care where it found something: the value itself is the sight.
  private func concealment(
    of path: FactPath, selectedNothing: Bool, facts: JSONValue, subject: JSONValue?, gaps: GapPlaces
  ) -> String? {
    if path.query.isSingular, !selectedNothing { return nil }
    if let gap = gaps.first(touching: path, of: subject) { return gap.reason }
    guard selectedNothing, var place = path.origin == .subject ? subject : facts else { return nil }
    var names = path.query.leadingNames
    if path.query.isSingular { names = Array(names.dropLast()) }
    for name in names {
      guard let inner = place[name], !inner.isNull else { return "\(path.text) was not observed" }
      place = inner
    }
    return nil
  }

  /// The text cut to `limit` Unicode scalars, with a mark where it was cut.
  static func bounded(_ text: String, _ limit: Int) -> String {
    guard text.unicodeScalars.count > limit else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit - 1))) + "…"
  }
}

/// The identity of a finding between runs.
enum Fingerprint {
  /// SHA-256 over scheme, check, target and subject, and over nothing that changes while the finding stays the same.
  static func of(check: String, target: String, subject: String?) -> String {
    SHA256.hex("prodworthy-finding/1\0\(check)\0\(target)\0\(subject ?? "")".utf8)
  }
}
