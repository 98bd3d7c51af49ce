import AuditModel
import Facts
import Probing

/// Whether the metrics that the inventory calls the business's own exist and move.
struct BusinessMetricsProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "business-metrics", summary: "whether the declared business metrics exist and move",
    targetKinds: ["prometheus"],
    safety: .observe,
    facts: .object([
      Schema.Field(
        "metrics",
        .array(
          .object([
            Schema.Field("name", .string(), required: true, "the metric, or what the inventory calls it"),
            Schema.Field("windowSeconds", .integer(), required: true, "how far back was looked"),
            .fact("exists", .boolean, "it has a series"),
            .fact("moves", .boolean, "its value changed within the window"),
            .fact("latest", .number(), "the sum of its present values"),
            .fact("spanSeconds", .integer(), "the time between its first and last value in the window"),
          ])), required: true, "the declared metrics")
    ]), timeout: 30_000, traffic: "1 request for each declared metric")

  /// What the inventory may say.
  static let field = Schema.Field(
    "businessMetrics",
    .array(
      .object([
        Schema.Field("query", .string(.nonEmpty), required: true, "the metric, or an expression of PromQL"),
        Schema.Field("name", .string(.nonEmpty), "what to call it"),
        Schema.Field(
          "windowMinutes", .integer(minimum: 1, maximum: 10_080), "within which it has to change", default: 60),
      ])), "metrics of the business, which move while the system does its work")

  var targetKinds: [TargetKind] { [.adding([Self.field], to: "prometheus")] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      ServiceVisit.sighting(of: target, context) { (visit, notes) throws(Obstacle) in
        try Self.look(visit, &notes)
      }
    }
  }

  /// Metrics of one target that are asked for.
  private static let most = 50

  private static func look(_ visit: ServiceVisit, _ notes: inout Notes) throws(Obstacle) -> JSONValue {
    let api = PrometheusAPI(visit: visit)
    // Whether there is a Prometheus at all.
    _ = try api.data("/api/v1/query?query=1")
    let now = Instant.present.seconds
    var metrics: [JSONValue] = []
    let all = visit.target.settings["businessMetrics"]?.array ?? []
    if all.count > most { notes.add("metrics", "of \(all.count) declared metrics the first \(most) are looked at") }
    for declared in all.prefix(most) {
      guard let query = declared["query"]?.string else { continue }
      let name = declared["name"]?.string ?? query
      let window = 60 * (declared["windowMinutes"]?.integer ?? 60)
      let series = notes.attempt("metrics[\(name)]") { () throws(Obstacle) in
        try api.query(query, from: now - window, to: now, step: max(1, window / 120))
      }
      metrics.append(facts(name, window, series, &notes))
    }
    return ["metrics": .array(metrics)]
  }

  private static func facts(
    _ name: String, _ window: Int, _ series: [PrometheusAPI.Series]?, _ notes: inout Notes
  ) -> JSONValue {
    let points = series?.flatMap(\.points) ?? []
    let times = points.map(\.time)
    let span = times.max().flatMap { last in times.min().map { Int((last - $0).rounded()) } }
    var moves: Bool?
    if let series, !points.isEmpty {
      moves = series.contains { Set($0.points.map(\.value)).count > 1 }
      if moves == false, let span, span * 2 < window {
        // Too short a time to say that it stands still.
        moves = nil
        notes.add("metrics[\(name)].moves", "there are values for \(span) of \(window) seconds only")
      }
    }
    let latest = series.map { $0.compactMap { $0.points.last?.value }.reduce(0, +) }
    return [
      "name": .string(name), "windowSeconds": .integer(window),
      "exists": JSONValue(series.map { _ in !points.isEmpty }),
      "moves": JSONValue(moves), "latest": points.isEmpty ? nil : .number(latest), "spanSeconds": JSONValue(span),
    ]
  }
}
