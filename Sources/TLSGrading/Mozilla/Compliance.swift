import TLSRegistry

/// How a server stands to one profile of the guidelines.
///
/// A server that is stricter than the profile complies. Groups beyond the recommended ones and certificates that live longer
/// than recommended are notes; stapling is not judged at all, since authorities have stopped to answer OCSP.
package struct Compliance: Sendable, Hashable {
  /// The profile held against.
  package var guideline: Guideline
  /// Whether the server complies; nil where nothing known speaks against it but something is not known.
  package var isCompliant: Bool?
  /// What the profile does not allow, one by one.
  package var deviations: [Deviation]
  /// What it would have otherwise, without forbidding it.
  package var notes: [Deviation]
  /// The inputs that were not known, by their names in `ServerProfile`.
  package var missing: [String]

  /// One thing about a server that a profile does not allow.
  package struct Deviation: Sendable, Hashable {
    /// What it is about.
    package var kind: Kind
    /// What the server does.
    package var value: String
    /// What the profile allows.
    package var allowed: String
    /// One sentence for people, lower case, without full stop.
    package var message: String
  }

  /// What deviations are about.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case version, suite, group
    case certificateType, certificateCurve, certificateSignature, rsaKeySize, lifetime
    case dhSize, hsts, serverOrder, vulnerability
  }
}

extension ServerProfile {
  /// How the server stands to each profile of each version of the guidelines, newest and strictest first.
  package var compliances: [Compliance] { Guideline.all.map(compliance) }

  /// How the server stands to one profile.
  package func compliance(_ guideline: Guideline) -> Compliance {
    var comparison = Comparison(guideline)
    comparison.compareVersions(of: self)
    comparison.compareSuites(of: self)
    comparison.compareGroups(of: self)
    comparison.compareCertificates(of: self)
    comparison.compareHTTP(of: self)
    comparison.compareOrder(of: self)
    for (vulnerability, isThere) in vulnerabilities.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where isThere {
      comparison.deviates(
        .vulnerability, vulnerability.rawValue, "none", "the server is open to \(vulnerability.title)")
    }
    return comparison.result
  }
}

extension [Compliance] {
  /// The profile that the server is closest to: one it complies with, else one with the fewest deviations; the strictest of
  /// these, and of the newest version.
  package var closest: Compliance? {
    self.min { rank($0) < rank($1) }
  }

  private func rank(_ compliance: Compliance) -> (Int, Int, Int) {
    let profiles = Guideline.Profile.allCases
    let strictness = profiles.firstIndex(of: compliance.guideline.profile) ?? profiles.count
    let age = firstIndex(of: compliance) ?? count
    return (compliance.deviations.count, strictness, age)
  }
}

/// A comparison under way.
private struct Comparison {
  let guideline: Guideline
  private var deviations: [Compliance.Deviation] = []
  private var notes: [Compliance.Deviation] = []
  private var missing: [String] = []

  init(_ guideline: Guideline) { self.guideline = guideline }

  var result: Compliance {
    Compliance(
      guideline: guideline, isCompliant: !deviations.isEmpty ? false : missing.isEmpty ? true : nil,
      deviations: deviations, notes: notes, missing: missing)
  }

  mutating func deviates(_ kind: Compliance.Kind, _ value: String, _ allowed: String, _ message: String) {
    let deviation = Compliance.Deviation(kind: kind, value: value, allowed: allowed, message: message)
    if !deviations.contains(deviation) { deviations.append(deviation) }
  }

  private mutating func notes(_ kind: Compliance.Kind, _ value: String, _ allowed: String, _ message: String) {
    notes.append(Compliance.Deviation(kind: kind, value: value, allowed: allowed, message: message))
  }

  private mutating func lacks(_ input: String) {
    if !missing.contains(input) { missing.append(input) }
  }

  private static func list(_ names: some Sequence<String>) -> String {
    let text = names.sorted().joined(separator: ", ")
    return text.isEmpty ? "none" : text
  }

  mutating func compareVersions(of server: ServerProfile) {
    guard let versions = server.versions, !versions.isEmpty else { return lacks("versions") }
    let allowed = guideline.versions.sorted().map(\.openSSLName).joined(separator: ", ")
    for version in versions.subtracting(guideline.versions).sorted() {
      deviates(.version, version.openSSLName, allowed, "the server accepts \(version.title)")
    }
  }

  mutating func compareSuites(of server: ServerProfile) {
    for version in (server.versions ?? []).sorted() {
      guard let suites = server.suites[version], !suites.isEmpty else {
        // The suites of a version that is not allowed at all would add nothing.
        if guideline.versions.contains(version) { lacks("suites.\(version.openSSLName)") }
        continue
      }
      let allowed = version == .tls13 ? guideline.suites13 : guideline.suites
      for suite in suites where !allowed.contains(suite.name) {
        deviates(.suite, suite.name, Self.list(allowed), "the server accepts \(suite.name)")
      }
    }
    guard server.suites.values.joined().contains(where: { $0.exchange == .dhe }) else { return }
    guard let least = guideline.dhBits else { return }
    guard let bits = server.dhBits else { return lacks("dhBits") }
    if bits < least {
      deviates(.dhSize, "\(bits)", "at least \(least)", "the server uses a Diffie-Hellman group of \(bits) bits")
    }
  }

  mutating func compareGroups(of server: ServerProfile) {
    let usesGroups =
      server.versions?.contains(.tls13) == true
      || server.suites.values.joined().contains { $0.exchange == .ecdhe }
    guard usesGroups else { return }
    guard let groups = server.groups else { return lacks("groups") }
    let allowed = Self.list(guideline.groups)
    for name in groups {
      let canonical = NamedGroup.canonical(name)
      if guideline.groups.contains(canonical) { continue }
      switch GroupStrength(name) {
      case .curve(let bits)? where bits < guideline.ecdhBits && !canonical.hasPrefix("x25519"):
        deviates(.group, name, allowed, "the server accepts the small group \(name)")
      case .field(let bits)? where bits < guideline.dhBits ?? 2048:
        deviates(.group, name, allowed, "the server accepts the small group \(name)")
      default: notes(.group, name, allowed, "the server also accepts the group \(name)")
      }
    }
  }

  mutating func compareCertificates(of server: ServerProfile) {
    guard let certificates = server.certificates, !certificates.isEmpty else { return lacks("certificates") }
    // A server may have a certificate for older clients beside the one that the profile asks for.
    let fitting = certificates.filter { guideline.certificateTypes.contains($0.key.kind) }
    let types = Self.list(guideline.certificateTypes.map(\.title))
    if fitting.isEmpty {
      for certificate in certificates {
        let title = certificate.key.kind.title
        deviates(.certificateType, title, types, "the server's certificate has a key of the type \(title)")
      }
    }
    for certificate in fitting {
      compareKey(certificate.key)
      guard let signature = certificate.signatureAlgorithm else {
        lacks("certificates.signatureAlgorithm")
        continue
      }
      if !guideline.certificateSignatures.contains(signature) {
        deviates(
          .certificateSignature, signature, Self.list(guideline.certificateSignatures),
          "the server's certificate is signed with \(signature)")
      }
    }
    for certificate in certificates { compareLifetime(certificate.lifetimeDays) }
  }

  private mutating func compareKey(_ key: ServerProfile.Key) {
    switch key.kind {
    case .rsa:
      guard let least = guideline.rsaBits else { return }
      guard let bits = key.bits else { return lacks("certificates.key.bits") }
      if bits < least {
        deviates(.rsaKeySize, "\(bits)", "at least \(least)", "the server's RSA key has \(bits) bits")
      }
    case .ec:
      guard let curve = key.curve else { return lacks("certificates.key.curve") }
      if !guideline.certificateCurves.contains(NamedGroup.canonical(curve)) {
        deviates(
          .certificateCurve, curve, Self.list(guideline.certificateCurves), "the server's key is on the curve \(curve)")
      }
    case .dsa, .ed25519, .ed448, .mldsa: return
    }
  }

  private mutating func compareLifetime(_ days: Int?) {
    guard let days else { return lacks("certificates.lifetimeDays") }
    if days > guideline.maximumLifetimeDays {
      deviates(
        .lifetime, "\(days)", "at most \(guideline.maximumLifetimeDays)",
        "the server's certificate lives for \(days) days")
    } else if days > guideline.recommendedLifetimeDays {
      notes(
        .lifetime, "\(days)", "\(guideline.recommendedLifetimeDays) recommended",
        "the server's certificate lives for \(days) days")
    }
  }

  mutating func compareHTTP(of server: ServerProfile) {
    guard server.isHTTP != false else { return }
    let allowed = "at least \(guideline.hstsSeconds) seconds"
    switch server.strictTransport {
    case .absent?: deviates(.hsts, "none", allowed, "the answers carry no Strict-Transport-Security")
    case .maxAge(let seconds)? where seconds < guideline.hstsSeconds:
      deviates(.hsts, "\(seconds)", allowed, "Strict-Transport-Security holds for \(seconds) seconds only")
    case .maxAge?: break
    case nil: lacks(server.isHTTP == nil ? "isHTTP" : "strictTransport")
    }
  }

  mutating func compareOrder(of server: ServerProfile) {
    guard guideline.wantsServerOrder else { return }
    switch server.prefersItsOrder {
    case true?: break
    case false?:
      deviates(.serverOrder, "client", "server", "the client's order of suites decides, not the server's")
    case nil: lacks("prefersItsOrder")
    }
  }
}
