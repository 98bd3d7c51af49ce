import AuditModel
import Facts
import TLSGrading
import TLSRegistry

/// The one place where judgements of whole configurations join the facts: the letter of SSL Labs' guide and the deviations
/// from Mozilla's guidelines.
enum ConfigurationGrading {
  /// The members that `graded` adds.
  static let fields: [Schema.Field] = [
    Schema.Field("grade", Grade.schema, "the grade by SSL Labs' Server Rating Guide 2009r"),
    Schema.Field("mozilla", Compliance.schema, "where the server stands to Mozilla's Server Side TLS guidelines"),
    Schema.Field("attacks", NamedAttacks.schema, "attacks with a name that what is accepted lays open, or does not"),
  ]

  /// `facts` with what follows from them as of `now`.
  static func graded(_ facts: JSONObject, asOf now: Instant) -> JSONObject {
    var facts = facts
    let profile = profile(of: .object(facts), asOf: now)
    facts["attacks"] = NamedAttacks.facts(of: .object(facts))
    facts["grade"] = profile.grade.facts
    facts["mozilla"] = Compliance.facts(profile.compliances)
    return facts
  }

  /// What the facts say that a grade asks for; whatever they leave open stays unknown.
  static func profile(of facts: JSONValue, asOf now: Instant) -> ServerProfile {
    let doubtful = Set(facts["inconclusive"]?.array?.compactMap(\.string) ?? [])
    let areVersionsSure = doubtful.subtracting(["suites", "groups"]).isEmpty
    let certificates = facts["certificates"]?.array ?? []
    let main = certificates.first
    let digests = facts["chain"]?["signatureDigests"]?.array?.compactMap(\.string)
    var profile = ServerProfile()
    if areVersionsSure {
      profile.versions = Set(names(facts["protocols"]).compactMap { ProtocolVersion(name: $0) })
    }
    if areVersionsSure, !doubtful.contains("suites") {
      for (name, list) in facts["suites"]?.object?.members ?? [] {
        guard let version = ProtocolVersion(name: name) else { continue }
        let suites = names(list).map { CipherSuite(named: $0) }
        // One that is not known could be anything.
        guard suites.allSatisfy({ $0 != nil }) else { continue }
        profile.suites[version] = suites.compactMap { $0 }
      }
      if !doubtful.contains("groups") {
        let groups = facts["groups"]?.array ?? []
        profile.groups = groups.filter { $0["ownParameters"]?.bool != true }.compactMap { $0["name"]?.string }
        profile.dhBits = groups.filter(isFiniteField).compactMap { $0["bits"]?.integer }.min()
      }
      profile.fallbackSignal = fallback(facts["fallback"]?.array)
    }
    profile.certificates =
      certificates.isEmpty
      ? nil : certificates.enumerated().compactMap { certificate($1, digests: $0 == 0 ? digests : nil) }
    profile.isTrusted = facts["chain"]?["trusted"]?.bool
    profile.matchesName = facts["name"]?["matches"]?.bool
    profile.isOutOfDate = main.flatMap { isOutOfDate($0, now) }
    profile.isSelfSigned = main?["isSelfSigned"]?.bool
    profile.isRevoked = revoked(facts["stapleVerdict"]?.string)
    profile.chainIsComplete = facts["chain"]?["issuerFound"]?.bool
    profile.renegotiatesSecurely = yes(facts["renegotiation"], is: "secure", not: "insecure")
    if let isOpen = facts["versions"]?["ssl2"]?.bool { profile.vulnerabilities[.drown] = isOpen }
    profile.compresses = yes(facts["compression"], is: "on", not: "off")
    profile.modernClientsGetForwardSecrecy = facts["modern"]?["forwardSecret"]?.bool
    let orders = Set(facts["preference"]?.object?.members.compactMap(\.value.string) ?? [])
    profile.prefersItsOrder = orders.isEmpty ? nil : orders == ["server"]
    let transport = facts["strictTransport"]
    profile.isHTTP = transport?["spoken"]?.bool
    if let isPresent = transport?["present"]?.bool {
      profile.strictTransport = isPresent ? transport?["maxAge"]?.integer.map { .maxAge($0) } : .absent
    }
    return profile
  }

  private static func names(_ list: JSONValue?) -> [String] { list?.array?.compactMap(\.string) ?? [] }

  /// A group of DHE suites: those of TLS 1.3 are never small.
  private static func isFiniteField(_ group: JSONValue) -> Bool {
    group["kind"]?.string == "ff" && names(group["protocols"]) != ["TLSv1.3"]
  }

  private static func fallback(_ list: [JSONValue]?) -> ServerProfile.FallbackSignal? {
    guard let list else { return nil }
    if list.isEmpty { return .notApplicable }
    let answers = list.map { $0["honoured"]?.bool }
    if answers.contains(false) { return .ignored }
    return answers.contains(nil) ? nil : .honoured
  }

  private static func yes(_ word: JSONValue?, is positive: String, not negative: String) -> Bool? {
    switch word?.string {
    case positive?: true
    case negative?: false
    default: nil
    }
  }

  private static func revoked(_ verdict: String?) -> Bool? {
    switch verdict {
    case "revoked"?: true
    case "good"?: false
    default: nil
    }
  }

  private static func validity(_ certificate: JSONValue) -> (notBefore: Instant, notAfter: Instant)? {
    guard let notBefore = certificate["notBefore"]?.string.flatMap({ Instant($0) }),
      let notAfter = certificate["notAfter"]?.string.flatMap({ Instant($0) })
    else { return nil }
    return (notBefore, notAfter)
  }

  private static func isOutOfDate(_ certificate: JSONValue, _ now: Instant) -> Bool? {
    validity(certificate).map { now < $0.notBefore || $0.notAfter < now }
  }

  private static func certificate(_ facts: JSONValue, digests: [String]?) -> ServerProfile.Certificate? {
    let kind: ServerProfile.Key.Kind
    switch facts["keyAlgorithm"]?.string?.uppercased() {
    case "RSA"?, "RSA-PSS"?: kind = .rsa
    case "EC"?: kind = .ec
    case "DSA"?: kind = .dsa
    case "ED25519"?: kind = .ed25519
    case "ED448"?: kind = .ed448
    case let name? where name.hasPrefix("ML-DSA"): kind = .mldsa
    default: return nil
    }
    let life = validity(facts).map {
      CertificateLifetime(notBefore: $0.notBefore, notAfter: $0.notAfter, now: $0.notBefore)
    }
    return ServerProfile.Certificate(
      key: ServerProfile.Key(
        kind, bits: facts["keyBits"]?.integer, curve: facts["keyCurve"]?.string,
        hasExponentOne: facts["hasExponentOne"]?.bool),
      signatureAlgorithm: facts["signatureAlgorithm"]?.string,
      signatureDigests: digests ?? facts["signatureDigest"]?.string.map { [$0] }, lifetimeDays: life?.days)
  }
}
