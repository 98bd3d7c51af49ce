import AuditModel
import Definitions
import Facts
import History
import Reporting

/// What of a run is told to whom. Pure.
struct Telling: Sendable {
  /// The channels there are.
  let channels: [ServiceDefinition.Channel]
  /// For links; nil for none.
  let publicURL: String?
  /// Until when an Alertmanager keeps what fails firing without hearing of it again.
  let firingUntil: Instant
  /// Whether all of it happens in a rehearsal: then every notice says so, for whoever takes it for an emergency.
  var isRehearsal = false

  /// The most findings of one notice that are spelled out.
  static let mostListed = 10

  /// The notices of a run. The first of its stream brings none, since nothing got worse or better by it, and neither does
  /// one that comes late.
  func notices(_ news: RunNews) -> [Notice] {
    guard news.isNewest else { return [] }
    return channels.flatMap { channel -> [Notice] in
      if case .alertmanager = channel.destination { return [alerts(news, channel)].compactMap(\.self) }
      return [ServiceDefinition.Event.regression, .recovery].compactMap { event in
        guard channel.events.contains(event), let body = body(news, event, channel) else { return nil }
        return Notice(
          channel: channel.name, kind: event.rawValue, about: news.run.runID, body: body, at: news.run.finishedAt)
      }
    }
  }

  /// So long before its end a waiver is told of, in seconds.
  private static let waiverNotice = 14 * 86_400

  /// The notices of waivers that end soon, one for each, whatever the run: the same in every night until then.
  func notices(waivers: [WaiverLine], _ news: RunNews) -> [Notice] {
    guard news.isNewest else { return [] }
    let now = news.run.finishedAt
    let ending = waivers.filter { line in
      line.state != "expired" && (0...Self.waiverNotice).contains(line.expires.seconds(since: now))
    }
    return channels.filter { $0.events.contains(.waiver) }.flatMap { channel -> [Notice] in
      // To an Alertmanager a waiver is nothing that fires.
      if case .alertmanager = channel.destination { return [] }
      return ending.map { line in
        let stream = news.stream
        let event = Event(
          kind: .waiver,
          title: "\(stream.system) (\(stream.environment)): the waiver \(line.id) ends on \(line.expires.day)",
          lines: ["\(line.check) on \(line.target), owner \(line.owner), \(line.ticket)"], more: 0,
          link: publicURL.map { "\($0)/waivers" },
          document: [
            "event": "waiver", "system": .string(stream.system), "environment": .string(stream.environment),
            "waiver": .string(line.id), "check": .string(line.check), "target": .string(line.target),
            "owner": .string(line.owner), "ticket": .string(line.ticket), "expires": .string(line.expires.description),
          ])
        return Notice(
          channel: channel.name, kind: "waiver",
          about: "\(stream.system) \(stream.environment) \(line.id) \(line.expires)",
          body: rendered(event, for: channel), at: now)
      }
    }
  }

  /// The notices of an audit that could not be run at all.
  func notices(broken audit: String, slot: Instant, reason: String) -> [Notice] {
    channels.filter { $0.events.contains(.broken) }.compactMap { channel in
      let event = Telling.Event(
        kind: .broken, title: "The audit \(audit) could not be run", lines: [reason], more: 0, link: publicURL,
        document: [
          "event": "broken", "audit": .string(audit), "plannedAt": .string(slot.description), "reason": .string(reason),
        ])
      let body: String =
        if case .alertmanager = channel.destination {
          InertJSON.line(of: [
            [
              "labels": .object(
                labelled(["alertname": "ProdworthyAuditBroken", "audit": Self.line(audit), "severity": "critical"])),
              "annotations": ["summary": Self.line(summarised(event.title)), "description": Self.line(reason)],
              "startsAt": .string(slot.description), "endsAt": .string(firingUntil.description),
            ]
          ])
        } else {
          rendered(event, for: channel)
        }
      return Notice(channel: channel.name, kind: "broken", about: "\(audit) \(slot)", body: body, at: slot)
    }
  }

  /// One thing to be told, before it is put into a channel's words.
  struct Event: Sendable {
    var kind: ServiceDefinition.Event
    /// One line.
    var title: String
    /// One line per finding, the worst first.
    var lines: [String]
    /// How many findings are not spelled out.
    var more: Int
    var link: String?
    /// For machines.
    var document: JSONObject
  }

  // MARK: Regressions and recoveries

  private func body(
    _ news: RunNews, _ kind: ServiceDefinition.Event, _ channel: ServiceDefinition.Channel
  ) -> String? {
    let isBad = kind == .regression
    // What changes all the time is no news, and what is waived was accepted.
    let changes = news.changes.filter { change in
      (isBad ? change.kind.isRegression : change.kind == .recovered) && !change.isFlapping
        && change.finding.state.severity >= channel.severity && !change.finding.state.isWaived
    }
    let measures = news.measures.filter { $0.kind == (isBad ? .regressed : .recovered) }
    let gate = Self.gateChange(news)
    let gateCounts = gate.map { $0 == .passed ? !isBad : isBad } ?? false
    guard !changes.isEmpty || !measures.isEmpty || gateCounts else { return nil }
    let (stream, run) = (news.stream, news.run)
    let name = "\(stream.system) (\(stream.environment))"
    var title = name + ": "
    if !changes.isEmpty {
      title +=
        "\(changes.count) \(isBad ? "regression" : changes.count == 1 ? "recovery" : "recoveries")"
        + (isBad && changes.count > 1 ? "s" : "")
    }
    if !measures.isEmpty {
      title +=
        "\(changes.isEmpty ? "" : ", ")\(measures.count) number\(measures.count == 1 ? "" : "s") "
        + (isBad ? "worse than noise explains" : "well again")
    }
    if gateCounts, let previous = news.previous {
      title += "\(changes.isEmpty && measures.isEmpty ? "" : ", ")gate \(previous.gate.rawValue) → \(run.gate.rawValue)"
    }
    let link = publicURL.map { "\($0)/runs/\(Markup.segment(run.runID))" }
    let document: JSONObject = [
      "event": .string(kind.rawValue), "system": .string(stream.system), "environment": .string(stream.environment),
      "policy": .string(stream.policy),
      "run": .object(run.json), "previous": news.previous.map { .object($0.json) } ?? .null,
      "gate": ["before": JSONValue(news.previous?.gate.rawValue), "after": .string(run.gate.rawValue)],
      "findings": .array(changes.prefix(100).map { .object($0.json) }),
      "count": .integer(changes.count), "measures": .array(measures.prefix(100).map { .object($0.json) }),
      "link": JSONValue(link),
    ]
    return rendered(
      Event(
        kind: kind, title: title,
        lines: Array((changes.map(Self.line) + measures.map(Self.line)).prefix(Self.mostListed)),
        more: max(0, changes.count + measures.count - Self.mostListed), link: link, document: document), for: channel)
  }

  /// The gate's decision where it is not that of the run before.
  private static func gateChange(_ news: RunNews) -> Gate.Decision? {
    guard let previous = news.previous, previous.gate != news.run.gate else { return nil }
    // From failed to cannot tell, or back, is neither better nor worse.
    return previous.gate == .passed || news.run.gate == .passed ? news.run.gate : nil
  }

  private static func line(_ change: FindingChange) -> String {
    let finding = change.finding
    let place = finding.subject.map { "\(finding.target) · \($0)" } ?? finding.target
    let after = change.repairSeconds.map { " after \(Span.words($0))" } ?? ""
    return "\(finding.state.severity.rawValue) \(change.kind.rawValue)\(after): \(finding.check) on \(place): "
      + finding.message
  }

  private static func line(_ change: MeasureChange) -> String {
    let item = change.measurement
    func words(_ value: Double?) -> String { value.map { "\(($0 * 1000).rounded() / 1000)" } ?? "none" }
    let place = [item.target, item.subject].compactMap(\.self).joined(separator: " · ")
    return
      "\(change.kind.rawValue): \(item.name)\(place.isEmpty ? "" : " on \(place)"): \(words(item.value)) \(item.unit), "
      + "noise explains \(words(item.lower)) to \(words(item.upper)) \(item.unit) over \(item.earlier.count) runs"
  }

  private func rendered(_ event: Event, for channel: ServiceDefinition.Channel) -> String {
    var event = event
    if isRehearsal {
      event.title = summarised(event.title)
      event.lines.append("This was rehearsed: its times are made up.")
      event.document["rehearsed"] = true
    }
    return switch channel.destination {
    case .webhook, .alertmanager: InertJSON.line(of: .object(event.document))
    case .slack: SlackMessage.text(of: event)
    case .email: Letter.text(of: event)
    }
  }

  /// Text that an Alertmanager passes on to people as it is.
  private static func line(_ text: String) -> JSONValue { .string(Untrusted.line(text, limit: 1000)) }

  /// A title, with what has to be known first before it.
  private func summarised(_ title: String) -> String { isRehearsal ? "REHEARSAL, \(title)" : title }

  /// Labels of an alert: by the last one routes can keep a rehearsal from waking anybody.
  private func labelled(_ labels: JSONObject) -> JSONObject {
    var labels = labels
    if isRehearsal { labels["rehearsed"] = "true" }
    return labels
  }

  // MARK: Alertmanager

  /// Everything that fails, at every run, and what was repaired, with its end: that is how an Alertmanager wants it.
  private func alerts(_ news: RunNews, _ channel: ServiceDefinition.Channel) -> Notice? {
    let (stream, run) = (news.stream, news.run)
    let link = publicURL.map { "\($0)/runs/\(Markup.segment(run.runID))" }
    func alert(
      _ finding: TrackedFinding, from start: Instant, to end: Instant
    ) -> JSONValue {
      // Labels identify; whatever may change from run to run is an annotation.
      var labels: JSONObject = [
        "alertname": "ProdworthyFinding", "check": Self.line(finding.check), "target": Self.line(finding.target),
        "severity": .string(finding.state.severity.rawValue), "system": Self.line(stream.system),
        "environment": .string(stream.environment), "policy": Self.line(stream.policy),
      ]
      if let subject = finding.subject { labels["subject"] = Self.line(subject) }
      var object: JSONObject = [
        "labels": .object(labelled(labels)),
        "annotations": [
          "summary": Self.line(summarised("\(finding.check) on \(finding.target)")),
          "description": Self.line(finding.message),
        ],
        "startsAt": .string(start.description), "endsAt": .string(end.description),
      ]
      if let link { object["generatorURL"] = .string(link) }
      return .object(object)
    }
    var alerts: [JSONValue] = []
    if channel.events.contains(.regression) {
      alerts += news.failing.filter { $0.state.severity >= channel.severity }.prefix(1000).map {
        alert($0, from: $0.openSince ?? $0.since, to: firingUntil)
      }
    }
    if channel.events.contains(.recovery) {
      alerts += news.changes.filter { $0.kind == .recovered && $0.finding.state.severity >= channel.severity }.map {
        alert($0.finding, from: Instant(seconds: $0.at.seconds - ($0.repairSeconds ?? 0)), to: run.finishedAt)
      }
    }
    guard !alerts.isEmpty else { return nil }
    return Notice(
      channel: channel.name, kind: "alerts", about: run.runID, body: InertJSON.line(of: .array(alerts)),
      at: run.finishedAt)
  }
}

/// Spans of time as people say them.
enum Span {
  /// `3 d 4 h`, `2 h 5 min`, `40 s`.
  static func words(_ seconds: Int) -> String {
    switch seconds {
    case ..<60: "\(max(0, seconds)) s"
    case ..<3600: "\(seconds / 60) min"
    case ..<86_400: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    default: "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
    }
  }
}
