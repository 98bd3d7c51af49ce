import LoopbackPostgres
import Postgres
import Probing

/// A database with a workload that was really run, by a role of its own with a search path of its own.
struct Shop {
  let server: PostgresServer
  static let database = "shop"

  static let shared = Result { try Shop(PostgresServer.observed.get()) }

  func login(_ user: String) -> PostgresParameters {
    var parameters = server.parameters(user: user)
    parameters.database = Self.database
    parameters.applicationName = "shop"
    return parameters
  }

  func session(_ user: String) throws(PostgresFailure) -> PostgresConnection {
    try PostgresConnection.open(login(user), before: Deadline(milliseconds: 20_000))
  }

  private init(_ server: PostgresServer) throws {
    self.server = server
    let deadline = Deadline(milliseconds: 60_000)
    var first = try PostgresConnection.open(server.parameters(user: "postgres"), before: deadline)
    for statement in [
      "CREATE ROLE shopper LOGIN PASSWORD '\(PostgresServer.password)'",
      "CREATE ROLE reader LOGIN PASSWORD '\(PostgresServer.password)'",
      "GRANT pg_monitor, pg_read_all_data TO reader", "CREATE DATABASE shop",
      "ALTER ROLE shopper IN DATABASE shop SET search_path = 'Wares', public",
    ] { try first.query(statement, before: deadline) }
    var owner = try session("postgres")
    for statement in Self.schema { try owner.query(statement, before: deadline) }
    // What it took to build all this is no load.
    try owner.query("SET pg_stat_statements.track = 'none'", before: deadline)
    try owner.query("SELECT pg_stat_statements_reset()", before: deadline)
    var shopper = try session("shopper")
    for statement in Self.workload {
      do throws(PostgresFailure) {
        try shopper.query(statement, before: deadline)
      } catch {
        throw PostgresServer.Failure(reason: "\(statement): \(error)")
      }
    }
  }

  private static let schema = [
    "CREATE EXTENSION pg_stat_statements", "CREATE SCHEMA \"Wares\"",
    """
    CREATE TABLE "Wares".orders (id bigint PRIMARY KEY, customer int NOT NULL, state text NOT NULL,
      placed timestamptz NOT NULL, note text, data jsonb)
    """,
    "CREATE TABLE \"Wares\".customers (id int PRIMARY KEY, email text, born date)",
    """
    INSERT INTO "Wares".orders SELECT n, n % 5000, CASE WHEN n % 2 = 0 THEN 'open' ELSE 'done' END,
      timestamptz '2026-01-01' + n * interval '1 minute', repeat('x', 120), '{"a": 1}' FROM generate_series(1, 60000) n
    """,
    "INSERT INTO \"Wares\".customers SELECT n, 'c' || n || '@example.org', date '1990-01-01' + n % 9000 FROM generate_series(1, 5000) n",
    "ANALYZE \"Wares\".orders", "ANALYZE \"Wares\".customers",
    "GRANT USAGE ON SCHEMA \"Wares\" TO shopper",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"Wares\" TO shopper",
    "GRANT TEMPORARY ON DATABASE shop TO shopper",
  ]

  /// One that cannot be planned again, on a temporary table, among many that can.
  static let workload = [
    "SELECT * FROM orders WHERE customer = 17",
    "SELECT count(*) FROM orders WHERE customer = 17 AND placed > now() - interval '900 days'",
    "SELECT * FROM orders ORDER BY placed DESC LIMIT 10",
    "SELECT * FROM orders WHERE id = 4711",
    "SELECT count(*) FROM orders",
    "SELECT count(*) FROM orders WHERE state = 'open'",
    "SELECT * FROM orders WHERE placed BETWEEN timestamptz '2026-01-01' AND timestamptz '2026-01-02'",
    "SELECT extract(year FROM placed) AS y, count(*) FROM orders GROUP BY 1",
    "SELECT * FROM orders WHERE id = ANY (ARRAY[1, 2, 3])",
    "SELECT * FROM orders WHERE id IN (1, 2, 3, 4)",
    "SELECT * FROM customers WHERE lower(email) = 'c7@example.org'",
    "SELECT * FROM customers WHERE email LIKE 'c7%'",
    "SELECT * FROM orders WHERE data @> '{\"a\": 2}'",
    "SELECT * FROM customers WHERE born = date '1990-01-05' + 7",
    "SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer WHERE c.id = 12",
    "WITH recent AS (SELECT * FROM orders ORDER BY id DESC LIMIT 5) SELECT count(*) FROM recent",
    "SELECT CASE WHEN 3 IS NULL THEN 'a' ELSE 'b' END",
    "SELECT coalesce(note, 'none') FROM orders WHERE id < 5 OFFSET 1",
    "INSERT INTO orders VALUES (70001, 1, 'open', now(), NULL, NULL) ON CONFLICT DO NOTHING",
    "INSERT INTO customers SELECT 9000 + c.id, 'x', NULL FROM customers c WHERE c.id < 3 RETURNING id",
    "UPDATE orders SET note = 'seen' WHERE customer = 4999 AND placed < timestamptz '2026-01-02'",
    "UPDATE orders o SET note = c.email FROM customers c WHERE c.id = o.customer AND o.id = 7 RETURNING o.id",
    "DELETE FROM orders WHERE id = 70001",
    "DELETE FROM orders o USING customers c WHERE c.id = o.customer AND c.email = 'nobody'",
    "VALUES (1, 'a'), (2, 'b')",
    "WITH gone AS (DELETE FROM orders WHERE id = 70002 RETURNING id) SELECT count(*) FROM gone",
    "BEGIN", "SET LOCAL statement_timeout = 20000", "COMMIT",
    "CREATE TEMPORARY TABLE scratch (n int)", "SELECT * FROM scratch WHERE n = 3",
  ]
}
