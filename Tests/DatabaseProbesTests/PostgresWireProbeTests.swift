import AuditModel
import Facts
import LoopbackPostgres
import Testing

@testable import DatabaseProbes

@Suite struct PostgresWireProbeTests {
  let server: PostgresServer

  init() throws { server = try PostgresServer.shared.get() }

  @Test func hostsslRefusesPlaintext() async {
    let look = await Look(PostgresWireProbe(), server.declaration(user: "auditor", sslmode: "verify-full"))
    #expect(look["connection", "established"] == true)
    #expect(look["connection", "address"] == "127.0.0.1")
    #expect(look["tls", "offered"] == true)
    #expect(look["plaintext", "accepted"] == false)
    #expect(look["plaintext", "answer"] == "E")
    #expect(look["plaintext", "sqlstate"] == "28000")
    #expect(look["plaintext", "user"] == "auditor")
    #expect(look["application", "sslmode"] == "verify-full")
    #expect(look.gaps.isEmpty)
    #expect(look.traffic.connections == 2)
    #expect(look.traffic.bytesReceived > 0)
  }

  @Test(arguments: [("plain", "scram"), ("open", "trust")])
  func hostLetsPlaintextReachAuthentication(user: String, authentication: String) async {
    let look = await Look(PostgresWireProbe(), server.declaration(user: user))
    #expect(look["tls", "offered"] == true)
    #expect(look["plaintext", "accepted"] == true)
    #expect(look["plaintext", "answer"] == "R")
    #expect(look["plaintext", "authentication"] == .string(authentication))
    #expect(look["application", "sslmode"] == .null)
  }

  @Test func aRoleThatDoesNotExistIsToldNoMore() async {
    let look = await Look(PostgresWireProbe(), server.declaration(user: "no%20such%40role"))
    #expect(look["plaintext", "user"] == "no such@role")
    #expect(look["plaintext", "accepted"] == false)
  }

  @Test func withoutARoleThePlaintextQuestionStaysOpen() async {
    let look = await Look(PostgresWireProbe(), server.declaration(user: nil))
    #expect(look["tls", "offered"] == true)
    #expect(look["plaintext", "accepted"] == .null)
    #expect(look.gaps.map(\.path) == ["plaintext.accepted"])
  }

  @Test func aServerWithoutTLSSaysSo() async throws {
    let server = try PostgresServer.withoutTLS.get()
    let look = await Look(PostgresWireProbe(), server.declaration(user: "auditor"))
    #expect(look["tls", "offered"] == false)
    #expect(look["plaintext", "accepted"] == true)
  }

  @Test func aClosedPortIsAFact() async throws {
    let port = try PostgresServer.freePort()
    let look = await Look(PostgresWireProbe(), ["url": "postgres://auditor@127.0.0.1:\(port)/events"])
    #expect(look["connection", "established"] == false)
    #expect(look["connection", "reason"]?.string?.contains("refused") == true)
    #expect(look["tls", "offered"] == .null)
    #expect(look["plaintext", "accepted"] == .null)
  }

  @Test func silenceIsNotAFact() async throws {
    let silence = try SilentListener()
    let look = await Look(
      PostgresWireProbe(), ["url": "postgres://auditor@127.0.0.1:\(silence.port)/events"], timeout: 200)
    #expect(look.facts == nil)
    #expect(look.unseen?.kind == .timeout)
  }

  @Test func aURLThatIsNoneIsMalformed() async {
    let look = await Look(PostgresWireProbe(), ["url": "postgres://a,b/events"])
    #expect(look.unseen?.kind == .malformed)
  }
}

@Suite struct WireFactsTests {
  @Test(arguments: [("53300", "sorry, too many clients already"), ("57P03", "the database system is starting up")])
  func arefusalForAnotherReasonProvesNothing(state: String, words: String) {
    let facts = Self.facts(Self.error(state: state, words: words))
    #expect(facts.value["connection"]?["established"] == true)
    #expect(facts.value["plaintext"]?["accepted"] == .null)
    #expect(facts.value["plaintext"]?["sqlstate"] == .string(state))
    #expect(facts.gaps.first?.reason == "the server answered with \(state): \(words)")
  }

  @Test func theWordsOfARefusalDecideNothing() {
    #expect(Self.facts(Self.error(state: "28000", words: "accepted, welcome")).value["plaintext"]?["accepted"] == false)
  }

  @Test(arguments: [TLSOffer.closed, .foreign(UInt8(ascii: "H"))])
  func somethingElseOnThePortIsNoDatabase(offer: TLSOffer) {
    var facts = WireFacts(sslMode: nil)
    facts.offer = offer
    facts.address = "127.0.0.1"
    #expect(facts.value["connection"]?["established"] == false)
    #expect(facts.value["connection"]?["reason"]?.isNull == false)
    #expect(facts.value["tls"]?["offered"] == .null)
    #expect(WireFacts.schema.violations(of: facts.value).isEmpty)
  }

  @Test func anErrorInsteadOfAnAnswerLeavesTLSOpen() {
    var facts = WireFacts(sslMode: nil)
    facts.offer = .failed
    facts.plaintext = .silent("the server ended the connection without a message")
    #expect(facts.value["connection"]?["established"] == true)
    #expect(facts.value["tls"]?["offered"] == .null)
    #expect(facts.gaps.map(\.path) == ["tls.offered", "plaintext.accepted"])
  }

  @Test func aStartupMessageIsWrittenAsTheManualSays() {
    #expect(
      WireProtocol.startup(user: "u", database: "d")
        == [0, 0, 0, 27, 0, 3, 0, 0] + Array("user\0u\0database\0d\0\0".utf8))
  }

  @Test func aMessageIsReadOnlyWhenItIsWhole() {
    let whole: [UInt8] = [UInt8(ascii: "R"), 0, 0, 0, 8, 0, 0, 0, 10]
    for count in 0..<whole.count {
      #expect(WireProtocol.Message.parsed(Array(whole.prefix(count))) == .incomplete)
    }
    guard case .message(let message) = WireProtocol.Message.parsed(whole + [1, 2, 3]) else {
      Issue.record("a whole message was not read")
      return
    }
    #expect(message.authentication == "scram")
    #expect(message.field("C") == nil)
  }

  @Test(arguments: [[0x48, 0x54, 0x54, 0x50, 0x2F, 0x31], [0x45, 0, 0, 0, 3], [0x45, 0xFF, 0xFF, 0xFF, 0xFF]])
  func aLengthThatCannotBeIsMalformed(bytes: [UInt8]) {
    #expect(WireProtocol.Message.parsed(bytes) == .malformed)
  }

  private static func facts(_ message: WireProtocol.Message) -> WireFacts {
    var facts = WireFacts(sslMode: nil)
    facts.offer = .offered
    facts.plaintext = .message(message)
    return facts
  }

  private static func error(state: String, words: String) -> WireProtocol.Message {
    WireProtocol.Message(letter: UInt8(ascii: "E"), body: Array("SFATAL\0C\(state)\0M\(words)\0\0".utf8))
  }
}

@Suite struct PostgresURLTests {
  @Test(
    arguments: [
      ("postgresql://auditor@db.example:6432/events", "auditor", "db.example", 6432, "events"),
      ("postgres://db.example", nil, "db.example", 5432, nil),
      ("POSTGRES://a%40b:secret@[::1]:5433/my%2Fdb?sslmode=disable", "a@b", "::1", 5433, "my/db"),
      ("postgres://u@h:/", "u", "h", 5432, nil),
    ] as [(String, String?, String, Int, String?)])
  func reads(_ text: String, user: String?, host: String, port: Int, database: String?) throws {
    let url = try #require(PostgresURL(text))
    #expect(url.user == user)
    #expect(url.host == host)
    #expect(url.port == port)
    #expect(url.database == database)
  }

  @Test(arguments: [
    "", "http://h/d", "postgres://", "postgres:///d", "postgres://a,b/d", "postgres://h:0/d", "postgres://h:65536/d",
    "postgres://h:x/d", "postgres://h:+1/d", "postgres://[::1/d", "postgres://[::1]x/d", "postgres://%ZZ/d",
    "postgres://u%00@h/d", "postgres://%2Ftmp/d", "postgres://u%ff@h/d",
  ])
  func refuses(_ text: String) { #expect(PostgresURL(text) == nil) }
}
