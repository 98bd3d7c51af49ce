import AuditModel
import Facts
import Postgres

/// The statements of a database with their plans, as facts with their gaps.
struct WorkloadFacts {
  private var facts = JSONObject(["extension", "window", "load", "statements", "scans"].map { ($0, .null) })
  private(set) var gaps: [Gap] = []

  /// The facts.
  var value: JSONValue { .object(facts) }

  /// What is known of the server before anything is planned.
  struct Circumstances {
    var version: Int
    var role: String
    var counting: String?
    var countingVersion: String?
    var hypothetical: String?
    var seesAll: Bool

    init?(_ row: PostgresRow?) {
      guard let row, let version = row["version"].flatMap({ Int($0) }) else { return nil }
      self.version = version
      role = row["role"] ?? "auditor"
      counting = row["counting"]
      countingVersion = row["counting_version"]
      hypothetical = row["hypothetical"]
      seesAll = row["sees"] == "t"
    }
  }

  /// Reads the counts and plans what they name.
  mutating func read(_ circumstances: Circumstances, with session: inout PlanningSession) {
    takeExtension(circumstances, isCounting: nil)
    guard let schema = circumstances.counting else {
      hide("nothing counts this database's statements", remedy: "CREATE EXTENSION pg_stat_statements")
      return
    }
    guard circumstances.seesAll else {
      let remedy = "GRANT pg_read_all_stats TO \(SessionFacts.quoted(circumstances.role))"
      hide("the statements of others are hidden from this role, \(remedy) would show them", remedy: remedy)
      return
    }
    do throws(PostgresFailure) {
      let described = try session.rows(WorkloadStatements.columns(schema: schema)).first
      let columns = Set((described?["columns"] ?? "").split(separator: ",").map(String.init))
      let rows = try session.rows(WorkloadStatements.statements(schema: schema, columns: columns))
      takeExtension(circumstances, isCounting: true)
      var window: JSONValue = ["seconds": nil, "lost": nil]
      if described?["info"] != nil, let row = try session.rows(WorkloadStatements.window(schema: schema)).first {
        window = [
          "seconds": JSONValue(row["seconds"].flatMap { Int($0) }), "lost": JSONValue(row["lost"].flatMap { Int($0) }),
        ]
      }
      facts["window"] = window
      let statements = Self.chosen(rows.compactMap(CountedStatement.init))
      guard let load = rows.first?["load"].flatMap(Double.init), load > 0 else {
        hide("no statement of others was counted yet", remedy: nil)
        return
      }
      let users = Set(statements.map(\.user)).sorted().joined(separator: ",")
      var paths: [String: SearchPath] = [:]
      for row in try session.rows(WorkloadStatements.paths, [users]) {
        if let user = row["userid"], let path = row["path"] {
          paths[user] = SearchPath(text: path, isBlocked: row["blocked"] == "t")
        }
      }
      let tables = LargeTables(try session.rows(WorkloadStatements.largeTables))
      let planned = statements.map { statement in
        Planned(statement, path: paths[statement.user] ?? SearchPath(), tables: tables, with: &session)
      }
      take(planned, load: load, all: rows.first?["statements"].flatMap { Int($0) } ?? planned.count)
      var survey = ScanSurvey(load: load, tables: tables)
      for plan in planned { survey.take(plan, path: paths[plan.statement.user]?.text ?? "public", with: &session) }
      facts["scans"] = survey.value
      noteDenials(planned, circumstances)
    } catch {
      let isUnloaded = if case .server(let report) = error { report.sqlState == "55000" } else { false }
      if isUnloaded { takeExtension(circumstances, isCounting: false) }
      hide(
        "the statements cannot be read: \(error.description)",
        remedy: isUnloaded ? "add pg_stat_statements to shared_preload_libraries" : nil)
    }
  }

  private mutating func takeExtension(_ circumstances: Circumstances, isCounting: Bool?) {
    facts["extension"] = [
      "isInstalled": .bool(circumstances.counting != nil), "version": JSONValue(circumstances.countingVersion),
      "isCounting": circumstances.counting == nil ? false : JSONValue(isCounting),
      "canImagineIndexes": .bool(circumstances.hypothetical != nil),
    ]
  }

  private mutating func hide(_ reason: String, remedy: String?) {
    for path in ["window", "load", "statements", "scans"] where facts[path]?.isNull != false {
      gaps.append(Gap(path: path, reason: reason, remedy: remedy))
    }
  }

  /// The first ones, and on until most of the load is covered.
  private static func chosen(_ statements: [CountedStatement]) -> [CountedStatement] {
    var covered = 0.0
    return Array(
      statements.enumerated().prefix { position, statement in
        defer { covered += statement.shareOfLoad }
        return position < WorkloadStatements.leastStatements || covered < WorkloadStatements.shareLookedAt
      }.map(\.element))
  }

  private mutating func take(_ planned: [Planned], load: Double, all: Int) {
    func share(_ these: [Planned]) -> Double { these.reduce(0) { $0 + $1.statement.shareOfLoad } }
    let utility = planned.filter { $0.how == .none }
    let failed = planned.filter { $0.how == .failed }
    let good = planned.filter { $0.how != .none && $0.how != .failed }
    let plannable = 1 - share(utility)
    facts["load"] = [
      "milliseconds": .double(load), "statements": .integer(all), "considered": .integer(planned.count),
      "consideredShare": .double(share(planned)), "planned": .integer(good.count), "utility": .integer(utility.count),
      "unplanned": .integer(failed.count), "plannedShare": .double(share(good)),
      "utilityShare": .double(share(utility)),
      "unplannedShare": .double(max(0, plannable - share(good))),
      "plannedOfPlannable": plannable > 1e-9 ? .double(min(1, share(good) / plannable)) : nil,
    ]
    facts["statements"] = .array(planned.map(\.value))
  }

  /// Plans denied for less of the load hide no scan worth naming; the load says how much could not be planned.
  private static let leastDenied = 0.001

  /// A plan that is denied hides the scans it would have shown.
  private mutating func noteDenials(_ planned: [Planned], _ circumstances: Circumstances) {
    let denied = planned.filter(\.isDenied)
    let share = denied.reduce(0) { $0 + $1.statement.shareOfLoad }
    guard share >= Self.leastDenied, let first = denied.first else { return }
    let grant =
      circumstances.version >= 140_000 ? "GRANT pg_read_all_data" : "GRANT USAGE on the schema and SELECT on its tables"
    let remedy = "\(grant) TO \(SessionFacts.quoted(circumstances.role))"
    gaps.append(
      Gap(
        path: "scans",
        reason: "\(denied.count) statements cannot be planned, \(first.reason ?? "denied"); \(remedy) would allow it",
        remedy: remedy))
  }
}

/// A statement as pg_stat_statements counts it.
struct CountedStatement: Sendable {
  var id: String?
  /// Nil where the server has dropped it.
  var text: String?
  var calls: Int
  var milliseconds: Double
  var shareOfLoad: Double
  /// The number of the role that spends most on it.
  var user: String

  init?(_ row: PostgresRow) {
    guard let total = row["total"].flatMap(Double.init), let load = row["load"].flatMap(Double.init), load > 0,
      let user = row["userid"]
    else { return nil }
    id = row["id"]
    text = row["query"]
    calls = row["calls"].flatMap(Double.init).flatMap { Int(exactly: $0) } ?? 0
    milliseconds = total
    shareOfLoad = total / load
    self.user = user
  }

  /// The beginning of the text on one line.
  var summary: String {
    (text ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ").bounded(200)
  }
}

/// The tables that are worth an index.
struct LargeTables: Sendable {
  struct Table: Sendable {
    var rows: Double
    /// As SQL writes it.
    var name: String
    /// Of a partition, the whole.
    var root: String?
    var columns: Set<String>
  }

  private var tables: [[String]: Table] = [:]

  init(_ rows: PostgresRows) {
    for row in rows {
      guard let schema = row["schema"], let table = row["table"], let count = row["rows"].flatMap(Double.init),
        let name = row["name"]
      else { continue }
      let columns = row["columns"].flatMap { try? JSONText.parse(Array($0.utf8)) }?.array?.compactMap(\.string) ?? []
      tables[[schema, table]] = Table(rows: count, name: name, root: row["root"], columns: Set(columns))
    }
  }

  subscript(schema: String, table: String) -> Table? { tables[[schema, table]] }
}
