import Postgres
import Probing

/// What the tables of a database hold, boiled down so that two databases can be compared: the number of rows and sums of their
/// digests, which do not depend on the order in which rows lie.
struct DatabaseDigest: Sendable {
  struct Table: Sendable {
    var name: TableName
    var rows: Int
    /// The digest of all compared columns together.
    var content: String
    /// The digest of each compared column by itself.
    var columns: [String: String] = [:]
    /// Columns that are not compared.
    var masked: [String] = []

    /// The columns in which it differs from another.
    func differences(from other: Table) -> [String] {
      Set(columns.keys).union(other.columns.keys).filter { columns[$0] != other.columns[$0] }.sorted()
    }
  }

  private(set) var tables: [Table] = []

  /// Tables that hold rows of their own, and that are no part of an extension.
  private static let catalog = """
    SELECT n.nspname AS schema, c.relname AS name, a.attname AS column
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
    """

  /// What two sessions must agree on for the same values to read the same.
  private static let settings = """
    SELECT set_config('search_path', 'pg_catalog', false), set_config('timezone', 'UTC', false),
      set_config('datestyle', 'ISO', false), set_config('intervalstyle', 'postgres', false),
      set_config('extra_float_digits', '1', false), set_config('bytea_output', 'hex', false)
    """

  /// Reads every table of the session's database once, but for the columns under `masks`.
  static func read(
    _ connection: inout PostgresConnection, masks: [SeedPlan.Mask], before deadline: Deadline
  ) throws(PostgresFailure) -> DatabaseDigest {
    try connection.query(settings, before: deadline)
    var digest = DatabaseDigest()
    var columns: [[String]] = []
    for row in try connection.query(catalog, before: deadline) {
      guard let schema = row["schema"], let name = row["name"] else { continue }
      let table = TableName(schema: schema, name: name)
      if digest.tables.last?.name != table {
        digest.tables.append(Table(name: table, rows: 0, content: ""))
        columns.append([])
      }
      guard let column = row["column"] else { continue }
      if masks.contains(where: { $0.covers(column, of: table) }) {
        digest.tables[digest.tables.count - 1].masked.append(column)
      } else {
        columns[columns.count - 1].append(column)
      }
    }
    for (index, columns) in columns.enumerated() {
      let whole = "ROW(\(columns.map { "t.\(TableName.quoted($0))" }.joined(separator: ", ")))::text"
      // Two sums of 64 bits each: a change that one of them does not notice is noticed by the other.
      let sums = (0...1).map { "coalesce(sum(hashtextextended(\(whole), \($0)))::text, '0')" }
      var selected = ["count(*) AS rows", "\(sums.joined(separator: " || '-' || ")) AS content"]
      // A row has some 1600 columns at most, and an answer 1664.
      for (number, column) in columns.prefix(1600).enumerated() {
        selected.append(
          "coalesce(sum(hashtextextended(coalesce(t.\(TableName.quoted(column))::text, '\\N'), 0))::text, '0') AS c\(number)"
        )
      }
      let statement =
        "SELECT \(selected.joined(separator: ", ")) FROM ONLY \(digest.tables[index].name.quoted) t"
      guard let row = try connection.query(statement, before: deadline).first else { continue }
      digest.tables[index].rows = row["rows"].flatMap { Int($0) } ?? 0
      digest.tables[index].content = "\(digest.tables[index].rows):\(row["content"] ?? "")"
      for (number, column) in columns.prefix(1600).enumerated() {
        digest.tables[index].columns[column] = row["c\(number)"] ?? ""
      }
    }
    return digest
  }

  /// The table of a name.
  func table(_ name: TableName) -> Table? { tables.first { $0.name == name } }
}
