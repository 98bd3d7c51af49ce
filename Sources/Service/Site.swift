package import AuditModel
package import Definitions
import Facts
package import History
import Probing
import Reporting
import Scheduling
import Synchronization

/// What the service shows. Reads the history, and changes nothing.
package final class Site: Sendable {
  let definition: ServiceDefinition
  let counters: ServiceCounters
  private let store: HistoryStore
  private let access: Access
  private let version: String
  private let isRehearsal: Bool
  private let clock: @Sendable () -> Instant
  /// What reports say of waivers, by run: a report never changes.
  private let waivers = Mutex<[String: [WaiverLine]]>([:])

  /// How long the history may take for one page, in milliseconds.
  private static let patience = 10_000
  /// The most points of a chart, and rows of a list.
  private static let mostRuns = 400
  private static let mostDrawn = 60
  /// Waivers that end within so many days are shown first.
  private static let soon = 30

  /// The pages over a history; over a rehearsal's, every one says so. `store` is not to be shared with writers, whom a page
  /// would keep waiting.
  package init(
    _ definition: ServiceDefinition, store: HistoryStore, counters: ServiceCounters, version: String,
    isRehearsal: Bool = false, clock: @escaping @Sendable () -> Instant
  ) {
    self.definition = definition
    self.store = store
    self.counters = counters
    self.version = version
    self.isRehearsal = isRehearsal
    self.clock = clock
    access = Access(definition)
  }

  // MARK: Routes

  /// The answer to a request. Blocks: only on a lane.
  func response(to request: Request, from peer: String?) -> Response {
    guard request.method == "GET" || request.method == "HEAD" else {
      return .problem(405, "everything here is read with GET", fields: [("Allow", "GET, HEAD")])
    }
    if request.hasContent { return .problem(413, "no content is taken here") }
    switch request.path {
    case ["healthz"]: return .plain("alive")
    case ["readyz"]: return readiness()
    case ["style.css"]:
      return Response(
        type: "text/css; charset=utf-8", Page.style, fields: [("Cache-Control", "public, max-age=3600")])
    default: break
    }
    guard access.allows(request, from: peer) else {
      return .problem(
        401, "a token is needed: Authorization: Bearer TOKEN, or as the password of a login",
        fields: [
          ("WWW-Authenticate", "Bearer realm=\"prodworthy\""),
          ("WWW-Authenticate", "Basic realm=\"prodworthy\", charset=\"UTF-8\""),
        ])
    }
    do throws(HistoryFailure) {
      return try shown(request) ?? .problem(404, "there is nothing at this path")
    } catch {
      switch error {
      case .invalid: return .problem(404, error.description)
      default: return .problem(503, "the history does not answer")
      }
    }
  }

  private func shown(_ request: Request) throws(HistoryFailure) -> Response? {
    let path = request.path
    switch path.first {
    case nil: return .html(try index())
    case "metrics" where path.count == 1: return try metrics()
    case "changes" where path.count == 1: return .html(try changesPage())
    case "waivers" where path.count == 1: return .html(try waiversPage())
    case "systems" where path.count == 2:
      return try stream(path[1]).map { state throws(HistoryFailure) in .html(try systemPage(state)) }
    case "runs" where path.count >= 2: return try run(path[1], Array(path.dropFirst(2)))
    case "api" where path.count >= 3 && path[1] == "v1": return try interface(Array(path.dropFirst(2)), request)
    default: return nil
    }
  }

  private var deadline: Deadline { Deadline(milliseconds: Self.patience) }

  private func stream(_ id: String) throws(HistoryFailure) -> StreamState? {
    guard let number = Int(id) else { return nil }
    return try store.streams(before: deadline).first { $0.stream.id == number }
  }

  // MARK: The service's own state

  private func readiness() -> Response {
    do throws(HistoryFailure) {
      try store.ping(before: Deadline(milliseconds: 3000))
    } catch {
      return .plain("the history does not answer", status: 503)
    }
    return .plain("ready")
  }

  private func metrics() throws(HistoryFailure) -> Response {
    let streams = try store.streams(before: deadline)
    let notices = try store.noticeCounts(before: deadline)
    var schedules: [(String, ScheduleState)] = []
    for audit in definition.audits { schedules.append((audit.name, try schedule(audit))) }
    return Response(
      type: "text/plain; version=0.0.4; charset=utf-8",
      ServiceMetrics.text(
        streams: streams, schedules: schedules, waiting: notices["waiting"] ?? 0, counters.snapshot,
        version: version, isRehearsal: isRehearsal))
  }

  private func schedule(_ audit: ServiceDefinition.Audit) throws(HistoryFailure) -> ScheduleState {
    try store.schedule(audit.name, now: clock(), before: deadline)
  }

  // MARK: Pages

  /// A whole page.
  private func page(_ title: String, _ body: Markup) -> Markup {
    Page.whole(
      title,
      isRehearsal
        ? "<p class=\"undecided\" role=\"note\">A rehearsal: the times of these runs are made up.</p>\n\(body)" : body)
  }

  /// What programs get of a run or of several, with a member that says where it was rehearsed.
  private func marked(_ object: JSONObject) -> JSONValue {
    var object = object
    if isRehearsal { object["rehearsed"] = true }
    return .object(object)
  }

  private func index() throws(HistoryFailure) -> Markup {
    let streams = try store.streams(before: deadline)
    var rows: [[Markup]] = []
    for (index, state) in streams.enumerated() {
      // What moved is drawn for as many as somebody looks at; a query for each of a thousand would keep them waiting.
      let runs = index < Self.mostDrawn ? try store.runs(of: state.stream.id, limit: 30, before: deadline) : []
      guard let run = state.latest else { continue }
      let open = run.open.sorted { $0.key > $1.key }.map { "\($0.value) \($0.key.rawValue)" }
      rows.append([
        "<a href=\"/systems/\(state.stream.id)\">\(state.stream.system)</a>", "\(state.stream.environment)",
        "\(state.stream.policy)", Shown.gate(run.gate.rawValue), Self.score(run),
        open.isEmpty ? "nothing" : "\(open.joined(separator: ", "))",
        "<a href=\"/runs/\(Markup.segment(run.runID))\">\(Shown.time(run.startedAt.description))</a>",
        TrendChart.spark(runs.reversed().map(\.proven)),
      ])
    }
    let audits = try auditRows()
    let newest = try store.changes(Change.allCases.filter(\.isRegression), limit: 10, before: deadline)
    return page(
      "Systems",
      """
      \(Page.table(
        "Systems", ["System", "Environment", "Policy", "Gate", "Score", "Open", "Latest run", "Last 30 runs"], rows,
        none: "No run is kept yet."))
      \(Page.table("Newest regressions", Self.changeColumns, newest.map { changeRow($0.0, $0.1) }))
      \(Page.table("Audits", ["Audit", "Planned", "Last planned time", "Ended", "Now", "Next"], audits))
      """)
  }

  private func auditRows() throws(HistoryFailure) -> [[Markup]] {
    let now = clock()
    let atWork = counters.snapshot.atWork
    var rows: [[Markup]] = []
    for audit in definition.audits {
      let state = try schedule(audit)
      let next = audit.schedule.upcoming(after: state.lastSlot, at: now)
      let isRunning = state.runningSlot != nil && (state.leaseUntil ?? now) >= now
      rows.append([
        "\(audit.name)", "<code>\(audit.schedule.expression.text)</code>",
        state.lastStatus == nil ? "–" : Shown.time(state.lastSlot.description),
        state.lastStatus.map { $0 == "broken" ? Shown.word($0) : Shown.gate($0) } ?? "–",
        isRunning ? "\(atWork[audit.name] == nil ? "running elsewhere" : "running here")" : "–",
        next.map { Shown.time($0.description) } ?? "never",
      ])
    }
    return rows
  }

  private static func score(_ run: RunSummary) -> Markup {
    guard let proven = run.proven else { return "none" }
    return """
      \(Shown.percent(proven)) (\(Shown.percent(proven))–\(Shown.percent(run.possible))), \
      \(Shown.percent(run.coverage)) % evaluated
      """
  }

  private static let changeColumns = ["Check", "Change", "Severity", "System", "Target", "When", "What was seen"]

  private func changeRow(_ stream: RunStream, _ change: FindingChange) -> [Markup] {
    let finding = change.finding
    let place = finding.subject.map { "\(finding.target) · \($0)" } ?? finding.target
    return [
      "<code>\(finding.check)</code>", Shown.word(change.kind.rawValue), "\(finding.state.severity.rawValue)",
      "<a href=\"/systems/\(stream.id)\">\(stream.system)</a> (\(stream.environment))", "\(place)",
      Shown.time(change.at.description), "\(finding.message)",
    ]
  }

  private func changesPage() throws(HistoryFailure) -> Markup {
    let newest = try store.changes(Change.allCases, limit: 200, before: deadline)
    return page(
      "Changes", Page.table("Newest changes", Self.changeColumns, newest.map { changeRow($0.0, $0.1) }))
  }

  /// The most numbers of one stream that are read for a page.
  private static let mostNumbers = 20_000
  /// The newest runs that the charts of numbers show: more could not be told apart.
  private static let chartedRuns = 100

  private func systemPage(_ state: StreamState) throws(HistoryFailure) -> Markup {
    let stream = state.stream
    let now = clock()
    let runs = try store.runs(of: stream.id, limit: Self.mostRuns, before: deadline)
    let trend = Trend(runs.reversed())
    let open = try store.findings(of: stream, .open, limit: 200, before: deadline)
    let unstable = try store.findings(of: stream, .flapping, limit: 50, before: deadline)
    let changes = try store.changes(in: stream, Change.allCases, limit: 25, before: deadline)
    let repair = try store.repairTimes(
      in: stream.id, since: Instant(seconds: now.seconds - 90 * 86_400), before: deadline)
    let start = runs.prefix(Self.chartedRuns).last?.startedAt ?? now
    let measures = try store.measures(of: stream.id, since: start, limit: Self.mostNumbers, before: deadline)
    let mean = repair.meanSeconds.map { "\(Span.words($0)) on average" } ?? "nothing to measure"
    let title = "\(stream.system) (\(stream.environment)), policy \(stream.policy)"
    let verdict: Markup =
      state.latest.map {
        "<p>\(Shown.gate($0.gate.rawValue)), score \(Self.score($0)). Repairs in 90 days: \(repair.repaired), \(mean).</p>"
      } ?? "<p>No run is kept.</p>"
    func row(_ finding: TrackedFinding) -> [Markup] {
      let since = finding.openSince ?? finding.since
      return [
        "<code>\(finding.check)</code>", Shown.word(finding.state.status.rawValue),
        "\(finding.state.severity.rawValue)\(finding.state.isWaived ? ", waived" : "")",
        "\(finding.subject.map { "\(finding.target) · \($0)" } ?? finding.target)", Shown.time(since.description),
        "\(Span.words(now.seconds(since: since)))", finding.episodes > 1 ? "\(finding.episodes) times" : "once",
        "\(finding.message)",
      ]
    }
    let columns = ["Check", "Status", "Severity", "Where", "Since", "For", "Failed", "What was seen"]
    let points = trend.points.reversed().map { point -> [Markup] in
      [
        "<a href=\"/runs/\(Markup.segment(point.run.runID))\">\(Shown.time(point.run.startedAt.description))</a>",
        Shown.gate(point.run.gate.rawValue), Self.score(point.run),
        point.isComparable ? "\(point.movement.map { Shown.percent($0) } ?? "–")" : "not comparable",
        "\(Span.words(point.run.durationMs / 1000))",
        "\(point.run.isInterrupted ? "interrupted" : point.run.isPartial ? "partial" : "")",
      ]
    }
    return page(
      title,
      """
      \(verdict)
      <h2>Score over time</h2>
      \(TrendChart.chart(trend, title: "Proven score of \(title)"))
      \(MeasureChart.section(measures))
      \(Page.table("Open findings", columns, open.map(row), none: "Nothing is open."))
      \(unstable.isEmpty ? "" : Page.table("Changing too often to be news", columns, unstable.map(row)))
      \(Page.table("Newest changes", Self.changeColumns, changes.map { changeRow(stream, $0) }))
      \(Page.table("Runs", ["Run", "Gate", "Score", "Moved", "Took", ""], points))
      """)
  }

  // MARK: One run

  private func run(_ id: String, _ rest: [String]) throws(HistoryFailure) -> Response? {
    guard let found = try store.run(id, before: deadline), found.run.runID == id,
      let document = try store.document(ofRun: id, before: deadline)
    else { return nil }
    if rest == ["report.json"] { return Response(type: "application/json", bytes: document) }
    let report: AuditReport
    do {
      report = try ReportDocument.decode(document)
    } catch {
      return .problem(500, "the report of this run cannot be read")
    }
    switch rest {
    case []: return .html(runPage(report, found.stream, found.run))
    case ["report.md"]:
      guard let format = ReportFormats.named("markdown"),
        let file = try? format.render(report, RenderingOptions()).first
      else { return nil }
      return Response(type: "text/markdown; charset=utf-8", bytes: file.bytes)
    default: return nil
    }
  }

  private func runPage(_ report: AuditReport, _ stream: RunStream, _ run: RunSummary) -> Markup {
    let conditions = report.gate.conditions.map { condition -> [Markup] in
      [
        "\(condition.id)", Shown.word(condition.status.rawValue), "\(condition.detail)",
      ]
    }
    let shown = report.findings.filter { $0.status != .pass && $0.status != .notApplicable }
    let findings = shown.prefix(1000).map { finding -> [Markup] in
      [
        "<code>\(finding.check)</code>",
        "\(Shown.word(finding.status.rawValue))\(finding.waiver.map { " (waived: \($0))" } ?? "")",
        "\(finding.severity.rawValue)", "\(finding.subject.map { "\(finding.target) · \($0)" } ?? finding.target)",
        "\(finding.message)",
        "\(report.checks[finding.check]?.remediation.text ?? "")",
      ]
    }
    let counts = run.statuses.sorted { $0.key.badness > $1.key.badness }.map { "\($0.value) \($0.key.rawValue)" }
    let link = Markup.segment(run.runID)
    let notes = (report.interrupted ? ["the run was interrupted"] : []) + report.partial
    return page(
      "Run of \(run.startedAt.day)",
      """
      <p><a href="/systems/\(stream.id)">\(stream.system) (\(stream.environment)), policy \(stream.policy)</a></p>
      <p>\(Shown.gate(run.gate.rawValue)), score \(Self.score(run)); \(counts.joined(separator: ", ")).</p>
      <p>Began \(Shown.time(run.startedAt.description)), took \(Span.words(run.durationMs / 1000)). \
      Run <code>\(run.runID)</code>. <a href="/runs/\(link)/report.json">report.json</a> \
      <a href="/runs/\(link)/report.md">report.md</a></p>
      \(report.rehearsed == true && !isRehearsal ? "<p class=\"undecided\">Rehearsed: its times are made up.</p>" : "")
      \(notes.map { note -> Markup in "<p class=\"undecided\">Partial: \(note)</p>" })
      \(Page.table("Gate", ["Condition", "Outcome", "Detail"], conditions))
      \(Page.table(
        "Findings", ["Check", "Status", "Severity", "Where", "What was seen", "How to mend it"], findings,
        none: "Everything that was looked at passes."))
      \(shown.count > 1000 ? "<p>\(shown.count - 1000) further findings stand in report.json.</p>" : "")
      """)
  }

  // MARK: Waivers

  private func waiverLines() throws(HistoryFailure) -> [(RunStream, WaiverLine)] {
    var lines: [(RunStream, WaiverLine)] = []
    for state in try store.streams(before: deadline) {
      guard let run = state.latest else { continue }
      lines += try waivers(of: run.runID).map { (state.stream, $0) }
    }
    return lines.sorted { $0.1.expires < $1.1.expires }
  }

  private func waivers(of run: String) throws(HistoryFailure) -> [WaiverLine] {
    if let known = waivers.withLock({ $0[run] }) { return known }
    let document = try store.document(ofRun: run, before: deadline) ?? []
    let lines = WaiverLine.lines(in: document)
    waivers.withLock { known in
      // One entry a system is in use; what piles up is of older runs.
      if known.count > 1000 { known = [:] }
      known[run] = lines
    }
    return lines
  }

  private func waiversPage() throws(HistoryFailure) -> Markup {
    let now = clock()
    let rows = try waiverLines().map { stream, line -> [Markup] in
      let left = line.expires.seconds(since: now)
      return [
        "\(line.id)", left < 0 ? Shown.word("expired") : "\(Span.words(left)) left", "\(line.expires.day)",
        "<code>\(line.check)</code>", "\(line.target)", "\(line.owner)", "\(line.ticket)",
        "<a href=\"/systems/\(stream.id)\">\(stream.system)</a>",
      ]
    }
    return page(
      "Waivers",
      Page.table(
        "By their last day, the next to end first",
        ["Waiver", "Time", "Last day", "Check", "Target", "Owner", "Ticket", "System"], rows,
        none: "The newest reports know of no waiver."))
  }

  // MARK: The interface for programs

  private func interface(_ path: [String], _ request: Request) throws(HistoryFailure) -> Response? {
    let limit = min(max(request.query["limit"].flatMap { Int($0) } ?? 100, 1), 10_000)
    switch path.first {
    case "systems":
      if path.count == 1 {
        let streams = try store.streams(before: deadline)
        return .json(.array(streams.map { marked(Self.object($0)) }))
      }
      guard path.count == 3, let state = try stream(path[1]) else { return nil }
      switch path[2] {
      case "trend":
        let runs = try store.runs(of: state.stream.id, limit: limit, before: deadline)
        return .json(marked(Trend(runs.reversed()).json))
      case "measures":
        let runs = try store.runs(of: state.stream.id, limit: limit, before: deadline)
        let measures = try store.measures(
          of: state.stream.id, since: runs.last?.startedAt ?? clock(), limit: Self.mostNumbers, before: deadline)
        return .json(.array(measures.map { .object($0.json) }))
      case "runs":
        return .json(
          .array(try store.runs(of: state.stream.id, limit: limit, before: deadline).map { marked($0.json) }))
      case "findings":
        let selection: HistoryStore.Selection =
          switch request.query["show"] {
          case "failing": .failing
          case "flapping": .flapping
          case "all": .all
          default: .open
          }
        let findings = try store.findings(of: state.stream, selection, limit: limit, before: deadline)
        return .json(.array(findings.map { .object($0.json) }))
      case "changes":
        let changes = try store.changes(in: state.stream, Change.allCases, limit: limit, before: deadline)
        return .json(.array(changes.map { .object($0.json) }))
      case "repair":
        return .json(
          .object(try store.repairTimes(in: state.stream.id, since: Instant(seconds: 0), before: deadline).json))
      default: return nil
      }
    case "runs":
      guard path.count == 2, let found = try store.run(path[1], before: deadline), found.run.runID == path[1] else {
        return nil
      }
      return .json(marked(JSONObject(found.stream.json.filter { $0.name != "runs" } + Array(found.run.json))))
    case "audits" where path.count == 1:
      let now = clock()
      var audits: [JSONValue] = []
      for audit in definition.audits {
        let state = try schedule(audit)
        audits.append(
          marked([
            "name": .string(audit.name), "schedule": .string(audit.schedule.expression.text),
            "lastPlanned": state.lastStatus == nil ? .null : .string(state.lastSlot.description),
            "lastEnding": JSONValue(state.lastStatus), "running": JSONValue(state.runningSlot?.description),
            "next": JSONValue(audit.schedule.upcoming(after: state.lastSlot, at: now)?.description),
          ]))
      }
      return .json(.array(audits))
    case "waivers" where path.count == 1:
      let now = clock()
      return .json(
        .array(
          try waiverLines().map { stream, line in
            [
              "id": .string(line.id), "check": .string(line.check), "target": .string(line.target),
              "owner": .string(line.owner), "ticket": .string(line.ticket), "expires": .string(line.expires.day),
              "state": .string(line.state), "system": .string(stream.system),
              "endsSoon": .bool(line.expires.seconds(since: now) < Self.soon * 86_400),
            ]
          }))
    default: return nil
    }
  }

  private static func object(_ state: StreamState) -> JSONObject {
    var object = state.stream.json
    object["id"] = .integer(state.stream.id)
    object["latest"] = state.latest.map { .object($0.json) } ?? .null
    return object
  }
}
