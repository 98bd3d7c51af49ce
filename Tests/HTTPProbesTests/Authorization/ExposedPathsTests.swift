import AuditModel
import Facts
import Testing

@testable import HTTPProbes

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
}
