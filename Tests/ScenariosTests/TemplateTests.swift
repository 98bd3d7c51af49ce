import Facts
import Scenarios
import Testing

@Suite("Templates, captures and random values")
struct TemplateTests {
  private static let variables: JSONObject = [
    "id": 7, "word": "AI & jazz/#?", "event": ["names": ["a", "b"], "none": nil], "next": "/api?page=2",
  ]

  @Test(
    "places are filled, and a whole text that is one place keeps the value's type",
    arguments: [
      ("x", "x"), ("${id}", 7), ("n${id}", "n7"), ("${event.names[1]}", "b"), ("${event.names}", ["a", "b"]),
      ("$${id}", "${id}"), ("a$b", "a$b"), ("${event.none}", nil),
    ] as [(String, JSONValue)])
  func filling(_ text: String, _ value: JSONValue) throws {
    #expect(try TextTemplate(text).value(in: Self.variables) == value)
  }

  @Test("what has no value is told", arguments: ["a${nothing}", "${event.names[2]}", "a${event.none}", "${id.x}"])
  func missing(_ text: String) throws {
    let template = try TextTemplate(text)
    #expect(throws: MissingValue.self) { try template.value(in: Self.variables) }
  }

  @Test("no template", arguments: ["${", "${}", "${1}", "${a.}", "${a[x]}", "${env:HOME}", "${a b}", "${a[99999999]}"])
  func malformed(_ text: String) { #expect(throws: TextTemplate.Malformed.self) { try TextTemplate(text) } }

  @Test("a value in a URL stays one value, unless the URL begins with it")
  func urls() throws {
    #expect(try TextTemplate("/s?q=${word}").url(in: Self.variables) == "/s?q=AI%20%26%20jazz%2F%23%3F")
    #expect(try TextTemplate("${next}&id=${id}").url(in: Self.variables) == "/api?page=2&id=7")
  }

  @Test("the same seed gives the same values, another seed others")
  func seeds() {
    let kinds: [RandomValue.Kind] = [.uuid, .text(12), .digits(6), .integer(-5, 5), .oneOf([1, 2, 3])]
    for kind in kinds {
      let value = RandomValue(name: "v", kind: kind)
      let first = (0..<50).map { value.value(seed: 1, number: $0) }
      #expect(first == (0..<50).map { value.value(seed: 1, number: $0) })
      #expect(first != (0..<50).map { value.value(seed: 2, number: $0) })
      #expect(Set(first).count > 1)
    }
    for number in 0..<200 {
      let bounded = RandomValue(name: "b", kind: .integer(3, 5)).value(seed: 9, number: number).integer ?? 0
      #expect((3...5).contains(bounded))
      let uuid = RandomValue(name: "u", kind: .uuid).value(seed: 9, number: number).string ?? ""
      #expect(Regexp("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")?.matches(uuid) == true)
    }
    #expect(RandomValue(name: "w", kind: .integer(Int.min, Int.max)).value(seed: 1, number: 1) == .integer(Int.min))
  }

  @Test("captures")
  func captures() throws {
    let answer: JSONValue = [
      "json": ["events": [["id": 4], ["id": 5]], "none": nil], "headers": ["etag": "\"x\""],
      "text": "<a csrf='k9'>", "rows": [["n": 3, "z": nil]],
    ]
    func value(_ source: StepCapture.Source) -> JSONValue? {
      try? StepCapture(name: "x", source: source).value(in: answer, variables: ["wanted": 5])
    }
    #expect(value(.json(try JSONPath("$.events[-1].id"))) == 5)
    #expect(
      value(.json(try JSONPath("$.events[?@.id == ${wanted}].id", allowingParameters: true))) == 5)
    #expect(value(.header("etag")) == "\"x\"")
    #expect(value(.regexp("csrf='([^']+)'")) == "k9")
    #expect(value(.regexp("csrf")) == "csrf")
    #expect(value(.row(column: "n", index: 0)) == 3)
    for source in [
      .json(try JSONPath("$.none")), .json(try JSONPath("$.nothing")), .header("link"), .regexp("zz"),
      .row(column: "n", index: 1), .row(column: "z", index: 0), .row(column: "y", index: 0),
    ] as [StepCapture.Source] {
      #expect(value(source) == nil)
    }
  }

  @Test("tables")
  func tables() throws {
    let csv = "\u{FEFF}name,note\r\nAda,\"a, \"\"b\"\"\nc\"\n\nBob,\n"
    #expect(
      try DataTable.rows(Array(csv.utf8), named: "x.csv")
        == [["name": "Ada", "note": "a, \"b\"\nc"], ["name": "Bob", "note": ""]])
    #expect(try DataTable.rows(Array(#"[{"a": 1}]"#.utf8), named: "x.json") == [["a": 1]])
    for (text, line) in [("a\n\"b", 2), ("a,b\n1\n", 2), ("a,a\n1,2\n", 1), ("", 1), ("a\n", 1), ("a\n\"b\"c\n", 2)] {
      do {
        _ = try DataTable.rows(Array(text.utf8), named: "x.csv")
        Issue.record("\(text.debugDescription) was read")
      } catch { #expect(error.line == line, "\(text.debugDescription)") }
    }
  }

  @Test(
    "times",
    arguments: [("200ms", 200), ("5s", 5000), (1.5, 1500), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0)]
      as [(JSONValue, Int)])
  func durations(_ value: JSONValue, _ milliseconds: Int) {
    #expect(ScenarioDuration.milliseconds(value) == milliseconds)
  }

  @Test("no times", arguments: ["", "s", "-1s", "5 s", "5x", "25h", "1.", ".5s", -1, true] as [JSONValue])
  func noDurations(_ value: JSONValue) { #expect(ScenarioDuration.milliseconds(value) == nil) }
}
