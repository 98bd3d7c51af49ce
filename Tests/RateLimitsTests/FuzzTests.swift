import Foundation
import SeededRandomness
import Testing

@testable import RateLimits

@Suite("Hostile header fields")
struct FuzzTests {
  /// `RATE_LIMIT_FUZZ=1000000` for the long run.
  static let rounds = ProcessInfo.processInfo.environment["RATE_LIMIT_FUZZ"].flatMap { Int($0) } ?? 2000

  private static let names = [
    "RateLimit", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "X-RateLimit-Limit",
    "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Reset-After", "X-RateLimit-Limit-Minute",
    "X-RateLimit-Remaining-Hour", "X-Rate-Limit-Limit", "x-ms-ratelimit-remaining-resource", "Retry-After", "Date",
    "X-RateLimit-Replenish-Rate", "X-RateLimit-Burst-Capacity", "x-ratelimit-reset-requests",
    "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "X-Shopify-Shop-Api-Call-Limit",
  ]
  private static let pieces = [
    "\"burst\"", ";q=100", ";w=60", ";r=5", ";t=30", ",", " ", "limit=100", "remaining=", "reset=", "100", "0", "-1",
    "999999999999999", "9999999999999999999999", "1795514400", "1795514400000", "1.5", ".", ":cHM=:", ";pk=:", "?1",
    "@12",
    "%\"f%c3%a9\"", "(", ")", "\\", "\"", "=", "Tue, 24 Nov 2026 10:00:00 GMT", "2026-11-24T10:00:00Z",
    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "6m0s", "ms", "\u{0}", "é", "/", "\t", "*a", "a;b;c",
  ]

  @Test("never crash a parser, and never yield a number that is none")
  func survives() async {
    let bad = await OwnThread.run { Self.nonsense(rounds: Self.rounds) }
    #expect(bad.isEmpty, "\(bad.first ?? "")")
  }

  /// The made-up heads of which something impossible was read.
  private static func nonsense(rounds: Int) -> [String] {
    var bad: [String] = []
    var random = SeededGenerator(seed: 20_261_124)
    for _ in 0..<rounds {
      let text = head(&random)
      guard let head = ResponseHead(text) else { continue }
      let declaration = Declaration(head.fields, received: Bool.random(using: &random) ? 1_795_514_400 : nil)
      let isSound =
        declaration.policies.allSatisfy { ($0.quota ?? 0) >= 0 && ($0.windowSeconds ?? 1) > 0 }
        && declaration.standings.allSatisfy { ($0.remaining ?? 0) >= 0 && ($0.resetSeconds ?? 0) >= 0 }
        && (declaration.resetSeconds ?? 0).isFinite && (declaration.retryAfterSeconds ?? 0) >= 0
      if !isSound { bad.append(text) }
    }
    return bad
  }

  private static func head(_ random: inout SeededGenerator) -> String {
    var text = "HTTP/1.1 200 OK\r\n"
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      text += (names.randomElement(using: &random) ?? "") + ": "
      if Int.random(in: 0..<4, using: &random) == 0 {
        let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        text += String(decoding: bytes, as: UTF8.self)
      } else {
        for _ in 0..<Int.random(in: 0...8, using: &random) { text += pieces.randomElement(using: &random) ?? "" }
      }
      text += Bool.random(using: &random) ? "\r\n" : "\n"
    }
    return text
  }

  @Test("long ones take no long time")
  func long() {
    var fields = FieldLines()
    for index in 0..<2000 {
      fields.append("RateLimit-Policy", "\"p\(index)\";q=1" + String(repeating: ";a\(index)=1", count: 200))
      fields.append("X-RateLimit-Limit-\(index)", "5")
    }
    let began = ContinuousClock.now
    _ = Declaration(fields)
    #expect(ContinuousClock.now - began < .seconds(5))
  }
}
