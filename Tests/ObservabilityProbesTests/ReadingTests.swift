import AuditModel
import Facts
import HTTPExchange
import Testing

@testable import ObservabilityProbes

@Suite("Expressions, routes and texts")
struct ReadingTests {
  @Test(
    "the metrics of an expression",
    arguments: [
      ("up == 0", ["up"]),
      (
        "sum by (job, code) (rate(a_total{b=\"c\"}[5m])) / on (job) group_left (x) b_total > 0.5",
        ["a_total", "b_total"]
      ),
      ("histogram_quantile(0.9, sum without (le) (rate(h_bucket[5m] offset 1h)))", ["h_bucket"]),
      ("{__name__=\"x\", y=~\"z\"} unless ignoring (a) w and 5 * 3e10", ["x", "w"]),
      ("count_values(\"version\", build_info)", ["build_info"]),
      ("label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\") # a comment up2", ["up"]),
      ("job:a:rate5m > bool 1", ["job:a:rate5m"]),
      ("vector(1)", []), ("time() - a_timestamp_seconds > 86400", ["a_timestamp_seconds"]),
      ("{\"a.b\", c=\"d\"}", ["a.b"]),
      ("topk by (x) (3, q)", ["q"]), ("sum(rate(a[5m:1m])) by (b)", ["a"]),
    ])
  func selectors(_ expression: String, _ metrics: [String]) {
    #expect(PromQLScan(expression).selectors.compactMap(\.metric) == metrics, "\(expression)")
  }

  @Test("any text is scanned to its end")
  func hostileExpressions() {
    for text in [
      "{", "{a", "{a=", "{a=\"", "((((", ")", "\"", "[", "a{b=\"c\\", "=~", "absent(",
      String(repeating: "a(", count: 5000), "é{ü=\"ß\"}",
    ] {
      _ = PromQLScan(text)
    }
    #expect(!PromQLScan(String(repeating: "x", count: 70_000)).isUnderstood)
  }

  @Test("what a rule watches whom for")
  func coverage() {
    let services: [String: Set<String>] = [
      "http_requests_total": ["api"], "queue_length": ["worker"], "h_bucket": ["api"],
    ]
    let recordings = ["job:errors": ["rate(http_requests_total{code=~\"5..\"}[5m])", "job:errors"]]
    func kinds(_ expression: String, _ service: String) -> Set<CoverageKind> {
      let coverage = AlertCoverage(
        [.init(name: "R", expression: expression)], recordings: recordings, services: services)
      return Set(coverage.watchers(of: service).keys)
    }
    #expect(kinds("up == 0", "api") == [.up])
    #expect(kinds("up{job=\"web\"} == 0", "api") == [])
    #expect(kinds("up{job=~\"api|web\"} == 0", "api") == [.up])
    #expect(kinds("up{job!=\"web\"} == 0", "api") == [.up])
    #expect(kinds("up{job=~\"(?i)API\"} == 0", "api") == [], "a pattern that cannot be read proves nothing")
    #expect(kinds("absent(up{job=\"api\"})", "api") == [.absent])
    #expect(kinds("absent(up)", "api") == [])
    #expect(kinds("job:errors > 1", "api") == [.errors])
    #expect(kinds("job:errors > 1", "worker") == [])
    #expect(kinds("queue_length > 100", "worker") == [.saturation])
    #expect(kinds("queue_length > 100", "api") == [])
    #expect(kinds("histogram_quantile(0.99, rate(h_bucket[5m])) > 1", "api") == [.latency])
    #expect(kinds("rate(http_requests_total[5m]) == 0", "api") == [])
    #expect(kinds("job:errors{job=\"web\"} > 1", "api") == [])
    // Rules that lead to each other, and more of them than anybody has, come to an end.
    let loop = Dictionary(
      uniqueKeysWithValues: (0..<20).map { ("r\($0)", (0..<200).map { "r\($0 % 20) + up{x=\"\($0)\"}" }) })
    let endless = AlertCoverage(
      (0..<200).map { .init(name: "A\($0)", expression: "r0 > 1") }, recordings: loop, services: [:])
    #expect(!endless.isComplete)
  }

  static let routes = """
    route:
      receiver: default
      routes:
        - match: { team: db }
          receiver: db
          continue: true
        - match_re: { severity: "critical|page" }
          routes: [{ matchers: ['zone = "eu"', 'kind!~"t.*"'], receiver: eu }]
          receiver: night
        - { matchers: ['{weird=~"(?i)x"}'], receiver: odd }
    receivers:
      - { name: default, email_configs: [{ to: a }] }
      - { name: db, pagerduty_configs: [{ }, { }], slack_configs: [] }
      - { name: night }
      - { name: eu, webhook_configs: [{ url: <secret> }] }
    inhibit_rules:
      - { source_match: { severity: critical }, target_match_re: { alertname: ".*" } }
      - { source_matchers: [a="b"], target_matchers: [c="d"] }

    """

  @Test(
    "labels end where Alertmanager would send them",
    arguments: [
      (["severity": "page"], ["night"]), (["severity": "critical", "zone": "eu", "kind": "k"], ["eu"]),
      (["severity": "critical", "zone": "eu", "kind": "test"], ["night"]),
      (["team": "db", "severity": "page"], ["db", "night"]),
    ] as [([String: String], [String])])
  func routing(_ labels: [String: String], _ receivers: [String]) throws {
    #expect(try RouteTree(Self.routes).routes(for: labels)?.compactMap(\.receiver) == receivers)
  }

  @Test("a condition that cannot be read leaves open where an alert ends")
  func obscureRoute() throws {
    let tree = try RouteTree(Self.routes)
    #expect(tree.routes(for: ["severity": "info"]) == nil)
    let facts = AlertmanagerFacts.routing(tree, labelSets: [["severity": "info"], ["severity": "page"]])
    #expect(facts["deliveries"]?[0]?["delivered"] == .null)
    #expect(facts["deliveries"]?[1]?["delivered"] == false)
    #expect(facts["inhibitions"]?[0]?["swallowsAll"] == true)
    #expect(facts["inhibitions"]?[1]?["swallowsAll"] == false)
    #expect(tree.receivers.map(\.integrations.count) == [1, 2, 0, 1])
  }

  @Test("configurations that are none are refused", arguments: ["", "- a", "route: x", "{", "a: &a [*a]"])
  func noConfiguration(_ text: String) { #expect(throws: Obstacle.self) { try RouteTree(text) } }

  @Test("silences over everything, and those of a month, are told")
  func silences() {
    let facts = AlertmanagerFacts.silences(
      [
        [
          "id": "1", "status": ["state": "active"], "startsAt": "2026-01-01T00:00:00Z",
          "endsAt": "2026-01-31T00:00:00Z",
          "matchers": [["name": "alertname", "value": ".+", "isRegex": true, "isEqual": true]],
        ],
        ["id": "2", "status": ["state": "expired"], "matchers": []],
        [
          "id": "3", "status": ["state": "active"], "startsAt": "2026-01-01T00:00:00Z",
          "endsAt": "2026-01-02T00:00:00Z",
          "matchers": [["name": "alertname", "value": "Disk", "isRegex": false]],
        ],
      ], now: Instant(seconds: 1_767_225_600))
    #expect(facts.array?.count == 2)
    #expect(facts[0]?["silencesAll"] == true && facts[0]?["days"] == 30)
    #expect(facts[1]?["silencesAll"] == false && facts[1]?["matchers"] == "alertname=Disk")
  }

  @Test(
    "durations",
    arguments: [("1m30s", 90), ("15d", 1_296_000), ("500ms", 0.5), ("0", 0), ("1x", nil), ("", nil), ("s", nil)]
      as [(String, Double?)])
  func durations(_ text: String, _ seconds: Double?) { #expect(PrometheusDuration.seconds(text) == seconds) }

  @Test(
    "where an address can be reached from",
    arguments: [
      ("127.0.0.1", AddressScope.loopback), ("::1", .loopback), ("10.1.2.3", .private), ("172.31.0.1", .private),
      ("172.32.0.1", .public),
      ("fd00::1", .private), ("fe80::1", .private), ("2001:db8::1", .public), ("8.8.8.8", .public),
      ("::ffff:192.168.1.1", .private),
    ])
  func scopes(_ address: String, _ scope: AddressScope) { #expect(AddressScope(of: address) == scope) }

  @Test("a key by which events are sent")
  func dataSourceNames() {
    #expect(
      DataSourceName("https://abc@errors.example/prefix/7")?.envelopeURL.text
        == "https://errors.example/prefix/api/7/envelope/")
    #expect(DataSourceName("https://abc:old@errors.example:9000/7")?.publicKey == "abc")
    for text in ["", "https://errors.example/7", "https://abc@errors.example/", "abc@x/1", "https://a,b@x/1"] {
      #expect(DataSourceName(text) == nil, "\(text)")
    }
  }

  @Test(
    "kinds of secret in a line",
    arguments: [
      ("password=hunter2hunter2", ["password"]), ("{\"password\":\"s3cr3tvalue\"}", ["password"]),
      ("password=******** ok", []),
      ("password: [FILTERED]", []), ("the password is wrong", []), ("Authorization: Bearer abc.def", ["bearer token"]),
      ("-----BEGIN RSA PRIVATE KEY-----", ["private key"]), ("key AKIAABCDEFGHIJKLMNOP used", ["AWS access key"]),
    ])
  func secrets(_ line: String, _ kinds: [String]) { #expect(SecretSigns.kinds(in: line) == kinds, "\(line)") }

  @Test("Basic credentials are encoded")
  func base64() {
    for (text, encoded) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("admin:admin", "YWRtaW46YWRtaW4=")] {
      #expect(Base64Text.encoded(Array(text.utf8)) == encoded)
    }
  }
}
