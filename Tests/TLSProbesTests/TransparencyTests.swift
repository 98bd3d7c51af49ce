import AuditModel
import Facts
import LoopbackServers
import Probing
import Testing

@testable import TLSProbes

/// Certificate transparency: what logs signed, wherever it comes, and whether that is enough.
@Suite(.serialized) struct TransparencyTests {
  private static let shared = Result { try TestPKI() }
  private static let logs = Result {
    [
      try TransparencyLog("Oak", runBy: "One"), try TransparencyLog("Elm", runBy: "Two", key: "rsa:2048"),
      try TransparencyLog("Ash", runBy: "One"),
    ]
  }

  private func survey(_ port: Int, _ pki: TestPKI, isPublic: Bool = true, list: String? = nil) async -> Survey {
    var target = https(port, trust: pki.rootFile)
    if isPublic { target.settings["publicTrust"] = true }
    if let list { target.settings["transparencyLogs"] = .string(list) }
    return await Survey(target)
  }

  private func status(_ survey: Survey) throws -> Status? {
    try judgement(of: "tls-configuration", survey.facts, survey.gaps)["tls-publicly-logged"]
  }

  private func signatures(_ survey: Survey) -> [String] {
    survey["transparency.timestamps"]?.array?.compactMap { $0["signature"]?.string } ?? []
  }

  @Test func withoutTimestampsAPublicSiteIsRefused() async throws {
    let pki = try Self.shared.get()
    let server = try NginxServer.start(try pki.credential())
    let open = await survey(server.port, pki)
    #expect(open["transparency.verdict"] == "refused")
    #expect(open["transparency.wanted"] == 2)
    #expect(try status(open) == .fail)
    // A private authority's is nobody's business.
    let closed = await survey(server.port, pki, isPublic: false)
    #expect(closed["transparency.verdict"] == "notDemanded")
    #expect(try status(closed) == nil)
  }

  @Test func embeddedTimestampsAreVerifiedAndCountedByLog() async throws {
    let (pki, logs) = (try Self.shared.get(), try Self.logs.get())
    let folder = try ScratchFolder()
    let list = try folder.write(TransparencyLog.published(logs), to: "logs.json")
    let two = try NginxServer.start(try pki.timestamped(by: [logs[0], logs[1]]))
    let seen = await survey(two.port, pki, list: list)
    #expect(signatures(seen) == ["valid", "valid"])
    #expect(seen["transparency.timestamps.0.name"] == "Oak")
    #expect(seen["transparency.timestamps.1.operator"] == "Two")
    #expect(seen["transparency.verdict"] == "enough")
    #expect(try status(seen) == nil)
    // Without a list nothing can be verified, and the logs are counted all the same.
    let unlisted = await survey(two.port, pki)
    #expect(signatures(unlisted) == ["unchecked", "unchecked"])
    #expect(unlisted["transparency.verdict"] == "enough")
    // One log that signs twice is one.
    let twice = try NginxServer.start(try pki.timestamped(by: [logs[0], logs[0]]))
    let once = await survey(twice.port, pki, list: list)
    #expect(once["transparency.logs"] == 1)
    #expect(try status(once) == .fail)
    // Two logs of one operator see only what he likes.
    let same = try NginxServer.start(try pki.timestamped(by: [logs[0], logs[2]]))
    let alone = await survey(same.port, pki, list: list)
    #expect(alone["transparency.shortfall"] == "oneOperator")
    #expect(try status(alone) == .fail)
    // A longer life wants a third.
    let long = try NginxServer.start(
      try pki.timestamped(.init(validTo: 185 * 86400), by: [logs[0], logs[1]]))
    let short = await survey(long.port, pki, list: list)
    #expect(short["transparency.wanted"] == 3)
    #expect(short["transparency.verdict"] == "refused")
  }

  /// Without the intermediate nobody can tell what logs have signed from what they have not.
  @Test func withoutTheIssuerNothingIsVerified() async throws {
    let (pki, logs) = (try Self.shared.get(), try Self.logs.get())
    let folder = try ScratchFolder()
    let list = try folder.write(TransparencyLog.published(logs), to: "logs.json")
    for isForged in [true, false] {
      var credential = try pki.timestamped(by: [logs[0], logs[1]], forging: isForged)
      credential.chainFile = credential.leafFile
      let server = try NginxServer.start(credential)
      let seen = await survey(server.port, pki, list: list)
      #expect(signatures(seen) == ["unverifiable", "unverifiable"])
      #expect(seen["transparency.verdict"] == .null)
      #expect(seen["transparency.logs"] == 0)
      #expect(seen.gaps.contains { $0.path == "transparency" && $0.remedy != nil })
      #expect(try status(seen) == .unknown)
      // Without a list nobody asks for the issuer's key.
      let unlisted = await survey(server.port, pki)
      #expect(unlisted["transparency.verdict"] == "enough")
      #expect(!unlisted.gaps.contains { $0.path == "transparency" })
    }
    // One log is too few, whatever its signature is worth.
    var single = try pki.timestamped(by: [logs[0]])
    single.chainFile = single.leafFile
    let server = try NginxServer.start(single)
    let seen = await survey(server.port, pki, list: list)
    #expect(signatures(seen) == ["unverifiable"])
    #expect(seen["transparency.verdict"] == "refused")
    #expect(!seen.gaps.contains { $0.path == "transparency" })
    #expect(try status(seen) == .fail)
  }

  /// Those that cannot be verified decide nothing where others are enough, or where all of them are too few.
  @Test func unverifiableSignaturesLeaveItOpenWhereTheyDecide() {
    func timestamp(_ log: String, _ signature: String, _ way: String = "embedded") -> JSONValue {
      [
        "log": .string(log), "operator": .string("of \(log)"), "way": .string(way), "issued": "2026-05-02T00:00:00Z",
        "signature": .string(signature), "retired": nil, "believed": true,
      ]
    }
    let leaf: JSONValue = ["notBefore": "2026-05-01T00:00:00Z", "notAfter": "2026-07-01T00:00:00Z"]
    let now = Instant("2026-05-03T00:00:00Z") ?? Instant(seconds: 0)
    let cases: [([JSONValue], JSONValue)] = [
      ([timestamp("a", "valid"), timestamp("b", "valid"), timestamp("c", "unverifiable")], "enough"),
      ([timestamp("a", "valid"), timestamp("b", "unverifiable")], .null),
      ([timestamp("a", "valid"), timestamp("a", "unverifiable")], "refused"),
      ([timestamp("a", "valid"), timestamp("b", "unverifiable", "staple")], "refused"),
      ([timestamp("a", "valid", "handshake"), timestamp("b", "unverifiable", "staple")], .null),
      ([timestamp("a", "unverifiable"), timestamp("b", "forged"), timestamp("c", "unlisted")], "refused"),
    ]
    for (timestamps, verdict) in cases {
      let facts: JSONObject = ["demandedBy": "inventory", "listed": true, "timestamps": .array(timestamps)]
      #expect(TransparencyDerivation.derived(facts, leaf: leaf, asOf: now)["verdict"] == verdict, "\(timestamps)")
      #expect(TransparencyDerivation.isOpen(facts, leaf: leaf) == (verdict == .null), "\(timestamps)")
    }
  }

  @Test func forgedAndUnknownLogsDoNotCount() async throws {
    let (pki, logs) = (try Self.shared.get(), try Self.logs.get())
    let folder = try ScratchFolder()
    let forged = try NginxServer.start(try pki.timestamped(by: [logs[0], logs[1]], forging: true))
    let all = try folder.write(TransparencyLog.published(logs), to: "all.json")
    let seen = await survey(forged.port, pki, list: all)
    #expect(signatures(seen) == ["forged", "forged"])
    #expect(try status(seen) == .fail)
    let sound = try NginxServer.start(try pki.timestamped(by: [logs[0], logs[1]]))
    let some = try folder.write(TransparencyLog.published([logs[0], logs[2]]), to: "some.json")
    let partly = await survey(sound.port, pki, list: some)
    #expect(signatures(partly) == ["valid", "unlisted"])
    #expect(try status(partly) == .fail)
    // A log that was given up before it signed does not count, one given up later does.
    for (since, verdict) in [("2025-01-01T00:00:00Z", "refused"), ("2999-01-01T00:00:00Z", "enough")] {
      var given = logs
      given[0].state = "retired"
      given[0].since = since
      let list = try folder.write(TransparencyLog.published(given), to: "retired.json")
      #expect(await survey(sound.port, pki, list: list)["transparency.verdict"] == .string(verdict))
    }
  }

  @Test(arguments: ["-tls1_2", "-tls1_3"]) func timestampsOfTheHandshake(version: String) async throws {
    let (pki, logs) = (try Self.shared.get(), try Self.logs.get())
    let folder = try ScratchFolder()
    let list = try folder.write(TransparencyLog.published(logs), to: "logs.json")
    let credential = try pki.credential()
    let entry = TransparencyLog.Entry.certificate(try pki.encoding(of: credential))
    let info = try folder.write(
      TransparencyLog.serverInfo(try [logs[0], logs[1]].map { try $0.timestamp(of: entry) }), to: "info.pem")
    let server = try OpenSSLServer.start(credential, options: [version, "-serverinfo", info])
    let seen = await survey(server.port, pki, list: list)
    #expect(seen["transparency.timestamps"]?.array?.map { $0["way"] } == ["handshake", "handshake"])
    #expect(signatures(seen) == ["valid", "valid"])
    #expect(seen["transparency.verdict"] == "enough")
    #expect(seen["timestamps.inHandshake"] == 2)
  }

  /// Logs may also sign what the server's authority says of the certificate (RFC 6962 section 3.3).
  @Test(arguments: ["TLSv1.2", "TLSv1.3"]) func timestampsOfTheStaple(version: String) async throws {
    let (pki, logs) = (try Self.shared.get(), try Self.logs.get())
    let folder = try ScratchFolder()
    let list = try folder.write(TransparencyLog.published(logs), to: "logs.json")
    let credential = try pki.credential()
    let entry = TransparencyLog.Entry.certificate(try pki.encoding(of: credential))
    let elsewhere = TransparencyLog.Entry.certificate(try pki.encoding(of: try pki.credential()))
    for (entries, expected) in [([entry, entry], "valid"), ([elsewhere, elsewhere], "forged")] {
      let timestamps = try zip([logs[0], logs[1]], entries).map { try $0.timestamp(of: $1) }
      let staple = try pki.staple(for: credential, carrying: timestamps)
      let server = try NginxServer.start(
        credential, protocols: version, server: "ssl_stapling on; ssl_stapling_file \(staple);")
      let seen = await survey(server.port, pki, list: list)
      #expect(seen["stapleVerdict"] == "good")
      #expect(seen["transparency.timestamps"]?.array?.map { $0["way"] } == ["staple", "staple"])
      #expect(seen["timestamps.stapled"] == 2)
      #expect(signatures(seen) == [expected, expected])
      #expect(seen["transparency.verdict"] == (expected == "valid" ? "enough" : "refused"))
      #expect(try status(seen) == (expected == "valid" ? nil : .fail))
    }
  }

  /// A site that demands logs of browsers (Expect-CT, once preloaded for some) and shows none, or something else in their
  /// place: by the field alone nothing is proved.
  @Test func expectedTimestampsThatAreInvalid() async throws {
    let pki = try Self.shared.get()
    let field = #"add_header Expect-CT 'enforce, max-age=86400'; return 200 "ok";"#
    let absent = try NginxServer.start(try pki.credential(), location: field)
    // An octet string around what is no list: cut off, empty, or of a version that nobody has defined.
    let lists: [[UInt8]] = [[0x04, 0x03, 0x00, 0x2F, 0x00], [0x04, 0x02, 0x00, 0x00], [0x05, 0x00]]
    let invalid = try lists.map { list in
      let hexadecimal = list.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
      var leaf = TestPKI.Leaf()
      leaf.extensions = ["1.3.6.1.4.1.11129.2.4.2=DER:\(hexadecimal)"]
      return try NginxServer.start(try pki.credential(leaf), location: field)
    }
    for server in [absent] + invalid {
      let seen = await survey(server.port, pki)
      #expect(seen["transparency.timestamps"] == [])
      #expect(seen["transparency.verdict"] == "refused")
      #expect(try status(seen) == .fail)
    }
  }

  @Test func listThatCannotBeReadLeavesItOpen() async throws {
    let pki = try Self.shared.get()
    let folder = try ScratchFolder()
    let server = try NginxServer.start(try pki.credential())
    for text in ["{", "{}", #"{"operators": [{"name": "One", "logs": [{"key": "!"}]}]}"#] {
      let list = try folder.write(text, to: "logs.json")
      let seen = await survey(server.port, pki, list: list)
      #expect(seen["transparency"] == .null)
      #expect(seen.gaps.contains { $0.path == "transparency" })
      #expect(try status(seen) == .unknown)
    }
  }

  /// Roots of the system are those of a company's machine too: there it is a doubt and no refusal.
  @Test func underARootOfTheSystemItIsADoubt() throws {
    let leaf: JSONValue = ["notBefore": "2026-03-15T00:00:00Z", "notAfter": "2026-06-01T00:00:00Z"]
    let derived = TransparencyDerivation.derived(
      ["demandedBy": "publicRoot", "listed": false, "timestamps": []], leaf: leaf, asOf: Instant(seconds: 1_780_000_000)
    )
    #expect(derived["verdict"] == "doubtful")
    #expect(
      try judgement(of: "tls-configuration", ["transparency": .object(derived)], [])["tls-publicly-logged"] == .warn)
  }

  /// What a log signs tomorrow is worth nothing today.
  @Test func timestampsOfTheFutureDoNotCount() {
    let one: JSONValue = [
      "log": "aa", "operator": nil, "way": "embedded", "issued": "2026-05-02T00:00:00Z", "signature": "unchecked",
      "retired": nil, "believed": nil,
    ]
    var other = one.object ?? [:]
    other["log"] = "bb"
    let facts: JSONObject = ["demandedBy": "inventory", "listed": false, "timestamps": .array([one, .object(other)])]
    let leaf: JSONValue = ["notBefore": "2026-05-01T00:00:00Z", "notAfter": "2026-07-01T00:00:00Z"]
    for (day, verdict) in [("2026-05-01T12:00:00Z", "refused"), ("2026-05-03T00:00:00Z", "enough")] {
      let now = Instant(day) ?? Instant(seconds: 0)
      #expect(TransparencyDerivation.derived(facts, leaf: leaf, asOf: now)["verdict"] == .string(verdict))
    }
  }
}
