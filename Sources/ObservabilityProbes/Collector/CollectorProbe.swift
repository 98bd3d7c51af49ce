import AuditModel
import Exposition
import Facts
import HTTPExchange
import Probing

/// Whether an OpenTelemetry collector is well and hands on what it takes in.
struct CollectorProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "otel-collector", summary: "whether an OpenTelemetry collector hands on what it takes in",
    targetKinds: ["otel-collector"], safety: .observe,
    facts: .object([
      Schema.Field("available", .boolean, required: true, "its health extension says so"),
      .fact("status", .string(), "what it says"),
      .fact("upSince", .string(.date), "since when it runs"),
      .fact("exported", .number(), "spans, metric points and log records handed on since its start"),
      .fact("exportFailed", .number(), "those that could not be"),
      .fact("refused", .number(), "those that its receivers did not take"),
      .fact("accepted", .number(), "those that they took"),
      .fact("failedShare", .number(minimum: 0, maximum: 1), "the part of what was to be handed on that was not"),
      .fact("refusedShare", .number(minimum: 0, maximum: 1), "the part of what came that was refused"),
      .fact("queueShare", .number(minimum: 0), "how full its fullest sending queue is"),
    ]), traffic: "2 requests")

  var targetKinds: [TargetKind] {
    [.service("otel-collector", "an OpenTelemetry collector; the url is that of its health extension", [])]
  }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      ServiceVisit.sighting(of: target, context) { (visit, notes) throws(Obstacle) in
        try Self.look(visit, &notes)
      }
    }
  }

  private static func look(_ visit: ServiceVisit, _ notes: inout Notes) throws(Obstacle) -> JSONValue {
    var response = try visit.answer(at: visit.client.destination.url).response
    let isAvailable = response.status == 200
    if (500...599).contains(response.status ?? 0) { response.status = 200 }
    let health = try ServiceVisit.json(of: response, String(visit.client.destination.url.path))
    guard let status = (health["status"] ?? health["healthy"])?.plainWord else {
      throw Obstacle(.malformed, "the service answers, and not as a collector's health extension does")
    }
    var facts: JSONObject = [
      "available": .bool(isAvailable && !status.lowercased().contains("not available") && status != "false"),
      "status": .string(status.bounded(100)),
      "upSince": JSONValue(health["upSince"]?.string.flatMap { Instant($0) }?.description),
    ]
    for (name, value) in flow(visit, &notes) { facts[name] = value }
    return .object(facts)
  }

  /// What its own metrics say. Names with and without `_total`, as versions differ.
  private static func flow(_ visit: ServiceVisit, _ notes: inout Notes) -> JSONObject {
    var facts: JSONObject = [:]
    let names = ["exported", "exportFailed", "refused", "accepted", "failedShare", "refusedShare", "queueShare"]
    for name in names { facts[name] = .null }
    guard let url = visit.target.settings["metrics"]?.string.flatMap({ HTTPURL($0) }) else {
      for name in names {
        notes.add(name, "the inventory does not say where the collector's own metrics are", remedy: "declare metrics")
      }
      return facts
    }
    guard
      let response = notes.attempt(
        "exported",
        { () throws(Obstacle) in
          let response = try visit.answer(at: url).response
          guard response.status == 200 else {
            throw Obstacle(.malformed, "the collector's metrics answer \(response.status ?? 0)")
          }
          return response
        })
    else {
      for name in names.dropFirst() { notes.add(name, "the collector's own metrics could not be read") }
      return facts
    }
    let samples = Exposition(response.body, format: .prometheus).families.flatMap(\.samples)
    guard samples.contains(where: { $0.name.hasPrefix("otelcol_") }) else {
      for name in names { notes.add(name, "what is exposed there are not the collector's own metrics") }
      return facts
    }
    func sum(_ prefix: String) -> Double {
      samples.filter { $0.name.hasPrefix(prefix) && $0.value.isFinite }.reduce(0) { $0 + $1.value }
    }
    let (exported, failed) = (sum("otelcol_exporter_sent_"), sum("otelcol_exporter_send_failed_"))
    let (accepted, refused) = (sum("otelcol_receiver_accepted_"), sum("otelcol_receiver_refused_"))
    facts["exported"] = .number(exported)
    facts["exportFailed"] = .number(failed)
    facts["accepted"] = .number(accepted)
    facts["refused"] = .number(refused)
    facts["failedShare"] = .number(failed == 0 ? 0 : failed / (exported + failed))
    facts["refusedShare"] = .number(refused == 0 ? 0 : refused / (accepted + refused))
    let fill = samples.filter { $0.name == "otelcol_exporter_queue_size" }.compactMap { size in
      samples.first {
        $0.name == "otelcol_exporter_queue_capacity" && $0[label: "exporter"] == size[label: "exporter"]
          && $0[label: "data_type"] == size[label: "data_type"] && $0.value > 0
      }.map { size.value / $0.value }
    }.max()
    // Without a queue nothing can fill up.
    facts["queueShare"] = .number(fill ?? 0)
    return facts
  }
}

/// Hands one made-up span to a collector. By consent: it is handed on to whatever keeps traces.
struct TestTraceProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "otlp-test-trace", summary: "whether a collector takes a made-up trace", targetKinds: ["otel-collector"],
    safety: .mutate,
    facts: .object([
      Schema.Field("accepted", .boolean, required: true, "it took the span"),
      .fact("status", .integer(), "the status of its answer"),
      .fact("rejectedSpans", .integer(minimum: 0), "spans that it says it rejected"),
    ]), traffic: "1 request")

  /// What the inventory may say.
  static let fields = [
    Schema.Field(
      "metrics", .string(.url(schemes: ["http", "https"])), "where it exposes its own metrics, usually port 8888"),
    Schema.Field(
      "otlp", .string(.url(schemes: ["http", "https"])), "where it takes OTLP over HTTP, usually port 4318"),
    Schema.Field("testTrace", .boolean, "whether a span may be sent to see whether it is taken", default: false),
  ]

  var targetKinds: [TargetKind] { [.adding(Self.fields, to: "otel-collector")] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      ServiceVisit.sighting(of: target, context) { (visit, notes) throws(Obstacle) in try Self.look(visit) }
    }
  }

  private static func look(_ visit: ServiceVisit) throws(Obstacle) -> JSONValue {
    guard let base = visit.target.settings["otlp"]?.string.flatMap({ HTTPURL($0) }) else {
      throw Obstacle(.malformed, "the inventory does not say where the collector takes OTLP (otlp)")
    }
    let path = String(base.path.reversed().drop { $0 == "/" }.reversed())
    let url = base.with(target: path.hasSuffix("/v1/traces") ? path : path + "/v1/traces")
    let now = Instant.present.seconds
    let span: JSONValue = [
      "traceId": .string(PlantedWord.hexadecimal(octets: 16)), "spanId": .string(PlantedWord.hexadecimal(octets: 8)),
      "name": "prodworthy-test-trace", "kind": 1, "startTimeUnixNano": .string("\(now - 1)000000000"),
      "endTimeUnixNano": .string("\(now)000000000"),
    ]
    let service: JSONValue = ["key": "service.name", "value": ["stringValue": "prodworthy"]]
    let answer = try visit.answer(
      at: url, .post,
      content: [
        "resourceSpans": [
          ["resource": ["attributes": [service]], "scopeSpans": [["scope": ["name": "prodworthy"], "spans": [span]]]]
        ]
      ])
    let status = answer.response.status ?? 0
    switch status {
    case 401, 403: throw Obstacle(.denied, "the collector takes no trace from the auditor (\(status))")
    case 404, 405, 415, 300...399:
      throw Obstacle(.malformed, "the service answers \(status) to a trace: it is no OTLP receiver over HTTP")
    case 200:
      // An OTLP receiver says so in JSON, be it an empty object.
      let body = try ServiceVisit.json(of: answer.response, url.target)
      guard body.object != nil else { throw Obstacle(.malformed, "the answer to a trace is no object") }
      let partial = body["partialSuccess"]?["rejectedSpans"]
      let rejected = partial?.integer ?? partial?.string.flatMap { Int($0) } ?? 0
      return [
        "accepted": .bool(rejected == 0), "status": .integer(status), "rejectedSpans": .integer(max(0, rejected)),
      ]
    default: return ["accepted": false, "status": .integer(status), "rejectedSpans": nil]
    }
  }
}

extension JSONValue {
  /// A text, or a truth value as a word.
  fileprivate var plainWord: String? { string ?? bool.map { String($0) } }
}
