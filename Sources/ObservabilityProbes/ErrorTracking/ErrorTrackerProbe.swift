import AuditModel
import Facts
import HTTPExchange
import Probing

/// What a Sentry, or what speaks its language, knows of a project.
struct ErrorTrackerProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "error-tracker", summary: "what a Sentry or GlitchTip knows of a project",
    targetKinds: ["sentry", "glitchtip"],
    safety: .observe,
    facts: .object([
      .fact("healthy", .boolean, "the server says that it is well"),
      Schema.Field("project", .string(), required: true, "the project, as the server calls it"),
      .fact("platform", .string(), "what its events come from"),
      .fact("keys", .integer(minimum: 0), "keys by which events can be sent, those that are switched off left out"),
      .fact("alertRules", .integer(minimum: 0), "rules that tell somebody of errors"),
      .fact("releases", .integer(minimum: 0), "releases that it knows of, as far as one page shows"),
      .fact("secondsSinceRelease", .integer(minimum: 0), "the age of the newest of them"),
      .fact(
        "unresolved",
        .object([
          Schema.Field("seen", .integer(minimum: 0), required: true, "as many as one page shows"),
          Schema.Field("unassigned", .integer(minimum: 0), required: true, "those that nobody works on"),
          .fact("oldestDays", .number(), "the age of the oldest of them, in days"),
        ]), "errors of the last day that nobody settled"),
      .fact("everHeard", .boolean, "an event came at all"),
      Schema.Field("access", CommonFacts.access, required: true, "who gets in"),
    ]), timeout: 20_000, traffic: "7 requests")

  var targetKinds: [TargetKind] {
    let fields = [
      Schema.Field("organization", .string(.nonEmpty), "the organization's short name"),
      Schema.Field("project", .string(.nonEmpty), "the project's short name"),
    ]
    return [
      .service("sentry", "a project in Sentry", fields), .service("glitchtip", "a project in GlitchTip", fields),
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
    let path = try projectPath(of: visit.target)
    let project = try visit.json(path)
    guard project["slug"] != nil || project["id"] != nil else {
      throw Obstacle(.malformed, "the service answers, and not as a Sentry does")
    }
    let now = Instant.present
    let keys = list(visit, path + "keys/", "keys", &notes)
    let rules = list(visit, path + "rules/", "alertRules", &notes)
    let releases = list(visit, path + "releases/", "releases", &notes)
    let issues = list(visit, path + "issues/?query=is%3Aunresolved&statsPeriod=24h", "unresolved", &notes)
    let health = notes.attempt("healthy") { () throws(Obstacle) in
      let status = try visit.answer("/_health/", anonymously: true).response.status ?? 0
      // GlitchTip has none, and some put a proxy before it.
      guard status == 200 || status >= 500 else {
        throw Obstacle(.malformed, "the service answers \(status) at /_health/")
      }
      return status == 200
    }
    let isOpen = visit.isOpen(at: path, notes: &notes, as: "access.open")
    let newest = releases?.compactMap {
      ($0["dateReleased"]?.string ?? $0["dateCreated"]?.string).flatMap { Instant($0) }
    }
    .max()
    let firstSeen = issues?.compactMap { $0["firstSeen"]?.string.flatMap { Instant($0) } }.min()
    return [
      "healthy": JSONValue(health), "project": .string((project["slug"] ?? project["id"])?.text() ?? "?"),
      "platform": JSONValue(project["platform"]?.text(60)),
      "keys": JSONValue(keys?.count { $0["isActive"]?.bool != false }), "alertRules": JSONValue(rules?.count),
      "releases": JSONValue(releases?.count),
      "secondsSinceRelease": JSONValue(newest.map { max(0, now.seconds(since: $0)) }),
      "unresolved": issues.map { issues in
        [
          "seen": .integer(issues.count),
          "unassigned": .integer(issues.count { ($0["assignedTo"] ?? nil).isNull }),
          "oldestDays": .number(firstSeen.map { (Double(now.seconds(since: $0)) / 864).rounded() / 100 }),
        ]
      } ?? nil,
      "everHeard": JSONValue(project["firstEvent"].map { !$0.isNull }),
      "access": CommonFacts.access(isOpen: isOpen, address: nil, target: visit.target),
    ]
  }

  /// `/api/0/projects/ORGANIZATION/PROJECT/`.
  static func projectPath(of target: Target) throws(Obstacle) -> String {
    guard let organization = target.settings["organization"]?.string, let project = target.settings["project"]?.string
    else { throw Obstacle(.malformed, "the inventory names no organization and project") }
    return "/api/0/projects/\(HTTPURL.queryValue(organization))/\(HTTPURL.queryValue(project))/"
  }

  private static func list(
    _ visit: ServiceVisit, _ path: String, _ fact: String, _ notes: inout Notes
  ) -> [JSONValue]? {
    notes.attempt(fact) { () throws(Obstacle) in
      guard let list = try visit.json(path).array else { throw Obstacle(.malformed, "the answer is no list") }
      return list
    }
  }
}

/// Sends a made-up error and asks whether it was kept. By consent: it stands in the tracker afterwards.
struct ErrorTestEventProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "error-test-event", summary: "whether a made-up error arrives in the error tracker",
    targetKinds: ["sentry", "glitchtip"], safety: .mutate,
    facts: .object([
      .fact("accepted", .boolean, "the server took the event"),
      .fact("status", .integer(), "the status of its answer"),
      .fact("found", .boolean, "the event can be read back; null where it cannot be asked for"),
      .fact("seconds", .number(minimum: 0), "from sending to finding"),
    ]), timeout: 75_000, traffic: "1 event, and 1 request each second until it is found, for a minute at most")

  /// What the inventory may say.
  static let fields = [
    Schema.Field("dsn", .string(.secretReference), "the key by which events are sent (DSN), as a reference"),
    Schema.Field("testEvent", .boolean, "whether an event may be sent to see whether it arrives", default: false),
  ]

  var targetKinds: [TargetKind] { [.adding(Self.fields, to: "sentry"), .adding(Self.fields, to: "glitchtip")] }

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
    guard let key = visit.target.secrets["dsn"].flatMap({ DataSourceName($0.exposed) }) else {
      throw Obstacle(.malformed, "the inventory names no DSN of the form https://KEY@host/PROJECT")
    }
    let event = PlantedWord.hexadecimal(octets: 16)
    let now = Instant.present.description
    let body: JSONValue = [
      "event_id": .string(event), "timestamp": .string(now), "platform": "other", "level": "info",
      "logger": "prodworthy", "message": "A test event: somebody checks that errors arrive.",
      "tags": ["prodworthy": "test-event"],
    ]
    let payload = JSONText.compact(body)
    let envelope =
      JSONText.compact(["event_id": .string(event), "sent_at": .string(now)]) + "\n"
      + JSONText.compact(["type": "event", "length": .integer(payload.utf8.count)]) + "\n" + payload + "\n"
    var request = HTTPRequest(
      .post, key.envelopeURL,
      fields: [
        (name: "Content-Type", value: "application/x-sentry-envelope"),
        (
          name: "X-Sentry-Auth",
          value: "Sentry sentry_version=7, sentry_client=prodworthy/1.0, sentry_key=\(key.publicKey)"
        ),
      ])
    request.content = Array(envelope.utf8)
    let response = try visit.exchange(request, presenting: .nothing).response
    let status = response.status ?? 0
    switch status {
    case 200...299:
      // Whoever takes events says which it took.
      _ = try ServiceVisit.json(of: response, key.envelopeURL.target)
    case 400, 401, 403:
      // The key is what the services send with: that it is refused is what there is to know, if it was the tracker.
      guard let body = try? JSONText.parse(response.body), body["detail"] != nil || body["error"] != nil else {
        throw Obstacle(.denied, "the service answers \(status) to an event, and not as a Sentry does")
      }
      return ["accepted": false, "status": .integer(status), "found": nil, "seconds": nil]
    case 429: throw Obstacle(.denied, "the server takes no more events for now (429)")
    default: throw Obstacle(.malformed, "the service answers \(status) to an event")
    }
    let (found, seconds) = find(event, visit, context, &notes)
    return ["accepted": true, "status": .integer(status), "found": JSONValue(found), "seconds": .number(seconds)]
  }

  private static func find(
    _ event: String, _ visit: ServiceVisit, _ context: ProbeContext, _ notes: inout Notes
  ) -> (Bool?, Double?) {
    guard visit.hasCredentials, let path = try? ErrorTrackerProbe.projectPath(of: visit.target) else {
      notes.add("found", "without a token, an organization and a project the event cannot be asked for")
      return (nil, nil)
    }
    let began = ContinuousClock.now
    let deadline = context.deadline.capped(milliseconds: 60_000)
    repeat {
      do throws(Obstacle) {
        let answer = try visit.answer(path + "events/\(event)/").response
        switch answer.status ?? 0 {
        case 200:
          let (whole, rest) = (ContinuousClock.now - began).components
          return (true, (Double(whole) + Double(rest) / 1e18).rounded(toPlaces: 3))
        case 404: break
        case let status:
          notes.add("found", "the service answers \(status) where the event is asked for")
          return (nil, nil)
        }
      } catch {
        notes.add("found", error.unseen.reason)
        return (nil, nil)
      }
    } while deadline.pause(milliseconds: 1000)
    if context.deadline.hasPassed {
      notes.add("found", "there was no time to wait for the event")
      return (nil, nil)
    }
    return (false, nil)
  }
}

/// The key by which events are sent: `https://KEY@host/PROJECT`.
struct DataSourceName {
  let publicKey: String
  let envelopeURL: HTTPURL

  /// Nil if it is none.
  init?(_ text: String) {
    guard let scheme = text.firstRange(of: "://"), let at = text.firstIndex(of: "@"), at > scheme.upperBound,
      let url = HTTPURL(text)
    else { return nil }
    let key = text[scheme.upperBound..<at].prefix { $0 != ":" }
    var segments = url.path.split(separator: "/").map(String.init)
    guard !key.isEmpty, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x2C }),
      let project = segments.popLast(),
      project.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isLetter || $0 == "-") })
    else { return nil }
    publicKey = String(key)
    envelopeURL = url.with(target: "/" + (segments + ["api", project, "envelope", ""]).joined(separator: "/"))
  }
}
