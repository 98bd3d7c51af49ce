import AuditModel
import Exposition
import Facts
import HTTPExchange
import Probing

/// What a Prometheus scrapes, evaluates and hands on, and who may ask it.
struct PrometheusProbe: Probe {
  /// A Prometheus that has just started gives some notifications up, until it has discovered an Alertmanager.
  private static let usualAtStart = 100.0

  let descriptor = ProbeDescriptor(
    id: "prometheus-server", summary: "what a Prometheus scrapes, evaluates and hands on", targetKinds: ["prometheus"],
    safety: .observe, facts: PrometheusSchema.facts, timeout: 30_000, traffic: "about 15 requests")

  var targetKinds: [TargetKind] {
    [
      .service(
        "prometheus", "a Prometheus server",
        [
          Schema.Field("services", .array(.string(.nonEmpty)), "the services it has to scrape"),
          Schema.Field(
            "serviceLabel", .string(.identifier), "the label that names the service of a target", default: "job"),
        ])
    ]
  }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      ServiceVisit.sighting(of: target, context) { (visit, notes) throws(Obstacle) in
        try Self.look(visit, &notes)
      }
    }
  }

  private static func look(_ visit: ServiceVisit, _ notes: inout Notes) throws(Obstacle) -> JSONValue {
    let api = PrometheusAPI(visit: visit)
    let now = Instant.present
    let targets = ScrapeTargets(try api.data("/api/v1/targets?state=active"), now: now)
    let rules = notes.attempt("rules") { () throws(Obstacle) in RuleSet(try api.data("/api/v1/rules")) }
    let services = visit.target.settings["services"]?.array?.compactMap(\.string)
    let label = visit.target.settings["serviceLabel"]?.string ?? "job"
    let questions = RuleQuestions(rules: rules, serviceLabel: label, api: api, now: now)
    let (ready, address) = readiness(visit, &notes)
    let isOpen = visit.isOpen(at: "/api/v1/status/buildinfo", notes: &notes, as: "access.open")
    return [
      "ready": JSONValue(ready),
      "version": JSONValue(version(api, &notes)),
      "runtime": runtime(api, &notes),
      "targets": targets.facts(serviceLabel: label),
      "services": services.map { targets.services($0, label: label) } ?? nil,
      "rules": rules.map { questions.facts(of: $0, &notes) } ?? nil,
      "coverage": questions.coverage(of: services ?? targets.values(of: label), &notes),
      "watchdog": JSONValue(rules.map(\.hasWatchdog)),
      "alertmanagers": alertmanagers(api, &notes),
      "notifications": notifications(visit, &notes),
      "series": series(api, &notes),
      "flags": flags(api, &notes),
      "access": CommonFacts.access(isOpen: isOpen, address: address, target: visit.target),
    ]
  }

  private static func readiness(_ visit: ServiceVisit, _ notes: inout Notes) -> (Bool?, String?) {
    let answer = notes.attempt("ready") { () throws(Obstacle) in try visit.answer("/-/ready") }
    guard let status = answer?.response.status else { return (nil, answer?.address) }
    if status == 200 || status == 503 { return (status == 200, answer?.address) }
    notes.add("ready", "the service answers \(status) at /-/ready")
    return (nil, answer?.address)
  }

  private static func version(_ api: PrometheusAPI, _ notes: inout Notes) -> String? {
    notes.attempt("version") { () throws(Obstacle) in
      guard let version = try api.data("/api/v1/status/buildinfo")["version"]?.text(60) else {
        throw Obstacle(.malformed, "the service does not tell its version")
      }
      return version
    }
  }

  private static func runtime(_ api: PrometheusAPI, _ notes: inout Notes) -> JSONValue {
    guard
      let data = notes.attempt("runtime", { () throws(Obstacle) in try api.data("/api/v1/status/runtimeinfo") })
    else { return nil }
    let retention = data["storageRetention"]?.text(60)
    let time = retention?.split(separator: " ").first.map(String.init)
    return [
      "reloaded": JSONValue(data["reloadConfigSuccess"]?.bool),
      "corruptions": JSONValue(data["corruptionCount"]?.integer),
      "retention": JSONValue(retention),
      "retentionDays": .number(PrometheusDuration.seconds(time).map { ($0 / 864).rounded() / 100 }),
    ]
  }

  private static func alertmanagers(_ api: PrometheusAPI, _ notes: inout Notes) -> JSONValue {
    guard
      let data = notes.attempt("alertmanagers", { () throws(Obstacle) in try api.data("/api/v1/alertmanagers") })
    else { return nil }
    return [
      "active": .integer(data["activeAlertmanagers"]?.array?.count ?? 0),
      "dropped": .integer(data["droppedAlertmanagers"]?.array?.count ?? 0),
    ]
  }

  /// What the server counts of its own notifications.
  private static func notifications(_ visit: ServiceVisit, _ notes: inout Notes) -> JSONValue {
    guard
      let response = notes.attempt("notifications", { () throws(Obstacle) in try visit.content("/metrics") })
    else { return nil }
    let exposition = Exposition(response.body, format: .prometheus)
    let sent = exposition.sum(of: "prometheus_notifications_sent_total")
    let errors = exposition.sum(of: "prometheus_notifications_errors_total")
    let dropped = exposition.sum(of: "prometheus_notifications_dropped_total")
    if dropped == nil { notes.add("notifications", "the server does not expose how many notifications it dropped") }
    func share(_ part: Double, of whole: Double) -> JSONValue { .number(part == 0 ? 0 : part / max(part, whole)) }
    return [
      "sent": .number(sent), "errors": .number(errors), "dropped": .number(dropped),
      // What failed counts as sent too, and what was dropped does not.
      "failedShare": dropped == nil ? nil : share(errors ?? 0, of: sent ?? 0),
      "droppedShare": dropped.map { share($0 < usualAtStart ? 0 : $0, of: (sent ?? 0) + $0) } ?? nil,
      "ruleFailures": .number(exposition.sum(of: "prometheus_rule_evaluation_failures_total")),
    ]
  }

  private static func series(_ api: PrometheusAPI, _ notes: inout Notes) -> JSONValue {
    guard let data = notes.attempt("series", { () throws(Obstacle) in try api.data("/api/v1/status/tsdb") }) else {
      return nil
    }
    func list(_ name: String) -> JSONValue {
      .array(
        (data[name]?.array ?? []).prefix(20).map {
          ["name": JSONValue($0["name"]?.text()), "count": JSONValue($0["value"]?.integer)]
        })
    }
    return [
      "total": JSONValue(data["headStats"]?["numSeries"]?.integer), "metrics": list("seriesCountByMetricName"),
      "labels": .array(
        (list("labelValueCountByLabelName").array ?? []).filter { !["__name__", "le"].contains($0["name"]?.string) }),
    ]
  }

  private static func flags(_ api: PrometheusAPI, _ notes: inout Notes) -> JSONValue {
    guard let data = notes.attempt("flags", { () throws(Obstacle) in try api.data("/api/v1/status/flags") }) else {
      return nil
    }
    func isSet(_ name: String) -> JSONValue { JSONValue(data[name]?.string.map { $0 == "true" }) }
    return ["adminAPI": isSet("web.enable-admin-api"), "lifecycle": isSet("web.enable-lifecycle")]
  }
}

extension Exposition {
  /// The sum over all samples called `name`; nil where there is none.
  func sum(of name: String) -> Double? {
    let values = families.flatMap(\.samples).filter { $0.name == name && $0.value.isFinite }.map(\.value)
    return values.isEmpty ? nil : values.reduce(0, +)
  }
}
