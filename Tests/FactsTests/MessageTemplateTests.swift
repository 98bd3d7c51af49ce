import Facts
import Testing

@Suite("Messages and fact paths")
struct MessageTemplateTests {
  private static let facts: JSONValue = [
    "leaf": ["notAfter": "2026-12-01", "lifetime": ["daysLeft": 7.0], "names": ["a", "b"]], "gone": nil,
  ]

  @Test(
    "places are filled with facts, subjects and parameters",
    arguments: [
      ("expires {{ leaf.notAfter }}, {{leaf.lifetime.daysLeft}} days", "expires 2026-12-01, 7 days"),
      ("{{ $.leaf.names[*] }}", "a, b"), ("{{ leaf.names }}", "[\"a\",\"b\"]"), ("{{ gone }}", "not observed"),
      ("{{ nothing }}!", "not observed!"), ("{{ @.user }} over ${limit}", "app over ${limit}"),
      ("{{ ${limit} }} of {{ ${other} }}", "3 of not set"), ("{{${limit}}}", "3"), ("{{ name }}}", "not observed}"),
      ("no places", "no places"), ("", ""),
    ])
  func filled(template: String, sentence: String) throws {
    let text = try MessageTemplate(template).filled(
      facts: Self.facts, subject: ["user": "app"], parameters: ["limit": 3])
    #expect(text == sentence)
  }

  @Test("braces that are not closed or hold no path are refused", arguments: ["{{ a", "{{ }}", "{{ a. }}", "{{ 1a }}"])
  func refused(template: String) {
    #expect(throws: JSONPath.SyntaxError.self) { try MessageTemplate(template) }
  }

  @Test(
    "an error names its place in the template",
    arguments: [("é {{ a.b[ }}", 9), ("{{ a }} {{@.b.}}", 14), ("x {{ a", 5), ("{{ ${a} b }}", 3)])
  func offsets(template: String, offset: Int) {
    let error = #expect(throws: JSONPath.SyntaxError.self) { try MessageTemplate(template) }
    #expect(error?.offset == offset)
  }

  @Test("a path starts from the facts or from the subject")
  func origins() throws {
    let subject: JSONValue = ["user": "app"]
    #expect(try FactPath("@.user").values(in: Self.facts, subject: subject, parameters: [:]) == ["app"])
    #expect(try FactPath("@").values(in: Self.facts, subject: subject, parameters: [:]) == [subject])
    #expect(try FactPath("@.user").values(in: Self.facts, subject: nil, parameters: [:]).isEmpty)
    #expect(try FactPath("$.leaf.notAfter").values(in: Self.facts, subject: nil, parameters: [:]) == ["2026-12-01"])
    #expect(throws: JSONPath.SyntaxError.self) { try FactPath("leaf") }
    #expect(throws: JSONPath.SyntaxError.self) { try FactPath("@user") }
  }
}
