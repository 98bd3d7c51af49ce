import Facts
import Postgres

/// A part of the facts that one statement brings: the columns of its answer are the members, declared once for the schema and
/// for the reading.
struct Section: Sendable {
  /// How many rows are expected.
  enum Shape: Sendable {
    /// One row, which becomes an object.
    case one
    /// Any number of rows, which become a list.
    case list
  }

  /// What a role needs to see all of it.
  enum Sight: Sendable, Hashable {
    /// Nothing beyond a login.
    case everybody
    /// Membership in a predefined role.
    case member(String)
    /// Privileges on the server's access rules, each in the words that follow GRANT.
    case granted([String])
  }

  /// A member: the column of the same name.
  struct Column: Sendable {
    /// What the server's text is read as.
    enum Form: Sendable {
      case text
      case integer
      case number
      case boolean
      /// A length of time as settings write it, read as milliseconds.
      case duration
    }

    let name: String
    let form: Form
    let summary: String

    init(_ name: String, _ form: Form, _ summary: String) {
      self.name = name
      self.form = form
      self.summary = summary
    }
  }

  let name: String
  let summary: String
  let shape: Shape
  let sight: Sight
  let columns: [Column]
  /// The statement for a server of a version, as `server_version_num` counts them.
  let statement: @Sendable (Int) -> String

  /// More rows than this are not listed, in any section.
  static let mostRows = 1000

  init(
    _ name: String, _ shape: Shape, seenBy sight: Sight = .everybody, _ summary: String, _ columns: [Column],
    statement: @escaping @Sendable (Int) -> String
  ) {
    self.name = name
    self.shape = shape
    self.sight = sight
    self.summary = summary
    self.columns = columns
    self.statement = statement
  }

  /// The shape of what it brings; null where it could not be seen.
  var field: Schema.Field {
    let element = Schema.object(
      columns.map { Schema.Field($0.name, .nullable($0.form.schema), required: true, $0.summary) })
    let schema: Schema =
      switch shape {
      case .one: element
      case .list: .array(element)
      }
    return Schema.Field(name, .nullable(schema), required: true, summary)
  }

  /// The facts in the rows; null where a single row was expected and there is none.
  func value(_ rows: PostgresRows) -> JSONValue {
    switch shape {
    case .one: rows.first.map(value(of:)) ?? .null
    case .list: .array(rows.prefix(Self.mostRows).map(value(of:)))
    }
  }

  private func value(of row: PostgresRow) -> JSONValue {
    .object(JSONObject(columns.map { ($0.name, $0.form.value(row[$0.name])) }))
  }
}

extension Section.Column.Form {
  fileprivate var schema: Schema {
    switch self {
    case .text: .string()
    case .integer, .duration: .integer()
    case .number: .number()
    case .boolean: .boolean
    }
  }

  /// The fact in the server's text; null for what is not of the form.
  func value(_ text: String?) -> JSONValue {
    guard let text else { return .null }
    switch self {
    case .text: return .string(text.bounded())
    case .integer: return JSONValue(Int(text))
    case .number: return Double(text).flatMap { $0.isFinite ? .double($0) : nil } ?? .null
    case .boolean: return text == "t" ? true : text == "f" ? false : .null
    case .duration: return JSONValue(SettingDuration.milliseconds(text))
    }
  }
}

/// A length of time as PostgreSQL's settings write it (manual, section 20.1.1): a number, perhaps with a unit.
enum SettingDuration {
  private static let units: [(String, Double)] = [
    ("us", 0.001), ("ms", 1), ("min", 60_000), ("s", 1000), ("h", 3_600_000), ("d", 86_400_000),
  ]

  /// Whole milliseconds, the unit of a bare number; nil for what is no length of time.
  static func milliseconds(_ text: String) -> Int? {
    let text = text.filter { !$0.isWhitespace }
    let unit = units.first { text.hasSuffix($0.0) }
    let digits = text.dropLast(unit?.0.utf8.count ?? 0)
    guard let number = Double(digits), number.isFinite else { return nil }
    return Int(exactly: (number * (unit?.1 ?? 1)).rounded())
  }
}
