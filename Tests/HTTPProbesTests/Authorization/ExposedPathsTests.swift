import AuditModel
import Facts
import Synchronization
import Testing

@testable import HTTPProbes
@testable import LoopbackServers

@Suite("http-exposed-paths")
struct ExposedPathsTests {
  private static func look(
    routes: JSONValue = [], _ answer: @escaping @Sendable (String) -> GuardedService.Reply
  ) async throws -> Look {
    let server = try LoopbackServer { peer in
      let reply = answer(peer.target)
      peer.answer(reply.status, reply.fields, reply.body)
    }
    return await Look(
      ExposedPathsProbe(pause: 0), at: ["url": .string("http://127.0.0.1:\(server.port)/"), "routes": routes],
      milliseconds: 30_000)
  }

  private static func plain(_ text: String) -> GuardedService.Reply {
    GuardedService.Reply(status: "200 OK", fields: ["Content-Type: text/plain"], body: text)
  }

  @Test("what lies open is told apart from pages, refusals and login forms")
  func open() async throws {
    let look = try await Self.look { path in
      switch path {
      case "/.env": Self.plain("# settings\nDB_PASSWORD=hunter2\nexport PORT=80\n")
      case "/.git/HEAD": Self.plain("ref: refs/heads/main\n")
      case "/.git/config": .page("Oops", "[not the] core")
      case "/actuator":
        GuardedService.Reply(
          status: "200 OK", fields: ["Content-Type: application/json"],
          body: #"{"_links":{"self":{"href":"/"},"env":{"href":"/actuator/env"}}}"#)
      case "/admin": .loginForm
      case "/administrator": .page("Users", "<h1>All users</h1>")
      case "/debug/pprof/": .challenge
      case "/metrics": Self.plain("# HELP up Whether it is up\n# TYPE up gauge\nup 1\n")
      default: .notFound
      }
    }
    #expect(try Findings(of: "authorization-secrets-unexposed", on: look)[.fail] == ["/.env", "/.git/HEAD"])
    #expect(try Findings(of: "authorization-consoles-unexposed", on: look)[.fail] == ["/actuator", "/administrator"])
    #expect(try Findings(of: "authorization-metrics-unexposed", on: look)[.fail] == ["/metrics"])
    #expect(!JSONText.compact(look.facts ?? nil).contains("hunter2"))
  }

  @Test("nothing lies open where every path gets the same, or nothing", arguments: GuardedService.Fallback.allCases)
  func closed(_ fallback: GuardedService.Fallback) async throws {
    let service = GuardedService(fallback: fallback)
    let look = try await Self.look { service.reply(to: GuardedService.Request("GET \($0) HTTP/1.1\r\n\r\n")) }
    for check in ["secrets", "consoles", "metrics"] {
      #expect(try Findings(of: "authorization-\(check)-unexposed", on: look)[.pass] == [""], "\(check)")
    }
  }

  @Test("what the inventory declares as public may lie open")
  func declared() async throws {
    let look = try await Self.look(routes: [["path": "/metrics", "access": "public"]]) { path in
      path == "/metrics" ? Self.plain("# TYPE up gauge\nup 1\n") : .notFound
    }
    #expect(try Findings(of: "authorization-metrics-unexposed", on: look)[.pass] == [""])
  }

  /// Rows of servers from which nothing can be learnt, and how many requests show that.
  @Test(
    "a server that answers nothing but obstacles is left alone early, and nothing about it is known",
    arguments: [
      ("503 Service Unavailable", [], 5), ("429 Too Many Requests", [], 5),
      ("429 Too Many Requests", ["Retry-After: 60"], 3), ("503 Service Unavailable", ["Retry-After: 3600"], 3),
      (
        "503 Service Unavailable",
        ["Date: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: Sun, 06 Nov 1994 09:49:37 GMT"], 3
      ),
    ] as [(String, [String], Int)])
  func obstaclesOnly(status: String, fields: [String], requests: Int) async throws {
    let began = ContinuousClock.now
    let look = try await Self.look { _ in GuardedService.Reply(status: status, fields: fields, body: "busy") }
    #expect(look["requests"] == .integer(requests))
    // The pauses make up 3 s of it; it was 31 s.
    #expect(ContinuousClock.now - began < .seconds(15))
    #expect(look.gaps.count == ExposedPath.all.count)
    let doubts = look["paths"]?.array?.map { $0["doubt"]?.string ?? "" } ?? []
    #expect(
      doubts.last?.hasPrefix("not asked, after 3 requests in a row had come to nothing: the server answers") == true)
    for check in ["secrets", "consoles", "metrics"] {
      #expect(try Findings(of: "authorization-\(check)-unexposed", on: look).statuses == [.unknown], "\(check)")
    }
  }

  @Test("a server that resets everything was not seen")
  func resets() async throws {
    let server = try LoopbackServer { $0.resetOnClose() }
    let look = await Look(
      ExposedPathsProbe(pause: 0), at: ["url": .string("http://127.0.0.1:\(server.port)/")], milliseconds: 30_000)
    #expect(look.unseen?.kind == .unreachable)
    #expect(server.requests.count == 2)
  }

  @Test("a server that falls silent in the middle costs a part of the time, and leaves the rest unknown")
  func fallsSilent() async throws {
    let server = try ScriptedServer { peer in
      let head = String(decoding: peer.receive(), as: UTF8.self)
      let isAnswered = head.contains("prodworthy-") || head.hasPrefix("GET /.env ")
      if isAnswered {
        peer.send(Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8))
      } else {
        // Takes what comes until the other side goes.
        while !peer.receive().isEmpty {}
      }
    }
    let began = ContinuousClock.now
    let look = await Look(
      ExposedPathsProbe(pause: 0), at: ["url": .string("http://127.0.0.1:\(server.port)/")], milliseconds: 12_000)
    #expect(look["paths"]?[0]?["open"] == false)
    #expect(look.gaps.count == ExposedPath.all.count - 1)
    #expect(ContinuousClock.now - began < .milliseconds(11_500))
    #expect((look["requests"]?.integer ?? 99) <= 6)
    #expect(look["paths"]?[24]?["doubt"]?.string?.contains("a third of the time") == true)
  }

  @Test("a rate limiter in the middle is waited for once and then believed")
  func limitedInTheMiddle() async throws {
    let count = Mutex(0)
    let look = try await Self.look { _ in
      let number = count.withLock {
        $0 += 1
        return $0
      }
      return number > 10
        ? GuardedService.Reply(status: "429 Too Many Requests", fields: ["Retry-After: 1"], body: "") : .notFound
    }
    #expect(look["paths"]?[7]?["open"] == false)
    #expect(look["paths"]?[8]?["open"] == .null)
    // Three times for the first path refused, once for the next four.
    #expect(look["requests"] == 17)
    #expect(look.gaps.count == ExposedPath.all.count - 8)
  }
}
