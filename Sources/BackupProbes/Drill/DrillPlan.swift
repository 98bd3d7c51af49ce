import AuditModel
import Facts

/// What the inventory says of a restore drill.
struct DrillPlan: Sendable {
  static let field = Schema.Field(
    "drill",
    .object([
      Schema.Field(
        "scratch", .string(.path),
        "the folder in which a throw-away folder is made; else the system's for temporary files"),
      Schema.Field("programs", .string(.path), "the folder with initdb and postgres; else the usual ones"),
      Schema.Field("role", .string(.nonEmpty), "a superuser of the restored cluster", default: "postgres"),
      Schema.Field("database", .string(.nonEmpty), "the database of a restored cluster to look at; else the largest"),
      Schema.Field(
        "tables",
        .array(
          .object([
            Schema.Field("name", .string(.nonEmpty), required: true, "the table, with its schema"),
            Schema.Field("minimumRows", .integer(minimum: 0), "how many rows it has at least", default: 1),
          ])), "tables that must be there"),
      Schema.Field(
        "queries",
        .array(
          .object([
            Schema.Field("name", .string(.nonEmpty), required: true, "what is asked"),
            Schema.Field("sql", .string(.nonEmpty), required: true, "a query with one number as its answer"),
            Schema.Field("atLeast", .number(), "the least it may be"),
            Schema.Field("atMost", .number(), "the most it may be"),
          ])), "queries about the restored data"),
      Schema.Field(
        "heartbeat", .string(.nonEmpty),
        "a query with one time as its answer: that of the newest row known to be written"),
    ]), "what a restore drill (probe restore-drill, safety mutate) has to find")

  struct Table: Sendable {
    var name: String
    var minimumRows: Int
  }

  struct Query: Sendable {
    var name, sql: String
    var atLeast, atMost: Double?
  }

  var scratch: String?
  var programs: String?
  var role = "postgres"
  var database: String?
  var tables: [Table] = []
  var queries: [Query] = []
  var heartbeat: String?

  init(_ target: Target) {
    guard let drill = target.settings["drill"] else { return }
    scratch = drill["scratch"]?.string
    programs = drill["programs"]?.string
    role = drill["role"]?.string ?? role
    database = drill["database"]?.string
    heartbeat = drill["heartbeat"]?.string
    tables = (drill["tables"]?.array ?? []).compactMap { table in
      table["name"]?.string.map { Table(name: $0, minimumRows: table["minimumRows"]?.integer ?? 1) }
    }
    queries = (drill["queries"]?.array ?? []).compactMap { query in
      guard let name = query["name"]?.string, let sql = query["sql"]?.string else { return nil }
      return Query(name: name, sql: sql, atLeast: query["atLeast"]?.double, atMost: query["atMost"]?.double)
    }
  }
}
