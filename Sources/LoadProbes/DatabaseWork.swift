import AuditModel
import Facts
import Postgres
import Probing

/// What a database did while load ran, by pg_stat_statements before and after.
struct DatabaseWork: ~Copyable {
  /// The counters of one statement.
  private struct Counter {
    var query: String
    var calls: Double
    var milliseconds: Double
  }

  /// Why nothing can be told.
  struct Failure: Error {
    var reason: String
    var remedy: String?
  }

  private var session: PostgresConnection
  private let schema: String
  private let time: String
  private let before: [String: Counter]
  private var mostConnections = 0
  private let limit: Int

  /// The most statements that are told apart in the facts.
  private static let mostTold = 10

  /// Logs in and reads the counters. Blocks.
  static func begun(
    _ url: String, password: Secret?, sslMode: SSLMode, trust: [String], before deadline: Deadline,
    traffic: TrafficMeter
  ) throws(Failure) -> DatabaseWork {
    guard let place = DatabasePlace(url) else {
      throw Failure(reason: "database is not of the form postgresql://role@host:port/database")
    }
    do throws(PostgresFailure) {
      traffic.add(connections: 1, requests: 2)
      let session = try PostgresConnection.open(
        PostgresParameters(
          host: place.host, port: place.port, user: place.user, database: place.database, password: password,
          sslMode: sslMode, trust: trust), before: deadline)
      return try DatabaseWork(session, before: deadline)
    } catch {
      throw Failure(
        reason: error.description,
        remedy: "CREATE EXTENSION pg_stat_statements, and GRANT pg_read_all_stats to the auditor")
    }
  }

  private init(_ session: consuming PostgresConnection, before deadline: Deadline) throws(PostgresFailure) {
    let found = try session.query(
      """
      SELECT quote_ident(n.nspname) AS schema, current_setting('max_connections') AS connections,
        (SELECT string_agg(attname, ',') FROM pg_attribute
          WHERE attrelid = to_regclass(quote_ident(n.nspname) || '.pg_stat_statements')) AS columns
      FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'
      """, before: deadline)
    guard let row = found.first, let schema = row["schema"] else {
      throw .invalid("the extension pg_stat_statements is not there")
    }
    let columns = (row["columns"] ?? "").split(separator: ",")
    let time = columns.contains("total_exec_time") ? "total_exec_time" : "total_time"
    let counted = try Self.counters(&session, schema, time, deadline)
    self.schema = schema
    self.time = time
    limit = row["connections"].flatMap { Int($0) } ?? 0
    before = counted
    self.session = session
  }

  private static func counters(
    _ session: inout PostgresConnection, _ schema: String, _ time: String, _ deadline: Deadline
  ) throws(PostgresFailure) -> [String: Counter] {
    let rows = try session.query(
      """
      SELECT queryid::text || ' ' || userid::text AS id, left(query, 300) AS query, calls::float8 AS calls,
        \(time)::float8 AS spent
      FROM \(schema).pg_stat_statements
      WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND userid <> (SELECT oid FROM pg_roles WHERE rolname = current_user) AND queryid IS NOT NULL
      """, before: deadline)
    var counters: [String: Counter] = [:]
    for row in rows {
      guard let id = row["id"], let calls = row["calls"].flatMap(Double.init),
        let spent = row["spent"].flatMap(Double.init)
      else { continue }
      var counter = counters[id] ?? Counter(query: row["query"] ?? "", calls: 0, milliseconds: 0)
      counter.calls += calls
      counter.milliseconds += spent
      counters[id] = counter
    }
    return counters
  }

  /// Counts the sessions. Blocks.
  mutating func look(before deadline: Deadline, traffic: TrafficMeter) {
    traffic.add(requests: 1)
    let rows = try? session.query(
      "SELECT count(*) AS sessions FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
      before: deadline.capped(milliseconds: 2000))
    mostConnections = max(mostConnections, rows?.first?["sessions"].flatMap { Int($0) } ?? 0)
  }

  /// What was done since, by `requests` requests. Blocks.
  mutating func facts(
    requests: Int, before deadline: Deadline, traffic: TrafficMeter
  ) throws(Failure) -> JSONValue {
    let after: [String: Counter]
    do throws(PostgresFailure) {
      traffic.add(requests: 1)
      after = try Self.counters(&session, schema, time, deadline)
    } catch {
      throw Failure(reason: error.description)
    }
    var done: [Counter] = []
    for (id, counter) in after {
      let calls = counter.calls - (before[id]?.calls ?? 0)
      // Counters that were reset meanwhile tell at least what they hold now.
      let isReset = calls < 0
      let counted = isReset ? counter.calls : calls
      let spent = isReset ? counter.milliseconds : counter.milliseconds - (before[id]?.milliseconds ?? 0)
      if counted > 0 { done.append(Counter(query: counter.query, calls: counted, milliseconds: max(0, spent))) }
    }
    done.sort { ($1.milliseconds, $0.query) < ($0.milliseconds, $1.query) }
    let (calls, spent) = done.reduce((0.0, 0.0)) { ($0.0 + $1.calls, $0.1 + $1.milliseconds) }
    return [
      "calls": .integer(Int(calls)), "milliseconds": Self.rounded(spent),
      "callsPerRequest": requests > 0 ? Self.rounded(calls / Double(requests)) : nil,
      "millisecondsPerRequest": requests > 0 ? Self.rounded(spent / Double(requests)) : nil,
      "connectionsMost": .integer(mostConnections), "connectionsLimit": .integer(limit),
      "connectionsShare": limit > 0 ? Self.rounded(Double(mostConnections) / Double(limit)) : nil,
      "statements": .array(
        done.prefix(Self.mostTold).map {
          [
            "query": .string($0.query), "calls": .integer(Int($0.calls)), "milliseconds": Self.rounded($0.milliseconds),
            "meanMilliseconds": Self.rounded($0.milliseconds / $0.calls),
            "callsPerRequest": requests > 0 ? Self.rounded($0.calls / Double(requests)) : nil,
          ]
        }),
    ]
  }

  private static func rounded(_ value: Double) -> JSONValue { .double((value * 1000).rounded() / 1000) }
}
