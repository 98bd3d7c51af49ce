import AuditModel
import Facts
import Foundation
import LoopbackPostgres
import LoopbackServers
import Postgres
import ProbeConformance
import Probing
import Scenarios
import Testing

@testable import ScenarioProbes

@Suite("Workflows carried out")
struct WorkflowRunTests {
  @Test("what one step captures the next one uses; a poll asks until the answer is as wanted")
  func captures() async throws {
    let site = try Site()
    let report = try await site.report(
      """
      variables: { name: Ada }
      random: { mark: { text: 8 } }
      steps:
        - step: order
          http: { method: POST, url: /orders, json: { name: "${name}", mark: "${mark}", n: 3 } }
          expect: [{ fact: $.status, equals: 202 }, { fact: $.json.echo.mark, equals: "${mark}" }]
          capture: { id: { json: $.id }, tag: { header: ETag } }
        - step: done
          poll: { http: { url: "/orders/${id}" }, every: 20ms, timeout: 90s, until: [{ fact: $.json.state, equals: done }] }
          capture: { state: { json: $.state } }
        - step: told
          command: { run: [printf, "%s %s", "${state}", "${id}"] }
          safety: observe
          expect: [{ fact: $.output, equals: "done ${id}" }]
      """)
    #expect(report.passed == true, "\(report)")
    #expect(report.steps.map(\.path) == ["order", "done", "told"])
    #expect(report.step("done")?.questions == 3 && report.step("done")?.isFlaky == false)
    #expect(site.requests.first?.contains(#""name":"Ada""#) == true)
    #expect(report.safety == "mutate")
  }

  @Test("all expectations of a step are told together, with what was there; what follows is skipped; the end is done")
  func failure() async throws {
    let site = try Site()
    let report = try await site.report(
      """
      steps:
        - step: wrong
          http: { url: /ok }
          expect:
            - { fact: $.status, equals: 201 }
            - { fact: $.json.ok, equals: true }
            - { fact: $.json.nothing, exists: true }
        - { step: after, http: { url: /ok } }
      cleanup:
        - { step: first, http: { url: /nowhere } }
        - { step: second, http: { url: /ok } }
      """)
    #expect(report.passed == false)
    let wrong = try #require(report.step("wrong"))
    #expect(wrong.outcomes.map(\.holds) == [false, true, false])
    #expect(wrong.failures == ["$.status: wanted 201, got 200", "$.json.nothing: wanted present, got null"])
    #expect(wrong.excerpt == #"{"ok": true}"#)
    #expect(report.step("after")?.status == .skipped)
    // Without a word about the status, an error is a failure; and no end keeps the next from being done.
    #expect(report.step("cleanup/first")?.failures == ["$.status: wanted at most 399, got 404"])
    #expect(report.step("cleanup/second")?.status == .passed)
    #expect(site.requests.count == 3)
  }

  @Test("tries are told, and a pass on a later one is flaky")
  func flaky() async throws {
    let site = try Site()
    let report = try await site.report(
      "steps: [{ step: s, http: { url: /flaky }, retry: { attempts: 4, every: 10ms } }]")
    let step = try #require(report.step("s"))
    #expect(step.status == .passed && step.isFlaky && step.attempts == 3 && step.earlier.count == 2)
    #expect(step.earlier.first?.failures == ["$.status: wanted at most 399, got 503"])
    let never = try await Site().report(
      "steps: [{ step: s, http: { url: /gone }, retry: { attempts: 3, every: 10ms } }]")
    #expect(never.step("s")?.attempts == 3 && never.passed == false && never.step("s")?.isFlaky == false)
  }

  @Test("a step that takes longer than it may is done, and the run has not passed")
  func slow() async throws {
    let report = try await Site().report("steps: [{ step: s, http: { url: /slow }, within: 100ms }]")
    #expect(report.step("s")?.status == .passed && report.step("s")?.isWithinTime == false && report.passed == false)
    let hung = try await Site().report("steps: [{ step: s, http: { url: /hang }, timeout: 200ms }]")
    #expect(hung.step("s")?.status == .failed)
  }

  @Test("steps side by side do not wait for one another, and repeated ones run over rows with values of their own")
  func containers() async throws {
    let site = try Site()
    let report = try await site.report(
      """
      tables: { people: [{ name: Ada }, { name: "B & C" }] }
      steps:
        - step: both
          parallel:
            - { step: a, http: { url: /slow } }
            - { step: b, http: { url: /slow } }
            - { step: c, http: { url: /slow } }
            - { step: d, http: { url: /slow } }
        - step: each
          repeat:
            each: ${people}
            as: person
            random: { mark: uuid }
            steps:
              - step: greet
                http: { url: "/ok?name=${person.name}&mark=${mark}" }
      """, { $0.seed = 5 })
    #expect(report.passed == true, "\(report)")
    // However busy the machine is, together they take less than one after the other.
    let each = report.steps.filter { $0.path.hasPrefix("both/") }.compactMap(\.milliseconds)
    #expect(each.count == 4 && report.step("both")?.milliseconds ?? .infinity < each.reduce(0, +))
    #expect(report.steps.map(\.path).suffix(3) == ["each", "each[1]/greet", "each[2]/greet"])
    func marks(_ site: Site) -> [String] {
      site.requests.compactMap { $0.split(whereSeparator: \.isNewline).first }.filter { $0.contains("mark=") }
        .map { String($0.suffix(45)) }
    }
    #expect(marks(site).count == 2 && Set(marks(site)).count == 2)
    #expect(site.requests.contains { $0.contains("/ok?name=B%20%26%20C&mark=") })
    let again = try Site()
    _ = try await again.report(
      """
      steps:
        - step: each
          repeat: { times: 2, as: n, random: { mark: uuid }, steps: [{ step: greet, http: { url: "/ok?n=${n}&mark=${mark}" } }] }
      """, { $0.seed = 5 })
    // The seed, the name and the place decide, and nothing else.
    #expect(marks(again) == marks(site))
  }

  @Test("what a failed step would have captured blocks what needs it, also at the end")
  func blocked() async throws {
    let report = try await Site().report(
      """
      steps:
        - { step: order, http: { url: /nowhere }, continue: true, capture: { id: { json: $.id } } }
        - { step: use, http: { url: "/orders/${id}" } }
      cleanup:
        - { step: remove, http: { method: DELETE, url: "/orders/${id}" } }
      """)
    #expect(report.step("order")?.failures.count == 1)
    #expect(report.step("use")?.status == .blocked && report.step("cleanup/remove")?.status == .blocked)
    #expect(report.passed == false)
  }

  @Test("called off, or out of time, the end is done all the same, and nothing is passed")
  func calledOff() async throws {
    for isCancelled in [true, false] {
      let site = try Site()
      let cancellation = Cancellation()
      if isCancelled {
        Task {
          try await Task.sleep(for: .milliseconds(200))
          cancellation.call()
        }
      }
      let began = ContinuousClock.now
      let report = try await site.report(
        """
        steps: [{ step: rest, wait: 30s }, { step: after, http: { url: /ok } }]
        cleanup: [{ step: tidy, http: { url: /ok?tidy } }]
        """, cancellation: isCancelled ? cancellation : nil, milliseconds: isCancelled ? 180_000 : 600)
      #expect(ContinuousClock.now - began < .seconds(25))
      #expect(report.step("rest")?.status == .interrupted)
      #expect(report.step("cleanup/tidy")?.status == .passed)
      #expect(report.passed == nil)
      #expect(site.requests.count == 1)
    }
  }

  @Test("hosts that are not among the targets are not spoken to, neither by URL nor by redirection")
  func foreignHosts() async throws {
    let site = try Site()
    let report = try await site.report(
      """
      steps:
        - { step: url, http: { url: "http://evil.example/" }, continue: true }
        - { step: redirection, http: { url: /elsewhere, redirects: 3 }, continue: true }
        - { step: unfollowed, http: { url: /elsewhere }, expect: [{ fact: $.status, equals: 302 }] }
        - { step: followed, http: { url: /moved, redirects: 1 }, expect: [{ fact: $.redirects, equals: 1 }] }
      """)
    #expect(report.steps.map(\.status) == [.failed, .failed, .passed, .passed], "\(report)")
  }

  @Test("a value that could break out of its header field is not sent")
  func headers() async throws {
    let site = try Site()
    let report = try await site.report(
      #"""
      variables: { v: "a\r\nX-Evil: 1" }
      steps: [{ step: s, http: { url: /ok, headers: { X-V: "${v}" } } }]
      """#)
    #expect(report.step("s")?.status == .failed && site.requests.isEmpty)
  }

  @Test("statements read only, unless the step says that it writes; their values keep their types")
  func statements() async throws {
    let server = try PostgresServer.withoutTLS.get()
    let report = try await Site().report(
      """
      steps:
        - step: typed
          sql: { query: "SELECT 3::bigint AS n, 1.5::numeric AS d, true AS t, 'x' AS s, null AS z, '{\\"a\\":[1]}'::jsonb AS j, $1::int + 1 AS p", arguments: [4] }
          expect:
            - { fact: "$.rows[0].n", equals: 3 }
            - { fact: "$.rows[0].d", equals: 1.5 }
            - { fact: "$.rows[0].t", equals: true }
            - { fact: "$.rows[0].s", equals: x }
            - { fact: "$.rows[0].z", equals: null }
            - { fact: "$.rows[0].j.a[0]", equals: 1 }
            - { fact: "$.rows[0].p", equals: 5 }
            - { fact: $.count, equals: 1 }
          capture: { n: { column: n } }
        - { step: hidden, sql: { query: "WITH t AS (DELETE FROM pg_description RETURNING 1) SELECT * FROM t" }, continue: true }
        - { step: open, sql: { query: "CREATE TABLE workflow_written (n int)" }, safety: mutate }
      cleanup:
        - { step: drop, sql: { query: "DROP TABLE IF EXISTS workflow_written" }, safety: mutate }
      """,
      {
        $0.database = "postgresql://postgres@127.0.0.1:\(server.port)/postgres"
        $0.databasePassword = Secret(PostgresServer.password)
        $0.databaseSSLMode = .disable
      })
    #expect(report.steps.map(\.status) == [.passed, .failed, .passed, .passed], "\(report)")
    #expect(report.step("hidden")?.failures.first?.contains("read-only") == true)
  }

  @Test("the probe keeps the promises of every probe, its class and its secrets included")
  func conformance() async throws {
    let site = try Site()
    let folder = try ScratchFolder()
    let file = try folder.write(
      """
      workflow: conform
      title: Conforms
      secrets: [key]
      steps:
        - { step: ok, http: { url: /ok, headers: { X-Key: "${key}" } } }
        - { step: echo, http: { url: "/absent/${key}" } }
      """, to: "w.yaml")
    let target = Target(
      id: "way", kind: "workflow", settings: ["file": .string(file), "target": .string(site.url)],
      secrets: ["secrets.key": Secret("canary-in-the-mine"), "bearer": Secret("another-canary")])
    for probe in ScenarioProbes.set.probes {
      let problems = await ProbeConformance.problems(with: probe, target: target)
      #expect(problems.isEmpty, "\(problems)")
    }
    #expect(site.requests.contains { $0.contains("X-Key: canary-in-the-mine") && $0.contains("Bearer another-canary") })
    let writing = try folder.write(
      "workflow: w\ntitle: W\nsteps: [{ step: s, http: { method: POST, url: /orders } }]", to: "writing.yaml")
    let count = site.requests.count
    for (permitted, isDone) in [(SafetyClass.probe, false), (.mutate, true)] {
      let sighting = await ScenarioProbes.set.probes[0].observe(
        Target(id: "w", kind: "workflow", settings: ["file": .string(writing), "target": .string(site.url)]),
        with: [:],
        in: ProbeContext(
          deadline: Deadline(milliseconds: 10_000), lane: BlockingLane(width: 2), traffic: TrafficMeter(),
          permitted: permitted))
      switch sighting {
      case .seen(let facts, _): #expect(isDone && facts["passed"] == true)
      case .unseen(let unseen): #expect(!isDone && unseen.kind == .denied)
      }
    }
    #expect(site.requests.count == count + 1)
  }
}
