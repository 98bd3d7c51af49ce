import AuditModel
import Facts
import HTTPExchange
import Probing

/// Asks a Prometheus or an Alertmanager whether an alert fires. Blocks: only on a lane.
struct AlertWatch: Sendable {
  let alert: DeclaredDependency.Alert
  let trust: [String]
  let traffic: TrafficMeter

  /// Whether it fires now; nil where that is not told.
  func fires(before deadline: Deadline) -> Bool? {
    let base = alert.url.hasSuffix("/") ? String(alert.url.dropLast()) : alert.url
    let text = base + (alert.isAlertmanager ? "/api/v2/alerts" : "/api/v1/alerts")
    let target = Target(id: "alerts", kind: "http", settings: ["url": .string(text)])
    guard let url = HTTPURL(text), let destination = try? Destination(target, trust: trust) else { return nil }
    var request = HTTPRequest(.get, url)
    request.contentLimit = 4 << 20
    let client = Client(destination: destination, deadline: deadline, traffic: traffic)
    guard let answer = try? client.answer(to: request, presenting: .nothing), answer.response.status == 200,
      let document = try? JSONText.parse(answer.response.body)
    else { return nil }
    let alerts = alert.isAlertmanager ? document.array : document["data"]?["alerts"]?.array
    return alerts?.contains { entry in
      let state = alert.isAlertmanager ? entry["status"]?["state"]?.string : entry["state"]?.string
      // Alertmanager knows firing alerts only; a silenced one fires, too.
      return entry["labels"]?["alertname"]?.string == alert.name && (alert.isAlertmanager || state == "firing")
    }
  }
}
