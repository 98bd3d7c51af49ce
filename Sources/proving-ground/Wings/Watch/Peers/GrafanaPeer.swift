import AuditModel
import Facts
import FoundationEssentials
import Hummingbird
import Probing

/// A house of dashboards that speaks Grafana's HTTP API. Its data sources are real: what a panel asks for is asked of the
/// Prometheus or the Loki.
struct GrafanaPeer: Sendable {
  private let settings: PeersSettings
  private let lane = BlockingLane(width: 4)

  /// The longest a data source may take, in milliseconds.
  private static let patience = 10_000

  /// A Grafana with its settings.
  init(_ settings: PeersSettings) { self.settings = settings }

  /// One place that data comes from.
  private struct Source {
    var uid: String
    var name: String
    var type: String
    var port: Int
  }

  private var sources: [Source] {
    [
      Source(uid: "metrics", name: "Prometheus", type: "prometheus", port: settings.prometheus),
      Source(uid: "logs", name: "Loki", type: "loki", port: settings.port("loki")),
      // Nothing listens on port 1.
    ] + (settings.grafana.hasLostSource ? [Source(uid: "archive", name: "Archive", type: "prometheus", port: 1)] : [])
  }

  func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("api/health") { _, _ in
      let works = settings.grafana.databaseWorks
      return Server.json(
        JSONText.compact(["database": works ? "ok" : "failing", "version": "10.4.2", "commit": "701c851b"]),
        status: works ? .ok : .serviceUnavailable)
    }
    func route(_ path: RouterPath, _ answer: @escaping @Sendable (BasicRequestContext) async -> Response) {
      router.get(path) { request, context in
        guard admits(request) else { return Self.refusal }
        return await answer(context)
      }
    }
    route("api/org") { _ in Server.json(#"{"id":1,"name":"Main Org."}"#) }
    route("api/search") { _ in
      Self.json(settings.grafana.hasDashboards ? [["uid": "platform", "title": "Platform", "type": "dash-db"]] : [])
    }
    route("api/datasources") { _ in
      Self.json(
        .array(
          sources.enumerated().map { index, source in
            [
              "id": .integer(index + 1), "uid": .string(source.uid), "name": .string(source.name),
              "type": .string(source.type), "access": "proxy", "isDefault": .bool(index == 0),
              "url": .string("http://127.0.0.1:\(source.port)"),
            ]
          }))
    }
    route("api/datasources/uid/:uid/health") { context in
      guard let source = sources.first(where: { $0.uid == context.parameters.get("uid") }) else { return Self.missing }
      return await health(of: source)
    }
    route("api/dashboards/uid/:uid") { context in
      guard settings.grafana.hasDashboards, context.parameters.get("uid") == "platform" else { return Self.missing }
      return Self.json(["meta": ["slug": "platform"], "dashboard": dashboard])
    }
    route("api/v1/provisioning/contact-points") { _ in Self.json([["uid": "desk", "name": "desk", "type": "webhook"]]) }
    router.post("api/ds/query") { request, _ in
      guard admits(request) else { return Self.refusal }
      var request = request
      let body = try await request.collectBody(upTo: 1 << 20)
      guard let asked = try? JSONText.parse(Array(body.readableBytesView)) else {
        return Self.json(["message": "bad request data"], status: .badRequest)
      }
      return await answer(asked)
    }
    return router
  }

  private func admits(_ request: Request) -> Bool {
    if settings.grafana.letsStrangersIn, request.headers[.authorization] == nil { return true }
    if request.credentials("Bearer") == settings.grafanaToken { return true }
    let password = settings.grafana.keepsFirstPassword ? "admin" : settings.grafanaPassword
    return request.credentials("Basic").flatMap { Base64.text($0) } == "admin:\(password)"
  }

  private static let refusal = json(["message": "Unauthorized"], status: .unauthorized)
  private static let missing = json(["message": "Not found"], status: .notFound)

  private static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
    Server.json(JSONText.compact(value), status: status)
  }

  // MARK: Data

  private func ask(_ source: Source, _ path: String) async -> LoopbackHTTP.Answer? {
    await lane.run {
      try? LoopbackHTTP.send(.get, port: source.port, path: path, before: Deadline(milliseconds: Self.patience))
    }
  }

  private func health(of source: Source) async -> Response {
    let path = source.type == "loki" ? "/loki/api/v1/labels" : "/api/v1/query?query=1%2B1"
    guard let answer = await ask(source, path), answer.json?["status"]?.string == "success" else {
      return Self.json(
        ["status": "ERROR", "message": .string("\(source.name) does not answer at 127.0.0.1:\(source.port)")],
        status: .badRequest)
    }
    return Self.json(["status": "OK", "message": .string("Successfully queried the \(source.name) API.")])
  }

  /// The answer of `POST /api/ds/query`: the result of each query by its letter.
  private func answer(_ asked: JSONValue) async -> Response {
    let now = Instant.present.seconds
    let from = Self.time(asked["from"]?.string, now: now)
    var results: JSONObject = [:]
    var hasFailed = false
    for query in (asked["queries"]?.array ?? []).prefix(50) {
      let name = query["refId"]?.string ?? "A"
      let wanted = query["datasource"]?["uid"]?.string
      guard let source = sources.first(where: { $0.uid == wanted }) else {
        results[name] = ["status": 404, "error": "data source not found"]
        hasFailed = true
        continue
      }
      let expression = PercentEncoding.encoded(query["expr"]?.string ?? "")
      let path =
        source.type == "loki"
        ? "/loki/api/v1/query_range?query=\(expression)&start=\(from)000000000&end=\(now)000000000&limit=100"
        : "/api/v1/query_range?query=\(expression)&start=\(from)&end=\(now)&step=\(max(1, (now - from) / 100))"
      let data = await ask(source, path)?.json
      guard data?["status"]?.string == "success" else {
        results[name] = ["status": 400, "error": .string(data?["error"]?.string ?? "the data source does not answer")]
        hasFailed = true
        continue
      }
      results[name] = ["status": 200, "frames": .array(Self.frames(of: data?["data"]?["result"]?.array ?? []))]
    }
    return Self.json(["results": .object(results)], status: hasFailed ? .badRequest : .ok)
  }

  /// `now`, `now-1h` and the like, or milliseconds since 1970; in seconds.
  private static func time(_ text: String?, now: Int) -> Int {
    guard let text else { return now - 3600 }
    if let milliseconds = Int(text) { return milliseconds / 1000 }
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard text.hasPrefix("now-"), let unit = text.last.flatMap({ units[$0] }),
      let count = Int(text.dropFirst(4).dropLast())
    else { return now }
    return now - count * unit
  }

  /// Series or lines as data frames.
  private static func frames(of result: [JSONValue]) -> [JSONValue] {
    result.map { series in
      let pairs = series["values"]?.array ?? []
      let isLines = series["stream"] != nil
      let labels: JSONValue = series["metric"] ?? series["stream"] ?? [:]
      let value: JSONValue = [
        "name": isLines ? "Line" : "Value", "type": isLines ? "string" : "number", "labels": labels,
      ]
      let times = pairs.map { pair in JSONValue.integer(milliseconds(pair[0])) }
      let values = pairs.map { pair -> JSONValue in
        let text = pair[1]?.string
        return isLines ? JSONValue(text) : text.flatMap { Double($0) }.map { .double($0) } ?? .null
      }
      return [
        "schema": ["fields": [["name": "Time", "type": "time"], value]],
        "data": ["values": [.array(times), .array(values)]],
      ]
    }
  }

  /// Seconds of Prometheus, or nanoseconds of Loki.
  private static func milliseconds(_ time: JSONValue?) -> Int {
    time?.string.flatMap { Int($0) }.map { $0 / 1_000_000 } ?? Int(((time?.double ?? 0) * 1000).rounded())
  }

  // MARK: Dashboards

  private var dashboard: JSONValue {
    var panels: [(title: String, source: String, expression: String)] = [
      ("Alive", "metrics", "up{job=~\"$service\"}"),
      ("Requests", "metrics", "sum by (job) (rate(http_requests_total{job=~\"$service\"}[$__rate_interval]))"),
      (
        "Errors", "metrics",
        "sum(rate(http_requests_total{status=~\"5..\"}[$__rate_interval])) or vector(0)"
      ),
      ("Memory", "metrics", "process_resident_memory_bytes"), ("Events found", "metrics", "events_extracted_total"),
      ("Lines", "logs", "{service=~\".+\"}"),
    ]
    if settings.grafana.hasDeadPanel { panels.append(("Latency", "metrics", "http_request_seconds_sum")) }
    if settings.grafana.hasForeignPanel { panels.append(("Machines", "b3c1e0f7", "up")) }
    return [
      "uid": "platform", "title": "Platform", "refresh": "30s", "schemaVersion": 39,
      "templating": ["list": [["name": "service", "type": "query", "current": ["text": "All", "value": "$__all"]]]],
      "panels": .array(
        panels.enumerated().map { index, panel in
          [
            "id": .integer(index + 1), "type": panel.source == "logs" ? "logs" : "timeseries",
            "title": .string(panel.title), "datasource": ["uid": .string(panel.source)],
            "targets": [["refId": "A", "expr": .string(panel.expression)]],
          ]
        }),
    ]
  }
}

/// Texts in queries of URLs (RFC 3986 section 2.1).
enum PercentEncoding {
  static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-._~".utf8.contains(byte)
      return isPlain
        ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}

/// The user and password of HTTP Basic authentication.
private enum Base64 {
  static func text(_ encoded: String) -> String? {
    Data(base64Encoded: encoded).map { String(decoding: $0, as: UTF8.self) }
  }
}
