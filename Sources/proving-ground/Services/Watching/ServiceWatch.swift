import AuditModel
import Facts
import Glibc
import Hummingbird
import Probing

/// How one service lets itself be watched: metrics on a port of their own, and lines, errors and spans that it sends.
final class ServiceWatch: Sendable {
  /// Its metrics.
  let metrics: ServiceMetrics
  private let settings: WatchSettings
  private let service: ServiceName
  private let lines = Outbox<(time: Int, text: String)>(most: 2000)
  private let events = Outbox<JSONObject>(most: 200)
  private let spans = Outbox<JSONValue>(most: 1000)
  private let lane = BlockingLane(width: 1)
  /// Which release of the platform this is.
  private static let release = "events-platform@1.4.2"
  /// How long one delivery may take, in milliseconds.
  private static let patience = 2000

  /// The watch of `service`; nil where nobody watches it.
  init?(_ settings: WatchSettings?, of service: ServiceName) {
    guard let settings else { return nil }
    self.settings = settings
    self.service = service
    metrics = ServiceMetrics(of: service, manner: settings.metrics)
    report("\(service.rawValue) started", level: "info")
    for number in 0..<settings.errors.atStart { report("worker \(number) found no configuration", level: "error") }
  }

  // MARK: Requests

  /// The id of a request, its own or a new one (W3C Trace Context asks for 16 octets).
  func identifier(of request: Request) -> String {
    let given = request.field("X-Request-ID")
    if settings.logs.keepRequestIDs, let given, given.utf8.count <= 128,
      given.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
    {
      return given
    }
    return RandomHex.octets(16)
  }

  /// A request was answered.
  func answered(_ request: Request, id: String, route: String, status: Int, seconds: Double) {
    let method = request.method.rawValue
    metrics.end(method, route: route, status: status, seconds: seconds)
    if settings.logs.includeDebugging {
      for step in ["parsed the request", "took a session", "wrote the answer"] {
        log("debug", step, id: id, [("step", step)])
      }
    }
    var fields = [
      ("method", method), ("route", route), ("status", String(status)), ("ms", String(Int((seconds * 1000).rounded()))),
    ]
    if settings.logs.showPasswords { fields.append(("password", "sourdough-and-jazz")) }
    log(status < 500 ? "info" : "error", "answered", id: id, fields)
    if status >= 500 { report("\(method) \(route) answered \(status)", level: "error") }
    addSpan("\(method) \(route)", seconds: seconds)
  }

  // MARK: What is sent

  /// Writes a line, for its own output and for the store.
  private func log(_ level: String, _ message: String, id: String, _ fields: [(String, String)]) {
    let manner = settings.logs
    let now = Instant.present.seconds - manner.secondsBehind
    let text: String
    if manner.areStructured {
      var line: JSONObject = ["time": .string(Instant(seconds: now).description)]
      if manner.haveLevels { line["level"] = .string(level) }
      line["service"] = .string(service.rawValue)
      line["message"] = .string(message)
      if manner.haveRequests { line["request_id"] = .string(id) }
      for (name, value) in fields { line[name] = Int(value).map { .integer($0) } ?? .string(value) }
      text = JSONText.compact(.object(line))
    } else {
      text = "\(level.uppercased()) \(message) \(fields.map(\.1).joined(separator: " ")), request_id=\(id)"
    }
    // Not by way of print, which keeps lines back where they go to a file.
    let octets = Array((text + "\n").utf8)
    _ = octets.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    if manner.areShipped { lines.put((now, text)) }
  }

  private func report(_ message: String, level: String) {
    guard settings.errors.areReported else { return }
    var event: JSONObject = [
      "event_id": .string(RandomHex.octets(16)), "timestamp": .string(Instant.present.description),
      "platform": "native", "level": .string(level), "logger": .string(service.rawValue), "message": .string(message),
      "environment": "test",
    ]
    if settings.errors.nameTheRelease { event["release"] = .string(Self.release) }
    events.put(event)
  }

  private func addSpan(_ name: String, seconds: Double) {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let end = now.tv_sec * 1_000_000_000 + now.tv_nsec
    spans.put([
      "traceId": .string(RandomHex.octets(16)), "spanId": .string(RandomHex.octets(8)), "name": .string(name),
      "kind": 2, "startTimeUnixNano": .string(String(end - Int(seconds * 1e9))),
      "endTimeUnixNano": .string(String(end)),
    ])
  }

  // MARK: Sending

  /// Sends what there is, ten times a second, until cancelled.
  func run() async {
    while !Task.isCancelled {
      await lane.run { self.sendAll() }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  /// Serves the metrics, or nothing, until cancelled.
  func serveMetrics() async throws {
    while !settings.metrics.areServed { try await Task.sleep(for: .seconds(3600)) }
    let router = Router()
    router.get("metrics") { _, _ in
      Response(
        status: .ok,
        headers: [
          .contentType: self.settings.metrics.stateTheirType
            ? "text/plain; version=0.0.4; charset=utf-8" : "application/octet-stream"
        ], body: .init(byteBuffer: ByteBuffer(string: self.metrics.exposition())))
    }
    try await Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: settings.metricsPort))
    ).runService(gracefulShutdownSignals: [])
  }

  /// Whoever cannot be reached yet is tried again; whoever refuses is not asked twice.
  private func sendAll() {
    let lines = lines.takeAll()
    if !lines.isEmpty, !post(push(lines), to: settings.logsPort, "/loki/api/v1/push") { self.lines.putBack(lines) }
    let spans = spans.takeAll()
    if !spans.isEmpty, !post(trace(spans), to: settings.tracesPort, "/v1/traces") { self.spans.putBack(spans) }
    let events = events.takeAll()
    for (index, event) in events.enumerated() where !send(event) {
      self.events.putBack(Array(events[index...]))
      break
    }
  }

  /// Whether somebody answered.
  private func post(_ body: JSONValue, to port: Int, _ path: String) -> Bool {
    let answer = try? LoopbackHTTP.send(
      .post, port: port, path: path, contentType: "application/json", body: Array(JSONText.compact(body).utf8),
      before: Deadline(milliseconds: Self.patience))
    return answer != nil
  }

  /// As Loki takes lines (its HTTP API, `/loki/api/v1/push`).
  private func push(_ lines: [(time: Int, text: String)]) -> JSONValue {
    let values = lines.map { line -> JSONValue in [.string("\(line.time)000000000"), .string(line.text)] }
    return ["streams": [["stream": ["service": .string(service.rawValue)], "values": .array(values)]]]
  }

  /// As OTLP over HTTP takes spans, in JSON.
  private func trace(_ spans: [JSONValue]) -> JSONValue {
    let name: JSONValue = ["key": "service.name", "value": ["stringValue": .string(service.rawValue)]]
    return [
      "resourceSpans": [
        [
          "resource": ["attributes": [name]],
          "scopeSpans": [["scope": ["name": "proving-ground"], "spans": .array(spans)]],
        ]
      ]
    ]
  }

  /// Sends an event as Sentry's clients do, in an envelope. Whether somebody answered.
  private func send(_ event: JSONObject) -> Bool {
    let payload = JSONText.compact(.object(event))
    let envelope =
      JSONText.compact(["event_id": event["event_id"] ?? nil]) + "\n"
      + JSONText.compact(["type": "event", "length": .integer(payload.utf8.count)]) + "\n" + payload + "\n"
    let answer = try? LoopbackHTTP.send(
      .post, port: settings.errorsPort, path: "/api/1/envelope/?sentry_key=\(settings.errorsKey)&sentry_version=7",
      contentType: "application/x-sentry-envelope", body: Array(envelope.utf8),
      before: Deadline(milliseconds: Self.patience))
    return answer != nil
  }
}

/// Watches every request, whatever becomes of it.
struct WatchedRequests: RouterMiddleware {
  typealias Context = BasicRequestContext

  let watch: ServiceWatch

  func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws
    -> Response
  {
    let began = ContinuousClock.now
    let id = watch.identifier(of: request)
    watch.metrics.begin()
    let outcome: Result<Response, any Error>
    do { outcome = .success(try await next(request, context)) } catch { outcome = .failure(error) }
    let status =
      switch outcome {
      case .success(let response): response.status.code
      case .failure(let error): (error as? HTTPError)?.status.code ?? 500
      }
    watch.answered(
      request, id: id, route: context.endpointPath ?? "none", status: status,
      seconds: began.duration(to: .now) / .seconds(1))
    return try outcome.get()
  }
}

/// Random octets in hexadecimal digits.
enum RandomHex {
  /// So many octets.
  static func octets(_ count: Int) -> String {
    (0..<count).map { _ in
      let octet = UInt8.random(in: .min ... .max)
      return (octet < 16 ? "0" : "") + String(octet, radix: 16)
    }.joined()
  }
}
