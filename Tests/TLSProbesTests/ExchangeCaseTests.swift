import AuditModel
import Facts
import LoopbackServers
import Probing
import Testing

@testable import TLSProbes

/// The cases of suites, key exchange and versions that every scanner is tried on, each a real server: a bad one turns the
/// expected checks red, a good one none of those that judge strength.
@Suite(.serialized) struct ExchangeCaseTests {
  private static let shared = Result { try TestPKI() }

  /// How a server is made.
  enum Maker: Sendable {
    /// nginx, with protocols and ciphers.
    case nginx(protocols: String, ciphers: String)
    /// `openssl s_server` with options.
    case openssl([String])
    /// The server in Python, with statements about its settings.
    case python(String)
  }

  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var maker: Maker
    /// Of `judged`, those that fail.
    var fails: Set<String> = []
    /// Of `judged`, those that warn.
    var warns: Set<String> = []
    var testDescription: String { name }
  }

  /// The checks that a case of this table is about.
  private static let judged: Set<String> = [
    "tls-suites-secure", "tls-suites-wide-blocks", "tls-finite-field-size", "tls-finite-field-sound",
    "tls-finite-field-safe-prime", "tls-ssl-withdrawn", "tls-forward-secrecy", "tls-key-exchange-ephemeral",
    "tls-authenticated-encryption", "tls-survey-conclusive",
  ]

  private static func dhe(_ parameters: String) -> Maker {
    .python(
      """
      settings.minVersion = (3, 3)
      settings.maxVersion = (3, 3)
      settings.keyExchangeNames = ['dhe_rsa']
      settings.cipherNames = ['aes128gcm']
      settings.dhParams = \(parameters)
      settings.dhGroups = []
      """)
  }

  private static func rsa(_ ciphers: String, mac: String) -> Maker {
    .python(
      """
      settings.minVersion = (3, 1)
      settings.maxVersion = (3, 3)
      settings.keyExchangeNames = ['rsa']
      settings.cipherNames = ['\(ciphers)']
      settings.macNames = ['\(mac)']
      """)
  }

  /// 156 q + 1 with the prime q = 2^2203 - 1.
  private static let narrow = "156 * (2**2203 - 1) + 1"

  static let rows: [Row] = [
    Row(
      name: "mozilla-modern", maker: .nginx(protocols: "TLSv1.3", ciphers: "DEFAULT")),
    Row(
      name: "mozilla-intermediate",
      maker: .nginx(
        protocols: "TLSv1.2 TLSv1.3",
        ciphers: "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305")),
    Row(
      name: "null", maker: .openssl(["-tls1_2", "-cipher", "NULL-SHA256:@SECLEVEL=0"]), fails: ["tls-suites-secure"]),
    Row(name: "rc4-md5", maker: rsa("rc4", mac: "md5"), fails: ["tls-suites-secure"]),
    Row(name: "rc4", maker: rsa("rc4", mac: "sha"), fails: ["tls-suites-secure"]),
    Row(name: "3des", maker: rsa("3des", mac: "sha"), fails: ["tls-suites-wide-blocks"]),
    Row(name: "static-rsa", maker: rsa("aes128gcm", mac: "aead")),
    Row(name: "cbc", maker: .nginx(protocols: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-SHA256")),
    Row(
      name: "dh480",
      maker: dhe(
        "(2, 0xCCC4EE827E946816CF27FBA3C7EB86F230F9BC3D2CBB0C93BB59A1BD52DE1DB8432443218219C723E28E4AFF94306523FE6699921E02892C98A0104F)"
      ), fails: ["tls-finite-field-size"]),
    Row(
      name: "dh512",
      maker: dhe(
        "(2, 0xEA254367E2A1915C0AAFE0E68AD373E68F34624106EC9D0B5553505748BA4C8C5E4A002C62CCE62C74B801ED5360A9CAFB59ED12FF60C66C5ED294C181FB01FF)"
      ), fails: ["tls-finite-field-size"]),
    Row(
      name: "dh1024",
      maker: dhe(
        "(2, 0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF)"
      ), fails: ["tls-finite-field-size"]),
    Row(name: "dh2048", maker: .openssl(["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256", "-dhparam", "ffdhe2048"])),
    Row(
      name: "dh-small-subgroup", maker: dhe("(2, \(narrow))"), fails: ["tls-finite-field-sound"]),
    Row(
      name: "dh of a subgroup that nobody can check", maker: dhe("(pow(2, 156, \(narrow)), \(narrow))"),
      fails: ["tls-finite-field-safe-prime"]),
    Row(
      name: "dh-composite", maker: dhe("(2, (2**1279 - 1) ** 2)"), fails: ["tls-finite-field-sound"]),
    Row(
      name: "ssl-v3",
      maker: .python(
        """
        settings.minVersion = (3, 0)
        settings.maxVersion = (3, 0)
        settings.cipherNames = ['aes128']
        settings.macNames = ['sha']
        settings.keyExchangeNames = ['dhe_rsa']
        """), fails: ["tls-ssl-withdrawn"]),
  ]

  @Test(arguments: rows) func row(_ row: Row) async throws {
    let pki = try Self.shared.get()
    let credential = try pki.credential(.init(key: "rsa:2048"))
    let folder = try ScratchFolder()
    let server =
      switch row.maker {
      case .nginx(let protocols, let ciphers):
        try NginxServer.start(credential, protocols: protocols, ciphers: ciphers)
      case .openssl(let options):
        try OpenSSLServer.start(credential, options: try options.map { try Self.file($0, in: folder) })
      case .python(let settings): try TLSLiteServer.start(credential, settings: settings)
      }
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    let found = try judgement(of: "tls-configuration", survey.facts, survey.gaps)
      .filter { Self.judged.contains($0.key) }
    let failed = Set(found.filter { $0.value == .fail }.keys)
    #expect(failed.isSuperset(of: row.fails), "\(found)")
    // What a suite or a field drags along is not what the row is about, but a good row drags nothing.
    #expect(!row.fails.isEmpty || failed.isSubset(of: Self.dependsOn), "\(found)")
    #expect(found["tls-survey-conclusive"] == nil, "\(survey.inconclusive)")
    for field in ["tls-finite-field-size", "tls-finite-field-sound", "tls-finite-field-safe-prime"]
    where !row.fails.contains(field) && !(field.hasSuffix("safe-prime") && row.fails.contains("tls-finite-field-sound"))
    {
      #expect(found[field] == nil, "\(found)")
    }
  }

  /// Mozilla's profile for old clients, as far as libssl still speaks it: it complies, and what it lets in is told.
  @Test func mozillaOld() async throws {
    // The profile wants RSA all the way.
    let pki = try TestPKI(named: "Old", intermediateKey: "rsa:2048")
    let ciphers = [
      "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305",
      "ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA",
      "AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA256", "AES256-SHA256", "AES128-SHA", "AES256-SHA",
    ]
    let server = try NginxServer.start(
      try pki.credential(.init(key: "rsa:2048")), protocols: "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3",
      ciphers: ciphers.joined(separator: ":") + ":@SECLEVEL=0",
      location: #"add_header Strict-Transport-Security max-age=63072000; return 200 "ok";"#,
      server: "ssl_prefer_server_ciphers on; ssl_ecdh_curve X25519:prime256v1:secp384r1;")
    let survey = await Survey(https(server.port, trust: pki.rootFile))
    #expect(survey.inconclusive == [])
    #expect(survey["mozilla.old.compliant"] == true, "\(survey["mozilla.old.lines"] ?? .null)")
    #expect(survey["mozilla.closest.profile"] == "old")
    #expect(survey["mozilla.intermediate.compliant"] == false)
    #expect(survey["grade.letter"] == "B")
    let reasons = survey["grade.reasons"]?.array?.compactMap { $0["id"]?.string } ?? []
    #expect(Set(reasons).isSuperset(of: ["tls10", "tls11"]), "\(reasons)")
    let found = try judgement(of: "tls-configuration", survey.facts, survey.gaps)
    for check in ["tls-mozilla-intermediate", "tls-grade"] { #expect(found[check] == .fail, "\(check)") }
    for check in ["tls-suites-secure", "tls-suites-wide-blocks", "tls-ssl-withdrawn", "tls-forward-secrecy"] {
      #expect(found[check] == nil, "\(check)")
    }
  }

  /// Stapled status: good, out of date, revoked, and demanded and missing.
  @Test func staples() async throws {
    let pki = try Self.shared.get()
    func status(_ survey: Survey) throws -> Status? {
      try judgement(of: "tls-configuration", survey.facts, survey.gaps)["tls-staple-sound"]
    }
    func server(_ credential: TestPKI.Credential, _ staple: String?) throws -> ServerProcess {
      try NginxServer.start(
        credential, server: staple.map { "ssl_stapling on; ssl_stapling_file \($0);" } ?? "")
    }
    let sound = try pki.credential()
    let good = try server(sound, try pki.staple(for: sound))
    #expect(try status(await Survey(https(good.port, trust: pki.rootFile))) == nil)
    let later = Instant(seconds: today.seconds + 7200)
    #expect(try status(await Survey(https(good.port, trust: pki.rootFile), asOf: later)) == .fail)
    let other = try pki.credential()
    let revoked = try server(other, try pki.staple(for: other, revoked: true))
    #expect(try status(await Survey(https(revoked.port, trust: pki.rootFile))) == .fail)
    var demanding = TestPKI.Leaf()
    demanding.mustStaple = true
    let missing = try server(try pki.credential(demanding), nil)
    #expect(try status(await Survey(https(missing.port, trust: pki.rootFile))) == .fail)
  }

  /// What static RSA and CBC alone are doubted for.
  private static let dependsOn: Set<String> = [
    "tls-forward-secrecy", "tls-key-exchange-ephemeral", "tls-authenticated-encryption",
  ]

  /// The file with a group's parameters where an option names the group.
  private static func file(_ option: String, in folder: ScratchFolder) throws -> String {
    guard option == "ffdhe2048" else { return option }
    return try folder.write(
      """
      -----BEGIN DH PARAMETERS-----
      MIIBDAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
      +8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
      87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
      YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
      7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
      ssbzSibBsu/6iGtCOGEoXJf//////////wIBAgICAOE=
      -----END DH PARAMETERS-----

      """, to: "ffdhe2048.pem")
  }
}
