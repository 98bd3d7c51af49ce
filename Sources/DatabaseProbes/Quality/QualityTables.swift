import Facts
import Postgres

/// What the catalogs say of the tables that rules speak of.
struct QualityTables: Sendable {
  struct Column: Sendable {
    /// The type's name as SQL writes it, without a length.
    var type: String
    /// Whether values are compared as text: text itself, and enumerations, which know no other values than their own.
    var isText: Bool
  }

  struct Table: Sendable {
    var name: TableName
    var columns: [String: Column] = [:]
    /// Whether the role may use the schema, and read all of the table.
    var isInReach = false, isReadable = false
    /// Whether policies hide rows from the role.
    var isFiltered = false
  }

  /// Why a name leads to no table.
  enum Absence: Sendable {
    case nowhere
    /// The schemas that have one.
    case several([String])
  }

  private var tables: [TableName: [Table]] = [:]

  /// `$1` are schemas or nulls, `$2` names, as arrays.
  static let statement = """
    SELECT q.number, n.nspname AS schema, c.relname AS name, has_schema_privilege(n.oid, 'USAGE') AS reach,
      has_table_privilege(c.oid, 'SELECT') AS readable, row_security_active(c.oid) AS filtered, a.attname AS column,
      format_type(a.atttypid, NULL) AS type, coalesce(b.typcategory, t.typcategory) IN ('S', 'E') AS text
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q(schema, name, number)
      JOIN pg_class c ON c.relname = q.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      JOIN pg_namespace n ON n.oid = c.relnamespace AND (n.nspname = q.schema OR q.schema IS NULL
        AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%')
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
    ORDER BY 1, 2
    """

  /// Nothing known yet.
  init() {}

  /// Reads the answer to `statement` for `names`.
  init(_ rows: PostgresRows, of names: [TableName]) {
    for row in rows {
      guard let number = row["number"].flatMap({ Int($0) }), names.indices.contains(number - 1),
        let schema = row["schema"], let name = row["name"], let column = row["column"]
      else { continue }
      let asked = names[number - 1]
      let found = TableName(schema: schema, name: name)
      if tables[asked]?.last?.name != found {
        tables[asked, default: []].append(
          Table(
            name: found, isInReach: row["reach"] == "t", isReadable: row["readable"] == "t",
            isFiltered: row["filtered"] == "t"))
      }
      let count = (tables[asked] ?? []).count
      tables[asked]?[count - 1].columns[column] = Column(type: row["type"] ?? "text", isText: row["text"] == "t")
    }
  }

  /// The table of a name; a name without a schema is that of `public` before any other.
  func table(_ name: TableName) -> Result<Table, AbsenceError> {
    let found = tables[name] ?? []
    if let table = found.first(where: { $0.name.schema == "public" }) ?? (found.count == 1 ? found.first : nil) {
      return .success(table)
    }
    return .failure(AbsenceError(found.isEmpty ? .nowhere : .several(found.compactMap(\.name.schema))))
  }

  struct AbsenceError: Error {
    var absence: Absence
    init(_ absence: Absence) { self.absence = absence }
  }
}

/// An array as PostgreSQL reads it from text (manual, section 8.15.2).
enum PostgresArray {
  static func literal(_ elements: [String?]) -> String {
    let written = elements.map { element in
      guard let element else { return "NULL" }
      return "\""
        + element.reduce(into: "") { text, character in
          if character == "\"" || character == "\\" { text.append("\\") }
          text.append(character)
        } + "\""
    }
    return "{\(written.joined(separator: ","))}"
  }
}
