import AuditModel
import Facts
import Probing
import Synchronization
import Testing

@testable import HTTPProbes

@Suite("Declared caching against what comes back")
struct HTTPCachingTests {
  /// How many times each target was asked for.
  private final class Counts: Sendable {
    private let counts = Mutex<[String: Int]>([:])
    func next(_ target: String) -> Int {
      counts.withLock {
        $0[target, default: 0] += 1
        return $0[target] ?? 0
      }
    }
  }

  /// The statuses that a check makes of a look; what was not seen is unknown.
  private func status(_ check: String, _ look: Look) throws -> Set<Status> {
    guard case .seen = look.sighting else { return [.unknown] }
    return try Findings(of: check, on: look).statuses
  }

  private static let checks = ["http-caching-as-declared", "http-caching-hits", "http-caching-age-kept"]

  private func look(
    _ caching: JSONValue, milliseconds: Int = 5000,
    _ serve: @escaping @Sendable (LoopbackServer.Peer, Int) -> Void
  ) async throws -> Look {
    let counts = Counts()
    let server = try LoopbackServer { serve($0, counts.next($0.target)) }
    defer { withExtendedLifetime(server) {} }
    return await Look(
      HTTPCachingProbe(), at: ["url": .string("http://127.0.0.1:\(server.port)/"), "caching": caching],
      milliseconds: milliseconds)
  }

  @Test("what a cache keeps as long as declared passes, and each departure is found")
  func departures() async throws {
    let cases: [(fields: [String], declared: JSONObject, expected: [Status])] = [
      (
        ["Cache-Control: public, s-maxage=60, max-age=5", "X-Cache: HIT", "Age: 30"], ["shared": true],
        [.pass, .pass, .pass]
      ),
      (["Cache-Control: max-age=60"], [:], [.pass, .notApplicable, .notApplicable]),
      (["Cache-Control: no-store"], ["shared": true], [.fail, .fail, .notApplicable]),
      (["Cache-Control: private, max-age=60"], ["shared": true], [.fail, .fail, .notApplicable]),
      (["Cache-Control: max-age=3600", "Age: 900", "Via: 1.1 proxy"], ["shared": true], [.fail, .pass, .fail]),
      (["Cache-Control: max-age=60", "X-Cache: MISS", "Age: 0"], ["shared": true], [.pass, .fail, .pass]),
      (["Cache-Control: max-age=60", "Age: soon"], [:], [.pass, .notApplicable, .notApplicable]),
    ]
    for (fields, declared, expected) in cases {
      var route: JSONObject = ["path": "/kept?a=1", "seconds": 60]
      for member in declared.members { route[member.name] = member.value }
      let look = try await look([.object(route)]) { peer, _ in peer.answer("200 OK", fields, "x") }
      #expect(look["routes"]?.array?.count == 1)
      for (check, status) in zip(Self.checks, expected) {
        #expect(try self.status(check, look) == [status], "\(check): \(fields)")
      }
    }
  }

  @Test("a cache that lets the first requests pass is one")
  func warming() async throws {
    let look = try await look([["path": "/kept", "seconds": 60, "shared": true]]) { peer, count in
      peer.answer("200 OK", ["Cache-Control: max-age=60", "X-Cache: \(count < 3 ? "MISS" : "HIT")"], "x")
    }
    #expect(try status("http-caching-hits", look) == [.pass])
  }

  @Test("a route that cannot be had is unknown, and says why")
  func unseen() async throws {
    for answer in [
      "404 Not Found", "401 Unauthorized", "403 Forbidden", "500 Internal Server Error", "429 Too Many Requests",
    ] {
      let look = try await look([["path": "/kept", "seconds": 60, "shared": true]]) { peer, _ in
        peer.target == "/"
          ? peer.answer("200 OK", [], "x") : peer.answer(answer, ["Cache-Control: max-age=60", "Age: 1"])
      }
      for check in Self.checks { #expect(try status(check, look) == [.unknown], "\(check) at \(answer)") }
      #expect(look.gaps == ["routes"], "\(answer)")
    }
    let silent = try await look([["path": "/kept", "seconds": 60, "shared": true]]) { peer, count in
      if peer.target == "/" { peer.answer("200 OK", [], "x") } else if count < 3 { peer.send("SSH-2.0-x\r\n") }
    }
    for check in Self.checks { #expect(try status(check, silent) == [.unknown]) }
    let nobody = await Look(
      HTTPCachingProbe(), at: ["url": "http://127.0.0.1:1/", "caching": [["path": "/kept", "seconds": 60]]])
    for check in Self.checks { #expect(try status(check, nobody) == [.unknown]) }
  }

  @Test("the reason why a route cannot be had is what its finding says")
  func reason() async throws {
    let look = try await look([["path": "/there", "seconds": 60], ["path": "/gone", "seconds": 60]]) { peer, _ in
      peer.answer(peer.target == "/gone" ? "404 Not Found" : "200 OK", ["Cache-Control: max-age=60"], "x")
    }
    let findings = try Findings(of: "http-caching-as-declared", on: look)
    #expect(findings.statuses == [.unknown] && findings[.unknown].contains("/gone"))
    #expect(findings.messages.allSatisfy { $0.contains("/gone: it answers 404") })
  }

  @Test("routes beyond the most that are asked for are said to be left out")
  func tooMany() async throws {
    let routes = (0..<21).map { JSONValue.object(["path": .string("/\($0)"), "seconds": 60]) }
    let look = try await look(.array(routes), milliseconds: 20_000) { peer, _ in
      peer.answer("200 OK", ["Cache-Control: max-age=60"], "x")
    }
    #expect(look["routes"]?.array?.count == 20)
    #expect(look.gaps == ["routes"])
    #expect(look.traffic.requests == 61)
    #expect(try status("http-caching-as-declared", look) == [.unknown])
    // As many as are asked for leave nothing out.
    var facts = CachingFacts { $0 }
    facts.leaveOut(0)
    #expect(facts.gaps == [])
  }
}
