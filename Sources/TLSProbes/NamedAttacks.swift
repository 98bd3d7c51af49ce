import Facts
import TLSRegistry

/// Attacks that are known by a name and follow from what a server accepts, without a question of their own. Pure.
enum NamedAttacks {
  /// How far an attack is open.
  enum Exposure: String, CaseIterable {
    /// What it needs is accepted.
    case open
    /// What it needs is accepted, and software that is up to date guards against it all the same.
    case guarded
    /// What it needs is not accepted.
    case closed
  }

  /// The shape of `facts(of:)`.
  static let schema = Schema.array(
    .object([
      Schema.Field("name", .string(), required: true, "what it is known by"),
      Schema.Field("reference", .string(), required: true, "where it is told"),
      Schema.Field(
        "exposure", .nullable(.string(.word(Exposure.allCases.map(\.rawValue)))), required: true,
        "whether what it needs is accepted; null where that is not sure"),
      Schema.Field("because", .string(), required: true, "what it needs, and what of that is accepted"),
    ]))

  /// Every attack, in the order in which they became known.
  static func facts(of configuration: JSONValue) -> JSONValue {
    let seen = Seen(configuration)
    return .array([
      attack(
        "insecure renegotiation", "CVE-2009-3555", seen.word("renegotiation", is: "insecure"),
        "renegotiation that is not bound to the session"),
      attack(
        "BEAST", "CVE-2011-3389", seen.accepts(under: [.ssl3, .tls10]) { $0.isCBC },
        "CBC under TLS 1.0 or before; clients split records against it", isGuarded: true),
      attack("CRIME", "CVE-2012-4929", seen.word("compression", is: "on"), "compression within TLS"),
      attack(
        "Lucky Thirteen", "CVE-2013-0169", seen.accepts { $0.isCBC }, "CBC; libraries take equal time against it",
        isGuarded: true),
      attack("RC4 biases", "CVE-2013-2566", seen.accepts { $0.isRC4 }, "RC4 (Bar Mitzvah, RC4 NOMORE)"),
      attack("POODLE", "CVE-2014-3566", seen.accepts(under: [.ssl3]) { $0.isCBC }, "CBC under SSL 3.0"),
      attack(
        "FREAK", "CVE-2015-0204", seen.accepts { $0.isExport && $0.keyExchange == .rsaExport },
        "RSA keys weakened for export"),
      attack("Logjam", "CVE-2015-4000", seen.logjam, "Diffie-Hellman over a field of 1,024 bits or less"),
      attack("DROWN", "CVE-2016-0800", seen.version(.ssl2), "SSL 2.0, here or anywhere else under the same key"),
      attack("Sweet32", "CVE-2016-2183", seen.accepts { $0.hasSmallBlock }, "ciphers with blocks of 64 bits"),
    ])
  }

  private static func attack(
    _ name: String, _ reference: String, _ finding: (isOpen: Bool?, what: String?), _ need: String,
    isGuarded: Bool = false
  ) -> JSONValue {
    let exposure: Exposure? =
      switch finding.isOpen {
      case true?: isGuarded ? .guarded : .open
      case false?: .closed
      case nil: nil
      }
    let words =
      switch finding.isOpen {
      case true?: "it needs \(need)" + (finding.what.map { ": \($0)" } ?? ", which is there")
      case false?: "it needs \(need), which is not there"
      case nil: "it needs \(need), of which too little was seen"
      }
    return [
      "name": .string(name), "reference": .string(reference), "exposure": JSONValue(exposure?.rawValue),
      "because": .string(words),
    ]
  }
}

/// What of the facts of a configuration the attacks need.
private struct Seen {
  private let facts: JSONValue
  private let suites: [ProtocolVersion: [CipherSuite]]
  /// Whether the lists of suites and groups are whole.
  private let areSuitesSure: Bool
  private let areGroupsSure: Bool

  init(_ facts: JSONValue) {
    self.facts = facts
    let doubtful = Set(facts["inconclusive"]?.array?.compactMap(\.string) ?? [])
    areSuitesSure = facts["protocols"]?.array?.isEmpty == false && !doubtful.contains("suites")
    areGroupsSure = areSuitesSure && !doubtful.contains("groups")
    let byName = Dictionary(CipherSuite.all.map { ($0.name, $0) }) { first, _ in first }
    var suites: [ProtocolVersion: [CipherSuite]] = [:]
    for version in ProtocolVersion.allCases {
      suites[version] = facts["suites"]?[version.name]?.array?.compactMap { $0.string.flatMap { byName[$0] } }
    }
    self.suites = suites
  }

  /// Whether a version is spoken.
  func version(_ version: ProtocolVersion) -> (isOpen: Bool?, what: String?) {
    (facts["versions"]?[version.factName]?.bool, nil)
  }

  func word(_ member: String, is open: String) -> (isOpen: Bool?, what: String?) {
    (facts[member]?.string.map { $0 == open }, nil)
  }

  /// Whether a suite of some kind is accepted, and one that is.
  func accepts(
    under versions: [ProtocolVersion] = ProtocolVersion.allCases.filter { $0 > .ssl2 },
    _ isOne: (CipherSuite) -> Bool
  ) -> (isOpen: Bool?, what: String?) {
    for version in versions {
      if let suite = suites[version]?.first(where: isOne) { return (true, "\(suite.name) under \(version.name)") }
    }
    let areVersionsSure = versions.allSatisfy { self.version($0).isOpen != nil }
    if versions.allSatisfy({ self.version($0).isOpen == false }) { return (false, nil) }
    return (areVersionsSure && areSuitesSure ? false : nil, nil)
  }

  var logjam: (isOpen: Bool?, what: String?) {
    let export = accepts { $0.isExport && $0.hasFieldParameters }
    if export.isOpen == true { return export }
    let fields = (facts["groups"]?.array ?? []).filter { $0["kind"]?.string == "ff" }
    let small = fields.first { ($0["bits"]?.integer).map { $0 <= 1024 } ?? false }
    if let small { return (true, "\(small["name"]?.string ?? "a field") of \(small["bits"]?.integer ?? 0) bits") }
    return (export.isOpen == false && areGroupsSure ? false : nil, nil)
  }
}
