import Definitions
import Facts
import Testing

@testable import LoadScripts

/// A script's text read.
func read(
  _ text: String, variables: [String: String] = [:], chosen: String? = nil
) throws -> LoadScript.Outcome {
  let loaded = LocatedDocument.read(SourceFile(path: "test.yml", bytes: Array(text.utf8)))
  return LoadScript.read(try #require(loaded.value), variables: variables, chosen: chosen)
}

@Suite("Artillery scripts")
struct ScriptReadingTests {
  @Test("the script of an events platform: 300 + 2400 + 3000 arrivals")
  func events() throws {
    let outcome = try read(
      """
      config:
        target: 'http://localhost:3000'
        phases:
          - { duration: 60, arrivalRate: 5, name: "Warm up" }
          - { duration: 120, arrivalRate: 20, name: "Normal load" }
          - { duration: 60, arrivalRate: 50, name: "Peak load" }
      scenarios:
        - name: "Event API Load Test"
          flow:
            - get: { url: "/api/events", capture: [{ json: "$.events[0].id", as: "eventId" }] }
            - get: { url: "/api/events/{{ eventId }}" }
            - get: { url: "/api/events/search?q=AI" }
            - post: { url: "/api/scrape/luma", json: { url: "https://lu.ma/test-{{ $randomString() }}" } }
      """)
    #expect(outcome.refusals == [])
    let script = try #require(outcome.script)
    #expect(script.arrivals == 5700)
    #expect(script.seconds == 240)
    #expect(script.phases.map(\.arrivals) == [300, 2400, 3000])
    #expect(script.scenarios.map(\.flow.count) == [4])
  }

  /// What is refused in a script, as `line:column feature`.
  struct Refused: Sendable, CustomTestStringConvertible {
    var script: String
    var expected: [String]
    var testDescription: String { expected.joined(separator: ", ") }
  }

  static let flow = "scenarios:\n  - flow: [{get: {url: /}}]\n"

  static let refused = [
    Refused(
      script: "config:\n  payload:\n    - fields: [a]\n" + flow, expected: ["2:3 payload"]),
    Refused(script: "scenarios:\n  - name: pets\n    flows: []\n", expected: ["2:5 name", "3:5 flows"]),
    Refused(
      script: "scenarios:\n  - name: a\n    weight: 0\n    flow: [{get: {url: /}}]\n", expected: ["3:5 weight"]),
    Refused(
      script: "{\"$schema\": \"x\",\n\"scenarios\": [{\"flow\": [], \"engine\":\n\"ws\"}]}",
      expected: ["3:1 engine: ws"]),
    Refused(script: "config:\n  processor: ./a.js\n" + flow, expected: ["2:3 processor"]),
    Refused(
      script: "config:\n  plugins:\n    publish-metrics: [{type: statsd}]\n" + flow, expected: ["3:5 publish-metrics"]),
    Refused(script: "config:\n  plugins: {fake-data: {}}\n" + flow, expected: ["2:13 fake-data"]),
    Refused(script: "config:\n  engines:\n    playwright: {}\n" + flow, expected: ["3:5 playwright"]),
    Refused(script: "config:\n  engines:\n    http: {timeout: 9}\n" + flow, expected: ["3:12 timeout"]),
    Refused(
      script: "config:\n  http:\n    cookieJarOptions: {looseMode: true, rejectPublicSuffixes: false}\n" + flow,
      expected: ["3:24 looseMode"]),
    Refused(
      script: "scenarios:\n  - engine: socketio\n    flow:\n      - emit: {channel: a}\n",
      expected: ["2:13 engine: socketio", "4:9 emit"]),
    Refused(
      script: "scenarios:\n  - engine: playwright\n    flowFunction: go\n",
      expected: ["2:13 engine: playwright", "3:5 flowFunction"]),
    Refused(
      script: "scenarios:\n  - flow:\n      - function: setUp\n      - get: {url: /}\n", expected: ["3:9 function"]),
    Refused(
      script: "scenarios:\n  - beforeRequest: a\n    afterResponse: [b]\n    beforeScenario: []\n    flow: []\n",
      expected: ["2:5 beforeRequest", "3:5 afterResponse"]),
    Refused(
      script: "scenarios:\n  - flow:\n      - get:\n          url: /\n          afterResponse: a\n",
      expected: ["5:11 afterResponse"]),
    Refused(
      script: "scenarios:\n  - flow:\n      - loop: [{get: {url: /}}]\n        whileTrue: f\n",
      expected: ["4:9 whileTrue"]),
    Refused(
      script: "scenarios:\n  - flow:\n      - get: {url: /, capture: {xpath: //a, as: b}}\n", expected: ["3:33 xpath"]),
    Refused(
      script: "scenarios:\n  - flow:\n      - get: {url: \"/{{ $randFirstName() }}\"}\n",
      expected: ["3:20 $randFirstName()"]),
    Refused(script: "scenarios:\n  - flow:\n      - get: {url: \"/{{ $nothing }}\"}\n", expected: ["3:20 $nothing"]),
    Refused(script: "scenarios:\n  - flow:\n      - get: {url: /, jsonFromFile: a}\n", expected: ["3:23 jsonFromFile"]),
    Refused(
      script: "scenarios:\n  - flow:\n      - get: {url: /, capture: {json: '$.[', as: a}}\n", expected: ["3:39 json"]),
    Refused(script: "config:\n  phases: [{duration: soon, arrivalRate: 1}]\n" + flow, expected: ["2:23 duration"]),
    Refused(
      script: "config:\n  phases: [{duration: 5, arrivalRat: 1}]\n" + flow,
      expected: ["2:13 duration", "2:26 arrivalRat"]),
    Refused(
      script: "config:\n  environments:\n    load:\n      plugins: {slack: {}}\n" + flow, expected: ["4:17 slack"]),
    Refused(
      script: "config:\n  thresholds:\n    http_req_duration: 'p(95)<soon'\n" + flow, expected: ["3:24 p(95)<soon"]),
    Refused(script: "config:\n  thresholds:\n    http_req_time: ['p(95)<5']\n" + flow, expected: ["3:21 p(95)<5"]),
    Refused(
      script: "config:\n  ensure:\n    thresholds: [{http.response.p95: 5}]\n" + flow,
      expected: ["3:19 http.response.p95"]),
    Refused(script: "config:\n  ensure: {p96: 5}\n" + flow, expected: ["2:12 p96"]),
    Refused(script: "config: {target: 'http://a'}\n", expected: ["1:1 config"]),
    Refused(script: "services: {}\n", expected: ["1:1 services"]),
    Refused(script: "config:\n  payload: {fields: [a]}\n" + flow, expected: ["2:3 payload"]),
  ]

  @Test("is refused by name, line and column", arguments: refused)
  func refusals(_ refused: Refused) throws {
    let outcome = try read(refused.script)
    #expect(outcome.refusals.map { "\($0.span.line):\($0.span.column) \($0.feature)" } == refused.expected)
  }

  @Test(
    "queries of the dialect that scripts are written in",
    arguments: [
      ("$.rows.0.name", ["Ann"]), ("$.rows.1.name", ["Bob"]), ("rows.0.name", ["Ann"]), ("$.by-name.list-of", [7]),
      ("$.by-name.0", ["zero"]), ("$.rows[(@.length-1)].name", ["Bob"]), ("$.rows[( @.length - 2 )].name", ["Ann"]),
      ("$..list-of", [7]), ("$.rows[?(@.name=='Bob')].name", ["Bob"]), ("$.rows[?(@.name=='Bob')].0", []),
      ("$.rows.*.name", ["Ann", "Bob"]), ("$.rows..0", [["name": "Ann"]]),
    ] as [(String, [JSONValue])])
  func olderQueries(_ query: String, _ values: [JSONValue]) throws {
    let document: JSONValue = ["rows": [["name": "Ann"], ["name": "Bob"]], "by-name": ["list-of": 7, "0": "zero"]]
    #expect(try CaptureQuery.path(query).values(in: document) == values)
  }

  @Test(
    "what that dialect has beyond the standard is no query",
    arguments: ["$.a^", "$.a~", "$..a[?(@parent)]", "$.", "$.a("])
  func noQueries(_ query: String) {
    #expect(throws: JSONPath.SyntaxError.self) { try CaptureQuery.path(query) }
  }

  @Test("values are kept at places inside of variables")
  func places() throws {
    #expect(VariablePlace("pet[id]").name == "pet")
    #expect(VariablePlace("pet[id]").keeping(1, in: nil) == ["id": 1])
    #expect(VariablePlace("pet.id").keeping(2, in: ["id": 1, "name": "a"]) == ["id": 2, "name": "a"])
    #expect(VariablePlace("rows[1].id").keeping(1, in: [0]) == [0, ["id": 1]])
    #expect(VariablePlace("rows[1]").keeping(1, in: ["a": 0]) == ["a": 0, "1": 1])
    #expect(VariablePlace("rows[9999999]").name == "rows[9999999]")
    #expect(VariablePlace("a b").keeping(1, in: nil) == 1)
    let outcome = try read(
      "scenarios: [{flow: [{get: {url: /, capture: {json: $.id, as: 'pet[id]'}}}, {get: {url: '/{{ pet.id }}{{ pet[id] }}'}}]}]"
    )
    #expect(outcome.refusals == [])
  }

  @Test("everything that runs, in one script")
  func everything() throws {
    let outcome = try read(
      """
      version: 1
      config:
        target: "http://127.0.0.1:1/"
        phases:
          - { duration: "1", arrivalCount: 3 }
          - { pause: 0.5 min }
          - { duration: 9 seconds, arrivalRate: 0.5, mode: poisson, maxVusers: 4 }
          - { duration: 10min, rampTo: 10 }
        variables: { a: [1, 2], b: { c: "{{ $processEnvironment.X }}" } }
        payload: [{ path: ./a.csv, fields: [user, pass], order: sequence, skipHeader: true, delimiter: ";", cast: false }]
        defaults: { headers: { x-a: b }, cookie: { c: d }, strictCapture: false, think: { jitter: 10% } }
        http: { timeout: 5, pool: 3, maxSockets: 2, extendedMetrics: true, defaults: { headers: { x-b: c } } }
        tls: { rejectUnauthorized: false }
        plugins: { ensure: {}, expect: {}, apdex: {}, metrics-by-endpoint: { useOnlyRequestNames: true } }
        apdex: { threshold: 100 }
        ensure:
          p99: 250
          maxErrorRate: 1
          thresholds: [{ http.response_time.p95: 200 }, { "plugins.metrics-by-endpoint.response_time./a.p95": 9 }]
          conditions:
            - { expression: "http.response_time.p99 < 10 and vusers.failed == 0", strict: false }
        thresholds:
          http_req_duration: ["p(95)<200", { threshold: "avg<=100", abortOnFail: true, delayAbortEval: 10s }]
          "http_req_duration{name:list}": "max<1000"
          http_req_failed: ["rate<0.01"]
        environments: { load: { target: "http://127.0.0.1:2" } }
      before: { flow: [{ post: { url: /login, capture: { header: x-token, as: token } } }] }
      after: { flow: [{ post: { url: /logout } }] }
      scenarios:
        - name: one
          weight: "6"
          engine: http
          flow:
            - log: "hello {{ $uuid }}"
            - think: 1
            - think: "{{ a }}"
              jitter: 500ms
            - loop:
                - get: { url: "/{{ $loopCount }}", probability: 10, ifTrue: "a == 1 and not (b.c in ('x', 'y'))" }
              count: 9-12
              loopValue: i
            - loop: [{ get: { url: "/{{ $loopElement.x[0] }}" } }]
              over: data
            - parallel: [{ get: { url: / } }, { get: { url: /a, name: list } }]
              limit: 2
            - put:
                url: "/{{{ user }}}"
                qs: { q: [1, 2] }
                auth: { user: "{{ user }}", pass: "{{ pass }}" }
                form: { a: 1 }
                followRedirect: false
                gzip: false
                setContentLengthHeader: true
                match: { json: $.a, value: "{{ a }}" }
                expect:
                  - statusCode: [200, 201]
                  - contentType: json
                  - hasProperty: a.b
                  - equals: ["x", "{{ user }}"]
                  - headerEquals: [x, y]
            - post:
                url: /upload
                formData: { name: x, file: { fromFile: "./{{ user }}.pdf", contentType: application/pdf } }
            - patch: { url: /, body: text, capture: [{ regexp: "id=(\\\\d+)", group: 1, as: id, strict: false }] }
            - delete: { url: "/{{ id }}", cookie: { e: f } }
            - head: { url: / }
            - options: { url: / }
      """, variables: ["X": "y"])
    #expect(outcome.refusals == [])
    let script = try #require(outcome.script)
    #expect(script.unresolved == [])
    #expect(script.phases.map(\.arrivals) == [3, 0, 5, 3000])
    #expect(script.phases.map(\.seconds) == [1, 30, 9, 600])
    #expect(script.scenarios.first?.weight == 6)
    #expect(script.http.pool == 3)
    #expect(script.http.timeoutSeconds == 5)
    #expect(!script.http.verifiesServer)
    #expect(script.apdexMilliseconds == 100)
    #expect(
      script.thresholds.map(\.expression) == [
        "p99: 250", "maxErrorRate: 1", "http.response_time.p95: 200",
        "plugins.metrics-by-endpoint.response_time./a.p95: 9",
        "http.response_time.p99 < 10 and vusers.failed == 0", "http_req_duration: p(95)<200",
        "http_req_duration: avg<=100", "http_req_duration{name:list}: max<1000", "http_req_failed: rate<0.01",
        "plugins.expect.failed: 0",
      ])
    #expect(script.thresholds.map(\.isStrict).filter { !$0 }.count == 1)
    #expect(script.thresholds.compactMap(\.stopsAfter) == [10])
  }

  @Test("no phases: one arrival; an environment is laid over the config")
  func environments() throws {
    let text = """
      config:
        target: http://a
        environments:
          load: { phases: [{ duration: 2m, arrivalRate: 25 }], http: { timeout: 3 } }
          dynamic: { phases: [{ duration: "{{ $processEnvironment.D }}", arrivalRate: "{{ $env.RATE }}" }] }
      """ + "\n" + Self.flow
    #expect(try read(text).script?.arrivals == 1)
    #expect(try read(text, chosen: "load").script?.arrivals == 3000)
    #expect(try read(text, chosen: "load").script?.http.timeoutSeconds == 3)
    let unset = try read(text, chosen: "dynamic")
    #expect(unset.refusals == [])
    #expect(unset.script?.arrivals == nil)
    #expect(unset.script?.unresolved.map(\.feature) == ["duration", "arrivalRate"])
    #expect(try read(text, variables: ["D": "10", "RATE": "3"], chosen: "dynamic").script?.arrivals == 30)
    #expect(try read(text, chosen: "none").refusals.map(\.feature) == ["environments"])
  }

  @Test("JSON with tabs, escaped slashes and surrogates")
  func json() throws {
    let text =
      "{\n\t\"config\": { \"target\": \"http:\\/\\/a\", \"processor\": \"x\" },\n\t\"scenarios\": [{ \"flow\": [{ \"post\": { \"url\": \"/\\ud83d\\ude00\\t\" } }] }]\n}\n"
    let outcome = try read(text)
    #expect(outcome.refusals.map { "\($0.span.line):\($0.span.column) \($0.feature)" } == ["2:36 processor"])
    #expect(outcome.script?.target == "http://a")
    guard case .request(let request)? = outcome.script?.scenarios.first?.flow.first else {
      Issue.record("no request")
      return
    }
    #expect(request.url.text == "/\u{1F600}\t")
  }

  @Test("hostile scripts end in refusals")
  func hostile() throws {
    for text in [
      "scenarios: 5\n", "config: []\nscenarios: {}\n", "scenarios: [[[]]]\n",
      "scenarios:\n  - flow: [5, {}, [], {get: 5}]\n",
      "config:\n  phases: [{duration: 1e99, arrivalRate: 1e99}]\n" + Self.flow,
      "config:\n  phases: [{duration: 30d, arrivalRate: 999999999}]\n" + Self.flow,
      "config:\n  phases: [{duration: -1, arrivalRate: -1}, {arrivalCount: 1.5, duration: 1}]\n" + Self.flow,
      "scenarios:\n  - flow: [{loop: [], count: 99999999999999999999}]\n",
      "scenarios:\n  - flow: [{get: {url: '{{ $randomNumber(9,1) }}'}}]\n",
      "scenarios:\n  - flow: [{get: {url: '{{ $randomString(99999999999) }}'}}]\n",
      "scenarios:\n  - flow: [{get: {url: /, ifTrue: '\(String(repeating: "(", count: 200))'}}]\n",
      "scenarios:\n  - flow: [{get: {url: /, capture: {regexp: '(', as: a}}}]\n",
    ] {
      #expect(try !read(text).refusals.isEmpty, "\(text)")
    }
  }
}

@Suite("Arrivals")
struct ArrivalTests {
  @Test(
    "ramps count as Artillery does, second by second",
    arguments: [
      (15.0, 1.0, 20.0, 158), (15, 20, 1, 158), (60, 5, 20, 750), (10, 0, 5, 25), (1, 2, 5, 4), (120, 20, 50, 4200),
      (2, 6, 1, 7),
    ])
  func ramps(_ seconds: Double, _ from: Double, _ to: Double, _ expected: Int) {
    #expect(LoadPhase(.ramp(from: from, to: to), seconds: seconds).arrivals == expected)
  }

  @Test("come evenly, one phase after the other")
  func even() {
    let phases = [
      LoadPhase(.constant(rate: 0.5), seconds: 5), LoadPhase(.pause, seconds: 2), LoadPhase(.count(2), seconds: 1),
    ]
    let times = ArrivalSequence(phases, seed: 1).map { Double($0.nanoseconds) / 1e9 }
    #expect(times == [0, 2, 4, 7, 7.5])
  }

  @Test("in a ramp come where the rate's integral says")
  func integral() {
    let phase = LoadPhase(.ramp(from: 5, to: 20), seconds: 60)
    let count = Double(phase.arrivals ?? 0)
    for number in stride(from: 0, to: 750, by: 50) {
      let time = phase.seconds(ofArrival: number, of: phase.arrivals ?? 0)
      let area = 5 * time + 15 * time * time / 120
      #expect(abs(area - Double(number) / count * 750) < 1e-6)
    }
    let falling = LoadPhase(.ramp(from: 20, to: 0), seconds: 10)
    let times = (0..<(falling.arrivals ?? 0)).map { falling.seconds(ofArrival: $0, of: falling.arrivals ?? 0) }
    #expect(times == times.sorted())
    #expect((times.last ?? 99) <= 10)
  }

  @Test("of a Poisson process are as many, in order, and unevenly spaced")
  func poisson() {
    let phase = LoadPhase(.constant(rate: 100), seconds: 20, isPoisson: true)
    let times = ArrivalSequence([phase], seed: 7).map { Double($0.nanoseconds) / 1e9 }
    #expect(times.count == 2000)
    #expect(times == times.sorted())
    #expect(times.allSatisfy { (0...20).contains($0) })
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let variance = gaps.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(gaps.count)
    // In an exponential distribution the deviation is as large as the mean.
    #expect((0.85...1.15).contains(variance.squareRoot() / mean))
    #expect(
      ArrivalSequence([phase], seed: 7).map(\.nanoseconds) == ArrivalSequence([phase], seed: 7).map(\.nanoseconds))
  }
}

@Suite("Templates and expressions")
struct TemplateTests {
  struct Source: TemplateSource {
    var values: JSONObject = [:]
    func variable(_ name: String) -> JSONValue? { values[name] }
    func random(below bound: Int) -> Int { bound - 1 }
  }

  static let source = Source(values: ["a": ["b": [1, ["c": "x"]]], "n": 5, "t": true, "s": "text", "list": [1, 2]])

  @Test(
    "texts",
    arguments: [
      ("/{{ a.b[1]['c'] }}", "/x"), ("{{{ s }}}!", "text!"), ("{{ missing }}", "undefined"),
      ("{{ a }}", "{\"b\":[1,{\"c\":\"x\"}]}"),
      ("{{n}}-{{t}}", "5-true"), ("{{ $randomString(3) }}", "999"), ("{{ $randomNumber(1, 150) }}", "150"),
      ("{{ open", "{{ open"),
      ("{{ list.length }}", "2"), ("plain", "plain"),
    ])
  func texts(_ template: String, _ expected: String) {
    #expect(TextTemplate(template).text(from: Self.source) == expected)
  }

  @Test("a single place keeps its type")
  func types() {
    #expect(TextTemplate("{{ n }}").value(from: Self.source) == 5)
    #expect(TextTemplate("{{ t }}").value(from: Self.source) == true)
    #expect(JSONTemplate(["x": "{{ list }}", "{{ s }}": [1]]).value(from: Self.source) == ["x": [1, 2], "text": [1]])
  }

  @Test(
    "expressions",
    arguments: [
      ("n == 5", true), ("n = 5", nil), ("n > 4 and s == 'text'", true), ("not t or n < 3", false), ("missing", false),
      ("missing == missing", false), ("n in (1, 5)", true), ("n not in (1, 5)", false), ("(n + 1) * 2 == 12", true),
      ("n % 2 == 1 ? t : false", true), ("-n ^ 2 == -25", true), ("min(3, n) == 3 && s != \"x\"", true), ("n ==", nil),
      ("a.b == 'x'", false), ("'5' == n", true),
    ] as [(String, Bool?)])
  func expressions(_ text: String, _ expected: Bool?) {
    let expression = try? LoadExpression(text)
    #expect(expression.map { $0.holds { Self.source.variable($0) } } == expected)
  }

  @Test("rows of CSV files")
  func rows() throws {
    var payload = LoadScript.Payload(
      path: "", fields: ["a", "b"], isInOrder: false, skipsHeader: true, delimiter: ",", casts: true,
      skipsEmptyLines: true, allRowsName: nil, span: .start)
    let text = "A,B\r\n1,\"x \"\"y\"\", z\"\n\n2.5,\"two\nlines\"\n"
    #expect(try CSVRows.read(text, for: payload) == [["a": 1, "b": "x \"y\", z"], ["a": 2.5, "b": "two\nlines"]])
    payload.casts = false
    payload.fields = []
    #expect(try CSVRows.read("x;y\n1;2", for: payload) == [["x;y": "1;2"]])
    #expect(throws: CSVRows.Failure.self) { try CSVRows.read("a,\"b", for: payload) }
  }
}
