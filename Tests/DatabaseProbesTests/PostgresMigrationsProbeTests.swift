import AuditModel
import Facts
import Foundation
import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

/// The probe against a real server, each test in a database of its own.
@Suite struct PostgresMigrationsProbeTests {
  private let server: PostgresServer
  private let deadline = Deadline(milliseconds: 60_000)

  init() throws { server = try PostgresServer.shared.get() }

  /// Makes a database with what `statements` make, and looks at it as the auditor.
  private func look(
    _ database: String, _ statements: [String], files: KeyValuePairs<String, String>? = nil
  ) async throws -> Look {
    // Off the threads that other tests wait for.
    try await BlockingLane(width: 1).run { Result { try make(database, statements) } }.get()
    var settings: JSONObject = [
      "url": .string("postgresql://auditor@localhost:\(server.port)/\(database)"), "address": "127.0.0.1",
      "sslmode": "verify-full", "trust": .string(server.root),
    ]
    let folder = NSTemporaryDirectory() + "migrations-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    if let files {
      for (path, text) in files {
        let full = URL(fileURLWithPath: folder).appendingPathComponent(path)
        try FileManager.default.createDirectory(at: full.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: full, atomically: true, encoding: .utf8)
      }
      settings["migrations"] = .string(folder)
    }
    return await Look(PostgresMigrationsProbe(), settings, password: PostgresServer.password, timeout: 30_000)
  }

  private func make(_ database: String, _ statements: [String]) throws {
    var parameters = server.parameters(user: "postgres")
    var connection = try PostgresConnection.open(parameters, before: deadline)
    try connection.query("DROP DATABASE IF EXISTS \(database)", before: deadline)
    try connection.query("CREATE DATABASE \(database)", before: deadline)
    parameters.database = database
    var inside = try PostgresConnection.open(parameters, before: deadline)
    for statement in statements { try inside.query(statement, before: deadline) }
  }

  private func states(_ look: Look) -> [String] {
    (look["histories"]?.array ?? []).flatMap { history in
      (history["migrations"]?.array ?? []).map { entry in
        let state = entry["failed"] == true ? "failed" : entry["applied"] == true ? "applied" : "pending"
        return "\(entry["key"]?.string ?? "") \(state)"
      }
    }
  }

  @Test func aHealthyDatabaseOfEcto() async throws {
    let look = try await look(
      "mig_ecto",
      [
        "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp)",
        "INSERT INTO schema_migrations VALUES (20240101000000, now()), (20240102000000, now())",
        "GRANT SELECT ON schema_migrations TO auditor",
      ],
      files: [
        "20240101000000_a.exs": "def change do\n  create table(:a)\nend", "20240102000000_b.exs": "def change do\nend",
        "20240103000000_c.exs": "def up do\nend",
      ])
    #expect(states(look) == ["20240101000000 applied", "20240102000000 applied", "20240103000000 pending"])
    let last = look["histories"]?[0]?["migrations"]?[2]
    #expect(last?["reversible"] == false)
    #expect(last?["skipped"] == false)
    #expect(look["histories"]?[0]?["tool"] == "ecto")
    // Elixir is no SQL: what it will lock is not known, and said to be so.
    #expect(look["pendingStatements"] == .null)
    #expect(look.gaps.map(\.path) == ["pendingFiles", "pendingStatements"])
    #expect(look.traffic.requests <= 8)
  }

  @Test func whatTheRoleMayNotReadIsAGapWithItsGrant() async throws {
    let look = try await look(
      "mig_hidden",
      [
        "CREATE SCHEMA app", "CREATE TABLE app.schema_migrations (version bigint, dirty boolean)",
        "INSERT INTO app.schema_migrations VALUES (3, true)",
      ])
    #expect(look["histories"] == .array([]))
    #expect(look.gaps.map(\.path) == ["histories"])
    #expect(
      look.gaps.first?.remedy
        == "GRANT USAGE ON SCHEMA app TO auditor; GRANT SELECT ON app.schema_migrations TO auditor")
  }

  @Test func withoutATableThereIsNoHistory() async throws {
    let look = try await look("mig_none", ["CREATE TABLE migrations_of_birds (id int, species text)"])
    #expect(look["histories"] == .array([]))
    #expect(look["folder"] == .null)
    #expect(look.gaps.isEmpty)
  }

  @Test func failedAndUndoneRowsOfEveryKindAreReadRight() async throws {
    let look = try await look(
      "mig_many",
      [
        """
        CREATE TABLE _prisma_migrations (id text, checksum text, finished_at timestamptz, migration_name text, logs text,
          rolled_back_at timestamptz, started_at timestamptz DEFAULT now(), applied_steps_count int)
        """,
        """
        INSERT INTO _prisma_migrations (migration_name, checksum, finished_at, rolled_back_at, started_at) VALUES
          ('1_a', 'x', now(), NULL, now()), ('2_b', 'y', NULL, now(), now() - interval '1 hour'),
          ('2_b', 'z', now(), NULL, now()), ('3_c', 'w', NULL, NULL, now())
        """,
        "CREATE TABLE goose_db_version (id int GENERATED ALWAYS AS IDENTITY, version_id bigint, is_applied bool, tstamp timestamp)",
        "INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (2, false)",
        "CREATE TABLE flyway_schema_history (installed_rank int, version text, description text, type text, script text, checksum int, success bool)",
        """
        INSERT INTO flyway_schema_history VALUES (1, '1', 'a', 'SQL', 'V1__a.sql', 7, true), (2, NULL, 'v', 'SQL', 'R__v.sql', 1, true),
          (3, NULL, 'v', 'SQL', 'R__v.sql', 2, true), (4, '2', 'b', 'SQL', 'V2__b.sql', 8, false)
        """,
        "CREATE TABLE databasechangelog (id text, author text, filename text, orderexecuted int, exectype text, md5sum text)",
        "INSERT INTO databasechangelog VALUES ('1', 'me', 'a.xml', 1, 'EXECUTED', NULL)",
        "CREATE TABLE databasechangeloglock (id int, locked bool, lockgranted timestamp, lockedby text)",
        "INSERT INTO databasechangeloglock VALUES (1, true, now() - interval '90 minutes', 'ci (10.0.0.9)')",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO auditor",
      ])
    let byTool = Dictionary(
      uniqueKeysWithValues: (look["histories"]?.array ?? []).map { ($0["tool"]?.string ?? "", $0) })
    #expect(byTool.keys.sorted() == ["flyway", "goose", "liquibase", "prisma"])
    #expect(
      states(look).sorted() == [
        "1 applied", "1 applied", "1_a applied", "2 failed", "2_b applied", "3_c failed", "R:v applied",
        "a.xml::1::me applied",
      ])
    let lock = byTool["liquibase"]?["lock"]
    #expect(lock?["held"] == true)
    #expect(lock?["holder"] == "ci (10.0.0.9)")
    #expect((90...120).contains(lock?["minutes"]?.integer ?? 0))
    #expect(look.gaps.isEmpty)
  }

  @Test func pendingSQLIsWeighedWithTheTablesOfTheServer() async throws {
    let look = try await look(
      "mig_pending",
      [
        "CREATE TABLE \"schema migrations\" (version bigint, dirty boolean)",
        "INSERT INTO \"schema migrations\" VALUES (1, false)",
        "CREATE TABLE venues (id bigint, seats int)",
        "INSERT INTO venues SELECT g, g FROM generate_series(1, 5000) g", "VACUUM ANALYZE venues",
        "CREATE TABLE events (at timestamptz) PARTITION BY RANGE (at)",
        "CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "INSERT INTO events SELECT '2024-06-01' FROM generate_series(1, 5000)", "ANALYZE events_2024",
        "GRANT SELECT ON \"schema migrations\" TO auditor",
      ],
      files: [
        "1_a.up.sql": "SELECT 1;", "1_a.down.sql": "SELECT 1;",
        "2_b.up.sql": "CREATE INDEX i ON venues (seats);\nALTER TABLE events ADD COLUMN n bigserial;",
      ])
    #expect(states(look) == ["1 applied", "2 pending"])
    let statements = look["pendingStatements"]?.array ?? []
    #expect(statements.compactMap { $0["table"]?.string } == ["public.venues", "public.events"])
    #expect(
      statements.allSatisfy { $0["takesTime"] == true && $0["rows"] == 5000 && ($0["bytes"]?.integer ?? 0) > 100_000 })
    #expect(look["pendingFiles"]?[0]?["boundsLocks"] == false)
    #expect(look.gaps.isEmpty)
  }

  @Test func everyTenantIsComparedWithTheFiles() async throws {
    let tenants = ["one", "two"].flatMap { schema in
      [
        "CREATE SCHEMA \(schema)", "CREATE TABLE \(schema).schema_migrations (version varchar)",
        "GRANT USAGE ON SCHEMA \(schema) TO auditor", "GRANT SELECT ON \(schema).schema_migrations TO auditor",
        "INSERT INTO \(schema).schema_migrations VALUES ('001')",
      ]
    }
    let look = try await look(
      "mig_tenants", tenants + ["INSERT INTO one.schema_migrations VALUES ('002')"],
      files: [
        "001_a.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;", "002_b.sql": "-- migrate:up\nSELECT 2;",
      ])
    #expect(look["histories"]?.array?.compactMap { $0["tool"]?.string } == ["dbmate", "dbmate"])
    #expect(states(look) == ["1 applied", "2 applied", "1 applied", "2 pending"])
    #expect(look["pendingFiles"]?.array?.count == 1)
  }

  @Test func aFolderThatIsNotThereIsAGap() async throws {
    let statements = [
      "CREATE TABLE alembic_version (version_num varchar(32))", "INSERT INTO alembic_version VALUES ('aaa')",
      "GRANT SELECT ON alembic_version TO auditor",
    ]
    let look = try await look("mig_folder", statements, files: [:])
    #expect(look.gaps.map(\.path) == ["histories", "pendingFiles", "pendingStatements"])
    #expect(look["histories"]?[0]?["migrations"]?[0]?["hasFile"] == .null)
  }
}
