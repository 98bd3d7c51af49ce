import TLSRegistry

extension ServerProfile {
  /// Every rule of the guide that holds a grade down.
  func applyRules(_ notes: inout Notes) {
    ruleTrust(&notes)
    ruleVersions(&notes)
    ruleSuites(&notes)
    ruleKeys(&notes)
    ruleSession(&notes)
    ruleHTTP(&notes)
    for vulnerability in Vulnerability.allCases {
      switch vulnerabilities[vulnerability] {
      case true?: notes.cap(.f, vulnerability.rawValue, "the server is open to \(vulnerability.title)")
      case false?: break
      case nil: notes.lacks("vulnerabilities.\(vulnerability.rawValue)")
      }
    }
  }

  private func ruleTrust(_ notes: inout Notes) {
    switch isTrusted {
    case true?: break
    case false?: notes.cap(.t, "untrusted", "the certificate does not lead to a trusted root")
    case nil: notes.lacksTrust("isTrusted")
    }
    switch matchesName {
    case true?: break
    case false?: notes.cap(.m, "name-mismatch", "the certificate is not made out to the name asked for")
    case nil: notes.lacksTrust("matchesName")
    }
    switch isOutOfDate {
    case false?: break
    case true?: notes.cap(.t, "out-of-date", "a certificate on the way to the root has expired or is not valid yet")
    case nil: notes.lacksTrust("isOutOfDate")
    }
    // A certificate that is its own root can be trusted only where somebody declared it, and then it is.
    if isSelfSigned == true, isTrusted != true {
      notes.cap(.t, "self-signed", "the certificate is signed with its own key")
    }
    switch isRevoked {
    case false?: break
    case true?: notes.cap(.t, "revoked", "the certificate was revoked by its issuer")
    case nil: notes.lacks("isRevoked")
    }
    switch chainIsComplete {
    case true?: break
    case false?: notes.cap(.b, "chain-incomplete", "the server leaves out a certificate between its own and the root")
    case nil:
      notes.lacks("chainIsComplete")
      notes.cap(.b, "chain-unknown", "it is not known whether the server sends its whole chain")
    }
  }

  private func ruleVersions(_ notes: inout Notes) {
    guard let versions, let best = versions.max() else { return }
    if versions.contains(.ssl2) { notes.cap(.f, "ssl2", "the server accepts SSL 2") }
    if best == .ssl3 { notes.cap(.f, "ssl3-best", "the server accepts nothing newer than SSL 3") }
    if best < .tls12 { notes.cap(.c, "no-tls12", "the server accepts neither TLS 1.2 nor TLS 1.3") }
    for version in [ProtocolVersion.ssl3, .tls10, .tls11] where versions.contains(version) {
      notes.cap(.b, "\(version)", "the server accepts \(version.title)")
    }
    if !versions.contains(.tls13) { notes.cap(.aMinus, "no-tls13", "the server does not accept TLS 1.3") }
    if versions.contains(.ssl3) {
      if let suites = suites[.ssl3] {
        if suites.contains(where: \.isCBC) {
          notes.cap(.c, "poodle", "the server accepts CBC suites with SSL 3 (POODLE)")
        }
      } else {
        notes.cap(.c, "poodle-unknown", "it is not known whether the server accepts CBC suites with SSL 3 (POODLE)")
      }
    }
  }

  private func ruleSuites(_ notes: inout Notes) {
    let offered = Array(suites.values.joined())
    func first(_ holds: (CipherSuite) -> Bool) -> String? { offered.filter(holds).map(\.name).min() }
    if let name = first(\.isExport) { notes.cap(.f, "export", "the server accepts export suites: \(name)") }
    if let name = first(\.isNull) {
      notes.cap(.f, "null-cipher", "the server accepts suites without encryption: \(name)")
    }
    if let name = first(\.isAnonymous) {
      notes.cap(.f, "anonymous", "the server accepts suites without authentication: \(name)")
    }
    if let name = first({ (1..<112).contains($0.strengthBits) }) {
      notes.cap(.f, "weak-cipher", "the server accepts ciphers of less than 112 bits: \(name)")
    }
    let modern = suites.filter { $0.key >= .tls11 }.values.joined()
    if let name = modern.filter(\.isRC4).map(\.name).min() {
      notes.cap(.c, "rc4-modern", "the server uses RC4 with TLS 1.1 or newer: \(name)")
    } else if let name = first(\.isRC4) {
      notes.cap(.b, "rc4", "the server accepts RC4: \(name)")
    }
    if let name = modern.filter(\.hasSmallBlock).map(\.name).min() {
      notes.cap(.c, "small-blocks", "the server uses a cipher with 64-bit blocks with TLS 1.1 or newer: \(name)")
    }
    guard !offered.isEmpty else { return }
    if !offered.contains(where: \.isAEAD) { notes.cap(.b, "no-aead", "the server accepts no AEAD suite") }
    if !offered.contains(where: \.hasForwardSecrecy) {
      notes.cap(.b, "no-forward-secrecy", "the server accepts no suite with forward secrecy")
    } else if !offered.allSatisfy(\.hasForwardSecrecy) {
      switch modernClientsGetForwardSecrecy {
      case true?: break
      case false?:
        notes.cap(.aMinus, "forward-secrecy-partial", "the server does not choose forward secrecy with a modern client")
      case nil:
        notes.lacks("modernClientsGetForwardSecrecy")
        notes.cap(
          .aMinus, "forward-secrecy-unknown",
          "it is not known whether the server chooses forward secrecy with a modern client")
      }
    }
  }

  private func ruleKeys(_ notes: inout Notes) {
    // Without a certificate nothing is known of the signatures under it either.
    if certificates?.isEmpty != false { notes.lacksTrust("certificates") }
    for certificate in certificates ?? [] {
      let key = certificate.key
      // The points tell the sizes apart that the guide does, whatever the kind of key.
      if let points = key.points, let bits = key.bits {
        if points <= 40 {
          notes.cap(.f, "weak-key", "the certificate's \(key.kind.title) key has only \(bits) bits")
        } else if points <= 80 {
          notes.cap(.b, "short-key", "the certificate's \(key.kind.title) key has only \(bits) bits")
        }
      }
      if key.hasExponentOne == true { notes.cap(.f, "rsa-exponent", "the certificate's RSA key has the exponent 1") }
      if key.isPredictable == true {
        notes.cap(.f, "predictable-key", "the certificate's key comes from a generator that made few different ones")
      }
      guard let digests = certificate.signatureDigests else {
        notes.lacksTrust("certificates.signatureDigests")
        continue
      }
      let hashes = Set(digests.map { $0.uppercased().filter { $0 != "-" } })
      if !hashes.isDisjoint(with: ["MD2", "MD4", "MD5"]) {
        notes.cap(.f, "md5-signature", "a signature below the root rests on MD5 or older")
      }
      if hashes.contains("SHA1") { notes.cap(.t, "sha1-signature", "a signature below the root rests on SHA-1") }
    }
    let hasDHE = suites.values.joined().contains { $0.exchange == .dhe }
    var fields = (groups ?? []).compactMap { name -> Int? in
      if case .field(let bits)? = GroupStrength(name) { bits } else { nil }
    }
    if hasDHE, let dhBits { fields.append(dhBits) }
    if let bits = fields.min() {
      if bits < 1024 {
        notes.cap(.f, "weak-dh", "the server uses a Diffie-Hellman group of only \(bits) bits")
      } else if bits < 2048 {
        notes.cap(.b, "short-dh", "the server uses a Diffie-Hellman group of only \(bits) bits")
      }
    }
    let curves = (groups ?? []).compactMap { name -> (name: String, points: Int)? in
      if case .curve(let bits)? = GroupStrength(name) { (name, KeySize.points(ofCurve: bits)) } else { nil }
    }
    if let curve = curves.min(by: { $0.points < $1.points }), curve.points <= 80 {
      notes.cap(
        curve.points <= 40 ? .f : .b, curve.points <= 40 ? "weak-curve" : "short-curve",
        "the server accepts the small curve \(curve.name)")
    }
  }

  private func ruleSession(_ notes: inout Notes) {
    // Neither compression nor renegotiation exists in TLS 1.3.
    guard let versions, versions != [.tls13] else { return }
    switch compresses {
    case false?: break
    case true?: notes.cap(.c, "crime", "the server compresses (CRIME)")
    case nil:
      notes.lacks("compresses")
      notes.cap(.c, "compression-unknown", "it is not known whether the server compresses (CRIME)")
    }
    switch renegotiatesSecurely {
    case true?: break
    case false?:
      notes.cap(.aMinus, "no-secure-renegotiation", "the server does not know secure renegotiation (RFC 5746)")
    case nil:
      notes.lacks("renegotiatesSecurely")
      notes.cap(
        .aMinus, "renegotiation-unknown", "it is not known whether the server knows secure renegotiation (RFC 5746)")
    }
    // With nothing below TLS 1.2 there is nothing to be talked down to.
    guard versions.count > 1, versions.contains(where: { $0 < .tls12 }) else { return }
    switch fallbackSignal {
    case .honoured?, .notApplicable?: break
    case .ignored?: notes.cap(.a, "no-fallback-signal", "the server ignores TLS_FALLBACK_SCSV (RFC 7507)")
    case nil:
      notes.lacks("fallbackSignal")
      notes.cap(.a, "fallback-unknown", "it is not known whether the server honours TLS_FALLBACK_SCSV (RFC 7507)")
    }
  }

  private func ruleHTTP(_ notes: inout Notes) {
    if isHTTP == nil { notes.lacks("isHTTP") }
    guard isHTTP != false else { return }
    switch strictTransport {
    case .absent?: notes.cap(.a, "no-hsts", "the answers carry no Strict-Transport-Security")
    case .maxAge(let seconds)? where seconds < Self.longHSTS:
      notes.cap(
        .a, "short-hsts",
        "Strict-Transport-Security holds for \(seconds) seconds only, \(Self.longHSTS) are wanted for A+")
    case .maxAge?: break
    case nil:
      notes.lacks("strictTransport")
      notes.cap(.a, "hsts-unknown", "it is not known whether the answers carry Strict-Transport-Security")
    }
  }

  /// The max-age that A+ asks for: 180 days, in seconds.
  private static let longHSTS = 180 * 86400
}

extension ServerProfile.Key.Kind {
  /// For people.
  var title: String {
    switch self {
    case .rsa: "RSA"
    case .dsa: "DSA"
    case .ec: "EC"
    case .ed25519: "Ed25519"
    case .ed448: "Ed448"
    case .mldsa: "ML-DSA"
    }
  }
}
