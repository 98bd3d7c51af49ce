import AuditModel
import Facts
import ProbeConformance
import Probing
import Testing

@testable import HTTPProbes

@Suite("The probes of the room as probes")
struct ConformanceTests {
  @Test("keep the promises of every probe")
  func conform() async throws {
    let server = try LoopbackServer {
      $0.target == "/health"
        ? $0.answer("200 OK", ["Content-Type: text/plain"], "ok \($0.head)") : $0.answer("404 Not Found", [], $0.head)
    }
    let target = Target(
      id: "api", kind: "http",
      settings: [
        "url": .string("http://127.0.0.1:\(server.port)/"), "health": "/health", "rateLimit": ["routes": ["/health"]],
      ],
      secrets: ["bearer": Secret("canary-in-the-mine")])
    for probe in HTTPProbes.set.probes {
      let problems = await ProbeConformance.problems(with: probe, target: target)
      #expect(problems.isEmpty, "\(probe.descriptor.id): \(problems)")
    }
    #expect(server.requests.contains { $0.contains("canary-in-the-mine") })
  }

  @Test("fields of the target kinds are valid, and both kinds claim their URL scheme")
  func kinds() {
    for kind in HTTPProbes.set.targetKinds {
      #expect(kind.schemes == [kind.name])
      let schema = Schema.object(kind.fields)
      #expect(schema.violations(of: ["url": .string("\(kind.name)://a.example/"), "health": "/health"]).isEmpty)
      #expect(!schema.violations(of: ["url": "ftp://a.example/"]).isEmpty)
      #expect(!schema.violations(of: ["health": "/health"]).isEmpty)
    }
  }
}
