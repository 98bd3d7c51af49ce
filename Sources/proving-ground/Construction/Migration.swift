/// A step in the history of the platform's tables, as sqlx keeps it: a pair of files and a row in its table.
struct Migration: Sendable {
  let number: Int
  let name: String
  /// The statements on the way up.
  let up: [String]
  /// The tables it makes, in the order in which they can go again.
  let tables: [String]

  var upFile: String { "\(number)_\(name).up.sql" }
  var downFile: String { "\(number)_\(name).down.sql" }

  /// The files by name with what they hold.
  var files: [String: String] {
    [
      upFile: up.map { "\($0);\n" }.joined(separator: "\n"),
      downFile: tables.map { "DROP TABLE \($0);\n" }.joined(),
    ]
  }
}

/// What the folder of migrations holds, and what the database says of it.
struct MigrationPlan: Sendable {
  /// The files by name.
  var files = DatabaseSchema.migrations.reduce(into: [String: String]()) { $0.merge($1.files) { first, _ in first } }
  /// The numbers of those that the database says have run.
  var recorded = DatabaseSchema.migrations.map(\.number)
  /// Of these, the number of one that it says has failed.
  var failed: Int?
  /// Files that were changed after they had run, by name, with what is added to them.
  var additions: [String: String] = [:]

  /// The file of a number on the way up.
  static func upFile(_ number: Int) -> String {
    DatabaseSchema.migrations.first { $0.number == number }?.upFile ?? "\(number).up.sql"
  }

  /// What tells the database that they have run. Checksums are those of the files before they were changed.
  func history(digest: (String) -> String) -> [String] {
    // Nothing has run by this tool.
    if recorded.isEmpty { return [] }
    let rows = recorded.map { number in
      let content =
        files[Self.upFile(number)] ?? DatabaseSchema.migrations.first { $0.number == number }?.files[
          Self.upFile(number)] ?? ""
      let name = DatabaseSchema.migrations.first { $0.number == number }?.name ?? ""
      return "(\(number), '\(name)', \(number != failed), decode('\(digest(content))', 'hex'), 1000000)"
    }
    return [
      """
      CREATE TABLE _sqlx_migrations (
        version bigint PRIMARY KEY,
        description text NOT NULL,
        installed_on timestamptz NOT NULL DEFAULT now(),
        success boolean NOT NULL,
        checksum bytea NOT NULL,
        execution_time bigint NOT NULL)
      """,
      "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES \(rows.joined(separator: ", "))",
    ]
  }
}
