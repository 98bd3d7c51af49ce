import AuditModel
import Facts
import Transport

/// What was seen of an endpoint, as facts. Pure.
struct TLSFacts {
  /// The name the certificate must be made out to.
  var name: String
  /// How TLS was to be come to.
  var opening: TLSTarget.Opening
  /// Why nobody could be met; nil if somebody was.
  var obstacle: String?
  var meeting: Meeting?
  /// Why the chain could not be judged.
  var blindness: Gap?
  /// What came of asking for each further name; nobody was asked where the first met nobody.
  var otherNames: [(name: String, outcome: Result<Meeting, TransportFailure>)] = []
  /// The keys that clients pin; nil where the inventory names none.
  var pins: KeyPins?
  /// Nil if versions were not asked for.
  var versions: [TLSVersion: VersionSighting]?

  init(name: String, opening: TLSTarget.Opening = .direct) {
    self.name = name
    self.opening = opening
  }

  /// The facts, before anything that depends on the day.
  var value: JSONValue {
    [
      "connection": [
        "established": .bool(meeting != nil), "reason": JSONValue(obstacle), "address": JSONValue(meeting?.address),
        "resolveMicroseconds": JSONValue(meeting?.phases.resolve),
        "connectMicroseconds": JSONValue(meeting?.phases.connect),
      ],
      "upgrade": meeting.flatMap(upgrade) ?? .null, "handshake": meeting.map(handshake) ?? .null,
      "leaf": leaf ?? .null,
      "chain": shown.map(Self.chain) ?? .null,
      "name": ["requested": .string(name), "matches": JSONValue(session?.isMadeOutToName)],
      "otherNames": .array(otherNames.map { Self.otherName($0, leaf: session?.presented.first) }),
      "pins": pins.flatMap { pins in shown.map(pins.facts) } ?? .null, "versions": versionsValue,
    ]
  }

  /// What is missing although somebody answered.
  var gaps: [Gap] {
    var gaps: [Gap] = []
    if case .upgrade = opening, let meeting, meeting.upgrade == nil, case .failure(let failure) = meeting.outcome {
      gaps = ["offered", "bytesAfterGoAhead"].map { Gap(path: "upgrade.\($0)", reason: failure.sentence) }
    }
    if session?.presented.isEmpty == false, let blindness {
      gaps += ["trusted", "issuerFound", "path", "outdated"].map {
        Gap(path: "chain.\($0)", reason: blindness.reason, remedy: blindness.remedy)
      }
    }
    if let pins, let shown, pins.facts(of: shown)["matches"] == .null {
      gaps.append(
        Gap(
          path: "pins.matches", reason: "the chain leads to no known root, whose key may be the pinned one",
          remedy: "declare the root under trust"))
    }
    if let leaf {
      for name in ["lints", "keyConcerns"] where leaf[name] == .null {
        gaps.append(Gap(path: "leaf.\(name)", reason: "the certificate cannot be read by our own reader"))
      }
    }
    for (version, sighting) in (versions ?? [:]).sorted(by: { $0.key < $1.key }) {
      if case .unseen(let reason) = sighting { gaps.append(Gap(path: "versions.\(version.factName)", reason: reason)) }
    }
    return gaps
  }

  /// The server's certificate with the rules that it breaks.
  private var leaf: JSONValue? {
    guard let session, let certificate = session.presented.first, var facts = Self.leaf(certificate).object else {
      return nil
    }
    facts["lints"] = CertificateFacts.lints(session.leafEncoding, isPublic: session.verdict?.anchor == .system)
    facts["keyConcerns"] = CertificateFacts.keyConcerns(session.leafEncoding)
    facts["lookalikes"] = .array(NameLookalike.all(among: certificate.dnsNames).map(\.fact))
    return .object(facts)
  }

  private var session: TLSSession? { try? meeting?.outcome.get() }
  /// The session, where a certificate was shown.
  private var shown: TLSSession? { session.flatMap { $0.presented.isEmpty ? nil : $0 } }

  private func upgrade(_ meeting: Meeting) -> JSONValue? {
    guard case .upgrade(let upgradeProtocol) = opening else { return nil }
    let sighting = meeting.upgrade
    return [
      "protocol": .string(upgradeProtocol.rawValue), "offered": JSONValue(sighting?.isOffered),
      "refusedBecause": JSONValue(sighting?.obstacle), "banner": JSONValue(sighting?.banner),
      "bytesAfterGoAhead": JSONValue(sighting.flatMap { $0.isOffered ? $0.bytesAfterGoAhead : nil }),
    ]
  }

  private func handshake(_ meeting: Meeting) -> JSONValue {
    var facts: JSONObject = ["completed": .bool(session != nil), "reason": nil]
    if case .failure(let failure) = meeting.outcome { facts["reason"] = .string(failure.sentence) }
    facts["version"] = JSONValue(session?.version)
    facts["cipher"] = JSONValue(session?.cipher)
    facts["group"] = JSONValue(session?.group)
    facts["alpn"] = JSONValue(session?.alpn)
    facts["microseconds"] = session == nil ? .null : .integer(meeting.phases.tls)
    return .object(facts)
  }

  private var versionsValue: JSONValue {
    guard let versions else { return .null }
    return .object(
      JSONObject(
        TLSVersion.allCases.map { version in
          let fact: JSONValue =
            switch versions[version] {
            case .offered: true
            case .notOffered: false
            case .unseen, nil: nil
            }
          return (version.factName, fact)
        }))
  }

  /// What one further name gets; nothing is said where that was silence.
  private static func otherName(
    _ other: (name: String, outcome: Result<Meeting, TransportFailure>), leaf: Certificate?
  ) -> JSONValue {
    var facts: JSONObject = ["name": .string(other.name), "matches": nil, "sameCertificate": nil, "reason": nil]
    do throws(TransportFailure) {
      let session = try other.outcome.get().outcome.get()
      facts["matches"] = JSONValue(session.isMadeOutToName)
      facts["sameCertificate"] = JSONValue(leaf.map { $0.fingerprint == session.presented.first?.fingerprint })
      if session.isMadeOutToName == false { facts["reason"] = "the certificate is not made out to it" }
    } catch {
      if !error.isInconclusive { facts["matches"] = false }
      facts["reason"] = .string(error.sentence)
    }
    return .object(facts)
  }

  private static func leaf(_ certificate: Certificate) -> JSONValue {
    [
      "subject": .string(certificate.subject), "issuer": .string(certificate.issuer),
      "serial": .string(certificate.serial), "notBefore": JSONValue(certificate.notBefore?.description),
      "notAfter": JSONValue(certificate.notAfter?.description), "names": JSONValue(certificate.dnsNames),
      "addresses": JSONValue(certificate.ipAddresses), "nameCount": .integer(certificate.nameCount),
      "keyAlgorithm": JSONValue(certificate.keyAlgorithm), "keyBits": JSONValue(certificate.keyBits),
      "keySecurityBits": JSONValue(certificate.keySecurityBits),
      "signatureAlgorithm": .string(certificate.signatureAlgorithm),
      "signatureDigest": .string(certificate.signatureDigest), "isSelfSigned": .bool(certificate.isSelfSigned),
      "isCA": .bool(certificate.isCA), "serverAuth": .bool(certificate.isForServers),
      "mustStaple": .bool(certificate.mustStaple), "issuerURLs": JSONValue(certificate.issuerURLs),
      "fingerprint": .string(certificate.fingerprint),
    ]
  }

  private static func chain(_ session: TLSSession) -> JSONValue {
    let verdict = session.verdict
    return [
      "trusted": JSONValue(verdict?.isTrusted), "anchor": JSONValue(verdict?.anchor?.rawValue),
      "hasAnchor": JSONValue(verdict.map { $0.anchor != nil }), "issuerFound": JSONValue(verdict?.isIssuerAtHand),
      "errors": verdict.map { .array($0.problems.map(problem)) } ?? .null,
      "presented": .array(session.presented.map(presented)), "presentedCount": .integer(session.presentedCount),
      "orderIsRight": .bool(session.isOrderRight), "path": verdict.map { .array($0.path.map(link)) } ?? .null,
      "signatureDigests": JSONValue(signatureDigests(session)),
      "interceptor": .string(interceptor(session) ?? Interceptor.none),
    ]
  }

  /// Whoever calls itself so as an issuer, or has one of the keys; a key is proof whatever its holder is called.
  private static func interceptor(_ session: TLSSession) -> String? {
    let path = session.verdict?.path ?? []
    return Interceptor.holding(session.presented.map(\.keyFingerprint) + path.map(\.keyFingerprint))
      ?? Interceptor.named(in: session.presented.map(\.issuer) + path.map(\.issuer))
  }

  /// The hashes that the server's identity rests on: nobody verifies the signature of a root.
  private static func signatureDigests(_ session: TLSSession) -> [String] {
    guard let verdict = session.verdict else { return Set(session.presented.map(\.signatureDigest)).sorted() }
    let signed = verdict.anchor == nil ? verdict.path[...] : verdict.path.dropLast()
    return Set(signed.map(\.signatureDigest) + session.presented.prefix(1).map(\.signatureDigest)).sorted()
  }

  private static func problem(_ problem: ChainVerdict.Problem) -> JSONValue {
    ["id": .string(problem.id), "message": .string(problem.message), "depth": .integer(problem.depth)]
  }

  private static func presented(_ certificate: Certificate) -> JSONValue {
    [
      "subject": .string(certificate.subject), "issuer": .string(certificate.issuer),
      "notAfter": JSONValue(certificate.notAfter?.description), "fingerprint": .string(certificate.fingerprint),
    ]
  }

  private static func link(_ link: ChainVerdict.Link) -> JSONValue {
    [
      "subject": .string(link.subject), "issuer": .string(link.issuer),
      "notBefore": JSONValue(link.notBefore?.description), "notAfter": JSONValue(link.notAfter?.description),
    ]
  }
}

extension TLSVersion {
  /// The version's name in the facts, without a dot, so that it stands in a path as it is.
  var factName: String {
    switch self {
    case .tls10: "tls10"
    case .tls11: "tls11"
    case .tls12: "tls12"
    case .tls13: "tls13"
    }
  }
}
