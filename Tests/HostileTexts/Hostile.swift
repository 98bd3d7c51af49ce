/// Texts that act on some reader: terminals, runners, Markdown, XML, people.
package enum Hostile {
  /// The compiler refuses them in a literal.
  package static let noncharacters = String(
    String.UnicodeScalarView([0xFFFE, 0xFFFF, 0xFDD0].compactMap { Unicode.Scalar(UInt32($0)) }))

  /// Texts of characters that mean something to some reader; the same on every run.
  package static func random(_ count: Int) -> [String] {
    let alphabet: [Unicode.Scalar] = [
      "\u{1B}", "[", "]", "m", "\u{07}", "\\", "`", "`", "|", "<", ">", "&", "!", "(", ")", "@", "#", "#", ":", ":",
      "\n", "\r",
      "\t", " ", " ", "~", "*", "_", "-", "/", "$", "\u{0}", "\u{85}", "\u{9B}", "\u{301}", "\u{202E}", "\u{1F4A3}",
      "é", "a", "1",
    ]
    var state: UInt64 = 42
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    return (0..<count).map { _ in
      String(String.UnicodeScalarView((0..<next(24)).map { _ in alphabet[next(alphabet.count)] }))
    }
  }

  package static let texts: [String] = [
    "]]>", "<![CDATA[x]]>", "\u{1B}[31mred\u{1B}[0m", "\u{1B}]0;title\u{07}after", "\u{1B}]52;c;ZXZpbA==\u{1B}\\after",
    "\u{1B}]8;;http://evil.example\u{1B}\\link\u{1B}]8;;\u{1B}\\", "\u{9B}31mred", "\u{1B}P1$r\u{1B}\\x", "\u{1B}",
    "a\u{1B}",
    "\u{1B}]unterminated stays", "\u{0}nul\u{0}", "bell\u{07}back\u{08}\u{08}del\u{7F}", "one\r\ntwo\rthree\nfour",
    "::error::injected", "x\n::add-mask::x", "\r::stop-commands::x", "  ::set-output name=a::b", "##[add-mask]secret",
    "a ##[error]b", "##vso[task.complete]", "##teamcity[x]", "##\u{1B}[0m[add-mask]x", "a|b", "a\\|b", "\\", "a\\", "|",
    "|\u{301}|", "`", "``", "```", "~~~", "```text\nout\n```\n# heading", "`\u{301}`", "` padded `", " spaced ", "   ",
    "</details>", "</summary><h1>x</h1>", "<!--", "-->", "<script>alert(1)</script>", "<img src=http://evil.example/x>",
    "&lt;b&gt;&amp;&#64;team", "@team", "@everyone look", "#123", "org/repo#1", "GH-1",
    "0123456789abcdef0123456789abcdef01234567",
    "![x](http://evil.example/x.png)", "[x](javascript:alert(1))", "http://evil.example", "www.evil.example",
    "user@evil.example", "# heading", "- item", "1. item", "> quote", "---", "===", ":bomb:", "$x^2$", "**bold** _it_",
    "\u{202E}reversed\u{202C}", "\u{2066}isolated\u{2069}", "\u{200F}\u{200E}", "line\u{2028}sep\u{2029}par",
    noncharacters, "emoji \u{1F4A3} and \u{10FFFF}", "\u{85}next", "tab\tbed", "", "%0A%25", "a,b:c",
    "=cmd|'/c calc'!A0", "' OR 1=1 --", "\"quoted\" 'single'", "İıŞ ß ﬁ", "日本語のメッセージ",
    String(repeating: "x", count: 600),
    String(repeating: "`", count: 100), String(repeating: "é\n", count: 40_000),
  ]
}
