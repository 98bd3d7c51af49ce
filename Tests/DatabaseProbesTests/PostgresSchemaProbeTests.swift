import AuditModel
import Facts
import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

@Suite struct PostgresSchemaProbeTests {
  let server: PostgresServer

  init() throws { server = try PostgresServer.shared.get() }

  // MARK: Foreign keys

  @Test func everyForeignKeyIsJudgedByTheIndexesThatServeIt() async throws {
    let database = try await SurveyedDatabase("foreign_keys", on: server, running: ForeignKeyTraps.statements)
    let look = await database.look()
    let keys = look["foreignKeys"]?.array ?? []
    let covers = Dictionary(
      keys.map { ($0["constraint"]?.string ?? "", $0["cover"]?.string ?? "") }, uniquingKeysWith: { _, _ in "twice" })
    for trap in ForeignKeyTraps.all { #expect(covers[trap.name] == trap.cover, "\(trap.name)") }
    #expect(keys.count == ForeignKeyTraps.all.count)
    let parted = try #require(keys.first { $0["constraint"] == "m_one_partition" })
    #expect(parted["table"] == "public.t_m_one_partition")
    #expect(parted["tables"] == 2)
    #expect(parted["tablesUncovered"] == 1)
    #expect(parted["statement"] == "CREATE INDEX ON ONLY public.t_m_one_partition (r)")
    let gap = try #require(keys.first { $0["constraint"] == "w_gap" })
    #expect(gap["columns"] == "a, b")
    #expect(gap["columnsCovered"] == 1)
    #expect(gap["references"] == "public.p")
    #expect(gap["statement"] == "CREATE INDEX CONCURRENTLY ON public.t_w_gap (a, b)")
    // The catalogs of tables and indexes are open to everybody.
    let stranger = await database.look(as: .stranger)
    #expect(stranger["foreignKeys"] == look["foreignKeys"])
    #expect(look.gaps.allSatisfy { $0.path == "indexUse" })
    #expect(look.traffic.connections == 1)
    #expect(look.traffic.requests <= 28)
  }

  /// The planner as a second opinion: told to avoid sequential scans, it reads a table through an index wherever one serves.
  @Test func thePlannerAgreesAboutForeignKeys() async throws {
    let database = try await SurveyedDatabase("oracle", on: server, running: ForeignKeyTraps.statements)
    let plans = try await database.plansOfReferentialChecks()
    // These indexes serve another purpose, or are walked from end to end.
    let walked: Set<String> = ["m_second", "m_two_behind", "m_brin", "m_include"]
    for trap in ForeignKeyTraps.all where !walked.contains(trap.name) {
      let plans = plans[trap.name] ?? []
      #expect(!plans.isEmpty, "\(trap.name)")
      let served = plans.allSatisfy { !$0.contains("Seq Scan") && $0.contains("Index Cond") }
      #expect(served == (trap.cover != "none"), "\(trap.name): \(plans)")
      let isWhole = plans.allSatisfy { !$0.contains("Filter:") }
      if trap.cover == "full" { #expect(isWhole, "\(trap.name): \(plans)") }
    }
  }

  // MARK: Indexes

  @Test func whatRepeatsAnotherIndexIsFoundAndNothingElse() async throws {
    let database = try await SurveyedDatabase("redundancy", on: server, running: IndexTraps.statements)
    let look = await database.look()
    let found = (look["indexes"]?.array ?? []).filter { $0["redundancy"] != "none" }
    let kinds = Dictionary(
      found.map { ($0["name"]?.string ?? "", [$0["redundancy"]?.string ?? "", $0["coveredBy"]?.string ?? ""]) },
      uniquingKeysWith: { _, _ in ["twice"] })
    #expect(kinds == IndexTraps.redundant)
    #expect(look["indexes"]?.array?.count ?? 0 >= 38)
  }

  @Test func brokenIndexesAreToldFromThoseUnderConstruction() async throws {
    let database = try await SurveyedDatabase(
      "broken", on: server,
      running: [
        "CREATE TABLE t (a int, b int)", "CREATE INDEX whole ON t (a)", "CREATE INDEX broken ON t (b)",
        "CREATE INDEX broken_ccnew1 ON t (b)", "CREATE TABLE r (a int) PARTITION BY RANGE (a)",
        "CREATE TABLE r_1 PARTITION OF r FOR VALUES FROM (0) TO (10)", "CREATE INDEX root ON ONLY r (a)",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('broken'::regclass, 'broken_ccnew1'::regclass)",
      ])
    let look = await database.look()
    let broken = look.elements("indexes", where: "isUsable", is: false)
    #expect(broken.compactMap { $0["name"]?.string } == ["public.broken", "public.broken_ccnew1", "public.root"])
    #expect(broken.map { $0["isBuilding"] } == [false, false, false])
    #expect(broken.map { $0["isReindexLeftover"] } == [false, true, false])
    #expect(broken.map { $0["isPartitioned"] } == [false, false, true])
    #expect(look.elements("indexes", where: "name", is: "public.whole").first?["isUsable"] == true)
  }

  @Test func anIndexUnderConstructionIsNotALeftover() async throws {
    let database = try await SurveyedDatabase(
      "building", on: server,
      running: ["CREATE TABLE t (a int)", "CREATE TABLE u (a int)", "CREATE INDEX left_behind ON u (a)"]
        + ["UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'left_behind'::regclass"])
    let deadline = Deadline(milliseconds: 60_000)
    // The build has to wait for a transaction that writes.
    var writer = try database.open()
    try writer.query("BEGIN", before: deadline)
    try writer.query("INSERT INTO t VALUES (1)", before: deadline)
    let build = Task.detached { try await database.run(["CREATE INDEX CONCURRENTLY slow ON t (a)"]) }
    var building: JSONValue?
    while building != true, !deadline.hasPassed {
      try await Task.sleep(for: .milliseconds(20))
      let look = await database.look()
      building = look.elements("indexes", where: "name", is: "public.slow").first?["isBuilding"]
      if building == true {
        #expect(look.elements("indexes", where: "name", is: "public.left_behind").first?["isBuilding"] == false)
      }
    }
    #expect(building == true)
    let stranger = await database.look(as: .stranger)
    #expect(stranger.elements("indexes", where: "name", is: "public.left_behind").first?["isBuilding"] == .null)
    let gap = try #require(stranger.gaps.first { $0.path == "indexes.isBuilding" })
    #expect(gap.remedy == "GRANT pg_read_all_stats TO stranger")
    try writer.query("COMMIT", before: deadline)
    try await build.value
    #expect(await database.look().elements("indexes", where: "name", is: "public.slow").first?["isUsable"] == true)
  }

  @Test func anIndexIsUnusedOnlyAfterTwoWeeksOfCounting() async throws {
    let database = try await SurveyedDatabase(
      "unused", on: server,
      running: ["CREATE TABLE t (a int PRIMARY KEY, b int)", "CREATE INDEX reading ON t (b)"])
    let early = await database.look()
    #expect(early["indexUse"] == .null)
    #expect(early.gaps.contains { $0.path == "indexUse" && $0.reason.contains("14 are needed") })
    // Nothing to be in doubt about.
    try await database.run(["DROP INDEX reading"])
    let without = await database.look()
    #expect(without["indexUse"] == [])
    #expect(without["statistics", "isCounting"] == true)
    #expect(without["statistics", "days"]?.double ?? 99 < 1)
  }

  // MARK: Sequences

  @Test func sequencesAreMeasuredByTheNarrowestPlaceTheyFill() async throws {
    let database = try await SurveyedDatabase("sequences", on: server, running: SequenceTraps.statements)
    let look = await database.look()
    let sequences = look["sequences"]?.array ?? []
    let nearEnd = sequences.filter { $0["shareUsed"]?.double ?? 0 > 0.9 && $0["cycles"] == false }
    #expect(nearEnd.compactMap { $0["name"]?.string }.sorted() == SequenceTraps.nearEnd)
    let owned = try #require(sequences.first { $0["name"] == "public.n_owned_seq" })
    #expect(owned["limit"] == 2_147_483_647)
    #expect(owned["feeds"] == "public.n_owned.id integer")
    #expect(sequences.first { $0["name"] == "public.f_fresh" }?["shareUsed"] == 0)
    #expect(look.gaps.filter { $0.path == "sequences" }.isEmpty)

    let stranger = await database.look(as: .stranger)
    let gap = try #require(stranger.gaps.first { $0.path == "sequences" })
    #expect(gap.remedy == "GRANT pg_read_all_data TO stranger")
    #expect(stranger["sequences"]?.array?.allSatisfy { $0["shareUsed"] == .null && $0["isReadable"] == false } == true)
  }

  @Test func manySequencesAreReadWithoutHoldingThemAll() async throws {
    let database = try await SurveyedDatabase(
      "many_sequences", on: server,
      running: [
        """
        DO $$ BEGIN FOR i IN 1..450 LOOP
          EXECUTE format('CREATE SEQUENCE s%s MAXVALUE 1000', i); PERFORM setval(format('s%s', i), i);
        END LOOP; END $$
        """
      ])
    let look = await database.look()
    let sequences = look["sequences"]?.array ?? []
    #expect(sequences.count == 450)
    #expect(sequences.allSatisfy { $0["name"]?.string == "public.s\($0["last"]?.integer ?? -1)" })
  }

  /// A migration that holds its locks: what needs none of them is still seen.
  @Test func aTableLockedByAMigrationKeepsNobodyOut() async throws { try await Self.lookPastLocks(on: server) }

  static func lookPastLocks(on server: PostgresServer) async throws {
    let database = try await SurveyedDatabase(
      "locked", on: server,
      running: [
        "CREATE TABLE p (id bigint PRIMARY KEY)",
        "CREATE TABLE t (id bigserial PRIMARY KEY, p_id bigint CONSTRAINT t_p REFERENCES p, a int)",
        "CREATE INDEX ON t (p_id) WHERE p_id IS NOT NULL", "CREATE INDEX ON t ((a + 1))",
        "CREATE TABLE u (p_id bigint CONSTRAINT u_p REFERENCES p)", "CREATE INDEX ON u (p_id) WHERE p_id IS NOT NULL",
        "CREATE VIEW v AS SELECT * FROM t",
      ])
    let deadline = Deadline(milliseconds: 60_000)
    var migration = try database.open()
    for statement in [
      "BEGIN", "LOCK TABLE t, p, v IN ACCESS EXCLUSIVE MODE", "ALTER SEQUENCE t_id_seq INCREMENT 2",
    ] { try migration.query(statement, before: deadline) }
    let look = await database.look()
    // Whether t's partial index serves t's key cannot be told, which is said.
    #expect(look["foreignKeys"]?.array?.map { $0["constraint"] } == ["u_p"])
    #expect(look["foreignKeys"]?.array?.map { $0["cover"] } == ["full"])
    #expect(look.gaps.contains { $0.path == "foreignKeys" && $0.reason.hasSuffix("public.t") })
    #expect(look["indexes"]?.array?.count == 5)
    #expect(look["sequences"] == .null)
    #expect(look.gaps.contains { $0.path == "sequences" && $0.reason.contains("lock timeout") })
    #expect(look["traits"]?.array?.isEmpty == false)
    try migration.query("ROLLBACK", before: deadline)
  }

  // MARK: Tables

  @Test func tablesKeysAndConstraints() async throws {
    let database = try await SurveyedDatabase("tables", on: server, running: TableTraps.statements)
    let look = await database.look()
    let tables = Dictionary(
      uniqueKeysWithValues: (look["tables"]?.array ?? []).map { ($0["name"]?.string ?? "", $0) })
    #expect(tables["public.keyless"]?["key"] == "none")
    #expect(tables["public.candidate"]?["key"] == "candidate")
    #expect(tables["public.keyed"]?["key"] == "primary")
    #expect(tables["public.parted_1"] == nil)
    #expect(tables["public.parted"]?["partitions"] == 1)

    let open = look["constraints"]?.array ?? []
    #expect(open.map { $0["name"] } == ["open_check", "open_foreign"])
    #expect(open.map { $0["kind"] } == ["check", "foreign key"])
    #expect(open.map { $0["isValidated"] } == [false, false])

    let narrow = look["narrowKeys"]?.array ?? []
    #expect(
      narrow.filter { $0["kind"] == "foreign" }.map { $0["references"] } == ["public.keyed.id bigint"])
    #expect(
      narrow.contains { $0["kind"] == "primary" && $0["column"] == "public.small.id" && $0["type"] == "smallint" })

    // Read from beginning to end a hundred times, and never by an index.
    let scanned = try #require(tables["public.scanned"])
    #expect(scanned["rows"] == 20_000)
    #expect(scanned["shareByIndex"]?.double ?? 0 < 0.1)
    let bloated = try #require(look.elements("bloat", where: "table", is: "public.bloated").first)
    #expect((0.6...0.9).contains(bloated["share"]?.double ?? 0))
    let lean = try #require(look.elements("bloat", where: "table", is: "public.scanned").first)
    #expect(lean["share"]?.double ?? 1 < 0.1)

    let stranger = await database.look(as: .stranger)
    #expect(stranger.gaps.contains { $0.path == "bloat" && $0.remedy == "GRANT pg_read_all_data TO stranger" })
    #expect(stranger["tables"] == look["tables"])
  }

  @Test func traitsOfTablesColumnsAndIndexes() async throws {
    let database = try await SurveyedDatabase("traits", on: server, running: TraitTraps.statements)
    let look = await database.look()
    for (trait, names) in TraitTraps.expected {
      #expect(Set(look.traits(trait).keys) == Set(names), "\(trait)")
    }
    #expect(look.traits("severalPermissive")["public.s_both"] == "SELECT: p_all, p_read|UPDATE: p_all, p_write")
    #expect(look.traits("inconsistentType")["public.y_three.customer_number"] == "text here, integer elsewhere")
    #expect(look.traits("silentColumns")["public.y_described"] == "id, a")
    #expect(look.traits("noDescription").keys.contains("public.y_types"))
    #expect(!look.traits("noDescription").keys.contains("public.y_described"))
    #expect(look.traits("unlinked").keys.contains("public.y_one"))
    #expect(!look.traits("unlinked").keys.contains("public.k_source"))
    #expect(look.traits("empty").keys.contains("public.y_one"))
    // Every word of the list is seen somewhere.
    let seen = Set((look["traits"]?.array ?? []).compactMap { $0["trait"]?.string })
    #expect(seen.isSuperset(of: Set(TraitTraps.expected.map(\.0))))
  }

  @Test func extensionsAreListedWithTheirSchema() async throws {
    let look = await (try await SurveyedDatabase("extensions_only", on: server, running: [])).look()
    let plpgsql = try #require(look.elements("extensions", where: "name", is: "plpgsql").first)
    #expect(plpgsql["isCurrent"] == true)
    #expect(plpgsql["isInPublic"] == false)
    #expect(look["vectors"] == ["isInstalled": false, "columns": [], "lists": []])
    #expect(look["graphs"] == ["isInstalled": false, "labels": []])
    #expect(look["tables"] == [])
    #expect(look["foreignKeys"] == [])
  }

  @Test func labelsOfGraphsNeedTheIndexesOfEveryTraversal() async throws {
    let database = try await SurveyedDatabase("graphs", on: server, running: GraphTraps.statements)
    let look = await database.look()
    let labels = look["graphs", "labels"]?.array ?? []
    #expect(labels.map { $0["name"] } == ["social.Knows", "social.Likes", "social.Person", "social.Place"])
    #expect(labels.map { $0["unindexed"] } == ["end_id", "", "", "id"])
    #expect(labels.map { $0["indexesProperties"] } == [false, false, true, false])
    let stranger = await database.look(as: .stranger)
    #expect(stranger["graphs"] == ["isInstalled": true, "labels": nil])
    #expect(
      stranger.gaps.contains { $0.path == "graphs.labels" && $0.reason.contains("GRANT USAGE ON SCHEMA ag_catalog") })
    #expect(stranger["foreignKeys"] != .null)
  }

  /// The work grows with the schema and no faster: 400 tables, 1,300 indexes, 800 foreign keys.
  @Test func aLargeSchemaIsReadInOneGo() async throws {
    let database = try await SurveyedDatabase(
      "large", on: server,
      running: [
        """
        DO $$ BEGIN FOR i IN 0..399 LOOP
          EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, r bigint REFERENCES t%s, s bigint REFERENCES t%s)',
            i, i * 7 % greatest(i, 1), i * 13 % greatest(i, 1));
          EXECUTE format('CREATE INDEX ON t%s (r)', i);
          IF i % 4 = 0 THEN EXECUTE format('CREATE INDEX ON t%s (r)', i); END IF;
          EXECUTE format('CREATE INDEX ON t%s (s, r)', i);
        END LOOP; END $$
        """
      ])
    let look = await database.look()
    #expect(look["tables"]?.array?.count == 400)
    #expect(look["foreignKeys"]?.array?.count == 800)
    #expect(look["foreignKeys"]?.array?.allSatisfy { $0["cover"] == "full" } == true)
    #expect(look.elements("indexes", where: "redundancy", is: "duplicate").count == 100)
  }

  // MARK: Who cannot look

  @Test func whoIsNotLetInSeesNothing() async {
    let look = await Look(PostgresSchemaProbe(), server.declaration(user: "auditor"), password: "canary-4711")
    #expect(look.facts == nil)
    #expect(look.unseen?.kind == .denied)
    #expect(look.unseen?.reason.contains("canary") == false)
  }

  @Test func silenceIsNotAFact() async throws {
    let silence = try SilentListener()
    let look = await Look(
      PostgresSchemaProbe(), ["url": "postgres://auditor@127.0.0.1:\(silence.port)/events"], timeout: 200)
    #expect(look.unseen?.kind == .timeout)
  }
}
