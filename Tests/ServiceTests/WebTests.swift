import AuditModel
import Facts
import Foundation
import LoopbackServers
import Probing
import SeededRandomness
import Testing
import Transport

@testable import Definitions
@testable import History
@testable import Service

/// A service's site on a port of its own.
private final class RunningSite: Sendable {
  let port: Int
  private let cancellation = Cancellation()
  private let task: Task<Void, Never>

  init(_ definition: ServiceDefinition, _ place: HistoryPlace) throws {
    let site = Site(
      definition, store: HistoryStore(place), counters: ServiceCounters(), version: "0.1.0",
      clock: { Instant(seconds: 1_794_000_000) })
    let server = try WebServer(site)
    port = server.port
    let cancellation = cancellation
    task = Task { await server.run(until: cancellation) }
  }

  func stop() async {
    cancellation.call()
    await task.value
  }
}

struct Answer {
  var status: Int
  var head: String
  var body: String
}

/// Sends `text` over a connection of its own and gives everything that comes back.
func exchange(
  _ text: String, port: Int, root: String? = nil, pausing: Int = 0
) async throws -> [Answer] {
  let result = await BlockingLane(width: 1).run {
    Result {
      let connection = try Connection.open(
        Endpoint(host: "127.0.0.1", port: port), before: .soon, traffic: TrafficMeter())
      defer { connection.close() }
      if let root {
        let session = try connection.startTLS(
          TLSClientSettings(serverName: "localhost", trust: try TrustStore.including([root], systemRoots: false)),
          before: .soon)
        guard session.verdict?.isTrusted == true else { throw CancellationError() }
      }
      try connection.write(Array(text.utf8), before: .soon)
      var bytes: [UInt8] = []
      while case let part = try connection.read(upTo: 65_536, before: .soon), !part.isEmpty { bytes += part }
      return bytes
    }
  }
  let bytes = try result.get()
  var answers: [Answer] = []
  var rest = bytes[...]
  while let end = rest.firstRange(of: [13, 10, 13, 10]) {
    let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
    rest = rest[end.upperBound...]
    let length =
      head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
      .flatMap { Int($0.dropFirst(16)) } ?? 0
    let isHead = text.hasPrefix("HEAD")
    answers.append(
      Answer(
        status: Int(head.dropFirst(9).prefix(3)) ?? 0, head: head,
        body: isHead ? "" : String(decoding: rest.prefix(length), as: UTF8.self)))
    if !isHead { rest = rest.dropFirst(length) }
  }
  return answers
}

func get(
  _ path: String, port: Int, _ fields: String = "", host: String = "localhost", root: String? = nil
) async throws -> Answer {
  let answers = try await exchange(
    "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\(fields)\r\n", port: port, root: root)
  return try #require(answers.first)
}

@Suite struct WebTests {
  private static let token = "token-canary-0123456789"
  private let folder: ScratchFolder
  private let place: HistoryPlace

  init() throws {
    folder = try ScratchFolder()
    place = .file(folder.path("history.db"))
  }

  private func fill(_ nights: Int) throws -> String {
    let store = HistoryStore(place)
    var last = ""
    for night in 0..<nights {
      let findings = [
        Fixtures.finding("tls", night % 4 == 3 ? .fail : .pass, .critical),
        Fixtures.finding("<script>alert(1)</script>", .fail),
      ]
      let (report, bytes) = try Fixtures.report(
        at: Instant(seconds: 1_793_498_400 + night * 86_400), findings, system: "shop\"><img src=x>")
      _ = try store.append(RunEntry(report: report, document: bytes), before: .soon)
      last = report.runID
    }
    return last
  }

  private func definition(tls: ServiceDefinition.TLS? = nil) throws -> ServiceDefinition {
    Fixtures.definition(
      audits: [try Fixtures.audit("nightly", "0 2 * * *")],
      tokens: [.init(name: "ops", secret: Secret(Self.token))], tls: tls)
  }

  @Test func pagesShowWhatIsKeptAndNothingActive() async throws {
    let run = try fill(9)
    let site = try RunningSite(try definition(), place)
    for path in ["/", "/systems/1", "/runs/\(run)", "/changes", "/waivers"] {
      let page = try await get(path, port: site.port)
      #expect(page.status == 200, "\(path)")
      #expect(page.head.contains("Content-Type: text/html; charset=utf-8"))
      #expect(page.head.contains("Content-Security-Policy: default-src 'none'; style-src 'self';"))
      #expect(!page.body.contains("<script") && !page.body.contains("<img"), "\(path)")
      #expect(page.body.contains("<html lang=\"en\">") && page.body.contains("<h1>"))
    }
    let system = try await get("/systems/1", port: site.port).body
    #expect(system.contains("<svg") && system.contains("&lt;script&gt;alert(1)"))
    #expect(system.contains("reappeared") || system.contains("regressed"))
    let page = try await get("/runs/\(run)", port: site.port).body
    #expect(page.contains("no-open-high") && page.contains("report.json"))
    let document = try await get("/runs/\(run)/report.json", port: site.port)
    #expect(try JSONText.parse(Array(document.body.utf8))["runID"]?.string == run)
    #expect(try await get("/runs/\(run)/report.md", port: site.port).body.contains("shop"))
    for path in [
      "/nothing", "/runs/\(run.prefix(8))", "/systems/9", "/systems/x", "/api/v1/none", "/runs/a%00b", "/..%2f",
    ] {
      #expect([400, 404].contains(try await get(path, port: site.port).status), "\(path)")
    }
    await site.stop()
  }

  @Test func programsGetJSONAndMetrics() async throws {
    _ = try fill(5)
    let site = try RunningSite(try definition(), place)
    func json(_ path: String) async throws -> JSONValue {
      let answer = try await get(path, port: site.port)
      #expect(answer.status == 200 && answer.head.contains("Content-Type: application/json"), "\(path)")
      return try JSONText.parse(Array(answer.body.utf8))
    }
    let systems = try await json("/api/v1/systems")
    #expect(systems[0]?["runs"] == 5 && systems[0]?["latest"]?["gate"] == "failed")
    #expect(try await json("/api/v1/systems/1/trend?limit=3")["points"]?.array?.count == 3)
    #expect(try await json("/api/v1/systems/1/runs?limit=99999999999999999999")[0]?["ordinal"] == 5)
    #expect(try await json("/api/v1/systems/1/findings")[0]?["status"] == "fail")
    #expect(try await json("/api/v1/systems/1/changes").array?.isEmpty == false)
    #expect(try await json("/api/v1/audits")[0]?["name"] == "nightly")
    #expect(try await json("/api/v1/waivers").array?.isEmpty == true)
    let metrics = try await get("/metrics", port: site.port).body
    #expect(
      metrics.contains(
        "prodworthy_gate_passed{system=\"shop\\\"><img src=x>\",environment=\"staging\",policy=\"nightly\"} 0\n"))
    #expect(metrics.contains("prodworthy_score_proven_ratio{") && metrics.contains("} 0.690\n"))
    #expect(try await get("/healthz", port: site.port).body == "alive\n")
    #expect(try await get("/readyz", port: site.port).status == 200)
    await site.stop()
  }

  @Test func whoIsNotKnownSeesNothing() async throws {
    _ = try fill(1)
    let site = try RunningSite(try definition(), place)
    func status(_ fields: String, host: String = "localhost") async throws -> Int {
      try await get("/api/v1/systems", port: site.port, fields, host: host).status
    }
    #expect(try await status("") == 200)
    // A page from elsewhere that leads the browser here, and a proxy that passes others on.
    #expect(try await status("", host: "evil.example") == 401)
    #expect(try await status("", host: "127.0.0.1.evil.example") == 401)
    #expect(try await status("X-Forwarded-For: 203.0.113.9\r\n") == 401)
    #expect(try await status("Authorization: Bearer wrong\r\n") == 401)
    #expect(try await status("Authorization: Bearer \(Self.token)\r\n", host: "audit.example") == 200)
    let login = Data("anybody:\(Self.token)".utf8).base64EncodedString()
    #expect(try await status("Authorization: Basic \(login)\r\n", host: "audit.example") == 200)
    #expect(try await status("Authorization: Basic \(Self.token)\r\n") == 401)
    let refused = try await get("/", port: site.port, host: "evil.example")
    #expect(refused.head.contains("WWW-Authenticate: Bearer") && !refused.body.contains("shop"))
    // Liveness is for everybody, and says nothing else.
    #expect(try await get("/healthz", port: site.port, host: "evil.example").status == 200)
    #expect(try await get("/metrics", port: site.port, host: "evil.example").status == 401)
    await site.stop()
  }

  @Test func requestsAreReadStrictly() async throws {
    let site = try RunningSite(try definition(), place)
    let port = site.port
    func status(_ text: String) async throws -> [Int] { try await exchange(text, port: port).map(\.status) }
    let close = "Host: localhost\r\nConnection: close\r\n\r\n"
    #expect(try await status("POST / HTTP/1.1\r\n\(close)") == [405])
    #expect(try await status("GET / HTTP/2.0\r\n\(close)") == [505])
    #expect(try await status("GET / HTTP/1.1\r\n\r\n") == [400])
    #expect(try await status("GET / HTTP/1.1\nHost: localhost\n\nGET / HTTP/1.1\r\n\r\n") == [400])
    #expect(try await status("GET http://localhost/ HTTP/1.1\r\n\(close)") == [400])
    #expect(try await status("GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n") == [400])
    #expect(try await status("GET / HTTP/1.1\r\n folded: x\r\n\(close)") == [400])
    #expect(try await status("GET /\u{1} HTTP/1.1\r\n\(close)") == [400])
    #expect(try await status("GET /%zz HTTP/1.1\r\n\(close)") == [400])
    #expect(try await status("GET /%ff HTTP/1.1\r\n\(close)") == [400])
    #expect(try await status("\u{16}\u{3}\u{1}\u{0}\r\n\r\n") == [400])
    // What smuggles content gets one answer and the end.
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n"
    #expect(try await status(smuggled) == [413])
    #expect(
      try await status("GET /healthz HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == [413])
    #expect(
      try await status("GET /healthz HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "a", count: 20_000))") == [431])
    #expect(try await status("GET /\(String(repeating: "a", count: 5000)) HTTP/1.1\r\n\(close)") == [414])
    // One connection, two requests; HEAD has the length and no content.
    #expect(
      try await status("\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\nGET /healthz HTTP/1.1\r\n\(close)") == [200, 200])
    let head = try await exchange("HEAD /healthz HTTP/1.1\r\n\(close)", port: port)
    #expect(head.first?.head.contains("Content-Length: 6") == true && head.first?.body == "")
    #expect(try await status("GET /healthz HTTP/1.0\r\n\r\n") == [200])
    await site.stop()
  }

  @Test func noBytesBringTheParserDown() {
    let sound = Array("GET /a%20b?c=d&e=%C3%BC HTTP/1.1\r\nHost: localhost:80\r\nAccept: */*\r\nX: y".utf8)
    #expect((try? Request(head: sound))?.query == ["c": "d", "e": "ü"])
    #expect((try? Request(head: sound))?.path == ["a b"])
    var random = SeededGenerator(seed: 3)
    for _ in 0..<20_000 {
      var bytes = sound
      for _ in 0..<1 + random.below(6) {
        let place = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes[place] = UInt8(random.below(256))
        case 1: bytes.remove(at: place)
        default: bytes.insert([13, 10, 32, 37, 58, 0, 200][random.below(7)], at: place)
        }
        if bytes.isEmpty { bytes = sound }
      }
      guard let request = try? Request(head: bytes) else { continue }
      #expect(!request.path.contains("..") && !request.method.contains(" "))
      #expect(!request.fields.values.contains { $0.utf8.contains(10) || $0.utf8.contains(13) })
    }
  }

  @Test func manyAtOnceWaitForTheirTurn() async throws {
    _ = try fill(3)
    let site = try RunningSite(try definition(), place)
    let port = site.port
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<150 { group.addTask { try await get("/systems/1", port: port).status } }
      return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    }
    #expect(statuses == [200: 150])
    await site.stop()
  }

  @Test func servesOverTLSAndTakesARenewedCertificate() async throws {
    let pki = try TestPKI()
    let first = try pki.credential()
    let (certificate, key) = (folder.path("cert.pem"), folder.path("key.pem"))
    func install(_ credential: TestPKI.Credential) throws {
      for (from, to) in [(credential.chainFile, certificate), (credential.keyFile, key)] {
        try ScratchFolder.text(of: from).write(toFile: to, atomically: true, encoding: .utf8)
      }
    }
    try install(first)
    _ = try fill(1)
    let site = try RunningSite(try definition(tls: .init(certificate: certificate, key: key)), place)
    let answer = try await get("/healthz", port: site.port, root: pki.rootFile)
    #expect(answer.status == 200 && answer.head.contains("Strict-Transport-Security"))
    // Plain HTTP gets no answer.
    await #expect(throws: (any Error).self) { () async throws in
      let answers = try await exchange("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", port: site.port)
      if answers.isEmpty { throw CancellationError() }
    }
    let other = try TestPKI(named: "Renewed")
    try install(try other.credential())
    #expect(try await get("/healthz", port: site.port, root: other.rootFile).status == 200)
    // Half a renewal leaves the old one standing.
    try "no certificate".write(toFile: certificate, atomically: true, encoding: .utf8)
    #expect(try await get("/healthz", port: site.port, root: other.rootFile).status == 200)
    await site.stop()
  }

  @Test func aHistoryThatDoesNotAnswerIsNotReady() async throws {
    try folder.write("not a database, and never was one\n", to: "history.db")
    let site = try RunningSite(try definition(), place)
    #expect(try await get("/readyz", port: site.port).status == 503)
    #expect(try await get("/", port: site.port).status == 503)
    #expect(try await get("/healthz", port: site.port).status == 200)
    await site.stop()
  }
}
