/// Which attestations something has to be done about.
///
/// One that has run out, or that speaks of what has changed, is a finding of its own: what rested on it rests on nothing
/// any more. Where another one makes the same statement and holds, it was renewed, and only stands there for the record.
public struct AttestationStanding: Sendable {
  /// What the attestations that hold speak of.
  private let held: Set<Attestation.Topic>

  /// The standing of a report's attestations.
  public init(_ rows: [AuditReport.AttestationRow]) {
    held = Set(rows.lazy.filter { $0.state == .valid }.map(\.attestation.topic))
  }

  /// Whether nothing has to be done about it.
  public func isSound(_ row: AuditReport.AttestationRow) -> Bool {
    switch row.state {
    case .valid, .notYet: true
    case .expired, .stale: held.contains(row.attestation.topic)
    }
  }
}

extension AuditReport {
  /// The attestations about which something has to be done.
  public var attestationsToMend: [AttestationRow] {
    let standing = AttestationStanding(attestations)
    return attestations.filter { !standing.isSound($0) }
  }
}
