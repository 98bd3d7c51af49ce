import AuditModel
import Facts
import HTTPExchange
import Probing

/// Sends a made-up alert and waits until it arrives where alerts are meant to arrive. By consent: somebody may be woken up.
struct FireDrillProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "alert-fire-drill", summary: "whether a made-up alert arrives, and after how long",
    targetKinds: ["alertmanager"],
    safety: .mutate,
    facts: .object([
      Schema.Field("alert", .string(), required: true, "the alert's name and labels"),
      .fact("accepted", .boolean, "the Alertmanager took it"),
      .fact("arrived", .boolean, "it came to the sink; null where it was not sent or there was no time to wait"),
      .fact("seconds", .number(minimum: 0), "from sending to arriving"),
      Schema.Field("sink", .string(.word(["listener", "polled"])), required: true, "how its arrival shows"),
      Schema.Field("waitedSeconds", .number(minimum: 0), required: true, "how long was waited"),
      .fact("resolved", .boolean, "the alert was taken back"),
    ]), timeout: 330_000, traffic: "3 requests, and 1 each second where a sink is polled",
    measures: Measures([.init("$.seconds", "time until an alert arrives", unit: "s", least: 1)], sound: "$.arrived"))

  /// What the inventory may say.
  static let field = Schema.Field(
    "drill",
    .object([
      Schema.Field(
        "labels", .object([], others: .string()), "the labels by which the alert is routed",
        default: ["severity": "critical"]),
      Schema.Field(
        "listen", .integer(minimum: 1, maximum: 65535), "the port on 127.0.0.1 to which a webhook receiver sends"),
      Schema.Field(
        "sink", .string(.url(schemes: ["http", "https"])), "a URL that shows what arrived, asked without credentials"),
      Schema.Field("patienceSeconds", .integer(minimum: 1, maximum: 300), "how long to wait", default: 90),
    ]), "how to tell that an alert arrived: listen or sink")

  var targetKinds: [TargetKind] { [.adding([Self.field], to: "alertmanager")] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      ServiceVisit.sighting(of: target, context) { (visit, notes) throws(Obstacle) in
        try Self.look(visit, context, &notes)
      }
    }
  }

  private enum Sink: ~Copyable {
    case listener(DrillReceiver)
    case polled(HTTPURL)
  }

  private static func look(
    _ visit: ServiceVisit, _ context: ProbeContext, _ notes: inout Notes
  ) throws(Obstacle) -> JSONValue {
    guard let drill = visit.target.settings["drill"]?.object else {
      throw Obstacle(.malformed, "the inventory does not say how an alert's arrival shows (drill)")
    }
    let sink: Sink
    if let port = drill["listen"]?.integer {
      guard let receiver = DrillReceiver(port: port) else {
        throw Obstacle(.broken, "the port \(port) on 127.0.0.1 cannot be listened on")
      }
      sink = .listener(receiver)
    } else if let url = drill["sink"]?.string.flatMap({ HTTPURL($0) }) {
      sink = .polled(url)
    } else {
      throw Obstacle(.malformed, "the drill names neither a port to listen on nor a sink to ask")
    }
    // Before anything is sent: who takes everything is no Alertmanager.
    guard try visit.json("/api/v2/status")["versionInfo"] != nil else {
      throw Obstacle(.malformed, "the service answers, and not as an Alertmanager does")
    }
    let word = PlantedWord.fresh("drill-")
    var labels: JSONObject = drill["labels"]?.object ?? ["severity": "critical"]
    labels["alertname"] = "ProdworthyFireDrill"
    labels["drill"] = .string(word)
    let patience = drill["patienceSeconds"]?.integer ?? 90
    let sent = ContinuousClock.now
    try post(labels, endsIn: patience + 600, visit)
    let deadline = context.deadline.capped(milliseconds: patience * 1000)
    let hasArrived: Bool
    let name: String
    switch consume sink {
    case .listener(let receiver):
      hasArrived = receiver.waits(for: word, before: deadline, traffic: context.traffic)
      name = "listener"
    case .polled(let url):
      hasArrived = poll(url, for: word, visit, before: deadline)
      name = "polled"
    }
    let seconds = Self.seconds(ContinuousClock.now - sent)
    // Whatever came of it: the alert must not go on.
    let isResolved = notes.attempt("resolved") { () throws(Obstacle) in
      try takeBack(labels, visit, context)
      return true
    }
    let hadTime = hasArrived || seconds + 1 >= Double(patience)
    if !hadTime { notes.add("arrived", "the time for the drill was over before its patience of \(patience) s") }
    return [
      "alert": .string(
        labels.members.filter { $0.name != "drill" }.map { "\($0.name)=\($0.value.string ?? "")" }.joined(
          separator: ", "
        )
        .bounded(300)),
      "accepted": true, "arrived": hadTime ? .bool(hasArrived) : nil, "seconds": hasArrived ? .number(seconds) : nil,
      "sink": .string(name), "waitedSeconds": .number(seconds), "resolved": JSONValue(isResolved),
    ]
  }

  private static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return (Double(seconds) + Double(attoseconds) / 1e18).rounded(toPlaces: 3)
  }

  /// Sends the alert, or the end of it.
  private static func post(_ labels: JSONObject, endsIn seconds: Int, _ visit: ServiceVisit) throws(Obstacle) {
    let now = Instant.present
    let alert: JSONValue = [
      "labels": .object(labels),
      "annotations": ["summary": "A drill: this alert is made up, and shows that alerts arrive."],
      "startsAt": .string(Instant(seconds: now.seconds - 1).description),
      "endsAt": .string(Instant(seconds: now.seconds + seconds).description),
    ]
    let answer = try visit.answer("/api/v2/alerts", .post, content: [alert])
    switch answer.response.status ?? 0 {
    case 200...299: return
    case 401, 403: throw Obstacle(.denied, "the Alertmanager takes no alert from the auditor")
    case let status: throw Obstacle(.malformed, "the Alertmanager answers \(status) to an alert")
    }
  }

  /// Ends the alert, also where the run is called off or its time is over.
  private static func takeBack(
    _ labels: JSONObject, _ visit: ServiceVisit, _ context: ProbeContext
  ) throws(Obstacle) {
    try post(labels, endsIn: 0, try ServiceVisit(visit.target, context.withGrace(milliseconds: 500)))
  }

  private static func poll(
    _ url: HTTPURL, for word: String, _ visit: ServiceVisit, before deadline: Deadline
  ) -> Bool {
    repeat {
      if let answer = try? visit.answer(at: url, anonymously: true),
        String(decoding: answer.response.body, as: UTF8.self).contains(word)
      {
        return true
      }
    } while deadline.pause(milliseconds: 1000)
    return false
  }
}

extension ProbeContext {
  /// The same, with a little time of its own for undoing what was done, however the look ended.
  func withGrace(milliseconds: Int) -> ProbeContext {
    var context = self
    context.deadline = Deadline(milliseconds: milliseconds)
    return context
  }
}

extension Double {
  /// Rounded to so many decimal places.
  func rounded(toPlaces places: Int) -> Double {
    let factor = (0..<places).reduce(1.0) { product, _ in product * 10 }
    return (self * factor).rounded() / factor
  }
}
