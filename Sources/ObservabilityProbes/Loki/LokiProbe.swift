import AuditModel
import Facts
import HTTPExchange
import Probing

/// Whether a Loki is ready, hears from every service, and keeps what it hears for a bounded time.
struct LokiProbe: Probe {
  /// The most lines that are read of one service.
  private static let mostLines = 200
  /// The most services that are looked at.
  private static let mostServices = 200

  let descriptor = ProbeDescriptor(
    id: "loki-server", summary: "whether a Loki hears from every service, and what the lines are like",
    targetKinds: ["loki"], safety: .observe,
    parameters: [
      Schema.Field(
        "windowMinutes", .integer(minimum: 1, maximum: 10_080), "how far back lines are looked for", default: 60)
    ], facts: facts, timeout: 30_000, traffic: "5 requests, and 1 for each service")

  var targetKinds: [TargetKind] {
    [
      .service(
        "loki", "a Loki server",
        [
          Schema.Field("services", .array(.string(.nonEmpty)), "the services it has to hear from"),
          Schema.Field(
            "serviceLabel", .string(.identifier), "the label that names the service of a line", default: "service"),
          Schema.Field("tenant", .string(.nonEmpty), "the tenant to ask for (X-Scope-OrgID)"),
        ])
    ]
  }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let window = parameters["windowMinutes"]?.integer ?? 60
    return await context.lane.run {
      ServiceVisit.sighting(of: target, context) { (visit, notes) throws(Obstacle) in
        try Self.look(visit, windowMinutes: window, &notes)
      }
    }
  }

  private static func look(
    _ visit: ServiceVisit, windowMinutes: Int, _ notes: inout Notes
  ) throws(Obstacle) -> JSONValue {
    let api = LokiAPI(visit: visit)
    let labels = try api.labels()
    let ready = notes.attempt("ready") { () throws(Obstacle) in try visit.answer("/ready") }
    let label = visit.target.settings["serviceLabel"]?.string ?? "service"
    let services = notes.attempt("services") { () throws(Obstacle) in
      if let declared = visit.target.settings["services"]?.array { return declared.compactMap(\.string) }
      return try api.values(of: label)
    }
    if let count = services?.count, count > mostServices {
      notes.add("services", "of \(count) services the first \(mostServices) are looked at")
    }
    let isOpen = visit.isOpen(at: "/loki/api/v1/labels", notes: &notes, as: "access.open")
    return [
      "ready": JSONValue(ready?.response.status.map { $0 == 200 }),
      "version": JSONValue(
        notes.attempt("version") { () throws(Obstacle) in
          let info = try visit.json("/loki/api/v1/status/buildinfo")
          guard let version = info["version"]?.text(60) else {
            throw Obstacle(.malformed, "the service does not tell its version")
          }
          return version
        }),
      "labels": JSONValue(labels.prefix(100).map { $0.bounded(100) }),
      "retention": retention(visit, &notes),
      "services": services.map { names in
        .array(
          names.prefix(mostServices).map { name in
            let lines = notes.attempt("services[\(name)]") { () throws(Obstacle) in
              try api.lines("{\(label)=\(name.quotedForQuery)}", minutes: windowMinutes, limit: mostLines)
            }
            return LogLines.facts(of: lines, service: name, now: Instant.present)
          })
      } ?? nil,
      "access": CommonFacts.access(isOpen: isOpen, address: ready?.address, target: visit.target),
    ]
  }

  /// A period without the compactor's switch keeps everything for ever.
  private static func retention(_ visit: ServiceVisit, _ notes: inout Notes) -> JSONValue {
    guard let response = notes.attempt("retention", { () throws(Obstacle) in try visit.content("/config") }) else {
      return nil
    }
    guard let config = LokiAPI.configuration(response.body) else {
      notes.add("retention", "the configuration that the service gives back cannot be read")
      return nil
    }
    let period = config["limits_config"]?["retention_period"]?.text(40)
    let seconds = PrometheusDuration.seconds(period)
    let isEnabled = config["compactor"]?["retention_enabled"]?.bool ?? false
    return [
      "period": JSONValue(period), "enabled": .bool(isEnabled), "bounded": .bool(isEnabled && (seconds ?? 0) > 0),
      "days": .number(seconds.map { ($0 / 864).rounded() / 100 }),
    ]
  }

  private static let facts = Schema.object([
    .fact("ready", .boolean, "it is ready to serve"),
    .fact("version", .string(), "its version"),
    Schema.Field("labels", .array(.string()), required: true, "the labels that lines have"),
    .fact(
      "retention",
      .object([
        .fact("period", .string(), "how long lines are to be kept"),
        Schema.Field("enabled", .boolean, required: true, "old lines are really deleted"),
        Schema.Field("bounded", .boolean, required: true, "both"),
        .fact("days", .number(), "the period in days"),
      ]), "how long it keeps what it hears"),
    .fact("services", .array(LogLines.schema), "the services that the inventory or the label names"),
    Schema.Field("access", CommonFacts.access, required: true, "who gets in"),
  ])
}
