import AuditModel
import Facts
import Foundation
import LoopbackServers
import Probing
import Testing

@testable import TLSProbes

private let day = 86400
private let hour = 3600

/// The cases that every scanner of certificates is tried on, each a real server, judged by the built-in checks: a bad one
/// turns exactly the expected checks red, a good one none.
@Suite(.serialized) struct CaseTableTests {
  /// One server.
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var leaf: TestPKI.Leaf
    /// The checks that fail.
    var fails: Set<String> = []
    /// Checks that may warn besides those that always do.
    var warns: Set<String> = []
    /// Whether those have to warn.
    var mustWarn = false
    var protocols = "TLSv1.2 TLSv1.3"
    var testDescription: String { name }
  }

  private static let shared = Result { try TestPKI() }

  private static func names(_ count: Int) -> [String] {
    ["DNS:localhost"] + (1..<count).map { "DNS:name-\($0).example" }
  }

  static let rows: [Row] = [
    Row(name: "ecc256", leaf: .init()),
    Row(name: "ecc384", leaf: .init(key: "ec:secp384r1")),
    Row(name: "rsa2048", leaf: .init(key: "rsa:2048")),
    Row(name: "rsa3072", leaf: .init(key: "rsa:3072")),
    Row(name: "sha384", leaf: .init(digest: "sha384")),
    Row(name: "sha512", leaf: .init(digest: "sha512")),
    Row(name: "1000 names", leaf: .init(names: names(1000))),
    Row(name: "six days", leaf: .init(validFrom: -day, validTo: 5 * day)),
    Row(name: "punycode", leaf: .init(names: ["DNS:localhost", "DNS:xn--bcher-kva.example"])),
    Row(
      name: "letters that pass for others", leaf: .init(names: ["DNS:localhost", "DNS:xn--n1aae7f7o.example"]),
      warns: ["tls-names-unmistakable"], mustWarn: true),
    // A whole word in Cyrillic letters, one among Latin ones, and one under a domain in its own.
    Row(
      name: "spoof of a word", leaf: .init(names: ["DNS:localhost", "DNS:www.xn--80ak6aa92e.example"]),
      warns: ["tls-names-unmistakable"], mustWarn: true),
    Row(
      name: "spoof of a letter", leaf: .init(names: ["DNS:localhost", "DNS:xn--pypal-4ve.example"]),
      warns: ["tls-names-unmistakable"], mustWarn: true),
    Row(name: "no spoof", leaf: .init(names: ["DNS:localhost", "DNS:xn--e1afmkfd.xn--80akhbyknj4f"])),
    Row(name: "rsa4096", leaf: .init(key: "rsa:4096:3")),
    Row(name: "rsa8192", leaf: .init(key: "rsa:8192:5"), warns: ["tls-key-customary"], mustWarn: true),
    Row(
      name: "rsa512", leaf: .init(key: "rsa:512"), fails: ["tls-key-strength"], protocols: "TLSv1.2"),
    Row(
      name: "exponent 3", leaf: .init(key: "rsa:2048:2:3"), warns: ["tls-key-customary"], mustWarn: true),
    Row(name: "no subject", leaf: .with { $0.subject = "/" }),
    Row(name: "no common name", leaf: .with { $0.subject = "/O=Somebody" }),
    Row(name: "extended validation", leaf: .with { $0.extensions = ["certificatePolicies=2.23.140.1.1"] }),
    Row(name: "no alternative names", leaf: .with { $0.names = [] }, fails: ["tls-name-matches"]),
    Row(
      name: "a name below the one it is made out to",
      leaf: .init(names: ["DNS:preloaded.example", "DNS:*.preloaded.example"]), fails: ["tls-name-matches"]),
    Row(
      name: "a long label", leaf: .init(names: ["DNS:localhost", "DNS:\(String(repeating: "a", count: 63)).example"])),
    Row(
      name: "200 days", leaf: .init(validFrom: -day, validTo: 199 * day - 1), warns: ["tls-renewal-automated"]),
    Row(
      name: "expired", leaf: .init(validFrom: -60 * day, validTo: -2 * day),
      fails: ["tls-certificate-valid", "tls-renewal-automated"]),
    Row(
      name: "not yet valid", leaf: .init(validFrom: 2 * day, validTo: 62 * day), fails: ["tls-certificate-valid"]),
    Row(name: "wrong host", leaf: .init(names: ["DNS:wrong.example"]), fails: ["tls-name-matches"]),
    Row(name: "partial wildcard", leaf: .init(names: ["DNS:local*.example"]), fails: ["tls-name-matches"]),
    Row(
      name: "for clients", leaf: .init(purpose: "clientAuth"), fails: ["tls-certificate-purpose", "tls-chain-trusted"]),
    Row(name: "rsa1024", leaf: .init(key: "rsa:1024"), fails: ["tls-key-strength"]),
    Row(name: "sha1", leaf: .init(digest: "sha1"), fails: ["tls-signature-strength"]),
  ]

  /// What a private authority's certificates leave open, whatever is wrong with them.
  private static let usual: Set<String> = ["tls-certificate-lints", "tls-certificate-lifetime"]

  @Test(arguments: rows) func row(_ row: Row) async throws {
    let pki = try Self.shared.get()
    let server = try NginxServer.start(
      try pki.credential(row.leaf), protocols: row.protocols, ciphers: "DEFAULT:@SECLEVEL=0")
    let look = await Look(https(server.port, trust: pki.rootFile))
    let found = try judgement(of: "tls-endpoint", look.facts, look.gaps)
      .filter { !Self.usual.contains($0.key) && !Self.undeclared.contains($0.key) }
    #expect(Set(found.filter { $0.value == .fail }.keys) == row.fails, "\(found)")
    let warned = Set(found.filter { $0.value == .warn }.keys)
    #expect(row.mustWarn ? warned == row.warns : warned.isSubset(of: row.warns), "\(found)")
  }

  /// Judged only where the inventory declares what they need, which the engine sees to.
  private static let undeclared: Set<String> = [
    "tls-other-names-covered", "tls-chain-web-pki", "tls-starttls-offered", "tls-protocol-floor",
    "tls-protocol-current",
  ]

  /// What is sent beside the certificate.
  @Test func chains() async throws {
    let pki = try Self.shared.get()
    let own = try pki.credential()
    let foreign = try TestPKI(named: "Foreign")
    let folder = try ScratchFolder()
    func read(_ file: String) throws -> String {
      try String(contentsOfFile: file, encoding: .utf8)
    }
    let whole = try read(own.chainFile)
    let leaf = try read(own.leafFile)
    let root = try read(pki.rootFile)
    let intermediate = try read(pki.intermediateFile)
    let cases: [(name: String, chain: String, fails: Set<String>, isDisordered: Bool)] = [
      ("root included", whole + root, [], false),
      ("incomplete", leaf, ["tls-chain-complete", "tls-chain-trusted"], false),
      ("leaf twice", leaf + whole, [], true),
      ("reversed", leaf + root + intermediate, [], true),
      ("unrelated extra", whole + (try read(foreign.intermediateFile)), [], true),
      ("cross-signed beside it", whole + (try pki.crossCertificate(by: foreign)), [], false),
    ]
    for row in cases {
      var credential = own
      credential.chainFile = try folder.write(row.chain, to: "chain.pem")
      let server = try NginxServer.start(credential)
      let look = await Look(https(server.port, trust: pki.rootFile))
      let found = try judgement(of: "tls-endpoint", look.facts, look.gaps)
        .filter { !Self.usual.contains($0.key) && !Self.undeclared.contains($0.key) }
      #expect(Set(found.filter { $0.value == .fail }.keys) == row.fails, "\(row.name): \(found)")
      #expect((found["tls-chain-order"] == .warn) == row.isDisordered, "\(row.name): \(found)")
    }
    // The other way to a root, for those who believe only in the older one.
    var credential = own
    credential.chainFile = try folder.write(whole + (try pki.crossCertificate(by: foreign)), to: "chain.pem")
    let server = try NginxServer.start(credential)
    let look = await Look(https(server.port, trust: foreign.rootFile))
    #expect(look["chain.trusted"] == true)
    #expect(look["chain.path"]?.array?.count == 4)
  }

  @Test(arguments: [
    ("TLSv1", Status.fail), ("TLSv1.1", .fail), ("TLSv1 TLSv1.1 TLSv1.2", .fail), ("TLSv1.2", nil),
    ("TLSv1.2 TLSv1.3", nil), ("TLSv1.3", nil),
  ]) func versions(protocols: String, expected: Status?) async throws {
    let pki = try Self.shared.get()
    let server = try NginxServer.start(
      try pki.credential(.init(key: "rsa:2048")), protocols: protocols, ciphers: "DEFAULT:@SECLEVEL=0")
    let look = await Look(https(server.port, trust: pki.rootFile), versions: true)
    #expect(try judgement(of: "tls-endpoint", look.facts, look.gaps)["tls-protocol-floor"] == expected)
  }

  /// Clients that do not offer the curve come to no agreement with its owner, so this one is looked at without a server.
  @Test(arguments: [
    ("ec:secp256k1", ["curveUnusual"]), ("ec:secp521r1", []), ("ED25519", []), ("rsa:2048", []),
    ("rsa:2048:2:3", ["exponentUnusual"]),
  ]) func keys(kind: String, concerns: [String]) throws {
    let pki = try Self.shared.get()
    let der = try pki.encoding(of: try pki.credential(.init(key: kind)))
    #expect(CertificateFacts.keyConcerns(der) == JSONValue(concerns))
  }

  @Test func weakOrNarrowIntermediates() async throws {
    let sha1 = try TestPKI(named: "Old", intermediateDigest: "sha1")
    let narrow = try TestPKI(named: "Narrow", extensions: ["nameConstraints=critical,permitted;DNS:inside.example"])
    let wide = try TestPKI(named: "Wide", extensions: ["nameConstraints=critical,permitted;DNS:localhost"])
    let names = TestPKI.Leaf(names: ["DNS:localhost"])
    // ECDSA has no form for MD5.
    let rsa = try TestPKI(named: "RSA", intermediateKey: "rsa:2048")
    var md5 = names
    md5.digest = "md5"
    let cases: [(pki: TestPKI, leaf: TestPKI.Leaf, fails: Set<String>)] = [
      (sha1, names, ["tls-signature-strength"]), (rsa, names, []), (rsa, md5, ["tls-signature-strength"]),
      (narrow, names, ["tls-chain-trusted"]), (wide, names, []),
    ]
    for (pki, leaf, fails) in cases {
      let server = try NginxServer.start(try pki.credential(leaf), ciphers: "DEFAULT:@SECLEVEL=0")
      let look = await Look(https(server.port, trust: pki.rootFile))
      let found = try judgement(of: "tls-endpoint", look.facts, look.gaps)
        .filter { !Self.usual.contains($0.key) && !Self.undeclared.contains($0.key) }
      #expect(Set(found.filter { $0.value == .fail }.keys) == fails, "\(found)")
    }
  }

  @Test func untrustedAndSelfSigned() async throws {
    let pki = try Self.shared.get()
    let server = try NginxServer.start(try pki.credential())
    let untrusted = await Look(https(server.port))
    let found = try judgement(of: "tls-endpoint", untrusted.facts, untrusted.gaps)
    #expect(found["tls-chain-trusted"] == .fail)
    let alone = try NginxServer.start(try pki.selfSigned())
    let look = await Look(https(alone.port))
    #expect(try judgement(of: "tls-endpoint", look.facts, look.gaps)["tls-certificate-not-self-signed"] == .fail)
  }

  /// Roots of filters and proxies, believed or not; and authorities that only sound like one.
  @Test func interceptionRoots() async throws {
    for (name, expected) in [
      ("Superfish, Inc.", "Superfish"), ("eDellRoot", "eDellRoot"), ("DSDTestProvider", "DSDTestProvider"),
      ("mitmproxy", "mitmproxy"), ("DO_NOT_TRUST_FiddlerRoot", "Fiddler"), ("PortSwigger CA", "Burp"),
      ("Fisherman Trust", "none"),
    ] {
      let pki = try TestPKI(named: name)
      let server = try NginxServer.start(try pki.credential())
      let look = await Look(https(server.port, trust: pki.rootFile))
      #expect(look["chain.interceptor"]?.string == expected)
      let status = try judgement(of: "tls-endpoint", look.facts, look.gaps)["tls-chain-not-intercepted"]
      #expect(status == (expected == "none" ? nil : .fail))
      // A root that the inventory names is not one that browsers have.
      #expect(try judgement(of: "tls-endpoint", look.facts, look.gaps)["tls-chain-web-pki"] == .fail)
    }
  }

  /// The apex and www: in one certificate, in one each, and in none.
  @Test func furtherNames() async throws {
    let pki = try Self.shared.get()
    let both = try pki.credential(.init(names: ["DNS:localhost", "DNS:www.localhost"]))
    let apex = try pki.credential()
    let www = try pki.credential(.init(names: ["DNS:www.localhost"]))
    let second =
      "listen 127.0.0.1:PORT ssl; server_name www.localhost; ssl_certificate \(www.chainFile); "
      + "ssl_certificate_key \(www.keyFile);"
    for (server, matches, same) in [
      (try NginxServer.start(both), true, true),
      (try NginxServer.start(apex, server: "server_name localhost;", otherServer: second), true, false),
      (try NginxServer.start(apex), false, true),
    ] {
      var target = https(server.port, trust: pki.rootFile)
      target.settings["otherNames"] = ["www.localhost"]
      let look = await Look(target)
      #expect(look["otherNames.0.matches"] == .bool(matches))
      #expect(look["otherNames.0.sameCertificate"] == .bool(same))
      #expect(look.traffic.connections == 2)
      let found = try judgement(of: "tls-endpoint", look.facts, look.gaps)
      #expect(found["tls-other-names-covered"] == (matches ? nil : .fail))
    }
  }
}

extension TestPKI.Leaf {
  /// A usual leaf with something changed.
  fileprivate static func with(_ change: (inout TestPKI.Leaf) -> Void) -> TestPKI.Leaf {
    var leaf = TestPKI.Leaf()
    change(&leaf)
    return leaf
  }
}
