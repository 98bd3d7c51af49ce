import AuditModel
import Facts

/// What the inventory says of the program that fills a database with data to begin with.
struct SeedPlan: Sendable {
  static let field = Schema.Field(
    "seed",
    .object([
      Schema.Field(
        "command", .array(.string(.nonEmpty), minimumCount: 1), required: true,
        "the seeder and its arguments; it finds its database in DATABASE_URL and in PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE"
      ),
      Schema.Field(
        "prepare", .array(.array(.string(.nonEmpty), minimumCount: 1)),
        "commands that run before it in a new database, such as the migrations"),
      Schema.Field("schema", .string(.path), "a file of SQL that makes the tables of a new database"),
      Schema.Field(
        "volatile", .array(.string(.nonEmpty)),
        "columns that may differ from run to run: table.column, or *.column for every table"),
      Schema.Field(
        "rows", .object([], others: .integer(minimum: 0)), "how many rows a table has at least once it is seeded"),
      Schema.Field(
        "environment", .object([], others: .string()), "further variables for the commands; none is handed on besides"),
      Schema.Field(
        "timeoutSeconds", .integer(minimum: 1, maximum: 3000), "the longest one command may take", default: 120),
      Schema.Field("programs", .string(.path), "the folder with initdb and postgres; else the usual ones"),
      Schema.Field(
        "scratch", .string(.path),
        "the folder in which a throw-away folder is made; else the system's for temporary files"),
    ]), "the seeder, to be tried in a throw-away server (probe seed-check, safety mutate)")

  /// Columns that are not compared.
  struct Mask: Sendable, Hashable {
    /// As the inventory writes it.
    var text: String
    /// The table's name, perhaps with its schema; nil for all tables.
    var table: TableName?
    var column: String

    /// Reads `table.column`, `schema.table.column` or `*.column`; nil for anything else.
    init?(_ text: String) {
      self.text = text
      guard let dot = text.lastIndex(of: ".") else { return nil }
      column = String(text[text.index(after: dot)...])
      if column.hasPrefix("\""), column.hasSuffix("\""), column.count > 2 {
        column = String(column.dropFirst().dropLast())
      }
      let before = text[..<dot]
      guard !column.isEmpty else { return nil }
      if before != "*" {
        guard let table = TableName(String(before)) else { return nil }
        self.table = table
      }
    }

    func covers(_ column: String, of table: TableName) -> Bool {
      guard self.column == column else { return false }
      guard let own = self.table else { return true }
      return own.name == table.name && (own.schema == nil || own.schema == table.schema)
    }
  }

  var command: [String]
  var prepare: [[String]] = []
  var schema: String?
  var masks: [Mask] = []
  var rows: [(table: TableName, atLeast: Int)] = []
  var environment: [String: String] = [:]
  /// In seconds.
  var timeout = 120
  var programs: String?
  var scratch: String?

  /// The plan of a target; nil where it declares none.
  init?(_ target: Target) {
    guard let seed = target.settings["seed"] else { return nil }
    func words(_ value: JSONValue?) -> [String] { value?.array?.compactMap(\.string) ?? [] }
    command = words(seed["command"])
    guard !command.isEmpty else { return nil }
    prepare = (seed["prepare"]?.array ?? []).map { words($0) }
    schema = seed["schema"]?.string
    masks = words(seed["volatile"]).compactMap(Mask.init)
    rows = (seed["rows"]?.object?.members ?? []).compactMap { name, value in
      TableName(name).flatMap { table in value.integer.map { (table, $0) } }
    }
    environment = Dictionary(
      (seed["environment"]?.object?.members ?? []).map { ($0.name, $0.value.plainText) }, uniquingKeysWith: { $1 })
    timeout = seed["timeoutSeconds"]?.integer ?? timeout
    programs = seed["programs"]?.string
    scratch = seed["scratch"]?.string
  }

  /// What is wrong with the plan that its shape cannot say.
  static func violations(in settings: JSONObject) -> [Schema.Violation] {
    guard let seed = settings["seed"] else { return [] }
    let masks = (seed["volatile"]?.array ?? []).enumerated().filter { $0.element.string.flatMap(Mask.init) == nil }
    let tables = (seed["rows"]?.object?.names ?? []).filter { TableName($0) == nil }
    return masks.map {
      Schema.Violation(
        path: [.name("seed"), .name("volatile"), .index($0.offset)],
        kind: .malformed("a column: table.column, or *.column for every table"))
    }
      + tables.map {
        Schema.Violation(
          path: [.name("seed"), .name("rows"), .name($0)],
          kind: .malformed("said of a table: schema.name, or its name alone"))
      }
  }
}
