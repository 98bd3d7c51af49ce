import AuditModel
import Definitions
import Facts
import Scenarios
import Testing

@Suite("Broken workflows")
struct BrokenWorkflowTests {
  static func load(_ text: String) -> Loaded<Workflow> {
    Definitions.workflow(SourceFile(path: "/w/flow.yaml", bytes: Array(text.utf8))) { path in
      path == "/w/rows.csv"
        ? .success(Array("a,b\n1\n".utf8)) : .failure(.init(reason: "there is no such file"))
    }
  }

  /// The text without its marks, and where they stood, as `line:column`.
  static func unmarked(_ text: String) -> (text: String, places: [String]) {
    var places: [String] = []
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { number, line in
      var kept = String.UnicodeScalarView()
      for scalar in line.unicodeScalars {
        if scalar == "▸" { places.append("\(number + 1):\(kept.count + 1)") } else { kept.append(scalar) }
      }
      return String(kept)
    }
    return (lines.joined(separator: "\n"), places)
  }

  /// A mark stands before each mistake.
  private static let broken = """
    workflow: broken
    title: Everything is wrong
    ▸owner: me
    target: ▸ftp://api.example/
    seed: ▸-1
    within: ▸soon
    variables:
      city: Oslo
      ▸a.b: 1
      ▸unused: x
    random:
      number: { integer: [▸9, 1] }
      both: { text: 3, ▸digits: 4 }
      ▸city: uuid
    tables:
      speakers: ▸missing.csv
      ragged: ▸rows.csv
    targets: { other: http://127.0.0.1:1/ }
    steps:
      - ▸step: nothing
      - step: two
        http: { url: /x }
        ▸sql: { query: SELECT 1 }
      - step: ▸two
        http: { url: "/${▸}", method: ▸get }
      - step: typo
        http: { url: "/▸${citi}", ▸methdo: GET }
      - step: early
        http: { url: "/▸${later}/${both}/${number}/${speakers}/${ragged}" }
      - step: late
        http: { url: /late, json: {}, method: POST, ▸body: x }
        capture:
          later: { json: ▸"$.a[" }
      - step: content
        http: { url: /content, ▸json: { a: "▸${env:SECRET}" } }
        capture: { row: { ▸column: id }, page: { header: Link, ▸json: $.a } }
      - step: elsewhere
        http: { url: /, target: ▸othr, headers: { ▸"bad name": x, ▸Host: y } }
      - step: judged
        http: { url: ▸x }
        expect:
          - { fact: ▸$.stauts, equals: 200 }
          - ▸{ fact: $.status }
          - { fact: $.status, atLeast: 200, ▸atMost: 299 }
          - { fact: $.text, matches: ▸"a(" }
          - { fact: ▸"@.x", equals: 1 }
        within: ▸20s
        timeout: 10s
        retry: { attempts: ▸1 }
      - step: pasted
        sql: { query: "SELECT * FROM t WHERE a = '▸${city}'" }
      - step: counted
        sql: { query: "SELECT $1, $2", arguments: ▸[1] }
      - step: writing
        sql: { query: ▸DELETE FROM t }
      - step: resting
        wait: 1s
        ▸expect: [{ fact: $.milliseconds, atMost: 5 }]
      - step: polled
        poll: { http: { url: / }, every: ▸9s, timeout: 2s, until: [{ fact: $.status, equals: 200 }] }
        safety: ▸gentle
      - step: again
        repeat: { times: 2, ▸each: [1], as: ▸city, steps: [{ step: a, wait: 1s }] }
      - step: beside
        parallel:
          - { step: a, http: { url: /a }, capture: { same: { regexp: ▸"(" } } }
          - { step: b, http: { url: /b }, capture: { ▸same: { header: ETag } } }
    cleanup:
      - step: late
        http: { url: "/${later}" }
        ▸wiat: 1s
    """

  private static let codes = [
    "unknown-key", "malformed", "out-of-range", "duration", "name", "unused", "random", "random", "duplicate-name",
    "table", "table", "no-action", "several-actions", "duplicate-step", "template", "method", "unknown-variable",
    "unknown-key", "used-too-early", "several-contents", "malformed", "content", "template", "capture", "capture",
    "unknown-target", "header", "header", "url", "unreachable-path", "relation", "relation", "regexp", "path",
    "contradiction", "out-of-range", "sql-template", "arguments", "sql", "not-here", "contradiction", "unknown-word",
    "repeat", "duplicate-name", "regexp", "capture-race", "unknown-key",
  ]

  @Test("47 kinds of mistakes give 47 diagnostics, each at its line and column")
  func everyMistake() {
    // An empty place is written as two marks side by side would be: the mark stands before its `${`.
    let (text, places) = Self.unmarked(Self.broken.replacing("${▸}", with: "▸${}"))
    let loaded = Self.load(text)
    #expect(loaded.value == nil)
    let found = loaded.diagnostics.map { "\($0.location.line):\($0.location.column) \($0.code)" }
    let wanted = zip(places, Self.codes).map { "\($0) \($1)" }
    #expect(places.count == Self.codes.count)
    #expect(
      Set(found) == Set(wanted), "missing \(Set(wanted).subtracting(found)), further \(Set(found).subtracting(wanted))")
    #expect(found.count == wanted.count)
    #expect(loaded.diagnostics.allSatisfy { !$0.message.isEmpty && $0.location.path == "/w/flow.yaml" })
  }

  @Test(
    "files that are no workflow at all are told, never crash",
    arguments: ["", "[]", "3", "steps: 4", "workflow: [", "a: *b"])
  func noWorkflow(_ text: String) {
    let loaded = Self.load(text)
    #expect(loaded.value == nil && !loaded.diagnostics.isEmpty)
  }

  @Test("the file cut short anywhere is told, never crashes")
  func cutShort() {
    let text = Array(Self.unmarked(Self.broken).text.utf8)
    for count in stride(from: 0, to: text.count, by: 37) {
      let loaded = Self.load(String(decoding: text.prefix(count), as: UTF8.self))
      #expect(!loaded.diagnostics.isEmpty)
    }
  }
}
