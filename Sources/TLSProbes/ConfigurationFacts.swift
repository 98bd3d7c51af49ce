import AuditModel
import Cryptography
import Facts
import Probing
import TLSRegistry
import Transport

/// What was seen of a server's configuration, as facts. Pure.
struct ConfigurationFacts {
  let survey: ConfigurationSurvey
  /// The name asked for.
  let name: String
  /// Whether that name was sent in SNI.
  let isNameSent: Bool
  /// Connections made.
  let connections: Int
  /// Why the chain could not be judged.
  let blindness: Gap?

  /// Why the list of logs that the inventory names cannot be used; nil if it can, or if it names none.
  private let logsObstacle: String?
  /// What the logs have signed; null where nobody can tell whether timestamps are demanded, or from whom.
  private let transparency: JSONValue
  private let groups: GroupFacts

  /// The most certificates listed.
  static let mostCertificates = 8

  /// Takes the powers and verifies the signatures that the facts need: until `deadline`, on a thread that may be blocked.
  /// `isDeclaredPublic` is whether the inventory says that anybody's browser has to trust the certificate, `logs` are those
  /// of certificate transparency that it names; nil where it names none.
  init(
    survey: ConfigurationSurvey, name: String, isNameSent: Bool, connections: Int, blindness: Gap?,
    isDeclaredPublic: Bool = false, logs: Result<TransparencyLogs?, TransparencyLogs.Failure> = .success(nil),
    before deadline: Deadline
  ) {
    self.survey = survey
    self.name = name
    self.isNameSent = isNameSent
    self.connections = connections
    self.blindness = blindness
    groups = GroupFacts(survey, before: deadline)
    switch logs {
    case .failure(let failure):
      logsObstacle = failure.reason
      transparency = .null
    case .success(let logs):
      logsObstacle = nil
      if case .shown(let main)? = survey.sessions.main, blindness == nil || isDeclaredPublic {
        transparency = TransparencyFacts(inspection: main, logs: logs, isDeclaredPublic: isDeclaredPublic).value
      } else {
        transparency = .null
      }
    }
  }

  /// The facts, before anything that depends on the day.
  var value: JSONValue {
    var facts: JSONObject = ["connection": ["address": JSONValue(survey.address)]]
    facts["protocols"] = JSONValue(survey.spoken.map(\.name))
    facts["versions"] = .object(
      JSONObject(ProtocolVersion.allCases.map { ($0.factName, JSONValue(survey.accepted[$0])) }))
    facts["suites"] = .object(JSONObject(survey.spoken.map { ($0.name, JSONValue(suiteNames(of: $0))) }))
    facts["suiteKinds"] = suiteKinds
    facts["preference"] = .object(
      JSONObject(
        survey.spoken.filter { $0 != .ssl2 }.map { version in
          (version.name, JSONValue(survey.preference[version].map { $0 == .yes ? "server" : "client" }))
        }))
    facts["groups"] = .array(groups.list)
    facts["modern"] = modern
    facts["certificates"] = .array(certificates.prefix(Self.mostCertificates).map(Self.certificate))
    facts["name"] = ["requested": .string(name), "matches": JSONValue(main?.session.isMadeOutToName)]
    facts["chain"] = chain
    open(&facts)
    facts["postQuantum"] =
      survey.accepted[.tls13] == false
      ? false : JSONValue(survey.postQuantum.map { $0 == .yes || groups.hasPostQuantum })
    facts["largeHello"] = JSONValue(survey.largeHello.map { $0 == .yes })
    facts["fallback"] = .array(
      survey.fallback.map {
        ["version": .string($0.version.name), "honoured": JSONValue($0.isHonoured)]
      })
    sessions(&facts)
    facts["strictTransport"] = strictTransport
    facts["addresses"] = .array(addresses)
    facts["connections"] = .integer(connections)
    facts["inconclusive"] = JSONValue(survey.inconclusive)
    facts["doubts"] = JSONValue(Array(Set(survey.doubts)).sorted().prefix(20).map { $0 })
    return .object(facts)
  }

  /// What is missing although somebody answered.
  var gaps: [Gap] {
    let reason =
      survey.doubts.first
      ?? (survey.spoken.isEmpty
        ? "the server declined every hello of the survey" : "the server's answers allow no conclusion")
    var gaps: [Gap] = []
    for version in ProtocolVersion.allCases where survey.accepted[version] == nil {
      gaps.append(Gap(path: "versions.\(version.factName)", reason: reason))
    }
    let doubtful = Set(survey.inconclusive)
    let isVersionDoubtful = !doubtful.subtracting(["suites", "groups"]).isEmpty
    if !doubtful.isEmpty { gaps.append(Gap(path: "protocols", reason: reason)) }
    // Who agrees to nothing shows no suite, whether they have none or do not show it to us.
    let isClosed = survey.spoken.isEmpty
    if isClosed || isVersionDoubtful || doubtful.contains("suites") {
      gaps.append(Gap(path: "suites", reason: reason))
      gaps.append(Gap(path: "suiteKinds", reason: reason))
      gaps.append(Gap(path: "fallback", reason: reason))
    }
    if isClosed || isVersionDoubtful || doubtful.contains("groups") || doubtful.contains("suites") {
      gaps.append(Gap(path: "groups", reason: reason))
    }
    if let reason = groups.obstacle { gaps.append(Gap(path: "groups.soundness", reason: reason)) }
    if case .shown? = survey.sessions.main {
      for version in [ProtocolVersion.tls12, .tls13] where survey.accepted[version] == true {
        guard survey.sessions.resumption[version] == nil else { continue }
        gaps.append(
          Gap(path: "tickets", reason: "no handshake of \(version.name) came to its end, or none to take it up again"))
      }
      if let blindness { gaps.append(Gap(path: "chain", reason: blindness.reason, remedy: blindness.remedy)) }
      if let logsObstacle {
        gaps.append(
          Gap(path: "transparency", reason: logsObstacle, remedy: "name a log list of version 3 in `transparencyLogs`"))
      } else if transparency == .null {
        gaps.append(Gap(path: "transparency", reason: blindness?.reason ?? "the certificate cannot be read"))
      } else if let gap = unverifiedTimestamps {
        gaps.append(gap)
      }
      switch survey.sessions.strictTransport {
      case .unseen(let reason)?, .silent(let reason)?: gaps.append(Gap(path: "strictTransport", reason: reason))
      case .answered?, nil: break
      }
    } else {
      let why =
        if case .unclear(let sentence)? = survey.sessions.main { sentence } else {
          "the server accepts nothing that \(TLSLibrary.version) here can speak"
        }
      for path in ["tickets", "staple", "timestamps", "transparency", "alpn", "chain", "earlyDataBytes"] {
        gaps.append(Gap(path: path, reason: why))
      }
    }
    return gaps
  }

  private var main: Inspection? { if case .shown(let inspection)? = survey.sessions.main { inspection } else { nil } }

  // MARK: Suites

  private func suiteNames(of version: ProtocolVersion) -> [String] {
    if version == .ssl2 {
      guard case .accepted(let kinds, _)? = survey.ssl2Part else { return [] }
      return kinds.map(SSL2CipherKind.name(of:))
    }
    return (survey.walks[version]?.suites ?? []).map(CipherSuite.name(of:))
  }

  private var suiteKinds: JSONValue {
    let accepted = Set(survey.walks.values.flatMap(\.suites)).sorted().compactMap { CipherSuite.of($0) }
    func names(_ isOne: (CipherSuite) -> Bool) -> JSONValue { JSONValue(accepted.filter(isOne).map(\.name)) }
    let old = survey.accepted[.ssl2] == true ? suiteNames(of: .ssl2) : []
    return [
      "insecure": JSONValue(accepted.filter(\.isInsecure).map(\.name) + old), "smallBlock": names(\.hasSmallBlock),
      "cbc": names(\.isCBC), "aead": names(\.isAEAD), "forwardSecret": names(\.isForwardSecret),
      "staticKeyExchange": names { !$0.isForwardSecret && !$0.isNull && !$0.isAnonymous },
    ]
  }

  private var modern: JSONValue {
    guard let modern = survey.modern, let suite = CipherSuite.of(modern.suite) else { return .null }
    return [
      "version": .string(ProtocolVersion(rawValue: modern.version)?.name ?? "unknown"), "suite": .string(suite.name),
      "group": JSONValue(modern.group.flatMap { NamedGroup.of($0)?.name }),
      "forwardSecret": .bool(suite.isForwardSecret), "aead": .bool(suite.isAEAD),
    ]
  }

  // MARK: Certificates

  private var certificates: [CertificateDetails] {
    var found = survey.sessions.inspections.compactMap(\.leaf)
    var seen = Set(found.map(\.certificate.fingerprint))
    found = found.filter { seen.remove($0.certificate.fingerprint) != nil }
    seen = Set(found.map(\.certificate.fingerprint))
    var known: Set<[UInt8]> = []
    var raw = survey.openFlights.compactMap(\.flight.certificates.first)
    if case .accepted(_, let certificate)? = survey.ssl2Part { raw.append(certificate) }
    for der in raw where known.insert(der).inserted && known.count <= Self.mostCertificates {
      guard let details = CertificateDetails(der: der), seen.insert(details.certificate.fingerprint).inserted else {
        continue
      }
      found.append(details)
    }
    return found
  }

  private static func certificate(_ details: CertificateDetails) -> JSONValue {
    let certificate = details.certificate
    return [
      "serial": .string(certificate.serial), "fingerprint": .string(certificate.fingerprint),
      "subject": .string(certificate.subject), "issuer": .string(certificate.issuer),
      "notBefore": JSONValue(certificate.notBefore?.description),
      "notAfter": JSONValue(certificate.notAfter?.description),
      "keyAlgorithm": JSONValue(certificate.keyAlgorithm), "keyBits": JSONValue(certificate.keyBits),
      "keyCurve": JSONValue(details.keyCurve), "keySecurityBits": JSONValue(certificate.keySecurityBits),
      "hasExponentOne": .bool(details.hasExponentOne),
      "signatureAlgorithm": .string(certificate.signatureAlgorithm),
      "signatureDigest": .string(certificate.signatureDigest), "names": JSONValue(certificate.dnsNames),
      "nameCount": .integer(certificate.nameCount), "isSelfSigned": .bool(certificate.isSelfSigned),
      "mustStaple": .bool(certificate.mustStaple), "namesResponder": .bool(details.namesResponder),
      "embeddedTimestamps": .integer(details.embeddedTimestamps),
    ]
  }

  private var chain: JSONValue {
    guard let main else { return .null }
    let verdict = main.session.verdict
    return [
      "trusted": JSONValue(verdict?.isTrusted), "anchor": JSONValue(verdict?.anchor?.rawValue),
      "issuerFound": JSONValue(verdict?.isIssuerAtHand), "presentedCount": .integer(main.session.presentedCount),
      "problems": verdict.map { JSONValue($0.problems.map(\.id)) } ?? .null,
      "signatureDigests": JSONValue(Array(Set(main.session.presented.map(\.signatureDigest))).sorted()),
    ]
  }

  // MARK: What stands in the open up to TLS 1.2

  private func open(_ facts: inout JSONObject) {
    let flights = survey.openFlights
    let extended = flights.filter { $0.version > .ssl3 }.compactMap(\.flight.hello)
    let isOnlyNew = survey.accepted[.tls13] == true && flights.isEmpty && ssl3To12AreOut
    let secure = flights.compactMap(\.flight.hello).map(\.hasSecureRenegotiation)
    facts["renegotiation"] =
      secure.isEmpty ? (isOnlyNew ? "notApplicable" : .null) : secure.allSatisfy { $0 } ? "secure" : "insecure"
    facts["compression"] =
      survey.compression.map { $0 == .yes ? "on" : "off" } ?? (isOnlyNew ? "notApplicable" : .null)
    facts["extendedMasterSecret"] =
      extended.isEmpty ? .null : .bool(extended.allSatisfy(\.hasExtendedMasterSecret))
    let blocks = extended.filter { CipherSuite.of($0.suite)?.isCBC == true }
    facts["encryptThenMAC"] = blocks.isEmpty ? .null : .bool(blocks.allSatisfy(\.hasEncryptThenMAC))
    let newest = flights.filter { $0.version == .tls12 }.compactMap(\.flight.hello)
    facts["downgradeMark"] =
      survey.accepted[.tls13] == true && !newest.isEmpty ? .bool(newest.allSatisfy(\.hasDowngradeMark)) : .null
    let asked = flights.contains { $0.flight.asksForCertificate } || main?.asksForCertificate == true
    facts["clientCertificate"] = asked ? true : flights.isEmpty && main == nil ? .null : false
  }

  private var ssl3To12AreOut: Bool {
    [ProtocolVersion.ssl3, .tls10, .tls11, .tls12].allSatisfy { survey.accepted[$0] == false }
  }

  // MARK: Sessions

  private func sessions(_ facts: inout JSONObject) {
    let sessions = survey.sessions
    facts["tickets"] = .array(
      [ProtocolVersion.tls12, .tls13, .tls11, .tls10].compactMap { version in
        guard let resumption = sessions.resumption[version] else { return nil }
        return [
          "protocol": .string(version.name), "resumption": .string(resumption.rawValue),
          "lifetimeSeconds": JSONValue(sessions.saved[version]?.ticketLifetimeSeconds),
        ]
      })
    // Who agrees to nothing at all shows nothing of this either.
    facts["earlyDataBytes"] =
      survey.accepted[.tls13] == false && !survey.spoken.isEmpty
      ? 0 : main == nil ? .null : .integer(sessions.saved[.tls13]?.maximumEarlyData ?? 0)
    let staple = main?.staple
    facts["staple"] =
      staple.map { staple in
        [
          "verdict": .string(staple.verdict.rawValue), "signatureValid": JSONValue(staple.isSignatureValid),
          "thisUpdate": JSONValue(staple.thisUpdate?.description),
          "nextUpdate": JSONValue(staple.nextUpdate?.description),
        ]
      } ?? .null
    facts["stapled"] = main == nil ? .null : .bool(staple != nil)
    facts["mustStaple"] = JSONValue(main?.leaf?.certificate.mustStaple)
    facts["timestamps"] =
      main.map {
        [
          "embedded": .integer($0.timestamps.embedded), "inHandshake": .integer($0.timestamps.inHandshake),
          "stapled": .integer($0.timestamps.stapled),
        ]
      } ?? .null
    facts["transparency"] = transparency
    facts["alpn"] = alpn
    facts["names"] = [
      "withoutName": outcome(of: sessions.withoutName), "unknownName": outcome(of: sessions.unknownName),
    ]
  }

  /// Why it stays open whether enough logs have signed; nil where it does not.
  private var unverifiedTimestamps: Gap? {
    guard let main, let known = transparency.object,
      TransparencyDerivation.isOpen(known, leaf: main.leaf.map(Self.certificate))
    else { return nil }
    return main.issuerKey.isEmpty
      ? Gap(
        path: "transparency",
        reason:
          "logs sign the key of the certificate's issuer too, and the server does not send the issuer's certificate",
        remedy: "have the server send the intermediate certificates")
      : Gap(path: "transparency", reason: "what logs have signed cannot be taken out of the certificate")
  }

  private var strictTransport: JSONValue {
    switch survey.sessions.strictTransport {
    case nil: return ["spoken": false, "present": nil, "maxAge": nil]
    case .unseen, .silent: return ["spoken": true, "present": nil, "maxAge": nil]
    case .answered(let field):
      let policy = field.flatMap(StrictTransportSecurity.init)
      return ["spoken": true, "present": .bool(policy != nil), "maxAge": JSONValue(policy?.maxAge)]
    }
  }

  private var alpn: JSONValue {
    guard main != nil else { return .null }
    let sessions = survey.sessions
    var chosen: Set<String> = []
    for case .shown(let inspection)? in [sessions.main, sessions.http1, sessions.older] {
      if let name = inspection.session.alpn { chosen.insert(name) }
    }
    let stranger: JSONValue =
      switch sessions.unknownProtocol {
      case .shown(let inspection): inspection.session.alpn == nil ? "ignored" : "picked"
      case .declined: "refused"
      case .unclear, nil: nil
      }
    return ["protocols": JSONValue(chosen.sorted()), "unknownProtocol": stranger]
  }

  private func outcome(of meeting: SessionSurvey.Meeting?) -> JSONValue {
    guard isNameSent else { return "notApplicable" }
    switch meeting {
    case .shown(let inspection):
      guard let shown = inspection.leaf, let own = main?.leaf else { return .null }
      return shown.certificate.fingerprint == own.certificate.fingerprint ? "sameCertificate" : "otherCertificate"
    case .declined: return "refused"
    case .unclear, nil: return .null
    }
  }

  private var addresses: [JSONValue] {
    guard let own = main?.leaf?.certificate, let address = survey.address else { return [] }
    func entry(_ address: String, _ certificate: Certificate?, agrees: Bool?, routed: Bool, _ reason: String?)
      -> JSONValue
    {
      [
        "address": .string(address), "serial": JSONValue(certificate?.serial),
        "notAfter": JSONValue(certificate?.notAfter?.description), "fingerprint": JSONValue(certificate?.fingerprint),
        "agrees": JSONValue(agrees), "routed": .bool(routed), "reason": JSONValue(reason),
      ]
    }
    let first = entry(address, own, agrees: true, routed: true, nil)
    return [first]
      + survey.sessions.others.map { other in
        switch other.meeting {
        case .shown(let inspection):
          let certificate = inspection.leaf?.certificate
          return entry(
            other.address, certificate, agrees: certificate?.fingerprint == own.fingerprint, routed: true,
            certificate?.fingerprint == own.fingerprint ? nil : "shows another certificate")
        case .declined(let alert):
          let how = alert.map { "with alert \($0)" } ?? "by closing the connection"
          return entry(other.address, nil, agrees: false, routed: true, "declines the handshake \(how)")
        case .unclear(let reason):
          let isRefused = reason == TransportFailure.refused.sentence
          // The name of this very machine has both kinds of loopback address, and servers listen on one.
          if isRefused, !other.isDeclared, other.address == "::1" || other.address.hasPrefix("127.") {
            return entry(other.address, nil, agrees: nil, routed: false, reason)
          }
          return entry(other.address, nil, agrees: isRefused ? false : nil, routed: other.isRouted, reason)
        }
      }
  }
}

/// The groups of the key exchange as facts.
private struct GroupFacts {
  private struct Entry {
    var value: JSONObject
    var protocols: Set<ProtocolVersion>
    /// What its fields are worth; nil for one that could not be looked into.
    var soundness: [FieldSoundness?] = []
  }

  /// The most fields that are looked into: a server that spells out another one every time costs no more.
  private static let mostFields = 4

  private var order: [String] = []
  private var entries: [String: Entry] = [:]
  private var judged: Set<Field> = []
  private(set) var hasPostQuantum = false
  /// Why a field was not looked into that is not too large for it; nil where none was left out.
  private(set) var obstacle: String?

  init(_ survey: ConfigurationSurvey, before deadline: Deadline) {
    for id in survey.groups13?.groups ?? [] { add(id, .tls13) }
    if let (version, walk) = survey.groups12 { for id in walk.groups { add(id, version) } }
    for (version, flight) in survey.openFlights {
      switch flight.keyExchange {
      case .curve(let id): add(id, version)
      case .explicitCurve: add("explicit-curve", id: nil, bits: nil, .curve, version)
      case .field(let prime, let generator):
        let known = KnownPrimes.name(of: prime)
        let bits = ServerKeyExchange.bits(prime)
        let registered = NamedGroup.all.first { $0.name == known }
        add(known ?? "dhe\(bits)", id: registered?.id, bits: bits, .field, version, isOwn: true)
        judge(known ?? "dhe\(bits)", prime: prime, generator: generator, before: deadline)
      case .exportRSA, nil: break
      }
    }
    for (id, version) in survey.namedFields { add(id, version) }
  }

  var list: [JSONValue] {
    order.compactMap { entries[$0] }.map { entry in
      var value = entry.value
      // Fields of one size have one entry: the worst of them counts.
      let worst: FieldSoundness? = entry.soundness.min { Self.rank($0) < Self.rank($1) } ?? nil
      value["soundness"] = JSONValue(worst?.rawValue)
      value["protocols"] = JSONValue(entry.protocols.sorted().map(\.name))
      return .object(value)
    }
  }

  private mutating func add(_ id: UInt16, _ version: ProtocolVersion) {
    guard let group = NamedGroup.of(id) else { return }
    hasPostQuantum = hasPostQuantum || group.isPostQuantum
    add(group.name, id: id, bits: group.bits, group.kind, version)
    // RFC 7919 names safe primes only.
    if group.kind == .field { entries[group.name]?.soundness.append(.safe) }
  }

  /// Looks into a field that the server spelt out.
  private mutating func judge(_ name: String, prime: [UInt8], generator: [UInt8], before deadline: Deadline) {
    guard judged.insert(Field(prime: prime, generator: generator)).inserted else { return }
    guard judged.count <= Self.mostFields else {
      entries[name]?.soundness.append(nil)
      return
    }
    let found = FieldSoundness.of(prime: prime, generator: generator, isSafe: KnownPrimes.isSafe(name)) {
      !deadline.hasPassed
    }
    if found == nil, deadline.hasPassed, FieldSoundness.isWithinReach(prime) {
      obstacle = "there was no time left to test the field \(name)"
    }
    entries[name]?.soundness.append(found)
  }

  /// The lower, the worse. What could not be looked into leaves it open, unless another is known to be broken.
  private static func rank(_ soundness: FieldSoundness?) -> Int {
    let order: [FieldSoundness?] = [.composite, .trivialGenerator, .smallSubgroup, nil, .largeSubgroup, .safe]
    return order.firstIndex(of: soundness) ?? order.count
  }

  private struct Field: Hashable {
    var prime: [UInt8]
    var generator: [UInt8]
  }

  private mutating func add(
    _ name: String, id: UInt16?, bits: Int?, _ kind: NamedGroup.Kind, _ version: ProtocolVersion, isOwn: Bool = false
  ) {
    if entries[name] == nil {
      order.append(name)
      entries[name] = Entry(
        value: [
          "name": .string(name), "id": JSONValue(id.map { Int($0) }), "bits": JSONValue(bits),
          "kind": .string(kind.rawValue), "ownParameters": .bool(isOwn),
        ], protocols: [])
    }
    entries[name]?.protocols.insert(version)
  }
}
