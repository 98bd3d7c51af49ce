import AuditModel
import Exposition
import Facts
import HTTPExchange
import Probing

/// What a metrics endpoint exposes, twice, a moment apart.
struct MetricsEndpointProbe: Probe {
  /// Between the two scrapes, in milliseconds.
  var pause = 1000

  let descriptor = ProbeDescriptor(
    id: "metrics-endpoint", summary: "what a metrics endpoint exposes", targetKinds: ["metrics"], safety: .observe,
    facts: MetricsSchema.facts, timeout: 20_000, traffic: "3 requests")

  /// What the inventory may say.
  static let field = Schema.Field(
    "expect", .array(.string(.nonEmpty)),
    "names of metrics that have to be there, also without the suffix of their type")

  var targetKinds: [TargetKind] { [.service("metrics", "an endpoint that exposes metrics", [Self.field])] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      ServiceVisit.sighting(of: target, context) { (visit, notes) throws(Obstacle) in
        try Self.look(visit, context, pause: pause, &notes)
      }
    }
  }

  private static let accepted = (
    name: "Accept", value: "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
  )

  private static func look(
    _ visit: ServiceVisit, _ context: ProbeContext, pause: Int, _ notes: inout Notes
  ) throws(Obstacle) -> JSONValue {
    let url = visit.client.destination.url
    let answer = try visit.answer(at: url, fields: [accepted])
    let status = answer.response.status ?? 0
    if status == 401 || status == 403 || status == 407 || (300...399).contains(status) {
      throw Obstacle(.denied, "the endpoint answers \(status): the auditor may not read the metrics", status: status)
    }
    if status == 404 || status == 405 || status == 410 {
      throw Obstacle(
        .malformed, "the endpoint answers \(status): there is none, or the service is too old", status: status)
    }
    let stranger = notes.attempt("access.open") { () throws(Obstacle) in
      try visit.answer(at: url, fields: [accepted], anonymously: true).response.status
    }
    let isOpen = (stranger ?? nil).flatMap { (200...299).contains($0) ? true : [401, 403].contains($0) ? false : nil }
    var facts = MetricsFacts(answer.response)
    facts.expected = visit.target.settings["expect"]?.array?.compactMap(\.string)
    if facts.exposition != nil, answer.response.isBodyTruncated {
      notes.add("parses", "the endpoint exposes more than \(ServiceVisit.contentLimit >> 20) MiB")
    }
    if let first = facts.exposition, first.parses {
      let second = notes.attempt("falling") { () throws(Obstacle) in
        guard context.deadline.pause(milliseconds: pause) else {
          throw Obstacle(.timeout, "there was no time for a second scrape")
        }
        let again = try visit.answer(at: url, fields: [accepted]).response
        guard again.status == 200 else {
          throw Obstacle(.malformed, "the second scrape was answered with \(again.status ?? 0)")
        }
        return Exposition(again.body, format: first.format)
      }
      facts.falling = second.map { $0.counters(lowerThanIn: first) }
    }
    return facts.document(access: CommonFacts.access(isOpen: isOpen, address: answer.address, target: visit.target))
  }
}
