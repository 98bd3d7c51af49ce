import AuditModel
import Facts
import Probing
import Synchronization

/// How the Alertmanager is, until defects change it.
struct AlertmanagerPlan: Sendable {
  /// Where warnings go.
  var warnings = "pager"
  /// Where the alert goes that always fires.
  var watchdog = "heartbeat"
  /// Whether alerts for developers are led to nobody.
  var leadsDebuggingNowhere = false
  /// Whether the address of those who are told has changed.
  var pagerHasMoved = false
  /// Whether one alert keeps all others quiet.
  var inhibitsAll = false
  /// The days for which one alert is silenced; nil for no silence.
  var silencedDays: Int?
  /// Whether every alert is silenced.
  var isSilenced = false
  /// Whether it waits for peers that do not come.
  var waitsForPeers = false
  /// Whether the route of drills leads where nobody takes them.
  var losesDrills = false
  /// How long the alerts of drills are gathered.
  var drillWait = "0s"
}

/// A real Alertmanager that tells the desk.
struct AlertmanagerServer: Sendable {
  let plan: AlertmanagerPlan
  let site: Site
  let folder: String

  private var port: Int { site.ports["alertmanager"] }

  /// Starts it.
  func start() throws(GroundFailure) -> AwaitedPart {
    try Files.write(configuration, to: "\(folder)/alertmanager.yml")
    let cluster =
      plan.waitsForPeers
      ? ["--cluster.listen-address=127.0.0.1:\(site.ports["alertmanager-peers"])", "--cluster.gossip-interval=1h"]
      : ["--cluster.listen-address="]
    let part = try site.launcher.start(
      [
        Launcher.path(of: "prometheus-alertmanager"), "--config.file=../watch/alertmanager.yml",
        "--storage.path=../watch/alerts", "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
      ] + cluster, log: "alertmanager")
    let first = Mutex(false)
    return AwaitedPart(part: part) {
      if !first.withLock({ $0 }) {
        guard Ports.isOpen(port), silence(), announce() else { return false }
        first.withLock { $0 = true }
      }
      return plan.waitsForPeers || hasTold
    }
  }

  /// JSON is YAML.
  private var configuration: String {
    let desk = "http://127.0.0.1:\(site.ports["desk"])/hooks"
    func hook(_ url: String, tellsEnd: Bool = true) -> JSONValue {
      [["url": .string(url), "send_resolved": .bool(tellsEnd)]]
    }
    let drills: JSONValue = [
      "receiver": plan.losesDrills ? "pager" : "drill", "matchers": ["drill=~\"drill-.+\""],
      "group_wait": .string(plan.drillWait),
    ]
    var routes: [JSONValue] = [
      ["receiver": .string(plan.watchdog), "matchers": ["alertname=\"Watchdog\""]],
      ["receiver": "pager", "matchers": ["severity=\"critical\""], "routes": [drills]],
      ["receiver": .string(plan.warnings), "matchers": ["severity=\"warning\""]],
    ]
    if plan.leadsDebuggingNowhere { routes.append(["receiver": "nobody", "matchers": ["severity=\"debug\""]]) }
    var configuration: JSONObject = [
      "route": [
        "receiver": "pager", "group_by": ["alertname"], "group_wait": "0s", "group_interval": "5s",
        "repeat_interval": "4h", "routes": .array(routes),
      ],
      "receivers": [
        ["name": "pager", "webhook_configs": hook("\(desk)/\(plan.pagerHasMoved ? "moved" : "pager")")],
        ["name": "heartbeat", "webhook_configs": hook("\(desk)/heartbeat")],
        // Who drills listens only until the alert has come.
        ["name": "drill", "webhook_configs": hook("http://127.0.0.1:\(site.ports["drill"])/", tellsEnd: false)],
        ["name": "nobody"],
      ],
    ]
    if plan.inhibitsAll {
      configuration["inhibit_rules"] = [
        ["source_matchers": ["alertname=\"Maintenance\""], "target_matchers": ["alertname=~\".+\""]]
      ]
    }
    return JSONText.compact(.object(configuration)) + "\n"
  }

  private func post(_ path: String, _ body: JSONValue) -> Bool {
    let answer = try? LoopbackHTTP.send(
      .post, port: port, path: path, contentType: "application/json", body: Array(JSONText.compact(body).utf8),
      before: Deadline(milliseconds: 5000))
    return answer?.status == 200
  }

  private func silence() -> Bool {
    guard plan.isSilenced || plan.silencedDays != nil else { return true }
    let now = Instant.present
    return post(
      "/api/v2/silences",
      [
        "matchers": [
          [
            "name": "alertname", "value": plan.isSilenced ? ".+" : "DiskFills", "isRegex": .bool(plan.isSilenced),
            "isEqual": true,
          ]
        ], "startsAt": .string(now.description),
        "endsAt": .string(Instant(seconds: now.seconds + 86_400 * (plan.silencedDays ?? 1)).description),
        "createdBy": "bob", "comment": "it is known",
      ])
  }

  /// Says that the platform was started: whoever reads the desk's notes sees that notifications come.
  private func announce() -> Bool {
    post(
      "/api/v2/alerts",
      [
        [
          "labels": ["alertname": "PlatformStarted", "severity": "info"], "annotations": ["summary": "It has started."],
        ]
      ])
  }

  /// Whether it has told somebody something, with or without success; where it may not tell, whether it knows an alert.
  private var hasTold: Bool {
    let text = try? LoopbackHTTP.send(.get, port: port, path: "/metrics", before: Deadline(milliseconds: 5000)).body
    let lines = String(decoding: text ?? [], as: UTF8.self).split(separator: "\n")
    func count(_ prefix: String) -> Double {
      lines.filter { $0.hasPrefix(prefix) }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
        .reduce(0, +)
    }
    if plan.isSilenced { return count("alertmanager_alerts_received_total{status=\"firing\"") > 0 }
    let wanted = plan.pagerHasMoved ? "alertmanager_notifications_failed_total" : "alertmanager_notifications_total"
    return count("\(wanted){integration=\"webhook\"") > 0
  }
}
