import AuditModel

/// Which attestations hold, and what they serve. Pure.
struct Attesting {
  /// One row for each attestation, in their order.
  private(set) var rows: [AuditReport.AttestationRow] = []
  /// The attestations that hold, by the id of the statement they make.
  private var byStatement: [String: [String]] = [:]
  private var byFinding: [Place: Attestation] = [:]

  private struct Place: Hashable {
    let check: String
    let target: String
    let subject: String?
  }

  /// Holds `attestations` against what `checklist` asks for, as of `now`.
  init(_ attestations: [Attestation], checklist: [ChecklistItem], checks: [CheckDefinition], asOf now: Instant) {
    guard !attestations.isEmpty else { return }
    let statements = Dictionary(
      checklist.flatMap(\.attest).map { ($0.id, $0.statement) }, uniquingKeysWith: { first, _ in first })
    for attestation in attestations {
      let (state, problem) = Self.state(of: attestation, statements: statements, asOf: now)
      var items: [String] = []
      switch attestation.topic {
      case .statement(let id):
        items = checklist.filter { $0.attest.contains { $0.id == id } }.map(\.id)
        if state == .valid { byStatement[id, default: []].append(attestation.id) }
      case .finding(let check, let target, let subject):
        items = checks.first { $0.id == check }?.checklist ?? []
        if state == .valid { byFinding[Place(check: check, target: target, subject: subject)] = attestation }
      }
      rows.append(
        AuditReport.AttestationRow(attestation: attestation, state: state, problem: problem, items: items))
    }
  }

  private static func state(
    of attestation: Attestation, statements: [String: String], asOf now: Instant
  ) -> (AuditReport.AttestationRow.State, String?) {
    if now > attestation.expires { return (.expired, "its last day was \(attestation.expires.day)") }
    if now < attestation.on { return (.notYet, "its first day is \(attestation.on.day)") }
    if case .statement(let id) = attestation.topic {
      guard let statement = statements[id] else { return (.stale, "nothing asks for \(id) any more") }
      guard statement.words == attestation.statement.words else {
        return (.stale, "what is asked for has other words now")
      }
    }
    for text in attestation.texts where text.found != text.sha256 {
      return (.stale, "\(text.file) \(text.found == nil ? "cannot be read" : "has changed since")")
    }
    return (.valid, nil)
  }

  /// The attestation by which a person passes a finding that waits for one.
  func attestation(of check: String, _ target: String, _ subject: String?) -> Attestation? {
    byFinding.isEmpty ? nil : byFinding[Place(check: check, target: target, subject: subject)]
  }

  /// The attestations that hold and make one of the statements that `item` asks for.
  func serving(_ item: ChecklistItem) -> [String] { item.attest.flatMap { byStatement[$0.id] ?? [] } }

  /// The statements that `item` asks for and nobody makes.
  func awaiting(_ item: ChecklistItem) -> [String] {
    item.attest.map(\.id).filter { byStatement[$0] == nil }
  }
}

extension Attestation {
  /// What a finding that it passes says of it.
  var sentence: String { "\(id) until \(expires.day) by \(by)" }
}

extension String {
  /// The words, however they are broken into lines.
  fileprivate var words: [Substring] { split(whereSeparator: \.isWhitespace) }
}
