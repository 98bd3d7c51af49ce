import Testing

@testable import Facts

@Suite("Regular expressions are I-Regexps (RFC 9485)")
struct RegexpTests {
  @Test(
    "what matches as a whole",
    arguments: [
      ("", ["": true, "a": false]), ("abc", ["abc": true, "abcd": false, "ab": false]),
      ("a|bc|", ["a": true, "bc": true, "": true, "abc": false]), ("(a|b)c", ["ac": true, "bc": true, "c": false]),
      ("a*", ["": true, "aaa": true, "ab": false]), ("a+b?", ["a": true, "aab": true, "b": false]),
      ("a{2}", ["a": false, "aa": true, "aaa": false]), ("a{2,}", ["a": false, "aaaa": true]),
      ("a{1,3}", ["": false, "a": true, "aaa": true, "aaaa": false]), ("(ab){0}", ["": true, "ab": false]),
      ("(ab|c){2}", ["abc": true, "cc": true, "ab": false]), ("(a*)*b", ["b": true, "aab": true, "aa": false]),
      ("(a?){3}", ["": true, "aaa": true, "aaaa": false]), ("(|a)+", ["": true, "aa": true, "b": false]),
      (".", ["a": true, "𝄞": true, "\u{2028}": true, "\n": false, "\r": false, "": false]),
      ("[abc]", ["b": true, "d": false]), ("[a-c]", ["b": true, "-": false]), ("[^a-c]", ["b": false, "\n": true]),
      ("[-a]", ["-": true, "a": true, "b": false]), ("[a-]", ["-": true, "a": true]),
      ("[^-]", ["-": false, "a": true]),
      ("[a-c\\-x.$^(]", ["-": true, ".": true, "^": true, "$": true, "(": true, "b": true, "y": false]),
      ("[\\n\\t\\]\\\\]", ["\n": true, "]": true, "\\": true, "n": false]), ("[é-𝄞]", ["☺": true, "a": false]),
      ("\\n\\r\\t", ["\n\r\t": true]), ("\\.\\*\\(\\)\\[\\]\\{\\}\\|\\?\\+\\^\\-\\\\", [".*()[]{}|?+^-\\": true]),
      ("\\p{L}\\p{Lu}\\p{Nd}", ["aÄ5": true, "Ä٣٣": false, "aä5": false]), ("\\P{L}", ["5": true, "é": false]),
      ("[\\p{L}\\P{Z}]", [" ": false, "a": true, "-": true]), ("[^\\p{L}0]", ["1": true, "a": false, "0": false]),
      ("\\p{M}\\p{S}\\p{C}\\p{P}\\p{Z}", ["\u{301}€\u{7}! ": true]), ("\\p{Cn}", ["\u{378}": true, "a": false]),
      ("-,'\"/ #&", ["-,'\"/ #&": true]), ("^ab$", ["ab": true, "xab": false]), ("a^b", ["ab": false, "a^b": false]),
      ("[$]x", ["$x": true]),
    ] as [(String, [String: Bool])])
  func wholeMatches(pattern: String, texts: [String: Bool]) throws {
    let regexp = try #require(Regexp(pattern))
    for (text, isMatch) in texts { #expect(regexp.matches(text) == isMatch, "\(pattern) on \(text)") }
  }

  @Test(
    "what occurs somewhere",
    arguments: [
      ("b", "abc", true), ("", "", true), ("", "abc", true), ("bd", "abcbd", true), ("d", "abc", false),
      ("^a", "abc", true),
      ("^b", "abc", false), ("c$", "abc", true), ("b$", "abc", false), ("^$", "", true), ("^$", "a", false),
      ("a.c", "xa\ncabc", true), ("(ab)+c", "ababx ababc", true), ("x|^b|c$", "abc", true),
    ])
  func occurrences(pattern: String, text: String, occurs: Bool) throws {
    #expect(try #require(Regexp(pattern)).occurs(in: text) == occurs)
  }

  @Test(
    "what RFC 9485 does not know is no pattern",
    arguments: [
      "(", ")", "(a", "a)", "[", "]", "[]", "[^]", "[a", "{", "}", "a{", "a{}", "a{,2}", "a{2", "a{2,1}", "a{1,2,3}",
      "a{x}",
      "*", "+a", "?", "a**", "a+?", "a??", "a{1}{2}", "(*a)", "|*", "\\", "\\d", "\\w", "\\s", "\\b", "\\u0041",
      "\\x41", "\\$",
      "\\/", "\\a", "\\p", "\\p{", "\\p{}", "\\p{X}", "\\p{Lx}", "\\p{Cs}", "\\p{IsBasicLatin}", "\\pL", "[z-a]",
      "[a-b-c]",
      "[a--]", "[[a]]", "[a\\d]", "[\\p{L}-z]", "(?:a)", "(?=a)", "[--a]",
    ])
  func invalidPatterns(pattern: String) {
    #expect(Regexp(pattern) == nil)
  }

  @Test("hostile patterns cost bounded memory and time")
  func hostilePatterns() throws {
    for pattern in [
      "a{1000000000}", "(((a{1000}){1000}){1000}){1000}", "a{0,999999999999999999999999}", "(a|b{500}){500}",
      String(repeating: "(", count: 100_000) + String(repeating: ")", count: 100_000),
    ] {
      #expect(Regexp(pattern) == nil)
    }
    #expect(try #require(Regexp("((){1000000}){1000000}")).matches(""))
    let text = String(repeating: "a", count: 5_000)
    let clock = ContinuousClock()
    let nested = try #require(Regexp("(a*)*(a*)*(a|aa)*b"))
    let counted = try #require(Regexp("(a?){50}a{50}b"))
    let time = clock.measure {
      #expect(!nested.matches(text))
      #expect(!counted.occurs(in: text))
    }
    #expect(time < .seconds(20))
  }
}
