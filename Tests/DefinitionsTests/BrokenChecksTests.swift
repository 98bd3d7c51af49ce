import AuditModel
import Definitions
import Testing

/// A sound file broken in one place, and all that must be said about it.
struct Breakage: Sendable, CustomTestStringConvertible {
  var part: String
  var other: String
  var expected: [String]
  var fix: String?

  init(_ part: String, _ other: String, _ expected: [String], fix: String? = nil) {
    self.part = part
    self.other = other
    self.expected = expected
    self.fix = fix
  }

  var testDescription: String { expected.joined(separator: " | ") }

  func expect(_ diagnostics: [Diagnostic], sourceLocation: Testing.SourceLocation = #_sourceLocation) {
    #expect(diagnostics.map(\.summary) == expected, sourceLocation: sourceLocation)
    if let fix { #expect(diagnostics.first?.fix == fix, sourceLocation: sourceLocation) }
    for diagnostic in diagnostics {
      #expect(diagnostic.rendered().contains(":\(diagnostic.location.line):\(diagnostic.location.column)"))
    }
  }
}

@Suite("Broken checks")
struct BrokenChecksTests {
  static let structure = [
    Breakage(
      "severity: high", "severty: high",
      [
        "1:1 missing-key: the file needs the key `severity`", "3:1 unknown-key: unknown key `severty`",
      ]),
    Breakage(
      "severity: high", "severity: hgih", ["3:11 unknown-word: `severity` cannot be `hgih`"],
      fix: "did you mean `high`?"),
    Breakage(
      "severity: high", "severity: high\nseverity: low", ["4:1 duplicate-key: the key `severity` stands twice"],
      fix: "the first is in line 3: keep one of them"),
    Breakage(
      "title: It answers", "title: 1.10", ["2:8 wrong-type: `title` must be text, not a number"],
      fix: "write it in quotes: \"1.10\""),
    Breakage(
      "title: It answers", "title: no", ["2:8 ambiguous-scalar: this is false to some YAML parsers and text to others"],
      fix: "write false, or put it in quotes"),
    Breakage(
      "title: It answers", "title: true", ["2:8 wrong-type: `title` must be text, not true or false"],
      fix: "write it in quotes: \"true\""),
    Breakage("title: It answers", "title:", ["2:7 wrong-type: `title` must be text, not null"]),
    Breakage("title: It answers", "title: ''", ["2:8 malformed: `title` must be text that is not empty"]),
    Breakage("title: It answers", "title: {a: 1}", ["2:8 wrong-type: `title` must be text, not an object"]),
    Breakage(
      "default: 100", "default: 0100",
      [
        "9:36 ambiguous-scalar: this is an octal number to some YAML parsers",
        "9:36 wrong-type: `default` must be a whole number, not text",
      ]),
    Breakage("default: 100", "default: 0", ["9:36 out-of-range: `default` must be at least 1 and at most 1000"]),
    Breakage("default: 100", "default: 2.5", ["9:36 wrong-type: `default` must be a whole number, not a fraction"]),
    Breakage(
      "minimum: 1,", "minimum: 2000,",
      [
        "9:36 out-of-range: `default` must be at least 2000 and at most 1000",
        "9:50 out-of-range: the minimum is greater than the maximum",
      ]),
    Breakage(
      "type: integer", "type: strin",
      [
        "9:18 unknown-word: `type` cannot be `strin`"
      ], fix: "did you mean `string`?"),
    Breakage(
      "type: integer", "type: boolean",
      [
        "9:36 wrong-type: `default` must be true or false, not a number", "9:41 parameter: only a number has a minimum",
      ]),
    Breakage(", unit: ms", "", ["9:10 missing-key: `limit` needs the key `unit`"]),
    Breakage(
      "remediation: { effort: low, text: Mend it. }", "remediation: { effort: tiny }",
      [
        "20:14 missing-key: `remediation` needs the key `text`", "20:24 unknown-word: `effort` cannot be `tiny`",
      ]),
    Breakage(
      "references: [RFC 9110]", "references: [[RFC]]",
      ["21:14 wrong-type: element 1 of `references` must be text, not a list"]),
    Breakage(
      "references: [RFC 9110]", "references: RFC 9110", ["21:13 wrong-type: `references` must be a list, not text"]),
    Breakage(
      "rationale: It matters.", "? [a, b]\n: c\nrationale: It matters.", ["19:3 key-not-text: a key must be text"]),
    Breakage("rationale: It matters.", "rationale: !!binary aGk=", ["19:12 tag: tags are not used here"]),
    Breakage("rationale: It matters.", "rationale: \tIt\n\tmatters: [", ["20:1 tab: a tab cannot indent YAML"]),
    Breakage(
      "rationale: It matters.", "rationale: \"It matters.",
      ["19:12 yaml-syntax: found unexpected end of stream while scanning a quoted scalar"]),
    Breakage(
      "rationale: It matters.", "rationale: It: matters.",
      ["19:14 yaml-syntax: mapping values are not allowed in this context"]),
    Breakage("rationale: It matters.", "rationale: *nothing", ["19:12 yaml-syntax: found undefined alias"]),
    Breakage(
      "rationale: It matters.", "rationale: It\u{7}matters.",
      ["19:14 control-character: the character U+7 may not stand in YAML"]),
    Breakage(
      "rationale: It matters.", "rationale: It matters.\n---\nid: again",
      [
        "1:1 missing-key: the file needs the key `remediation`", "1:1 missing-key: the file needs the key `examples`",
        "21:1 several-documents: a second document begins here",
      ]),
  ]

  static let words = [
    Breakage(
      "id: demo-answers", "id: answers",
      [
        "1:5 check-id: `answers` has no area"
      ], fix: "begin it with the area and a dash: tls-answers"),
    Breakage(
      "id: demo-answers", "id: demo answers",
      [
        "1:5 malformed: `id` must be a letter, then letters, digits, `-`, `_` and `.`"
      ]),
    Breakage(
      "[SEC-1]", "[SEC-1, SEC-11]", ["4:20 unknown-checklist-item: there is no checklist item `SEC-11`"],
      fix: "did you mean `SEC-1` or `SEC-2`?"),
    Breakage(
      "probe: demo", "probe: dmeo", ["5:8 unknown-probe: there is no probe `dmeo`"], fix: "did you mean `demo`?"),
    Breakage(
      "probe: demo", "probe: rough",
      [
        "7:9 safety: the safety class observe is gentler than that of the probe rough",
        "10:9 unknown-key: unknown key `deep`",
      ], fix: "write safety: load"),
    Breakage(
      "[web]", "[web, dbs]", ["6:16 unknown-target-kind: there is no kind of target `dbs`"], fix: "did you mean `db`?"),
    Breakage(
      "targets: [web]", "targets: []",
      [
        "6:10 too-few: `targets` needs at least 1 element",
        "12:17 unreachable-path: there is no `path` in the inventory's declaration: `$.path`",
      ]),
    Breakage(
      "safety: observe", "safety: harmless", ["7:9 unknown-word: `safety` cannot be `harmless`"],
      fix: "allowed are observe, probe, load, mutate, disrupt"),
    Breakage(
      "{ deep: true }", "{ deep: maybe, dept: 3 }",
      [
        "10:15 wrong-type: `deep` must be true or false, not text", "10:22 unknown-key: unknown key `dept`",
      ]),
    Breakage(
      "{ deep: true }", "{ depth: \"${limit}\" }", ["10:16 out-of-range: `depth` must be at least 0 and at most 9"]),
    Breakage(
      "{ deep: true }", "{ depth: \"${limits}\" }", ["10:16 unknown-parameter: the parameter `limits` is not declared"]),
    Breakage(
      "$.path, exists", "$.pth, exists",
      ["12:17 unreachable-path: there is no `pth` in the inventory's declaration: `$.pth`"], fix: "did you mean `path`?"
    ),
    Breakage(
      "needs: [demo-reachable]", "needs: [demo-reachabel]", ["13:9 unknown-check: there is no check `demo-reachabel`"],
      fix: "did you mean `demo-reachable`?"),
    Breakage("needs: [demo-reachable]", "needs: [demo-answers]", ["13:9 circle: a check cannot need itself"]),
  ]

  static let judgement = [
    Breakage(
      "$.milliseconds", "$.milisecond",
      ["15:11 unreachable-path: there is no `milisecond` in the facts of demo: `$.milisecond`"],
      fix: "did you mean `milliseconds`?"),
    Breakage(
      "$.milliseconds", "$.sessions[?@.usr == 'a'].user",
      ["15:11 unreachable-path: `@.usr` can select nothing in the facts of demo"]),
    Breakage(
      "$.milliseconds", "$.sessions[*].usr",
      ["15:11 unreachable-path: there is no `usr` in the facts of demo: `$.sessions[*].usr`"],
      fix: "did you mean `user`?"),
    Breakage(
      "$.milliseconds", "$.milliseconds[",
      ["15:11 malformed: `fact` must be a JSONPath (RFC 9535): a selector is expected here (at character 16)"]),
    Breakage("$.milliseconds", "'@.user'", ["15:11 path: `@.user` reads a subject, but there is no `each`"]),
    Breakage(
      "atMost: ${limit}", "atMost: ${limits}",
      [
        "16:13 unknown-parameter: the parameter `limits` is not declared"
      ]),
    Breakage("atMost: ${limit}", "oneOf: ${limit}", ["16:12 relation: `oneOf` takes a list"]),
    Breakage("    atMost: ${limit}\n", "", ["15:5 relation: a comparison is missing"]),
    Breakage(
      "atMost: ${limit}", "atMost: ${limit}\n    atLeast: 1", ["17:5 relation: there is a second comparison `atLeast`"]),
    Breakage(
      "atMost: ${limit}", "atmost: ${limit}",
      ["15:5 relation: a comparison is missing", "16:5 unknown-key: unknown key `atmost`"]),
    Breakage(
      "atMost: ${limit}", "matches: \"[\"", ["16:14 relation: `matches` takes a regular expression of RFC 9485"]),
    Breakage("atMost: ${limit}", "equals: soon", ["16:13 limit-out-of-reach: `$.milliseconds` is never \"soon\""]),
    Breakage(
      "atMost: ${limit}", "atMost: { fact: '$.sessions[*].user' }",
      ["16:21 relation: `$.sessions[*].user` can select several values"]),
    Breakage(
      "{{ milliseconds }} ms", "{{ millisecond }} ms",
      ["17:16 unreachable-path: there is no `millisecond` in the facts of demo: `$.millisecond`"]),
    Breakage(
      "{{ milliseconds }} ms", "{{ milliseconds ms",
      ["17:16 template: the message cannot be read: no space may end a query"]),
    Breakage(
      "[$.state]", "[$.states, reason]",
      [
        "18:12 unreachable-path: there is no `states` in the facts of demo: `$.states`",
        "18:22 malformed: element 2 of `evidence` must be a JSONPath (RFC 9535): a query starts with `$` (at character 1)",
      ]),
    Breakage(
      "expect:\n  - fact: $.milliseconds\n    atMost: ${limit}\n    otherwise: \"took {{ milliseconds }} ms, more than {{ ${limit} }}\"",
      "expect: []",
      [
        "9:3 unused-parameter: the parameter `limit` is used nowhere",
        "14:9 too-few: `expect` needs at least 1 element",
      ]),
    Breakage("rationale:", "subject: x\nrationale:", ["19:1 missing-key: `subject` needs the key `each`"]),
    Breakage(
      "rationale:", "each: $.sessions[*]\nrationale:",
      [
        "19:1 missing-key: `each` needs the key `subject`", "19:1 missing-key: `each` needs the key `ifNone`",
      ]),
    Breakage(
      "{ milliseconds: 5 }", "{ milisecond: 5 }", ["23:29 unknown-key: unknown key `milisecond`"],
      fix: "did you mean `milliseconds`?"),
    Breakage(
      "{ milliseconds: 5 }", "{ milliseconds: fast }",
      ["23:43 wrong-type: `milliseconds` must be a whole number, not text"]),
    Breakage(
      "{ milliseconds: 5 }", "{ state: on }",
      [
        "23:36 ambiguous-scalar: this is true to some YAML parsers and text to others",
        "23:36 unknown-word: `state` cannot be `on`",
      ]),
    Breakage("status: fail }", "status: pass }", ["22:1 examples: there is no example that fails or warns"]),
    Breakage(
      "  - { name: quick, facts: { milliseconds: 5 }, status: pass }\n", "",
      [
        "22:1 examples: there is no example that passes", "23:3 too-few: `examples` needs at least 2 elements",
      ]),
    Breakage(
      "status: fail }", "parameters: { limits: 3 }, status: fail }", ["24:64 unknown-key: unknown key `limits`"],
      fix: "did you mean `limit`?"),
    Breakage("status: fail }", "declaration: { pth: 3 }, status: fail }", ["24:65 unknown-key: unknown key `pth`"]),
  ]

  @Test("each mistake is told once, at its place", arguments: structure + words + judgement)
  func mistake(_ breakage: Breakage) {
    breakage.expect(
      Fixtures.load(check: Fixtures.check.replacing(first: breakage.part, with: breakage.other)).diagnostics)
  }

  @Test(
    "a subject's paths are held against what each selects",
    arguments: [
      Breakage(
        "$.sessions[?@.user", "$.sessions[?@.usr",
        ["6:7 unreachable-path: `@.usr` can select nothing in the facts of demo"]),
      Breakage(
        "\"@.encrypted\"", "\"@.encrypt\"", ["10:11 unreachable-path: there is no `encrypt` in a subject: `@.encrypt`"]),
      Breakage(
        "each: $.sessions[?@.user != 'root']", "each: \"@.sessions\"",
        ["6:7 path: subjects are selected from the facts"]),
      Breakage(
        "{{ @.user }} is", "{{ @.name }} is", ["12:16 unreachable-path: there is no `name` in a subject: `@.name`"]),
      Breakage("equals: true", "equals: \"true\"", ["11:13 limit-out-of-reach: `@.encrypted` is never \"true\""]),
      Breakage("status: pass, because", "status: good, because", ["8:19 unknown-word: `status` cannot be `good`"]),
    ])
  func subject(_ breakage: Breakage) {
    let text = Fixtures.subjectCheck.replacing(first: breakage.part, with: breakage.other)
    breakage.expect(Fixtures.load(check: text, path: "sessions.yaml").diagnostics)
  }

  @Test("all mistakes of all files come at once, in the order of the files")
  func allAtOnce() {
    let files = [
      Fixtures.file(Fixtures.check.replacing(first: "high", with: "hgih"), "a/answers.yaml"),
      Fixtures.file("id: [", "b/x.yaml"),
      Fixtures.file(Fixtures.check.replacing(first: "SEC-1", with: "SEC-9"), "c/answers.yaml"),
    ]
    let found = Definitions.checks(files, vocabulary: Fixtures.vocabulary, knownCheckIDs: ["demo-reachable"])
      .diagnostics
    #expect(
      found.map { "\($0.location.path) \($0.code)" } == [
        "a/answers.yaml unknown-word", "b/x.yaml yaml-syntax", "c/answers.yaml duplicate-id",
        "c/answers.yaml unknown-checklist-item",
      ])
  }

  @Test("checks that wait for one another are a circle")
  func circle() {
    let a = Fixtures.check.replacing(first: "[demo-reachable]", with: "[demo-sessions]")
    let b = Fixtures.subjectCheck.replacing(first: "each:", with: "needs: [demo-answers]\neach:")
    let loaded = Definitions.checks(
      [Fixtures.file(a, "answers.yaml"), Fixtures.file(b, "sessions.yaml")], vocabulary: Fixtures.vocabulary,
      knownCheckIDs: [])
    #expect(
      loaded.diagnostics.map(\.summary) == [
        "13:9 circle: `demo-sessions` needs `demo-answers` in turn",
        "6:9 circle: `demo-answers` needs `demo-sessions` in turn",
      ])
  }

  @Test("a built-in check's id is taken")
  func taken() {
    let loaded = Definitions.checks(
      [Fixtures.file(Fixtures.check, "answers.yaml")], vocabulary: Fixtures.vocabulary,
      knownCheckIDs: ["demo-reachable", "demo-answers"])
    #expect(loaded.diagnostics.map(\.summary) == ["1:5 duplicate-id: there is a built-in check called `demo-answers`"])
    #expect(loaded.value == nil)
  }

  @Test("a built-in check is called like its file; what people call their own files is theirs to say")
  func fileNames() {
    let file = SourceFile(path: "checks/demo/replies.yaml", bytes: Array(Fixtures.check.utf8))
    let builtIn = Definitions.catalogue([file]).diagnostics
    #expect(builtIn.map(\.code).contains("file-name"))
    let own = Definitions.checks([file], vocabulary: Fixtures.vocabulary, knownCheckIDs: ["demo-reachable"])
    #expect(own.diagnostics.isEmpty)
  }
}
