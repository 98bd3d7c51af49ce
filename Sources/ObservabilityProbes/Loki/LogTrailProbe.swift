import AuditModel
import Facts
import HTTPExchange
import Probing

/// Sends one request with a made-up id and looks for that id in the logs.
struct LogTrailProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "log-trail", summary: "whether the id of a request is found again in the logs", targetKinds: ["loki"],
    safety: .probe,
    facts: .object([
      Schema.Field("asked", .string(), required: true, "the URL that was asked"),
      .fact("status", .integer(), "the status of its answer"),
      .fact("found", .boolean, "a line with the id came; null where there was no time to wait"),
      .fact("seconds", .number(minimum: 0), "from the answer to the line"),
      Schema.Field("services", .array(.string()), required: true, "the services whose lines have it"),
      Schema.Field("waitedSeconds", .number(minimum: 0), required: true, "how long was waited"),
    ]), timeout: 130_000, traffic: "1 request to the declared URL, and 1 each second to the Loki")

  /// What the inventory may say.
  static let field = Schema.Field(
    "trail",
    .object([
      Schema.Field(
        "url", .string(.url(schemes: ["http", "https"])), required: true, "what to ask; it should be logged"),
      Schema.Field("header", .string(.nonEmpty), "the header field for the id", default: "X-Request-ID"),
      Schema.Field(
        "selector", .string(.nonEmpty), "which streams to look through, as LogQL has it; all with the service label"),
      Schema.Field("patienceSeconds", .integer(minimum: 1, maximum: 120), "how long to wait", default: 30),
    ]), "a request whose id has to be found in the logs")

  var targetKinds: [TargetKind] { [.adding([Self.field], to: "loki")] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      ServiceVisit.sighting(of: target, context) { (visit, notes) throws(Obstacle) in
        try Self.look(visit, context, &notes)
      }
    }
  }

  private static func look(
    _ visit: ServiceVisit, _ context: ProbeContext, _ notes: inout Notes
  ) throws(Obstacle) -> JSONValue {
    guard let trail = visit.target.settings["trail"], let url = trail["url"]?.string.flatMap({ HTTPURL($0) }) else {
      throw Obstacle(.malformed, "the inventory names no request to look for (trail)")
    }
    let api = LokiAPI(visit: visit)
    // Before anything is sent: without a Loki that answers there is nothing to find.
    _ = try api.labels()
    let word = PlantedWord.fresh("audit-")
    let label = visit.target.settings["serviceLabel"]?.string ?? "service"
    let answer = try visit.answer(
      at: url, fields: [(name: trail["header"]?.string ?? "X-Request-ID", value: word)], anonymously: true)
    let patience = trail["patienceSeconds"]?.integer ?? 30
    let began = ContinuousClock.now
    let deadline = context.deadline.capped(milliseconds: patience * 1000)
    let selector = trail["selector"]?.string ?? "{\(label)=~\".+\"}"
    var lines: [LokiAPI.Line] = []
    var failure: Obstacle?
    repeat {
      do throws(Obstacle) {
        lines = try api.lines("\(selector) |= \(word.quotedForQuery)", minutes: 10, limit: 100)
        failure = nil
      } catch {
        failure = error
      }
    } while lines.isEmpty && deadline.pause(milliseconds: 1000)
    if lines.isEmpty, let failure { throw failure }
    let (whole, rest) = (ContinuousClock.now - began).components
    let seconds = (Double(whole) + Double(rest) / 1e18).rounded(toPlaces: 3)
    let hadTime = !lines.isEmpty || seconds + 1 >= Double(patience)
    if !hadTime { notes.add("found", "the time for looking was over before its patience of \(patience) s") }
    return [
      "asked": .string(url.text.bounded(300)), "status": JSONValue(answer.response.status),
      "found": hadTime ? .bool(!lines.isEmpty) : nil, "seconds": lines.isEmpty ? nil : .number(seconds),
      "services": JSONValue(Set(lines.compactMap { $0.labels[label]?.text() }).sorted()),
      "waitedSeconds": .number(seconds),
    ]
  }
}
