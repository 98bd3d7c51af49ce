import AuditModel
import Exposition
import Facts
import HTTPExchange
import Probing

/// Where an Alertmanager sends alerts, and what keeps it from that.
struct AlertmanagerProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "alertmanager-server", summary: "where an Alertmanager sends alerts, and what keeps it from that",
    targetKinds: ["alertmanager"], safety: .observe, facts: facts, timeout: 20_000, traffic: "6 requests")

  /// What the inventory may say.
  static let field = Schema.Field(
    "labelSets", .array(.object([], others: .string())),
    "labels of alerts that must reach somebody; severity critical and severity warning unless said otherwise")

  var targetKinds: [TargetKind] { [.service("alertmanager", "an Alertmanager", [Self.field])] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      ServiceVisit.sighting(of: target, context) { (visit, notes) throws(Obstacle) in
        try Self.look(visit, &notes)
      }
    }
  }

  private static func look(_ visit: ServiceVisit, _ notes: inout Notes) throws(Obstacle) -> JSONValue {
    let now = Instant.present
    let status = try visit.json("/api/v2/status")
    guard status["versionInfo"] != nil || status["config"] != nil else {
      throw Obstacle(.malformed, "the service answers, and not as an Alertmanager does")
    }
    let ready = notes.attempt("ready") { () throws(Obstacle) in try visit.answer("/-/ready") }
    let tree = notes.attempt("routing") { () throws(Obstacle) in
      guard let original = status["config"]?["original"]?.string else {
        throw Obstacle(.malformed, "the Alertmanager does not give its configuration back")
      }
      return try RouteTree(original)
    }
    let alerts = notes.attempt("watchdog") { () throws(Obstacle) in try visit.json("/api/v2/alerts?active=true") }
    let silences = notes.attempt("silences") { () throws(Obstacle) in try visit.json("/api/v2/silences") }
    let labelSets =
      visit.target.settings["labelSets"]?.array?.compactMap(\.object)
      ?? [["severity": "critical"], ["severity": "warning"]]
    let isOpen = visit.isOpen(at: "/api/v2/status", notes: &notes, as: "access.open")
    return [
      "ready": JSONValue(ready?.response.status.map { $0 == 200 }),
      "version": JSONValue(status["versionInfo"]?["version"]?.text(60)),
      "cluster": [
        "status": JSONValue(status["cluster"]?["status"]?.text(40)),
        "peers": JSONValue(status["cluster"]?["peers"]?.array?.count),
      ],
      "routing": tree.map { AlertmanagerFacts.routing($0, labelSets: labelSets) } ?? nil,
      "watchdog": alerts.map { AlertmanagerFacts.watchdog($0, tree: tree, now: now) } ?? nil,
      "silences": silences.map { AlertmanagerFacts.silences($0, now: now) } ?? nil,
      "notifications": notifications(visit, &notes),
      "access": CommonFacts.access(isOpen: isOpen, address: ready?.address, target: visit.target),
    ]
  }

  /// What the server counts of its own work, by kind of integration.
  private static func notifications(_ visit: ServiceVisit, _ notes: inout Notes) -> JSONValue {
    guard
      let response = notes.attempt("notifications", { () throws(Obstacle) in try visit.content("/metrics") })
    else { return nil }
    let samples = Exposition(response.body, format: .prometheus).families.flatMap(\.samples)
    func sums(_ name: String) -> [String: Double] {
      var sums: [String: Double] = [:]
      for sample in samples where sample.name == name && sample.value.isFinite {
        sums[sample[label: "integration"]?.bounded(40) ?? "", default: 0] += sample.value
      }
      return sums
    }
    let (sent, failed) = (sums("alertmanager_notifications_total"), sums("alertmanager_notifications_failed_total"))
    if sent.isEmpty, failed.isEmpty {
      notes.add("notifications", "the server does not expose how many notifications it sent")
      return nil
    }
    return .array(
      Set(sent.keys).union(failed.keys).sorted().filter { (sent[$0] ?? 0) + (failed[$0] ?? 0) > 0 }.map { name in
        [
          "integration": .string(name), "sent": .number(sent[name] ?? 0), "failed": .number(failed[name] ?? 0),
          "failedShare": .number(min(1, (failed[name] ?? 0) / max(1, sent[name] ?? 0, failed[name] ?? 0))),
        ]
      })
  }

  // MARK: Shape

  private static let facts = Schema.object([
    .fact("ready", .boolean, "it is ready to serve"),
    .fact("version", .string(), "its version"),
    Schema.Field(
      "cluster",
      .object([
        .fact("status", .string(), "ready, settling or disabled"), .fact("peers", .integer(), "how many there are"),
      ]), required: true, "its peers"),
    .fact("routing", routing, "what its configuration leads to"),
    .fact(
      "watchdog",
      .object([
        Schema.Field("present", .boolean, required: true, "an alert called so is active"),
        .fact("secondsSinceUpdate", .integer(minimum: 0), "how long ago Prometheus sent it"),
        Schema.Field("receivers", .array(.string()), required: true, "where it goes"),
        .fact("reachesSomebody", .boolean, "one of them has an integration"),
      ]), "the alert that fires all the time"),
    .fact(
      "silences",
      .array(
        .object([
          .fact("id", .string(), "its id"), .fact("by", .string(), "who made it"),
          .fact("comment", .string(), "why"),
          Schema.Field("matchers", .string(), required: true, "what it silences"),
          .fact("days", .number(), "how long it lasts in all"), .fact("daysLeft", .number(), "how long it still lasts"),
          Schema.Field("silencesAll", .boolean, required: true, "it silences every alert"),
        ])), "the silences in force"),
    .fact(
      "notifications",
      .array(
        .object([
          Schema.Field("integration", .string(), required: true, "the kind of integration"),
          .fact("sent", .number(), "attempts since its start"), .fact("failed", .number(), "those that failed"),
          .fact("failedShare", .number(minimum: 0, maximum: 1), "the part that failed"),
        ])), "what it counts of its own work"),
    Schema.Field("access", CommonFacts.access, required: true, "who gets in"),
  ])

  private static let routing = Schema.object([
    Schema.Field(
      "receivers",
      .array(
        .object([
          Schema.Field("name", .string(), required: true, "its name"),
          Schema.Field("integrations", .array(.string()), required: true, "the kinds of its integrations"),
          Schema.Field("used", .boolean, required: true, "a route leads to it"),
          Schema.Field("reachesSomebody", .boolean, required: true, "it has an integration at all"),
        ])), required: true, "the receivers"),
    Schema.Field("routes", .integer(minimum: 1), required: true, "how many routes there are"),
    .fact("defaultReceiver", .string(), "where alerts go that no route is for"),
    Schema.Field(
      "deliveries",
      .array(
        .object([
          Schema.Field("labels", .string(), required: true, "the labels of an alert"),
          .fact("receivers", .array(.string()), "the receivers it ends at"),
          .fact("delivered", .boolean, "one of them has an integration"),
          .fact("groupWaitSeconds", .number(), "how long it waits for others to go with"),
          .fact("repeatSeconds", .number(), "how often it is repeated"),
        ])), required: true, "where alerts with the declared labels go"),
    Schema.Field(
      "inhibitions",
      .array(
        .object([
          Schema.Field("source", .string(), required: true, "the alerts that inhibit"),
          Schema.Field("target", .string(), required: true, "the alerts that are inhibited"),
          Schema.Field("swallowsAll", .boolean, required: true, "one alert inhibits all others"),
        ])), required: true, "which alerts silence which"),
  ])
}
