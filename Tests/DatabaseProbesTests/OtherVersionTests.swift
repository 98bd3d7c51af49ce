import AuditModel
import Facts
import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

/// The schemas full of traps on servers of other versions, which know embeddings.
@Suite struct OtherVersionTests {
  @Test func twoVersionsAreAtHand() { #expect(OtherBuild.all.count >= 2, "scripts/install-dependencies brings them") }

  @Test(arguments: OtherBuild.all) func foreignKeys(_ build: OtherBuild) async throws {
    let look = await
      (try await SurveyedDatabase("foreign_keys", on: try build.server, running: ForeignKeyTraps.statements))
      .look()
    let keys = look["foreignKeys"]?.array ?? []
    for trap in ForeignKeyTraps.all {
      #expect(
        keys.filter { $0["constraint"] == .string(trap.name) }.map { $0["cover"] } == [.string(trap.cover)],
        "\(trap.name)")
    }
    #expect(keys.count == ForeignKeyTraps.all.count)
    #expect(look.gaps.allSatisfy { $0.path == "indexUse" })
  }

  @Test(arguments: OtherBuild.all) func indexes(_ build: OtherBuild) async throws {
    let look = await (try await SurveyedDatabase("redundancy", on: try build.server, running: IndexTraps.statements))
      .look()
    let found = (look["indexes"]?.array ?? []).filter { $0["redundancy"] != "none" }
    #expect(Set(found.compactMap { $0["name"]?.string }) == Set(IndexTraps.redundant.keys))
  }

  @Test(arguments: OtherBuild.all) func sequences(_ build: OtherBuild) async throws {
    let database = try await SurveyedDatabase("sequences", on: try build.server, running: SequenceTraps.statements)
    let look = await database.look()
    let nearEnd = (look["sequences"]?.array ?? []).filter {
      $0["shareUsed"]?.double ?? 0 > 0.9 && $0["cycles"] == false
    }
    #expect(nearEnd.compactMap { $0["name"]?.string }.sorted() == SequenceTraps.nearEnd)
    let stranger = await database.look(as: .stranger)
    #expect(stranger.gaps.contains { $0.path == "sequences" })
  }

  @Test(arguments: OtherBuild.all) func aTableLockedByAMigrationKeepsNobodyOut(_ build: OtherBuild) async throws {
    try await PostgresSchemaProbeTests.lookPastLocks(on: try build.server)
  }

  /// From 18 on a constraint may bind nothing, and a key may hold for a period.
  @Test(arguments: OtherBuild.all) func keysThatBindNothing(_ build: OtherBuild) async throws {
    let database = try await SurveyedDatabase(
      "bindings", on: try build.server, running: ["CREATE TABLE p (id bigint PRIMARY KEY)"])
    guard await database.look()["serverVersion"]?.integer ?? 0 >= 180_000 else { return }
    try await database.run([
      "CREATE TABLE c (p_id bigint, CONSTRAINT idle FOREIGN KEY (p_id) REFERENCES p NOT ENFORCED)",
      "CREATE TABLE n (a int)", "ALTER TABLE n ADD CONSTRAINT later NOT NULL a NOT VALID",
    ])
    let look = await database.look()
    #expect(look.elements("foreignKeys", where: "constraint", is: "idle").first?["isEnforced"] == false)
    #expect(look["constraints"]?.array?.map { $0["name"] } == ["idle", "later"])
    #expect(look["constraints"]?.array?.map { $0["kind"] } == ["foreign key", "not null"])
  }

  /// From 18 on autovacuum comes after a number of dead rows that is the same for tables of any size.
  @Test(arguments: OtherBuild.all) func aTableIsOverdueWhenAutovacuumWouldCome(_ build: OtherBuild) async throws {
    let database = try await SurveyedDatabase("overdue", on: try build.server, running: [])
    guard await database.look()["serverVersion"]?.integer ?? 0 >= 180_000 else { return }
    try await database.run([
      """
      CREATE TABLE large (id int) WITH (autovacuum_enabled = false, autovacuum_vacuum_scale_factor = 10,
        autovacuum_vacuum_max_threshold = 11000)
      """, "INSERT INTO large SELECT generate_series(1, 30000)", "ANALYZE large", "DELETE FROM large WHERE id <= 12000",
    ])
    func overdue() async -> [JSONValue?] {
      (await database.look(by: PostgresHealthProbe())["unvacuumedTables"]?.array ?? []).map { $0["name"] }
    }
    var found: [JSONValue?] = []
    // What sessions count reaches the statistics a moment later.
    for _ in 0..<40 where found.isEmpty {
      found = await overdue()
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(found == ["public.large"])
    try await database.run(["ALTER TABLE large SET (autovacuum_vacuum_max_threshold = -1)"])
    #expect(await overdue() == [])
  }

  @Test(arguments: OtherBuild.all) func vectors(_ build: OtherBuild) async throws {
    let database = try await SurveyedDatabase("vectors", on: try build.server, running: VectorTraps.statements)
    let look = await database.look()
    let columns = look["vectors", "columns"]?.array ?? []
    let states = Dictionary(
      columns.map { ("\($0["table"]?.string ?? "").\($0["column"]?.string ?? "")", $0["state"]?.string ?? "") },
      uniquingKeysWith: { _, _ in "twice" })
    #expect(states == VectorTraps.expected)
    let lists = look["vectors", "lists"]?.array ?? []
    let far = lists.filter { $0["factor"]?.double ?? 0 > 4 }.compactMap { $0["index"]?.string }
    #expect(far == ["public.v_ivf_empty_e_idx"])
    #expect(look.traits("vectorInBtree").keys.contains("public.v_btree_e_idx"))
  }
}
