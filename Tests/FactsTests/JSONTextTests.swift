import Facts
import SeededRandomness
import Testing

@Suite("JSON text is read strictly (RFC 8259)")
struct JSONParsingTests {
  private func parse(_ text: String) throws(JSONText.SyntaxError) -> JSONValue { try JSONText.parse(Array(text.utf8)) }

  @Test(
    "values",
    arguments: [
      ("null", JSONValue.null), (" true\n", true), ("false", false), ("\"\"", ""), ("[]", []), ("{}", [:]),
      ("\t[1 , 2\r\n]", [1, 2]), ("\"é☺𝄞\"", "é☺𝄞"),
      ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{C}\n\r\t"), ("\"\\u00e9\\u00E9\"", "éé"),
      ("\"\\ud834\\udd1e\"", "𝄞"), ("\"\\u0000\"", "\0"), ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"),
      ("{\"a\":{\"b\":[null]}}", ["a": ["b": [nil]]]),
    ] as [(String, JSONValue)])
  func values(text: String, value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test(
    "numbers keep their integer form where it fits 64 bits",
    arguments: [
      ("0", JSONValue.integer(0)), ("-0", .integer(0)), ("42", .integer(42)), ("-7", .integer(-7)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .double(9.223372036854775808e18)), ("1.5", .double(1.5)), ("1.0", .double(1)),
      ("1e3", .double(1000)), ("1E+3", .double(1000)), ("-2.5e-1", .double(-0.25)), ("1e-400", .double(0)),
      ("12345678901234567890123", .double(1.2345678901234568e22)),
    ] as [(String, JSONValue)])
  func numbers(text: String, value: JSONValue) throws {
    let parsed = try parse(text)
    #expect(parsed == value)
    if case .integer = value { #expect(parsed.integer != nil) }
    if case .integer = parsed, case .double = value { Issue.record("\(text) became an integer") }
  }

  @Test(
    "whatever else is refused, at its place",
    arguments: [
      ("", 1, 1), (" ", 1, 2), ("nul", 1, 1), ("nullx", 1, 5), ("[1,]", 1, 4), ("[1 2]", 1, 4), ("[", 1, 2),
      ("{\"a\" 1}", 1, 6), ("{\"a\":1,}", 1, 8), ("{a:1}", 1, 2), ("[1]\n]", 2, 1), ("01", 1, 1), ("-", 1, 2),
      ("-01", 1, 2), ("+1", 1, 1), (".5", 1, 1), ("1.", 1, 3), ("1e", 1, 3), ("1e+", 1, 4), ("NaN", 1, 1),
      ("1e400", 1, 1), ("[\n  1e400]", 2, 3), ("\"abc", 1, 1), ("\"a\nb\"", 1, 3), ("\"\\x\"", 1, 2),
      ("\"\\u12g4\"", 1, 6), ("\"\\ud834\"", 1, 2), ("\"é\\udd1e\"", 1, 3), ("\"\\ud834\\u0041\"", 1, 2),
      ("\u{FEFF}1", 1, 1), ("'a'", 1, 1), ("[1]//", 1, 4), ("{\"a\":1,\n \"a\":2}", 2, 2),
      ("{\"a\":1,\"\\u0061\":2}", 1, 8),
    ])
  func refusals(text: String, line: Int, column: Int) {
    let error = #expect(throws: JSONText.SyntaxError.self) { try parse(text) }
    #expect(error?.line == line)
    #expect(error?.column == column)
    #expect(error?.message.isEmpty == false)
  }

  @Test(
    "bytes that are no UTF-8 are refused",
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22],
      [0x22, 0x5C, 0x6E, 0x80, 0x22], [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x80],
    ] as [[UInt8]])
  func invalidUTF8(bytes: [UInt8]) {
    #expect(throws: JSONText.SyntaxError.self) { try JSONText.parse(bytes) }
  }

  @Test("512 levels are read, more are refused without a crash")
  func depth() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    #expect(try JSONText.compact(parse(nested(512))) == nested(512))
    #expect(throws: JSONText.SyntaxError.self) { try parse(nested(513)) }
    #expect(throws: JSONText.SyntaxError.self) { try parse(String(repeating: "[{\"a\":", count: 1_000_000)) }
  }

  @Test("names that differ only in Unicode normalization are two names")
  func normalization() throws {
    let value = try parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value.object?.count == 2)
    #expect(value["\u{E9}"] == 1)
    #expect(value["e\u{301}"] == 2)
  }

  @Test("a large object keeps its order and finds every name")
  func largeObject() throws {
    let members = (0..<20_000).map { "\"name\($0)\":\($0)" }
    let value = try parse("{" + members.joined(separator: ",") + "}")
    #expect(value.object?.names == (0..<20_000).map { "name\($0)" })
    #expect(value["name19999"] == 19_999)
    #expect(throws: JSONText.SyntaxError.self) {
      try parse("{" + (members + ["\"name7\":0"]).joined(separator: ",") + "}")
    }
  }
}

@Suite("JSON text is written deterministically")
struct JSONWritingTests {
  @Test(
    "compact",
    arguments: [
      (nil, "null"), ([1, "a", true, nil], "[1,\"a\",true,null]"), (["b": 1, "a": []], "{\"b\":1,\"a\":[]}"),
      (.double(62), "62"), (.double(0.1), "0.1"), (.double(-0.25), "-0.25"), (.double(1e21), "1e+21"),
      (.double(.leastNonzeroMagnitude), "5e-324"), (.integer(.min), "-9223372036854775808"),
      ("/\"\\\u{8}\u{C}\n\r\t\0\u{1B}\u{7F}\u{9B}é𝄞", "\"/\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001b\\u007f\\u009bé𝄞\""),
    ] as [(JSONValue, String)])
  func compact(value: JSONValue, text: String) {
    #expect(JSONText.compact(value) == text)
  }

  @Test("canonical sorts names by UTF-8, indents by two and ends in a newline")
  func canonical() {
    let value: JSONValue = ["é": 1, "b": ["y": [], "x": [:]], "B": [1, [2]], "𝄞": 2, "\u{FFFD}": 3]
    #expect(
      JSONText.canonical(value) == """
        {
          "B": [
            1,
            [
              2
            ]
          ],
          "b": {
            "x": {},
            "y": []
          },
          "é": 1,
          "\u{FFFD}": 3,
          "𝄞": 2
        }

        """)
  }

  @Test("what is written reads back to an equal value, and the same bytes", arguments: 0..<40 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<25 {
      let value = JSONValue.random(depth: 4, using: &generator)
      let compact = JSONText.compact(value)
      let canonical = JSONText.canonical(value)
      let again = try JSONText.parse(Array(compact.utf8))
      #expect(again == value)
      #expect(JSONText.compact(again) == compact)
      #expect(try JSONText.canonical(JSONText.parse(Array(canonical.utf8))) == canonical)
      #expect(compact.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }
  }
}
