/// The certificate policies that are valid so far along a path (RFC 5280 section 6.1, with the set of RFC 9618 in place
/// of the tree, whose size an attacker could choose). Every policy is acceptable to whoever asks.
struct PolicySet: Sendable {
  /// The policies that the next certificate may name; empty together with `hasAny` false where none is valid any more.
  private var expected: Set<OID> = []
  private var hasAny = true
  private var explicitPolicy: Int
  private var inhibitAny: Int
  private var mapping: Int

  /// Before the first of `count` certificates below the anchor.
  init(certificates count: Int) {
    explicitPolicy = count + 1
    inhibitAny = count + 1
    mapping = count + 1
  }

  private var isEmpty: Bool { !hasAny && expected.isEmpty }

  /// Takes in one certificate, from the anchor's child to the leaf. Returns what is wrong with it, or nil.
  mutating func take(_ certificate: X509Certificate, isSelfIssued: Bool, isLeaf: Bool) -> String? {
    let named = certificate.certificatePolicies?.map(\.policy) ?? []
    if !isEmpty {
      let before = expected
      let hadAny = hasAny
      expected = Set(named.filter { $0 != .anyPolicy && (hadAny || before.contains($0)) })
      let anyCounts = named.contains(.anyPolicy) && (inhibitAny > 0 || (isSelfIssued && !isLeaf))
      if anyCounts { expected.formUnion(before) }
      hasAny = anyCounts && hadAny
    }
    if isEmpty, explicitPolicy == 0 { return "no policy is valid here, and the path demands one" }
    return isLeaf ? finish(certificate) : prepare(certificate, isSelfIssued: isSelfIssued)
  }

  /// RFC 5280 section 6.1.4 (a), (b), (h), (i) and (j).
  private mutating func prepare(_ certificate: X509Certificate, isSelfIssued: Bool) -> String? {
    if let mappings = certificate.policyMappings {
      var targets: [OID: Set<OID>] = [:]
      for one in mappings {
        if one.issuerDomain == .anyPolicy || one.subjectDomain == .anyPolicy { return "anyPolicy is mapped" }
        targets[one.issuerDomain, default: []].insert(one.subjectDomain)
      }
      // All that is mapped leaves before anything that it is mapped to comes: mappings may lead to each other's start.
      let mapped = targets.filter { expected.contains($0.key) || hasAny }
      expected.subtract(mapped.keys)
      if mapping > 0 { for subjects in mapped.values { expected.formUnion(subjects) } }
    }
    if !isSelfIssued {
      explicitPolicy = max(0, explicitPolicy - 1)
      mapping = max(0, mapping - 1)
      inhibitAny = max(0, inhibitAny - 1)
    }
    if let constraints = certificate.policyConstraints {
      if let skip = constraints.requireExplicitPolicy { explicitPolicy = min(explicitPolicy, skip) }
      if let skip = constraints.inhibitPolicyMapping { mapping = min(mapping, skip) }
    }
    if let skip = certificate.inhibitAnyPolicy { inhibitAny = min(inhibitAny, skip) }
    return nil
  }

  /// RFC 5280 section 6.1.5 (a), (b) and (g).
  private mutating func finish(_ certificate: X509Certificate) -> String? {
    explicitPolicy = max(0, explicitPolicy - 1)
    if certificate.policyConstraints?.requireExplicitPolicy == 0 { explicitPolicy = 0 }
    return explicitPolicy == 0 && isEmpty ? "no policy is valid at the end of the path, and the path demands one" : nil
  }
}
