import AuditModel
import Facts
import Foundation
import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

/// Rehearsals on a real server, in databases that are made and dropped.
@Suite(.serialized) struct MigrationRehearsalTests {
  private let server: PostgresServer

  init() throws { server = try PostgresServer.shared.get() }

  private func rehearse(_ files: KeyValuePairs<String, String>, user: String = "postgres") async throws -> Look {
    let folder = NSTemporaryDirectory() + "rehearsal-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (path, text) in files { try text.write(toFile: "\(folder)/\(path)", atomically: true, encoding: .utf8) }
    let meter = TrafficMeter()
    let context = ProbeContext(
      deadline: Deadline(milliseconds: 60_000), lane: BlockingLane(width: 2), traffic: meter)
    let target = Target(
      id: "db", kind: "postgres",
      settings: [
        "url": "postgresql://auditor@localhost/events", "migrations": .string(folder),
        "scratch": .string("postgresql://\(user)@127.0.0.1:\(server.port)/postgres"),
      ], secrets: ["scratchPassword": Secret(PostgresServer.password)])
    let probe = MigrationRehearsalProbe()
    var look = Look(traffic: meter.traffic)
    switch await probe.observe(target, with: [:], in: context) {
    case .seen(let facts, let gaps):
      (look.facts, look.gaps) = (facts, gaps)
      #expect(probe.descriptor.facts.violations(of: facts).isEmpty)
    case .unseen(let unseen): look.unseen = unseen
    }
    return look
  }

  /// The databases of rehearsals that are still there.
  private func leftovers() async throws -> Int {
    let parameters = server.parameters(user: "postgres")
    return try await BlockingLane(width: 1).run {
      Result { () throws(PostgresFailure) in
        let deadline = Deadline(milliseconds: 10_000)
        var connection = try PostgresConnection.open(parameters, before: deadline)
        return try connection.query(
          "SELECT 1 FROM pg_database WHERE datname LIKE 'prodworthy_rehearsal_%'", before: deadline
        ).count
      }
    }.get()
  }

  @Test func upDownAndUpAgain() async throws {
    let look = try await rehearse([
      "1_a.up.sql": "CREATE TABLE a (id bigint PRIMARY KEY);\nINSERT INTO a VALUES (1);",
      "1_a.down.sql": "DROP TABLE a;",
      "2_b.up.sql":
        "CREATE TYPE mood AS ENUM ('glad');\nALTER TABLE a ADD COLUMN m mood DEFAULT 'glad';\nCREATE INDEX a_m ON a (m);",
      "2_b.down.sql": "ALTER TABLE a DROP COLUMN m;",
      "3_c.up.sql":
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;\nCREATE VIEW v AS SELECT id FROM a WHERE id > 0; -- done",
      "3_c.down.sql": "DROP VIEW v; DROP FUNCTION f();", "4_d.up.sql": "SELECT 1;",
    ])
    #expect(look["tool"] == "golang-migrate")
    let steps = look["steps"]?.array ?? []
    #expect(steps.map { $0["accepted"] } == [true, true, true, true])
    #expect(steps.map { $0["returned"] } == [true, false, true, .null])
    #expect(steps.map { $0["repeatable"] } == [true, false, true, .null])
    #expect(steps[1]["differences"] == ["type public.mood"])
    #expect(steps[1]["reason"]?.string?.contains("already exists") == true)
    #expect(look.gaps.isEmpty)
    #expect(try await leftovers() == 0)
  }

  @Test func theFirstRefusalEndsIt() async throws {
    let look = try await rehearse([
      "1_a.sql": "-- +goose Up\nCREATE TABLE a (id bigint);\n-- +goose Down\nDROP TABLE a;\n",
      "2_b.sql": "-- +goose Up\nSELECT 1;\nALTER TABLE b ADD c int;\n-- +goose Down\n",
      "3_c.sql": "-- +goose Up\nSELECT 1;\n",
    ])
    #expect(look["tool"] == "goose")
    let steps = look["steps"]?.array ?? []
    #expect(steps.map { $0["accepted"] } == [true, false])
    #expect(steps.last?["reason"]?.string?.hasPrefix("line 3: ") == true)
    #expect(try await leftovers() == 0)
  }

  @Test func aRoleThatMayMakeNoDatabaseSeesNothing() async throws {
    let look = try await rehearse(["1_a.up.sql": "SELECT 1;"], user: "stranger")
    #expect(look.unseen?.kind == .denied)
    #expect(look.unseen?.reason.contains("permission denied to create database") == true)
  }

  @Test func aFolderWithoutSQLIsAGap() async throws {
    let look = try await rehearse(["1_a.exs": "def change do"])
    #expect(look["steps"] == .null)
    #expect(look.gaps.map(\.path) == ["steps"])
  }
}
