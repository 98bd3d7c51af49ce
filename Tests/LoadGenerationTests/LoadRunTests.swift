import Facts
import Glibc
import LoopbackServers
import Probing
import Synchronization
import Testing

@testable import LoadGeneration
@testable import LoadScripts

@Suite("Running load")
struct LoadRunTests {
  @Test("the flow of an events platform, with what it captures")
  func events() async throws {
    let site = try Site { request in
      request.target == "/api/events" ? Site.Reply(#"{"events":[{"id":"e-7"},{"id":"x"}]}"#) : Site.Reply("{}")
    }
    let result = try await run(
      """
      config:
        phases: [{ duration: 1, arrivalRate: 20, name: a }, { duration: 1, arrivalRate: 10 }]
      scenarios:
        - flow:
            - get: { url: "/api/events", capture: [{ json: "$.events[0].id", as: "eventId" }] }
            - get: { url: "/api/events/{{ eventId }}" }
            - get: { url: "/api/events/search?q=AI" }
            - post: { url: "/api/scrape/luma", json: { url: "https://lu.ma/test-{{ $randomString() }}" } }
      """, at: site.address)
    #expect(result.intended == 30 && result.figures.started == 30 && result.skipped == 0)
    #expect(result.figures.requests == 120)
    #expect(site.requests.count == 120)
    #expect(site.requests.filter { $0.target == "/api/events/e-7" }.count == 30)
    let scraped = site.requests.filter { $0.method == "POST" }
    #expect(Set(scraped.map(\.content)).count == 30)
    #expect(
      scraped.allSatisfy {
        $0.content.hasPrefix(#"{"url":"https://lu.ma/test-"#) && $0.fields["content-type"] == "application/json"
      })
    #expect(
      result.plan.endpoints.map(\.name) == [
        "GET /api/events", "GET /api/events/{{ eventId }}", "GET /api/events/search?q=AI", "POST /api/scrape/luma",
      ])
    #expect(result.figures.endpoints.map(\.requests) == [30, 30, 30, 30])
    #expect(result.figures.phases.map(\.requests) == [80, 40])
    // A connection for each user, kept over its flow.
    #expect(site.connections == 30)
    #expect(result.status == 0 || !result.isValid)
    let again = try #require(LoadResult(try JSONText.parse(Array(JSONText.compact(result.document).utf8))))
    #expect(JSONText.compact(again.document) == JSONText.compact(result.document))
  }

  /// The two routes and the loops of a small site that answers by path.
  static func echo() throws -> Site {
    try Site { request in
      switch request.target {
      case "/login": Site.Reply("in", ["Set-Cookie: sid=abc; Path=/", "X-Token: t-1"])
      case "/moved": Site.Reply("", status: "302 Found", ["Location: /here?x=1"])
      case "/again": Site.Reply("", status: "307 Temporary Redirect", ["Location: here"])
      case "/round": Site.Reply("", status: "301 Moved", ["Location: /round"])
      case "/away": Site.Reply("", status: "302 Found", ["Location: http://192.0.2.1/"])
      case "/fail": Site.Reply("no", status: "500 Broken")
      case "/list":
        Site.Reply(#"{"list":["a","b","c"],"user":{"name":"Ann"}}"#, ["Content-Type: application/json; charset=utf-8"])
      case "/close": Site.Reply("bye", ["Connection: close"])
      case "/gone": nil
      default: Site.Reply("ok")
      }
    }
  }

  static func flow(_ steps: String, _ config: String = "") -> String {
    "config: {\(config)}\nscenarios:\n  - flow: [\(steps)]\n"
  }

  @Test("cookies, credentials, forms, parameters, headers, variables")
  func requests() async throws {
    let site = try Self.echo()
    let folder = try ScratchFolder()
    try folder.write("user;pass\nleo;se;cret\n", to: "users.csv")
    try folder.write("content", to: "file.txt")
    let result = try await run(
      """
      config:
        payload: { path: users.csv, fields: [user, pass], skipHeader: true, delimiter: ";" }
        defaults: { headers: { X-All: "{{ $env.WORD }}" }, cookie: { first: "1" } }
        variables: { v: ["only"], deep: { a: "{{ $env.WORD }}" } }
      scenarios:
        - flow:
            - post: { url: /login, form: { "a b": "c&d", v: "{{ v }}" }, capture: { header: X-Token, as: token } }
            - get: { url: /a, qs: { q: [1, "x y"] }, headers: { authorization: "Bearer {{ token }}", x-bad: "a\\r\\nb: c" } }
            - get: { url: /b, auth: { user: "{{ user }}", pass: "{{ pass }}" }, cookie: { extra: "{{ deep.a }}" }, gzip: false }
            - post: { url: /upload, formData: { name: x, file: { fromFile: "./file.txt", contentType: text/plain } } }
            - put: { url: "relative", body: "text {{ $uuid }}" }
            - delete: { url: /d }
            - head: { url: /h }
      """, at: site.address, folder: folder.path, environment: ["WORD": "w"])
    #expect(result.figures.errors == [:])
    let seen = site.requests
    try #require(seen.count == 7)
    #expect(seen[0].content == "a%20b=c%26d&v=only")
    #expect(seen[0].fields["content-type"] == "application/x-www-form-urlencoded")
    #expect(seen[0].fields["x-all"] == "w")
    #expect(seen[0].fields["cookie"] == "first=1")
    #expect(seen[0].fields["accept-encoding"] == "gzip, deflate")
    #expect(seen[1].target == "/a?q=1&q=x%20y")
    #expect(seen[1].fields["authorization"] == "Bearer t-1")
    #expect(seen[1].fields["cookie"] == "first=1; sid=abc")
    #expect(seen[1].fields["x-bad"] == "ab: c")
    #expect(seen[1].fields["b"] == nil)
    #expect(seen[2].fields["authorization"] == "Basic bGVvOnNl")
    #expect(seen[2].fields["cookie"] == "first=1; sid=abc; extra=w")
    #expect(seen[2].fields["accept-encoding"] == nil)
    #expect(
      seen[3].content.contains("name=\"file\"; filename=\"file.txt\"\r\nContent-Type: text/plain\r\n\r\ncontent\r\n"))
    #expect(seen[4].target == "/relative")
    #expect(seen[4].content.count == 41)
    #expect(seen[5].method == "DELETE" && seen[6].method == "HEAD")
    #expect(site.connections == 1)
  }

  @Test("redirects: every hop is a request; none leads to a host that may not be loaded")
  func redirects() async throws {
    let site = try Self.echo()
    let steps =
      "{post: {url: /moved, json: {a: 1}}}, {post: {url: /again, json: {a: 1}}}, {get: {url: /moved, followRedirect: false}}"
    let result = try await run(Self.flow(steps), at: site.address)
    #expect(
      site.requests.map { "\($0.method) \($0.target) \($0.content)" } == [
        "POST /moved {\"a\":1}", "GET /here?x=1 ", "POST /again {\"a\":1}", "POST /here {\"a\":1}", "GET /moved ",
      ])
    #expect(result.figures.requests == 5)
    #expect(result.figures.statuses.byStatus == [302: 2, 200: 2, 307: 1])
    let away = try await run(Self.flow("{get: {url: /away}}"), at: site.address)
    #expect(away.figures.errors == ["EHOSTNOTALLOWED": 1])
    let round = try await run(Self.flow("{get: {url: /round}}"), at: site.address)
    #expect(round.figures.errors == ["ERR_TOO_MANY_REDIRECTS": 1])
    #expect(round.figures.requests == 11)
  }

  @Test("a status of failure is no error of the user; a failed capture, match or expectation is")
  func failures() async throws {
    let site = try Self.echo()
    func failed(_ steps: String, _ config: String = "") async throws -> (LoadFigures, Int) {
      let result = try await run(Self.flow(steps, config), at: site.address)
      return (result.figures, result.status)
    }
    var (figures, status) = try await failed("{get: {url: /fail}}, {get: {url: /}}")
    #expect(figures.completed == 1 && figures.failedUsers == 0 && figures.requests == 2)
    #expect(figures.endpoints.map(\.failed) == [1, 0])
    #expect(status == 0)
    (figures, _) = try await failed("{get: {url: /list, capture: {json: $.none, as: a}}}, {get: {url: /}}")
    #expect(figures.errors == ["Failed capture or match": 1] && figures.requests == 1 && figures.failedUsers == 1)
    (figures, _) = try await failed(
      "{get: {url: /list, capture: {json: $.none, as: a, strict: false}}}, {get: {url: '/{{ a }}'}}")
    #expect(figures.completed == 1 && site.requests.last?.target == "/undefined")
    (figures, _) = try await failed(
      "{get: {url: /list, capture: {json: $.user.name, as: 'pet[name]'}}}, {get: {url: '/{{ pet.name }}'}}")
    #expect(figures.completed == 1 && site.requests.last?.target == "/Ann")
    (figures, _) = try await failed(
      "{get: {url: /list, capture: {regexp: 'name\\\":\\\"(?<n>[A-Z]\\w+)', group: n, as: a}}}, {get: {url: '/{{ a }}'}}"
        .replacing("\\\"", with: "."))
    #expect(figures.errors == [:] && site.requests.last?.target == "/Ann")
    (figures, _) = try await failed("{get: {url: /list, match: {json: $.user.name, value: Bob}}}, {get: {url: /}}")
    #expect(figures.errors == ["Failed expectations": 1] && figures.requests == 1)
    let met =
      "{statusCode: [200, 201]}, {contentType: json}, {hasProperty: user.name}, {notHasProperty: x}, {hasHeader: content-type}, {matchesRegexp: Ann}, {equals: [a, a]}, {notStatusCode: 500}"
    (figures, status) = try await failed("{get: {url: /list, expect: [\(met)]}}", "plugins: {expect: {}}")
    #expect(figures.expectationsMet == 8 && figures.expectationsFailed == 0 && status == 0)
    for missed in [
      "statusCode: 201", "contentType: text/html", "hasProperty: user.x", "notHasProperty: 'list[0]'", "hasHeader: x",
      "matchesRegexp: Bob", "equals: [a, b]", "notStatusCode: 200",
    ] {
      (figures, status) = try await failed("{get: {url: /list, expect: {\(missed)}}}", "plugins: {expect: {}}")
      #expect(figures.expectationsFailed == 1 && figures.failedUsers == 1 && status == 1, "\(missed)")
    }
  }

  @Test("loops, branches, conditions, thinking, logging, before and after")
  func flows() async throws {
    let site = try Self.echo()
    let said = Mutex<[String]>([])
    let result = try await run(
      """
      config: { variables: { list: [[1, 2]] } }
      before: { flow: [{ post: { url: /login, capture: { header: x-token, as: token } } }] }
      after: { flow: [{ post: { url: "/out/{{ token }}" } }] }
      scenarios:
        - flow:
            - log: "token {{ token }}"
            - loop: [{ get: { url: "/range/{{ $loopCount }}" } }]
              count: 9-12
            - loop:
                - loop: [{ get: { url: "/nested/{{ i }}/{{ j }}" } }]
                  count: "2"
                  loopValue: j
              count: 2
              loopValue: i
            - loop: [{ get: { url: "/over/{{ $loopElement }}" } }]
              over: list
            - loop: [{ get: { url: "/never" } }]
              over: nothing
            - parallel: [{ get: { url: /p1 } }, { get: { url: /p2 } }, { get: { url: /p3 } }]
              limit: 2
            - get: { url: "/no", ifTrue: "token == 'x'" }
            - get: { url: "/yes", ifTrue: "token == 't-1'" }
            - get: { url: "/never", probability: 0 }
            - think: 0.2
            - get: { url: /end }
      """, at: site.address, log: { line in said.withLock { $0.append(line) } })
    let targets = site.requests.map(\.target)
    #expect(
      targets.filter { !$0.hasPrefix("/p") } == [
        "/login", "/range/9", "/range/10", "/range/11", "/nested/0/0", "/nested/0/1", "/nested/1/0", "/nested/1/1",
        "/over/1", "/over/2", "/yes", "/end", "/out/t-1",
      ])
    #expect(Set(targets.filter { $0.hasPrefix("/p") }) == ["/p1", "/p2", "/p3"])
    #expect(said.withLock { $0 } == ["token t-1"])
    #expect(result.figures.completed == 1)
    // Those of before and after are no load.
    #expect(result.figures.requests == site.requests.count - 2)
    #expect(result.figures.sent == site.requests.count)
    // Thinking is no part of what a request takes.
    #expect(result.figures.responseTime.most < 190_000 && result.figures.sessionLength.most >= 200_000)
  }

  @Test("no connection, no answer, a broken answer: errors by name, and never a pass")
  func unanswered() async throws {
    let refused = try await run(Self.flow("{get: {url: /}}", "ensure: {p50: 100}"), at: "http://127.0.0.1:1")
    #expect(refused.figures.errors == ["ECONNREFUSED": 1] && refused.figures.requests == 0)
    #expect(refused.figures.unansweredCount == 1)
    let site = try Self.echo()
    let gone = try await run(Self.flow("{post: {url: /gone}}"), at: site.address)
    #expect(gone.figures.errors == ["ECONNRESET": 1])
    let kept = try await run(Self.flow("{get: {url: /close}}, {get: {url: /}}"), at: site.address)
    #expect(kept.figures.requests == 2 && kept.figures.connections == 2)
    let silent = try ScriptedServer { peer in
      _ = peer.receive()
      usleep(1_500_000)
    }
    let timedOut = try await run(
      Self.flow(
        "{get: {url: /}}",
        "http: {timeout: 0.3}, phases: [{duration: 0.5, arrivalRate: 40}], thresholds: {http_req_duration: 'p(95)<100', http_req_failed: 'rate<0.5'}"
      ),
      at: "http://127.0.0.1:\(silent.port)")
    #expect(timedOut.figures.errors == ["ETIMEDOUT": 20])
    #expect(timedOut.figures.requests == 0)
    // As long as they were waited for, they count against what has to hold.
    #expect(timedOut.verdicts.map(\.status) == [.fail, .fail])
    #expect(timedOut.status == 1)
    let noise = try ScriptedServer { peer in
      _ = peer.receive()
      peer.send(Array("SSH-2.0-OpenSSH\r\n\r\nxxxxxxxxxxxx".utf8))
    }
    let malformed = try await run(Self.flow("{get: {url: /}}"), at: "http://127.0.0.1:\(noise.port)")
    #expect(malformed.figures.errors == ["malformed answer: no HTTP/1.1 status line": 1])
  }

  @Test("arrivals beyond maxVusers are skipped and counted, which makes the run invalid")
  func skipped() async throws {
    let site = try Site { _ in
      usleep(400_000)
      return Site.Reply()
    }
    let result = try await run(
      Self.flow("{get: {url: /}}", "phases: [{duration: 1, arrivalCount: 20, maxVusers: 3}]"), at: site.address)
    #expect(result.intended == 20 && result.figures.started + result.skipped == 20)
    #expect(result.figures.skipped["maxVusers"] == result.skipped && result.skipped > 5)
    #expect(!result.isValid && result.status == 2)
  }

  @Test("a slow server leaves a run valid; a pool that runs dry does not")
  func validity() async throws {
    let site = try Site { _ in
      usleep(200_000)
      return Site.Reply()
    }
    let config = "phases: [{duration: 1, arrivalRate: 30}]"
    let slow = try await run(Self.flow("{get: {url: /}}", config), at: site.address)
    #expect(slow.skipped == 0 && slow.figures.requests == 30)
    let dry = try await run(Self.flow("{get: {url: /}}", config + ", http: {pool: 2}"), at: site.address)
    #expect((dry.figures.startError.quantile(0.99) ?? 0) > 500_000)
    #expect(!dry.isValid && dry.status == 2)
    #expect(dry.figures.connections == 2)
    #expect(dry.figures.requests == 30)
    // Waiting for a connection is a part of the response time.
    #expect((dry.figures.responseTime.quantile(0.95) ?? 0) > 1_000_000)
  }

  @Test("shards split the arrivals, and merged they are the whole")
  func shards() async throws {
    let site = try Self.echo()
    let script = """
      config: { phases: [{ duration: 1, arrivalRate: 50 }], thresholds: { http_reqs: ["count==50"], http_req_duration: ["p(95)<5000"] } }
      scenarios:
        - { name: a, weight: 3, flow: [{ get: { url: "/a/{{ $uuid }}", name: a } }] }
        - { name: b, flow: [{ get: { url: "/b/{{ $randomNumber(1, 1000000) }}" } }] }
      """
    let whole = try await run(script, at: site.address, threads: 2)
    let wholeTargets = site.requests.map(\.target).sorted()
    var parts: [LoadResult] = []
    for number in 1...3 {
      let part = try await run(script, at: site.address, shard: try #require(LoadPlan.Shard(number, of: 3)))
      parts.append(try #require(LoadResult(try JSONText.parse(Array(JSONText.compact(part.document).utf8)))))
    }
    #expect(parts.map(\.intended) == [17, 17, 16])
    // The same users with the same random values, whoever sends them.
    #expect(site.requests.dropFirst(50).map(\.target).sorted() == wholeTargets)
    let merged = try LoadResult.merged(parts).get()
    #expect(merged.intended == 50 && merged.figures.requests == 50)
    #expect(merged.figures.scenarios.map(\.started) == whole.figures.scenarios.map(\.started))
    #expect(merged.verdicts.map(\.status) == [.pass, .pass])
    #expect(merged.faults.filter { $0.contains("shard") } == [])
    #expect(try LoadResult.merged(Array(parts.prefix(2))).get().faults.contains { $0.contains("3/3") })
    #expect(throws: LoadResult.Mismatch.self) { try LoadResult.merged([parts[0], parts[0]]).get() }
    #expect(throws: LoadResult.Mismatch.self) { try LoadResult.merged([parts[0], whole]).get() }
    #expect(LoadPlan.Shard(0, of: 3) == nil && LoadPlan.Shard(4, of: 3) == nil)
  }

  @Test("called off, it stops the arrivals, lets users finish and reports")
  func interrupted() async throws {
    let site = try Self.echo()
    let cancellation = Cancellation()
    let began = ContinuousClock.now
    Task.detached {
      try await Task.sleep(for: .milliseconds(500))
      cancellation.call()
    }
    let result = try await run(
      Self.flow("{get: {url: /}}, {think: 60}", "phases: [{duration: 60, arrivalRate: 20}]"), at: site.address,
      cancellation: cancellation)
    #expect(ContinuousClock.now - began < .seconds(10))
    #expect(result.figures.requests > 0 && result.figures.cut == result.figures.started)
    #expect(result.intended == 1200 && result.figures.started + result.skipped == 1200)
    #expect(!result.isValid && result.ended != nil)
  }

  @Test("a threshold that ends the run")
  func abort() async throws {
    let site = try Self.echo()
    let result = try await run(
      Self.flow(
        "{get: {url: /fail}}",
        "phases: [{duration: 60, arrivalRate: 50}], thresholds: {http_req_failed: [{threshold: 'rate<0.1', abortOnFail: true}]}"
      ),
      at: site.address)
    #expect(result.endedByThreshold != nil && result.seconds < 20)
    #expect(result.status == 1 && !result.isValid)
  }

  @Test("endless loops end with the arrivals")
  func endless() async throws {
    let site = try Self.echo()
    let result = try await run(
      "config: {phases: [{duration: 0.5, arrivalRate: 4}]}\nscenarios:\n  - flow: [{loop: [{get: {url: /}}, {think: 0.02}]}]\n",
      at: site.address)
    #expect(result.figures.completed == 2 && result.figures.requests > 4)
  }

  @Test("TLS: servers have to prove who they are, unless the script says otherwise")
  func tls() async throws {
    let pki = try TestPKI()
    let server = try NginxServer.start(try pki.credential(.init(names: ["DNS:localhost"])))
    let address = "https://localhost:\(server.port)"
    let script = "phases: [{duration: 0.5, arrivalRate: 10}]"
    let steps = "{get: {url: /}}, {get: {url: /}}"
    let trusted = try await run(Self.flow(steps, script), at: address, trust: [pki.rootFile])
    #expect(trusted.figures.errors == [:] && trusted.figures.requests == 10 && trusted.figures.connections == 5)
    let strange = try await run(Self.flow(steps, script), at: address)
    #expect(strange.figures.requests == 0 && strange.figures.errors.keys.allSatisfy { $0.hasPrefix("certificate: ") })
    let wrong = try await run(
      Self.flow(steps, script), at: "https://127.0.0.1:\(server.port)", trust: [pki.rootFile])
    #expect(wrong.figures.requests == 0)
    let lax = try await run(Self.flow(steps, script + ", tls: {rejectUnauthorized: false}"), at: address)
    #expect(lax.figures.requests == 10)
  }

  @Test("hosts beyond this machine need consent, and what is missing is said before anything is sent")
  func consent() async throws {
    await #expect(throws: LoadPlan.Failure.self) {
      _ = try await run(Self.flow("{get: {url: /}}"), at: "http://192.0.2.1")
    }
    await #expect(throws: LoadPlan.Failure.self) {
      _ = try await run(Self.flow("{get: {url: 'http://192.0.2.1/'}}"), at: "http://127.0.0.1:1")
    }
    await #expect(throws: PayloadFiles.Failure.self) {
      _ = try await run(
        Self.flow("{get: {url: /}}", "payload: {path: none.csv, fields: [a]}"), at: "http://127.0.0.1:1")
    }
  }
}

@Suite("Coordinated omission")
struct OmissionTests {
  /// A server that answers in a millisecond and is frozen once, for `freeze` seconds of `whole`. An arrival at any moment
  /// of the freeze waits for its end: the quantile q is freeze · (1 − (1 − q) · whole / freeze).
  static func frozen(_ freeze: Double, of whole: Double) async throws -> (LoadResult, (Double) -> Double) {
    let began = Mutex<ContinuousClock.Instant?>(nil)
    let site = try Site { _ in
      let now = ContinuousClock.now
      let start = began.withLock { began -> ContinuousClock.Instant in
        if let began { return began }
        began = now
        return now
      }
      let (low, high) = (start + .seconds(1), start + .seconds(1 + freeze))
      let wait = now >= low && now < high ? high - now : .milliseconds(1)
      let (seconds, attoseconds) = wait.components
      usleep(UInt32(seconds * 1_000_000 + attoseconds / 1_000_000_000_000))
      return Site.Reply()
    }
    let result = try await run(
      "config: {phases: [{duration: \(whole), arrivalRate: 100}]}\nscenarios:\n  - flow: [{get: {url: /}}]\n",
      at: site.address)
    return (result, { q in freeze * (1 - (1 - q) * whole / freeze) })
  }

  @Test("is not in the figures: three freezes are told as they were")
  func truth() async throws {
    async let first = Self.frozen(1, of: 10)
    async let second = Self.frozen(1, of: 6)
    async let third = Self.frozen(2, of: 8)
    for (index, (result, truth)) in try await [first, second, third].enumerated() {
      #expect(result.figures.requests == result.intended)
      for q in index == 0 ? [0.95, 0.99] : [0.9, 0.95, 0.99] {
        let told = Double(result.figures.responseTime.quantile(q) ?? 0) / 1e6
        #expect(abs(told - truth(q)) <= 0.05 * truth(q) + 0.01, "freeze \(index), q \(q): \(told) for \(truth(q))")
      }
    }
  }
}
