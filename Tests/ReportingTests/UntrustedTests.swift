import HostileTexts
import Testing

@testable import Reporting

@Suite struct UntrustedTests {
  @Test(arguments: [
    ("plain text\nsecond\tline", "plain text\nsecond\tline"), ("\u{1B}[31mred\u{1B}[0m", "red"),
    ("\u{1B}]0;title\u{07}after", "after"), ("\u{1B}]52;c;ZXZpbA==\u{1B}\\after", "after"), ("\u{9B}31mred", "red"),
    ("\u{1B}P1$r\u{1B}\\x", "x"), ("a\u{1B}", "a"), ("\u{1B}\u{1B}[31mx", "x"), ("\u{1B}(Bx", "x"),
    ("\u{1B}]never ends\nnext", "never ends\nnext"), ("\u{1B}[12", "12"), ("a\r\nb\rc", "a\nb\nc"),
    ("\u{0}\u{7F}\u{85}\u{2028}", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("\u{202E}x", "\\u{202E}x"), (Hostile.noncharacters, "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("日本語 é \u{1F4A3}", "日本語 é \u{1F4A3}"),
  ])
  func escapesGoAsAWholeAndControlsBecomeVisible(raw: String, shown: String) {
    #expect(Array(Untrusted.text(raw, limit: .max).utf8) == Array(shown.utf8))
  }

  @Test(arguments: Hostile.texts) func nothingThatActsIsLeft(_ raw: String) {
    let text = Untrusted.text(raw, limit: .max)
    #expect(
      text.unicodeScalars.allSatisfy { scalar in
        switch scalar.value {
        case 0x09, 0x0A: true
        case 0...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069, 0xFDD0...0xFDEF: false
        case let value: value & 0xFFFE != 0xFFFE
        }
      })
    #expect(Untrusted.text(text, limit: .max) == text)
    let line = Untrusted.line(raw)
    #expect(!line.utf8.contains(0x0A))
    #expect(!RunnerGrammar.obeys(line))
  }

  @Test func everyControlCharacterIsHarmless() {
    for value in 0...UInt32(0x1F) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let line = Untrusted.line("a\(scalar)b")
      #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
  }

  @Test func shorteningKeepsBothEndsAndWholeScalars() {
    let text = String(repeating: "aé日\u{1F4A3}", count: 5000)
    for limit in [40, 100, 101, 102, 103, 1000, 4096] {
      let short = text.shortened(toBytes: limit)
      #expect(short.utf8.count <= limit)
      #expect(!short.unicodeScalars.contains("\u{FFFD}"))
      #expect(short.contains("shortened, 50000 bytes"))
    }
    #expect(text.shortened(toBytes: 50_000) == text)
  }
}
