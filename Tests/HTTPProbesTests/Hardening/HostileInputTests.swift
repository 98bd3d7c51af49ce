import Foundation
import SeededRandomness
import Testing

@testable import HTTPExchange
@testable import HTTPProbes

/// Parsers against input made to break them. `PRODWORTHY_FUZZ=1000000` sets the number of rounds.
@Suite("Hostile input to the header analysers")
struct HostileInputTests {
  static let rounds = ProcessInfo.processInfo.environment["PRODWORTHY_FUZZ"].flatMap { Int($0) } ?? 5000

  static let seeds: [[UInt8]] = [
    "HTTP/1.1 200 OK\r\nContent-Security-Policy: default-src 'none'; script-src 'nonce-a' https://a.example/%41/, img-src *\r\n\r\n",
    "HTTP/2 200\nset-cookie: __Host-sess=a; Path=/; Secure; SameSite=None; Max-Age=99999999999999999999\nx: y\n folded\n\n",
    "HTTP/1.1 301 X\nLocation: //a.example\nStrict-Transport-Security: max-age=1;max-age=\"2\", preload\n\n<script src=",
    "HTTP/1.1 200 OK\n\n<!--><script src='//a&#x41;b' integrity=\"x\"></script><meta http-equiv=a content=&quot;>",
    "HTTP/1.1 200 OK\nCross-Origin-Opener-Policy: same-origin;a=\"\\\"\";b=:YQ==:;c=-1.5;d=?1\nReferrer-Policy: a,,b\n\n<style><!-- </style",
    "HTTP/1.1 200 OK\nCache-Control: max-age=\"1\", s-maxage==, =, private\nExpires: Thu, 26 Nov 2026 04:37:57 GMT\n\n",
  ].map { Array($0.utf8) }

  @Test("mutations never crash any parser, and each answer carries every test")
  func mutations() throws {
    var steps = SeededGenerator(seed: 0xFACE)
    let url = try #require(HTTPURL("https://a.example/x/y"))
    for round in 0..<Self.rounds {
      var bytes = Self.seeds[round % Self.seeds.count]
      for _ in 0...steps.below(6) {
        let place = steps.below(bytes.count + 1)
        switch steps.below(5) {
        case 0: bytes.insert(UInt8(steps.below(256)), at: place)
        case 1: if place < bytes.count { bytes.remove(at: place) }
        case 2: if place < bytes.count { bytes[place] = UInt8(steps.below(256)) }
        case 3: bytes.insert(contentsOf: Self.seeds[steps.below(Self.seeds.count)].suffix(steps.below(40)), at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + steps.below(8)))
        }
      }
      _ = HTMLTags.found(in: bytes, named: ["script", "meta", "link", "img"])
      _ = StructuredToken.read(String(decoding: bytes, as: UTF8.self))
      guard let raw = RawAnswer(bytes) else { continue }
      let answer = ObservedAnswer(url: url, status: raw.status, fields: raw.fields, content: raw.content)
      #expect(Observatory(answer).tests.count == 12)
      #expect(InterfaceProfile(answer).tests.count == 10)
      _ = CacheDirectives(raw.fields).sharedFreshness
    }
  }

  @Test("what is large in one way or another is read in time that grows with its size alone")
  func large() throws {
    let url = try #require(HTTPURL("https://a.example/"))
    let big = 40_000
    let bodies: [String] = [
      String(repeating: "<", count: big), String(repeating: "<!--", count: big / 4),
      String(repeating: "<script>", count: big / 8),
      "<a " + String(repeating: "x=y ", count: big / 4),
      "<script src='" + String(repeating: "&amp;", count: big / 5) + "'>",
      String(repeating: "</script", count: big / 8), "<script>" + String(repeating: "</", count: big / 2),
      "<a " + String(repeating: "= ", count: big / 2) + ">",
    ]
    let fields = [
      "Content-Security-Policy: " + String(repeating: "a;", count: big / 2),
      "Content-Security-Policy: img-src " + String(repeating: "https://a.example/b ", count: 600),
      "Content-Security-Policy: " + String(repeating: "img-src a b c,", count: 120) + "img-src a",
      "Content-Security-Policy: " + String(repeating: ",", count: big),
      "Set-Cookie: " + String(repeating: "a=b;", count: big / 4),
      "Referrer-Policy: " + String(repeating: "a,", count: big / 2),
      "Strict-Transport-Security: max-age=" + String(repeating: "9", count: big),
      "Content-Security-Policy: " + (0..<4000).map { "d\($0) a b" }.joined(separator: ";"),
      (0..<2000).map { "Set-Cookie: c\($0)=1" }.joined(separator: "\n"),
    ]
    let clock = ContinuousClock()
    let took = try clock.measure {
      for body in bodies {
        let answer = ObservedAnswer(url: url, status: 200, fields: HeaderFields(), content: Array(body.utf8))
        #expect(Observatory(answer).tests.count == 12)
      }
      for field in fields {
        let raw = try #require(RawAnswer(Array("HTTP/1.1 200 OK\n\(field)\n".utf8)))
        #expect(Observatory(ObservedAnswer(url: url, status: 200, fields: raw.fields)).tests.count == 12)
      }
    }
    // Quadratic behaviour would take minutes.
    #expect(took < .seconds(60))
  }

  @Test("bytes that are no response are none")
  func notHTTP() {
    for text in [
      "", "\n\n", "nope", "HTTP/ 200", "HTTP/1.1 20", "HTTP/1.1 2000 X", "HTTP/x 200 OK", "GET / HTTP/1.1\n",
    ] {
      #expect(RawAnswer(Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test("of several responses the last one counts, and folded lines belong to the one before")
  func several() throws {
    let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 301 Moved\nA: 1\n\nHTTP/2 200 \nB: 2\n  3\nnothing\n: 4\n\nHTML"
    let raw = try #require(RawAnswer(Array(text.utf8)))
    #expect(raw.status == 200)
    #expect(raw.fields.fields.map(\.name) == ["b"])
    #expect(raw.fields.first("b") == "2 3")
    #expect(raw.content == Array("HTML".utf8))
  }
}
