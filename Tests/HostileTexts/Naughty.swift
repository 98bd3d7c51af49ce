import Foundation

/// Texts of the classes that public lists of naughty strings hold: numbers that are none, scripts of many writing systems,
/// invisible characters, injections for every kind of reader, and each control character by itself.
///
/// `PRODWORTHY_NAUGHTY_STRINGS` names a JSON array of further ones.
package enum Naughty {
  package static let texts: [String] =
    plain + controls + injections + Hostile.texts.filter { $0.utf8.count < 1000 } + others

  private static let others: [String] = {
    guard let path = ProcessInfo.processInfo.environment["PRODWORTHY_NAUGHTY_STRINGS"],
      let bytes = try? Data(contentsOf: URL(filePath: path)),
      let list = try? JSONDecoder().decode([String].self, from: bytes)
    else { return [] }
    return list
  }()

  private static let plain = [
    "", " ", "  two  ", "undefined", "null", "NULL", "nil", "true", "NaN", "Infinity", "-0", "0x0", "1e309", "1/0",
    "00",
    "-9223372036854775808", "999999999999999999999999999999", "1,000.00", "1'000.00", "${HOME}", "%s%n%x", "{0}",
    "{{7*7}}",
    "$(id)", "`id`", "; drop table events; --", "' or 1=1 --", "\\", "\\\\", "\\n", "C:\\new", "../../etc/passwd",
    "file:///etc/passwd",
    "Ω≈ç√∫˜µ≤≥÷", "田中さん", "찦차를", "مُنَاقَشَةُ", "בְּרֵאשִׁית", "ﷺ", "İstanbul ıI", "ß ﬁ ǆ", "e\u{301}\u{301}\u{301}",
    "Z\u{335}\u{352}a\u{321}l\u{334}g\u{357}o",
    "👩🏽‍💻", "🇺🇸🇷🇺", "0️⃣1️⃣", "\u{FEFF}mark", "zero\u{200B}width", "\u{2060}joined", "\u{AD}soft", "\u{180E}", "\u{3000}",
    "\u{E0001}tag", "\u{FFFD}", "\u{FFF9}a\u{FFFA}b\u{FFFB}", "\u{1D173}", "１２３", "ʇxǝʇ", "::1", "a::b", "##", "###[x]",
    "#!/bin/sh",
    "1\n2\n3\n4\n5\n6\n7", "[1,2,3,4,5,6,7,8]", "[1,2,3,4,5,6,7,1e999]", "[[0,1],[1,2],[2,3],[3,1],[4,9],[5,2]]",
    "1..5\nok 1\nBail out!", "# SKIP",
    "ok # TODO not yet", "not ok", "  ---", "  ...", "---", "...", "- a: b", "? x", "*a", "&a", "!!python/object",
    "%YAML 1.2", "@at", "key: value",
  ]

  /// Every C0 and C1 control character and DEL, inside a word.
  private static let controls = (Array(0x00...0x1F) + Array(0x7F...0x9F)).compactMap { (value: Int) in
    Unicode.Scalar(UInt32(value)).map { "a\(Character($0))b" }
  }

  /// Ways out of where a text stands, times what would act there.
  private static let injections: [String] = {
    let exits = [
      "", "\"", "'", "\">", "'>", ">", "-->", "]]>", "</script>", "</style>", "</title>", "</textarea>",
      "</td></tr></table>",
      "</details>", "`", "```\n", "|", "\n\n", "\r\n", "*/", "\\\"",
    ]
    let payloads = [
      "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe src=//x.example>",
      " onfocus=alert(1) autofocus ", "<a href=javascript:alert(1)>x</a>", "<style>*{display:none}</style>",
      "<base href=//x.example>",
      "<meta http-equiv=refresh content=0>", "[x](javascript:alert(1))", "![x](//x.example/x.png)", "::error::x",
      "##[add-mask]x",
      "@everyone #1", "<plaintext>", "&#60;b&#62;", "<!--", "${{ secrets.X }}",
    ]
    return exits.flatMap { exit in payloads.map { exit + $0 } }
  }()

  /// Each an attack on all readers at once: nothing but its place in the text differs.
  package static let attacks: [String] = {
    let all = [
      "\u{1B}]0;x\u{07}\u{1B}[31m\u{9B}31m\u{7F}\u{0}", "\u{202E}\u{2066}\u{200F}", "\n::error::x\n##[add-mask]x",
      "<script>alert(1)</script><img src=x onerror=alert(1)>", "]]>-->", "`|```\n|x|", "@team #1 www.x.example",
      "[x](javascript:alert(1))![x](//x)", "${{ x }}$x$", "\\input{x}\\write18{id}", "=cmd|'/c calc'!A0\t+1\r-1",
      "</details></table></script></style>", "\"'&amp;%0A", "\u{2028}\u{FFFE}\u{85}\r\n", "# h\n- i\n> q\n---\n",
    ]
    // Whatever comes first is what a reader that goes by beginnings would meet.
    return all.indices.map { (all[$0...] + all[..<$0]).joined() } + all
  }()
}
