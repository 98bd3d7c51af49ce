import AuditModel
import Facts
import Glibc
import LoopbackServers
import Probing
import Synchronization
import Testing

@testable import HTTPExchange
@testable import HTTPProbes

/// What stands between the auditor and the service is not taken for the service.
@Suite("http-authorization behind limiters, firewalls and strangers' certificates")
struct AuthorizationLimitsTests {
  private static let routes: JSONValue = [
    ["path": "/orders", "access": "protected"], ["path": "/health", "access": "public"],
  ]

  private static func look(
    _ port: Int, kind: AuthorizationLook.Kind = .strangers, routes: JSONValue = routes, secrets: [String: Secret] = [:],
    milliseconds: Int = 60_000
  ) async -> Look {
    await Look(
      HTTPAuthorizationProbe(pause: 0), at: ["url": .string("http://127.0.0.1:\(port)/"), "routes": routes],
      secrets: secrets,
      with: ["look": .string(kind.rawValue)], milliseconds: milliseconds)
  }

  @Test("a rate limiter that stays is no refusal", arguments: ["429 Too Many Requests", "503 Service Unavailable"])
  func limiter(_ status: String) async throws {
    let server = try LoopbackServer { peer in
      peer.target == "/health" || peer.target == "/orders"
        ? peer.answer(status, ["Retry-After: 60"]) : peer.answer("404 Not Found")
    }
    let look = await Self.look(server.port, milliseconds: 6000)
    for check in ["authorization-strangers-refused", "authorization-public-open"] {
      let findings = try Findings(of: check, on: look)
      #expect(findings[.unknown].count == 1 && findings[.fail].isEmpty, "\(check): \(findings.messages)")
    }
    #expect(look["limited"] == true)
  }

  @Test("a rate limiter that only wants a pause is given one")
  func pause() async throws {
    let count = Mutex(0)
    let server = try LoopbackServer { peer in
      let number = count.withLock {
        $0 += 1
        return $0
      }
      if number == 3 { return peer.answer("429 Too Many Requests", ["Retry-After: 1"]) }
      let isOrders = peer.target == "/orders"
      peer.answer(
        isOrders ? "401 Unauthorized" : peer.target == "/health" ? "200 OK" : "404 Not Found",
        isOrders ? ["WWW-Authenticate: Bearer"] : [], isOrders ? "" : "ok")
    }
    let look = await Self.look(server.port)
    #expect(look["limited"] == true)
    for check in ["strangers-refused", "public-open", "garbage-refused", "refusal-explained"] {
      #expect(try Findings(of: "authorization-\(check)", on: look)[.pass] == [""], "\(check)")
    }
  }

  @Test("a firewall that has had enough makes every refusal doubtful")
  func firewall() async throws {
    let count = Mutex(0)
    let server = try LoopbackServer { peer in
      let number = count.withLock {
        $0 += 1
        return $0
      }
      if number > 8 { return peer.answer("403 Forbidden") }
      peer.answer(peer.target == "/orders" ? "401 Unauthorized" : peer.target == "/health" ? "200 OK" : "404 Not Found")
    }
    let look = await Self.look(server.port)
    #expect(look["steady"] == false)
    let findings = try Findings(of: "authorization-garbage-refused", on: look)
    #expect(findings[.unknown] == [""], "\(findings)")
  }

  @Test("a budget and a deadline leave routes unseen, never passed")
  func bounded() async throws {
    let server = try LoopbackServer { peer in
      usleep(60_000)
      peer.answer("401 Unauthorized", ["WWW-Authenticate: Bearer"])
    }
    let routes = JSONValue.array((0..<40).map { ["path": .string("/r/\($0)"), "access": "protected"] })
    let look = await Self.look(server.port, routes: routes, milliseconds: 1500)
    let findings = try Findings(of: "authorization-strangers-refused", on: look)
    #expect(findings[.pass].isEmpty && findings[.fail].isEmpty)
    #expect(findings[.unknown].count > 5)
    #expect(!look.gaps.isEmpty)
  }

  @Test("nobody there is unseen")
  func nobody() async throws {
    let look = await Self.look(try LoopbackPort.free())
    #expect(look.unseen?.kind == .unreachable)
  }

  @Test("forgeries without a token of one's own are made up, and find a service that takes them")
  func madeUp() async throws {
    let server = try LoopbackServer { peer in
      let request = GuardedService.Request(peer.head)
      let isIn = request.claims?.algorithm == "none" && request.path == "/orders"
      peer.answer(isIn ? "200 OK" : request.path == "/orders" ? "401 Unauthorized" : "404 Not Found", [], "tea")
    }
    let look = await Self.look(server.port, kind: .forgeries)
    #expect(try Findings(of: "authorization-unsigned-refused", on: look)[.fail] == ["GET /orders"])
    #expect(
      look["routes"]?[0]?["unsigned"]?["openTo"] == ["algorithmNone"])
  }

  @Test("a token is not sent to a server that does not prove who it is; a real one behind nginx is")
  func provenOnly() async throws {
    let folder = try ScratchFolder()
    let words = try folder.write("auditor:{PLAIN}secret\n", to: "users")
    let server = try NginxFixture(
      tls: """
        location /orders { if ($http_authorization != "Bearer right-token-1") { return 401; } return 200 "tea"; }
        location /staff { auth_basic "staff"; auth_basic_user_file \(words); try_files /none =200; }
        location /health { return 200 "ok"; }
        location / { return 404; }
        """, plain: "return 404;")
    let settings: JSONObject = [
      "url": .string("https://localhost:\(server.tlsPort)/"), "address": "127.0.0.1",
      "routes": [
        ["path": "/orders", "access": "protected"], ["path": "/staff", "access": "protected"],
        ["path": "/health", "access": "public"],
      ],
    ]
    let secrets = ["bearer": Secret("right-token-1")]
    let blind = await Look(
      HTTPAuthorizationProbe(pause: 0), at: settings, kind: "https", secrets: secrets, with: ["look": "strangers"],
      milliseconds: 30_000)
    #expect(blind["routes"]?[0]?["token"]?["verdict"] == "withheld")
    #expect(try Findings(of: "authorization-token-accepted", on: blind)[.unknown].contains("GET /orders"))
    #expect(try Findings(of: "authorization-strangers-refused", on: blind)[.pass] == [""])
    var trusting = settings
    trusting["trust"] = .string(server.trust)
    let seen = await Look(
      HTTPAuthorizationProbe(pause: 0), at: trusting, kind: "https", secrets: secrets, with: ["look": "strangers"],
      milliseconds: 30_000)
    #expect(seen["routes"]?[0]?["token"]?["accepted"] == true)
    // nginx says with its own 401 for /staff how to authenticate, with the bare one for /orders not.
    #expect(try Findings(of: "authorization-refusal-explained", on: seen)[.fail] == ["GET /orders"])
  }
}
