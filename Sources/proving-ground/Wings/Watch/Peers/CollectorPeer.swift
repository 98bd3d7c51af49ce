import AuditModel
import Facts
import Hummingbird
import Synchronization

/// A collector of traces that speaks as OpenTelemetry's does: OTLP over HTTP in JSON, a health extension, and metrics of its
/// own. What it takes goes through a queue to a store of the last spans.
final class CollectorPeer: Sendable {
  private struct State {
    var accepted = 0
    var refused = 0
    var sent = 0
    var failed = 0
    /// Requests that were taken and not yet handed on.
    var waiting = 0
    var lost = 0
    var store: [JSONValue] = []
  }

  /// The most spans that the store keeps.
  private static let most = 1000

  private let plan: CollectorPlan
  private let state = Mutex(State())
  private let began = Instant.present

  /// A collector that has taken nothing yet.
  init(_ settings: PeersSettings) { plan = settings.collector }

  /// The health extension.
  func health() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("/") { _, _ in
      let isAvailable = self.plan.isAvailable
      return Server.json(
        JSONText.compact([
          "status": isAvailable ? "Server available" : "Server not available",
          "upSince": .string(self.began.description),
        ]), status: isAvailable ? .ok : .serviceUnavailable)
    }
    return router
  }

  /// The receiver of OTLP.
  func receiver() -> Router<BasicRequestContext> {
    let router = Router()
    router.post("v1/traces") { request, _ in
      var request = request
      let body = try await request.collectBody(upTo: 4 << 20)
      guard let resources = try? JSONText.parse(Array(body.readableBytesView))["resourceSpans"]?.array else {
        return Server.json(#"{"code":3,"message":"this is no trace"}"#, status: .badRequest)
      }
      return self.take(resources)
    }
    return router
  }

  private func take(_ resources: [JSONValue]) -> Response {
    var taken: [JSONValue] = []
    var refused = 0
    for resource in resources {
      let spans = (resource["scopeSpans"]?.array ?? []).flatMap { $0["spans"]?.array ?? [] }
      let service = (resource["resource"]?["attributes"]?.array ?? []).first { $0["key"]?.string == "service.name" }
      let isRefused = plan.refusedService != nil && service?["value"]?["stringValue"]?.string == plan.refusedService
      for span in spans {
        // OTLP wants ids of 16 and 8 octets, in hexadecimal digits.
        let isWhole =
          span["traceId"]?.string?.utf8.count == 32 && span["spanId"]?.string?.utf8.count == 16
          && span["name"]?.string != nil
        if isWhole, !isRefused, plan.takesSpans { taken.append(span) } else { refused += 1 }
      }
    }
    state.withLock { state in
      state.accepted += taken.count
      state.refused += refused
      if !taken.isEmpty { handOn(taken, &state) }
    }
    if !plan.takesSpans {
      return Server.json(#"{"code":14,"message":"data refused due to high memory usage"}"#, status: .serviceUnavailable)
    }
    let partial: JSONValue =
      refused == 0 ? [:] : ["rejectedSpans": .string(String(refused)), "errorMessage": "spans were refused"]
    return Server.json(JSONText.compact(["partialSuccess": partial]))
  }

  private func handOn(_ spans: [JSONValue], _ state: inout State) {
    if !plan.isAnswered {
      // A full queue loses what comes: the batches before it were taken already.
      if state.waiting < plan.queue { state.waiting += 1 } else { state.lost += spans.count }
    } else if plan.handsOn {
      state.sent += spans.count
      state.store = (state.store + spans).suffix(Self.most)
    } else {
      state.failed += spans.count
    }
  }

  /// Its own metrics, by the names of version 0.100.
  func ownMetrics() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("metrics") { _, _ in
      let state = self.state.withLock { $0 }
      let metrics: [(name: String, type: String, labels: String, value: Int)] = [
        ("receiver_accepted_spans_total", "counter", "receiver=\"otlp\"", state.accepted),
        ("receiver_refused_spans_total", "counter", "receiver=\"otlp\"", state.refused),
        ("exporter_sent_spans_total", "counter", "exporter=\"store\"", state.sent),
        ("exporter_send_failed_spans_total", "counter", "exporter=\"store\"", state.failed),
        ("exporter_enqueue_failed_spans_total", "counter", "exporter=\"store\"", state.lost),
        ("exporter_queue_size", "gauge", "exporter=\"store\"", state.waiting),
        ("exporter_queue_capacity", "gauge", "exporter=\"store\"", self.plan.queue),
      ]
      let text = metrics.map { "# TYPE otelcol_\($0.name) \($0.type)\notelcol_\($0.name){\($0.labels)} \($0.value)\n" }
      return Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: .init(byteBuffer: ByteBuffer(string: text.joined())))
    }
    return router
  }
}
