import AuditModel
import Facts
import LoopbackServers
import ProbeConformance
import Probing
import Testing

@testable import NetworkProbes

@Suite("Ports of a host against the inventory")
struct NetworkExposureTests {
  private static func ports(_ numbers: Int...) -> JSONValue { .array(numbers.map { .integer($0) }) }

  @Test("open, refused and silent are told apart, and held against what is declared")
  func states() async throws {
    let web = try ScriptedServer { _ in }
    let forgotten = try ScriptedServer { _ in }
    let full = try FullListener()
    let (dead, shut) = (try LoopbackPort.free(), try LoopbackPort.free())
    let look = await Look([
      "host": "127.0.0.1", "open": Self.ports(web.port, dead, full.port), "closed": Self.ports(shut),
      "scan": Self.ports(forgotten.port),
    ])
    #expect(look.unseen == nil)
    #expect(look.gaps.isEmpty)
    #expect(look.facts?["answered"] == true)
    let expected: [(Int, String, JSONValue, JSONValue)] = [
      (web.port, "open", true, "open"), (dead, "refused", false, "open"), (full.port, "silent", nil, "open"),
      (shut, "refused", false, "closed"), (forgotten.port, "open", true, nil),
    ]
    for (port, state, answers, declared) in expected {
      #expect(look.port(port)?["state"]?.string == state)
      #expect(look.port(port)?["answers"] == answers)
      #expect(look.port(port)?["declared"] == declared)
    }
    #expect(look.facts?["undeclaredOpen"] == Self.ports(forgotten.port))
    #expect(look.facts?["declaredClosed"] == Self.ports(dead))
    #expect(look.facts?["unseen"] == Self.ports(full.port))
    #expect(look.facts?["expected"]?.array?.count == 3)
    #expect(look.traffic.connections >= 5)
  }

  @Test("a service is known by what it says, whatever its port")
  func recognition() async throws {
    func greeting(_ bytes: [UInt8]) throws -> ScriptedServer {
      try ScriptedServer { peer in
        peer.send(bytes)
        _ = peer.receive()
      }
    }
    func answering(_ answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) throws -> ScriptedServer {
      try ScriptedServer { peer in
        if let bytes = answer(peer.receive()) { peer.send(bytes) }
      }
    }
    let ssh = try greeting(Array("SSH-2.0-OpenSSH_9.2p1\r\n".utf8))
    let version = Array("8.0.39\0".utf8) + [UInt8](repeating: 1, count: 40)
    let mysql = try greeting([UInt8(version.count + 1), 0, 0, 0, 10] + version)
    let web = try answering { $0.starts(with: Array("HEAD ".utf8)) ? Array("HTTP/1.1 200 OK\r\n\r\n".utf8) : nil }
    let postgres = try answering { $0 == [0, 0, 0, 8, 4, 210, 22, 47] ? [UInt8(ascii: "S")] : nil }
    let redis = try answering {
      $0 == Array("PING\r\n".utf8) ? Array("-NOAUTH Authentication required.\r\n".utf8) : nil
    }
    let mute = try answering { _ in nil }
    let pki = try TestPKI()
    let tls = try NginxServer.start(try pki.credential())
    let servers = [ssh, mysql, web, postgres, redis, mute].map(\.port) + [tls.port]
    let look = await Look(["address": "127.0.0.1", "scan": .array(servers.map { .integer($0) })])
    #expect(look.service(ssh.port) == "SSH")
    #expect(look.service(mysql.port) == "MySQL")
    #expect(look.service(web.port) == "HTTP")
    #expect(look.service(postgres.port) == "PostgreSQL")
    #expect(look.service(redis.port) == "Redis")
    #expect(look.service(tls.port) == "HTTPS")
    #expect(look.port(mute.port)?["state"] == "open")
    #expect(look.port(mute.port)?["service"] == .null)
    for (port, isSensitive) in [
      (ssh.port, false), (web.port, false), (tls.port, false), (mysql.port, true), (postgres.port, true),
      (redis.port, true),
    ] {
      #expect(look.port(port)?["sensitive"] == .bool(isSensitive))
    }
    #expect(look.port(postgres.port)?["label"]?.string == "port \(postgres.port) (PostgreSQL)")
    #expect(look.port(mute.port)?["label"]?.string == "port \(mute.port)")
  }

  @Test("where everything is silent, nothing is proven")
  func silence() async throws {
    let full = try FullListener()
    let look = await Look(["host": "127.0.0.1", "closed": Self.ports(full.port), "scan": []])
    #expect(look.facts?["answered"] == false)
    #expect(look.gaps.map(\.path) == ["ports"])
    #expect(look.port(full.port)?["answers"] == .null)
  }

  @Test("what was not reached before the deadline is a gap, never closed")
  func deadline() async throws {
    let look = await Look(["host": "127.0.0.1", "scan": ["20000-24000"]], timeout: 60)
    #expect(
      look.gaps.contains { $0.path == "ports" && $0.reason.contains("before the deadline") } || look.unseen != nil)
    let untried = look.facts?["ports"]?.array?.filter { $0["state"] == .null } ?? []
    #expect(!untried.isEmpty || look.unseen != nil)
    #expect(untried.allSatisfy { $0["answers"] == .null })
  }

  @Test("no such host, no host at all, and ports that are none are told in words")
  func nonsense() async throws {
    let name = await Look(["host": .string(String(repeating: "a", count: 300))])
    #expect(name.unseen?.kind == .unreachable)
    for settings: JSONObject in [
      [:], ["host": "127.0.0.1", "scan": ["80-"]], ["host": "127.0.0.1", "scan": ["9-1"]],
      ["host": "127.0.0.1", "open": ["http"]], ["host": "127.0.0.1", "scan": ["1-65536"]],
      ["host": "127.0.0.1", "scan": ["1-65535"]], ["host": "127.0.0.1", "scan": []],
      ["host": "127.0.0.1", "open": [80], "closed": ["79-81"]],
      ["host": "127.0.0.1", "scan": ["99999999999999999999"]],
    ] {
      let look = await Look(settings)
      #expect(look.unseen?.kind == .malformed, "\(settings)")
      #expect(look.traffic == Traffic())
    }
  }

  @Test("keeps the promises of every probe")
  func conforms() async throws {
    let server = try ScriptedServer { $0.send(Array("SSH-2.0-test\r\n".utf8)) }
    let target = Target(
      id: "edge", kind: "host", settings: ["host": "127.0.0.1", "open": Self.ports(server.port), "scan": []])
    #expect(await ProbeConformance.problems(with: NetworkExposureProbe(), target: target) == [])
  }

  @Test("four thousand refused ports take seconds and are all told")
  func many() async throws {
    let began = ContinuousClock.now
    let look = await Look(["host": "127.0.0.1", "scan": ["28000-32095"]])
    #expect(look.facts?["looked"] == 4096)
    #expect(look.gaps.isEmpty)
    #expect(look.traffic.connections >= 4096)
    #expect(ContinuousClock.now - began < .seconds(25))
  }
}

@Suite("Ports and what they say")
struct ServiceTests {
  @Test("selections are read in every form, each port once, declared ones first")
  func selection() throws {
    let selection = try PortSelection(["open": [443, "80"], "closed": ["100-102"], "scan": ["98 - 101", 80]])
    #expect(selection.all == [443, 80, 100, 101, 102, 98, 99])
    #expect(selection.declaration(of: 80) == "open")
    #expect(selection.declaration(of: 101) == "closed")
    #expect(selection.declaration(of: 98) == nil)
  }

  @Test("the usual list has each port once, and what must not be in the open is known as such")
  func usual() throws {
    let numbers = KnownPort.all.map(\.port)
    #expect(Set(numbers).count == numbers.count)
    #expect((100...200).contains(numbers.count))
    for port in [3306, 5432, 6379, 11211, 27017, 9200, 2375, 2379, 10250, 5672] {
      #expect(KnownPort.byNumber[port]?.isSensitive == true)
    }
    for port in [80, 443, 22, 25] { #expect(KnownPort.byNumber[port]?.isSensitive == false) }
    #expect(try PortSelection(["host": "x"]).all.count == numbers.count)
  }

  @Test(
    "greetings",
    arguments: [
      ("SSH-2.0-dropbear", Service.ssh), ("220 mail.example ESMTP Postfix\r\n", .smtp),
      ("220 (vsFTPd 3.0.5)\r\n", .ftp), ("* OK [CAPABILITY IMAP4rev1] ready\r\n", .imap), ("+OK ready\r\n", .pop3),
      ("RFB 003.008\n", .vnc), ("@RSYNCD: 31.0\n", .rsync), ("-DENIED Redis is running in protected mode", .redis),
      ("INFO {\"server_id\":\"x\"}\r\n", .nats), ("220 hello\r\n", nil), ("", nil), ("hello", nil),
    ] as [(String, Service?)])
  func greetings(_ text: String, _ service: Service?) {
    #expect(Service.greeting(Array(text.utf8)) == service)
  }

  @Test("binary greetings: MySQL, MariaDB, a refusal, Telnet; and what only looks like them")
  func binary() {
    func packet(_ content: [UInt8]) -> [UInt8] { [UInt8(content.count), 0, 0, 0] + content }
    #expect(Service.greeting(packet([10] + Array("9.1.0\0abcdefgh".utf8))) == .mysql)
    #expect(Service.greeting(packet([10] + Array("5.5.5-10.11.6-MariaDB\0abcd".utf8))) == .mariaDB)
    #expect(Service.greeting(packet([255, 106, 4] + Array("Host '10.0.0.9' is not allowed".utf8))) == .mysql)
    #expect(Service.greeting([255, 253, 24, 255, 253, 32]) == .telnet)
    #expect(Service.greeting(packet([10] + Array("nonsense".utf8))) == nil)
    #expect(Service.greeting([0, 0, 0, 0, 0, 0, 0]) == nil)
    #expect(Service.greeting([UInt8](repeating: 255, count: 3)) == nil)
  }

  @Test("answers")
  func answers() {
    func answer(_ text: String, to question: Question = .http) -> Service? {
      Service.answer(Array(text.utf8), to: question)
    }
    #expect(answer("HTTP/1.1 404 Not Found\r\n\r\n") == .http)
    #expect(answer("HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port") == .https)
    #expect(answer("HTTP/1.1 200 OK\r\nX-elastic-product: Elasticsearch\r\n\r\n") == .elasticsearch)
    #expect(answer("It looks like you are trying to access MongoDB over HTTP on the native driver port.") == .mongoDB)
    #expect(answer("-ERR unknown command 'HEAD'") == .redis)
    #expect(answer("+PONG\r\n", to: .redis) == .redis)
    #expect(answer("VERSION 1.6.18\r\n", to: .memcached) == .memcached)
    #expect(answer("N", to: .postgres) == .postgres)
    #expect(answer("N") == nil)
    #expect(Service.answer([21, 3, 3, 0, 2, 2, 10], to: .http) == .tls)
    #expect(answer("anything") == nil)
  }
}
