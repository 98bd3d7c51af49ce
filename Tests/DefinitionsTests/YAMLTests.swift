import AuditModel
import Definitions
import Facts
import SeededRandomness
import Testing

@Suite("YAML")
struct YAMLTests {
  private func value(_ scalar: String) -> JSONValue? {
    Definitions.document(Fixtures.file("a: \(scalar)\n", "x")).value?["a"]
  }

  /// What a strict reader says about an example's facts that hold the scalar.
  private func complaints(_ scalar: String) -> [String] {
    let text = Fixtures.check.replacing(first: "references: [RFC 9110]", with: "with: { a: \(scalar) }")
      .replacing(first: "with: { deep: true }\n", with: "")
    return Fixtures.load(check: text).diagnostics.map(\.code).filter { $0 != "unknown-key" }
  }

  @Test(
    "plain scalars mean what YAML 1.2 says",
    arguments: [
      ("null", .null), ("~", .null), ("", .null), ("true", true), ("False", false), ("0", 0), ("-7", -7), ("+5", 5),
      ("1.5", 1.5), ("1.0", 1), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("-1.5E-2", -0.015),
      ("9223372036854775807", .integer(.max)),
      ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("2026-11-24", "2026-11-24"), ("1.2.3", "1.2.3"),
      ("12:30", "12:30"),
      ("-", nil), ("--", "--"), ("+", "+"), (".", "."), ("e5", "e5"), ("1e", "1e"), ("y", "y"), ("0x", "0x"),
      ("'yes'", "yes"), ("\"1.10\"", "1.10"), ("!!str 5", "5"), ("|\n  a\n  b", "a\nb\n"), ("\"\\u00e9\"", "é"),
    ] as [(String, JSONValue?)])
  func scalars(_ text: String, _ expected: JSONValue?) {
    #expect(value(text) == expected)
    if expected != nil { #expect(complaints(text).filter { $0 != "yaml-syntax" } == []) }
  }

  @Test(
    "what parsers read differently is refused",
    arguments: [
      "yes", "No", "ON", "off", "010", "-007", "0x1F", "0o17", "0b11", "1_000", ".inf", "-.INF", ".nan", "1e999",
    ])
  func ambiguous(_ text: String) { #expect(complaints(text) == ["ambiguous-scalar"]) }

  @Test("all duplicate keys are told, also in inner objects and with quotes")
  func duplicates() {
    let text = "a: 1\n'b': 2\nc:\n  - { d: 1, d: 2, \"d\": 3 }\na: 3\nb: 4\na: 5\n"
    let found = Definitions.document(Fixtures.file(text, "x")).diagnostics
    #expect(
      found.map(\.summary) == [
        "4:13 duplicate-key: the key `d` stands twice", "4:19 duplicate-key: the key `d` stands twice",
        "5:1 duplicate-key: the key `a` stands twice", "6:1 duplicate-key: the key `b` stands twice",
        "7:1 duplicate-key: the key `a` stands twice",
      ])
    #expect(found.first?.width == 1)
    #expect(found[1].width == 3)
  }

  @Test("a duplicate that cannot be told apart in the text is still told")
  func hiddenDuplicate() {
    let found = Definitions.document(Fixtures.file("&x a: 1\n&y a: 2\n", "x")).diagnostics
    #expect(found.map(\.code) == ["duplicate-key"])
  }

  @Test("merge keys fill in what is missing")
  func merge() {
    let text = "base: &b { a: 1, b: 2 }\nmore: &m { b: 3, c: 4 }\none: { <<: *b, a: 9 }\ntwo: { <<: [*b, *m] }\n"
    let value = Definitions.document(Fixtures.file(text, "x")).value
    #expect(value?["one"] == ["a": 9, "b": 2])
    #expect(value?["two"] == ["a": 1, "b": 2, "c": 4])
    #expect(
      Definitions.document(Fixtures.file("a: { <<: 5 }", "x")).diagnostics.map(\.summary) == [
        "1:10 merge: `<<` takes an object or a list of objects"
      ])
  }

  @Test("aliases may not blow a file up, neither in values nor in keys")
  func laughs() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    #expect(Definitions.document(Fixtures.file(text, "x")).diagnostics.map(\.code) == ["too-many-aliases"])
    for key in ["? *a30\n: x\n", "*a30 : x\n", "b: {[*a30, *a30]: x}\n", "b: { ? *a30 : x }\n", "- ? *a30\n"] {
      #expect(
        Definitions.document(Fixtures.file(text + key, "x")).diagnostics.map(\.code) == ["key-not-text"], "\(key)")
    }
    let many = "a: &a [1, 2, 3]\nb: [" + Array(repeating: "*a", count: 2000).joined(separator: ", ") + "]\n"
    #expect(Definitions.document(Fixtures.file(many, "x")).diagnostics.isEmpty)
  }

  @Test("nesting has an end", arguments: ["[", "{a: ", "- ", "? "])
  func depth(_ opening: String) {
    for count in [70, 900, 1100, 5000, 100_000] {
      let text = String(repeating: opening, count: count)
      #expect(!Definitions.document(Fixtures.file(text, "x")).diagnostics.isEmpty)
    }
    let closed = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
    #expect(
      Definitions.document(Fixtures.file(closed, "x")).diagnostics.map(\.summary) == [
        "1:65 too-deep: nested deeper than 64 levels"
      ])
  }

  @Test("bytes that are no text are told at their place")
  func bytes() {
    func found(_ bytes: [UInt8]) -> [String] {
      Definitions.document(SourceFile(path: "x", bytes: bytes)).diagnostics.map(\.summary)
    }
    #expect(found(Array("a: 1\nb: é".utf8) + [0xFF, 0x41]) == ["2:5 not-utf8: this is not UTF-8"])
    #expect(found(Array("a: x".utf8) + [0]) == ["1:5 control-character: the character U+0 may not stand in YAML"])
    #expect(found([0xEF, 0xBB, 0xBF] + Array("a: 1".utf8)) == [])
    #expect(found([0xFE, 0xFF, 0x00, 0x61]) == ["1:1 not-utf8: this is not UTF-8"])
    #expect(
      found(Array(repeating: 0x61, count: 10 << 20)) == [
        "1:1 too-large: the file has 10485760 bytes, more than 1048576"
      ])
    #expect(found([]) == ["1:1 empty: the file is empty"])
    #expect(found(Array("# only\n".utf8)) == ["1:1 empty: the file is empty"])
    #expect(found(Array("---\n...\n".utf8)) == [])
  }

  @Test("places count lines and scalars as an editor does")
  func places() {
    let text = Fixtures.check.replacing(first: "title: It answers", with: "title: \"日本 e\u{301} 👍\"  ")
      .replacing(first: "\n", with: "\r\n").replacing(first: "severity: high", with: "{ \"日本\": 1 }: 2")
    #expect(
      Fixtures.load(check: text).diagnostics.map(\.summary) == [
        "1:1 missing-key: the file needs the key `severity`", "3:1 key-not-text: a key must be text",
      ])
    let wide = "checklist:\n  - { id: A, area: \"日本\", titel: x }\n"
    let found = Definitions.checklist(Fixtures.file(wide, "x")).diagnostics
    #expect(found.map(\.summary).last == "2:26 unknown-key: unknown key `titel`")
    #expect(
      found.last?.rendered() == """
        error[unknown-key]: unknown key `titel`
         --> x:2:26
          |
        2 |   - { id: A, area: "日本", titel: x }
          |                            ^^^^^
          = did you mean `title`?
        """)
  }
}

@Suite("Diagnostics")
struct DiagnosticTests {
  @Test("long lines are cut around the place, invisible characters are shown")
  func excerpts() throws {
    let long = "a: {" + String(repeating: "x", count: 300) + ": 1, \u{202E}evil\u{202C}: ? }"
    let found = Definitions.document(
      Fixtures.file("a: {" + String(repeating: "x", count: 300) + ": 1, y: *z }", "x\u{1B}[31m")
    ).diagnostics
    let rendered = try #require(found.first).rendered()
    #expect(rendered.contains("| …xxx"))
    #expect(rendered.split(separator: "\n").allSatisfy { $0.unicodeScalars.count < 140 })
    #expect(!rendered.contains("\u{1B}"))
    let lines = rendered.split(separator: "\n")
    let caret = try #require(lines[4].firstIndex(of: "^"))
    #expect(
      lines[3][lines[3].index(lines[3].startIndex, offsetBy: lines[4].distance(from: lines[4].startIndex, to: caret))]
        == "*")
    let hidden = Definitions.document(Fixtures.file(long, "x")).diagnostics.map { $0.rendered() }.joined()
    #expect(!hidden.contains("\u{202E}"))
  }

  @Test(
    "the nearest words are suggested",
    arguments: [
      ("severty", ["severity", "security", "title"], ["severity"]), ("ab", ["ba", "xy"], ["ba"]),
      ("hihg", ["high", "info"], ["high"]), ("SEC3", ["SEC-3", "sec-4"], ["SEC-3"]), ("x", ["yyy"], []),
      ("", ["a"], ["a"]),
      ("tls-certificate-lifetim", ["tls-certificate-lifetime", "tls-chain"], ["tls-certificate-lifetime"]),
      ("aaa", ["aab", "aac", "aad", "aae"], ["aab", "aac", "aad"]),
    ])
  func suggestions(_ word: String, _ known: [String], _ expected: [String]) {
    #expect(Suggestion.nearest(to: word, among: known) == expected)
  }
}

@Suite("Random mutations")
struct MutationTests {

  private static let fragments = [
    "\t", "\n", ": ", "- ", "? ", "[", "]", "{", "}", "&a ", "*a", "!!x ", "|", ">", "\"", "'", "#", "%", "@", "`",
    "<<: ", "---\n", "...",
    "${", "${env:X}", "{{", "}}", "\u{0}", "\u{FEFF}", "\u{2028}", "\u{85}", "🙂", "é", "1e999", "yes", "~", "$..", "[?",
    "@.", "\\",
  ].map { Array($0.utf8) }

  @Test("no bytes crash a loader, and what has no diagnostic has a value", arguments: 0..<4)
  func mutated(_ seed: Int) {
    var dice = SeededGenerator(seed: UInt64(seed) &* 7919 &+ 42)
    let good = [
      Fixtures.check, Fixtures.subjectCheck, Fixtures.inventory, Fixtures.policy, Fixtures.manifest, Fixtures.checklist,
      OverlayFileTests.waivers, OverlayFileTests.attestations, Definitions.text(of: OverlayFileTests.baseline),
    ].map { Array($0.utf8) }
    let checks = Fixtures.load(check: Fixtures.check).value ?? []
    for round in 0..<5000 {
      let kind = round % good.count
      var bytes = good[kind]
      for _ in 0..<Int.random(in: 1...4, using: &dice) {
        let place = Int.random(in: 0...bytes.count, using: &dice)
        let end = min(bytes.count, place + Int.random(in: 0...6, using: &dice))
        switch Int.random(in: 0..<4, using: &dice) {
        case 0: bytes.removeSubrange(place..<end)
        case 1: bytes.insert(contentsOf: Self.fragments.randomElement(using: &dice) ?? [], at: place)
        case 2: bytes.insert(UInt8.random(in: .min ... .max, using: &dice), at: place)
        default: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &dice))
        }
      }
      let file = SourceFile(path: "x.yaml", bytes: bytes)
      let outcome: (isUsable: Bool, diagnostics: [Diagnostic])
      switch kind {
      case 0, 1:
        let loaded = Definitions.checks([file], vocabulary: Fixtures.vocabulary, knownCheckIDs: ["demo-reachable"])
        outcome = (loaded.value?.count == 1, loaded.diagnostics)
      case 2:
        let loaded = Definitions.inventory(file, vocabulary: Fixtures.vocabulary, resolve: Fixtures.resolver)
        outcome = (loaded.value != nil, loaded.diagnostics)
      case 3:
        let loaded = Definitions.policy(file, checks: checks, checklist: Fixtures.vocabulary.checklist)
        outcome = (loaded.value != nil, loaded.diagnostics)
      case 4:
        let loaded = Definitions.probeManifest(file)
        outcome = (loaded.value != nil, loaded.diagnostics)
      case 6:
        let loaded = Definitions.waivers(file)
        outcome = (loaded.value != nil, loaded.diagnostics)
      case 7:
        let loaded = Definitions.attestations(
          file, checks: checks, checklist: Fixtures.vocabulary.checklist, digest: { _ in nil })
        outcome = (loaded.value != nil, loaded.diagnostics)
      case 8:
        let loaded = Definitions.baseline(file)
        outcome = (loaded.value != nil, loaded.diagnostics)
      default:
        let loaded = Definitions.checklist(file)
        outcome = (loaded.value != nil, loaded.diagnostics)
      }
      #expect(outcome.isUsable == outcome.diagnostics.isEmpty, "\(String(decoding: bytes, as: UTF8.self))")
      for diagnostic in outcome.diagnostics {
        #expect(diagnostic.location.line >= 1 && diagnostic.location.column >= 1)
        _ = diagnostic.rendered()
      }
    }
  }
}

@Suite("Large files")
struct LargeFileTests {
  @Test(
    "a flood of anything is refused or read in a short time",
    arguments: [
      "- \n", "[", "{a,", "a:", ": ", "? ", "?\n", "*a ", "&a ", "\"", "'", "|\n", "#", "\\", "password:",
      "\"password\":",
      "a: {b: 1}\n", "- [a, b]\n", "x=", "://", "a://b:c@", "${env:HOST}", "é", "\t", "-\t", "!!a ", "%", "---\n",
      "<<: {}\n",
    ])
  func floods(_ fragment: String) {
    let count = (1 << 18) / fragment.utf8.count - 200
    let text = "a: &a x\nb: *a\n" + String(repeating: fragment, count: count)
    let time = ContinuousClock().measure {
      #expect(!Fixtures.load(inventory: text).diagnostics.isEmpty)
      #expect(!Fixtures.load(check: String(repeating: fragment, count: count)).diagnostics.isEmpty)
    }
    #expect(time < .seconds(30))
  }

  @Test("of a thousand problems a hundred are told")
  func many() {
    let text = Fixtures.checklist + (0..<1000).map { "k\($0): 1\n" }.joined()
    let found = Definitions.checklist(Fixtures.file(text, "x")).diagnostics
    #expect(found.count == 101)
    #expect(found.last?.summary.hasSuffix("further problems are not shown") == true)
  }

  @Test("all keys of a large object are told in a short time")
  func keys() {
    let text = "{" + (0..<20_000).map { "k\($0): 1" }.joined(separator: ", ") + "}"
    let time = ContinuousClock().measure { #expect(Fixtures.load(inventory: text).diagnostics.count == 101) }
    #expect(time < .seconds(30))
  }
}
