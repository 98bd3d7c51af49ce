import AuditModel
import Facts
import LoopbackServers
import ProbeConformance
import Probing
import Testing

@testable import ObservabilityProbes

/// What keeps a probe from looking.
enum Fault: String, CaseIterable {
  case away, unauthorized, forbidden, empty, page, old, silent, login

  /// A server with the fault; nil for none at all.
  func server() throws -> ServicePeer? {
    switch self {
    case .away: nil
    case .unauthorized: try ServicePeer([:], otherwise: .text("who are you", status: 401))
    case .forbidden: try ServicePeer([:], otherwise: .text("not you", status: 403))
    case .empty: try ServicePeer([:], otherwise: .text("", type: "application/json"))
    case .page:
      try ServicePeer([:], otherwise: .text("<!DOCTYPE html><html><body>Welcome</body></html>", type: "text/html"))
    case .old: try ServicePeer([:])
    case .silent: nil
    case .login: try ServicePeer([:], otherwise: .text("", status: 302))
    }
  }
}

/// One probe of the room as it is in these tests, with what its target needs.
struct Candidate {
  var probe: any Probe
  var settings: JSONObject = [:]
  var secrets: [String: Secret] = [:]

  /// All of them, where the service is at `url` and `elsewhere` is another one that works.
  static func all(url: String, elsewhere: String) -> [Candidate] {
    var metrics = MetricsEndpointProbe()
    metrics.pause = 20
    let tracker: JSONObject = ["organization": "acme", "project": "api"]
    let address = url.dropFirst("http://".count)
    return [
      Candidate(probe: PrometheusProbe(), settings: ["services": ["api"]]),
      Candidate(probe: BusinessMetricsProbe(), settings: ["businessMetrics": [["query": "events_total"]]]),
      Candidate(
        probe: MeasuredCapacityProbe(),
        settings: [
          "capacity": ["growth": 2, "services": [["service": "api", "instances": 1, "memoryMiB": 64, "cpu": 1]]]
        ]),
      Candidate(probe: AlertmanagerProbe()),
      Candidate(
        probe: FireDrillProbe(), settings: ["drill": ["sink": .string(url + "/sink"), "patienceSeconds": 2]]),
      Candidate(probe: GrafanaProbe(), secrets: ["bearer": Secret("glsa_token")]),
      Candidate(probe: GrafanaDefaultPasswordProbe()),
      Candidate(probe: LokiProbe(), settings: ["services": ["api"]]),
      Candidate(
        probe: LogTrailProbe(), settings: ["trail": ["url": .string(elsewhere + "/events"), "patienceSeconds": 2]]),
      Candidate(probe: ErrorTrackerProbe(), settings: tracker, secrets: ["bearer": Secret("tracker-token")]),
      Candidate(
        probe: ErrorTestEventProbe(), settings: tracker,
        secrets: ["bearer": Secret("tracker-token"), "dsn": Secret("http://abc123@\(address)/42")]),
      Candidate(probe: CollectorProbe(), settings: ["metrics": .string(url + "/metrics")]),
      Candidate(probe: TestTraceProbe(), settings: ["otlp": .string(url)]),
      Candidate(probe: metrics),
    ]
  }

  func at(_ url: String) -> JSONObject {
    var settings = settings
    settings["url"] = .string(probe is MetricsEndpointProbe ? url + "/metrics" : url)
    return settings
  }
}

@Suite("Where nothing can be seen, nothing passes")
struct CouldNotLookTests {
  /// What a fault proves after all.
  static func proof(_ probe: String, _ fault: Fault) -> (check: String, status: Status)? {
    switch (probe, fault) {
    // A refused login is what was asked for.
    case ("grafana-default-password", .unauthorized): ("grafana-default-password-changed", .pass)
    // That an endpoint exposes nothing, or a page, is what is wrong with it.
    case ("metrics-endpoint", .empty), ("metrics-endpoint", .page): ("metrics-exposition-parses", .fail)
    default: nil
    }
  }

  @Test("every check over every probe ends unknown or error", arguments: Fault.allCases)
  func faults(_ fault: Fault) async throws {
    let working = try ServicePeer(Services.alertmanager)
    let server = try fault.server()
    let silent = fault == .silent ? try ScriptedServer { peer in while !peer.receive().isEmpty {} } : nil
    let url = try server?.url ?? "http://127.0.0.1:\(silent?.port ?? LoopbackPort.free())"
    for candidate in Candidate.all(url: url, elsewhere: working.url) {
      let look = await Look(
        candidate.probe, at: candidate.at(url), secrets: candidate.secrets, milliseconds: fault == .silent ? 300 : 5000)
      let id = candidate.probe.descriptor.id
      let checks = try Check.over(id)
      #expect(!checks.isEmpty, "no check over \(id)")
      if let proof = Self.proof(id, fault) {
        let ruling = try look.ruling(proof.check)
        #expect(ruling.status == proof.status, "\(id), \(fault): \(ruling)")
        continue
      }
      for check in checks {
        let ruling = try look.ruling(check)
        #expect(
          ruling.status == .unknown || ruling.status == .error,
          "\(check) with \(fault): \(ruling) on \(look.facts.map { JSONText.compact($0) } ?? "-")")
      }
      let expected: [Unseen.Kind] =
        switch fault {
        case .away: [.unreachable]
        case .unauthorized, .forbidden, .login: [.denied, .malformed]
        case .empty, .page, .old: [.malformed]
        case .silent: [.timeout]
        }
      #expect(look.unseen.map { expected.contains($0.kind) } ?? false, "\(id), \(fault): \(look.sighting)")
    }
    withExtendedLifetime(silent) {}
  }

  @Test("every probe keeps the promises of a probe")
  func conform() async throws {
    let grafana = try ServicePeer(Services.grafana)
    let loki = try ServicePeer(Services.loki(now: Instant.present.seconds, ["api": [(1, "level=info msg=hello")]]))
    let peers: [String: ServicePeer] = [
      "prometheus": try ServicePeer(Services.prometheus), "alertmanager": try ServicePeer(Services.alertmanager),
      "grafana": grafana, "loki": loki, "sentry": try ServicePeer(Services.sentry),
      "otel-collector": try ServicePeer(Services.collector),
      "metrics": try ServicePeer(["/metrics": .text(Services.metrics)]),
    ]
    for candidate in Candidate.all(url: "http://127.0.0.1:1", elsewhere: loki.url) {
      let kind = candidate.probe.descriptor.targetKinds[0]
      let peer = try #require(peers[kind])
      let own = Candidate.all(url: peer.url, elsewhere: loki.url)
        .first { $0.probe.descriptor.id == candidate.probe.descriptor.id }
      let fitting = try #require(own)
      let problems = await ProbeConformance.problems(
        with: fitting.probe,
        target: Target(id: "it", kind: kind, settings: fitting.at(peer.url), secrets: fitting.secrets))
      #expect(problems.isEmpty, "\(candidate.probe.descriptor.id): \(problems)")
    }
  }

  @Test("every probe of the room is tried here, and every field of its kinds is sound")
  func complete() {
    let tried = Set(Candidate.all(url: "http://a", elsewhere: "http://b").map(\.probe.descriptor.id))
    #expect(tried == Set(ObservabilityProbes.set.probes.map(\.descriptor.id)))
    for kind in ObservabilityProbes.set.targetKinds {
      #expect(Schema.object(kind.fields).violations(of: ["url": "http://a.example/"]).isEmpty)
      #expect(!Schema.object(kind.fields).violations(of: ["url": "ftp://a.example/"]).isEmpty)
    }
  }
}
