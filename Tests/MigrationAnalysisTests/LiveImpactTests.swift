import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import MigrationAnalysis

/// The model against a real server: each statement is run in a transaction of its own, which is rolled back.
@Suite("Impact, measured here", .serialized) struct LiveImpactTests {
  private let deadline = Deadline(milliseconds: 60_000)

  private static let modes = [
    "RowShareLock": "ROW SHARE", "RowExclusiveLock": "ROW EXCLUSIVE",
    "ShareUpdateExclusiveLock": "SHARE UPDATE EXCLUSIVE", "ShareLock": "SHARE",
    "ShareRowExclusiveLock": "SHARE ROW EXCLUSIVE", "ExclusiveLock": "EXCLUSIVE",
    "AccessExclusiveLock": "ACCESS EXCLUSIVE",
  ]

  @Test func theServerLocksAndRewritesWhatTheModelSays() async throws {
    // Off the threads that other tests wait for.
    let outcome = await BlockingLane(width: 1).run { Result { try measure() } }
    try outcome.get()
  }

  private func measure() throws {
    let server = try PostgresServer.shared.get()
    var connection = try PostgresConnection.open(server.parameters(user: "postgres"), before: deadline)
    func run(_ sql: String) throws { try connection.query(sql, before: deadline) }
    try run("DROP SCHEMA IF EXISTS impact CASCADE")
    try run("CREATE SCHEMA impact")
    try run("SET search_path = impact")
    try run("SET timezone = 'UTC'")
    for statement in MeasuredStatement.schema.components(separated: ";\n") { try run(statement) }
    try run("INSERT INTO parent SELECT g FROM generate_series(1, 50) g")
    try run("INSERT INTO t SELECT g, g, 'x', g, now(), g, g FROM generate_series(1, 50) g")
    try run("REFRESH MATERIALIZED VIEW mv")
    for statement in MeasuredStatement.all {
      if !statement.before.isEmpty, !statement.before.hasPrefix("SET") { try run(statement.before) }
      let zone = statement.before.hasPrefix("SET") ? statement.before : "SET timezone = 'UTC';"
      try run("BEGIN")
      try run(zone.replacing("SET ", with: "SET LOCAL "))
      let before = Self.pairs(try connection.query(Self.files, before: deadline))
      try run(statement.sql)
      let locks = Self.pairs(try connection.query(Self.locks, before: deadline))
      let after = Self.pairs(try connection.query(Self.files, before: deadline))
      try run("ROLLBACK")
      if !statement.before.isEmpty, !statement.before.hasPrefix("SET") {
        try run("ALTER TABLE t DROP CONSTRAINT has_a")
      }
      for (table, mode) in statement.locks where !table.isEmpty {
        let held = locks.filter { $0.name == table || ($0.name == "tt" && table == "t") }
          .compactMap { Self.modes[$0.value].flatMap(LockMode.init(rawValue:)) }.max()
        #expect(held?.rawValue == mode, "\(statement.sql) on \(table)")
      }
      if statement.locks["t"] != nil, statement.rewrite != "index" {
        let file = { (pairs: [Pair]) in pairs.first { $0.name == "t" || $0.name == "tt" }?.value }
        #expect((file(before) != file(after)) == (statement.rewrite == "table"), "\(statement.sql)")
      }
    }
    try run("DROP SCHEMA impact CASCADE")
  }

  private typealias Pair = (name: String, value: String)

  private static func pairs(_ rows: PostgresRows) -> [Pair] {
    rows.map { (name: $0["name"] ?? "", value: $0["value"] ?? "") }
  }

  private static let locks = """
    SELECT c.relname AS name, l.mode AS value FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.pid = pg_backend_pid() AND c.relnamespace = 'impact'::regnamespace AND c.relkind IN ('r', 'p', 'm')
    """
  private static let files = """
    SELECT relname AS name, pg_relation_filenode(oid)::text AS value FROM pg_class
    WHERE relnamespace = 'impact'::regnamespace AND relkind IN ('r', 'm')
    """
}

extension String {
  /// The parts between `separator`, without empty ones.
  fileprivate func components(separated separator: String) -> [String] {
    split(separator: separator).map(String.init).filter { !$0.allSatisfy(\.isWhitespace) }
  }
}
