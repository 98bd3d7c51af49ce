import AuditModel
import Definitions
import Testing

@Suite("Broken inventories")
struct BrokenInventoriesTests {
  static let breakages = [
    Breakage(
      "environment: staging", "enviroment: staging",
      [
        "1:1 missing-key: the file needs the key `environment`", "2:1 unknown-key: unknown key `enviroment`",
      ]),
    Breakage(
      "environment: staging", "environment: prod", ["2:14 unknown-word: `environment` cannot be `prod`"],
      fix: "allowed are production, staging, test, development"),
    Breakage(
      "ceiling: probe", "ceiling: prob", ["3:10 unknown-word: `ceiling` cannot be `prob`"], fix: "did you mean `probe`?"
    ),
    Breakage(
      "until: 2026-12-31", "until: 2026-13-31",
      ["7:50 malformed: `until` must be a day like 2026-11-24 or a time like 2026-11-24T10:00:00Z (RFC 3339)"]),
    Breakage("by: jane@example.com, ", "", ["7:5 missing-key: element 1 of `consent` needs the key `by`"]),
    Breakage(
      "kind: db", "kind: dbs", ["16:11 unknown-target-kind: there is no kind of target `dbs`"],
      fix: "did you mean `db`?"),
    Breakage("    kind: db\n", "", ["15:5 missing-key: the target needs the key `kind`"], fix: "known are web, db"),
    Breakage("kind: db", "kind: [db]", ["16:11 unknown-target-kind: there is no kind of target ``"]),
    Breakage(
      "id: db", "id: web", ["15:9 duplicate-id: there is a target called `web` already"], fix: "the first is in line 9"),
    Breakage("id: db", "id: 7", ["15:9 wrong-type: `id` must be text, not a number"], fix: "write it in quotes: \"7\""),
    Breakage("trust: ca.pem", "turst: ca.pem", ["12:5 unknown-key: unknown key `turst`"], fix: "did you mean `trust`?"),
    Breakage("port: 8443", "port: 84430", ["13:11 out-of-range: `port` must be at least 0 and at most 65535"]),
    Breakage("port: 8443", "port: '8443'", ["13:11 wrong-type: `port` must be a whole number, not text"]),
    Breakage(
      "https://${env:HOST}", "http://${env:HOST}", ["11:10 malformed: `url` must be a URL that starts with https://"]),
    Breakage("${env:HOST}", "${env:HOSTS}", ["11:10 environment: the environment variable HOSTS is not set"]),
    Breakage(
      "${env:API_TOKEN}", "${env:MISSING}", ["14:13 secret: `bearer`: the environment variable MISSING is not set"]),
    Breakage("${env:API_TOKEN}", "${env:EMPTY}", ["14:13 secret: `bearer`: env:EMPTY is empty"]),
    Breakage(
      "${file:password.txt}", "${file:other.txt}", ["18:15 secret: `password`: other.txt cannot be read: no such file"]),
    Breakage("trust: ca.pem", "trust: ${file:password.txt}", ["12:12 secret: only a secret may be read from a file"]),
    Breakage(
      "sslmode: verify-full", "sslmode: verify_full", ["19:14 unknown-word: `sslmode` cannot be `verify_full`"],
      fix: "did you mean `verify-full`?"),
    Breakage("sslmode: verify-full", "sslmode: verify-full\n  - db", ["20:5 wrong-type: a target must be an object"]),
    Breakage("checks: [more/checks]", "checks: more/checks", ["5:9 wrong-type: `checks` must be a list, not text"]),
    Breakage("    url: https://${env:HOST}:8443/\n", "", ["9:5 missing-key: the target needs the key `url`"]),
  ]

  @Test("each mistake is told once, at its place", arguments: breakages)
  func mistake(_ breakage: Breakage) {
    breakage.expect(
      Fixtures.load(inventory: Fixtures.inventory.replacing(first: breakage.part, with: breakage.other)).diagnostics)
  }

  /// Secrets written out, in every place where one may turn up.
  static let literals = [
    ("password: ${file:password.txt}", "password: hunter2-canary"),
    ("password: ${file:password.txt}", "password: \"hunter2-canary"),
    ("password: ${file:password.txt}", "password:\n      hunter2-canary"),
    ("password: ${file:password.txt}", "password: hunter2-canary\n    password: hunter2-canary"),
    ("password: ${file:password.txt}", "pasword: hunter2-canary"),
    ("password: ${file:password.txt}", "passwort: [hunter2-canary, 3"),
    ("password: ${file:password.txt}", "password: !hunter2-canary x"),
    ("password: ${file:password.txt}", "password: *hunter2-canary"),
    ("password: ${file:password.txt}", "password: hunter2-canary: x"),
    ("password: ${file:password.txt}", "sslpassword: hunter2-canary"),
    ("bearer: ${env:API_TOKEN}", "{ bearer: hunter2-canary, urll: x }"),
    ("auditor@db", "auditor:hunter2-canary@db"),
    ("auditor@db", "auditor:hunter2-canary/x@db"),
    ("5432/events", "5432/events?password=hunter2-canary"),
    ("5432/events", "5432/events?sslmode=x&sslpassword=hunter2-canary&a=b"),
    ("url: https://${env:HOST}:8443/", "{\"password\":\"hunter2-canary\"}"),
    ("url: https://${env:HOST}:8443/", "url: ${env:URL}"),
    ("password: ${file:password.txt}", "password: 0777123"),
    ("password: ${file:password.txt}", "password: hunter2-canary\t\u{7}"),
  ]

  @Test("a secret that is written out is refused and shown nowhere", arguments: literals)
  func secret(_ part: String, _ other: String) {
    let loaded = Fixtures.load(inventory: Fixtures.inventory.replacing(first: part, with: other))
    #expect(!loaded.diagnostics.isEmpty)
    #expect(loaded.value == nil)
    for text in loaded.diagnostics.map({ $0.rendered() + "\($0)" }) {
      for canary in ["hunter2", "pw-canary", "0777123", "t0ken", "file-canary"] {
        #expect(!text.contains(canary), "\(text)")
      }
    }
  }

  @Test("the message for a written-out secret names the key and the way to refer to it")
  func message() throws {
    let text = Fixtures.inventory.replacing(first: "${file:password.txt}", with: "hunter2")
    let diagnostic = try #require(Fixtures.load(inventory: text).diagnostics.first)
    #expect(
      diagnostic.rendered() == """
        error[secret-literal]: `password` must be a reference to a secret, never the secret itself
          --> /audit/prodworthy.yaml:18:5
           |
        18 |     password: *******
           |     ^^^^^^^^
           = write ${env:NAME} or ${file:path}
        """)
  }

  @Test("a reference keeps its place on the line, and a URL with a port is no password")
  func unmasked() {
    let text = Fixtures.inventory.replacing(first: "system: events-platform", with: "system: {}")
      .replacing(first: "url: https://${env:HOST}:8443/", with: "url: https://host:8443/@user")
    #expect(
      Fixtures.load(inventory: text).diagnostics.map(\.summary) == [
        "1:9 wrong-type: `system` must be text, not an object"
      ])
  }

  @Test("a missing variable shows the line with its reference")
  func variable() throws {
    let text = Fixtures.inventory.replacing(first: "API_TOKEN", with: "TOKEN")
    let diagnostic = try #require(Fixtures.load(inventory: text).diagnostics.first)
    #expect(diagnostic.sourceLine == "    bearer: ${env:TOKEN}")
  }
}

@Suite("Broken policies, checklists and manifests")
struct BrokenPoliciesTests {
  static let policies = [
    Breakage(
      "gate:", "gates:", ["1:1 missing-key: the file needs the key `gate`", "9:1 unknown-key: unknown key `gates`"]),
    Breakage(
      "include: [demo-*]", "include: [dmeo-*]", ["4:13 unknown-check: no check begins with `dmeo-`"],
      fix: "did you mean `demo-*`?"),
    Breakage(
      "exclude: [demo-sessions]", "exclude: [demo-session]", ["5:13 unknown-check: there is no check `demo-session`"],
      fix: "did you mean `demo-sessions`?"),
    Breakage(
      "demo-answers: { limit: 50 }", "demo-answer: { limit: 50 }",
      ["7:3 unknown-check: there is no check `demo-answer`"]),
    Breakage(
      "limit: 50", "limits: 50", ["7:19 unknown-parameter: the check demo-answers has no parameter `limits`"],
      fix: "did you mean `limit`?"),
    Breakage("limit: 50", "limit: 0", ["7:26 out-of-range: `limit` must be at least 1 and at most 1000"]),
    Breakage(
      "{ demo-answers: 20 }", "{ demo-answers: 1001 }",
      ["8:26 out-of-range: `demo-answers` must be at least 0 and at most 1000"]),
    Breakage("{ demo-answers: 20 }", "{ demo-answer: 1 }", ["8:12 unknown-check: there is no check `demo-answer`"]),
    Breakage("minScore: 85.5", "minScore: 85.55", ["12:13 precision: `minScore` has more than one decimal"]),
    Breakage("minScore: 85.5", "minScore: 855", ["12:13 out-of-range: `minScore` must be at least 0 and at most 100"]),
    Breakage(
      "minScore: 85.5", "minscore: 85.5", ["12:3 unknown-key: unknown key `minscore`"], fix: "did you mean `minScore`?"),
    Breakage(
      "{ critical: 0, high: 1 }", "{ crtical: 0 }", ["10:14 unknown-key: unknown key `crtical`"],
      fix: "did you mean `critical`?"),
    Breakage("{ critical: 0, high: 1 }", "{ critical: -1 }", ["10:24 out-of-range: `critical` must be at least 0"]),
    Breakage(
      "requireItems: [SEC-1]", "requireItems: [SEC-7]",
      ["15:18 unknown-checklist-item: there is no checklist item `SEC-7`"]),
    Breakage(
      "requireChecks: [demo-answers]", "requireChecks: [demo-answer]",
      ["14:19 unknown-check: there is no check `demo-answer`"]),
    Breakage(
      "gate:\n  maxOpen: { critical: 0, high: 1 }\n  maxNotEvaluated: { critical: 0 }\n  minScore: 85.5\n  minCoverage: 90\n  requireChecks: [demo-answers]\n  requireItems: [SEC-1]\n",
      "gate: { maxOpen: {} }\n", ["9:1 empty-gate: a gate without a condition decides nothing"]),
  ]

  @Test("policies", arguments: policies)
  func policy(_ breakage: Breakage) {
    breakage.expect(
      Fixtures.load(policy: Fixtures.policy.replacing(first: breakage.part, with: breakage.other)).diagnostics)
  }

  static let checklists = [
    Breakage("SEC-2", "SEC-1", ["3:11 duplicate-id: there is an item `SEC-1` already"]),
    Breakage("area: Security, ", "", ["2:5 missing-key: element 1 of `checklist` needs the key `area`"]),
    Breakage(Fixtures.checklist, "checklist: []", ["1:12 too-few: `checklist` needs at least 1 element"]),
    Breakage(Fixtures.checklist, "", ["1:1 empty: the file is empty"]),
  ]

  @Test("checklists", arguments: checklists)
  func checklist(_ breakage: Breakage) {
    let text = Fixtures.checklist.replacing(first: breakage.part, with: breakage.other)
    breakage.expect(Definitions.checklist(Fixtures.file(text, "checklist.yaml")).diagnostics)
  }

  static let manifests = [
    Breakage(
      "safety: observe", "safty: observe",
      ["1:1 missing-key: the file needs the key `safety`", "8:1 unknown-key: unknown key `safty`"]),
    Breakage("command: [./disk-space, --json]", "command: []", ["3:10 too-few: `command` needs at least 1 element"]),
    Breakage("default: 3", "default: 30", ["12:36 out-of-range: `default` must be at least 1 and at most 9"]),
    Breakage("type: string, words", "type: integer, words", ["13:26 parameter: only a string has words"]),
    Breakage(
      "{ type: integer, default: 3, minimum: 1, maximum: 9,", "{ type: secret,",
      ["12:3 secret: a check cannot hand a secret to a probe"]),
    Breakage("host: string", "host: text", ["15:9 fact-shape: there is no type of fact `text`"]),
    Breakage(
      "host: string", "host: sting", ["15:9 fact-shape: there is no type of fact `sting`"],
      fix: "did you mean `string`?"),
    Breakage(
      "tags: [string]", "tags: [string, number]",
      ["18:43 fact-shape: a list of facts has one element: the shape of each"]),
    Breakage(
      "timeoutSeconds: 2.5", "timeoutSeconds: 0",
      ["9:17 out-of-range: `timeoutSeconds` must be at least 0.1 and at most 3600"]),
  ]

  @Test("manifests", arguments: manifests)
  func manifest(_ breakage: Breakage) {
    let text = Fixtures.manifest.replacing(first: breakage.part, with: breakage.other)
    breakage.expect(Definitions.probeManifest(Fixtures.file(text, "x.probe.yaml")).diagnostics)
  }
}
