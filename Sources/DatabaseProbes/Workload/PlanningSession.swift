import Facts
import Postgres
import Probing

/// A session that asks for plans and never runs what it plans: every plan in a read-only transaction of its own that is
/// rolled back, so that locks last for one plan, and nothing is left behind a pooler.
struct PlanningSession: ~Copyable {
  private var connection: PostgresConnection
  private let traffic: TrafficMeter
  private let deadline: Deadline
  /// As `server_version_num` counts.
  var version = 0
  /// The schema of HypoPG as SQL writes it; nil where it is not installed.
  var hypothetical: String?

  /// The longest the client waits for one statement, in milliseconds: a little more than the server is allowed.
  private static let patience = 6000
  private static let bounds = """
    SELECT pg_catalog.set_config('statement_timeout', '5000', true), pg_catalog.set_config('lock_timeout', '1000', true),
      pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true), pg_catalog.set_config('jit', 'off', true),
      pg_catalog.set_config('search_path', $1, true)
    """

  /// For reading beside the plans: texts by the ten thousand are grouped in memory, and no file is written for them.
  private static let room = "SELECT pg_catalog.set_config('work_mem', '256MB', true)"

  init(_ connection: consuming PostgresConnection, traffic: TrafficMeter, before deadline: Deadline) {
    self.connection = connection
    self.traffic = traffic
    self.deadline = deadline
  }

  /// The plan of a text for values that are not known, as the server's JSON.
  ///
  /// - Parameters:
  ///   - path: where names are looked up.
  ///   - index: an index to plan as if it were there.
  mutating func plan(_ text: String, path: String, with index: String? = nil) throws(PostgresFailure) -> JSONValue {
    do throws(PostgresFailure) {
      try run("BEGIN TRANSACTION READ ONLY")
      try run(Self.bounds, [path])
      if let index, let hypothetical { try run("SELECT \(hypothetical).hypopg_create_index($1)", [index]) }
      try run("SAVEPOINT planning")
      let document = try explain(text)
      try leave(index)
      return document
    } catch {
      try? leave(index, hasFailed: true)
      throw error
    }
  }

  /// Version 16 plans a text with parameters as it stands, with nulls bound to them that a generic plan does not look at, as
  /// the extended protocol wants a value for each; that protocol takes no second statement. Before, it has to be prepared, and is explained with nulls, which a
  /// generic plan does not look at.
  private mutating func explain(_ text: String) throws(PostgresFailure) -> JSONValue {
    let rows: PostgresRows
    if version >= 160_000 {
      let count = StatementText(text)?.parameters.last ?? 0
      guard count <= Self.mostParameters else { throw .invalid("the text has too many parameters") }
      rows = try run(
        "EXPLAIN (GENERIC_PLAN, VERBOSE, FORMAT JSON) \(text)", Array(repeating: nil, count: count))
    } else {
      try run("PREPARE \(Self.name) AS \(text)")
      let counted = try run(
        "SELECT pg_catalog.cardinality(parameter_types) AS n FROM pg_catalog.pg_prepared_statements WHERE name = $1",
        [Self.name])
      let count = counted.first?["n"].flatMap { Int($0) } ?? 0
      let nulls = count > 0 ? "(\(Array(repeating: "NULL", count: count).joined(separator: ", ")))" : ""
      rows = try run("EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE \(Self.name)\(nulls)")
      try run("DEALLOCATE \(Self.name)")
    }
    guard let column = rows.columns.first, let plan = rows.first?[column],
      let document = try? JSONText.parse(Array(plan.utf8))
    else { throw .invalid("the server's plan is no JSON") }
    return document
  }

  private static let name = "prodworthy_plan"
  /// The protocol's own limit.
  private static let mostParameters = 65_535

  /// Statements that were prepared and indexes that were imagined outlive a transaction. Where a step fails, what it would have
  /// undone may not be there, and the others matter all the more.
  private mutating func leave(_ index: String?, hasFailed: Bool = false) throws(PostgresFailure) {
    if hasFailed {
      _ = try? run("ROLLBACK TO SAVEPOINT planning")
      if version < 160_000 { _ = try? run("DEALLOCATE \(Self.name)") }
    }
    try run("ROLLBACK")
    if index != nil, let hypothetical { try run("SELECT \(hypothetical).hypopg_reset()") }
  }

  /// Reads something beside the plans.
  mutating func rows(_ statement: String, _ arguments: [String?] = []) throws(PostgresFailure) -> PostgresRows {
    do throws(PostgresFailure) {
      try run("BEGIN TRANSACTION READ ONLY")
      try run(Self.bounds, ["pg_catalog"])
      try run(Self.room)
      let rows = try run(statement, arguments)
      try run("ROLLBACK")
      return rows
    } catch {
      _ = try? run("ROLLBACK")
      throw error
    }
  }

  @discardableResult
  private mutating func run(_ statement: String, _ arguments: [String?] = []) throws(PostgresFailure) -> PostgresRows {
    traffic.add(requests: 1)
    return try connection.query(statement, arguments, before: deadline.capped(milliseconds: Self.patience))
  }
}
