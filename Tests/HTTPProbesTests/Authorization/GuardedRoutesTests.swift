import AuditModel
import Facts
import Testing

@testable import HTTPProbes

/// Forty-nine routes, four kinds of fallback: each finding that must be there, and no other.
@Suite("http-authorization on routes guarded well and badly")
struct GuardedRoutesTests {
  static func look(
    _ fallback: GuardedService.Fallback, _ kind: AuthorizationLook.Kind,
    secrets: [String: Secret] = GuardedService.secrets
  ) async throws -> Look {
    let server = try GuardedService(fallback: fallback).start()
    return await Look(
      HTTPAuthorizationProbe(pause: 0),
      at: ["url": .string("http://127.0.0.1:\(server.port)/"), "routes": .array(GuardedService.routes)],
      secrets: secrets, with: ["look": .string(kind.rawValue)], milliseconds: 120_000)
  }

  /// What a check must find.
  struct Expected: Sendable {
    var fail: Set<String> = []
    var warn: Set<String> = []
    var unknown: Set<String> = []
  }

  private static func get(_ paths: String...) -> Set<String> { Set(paths.map { "GET \($0)" }) }

  /// What every made-up path gets as well is neither there nor not there.
  private static func strangers(_ fallback: GuardedService.Fallback) -> [String: Expected] {
    let isLogin = fallback == .login
    let isPage = fallback == .page || fallback == .changingPage
    // Routes that no token gets to: their refusals prove nothing.
    let dead = get("/broken", "/locked-out")
    let missing = isLogin ? [] : get("/missing")
    return [
      "authorization-strangers-refused": Expected(
        fail: get("/open-report", "/settings", "/crash-for-strangers"), warn: get("/form", "/json-refusal"),
        unknown: get("/broken").union(missing)),
      "authorization-garbage-refused": Expected(
        fail: get("/any-bearer", "/any-field"), unknown: get("/broken", "/crash", "/long-crash").union(missing)),
      "authorization-garbage-survived": Expected(fail: get("/crash", "/long-crash"), unknown: get("/broken")),
      "authorization-expired-refused": Expected(
        fail: get("/any-bearer", "/any-field", "/expired-ok"), unknown: dead.union(get("/missing"))),
      "authorization-owners-only": Expected(fail: get("/orders/18", "/invoices/10")),
      "authorization-forbidden-kept": Expected(fail: get("/root-area")),
      "authorization-token-accepted": Expected(
        fail: get("/broken", "/locked-out").union(isLogin ? get("/missing") : []), unknown: missing),
      "authorization-public-open": Expected(
        fail: get("/shut", "/shut-by-login").union(isPage ? [] : get("/gone")), unknown: isPage ? get("/gone") : []),
      "authorization-refusal-explained": Expected(fail: get("/mute")),
      "authorization-methods-covered": Expected(
        fail: get("/head-hole", "/options-hole"), unknown: get("/broken")),
    ]
  }

  private static func forgeries(_ fallback: GuardedService.Fallback) -> [String: Expected] {
    [
      "authorization-unsigned-refused": Expected(
        fail: get("/any-bearer", "/any-field", "/none-ok", "/stripped-ok", "/unverified-ok"),
        unknown: get("/broken", "/locked-out", "/missing")),
      "authorization-variants-refused": Expected(
        fail: get(
          "/slash-hole", "/case-hole", "/double-hole", "/json-hole", "/dot-hole", "/rewrite-hole", "/local-hole",
          "/override-hole", "/verb-hole", "/options-hole"), unknown: get("/broken")),
    ]
  }

  @Test("every hole is found, and nothing else", arguments: GuardedService.Fallback.allCases)
  func safeMethods(_ fallback: GuardedService.Fallback) async throws {
    let look = try await Self.look(fallback, .strangers)
    try expect(Self.strangers(fallback), on: look)
    #expect(
      look["madeUpPath"]?.string?.hasPrefix(fallback == .notFound ? "404" : fallback == .login ? "302" : "200") == true)
  }

  @Test("every way around is found, and nothing else", arguments: GuardedService.Fallback.allCases)
  func waysAround(_ fallback: GuardedService.Fallback) async throws {
    try expect(Self.forgeries(fallback), on: try await Self.look(fallback, .forgeries))
  }

  @Test("what can be changed without credentials is found where the inventory consents")
  func writes() async throws {
    let findings = try Findings(of: "authorization-writes-refused", on: try await Self.look(.notFound, .writes))
    #expect(findings[.fail] == ["POST /free-orders", "GET /writable", "GET /open-report", "GET /verb-hole"])
    #expect(findings[.unknown] == ["GET /broken", "GET /crash-for-strangers"])
  }

  private func expect(_ expected: [String: Expected], on look: Look) throws {
    for (check, expected) in expected.sorted(by: { $0.key < $1.key }) {
      let findings = try Findings(of: check, on: look)
      #expect(findings[.fail] == expected.fail, "\(check): \(findings.messages)")
      #expect(findings[.warn] == expected.warn, "\(check): \(findings.messages)")
      #expect(findings[.unknown] == expected.unknown, "\(check): \(findings.messages)")
    }
  }

  @Test("neither tokens nor content stand in the facts", arguments: AuthorizationLook.Kind.allCases)
  func secrecy(_ kind: AuthorizationLook.Kind) async throws {
    let look = try await Self.look(.page, kind)
    let text = JSONText.compact(look.facts ?? nil)
    for token in [GuardedService.alice, GuardedService.bob, GuardedService.expired] {
      for part in token.split(separator: ".").dropFirst() { #expect(!text.contains(part)) }
    }
    #expect(!text.contains("green tea") && !text.contains("Welcome"))
  }
}
