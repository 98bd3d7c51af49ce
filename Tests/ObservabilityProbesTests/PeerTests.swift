import AuditModel
import Facts
import LoopbackServers
import Probing
import Testing

@testable import ObservabilityProbes

@Suite("Grafana, Loki, error trackers, collectors and endpoints")
struct PeerTests {
  @Test("the panels of a Grafana are asked what they show")
  func grafana() async throws {
    let peer = try ServicePeer(Services.grafana)
    let settings: JSONObject = ["url": .string(peer.url + "/")]
    let look = await Look(GrafanaProbe(), at: settings, secrets: ["bearer": Secret("glsa_token")])
    #expect(look["health"] == ["ok": true, "database": "ok", "version": "10.4.2"])
    #expect(try look.status("grafana-healthy") == .pass)
    #expect(try look.status("grafana-anonymous-off") == .pass)
    #expect(try look.status("grafana-dashboards-exist") == .pass)
    #expect(try look.ruling("grafana-data-sources-healthy").subjects == ["Loki"])
    let dead = try look.ruling("grafana-panels-show-data")
    #expect(dead.status == .fail && dead.subjects == ["Events / Dead", "Events / Elsewhere"], "\(dead)")
    #expect(try look.ruling("grafana-panel-sources-exist").subjects == ["Events / Elsewhere"])
    #expect(look.gaps.contains("dataSources[Plugin].healthy") && look.gaps.contains("panels[Events / Obscure].shows"))

    // Without a token only strangers' things are seen.
    let stranger = await Look(GrafanaProbe(), at: settings)
    #expect(try stranger.status("grafana-healthy") == .pass)
    for check in ["grafana-data-sources-healthy", "grafana-dashboards-exist", "grafana-panels-show-data"] {
      #expect(try stranger.status(check) == .unknown, "\(check)")
    }
  }

  @Test("a Grafana without a door, with the first password, and with a failing database")
  func openGrafana() async throws {
    let open = try ServicePeer { request, past in
      switch request.path {
      case "/api/health": .json(["database": "failing"], status: 503)
      case "/api/org" where request.head.contains("Basic YWRtaW46YWRtaW4="): .json(["id": 1, "name": "Main Org."])
      case "/api/search": .json([])
      default: .json(["message": "Unauthorized"], status: 401)
      }
    }
    let settings: JSONObject = ["url": .string(open.url), "tryDefaultPassword": true]
    let look = await Look(GrafanaProbe(), at: settings)
    #expect(try look.status("grafana-healthy") == .fail)
    #expect(try look.status("grafana-anonymous-off") == .fail)
    #expect(try look.status("grafana-dashboards-exist") == .fail)
    #expect(try look.status("grafana-data-sources-healthy") == .unknown)
    let password = await Look(GrafanaDefaultPasswordProbe(), at: settings)
    #expect(try password.status("grafana-default-password-changed") == .fail)
    #expect(password.traffic.requests == 1)
  }

  @Test("the lines of every service are looked at, and none of them becomes a fact")
  func loki() async throws {
    let now = Instant.present.seconds
    let peer = try ServicePeer(
      Services.loki(
        now: now,
        [
          "api": [
            (2, "{\"level\":\"info\",\"request_id\":\"r1\",\"msg\":\"GET /\"}"), (9, "level=warn trace_id=t2 msg=slow"),
          ],
          "worker": [(4000, "DEBUG starting with password=hunter2hunter2"), (4001, "DEBUG done")],
        ]))
    let look = await Look(
      LokiProbe(), at: ["url": .string(peer.url), "services": ["api", "worker", "scraper"], "tenant": "acme"])
    #expect(look["retention.days"] == 31)
    #expect(try look.status("logs-store-ready") == .pass)
    #expect(try look.status("logs-retention-bounded") == .pass)
    #expect(try look.ruling("logs-services-heard").subjects == ["worker", "scraper"])
    #expect(look["services.0.structuredShare"] == 1)
    #expect(look["services.0.requestShare"] == 1)
    #expect(look["services.0.levelShare"] == 1)
    #expect(try look.ruling("logs-structured").subjects == ["worker"])
    #expect(try look.ruling("logs-debug-off").subjects == ["worker"])
    let secrets = try look.ruling("logs-no-secrets")
    #expect(secrets.subjects == ["worker"] && secrets.messages == ["lines of worker hold: password"], "\(secrets)")
    #expect(look.facts.map { !JSONText.compact($0).contains("hunter2") } == true)
    #expect(peer.requests.allSatisfy { $0.head.contains("X-Scope-OrgID: acme") })

    let trail = await Look(
      LogTrailProbe(),
      at: ["url": .string(peer.url), "trail": ["url": .string(peer.url + "/events"), "patienceSeconds": 5]])
    #expect(trail["found"] == true && trail["services"] == ["api"] && trail["status"] == 200, "\(trail.sighting)")
    #expect(try trail.status("logs-request-found") == .pass)
  }

  @Test("services beyond those that are looked at are told")
  func manyServices() async throws {
    let peer = try ServicePeer(Services.loki(now: Instant.present.seconds, ["s0": [(2, "msg=hello")]]))
    let names = (0...200).map { JSONValue.string("s\($0)") }
    let look = await Look(LokiProbe(), at: ["url": .string(peer.url), "services": .array(names)])
    #expect(look.gaps.contains("services"))
    #expect(try look.status("logs-services-heard") != .pass)
  }

  @Test("an id that stands in no line is not found")
  func lostTrail() async throws {
    let deaf = try ServicePeer { request, _ in
      request.path == "/loki/api/v1/labels"
        ? .json(["status": "success", "data": []])
        : .json(["status": "success", "data": ["result": []]])
    }
    let trail = await Look(
      LogTrailProbe(),
      at: ["url": .string(deaf.url), "trail": ["url": .string(deaf.url + "/events"), "patienceSeconds": 1]])
    #expect(try trail.status("logs-request-found") == .fail)
  }

  @Test("what an error tracker knows, and whether an error arrives")
  func sentry() async throws {
    let peer = try ServicePeer(Services.sentry)
    let settings: JSONObject = ["url": .string(peer.url), "organization": "acme", "project": "api", "testEvent": true]
    let dsn = { (key: String) in Secret("http://\(key)@127.0.0.1:\(peer.port)/42") }
    let secrets = ["bearer": Secret("tracker-token"), "dsn": dsn("abc123")]
    let look = await Look(ErrorTrackerProbe(), at: settings, secrets: secrets)
    #expect(look["keys"] == 1)
    #expect(look["unresolved.unassigned"] == 1)
    for check in try Check.over("error-tracker") { #expect(try look.status(check) == .pass, "\(check)") }
    let event = await Look(ErrorTestEventProbe(), at: settings, secrets: secrets)
    #expect(event["found"] == true)
    for check in try Check.over("error-test-event") { #expect(try event.status(check) == .pass, "\(check)") }
    let refused = await Look(
      ErrorTestEventProbe(), at: settings, secrets: ["bearer": Secret("tracker-token"), "dsn": dsn("revoked")])
    #expect(try refused.status("errors-test-event-accepted") == .fail)
    // Without a token nobody can say whether it was kept.
    let blind = await Look(ErrorTestEventProbe(), at: settings, secrets: ["dsn": dsn("abc123")])
    #expect(try blind.status("errors-test-event-accepted") == .pass)
    #expect(try blind.status("errors-test-event-found") == .unknown)
  }

  @Test("GlitchTip has less to say, and what it does not say is unknown")
  func glitchTip() async throws {
    let peer = try ServicePeer([
      "/api/0/projects/acme/api/": .json(["slug": "api", "firstEvent": nil]),
      "/api/0/projects/acme/api/keys/": .json([]),
    ])
    let look = await Look(
      ErrorTrackerProbe(), at: ["url": .string(peer.url), "organization": "acme", "project": "api"], kind: "glitchtip")
    #expect(try look.status("errors-key-active") == .fail)
    #expect(try look.status("errors-heard") == .fail)
    for check in ["errors-tracker-healthy", "errors-somebody-told", "errors-releases-known", "errors-unresolved-owned"]
    {
      #expect(try look.status(check) == .unknown, "\(check)")
    }
  }

  @Test("what a collector takes in and hands on")
  func collector() async throws {
    let peer = try ServicePeer(Services.collector)
    let settings: JSONObject = [
      "url": .string(peer.url), "metrics": .string(peer.url + "/metrics"), "otlp": .string(peer.url), "testTrace": true,
    ]
    let look = await Look(CollectorProbe(), at: settings)
    #expect(try look.status("collector-available") == .pass)
    #expect(look["failedShare"] == 0.1)
    #expect(try look.status("collector-hands-on") == .fail)
    #expect(try look.status("collector-takes-in") == .pass)
    #expect(try look.status("collector-queue-has-room") == .fail)
    let trace = await Look(TestTraceProbe(), at: settings)
    #expect(try trace.status("collector-takes-trace") == .pass)
    let sent = try #require(peer.requests.first { $0.path == "/v1/traces" })
    #expect(sent.head.contains("application/json") && sent.body.contains("resourceSpans"))
    let rejecting = try ServicePeer(["/v1/traces": .json(["partialSuccess": ["rejectedSpans": "1"]])])
    let refused = await Look(
      TestTraceProbe(), at: ["url": .string(rejecting.url), "otlp": .string(rejecting.url + "/v1/traces")])
    #expect(try refused.status("collector-takes-trace") == .fail)
    // Its health alone says nothing about what it hands on.
    let blind = await Look(CollectorProbe(), at: ["url": .string(peer.url)])
    #expect(try blind.status("collector-hands-on") == .unknown)
  }

  /// A look at an endpoint that exposes one text and then another.
  static func metrics(
    _ texts: [String], type: String = "text/plain; version=0.0.4", _ settings: JSONObject = [:]
  ) async throws -> Look {
    let peer = try ServicePeer { _, past in .text(texts[min(past.count, texts.count - 1)], type: type) }
    var probe = MetricsEndpointProbe()
    probe.pause = 20
    var settings = settings
    settings["url"] = .string(peer.url + "/metrics")
    return await Look(probe, at: settings)
  }

  @Test("an endpoint that is as it should be")
  func soundMetrics() async throws {
    let look = try await Self.metrics(
      [Services.metrics], ["expect": ["http_requests", "http_request_duration_seconds"]])
    for check in try Check.over("metrics-endpoint") { #expect(try look.status(check) == .pass, "\(check)") }
    let openMetrics = try await Self.metrics(
      ["# TYPE a counter\n# HELP a b\na_total 1\n# EOF\n"],
      type: "application/openmetrics-text; version=1.0.0; charset=utf-8")
    #expect(openMetrics["format"] == "openmetrics" && openMetrics["parses"] == true)
  }

  @Test(
    "an endpoint that is not",
    arguments: [
      ("", "text/plain", "metrics-exposition-parses"), ("<html></html>", "text/html", "metrics-exposition-parses"),
      ("a 1\n", "application/openmetrics-text", "metrics-exposition-parses"),
      ("a 1\n", "application/octet-stream", "metrics-content-type"),
      ("a 1\n", "text/plain", "metrics-expected-there"), ("a 1\n", "text/plain", "metrics-signals-complete"),
      ("# TYPE wait_ms gauge\nwait_ms 1\n", "text/plain", "metrics-names-conventional"),
      ("a{path=\"/users/17\"} 1\n", "text/plain", "metrics-labels-bounded"),
      (
        "# TYPE h histogram\nh_bucket{le=\"1\"} 3\nh_bucket{le=\"+Inf\"} 2\nh_count 2\nh_sum 1\n", "text/plain",
        "metrics-values-consistent"
      ),
    ])
  func unsoundMetrics(_ text: String, _ type: String, _ check: String) async throws {
    let look = try await Self.metrics([text], type: type, ["expect": ["queue_length"]])
    #expect(try look.status(check) == .fail, "\(look.sighting)")
  }

  @Test("a counter that falls from one scrape to the next, and metrics that everybody may read")
  func fallingAndExposed() async throws {
    let texts = [9, 9, 3].map { "# HELP a_total b\n# TYPE a_total counter\na_total \($0)\n" }
    let look = try await Self.metrics(texts, ["published": true])
    #expect(look["falling"] == ["a_total"])
    #expect(try look.status("metrics-values-consistent") == .fail)
    #expect(try look.status("metrics-not-exposed") == .fail)
  }
}
