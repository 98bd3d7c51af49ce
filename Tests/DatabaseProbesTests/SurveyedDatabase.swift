import AuditModel
import Facts
import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

/// A database of its own on a loopback server, and what the auditor's role sees of it.
struct SurveyedDatabase {
  /// Who looks.
  enum Role: String {
    /// May see everything that an auditor should.
    case surveyor
    /// May log in.
    case stranger
  }

  let server: PostgresServer
  let name: String

  /// Other tests measure time: nothing blocks the threads that all tests share.
  private static let lane = BlockingLane(width: 3)

  /// A fresh database called `name` in which `statements` ran, each on its own.
  init(_ name: String, on server: PostgresServer, running statements: [String]) async throws {
    self.server = server
    self.name = name
    try await Self.lane.run { Result { try Self.create(name, on: server) } }.get()
    try await run(statements)
  }

  private static func create(_ name: String, on server: PostgresServer) throws {
    let deadline = Deadline(milliseconds: 60_000)
    var connection = try PostgresConnection.open(server.ownerParameters, before: deadline)
    try connection.query("DROP DATABASE IF EXISTS \(name) WITH (FORCE)", before: deadline)
    try connection.query("CREATE DATABASE \(name)", before: deadline)
    try connection.query(
      """
      DO $$ BEGIN
        PERFORM pg_advisory_xact_lock(4711);
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'surveyor') THEN
          CREATE ROLE surveyor LOGIN PASSWORD '\(PostgresServer.password)';
          GRANT pg_monitor, pg_read_all_data TO surveyor;
        END IF;
      END $$
      """, before: deadline)
  }

  /// A session of the owner.
  func open() throws -> PostgresConnection {
    var parameters = server.ownerParameters
    parameters.database = name
    return try PostgresConnection.open(parameters, before: Deadline(milliseconds: 60_000))
  }

  /// Runs statements as the database's owner, each on its own.
  func run(_ statements: [String]) async throws {
    try await Self.lane.run { Result { try execute(statements) } }.get()
  }

  private func execute(_ statements: [String]) throws {
    let deadline = Deadline(milliseconds: 120_000)
    var connection = try open()
    for statement in statements {
      do {
        try connection.query(statement, before: deadline)
      } catch {
        Issue.record("\(statement): \(error)")
        throw error
      }
    }
  }

  /// How the server would look for the rows that point at a given one, by foreign key; several plans where it is partitioned.
  func plansOfReferentialChecks() async throws -> [String: [String]] {
    try await Self.lane.run { Result { try explainReferentialChecks() } }.get()
  }

  private func explainReferentialChecks() throws -> [String: [String]] {
    let deadline = Deadline(milliseconds: 60_000)
    var connection = try open()
    try connection.query("SET enable_seqscan = off", before: deadline)
    let checks = try connection.query(
      """
      SELECT c.conname AS name, format('EXPLAIN (COSTS OFF) SELECT 1 FROM ONLY %s x WHERE %s', c.conrelid::regclass,
        string_agg(format('(SELECT NULL::%s) = x.%I', format_type(f.atttypid, f.atttypmod), a.attname), ' AND ')) AS query
      FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid AND t.relkind = 'r'
        CROSS JOIN unnest(c.conkey, c.confkey) AS k(own, other)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own
        JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.other
        LEFT JOIN pg_constraint above ON above.oid = c.conparentid AND above.conrelid = c.conrelid
      WHERE c.contype = 'f' AND above.oid IS NULL
      GROUP BY c.oid, c.conname, c.conrelid
      """, before: deadline)
    var plans: [String: [String]] = [:]
    for check in checks {
      guard let name = check["name"], let query = check["query"] else { continue }
      let lines = try connection.query(query, before: deadline).compactMap { $0["QUERY PLAN"] }
      plans[name, default: []].append(lines.joined(separator: "\n"))
    }
    return plans
  }

  /// What a probe sees as `role`.
  func look(as role: Role = .surveyor, by probe: any Probe = PostgresSchemaProbe()) async -> Look {
    var settings = server.declaration(user: role.rawValue)
    settings["url"] = .string("postgresql://\(role.rawValue)@localhost:\(server.port)/\(name)")
    if !server.offersTLS { settings["sslmode"] = "disable" }
    return await Look(probe, settings, password: PostgresServer.password, timeout: 60_000)
  }
}

extension PostgresServer {
  fileprivate var ownerParameters: PostgresParameters {
    parameters(user: "postgres", mode: offersTLS ? .verifyFull : .disable)
  }
}

extension Look {
  /// The elements of a list that say `value` under `name`.
  func elements(_ list: String, where name: String, is value: JSONValue) -> [JSONValue] {
    (self[list]?.array ?? []).filter { $0[name] == value }
  }

  /// Name and detail of everything with a trait.
  func traits(_ trait: String) -> [String: String] {
    Dictionary(
      elements("traits", where: "trait", is: .string(trait)).map {
        ($0["name"]?.string ?? "", $0["detail"]?.string ?? "")
      },
      uniquingKeysWith: { "\($0)|\($1)" })
  }
}
