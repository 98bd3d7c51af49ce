import AuditModel
import Facts
import Glibc
import LoopbackServers
import Probing
import Synchronization
import Testing

@testable import HTTPProbes

@Suite("health-endpoint")
struct HealthEndpointTests {
  static let json = ["Content-Type: application/health+json"]

  static func look(
    _ server: LoopbackServer, declared: String? = "/health", secrets: [String: Secret] = [:], milliseconds: Int = 8000,
    with parameters: JSONObject = [:]
  ) async -> Look {
    var settings: JSONObject = ["url": .string("http://127.0.0.1:\(server.port)/")]
    settings["health"] = declared.map { .string($0) }
    return await Look(
      HealthEndpointProbe(), at: settings, secrets: secrets, with: parameters, milliseconds: milliseconds)
  }

  /// A server whose `/health` is served by `health`, everything else 404.
  static func server(at path: String = "/health", _ health: @escaping @Sendable (LoopbackServer.Peer) -> Void) throws
    -> LoopbackServer
  {
    try LoopbackServer { $0.target == path ? health($0) : $0.answer("404 Not Found", [], "no such page") }
  }

  @Test("a healthy service")
  func healthy() async throws {
    let server = try Self.server {
      $0.answer(
        "200 OK", Self.json, "{\"status\":\"pass\",\"version\":\"1.2.3\",\"checks\":{\"db\":[{\"status\":\"pass\"}]}}")
    }
    let look = await Self.look(server, with: ["head": true])
    #expect(look["found"] == true)
    #expect(look["isCatchAll"] == false)
    #expect(look["endpoint.status"] == 200)
    #expect(look["endpoint.convention"] == "health+json")
    #expect(look["endpoint.bodyStatus"] == "up")
    #expect(look["endpoint.up"] == true)
    #expect(look["endpoint.agrees"] == true)
    #expect(look["endpoint.components"] == [["name": "db", "status": "up"]])
    #expect(look["endpoint.downComponents"] == [])
    #expect(look["endpoint.stable"] == true)
    #expect(look["endpoint.cacheable"] == false)
    #expect(look["endpoint.needsCredentials"] == false)
    #expect(look["endpoint.leaks"] == [])
    #expect(look["endpoint.headWorks"] == true)
    #expect(look["endpoint.milliseconds.polls"]?.array?.count == 3)
    #expect((look["endpoint.milliseconds.median"]?.double ?? .infinity) < 1000)
    #expect(look.gaps.isEmpty)
    #expect(look.traffic.requests == 5)
  }

  @Test("says down with 200: up is false, and the two contradict each other")
  func lies() async throws {
    let server = try Self.server { $0.answer("200 OK", Self.json, "{\"status\":\"DOWN\"}") }
    let look = await Self.look(server)
    #expect(look["found"] == true)
    #expect(look["endpoint.up"] == false)
    #expect(look["endpoint.agrees"] == false)
    #expect(look["endpoint.stable"] == true)
  }

  @Test("says down with 503: down, but honest")
  func honestlyDown() async throws {
    let server = try Self.server {
      $0.answer(
        "503 Service Unavailable", Self.json, "{\"status\":\"fail\",\"checks\":{\"db\":[{\"status\":\"fail\"}]}}")
    }
    let look = await Self.look(server)
    #expect(look["found"] == true)
    #expect(look["endpoint.up"] == false)
    #expect(look["endpoint.agrees"] == true)
    #expect(look["endpoint.downComponents"] == ["db"])
  }

  @Test("a proxy's error page at the declared path means down, not absent")
  func proxyError() async throws {
    let server = try Self.server { $0.answer("502 Bad Gateway", ["Content-Type: text/html"], "<html>502</html>") }
    let look = await Self.look(server)
    #expect(look["found"] == true)
    #expect(look["endpoint.up"] == false)
    #expect(look["endpoint.convention"] == "unknown")
  }

  @Test("a slow endpoint is measured")
  func slow() async throws {
    let server = try Self.server {
      usleep(300_000)
      $0.answer("200 OK", Self.json, "{\"status\":\"pass\"}")
    }
    let look = await Self.look(server)
    #expect((look["endpoint.milliseconds.median"]?.double ?? 0) >= 300)
    #expect(look["endpoint.stable"] == true)
  }

  @Test("polls that the deadline cuts off leave a gap, not a verdict")
  func cutOff() async throws {
    let server = try Self.server {
      usleep(700_000)
      $0.answer("200 OK", Self.json, "{\"status\":\"pass\"}")
    }
    let look = await Self.look(server, milliseconds: 1200)
    #expect(look["endpoint.up"] == true)
    #expect(look["endpoint.stable"] == .null)
    #expect(look.gaps == ["endpoint.stable"])
  }

  @Test("an endpoint that changes its mind is not stable")
  func flapping() async throws {
    let count = Mutex(0)
    let server = try Self.server { peer in
      let number = count.withLock {
        $0 += 1
        return $0
      }
      peer.answer(number % 2 == 1 ? "200 OK" : "503 Service Unavailable")
    }
    #expect(await Self.look(server)["endpoint.stable"] == false)
  }

  @Test("a page, a catch-all and a missing path are no health endpoints")
  func notFound() async throws {
    let page = try LoopbackServer { $0.answer("200 OK", ["Content-Type: text/html"], "<!doctype html><p>ok") }
    for declared in ["/health", nil] {
      let look = await Self.look(page, declared: declared)
      #expect(look["found"] == false)
      #expect(look["endpoint"] == nil)
    }
    let everywhere = try LoopbackServer { $0.answer("200 OK", ["Content-Type: text/plain"], "ok") }
    let same = await Self.look(everywhere)
    #expect(same["found"] == false)
    #expect(same["isCatchAll"] == true)
    let missing = try Self.server(at: "/elsewhere") { $0.answer("200 OK") }
    let look = await Self.look(missing)
    #expect(look["found"] == false)
    #expect(look["reason"] == "it answers 404")
  }

  @Test("finds an undeclared endpoint at a usual path, and asks no more than six")
  func discovery() async throws {
    let spring = try Self.server(at: "/actuator/health") {
      $0.answer("200 OK", ["Content-Type: application/json"], "{\"status\":\"UP\"}")
    }
    let look = await Self.look(spring, declared: nil)
    #expect(look["endpoint.path"] == "/actuator/health")
    #expect(look["endpoint.convention"] == "spring")
    let nothing = try Self.server(at: "/nowhere") { $0.answer("200 OK") }
    let none = await Self.look(nothing, declared: nil)
    #expect(none["found"] == false)
    #expect(none["tried"]?.array?.count == 6)
    #expect(nothing.requests.count == 6)
  }

  @Test("credentials are tried only where strangers are turned away")
  func credentials() async throws {
    let server = try Self.server { peer in
      peer.head.contains("Authorization: Bearer token-1234\r\n")
        ? peer.answer("200 OK", Self.json, "{\"status\":\"pass\"}") : peer.answer("401 Unauthorized")
    }
    let stranger = await Self.look(server)
    #expect(stranger["found"] == true)
    #expect(stranger["endpoint.needsCredentials"] == true)
    #expect(stranger["endpoint.up"] == .null)
    #expect(stranger.gaps.contains("endpoint.up"))
    let known = await Self.look(server, secrets: ["bearer": Secret("token-1234")])
    #expect(known["endpoint.needsCredentials"] == true)
    #expect(known["endpoint.up"] == true)
    #expect(known["endpoint.stable"] == true)
    let open = try Self.server { $0.answer("200 OK", Self.json, "{\"status\":\"pass\"}") }
    _ = await Self.look(open, secrets: ["bearer": Secret("token-1234")])
    #expect(open.requests.allSatisfy { !$0.contains("token-1234") })
  }

  @Test(
    "judges whether a cache may answer",
    arguments: [
      ("Cache-Control: no-store", false), ("Cache-Control: max-age=5", false),
      ("Cache-Control: public, max-age=60", true),
      ("Cache-Control: max-age=60, no-cache", false), ("Cache-Control: max-age=0, s-maxage=30", true),
      ("Age: 12", true),
      ("X-None: 1", false),
    ])
  func caching(field: String, expected: Bool) async throws {
    let server = try Self.server { $0.answer("200 OK", Self.json + [field], "{\"status\":\"pass\"}") }
    #expect(await Self.look(server)["endpoint.cacheable"] == .bool(expected))
  }

  @Test("finds what the content gives away")
  func leaks() async throws {
    let server = try Self.server {
      $0.answer(
        "200 OK", Self.json, "{\"status\":\"pass\",\"output\":\"PostgreSQL 15.4 at postgres://events:pw@db/events\"}")
    }
    #expect(await Self.look(server)["endpoint.leaks"] == ["connectionString", "dependencyVersion"])
  }

  @Test("nobody there is a fact; silence is unseen")
  func unreachable() async throws {
    let refused = await Look(
      HealthEndpointProbe(), at: ["url": .string("http://127.0.0.1:\(try LoopbackPort.free())/"), "health": "/health"])
    #expect(refused["connection.established"] == false)
    #expect(refused["found"] == .null)
    let silent = try LoopbackServer { _ in sleep(2) }
    #expect(await Self.look(silent, milliseconds: 300).unseen?.kind == .timeout)
  }
}
