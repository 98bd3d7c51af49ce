import SeededRandomness
import Testing

@testable import HTTPProbes

/// The grade of random sets of fields against a table written down here, not computed by the code under test.
@Suite("Grades of random header sets")
struct RandomGradeTests {
  /// Fields of which one choice is sent, with what each adds.
  static let choices: [[(field: String?, points: Int)]] = [
    [
      (nil, -25), ("Content-Security-Policy: default-src 'none'", 10),
      ("Content-Security-Policy: default-src 'self'", 5),
      ("Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'", 0),
      ("Content-Security-Policy: default-src 'none'; img-src http:", -10),
      ("Content-Security-Policy: default-src 'none'; script-src 'unsafe-eval'", -10),
      ("Content-Security-Policy: script-src 'self'", -20),
      ("Content-Security-Policy: default-src http://cdn.example", -20), ("Content-Security-Policy: x", -25),
    ],
    [
      (nil, 0), ("Set-Cookie: a=b; Secure; SameSite=Lax", 5), ("Set-Cookie: a=b; Secure", 0),
      ("Set-Cookie: sess=b; Secure", -30),
    ],
    [(nil, 0), ("Access-Control-Allow-Origin: *", 0), ("Access-Control-Allow-Origin: https://b.example", 0)],
    [
      (nil, 0), ("Referrer-Policy: no-referrer", 5), ("Referrer-Policy: unsafe-url", -5), ("Referrer-Policy: ?", -5),
    ],
    [
      (nil, -20), ("Strict-Transport-Security: max-age=31536000", 0), ("Strict-Transport-Security: max-age=60", -10),
      ("Strict-Transport-Security: preload", -20),
    ],
    [(nil, -5), ("X-Content-Type-Options: nosniff", 0), ("X-Content-Type-Options: ?", -5)],
    [(nil, -20), ("X-Frame-Options: DENY", 5), ("X-Frame-Options: ALLOW-FROM x", 0), ("X-Frame-Options: ?", -20)],
    [
      (nil, 0), ("Cross-Origin-Resource-Policy: same-site", 10), ("Cross-Origin-Resource-Policy: cross-origin", 0),
      ("Cross-Origin-Resource-Policy: ?", -5),
    ],
    [(nil, 0), ("Cross-Origin-Embedder-Policy: require-corp", 10), ("Cross-Origin-Embedder-Policy: ?", -5)],
    [(nil, 0), ("Cross-Origin-Opener-Policy: same-origin", 10), ("Cross-Origin-Opener-Policy: ?", -5)],
  ]

  static let ladder: [(Int, String)] = [
    (100, "A+"), (90, "A"), (85, "A-"), (80, "B+"), (70, "B"), (65, "B-"), (60, "C+"), (50, "C"), (45, "C-"),
    (40, "D+"),
    (30, "D"), (25, "D-"), (0, "F"),
  ]

  @Test("two thousand sets in random order and case")
  func random() throws {
    var steps = SeededGenerator(seed: 0x0B5E)
    for _ in 0..<2000 {
      let set = Self.choices.map { $0[steps.below($0.count)] }
      let penalties = set.map(\.points).filter { $0 < 0 }.reduce(0, +)
      let bonuses = set.map(\.points).filter { $0 > 0 }.reduce(0, +)
      let score = max(0, 100 + penalties + (penalties >= -10 ? bonuses : 0))
      var lines = set.compactMap(\.field)
      for place in lines.indices.reversed() { lines.swapAt(place, steps.below(place + 1)) }
      let text =
        "HTTP/1.1 200 OK\n"
        + lines.map { line in
          let parts = line.split(separator: ":", maxSplits: 1)
          return (steps.below(2) == 0 ? parts[0].lowercased() : parts[0].uppercased()) + ":" + parts[1] + "\r\n"
        }.joined()
      let grade = HeaderGrade(try ObservatoryTests.tests(Array(text.utf8)))
      #expect(grade.score == score, "\(text)")
      #expect(grade.letter == Self.ladder.first { score >= $0.0 }?.1)
    }
  }
}
