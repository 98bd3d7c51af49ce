import AuditModel
import Facts
import HTTPExchange
import Probing

/// Whether a Grafana is healthy, who gets in, and whether its dashboards show anything.
struct GrafanaProbe: Probe {
  /// The most dashboards and panels that are asked.
  private static let mostDashboards = 50
  private static let mostPanels = 300

  let descriptor = ProbeDescriptor(
    id: "grafana-server", summary: "whether a Grafana is healthy, and whether its dashboards show anything",
    targetKinds: ["grafana"], safety: .observe, facts: GrafanaSchema.facts, timeout: 60_000,
    traffic: "5 requests, 1 for each data source and dashboard, 1 for each panel (at most \(mostPanels))")

  var targetKinds: [TargetKind] {
    [
      .service(
        "grafana", "a Grafana server",
        [Schema.Field("dashboards", .array(.string(.nonEmpty)), "ids (uid) of the dashboards that count; else all")])
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
    let (health, address) = try health(visit)
    let isOpen = visit.isOpen(at: "/api/search?limit=1", notes: &notes, as: "access.open")
    let sources = notes.attempt("dataSources") { () throws(Obstacle) in
      let list = try visit.json("/api/datasources")
      guard let sources = list.array else { throw Obstacle(.malformed, "the list of data sources is no list") }
      return sources
    }
    var shown: (dashboards: [JSONValue], panels: [JSONValue])?
    if let found = notes.attempt("dashboards", { () throws(Obstacle) in try dashboards(visit) }) {
      shown = panels(of: found, sources: sources, visit, &notes)
    } else {
      notes.add("panels", "the dashboards could not be listed")
    }
    let points = notes.attempt("contactPoints") { () throws(Obstacle) in
      try visit.json("/api/v1/provisioning/contact-points").array?.count ?? 0
    }
    return [
      "health": health,
      "dataSources": sources.map { .array($0.prefix(100).map { source($0, visit, &notes) }) } ?? nil,
      "dashboards": shown.map { .array($0.dashboards) } ?? nil, "panels": shown.map { .array($0.panels) } ?? nil,
      "contactPoints": JSONValue(points),
      "access": CommonFacts.access(isOpen: isOpen, address: address, target: visit.target),
    ]
  }

  /// 503 with `database` says that the database fails; anything that is not such JSON is no Grafana.
  private static func health(_ visit: ServiceVisit) throws(Obstacle) -> (facts: JSONValue, address: String) {
    let answer = try visit.answer("/api/health", anonymously: true)
    var response = answer.response
    let isUp = response.status == 200
    if response.status == 503 { response.status = 200 }
    let body = try ServiceVisit.json(of: response, "/api/health")
    guard let database = body["database"]?.text(60) else {
      throw Obstacle(.malformed, "the service answers, and not as a Grafana does")
    }
    return (
      [
        "ok": .bool(isUp && database == "ok"), "database": .string(database),
        "version": JSONValue(body["version"]?.text(60)),
      ],
      answer.address
    )
  }

  private static func source(_ source: JSONValue, _ visit: ServiceVisit, _ notes: inout Notes) -> JSONValue {
    let name = source["name"]?.text() ?? "?"
    var isHealthy: Bool?
    var message: String?
    if let uid = source["uid"]?.string {
      do throws(Obstacle) {
        let path = "/api/datasources/uid/\(HTTPURL.queryValue(uid))/health"
        let answer = try visit.answer(path)
        let body = try? JSONText.parse(answer.response.body)
        message = body?["message"]?.text(300)
        switch (answer.response.status ?? 0, body?["status"]?.string) {
        case (_, "OK"?): isHealthy = true
        case (400...599, "ERROR"?): isHealthy = false
        case (let status, _):
          // No such endpoint before version 9, and plug-ins that have none.
          notes.add("dataSources[\(name)].healthy", "its health cannot be asked (\(status))")
        }
      } catch {
        notes.add("dataSources[\(name)].healthy", error.unseen.reason)
      }
    } else {
      notes.add("dataSources[\(name)].healthy", "it has no uid: the Grafana is too old")
    }
    return [
      "name": .string(name), "type": JSONValue(source["type"]?.text(60)), "healthy": JSONValue(isHealthy),
      "message": JSONValue(message), "default": JSONValue(source["isDefault"]?.bool),
    ]
  }

  /// The dashboards that the auditor can see, or those that the inventory names.
  private static func dashboards(_ visit: ServiceVisit) throws(Obstacle) -> [(uid: String, title: String)] {
    if let named = visit.target.settings["dashboards"]?.array?.compactMap(\.string) {
      return named.map { ($0, $0) }
    }
    guard let list = try visit.json("/api/search?type=dash-db&limit=\(mostDashboards)").array else {
      throw Obstacle(.malformed, "the list of dashboards is no list")
    }
    return list.compactMap { entry in
      entry["uid"]?.string.map { ($0, entry["title"]?.text() ?? $0) }
    }
  }

  private static func panels(
    of dashboards: [(uid: String, title: String)], sources: [JSONValue]?, _ visit: ServiceVisit, _ notes: inout Notes
  ) -> (dashboards: [JSONValue], panels: [JSONValue]) {
    var rows: [JSONValue] = []
    var panels: [JSONValue] = []
    let known = KnownSources(sources ?? [])
    for (uid, title) in dashboards.prefix(mostDashboards) {
      let answer = notes.attempt("dashboards[\(title)]") { () throws(Obstacle) in
        try visit.json("/api/dashboards/uid/\(HTTPURL.queryValue(uid))")
      }
      let board = answer.map { DashboardPanels($0) }
      rows.append([
        "uid": .string(uid.bounded(100)), "title": .string(board?.title ?? title), "readable": .bool(board != nil),
        "panels": JSONValue(board?.panels.count), "refreshes": JSONValue(board?.refreshes),
      ])
      guard let board else {
        notes.add("panels", "the dashboard \(title) could not be read")
        continue
      }
      for panel in board.panels {
        guard panels.count < mostPanels else {
          notes.add("panels", "there are more than \(mostPanels) panels")
          return (rows, panels)
        }
        panels.append(
          facts(of: panel, dashboard: board.title, known: sources == nil ? nil : known, visit, &notes))
      }
    }
    if dashboards.count > mostDashboards { notes.add("panels", "there are more than \(mostDashboards) dashboards") }
    return (rows, panels)
  }

  /// The data sources by uid and by name.
  private struct KnownSources {
    var byWord: [String: JSONValue] = [:]
    var fallback: JSONValue?

    init(_ sources: [JSONValue]) {
      for source in sources {
        for word in [source["uid"]?.string, source["name"]?.string].compactMap({ $0 }) { byWord[word] = source }
        if source["isDefault"]?.bool == true { fallback = source }
      }
    }

    /// Those that Grafana brings itself are always there.
    func source(_ word: String?) -> JSONValue? {
      guard let word, word != "default", !word.isEmpty else { return fallback }
      return byWord[word]
    }

    static func isBuiltIn(_ word: String?) -> Bool {
      word.map { $0 == "grafana" || $0.hasPrefix("-- ") || $0 == "__expr__" } ?? false
    }
  }

  private static func facts(
    of panel: DashboardPanels.Panel, dashboard: String, known: KnownSources?, _ visit: ServiceVisit,
    _ notes: inout Notes
  ) -> JSONValue {
    let name = "\(dashboard) / \(panel.title)"
    var isKnown: Bool? = known == nil ? nil : true
    var answers: [JSONObject] = []
    var isObscure = false
    for question in panel.questions where !KnownSources.isBuiltIn(question.source) {
      guard let known else { continue }
      guard let source = known.source(question.source) else {
        if question.isObscure { isObscure = true } else { isKnown = false }
        continue
      }
      isObscure = isObscure || question.isObscure
      var query = question.query
      query["refId"] = .string("Q\(answers.count)")
      query["datasource"] = ["uid": source["uid"] ?? nil, "type": source["type"] ?? nil]
      query["intervalMs"] = 60_000
      query["maxDataPoints"] = 100
      answers.append(query)
    }
    let result: (shows: Bool?, reason: String?)
    if panel.questions.isEmpty {
      result = (panel.hasHidden ? nil : false, panel.hasHidden ? "all its queries are switched off" : "it asks nothing")
    } else if isObscure {
      result = (nil, "it depends on a variable whose value is not known")
    } else if isKnown == false {
      result = (false, "its data source does not exist")
    } else if answers.isEmpty {
      result = (nil, "its data source was not asked")
    } else {
      result = ask(answers, visit)
    }
    if result.shows == nil { notes.add("panels[\(name)].shows", result.reason ?? "it was not asked") }
    return [
      "dashboard": .string(dashboard), "title": .string(panel.title), "type": .string(panel.type),
      "queries": .integer(panel.questions.count), "sourceExists": JSONValue(isKnown), "shows": JSONValue(result.shows),
      "reason": JSONValue(result.reason?.bounded(300)),
    ]
  }

  /// Whether any of the queries of a panel returns a value.
  private static func ask(_ queries: [JSONObject], _ visit: ServiceVisit) -> (shows: Bool?, reason: String?) {
    let body: JSONValue = ["queries": .array(queries.map { .object($0) }), "from": "now-1h", "to": "now"]
    let answer: JSONValue
    let status: Int
    do throws(Obstacle) {
      let response = try visit.answer("/api/ds/query", .post, content: body).response
      status = response.status ?? 0
      if status == 401 || status == 403 { return (nil, "the auditor may not ask data sources (\(status))") }
      if status == 404 || status == 405 { return (nil, "the Grafana is too old to be asked for data") }
      guard let parsed = try? JSONText.parse(response.body), parsed["results"]?.object != nil else {
        return (nil, "the answer of the data source cannot be read (\(status))")
      }
      answer = parsed
    } catch {
      return (nil, error.unseen.reason)
    }
    let results = answer["results"]?.object?.members.map(\.value) ?? []
    if results.contains(where: { hasValue($0) }) { return (true, nil) }
    if let error = results.compactMap({ $0["error"]?.text(300) }).first { return (false, "a query fails: \(error)") }
    return (false, "no query returns a value")
  }

  private static func hasValue(_ result: JSONValue) -> Bool {
    (result["frames"]?.array ?? []).contains { frame in
      let columns = frame["data"]?["values"]?.array ?? []
      let fields = frame["schema"]?["fields"]?.array ?? []
      return columns.enumerated().contains { index, column in
        // The times alone are no value, unless they are all there is.
        let isTime = fields.indices.contains(index) && fields[index]["type"]?.string == "time" && columns.count > 1
        return !isTime && (column.array ?? []).contains { !$0.isNull }
      }
    }
  }
}

/// Whether a Grafana still has the password it was born with. Asked once, where the inventory wants it: five wrong ones in
/// five minutes lock an account.
struct GrafanaDefaultPasswordProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "grafana-default-password", summary: "whether admin:admin opens a Grafana", targetKinds: ["grafana"],
    safety: .probe,
    facts: .object([
      .fact("accepted", .boolean, "admin:admin is let in"),
      .fact("status", .integer(), "the status of the answer"),
    ]), traffic: "1 login")

  var targetKinds: [TargetKind] {
    [
      .adding(
        [
          Schema.Field(
            "tryDefaultPassword", .boolean, "whether admin:admin may be tried, once: wrong passwords lock accounts",
            default: false)
        ], to: "grafana")
    ]
  }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      ServiceVisit.sighting(of: target, context) { (visit, notes) throws(Obstacle) in
        let answer = try visit.answer(
          "/api/org", presenting: .madeUp("Basic " + Base64Text.encoded(Array("admin:admin".utf8))))
        let status = answer.response.status ?? 0
        let isAccepted: Bool?
        switch status {
        case 200:
          // A page of somebody else's must not look like a door that is open.
          let body = try ServiceVisit.json(of: answer.response, "/api/org")
          isAccepted = body["id"] != nil || body["name"] != nil ? true : nil
        case 401: isAccepted = false
        default: isAccepted = nil
        }
        guard let isAccepted else {
          throw Obstacle(.malformed, "the service answers \(status) to a login, and not as a Grafana does")
        }
        return ["accepted": .bool(isAccepted), "status": .integer(status)]
      }
    }
  }
}
