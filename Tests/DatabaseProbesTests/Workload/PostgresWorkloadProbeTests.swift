import AuditModel
import Facts
import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

@Suite(.serialized) struct PostgresWorkloadProbeTests {
  let shop: Shop

  init() throws { shop = try Shop.shared.get() }

  private func look(as user: String, database: String = Shop.database) async -> Look {
    await Look(
      PostgresWorkloadProbe(),
      [
        "url": .string("postgresql://\(user)@localhost:\(shop.server.port)/\(database)"), "address": "127.0.0.1",
        "sslmode": "verify-full", "trust": .string(shop.server.root),
      ], password: PostgresServer.password, timeout: 60_000)
  }

  @Test func nearlyAllStatementsArePlannedAndTheRestIsStated() async throws {
    let look = await look(as: "reader")
    #expect(look.gaps.isEmpty, "\(look.gaps)")
    let load = try #require(look["load"])
    let (planned, unplanned) = (load["planned"]?.integer ?? 0, load["unplanned"]?.integer ?? 0)
    #expect(planned + unplanned >= 24)
    let failures = (look["statements"]?.array ?? []).filter { $0["plan"] == "failed" }
    #expect(Double(planned) >= 0.9 * Double(planned + unplanned), "\(failures)")
    for failure in failures { #expect(failure["reason"]?.isNull == false) }
    #expect(failures.contains { $0["text"]?.string?.contains("scratch") == true })
    #expect(load["utility"]?.integer ?? 0 >= 4)
    let shares = ["plannedShare", "utilityShare", "unplannedShare"].compactMap { load[$0]?.double }
    #expect(shares.count == 3 && abs(shares.reduce(0, +) - 1) < 0.001)
    #expect(look["window", "seconds"]?.integer != nil)
    let hows = Set((look["statements"]?.array ?? []).compactMap { $0["plan"]?.string })
    #expect(hows == ["asItIs", "rewritten", "readingPart", "none", "failed"])
  }

  @Test func largeScansAreNamedWithTheirShare() async throws {
    let look = await look(as: "reader")
    let scans = look["scans"]?.array ?? []
    let orders = scans.filter { $0["table"] == "\"Wares\".orders" }
    let columns = Set(orders.compactMap { $0["columns"]?.string })
    #expect(columns.contains { $0.hasPrefix("(customer") }, "\(columns)")
    #expect(columns.contains("(placed DESC)"), "\(columns)")
    #expect(columns.contains { $0.contains("gin (data)") }, "\(columns)")
    // A condition that half of the rows meet, a count of all, and a small table are served by a scan.
    #expect(!columns.contains { $0.contains("state") })
    #expect(scans.allSatisfy { $0["table"] == "\"Wares\".orders" })
    for scan in orders {
      #expect(scan["shareOfLoad"]?.double ?? 0 > 0)
      #expect(scan["advice"]?.string?.hasPrefix("CREATE INDEX CONCURRENTLY ON \"Wares\".orders ") == true)
    }
  }

  @Test func nothingIsWrittenAndNothingIsRun() async throws {
    let deadline = Deadline(milliseconds: 20_000)
    var owner = try shop.session("postgres")
    let counters = """
      SELECT pg_snapshot_xmax(pg_current_snapshot()) AS next, s.temp_files, s.temp_bytes, s.tup_inserted, s.tup_updated,
        s.tup_deleted, (SELECT sum(calls) FROM pg_stat_statements p JOIN pg_roles r ON r.oid = p.userid
          WHERE r.rolname = 'shopper') AS calls
      FROM pg_stat_database s WHERE datname = 'shop'
      """
    try owner.query("SELECT pg_stat_clear_snapshot()", before: deadline)
    _ = await look(as: "reader")
    let before = try #require(try owner.query(counters, before: deadline).first)
    _ = await look(as: "reader")
    try owner.query("SELECT pg_stat_clear_snapshot()", before: deadline)
    let after = try #require(try owner.query(counters, before: deadline).first)
    for name in ["temp_files", "temp_bytes", "tup_inserted", "tup_updated", "tup_deleted", "calls"] {
      #expect(before[name] != nil)
      #expect(before[name] == after[name], "\(name)")
    }
  }

  @Test func whoMayNotReadTheTablesSaysWhatIsMissing() async {
    let look = await look(as: "monitor")
    #expect(look["load", "planned"]?.integer ?? 99 < 15)
    #expect(look["load", "unplannedShare"]?.double ?? 0 > 0.5)
    #expect(look.gaps.map(\.path) == ["scans"])
    #expect(look.gaps.first?.remedy == "GRANT pg_read_all_data TO monitor")
  }

  @Test func whoMayNotSeeTheStatementsSaysSo() async {
    let look = await look(as: "stranger")
    #expect(look["statements"] == .null)
    #expect(look["scans"] == .null)
    #expect(look.gaps.first { $0.path == "scans" }?.remedy == "GRANT pg_read_all_stats TO stranger")
  }

  @Test func aDatabaseWithoutCountsSaysSo() async {
    let look = await look(as: "monitor", database: "postgres")
    #expect(look["extension", "isInstalled"] == false)
    #expect(look["scans"] == .null)
    #expect(look.gaps.first { $0.path == "scans" }?.remedy == "CREATE EXTENSION pg_stat_statements")
  }

  @Test func anIndexThatIsNotThereIsTriedWhereHypoPGIsInstalled() async throws {
    let deadline = Deadline(milliseconds: 20_000)
    var owner = try shop.session("postgres")
    let available = try owner.query(
      "SELECT name FROM pg_available_extensions WHERE name = 'hypopg'", before: deadline)
    try #require(!available.isEmpty, "the package with HypoPG is not installed")
    try owner.query("CREATE SCHEMA imagined", before: deadline)
    try owner.query("GRANT USAGE ON SCHEMA imagined TO PUBLIC", before: deadline)
    try owner.query("CREATE EXTENSION hypopg SCHEMA imagined", before: deadline)
    let look = await look(as: "reader")
    try owner.query("DROP EXTENSION hypopg", before: deadline)
    try owner.query("DROP SCHEMA imagined", before: deadline)
    #expect(look["extension", "canImagineIndexes"] == true)
    let scans = look["scans"]?.array ?? []
    let proven = scans.filter { $0["isProven"] == true }
    #expect(proven.contains { $0["columns"]?.string?.hasPrefix("(customer") == true }, "\(scans)")
    for scan in proven {
      #expect(scan["savedShare"]?.double ?? 0 > 0)
      #expect(scan["adviceBytes"]?.integer ?? 0 > 8192)
    }
    // HypoPG imagines no GIN index, and what was not tried is not refuted.
    let untried = scans.filter { $0["isProven"] == .null }
    #expect(untried.allSatisfy { $0["columns"]?.string?.contains("gin") == true }, "\(untried)")
  }
}

@Suite struct StatementTextTests {
  @Test(arguments: [
    ("select $2 /* a /* b */ c */ , 'it''s' -- end\n from t", "select $2 , 'it''s' from t"),
    ("SELECT E'a\\'b', $tag$ $1 $tag$, \"A\"\"b\", U&'x'", "SELECT E'a\\'b', $tag$ $1 $tag$, \"A\"\"b\", U&'x'"),
    ("SELECT a->>'b', x<@-1, y::int FROM s.t", "SELECT a->>'b', x<@-1, y::int FROM s.t"),
  ])
  func isReadAsTheServerReadsIt(text: String, again: String) throws {
    #expect(try #require(StatementText(text)).text == again)
  }

  @Test(arguments: ["SELECT 'cut", "SELECT /* cut", "SELECT \"cut", "SELECT $a$ cut", "SELECT E'cut\\"])
  func whatIsCutOffIsNotRead(text: String) { #expect(StatementText(text) == nil) }

  @Test(arguments: [
    ("(SELECT 1)", StatementText.Kind.planned), ("/* x */ with a as (select 1) table a", .planned),
    ("MERGE INTO t", .planned),
    ("BEGIN", .utility), ("explain analyze select 1", .utility), ("COPY t FROM stdin", .utility), ("", .utility),
    ("\"select\" 1", .utility),
  ])
  func utilityStatementsAreToldApart(text: String, kind: StatementText.Kind) throws {
    #expect(try #require(StatementText(text)).kind == kind)
  }

  @Test(arguments: [
    ("SELECT now() - interval $1, $2", "SELECT now() - ( $1 :: interval ), $2"),
    ("SELECT extract($1 from d), $2 FROM t", "SELECT extract ( epoch from d), $1 FROM t"),
    ("SELECT * FROM t WHERE a = any (array[$1, $2]) AND b = $3", "SELECT * FROM t WHERE a = any ( $1 ) AND b = $2"),
    ("SELECT array[$1, $2]", "SELECT array[$1, $2]"),
  ])
  func formsThatTakeNoParameterAreMended(text: String, mended: String) throws {
    #expect(try #require(StatementText(text)).mended.text == mended)
  }

  @Test func ambiguousParametersAreTakenForWholeNumbers() throws {
    let text = try #require(
      StatementText("SELECT d + $1, $2 * f(a, $3) FROM generate_series($4, g($5), $6) x WHERE y = $7"))
    #expect(
      text.guessed.text
        == "SELECT d + ( $1 :: int ), $2 * f(a, $3) FROM generate_series( ( $4 :: int ), g($5), ( $6 :: int )) x WHERE y = $7"
    )
  }

  @Test(arguments: [
    (
      "UPDATE ONLY s.t AS x SET a = $1, b = (SELECT c FROM u WHERE d = $2) WHERE x.e = $3 RETURNING x.e",
      "SELECT 1 FROM ONLY s.t AS x WHERE x.e = $1"
    ),
    ("UPDATE t SET a = u.b FROM u WHERE u.i = t.i AND u.k = $1", "SELECT 1 FROM t , u WHERE u.i = t.i AND u.k = $1"),
    ("DELETE FROM t USING u WHERE t.i = u.i RETURNING *", "SELECT 1 FROM t , u WHERE t.i = u.i"),
    ("DELETE FROM t", "SELECT 1 FROM t"),
    (
      "MERGE INTO t x USING (SELECT 1) u ON u.i = x.i AND x.k = $2 WHEN MATCHED THEN UPDATE SET a = $1",
      "SELECT 1 FROM t x JOIN (SELECT 1) u ON u.i = x.i AND x.k = $1"
    ),
    ("INSERT INTO t (a) SELECT b FROM u WHERE c = $2 ON CONFLICT DO NOTHING", "SELECT b FROM u WHERE c = $1"),
    (
      "WITH n AS (INSERT INTO t (a) SELECT b FROM u WHERE c = $2 RETURNING id) SELECT max(id) FROM n",
      "WITH n AS (SELECT id FROM t WHERE ctid = '(0,0)' ::tid AND EXISTS (SELECT b FROM u WHERE c = $1)) SELECT max(id) FROM n"
    ),
    (
      "WITH o AS (SELECT 1 AS k), n AS (UPDATE t SET a = $1 FROM o WHERE t.k = o.k RETURNING t.id) INSERT INTO u SELECT id FROM n",
      "WITH o AS (SELECT 1 AS k), n AS (SELECT t.id FROM t , o WHERE t.k = o.k) SELECT id FROM n"
    ),
    (
      "WITH n AS (INSERT INTO t VALUES ($1) RETURNING id) DELETE FROM u USING n WHERE u.id = n.id",
      "WITH n AS (SELECT id FROM t WHERE ctid = '(0,0)' ::tid) SELECT 1 FROM u , n WHERE u.id = n.id"
    ),
  ])
  func theReadingPartOfAChangeIsAQuery(text: String, query: String) throws {
    guard case .query(let found) = try #require(StatementText(text)).readingPart else {
      Issue.record("no query in \(text)")
      return
    }
    // Spaces between pieces are no matter.
    #expect(found.text.filter { $0 != " " } == query.filter { $0 != " " })
  }

  @Test func whatReadsNothingHasNoReadingPart() throws {
    #expect(try #require(StatementText("INSERT INTO t VALUES ($1) RETURNING id")).readingPart == .nothing)
    #expect(try #require(StatementText("INSERT INTO t DEFAULT VALUES")).readingPart == .nothing)
    #expect(try #require(StatementText("SELECT 1")).readingPart == nil)
    #expect(try #require(StatementText("UPDATE t SET a = 1 WHERE CURRENT OF c")).readingPart == nil)
  }

  private static func proposals(_ kind: StatementPlan.Scan.Kind, _ condition: String) -> [String] {
    let scan = StatementPlan.Scan(
      kind: kind, schema: "s", table: "orders", alias: "o", condition: condition, rows: 1)
    return IndexProposal.all(for: scan, columns: ["customer", "placed", "email", "data", "Odd Name", "and"])
      .map(\.definition)
  }

  @Test(arguments: [
    ("(o.customer = $1)", ["(customer)"]), ("($1 = o.customer)", ["(customer)"]),
    ("((o.customer = $1) AND (o.placed > (now() - $2)))", ["(customer, placed)", "(customer)", "(placed)"]),
    ("((o.customer = $1) OR (o.placed > $2))", []), ("(o.\"Odd Name\" = $1)", ["(\"Odd Name\")"]),
    ("(o.customer = ANY ($1))", ["(customer)"]), ("(lower(o.email) = $1)", ["(lower(email))"]),
    ("((o.email)::text = $1)", ["(email)"]), ("(o.data @> $1)", ["USING gin (data)"]),
    ("(o.email ~~ $1)", ["(email text_pattern_ops)"]), ("(o.customer = c.id)", ["(customer)"]),
    ("(c.customer = $1)", []), ("(o.customer <> $1)", []), ("'cut", []), ("", []),
  ])
  func conditionsAreReadForIndexes(condition: String, definitions: [String]) {
    #expect(Self.proposals(.filter, condition) == definitions)
  }

  @Test func ordersAndJoinsAreReadForIndexes() {
    #expect(Self.proposals(.order, "o.placed DESC, o.customer") == ["(placed DESC, customer)"])
    #expect(Self.proposals(.order, "(random())") == [])
    #expect(Self.proposals(.join, "(o.customer = c.id)") == ["(customer)"])
    #expect(Self.proposals(.join, "(c.id = o.customer)") == ["(customer)"])
  }
}
