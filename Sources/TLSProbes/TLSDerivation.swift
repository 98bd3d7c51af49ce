import AuditModel
import Facts

/// What follows from recorded TLS facts on some day. Pure.
enum TLSDerivation {
  /// The facts with the certificate's place in its life, and the issuers that are out of theirs.
  static func derived(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var whole = facts.object else { return facts }
    if var leaf = whole["leaf"]?.object {
      leaf["lifetime"] = lifetime(of: .object(leaf), anchor: facts["chain"]?["anchor"]?.string, asOf: now)
      leaf["renewal"] = renewal(of: .object(leaf), asOf: now)
      whole["leaf"] = .object(leaf)
    }
    if var chain = whole["chain"]?.object {
      // The server's own certificate is judged by itself, and so is a root that is only the name of a key.
      let path = chain["path"]?.array
      let issuers = path.map { Array($0.dropFirst()) }
      chain["outdated"] = issuers.map { .array($0.filter { !isInForce($0, now) }) } ?? .null
      whole["chain"] = .object(chain)
    }
    return .object(whole)
  }

  private static func validity(_ certificate: JSONValue) -> (notBefore: Instant, notAfter: Instant)? {
    guard let notBefore = certificate["notBefore"]?.string.flatMap({ Instant($0) }),
      let notAfter = certificate["notAfter"]?.string.flatMap({ Instant($0) })
    else { return nil }
    return (notBefore, notAfter)
  }

  private static func isInForce(_ certificate: JSONValue, _ now: Instant) -> Bool {
    guard let (notBefore, notAfter) = validity(certificate) else { return false }
    return notBefore <= now && now <= notAfter
  }

  private static func lifetime(of leaf: JSONValue, anchor: String?, asOf now: Instant) -> JSONValue {
    guard let (notBefore, notAfter) = validity(leaf) else { return .null }
    let life = CertificateLifetime(notBefore: notBefore, notAfter: notAfter, now: now)
    let isLong = life.days > life.publicLimitDays
    return [
      "days": .integer(life.days), "daysLeft": .integer(Int((Double(life.secondsLeft) / 86400).rounded(.down))),
      "secondsLeft": .integer(life.secondsLeft), "shareLeft": .double(rounded(life.shareLeft, 10_000)),
      "isExpired": .bool(life.isExpired), "isNotYetValid": .bool(life.isNotYetValid),
      "warnsBelowDays": .double(rounded(life.warnsBelow / 86400, 10)),
      "failsBelowDays": .double(rounded(life.failsBelow / 86400, 10)), "verdict": .string(life.verdict.rawValue),
      "publicLimitDays": .integer(life.publicLimitDays),
      "publicLimit": .string(!isLong ? "kept" : anchor == "declared" ? "exceededPrivately" : "exceeded"),
    ]
  }

  private static func renewal(of leaf: JSONValue, asOf now: Instant) -> JSONValue {
    guard let (notBefore, notAfter) = validity(leaf) else { return .null }
    let evidence = RenewalEvidence(
      CertificateLifetime(notBefore: notBefore, notAfter: notAfter, now: now), serial: leaf["serial"]?.string ?? "",
      issuer: leaf["issuer"]?.string ?? "", sightings: (leaf["earlier"]?.array ?? []).compactMap(sighting))
    return [
      "grade": .string(evidence.grade.rawValue), "reasons": JSONValue(evidence.reasons),
      "lookedAt": JSONValue(evidence.lookedAt.map(\.rawValue)),
      "renewedAtShare": evidence.renewedAtShare.map { .double(rounded(max(0, $0), 10_000)) } ?? .null,
    ]
  }

  private static func sighting(_ facts: JSONValue) -> RenewalEvidence.Sighting? {
    guard let serial = facts["serial"]?.string, let (notBefore, notAfter) = validity(facts),
      let firstSeen = facts["firstSeen"]?.string.flatMap({ Instant($0) })
    else { return nil }
    return RenewalEvidence.Sighting(
      serial: serial, notBefore: notBefore, notAfter: notAfter, firstSeen: firstSeen)
  }

  private static func rounded(_ number: Double, _ places: Double) -> Double { (number * places).rounded() / places }
}
