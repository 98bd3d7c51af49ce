import AuditModel
import Cryptography

/// Certificates held against revocation lists (RFC 5280 section 6.3.3), complete and delta, without indirect lists.
struct RevocationCheck: Sendable {
  let lists: [Listed]
  let at: Instant

  /// A list with what can be said of it before anybody's certificate is looked up.
  struct Listed: Sendable {
    let list: X509CRL
    /// What makes it unusable for everybody; nil where nothing does.
    let problem: String?
    let issuer: [DistinguishedName.ComparableRelativeName]
    let entries: [[UInt8]: X509CRL.Entry]

    init(_ list: X509CRL, at: Instant) {
      self.list = list
      issuer = list.issuer.comparable
      var entries: [[UInt8]: X509CRL.Entry] = [:]
      var hasDuplicate = false
      for entry in list.entries where entries.updateValue(entry, forKey: entry.serial) != nil { hasDuplicate = true }
      self.entries = entries
      problem = hasDuplicate ? "lists a serial number twice" : Self.problem(list, at)
    }

    private static let processed: Set<OID> = [
      .authorityKeyIdentifier, .issuingDistributionPoint, .deltaCRLIndicator,
    ]

    private static func problem(_ list: X509CRL, _ at: Instant) -> String? {
      if let fault = list.encodingFaults.first(where: { ![.encodedDefault, .unorderedSet].contains($0.kind) }) {
        return "is not DER: \(fault.kind.rawValue) at octet \(fault.offset)"
      }
      if list.version != 2 { return "is of version \(list.version)" }
      if list.innerAlgorithm != list.outerAlgorithm { return "names two algorithms for its signature" }
      guard let this = list.thisUpdate.instant, list.thisUpdate.hasRightForm else { return "has no time of issue" }
      guard let next = list.nextUpdate?.instant, list.nextUpdate?.hasRightForm == true else {
        return "does not say when the next one comes"
      }
      if this > at { return "is not valid before \(this)" }
      if next < at { return "was to be replaced by \(next)" }
      guard let number = list.extension(.crlNumber), case .crlNumber(let octets) = number.content else {
        return "has no number"
      }
      if number.isCritical { return "marks its number as critical" }
      if octets.count > 20 || (octets.first ?? 0x80) >= 0x80 { return "has a number out of range" }
      var seen: Set<OID> = []
      for one in list.extensions {
        if !seen.insert(one.identifier).inserted { return "has \(one.identifier) twice" }
        if case .malformed(let why) = one.content { return "has a malformed \(one.identifier): \(why)" }
        if one.isCritical, !processed.contains(one.identifier) {
          return "has the unknown critical extension \(one.identifier)"
        }
      }
      for entry in list.entries {
        if let one = entry.extensions.first(where: { $0.isCritical && $0.identifier != .crlReason }) {
          return "has an entry with the unknown critical extension \(one.identifier)"
        }
        if entry.revoked.instant == nil { return "has an entry without a time" }
      }
      return scopeProblem(list)
    }

    private static func scopeProblem(_ list: X509CRL) -> String? {
      guard let point = list.issuingDistributionPoint else { return nil }
      if point.isIndirect { return "is indirect" }
      if point.onlyAttributeCertificates { return "is for attribute certificates" }
      if point.onlySomeReasons != nil { return "leaves reasons out" }
      if point.onlyUserCertificates, point.onlyCACertificates { return "is for no certificate at all" }
      switch point.name {
      case .relative: return "names its distribution point relative to its issuer"
      case .full(let names):
        if names.isEmpty || names.contains(where: { if case .uri = $0.kind { false } else { true } }) {
          return "names a distribution point that is no URI"
        }
        return nil
      case nil: return nil
      }
    }
  }

  init(_ lists: [X509CRL], at: Instant) {
    self.lists = lists.map { Listed($0, at: at) }
    self.at = at
  }

  /// What speaks against `certificate`, issued by `issuer` with `key`; nil where nothing does.
  ///
  /// The leaf has to be found not revoked. An authority has to be so where a list of its issuer is given at all.
  func complaint(
    about certificate: X509Certificate, issuer: X509Certificate, key: PublicKeyVerifier?, isLeaf: Bool
  ) -> CertificateProfile.Complaint? {
    let name = certificate.issuer.comparable
    let candidates = lists.filter { $0.issuer == name }
    if candidates.isEmpty {
      return isLeaf
        ? CertificateProfile.Complaint("revocation-unknown", "is covered by none of the revocation lists given") : nil
    }
    if let usage = issuer.keyUsage, !usage.contains(.cRLSign) {
      return CertificateProfile.Complaint("crl-unusable", "has an issuer that may not sign revocation lists")
    }
    var problems: [String] = []
    var usable: [Listed] = []
    for one in candidates {
      if let problem = one.problem ?? problem(one.list, certificate, issuer, key) {
        problems.append(problem)
      } else {
        usable.append(one)
      }
    }
    let complete = usable.filter { $0.list.deltaBase == nil }
    guard !complete.isEmpty else {
      let why = problems.first ?? "only says what has changed"
      return CertificateProfile.Complaint("crl-unusable", "has a revocation list that \(why)")
    }
    return revocation(of: certificate.serial, complete, deltas: usable.filter { $0.list.deltaBase != nil })
  }

  /// The newest word on a serial number: that of a delta that builds on one of the complete lists, or theirs.
  private func revocation(
    of serial: [UInt8], _ complete: [Listed], deltas: [Listed]
  ) -> CertificateProfile.Complaint? {
    let entry = complete.lazy.compactMap { $0.entries[serial] }.first
    var newest = entry
    for delta in deltas {
      let isBased = complete.contains { base in
        guard let number = base.list.number, let least = delta.list.deltaBase else { return false }
        return !number.isLess(than: least)
      }
      guard isBased, let changed = delta.entries[serial] else { continue }
      // A lifted hold (reason 8) takes back nothing but a hold (reason 6).
      if changed.reason == 8 {
        if entry?.reason == 6 { newest = nil }
      } else {
        return Self.revoked(changed)
      }
    }
    return newest.flatMap { $0.reason == 8 ? nil : Self.revoked($0) }
  }

  private static func revoked(_ entry: X509CRL.Entry) -> CertificateProfile.Complaint {
    let when = entry.revoked.instant.map { " on \($0.day)" } ?? ""
    let why = entry.reason.flatMap { reasons.indices.contains($0) ? reasons[$0] : nil } ?? "no reason given"
    return CertificateProfile.Complaint("revoked", "was revoked\(when): \(why)")
  }

  /// RFC 5280 section 5.3.1, by number.
  private static let reasons = [
    "unspecified", "key compromise", "CA compromise", "affiliation changed", "superseded", "cessation of operation",
    "certificate hold", "unspecified", "removed from list", "privilege withdrawn", "AA compromise",
  ]

  /// What makes a list unusable for this certificate.
  private func problem(
    _ list: X509CRL, _ certificate: X509Certificate, _ issuer: X509Certificate, _ key: PublicKeyVerifier?
  ) -> String? {
    if let point = list.issuingDistributionPoint {
      if point.onlyUserCertificates, certificate.isCA { return "is not for authorities" }
      if point.onlyCACertificates, !certificate.isCA { return "is for authorities only" }
      if case .full(let names) = point.name {
        let uris = certificate.crlDistributionPoints?.compactMap { Self.uris(of: $0) } ?? []
        if !uris.joined().contains(where: { uri in names.contains { $0.element.content.elementsEqual(uri) } }) {
          return "is of another distribution point"
        }
      }
    }
    if let identifier = list.authorityKeyIdentifier?.keyIdentifier, let own = issuer.subjectKeyIdentifier,
      identifier != own
    {
      return "is signed with another key of its issuer"
    }
    guard case .known(let scheme) = list.outerAlgorithm.signatureAlgorithm, CertificateProfile.isAllowed(scheme) else {
      return "is signed with an algorithm that is not allowed"
    }
    guard list.signatureUnusedBits == 0, let key, key.verifies(list.signature, over: list.toBeSigned, by: scheme) else {
      return "is not signed by its issuer"
    }
    return nil
  }

  /// The URIs of a distribution point; nil where it has none, or another kind of name (Baseline Requirements section
  /// 7.1.2.11.2).
  private static func uris(of point: DistributionPoint) -> [ArraySlice<UInt8>]? {
    guard case .full(let names) = point.name, point.reasons == nil, point.issuer == nil else { return nil }
    var uris: [ArraySlice<UInt8>] = []
    for name in names {
      guard case .uri(let text) = name.kind else { return nil }
      uris.append(text.octets)
    }
    return uris
  }
}

extension [UInt8] {
  /// Whether this natural number, big-endian, is less than another.
  fileprivate func isLess(than other: [UInt8]) -> Bool {
    let left = drop { $0 == 0 }
    let right = other.drop { $0 == 0 }
    return left.count != right.count ? left.count < right.count : left.lexicographicallyPrecedes(right)
  }
}
