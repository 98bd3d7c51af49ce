/// A tool that keeps, in a table of the database, which migrations it has run.
///
/// Four of them call that table `schema_migrations`, so that they are told apart by its columns.
enum MigrationTool: String, Sendable, Hashable, CaseIterable {
  case alembic, atlas, dbmate, django, drizzle, ecto, flyway, goose, knex, laravel, liquibase, prisma, rails, sequelize
  case sqlx, supabase, typeorm
  case golangMigrate = "golang-migrate"

  /// The tool whose table has these columns; nil for any other table.
  init?(table: String, columns: Set<String>) {
    func has(_ names: String...) -> Bool { columns.isSuperset(of: names) }
    if has("checksum", "finished_at", "migration_name", "rolled_back_at") {
      self = .prisma
    } else if has("installed_rank", "script", "checksum", "success") {
      self = .flyway
    } else if has("version", "description", "installed_on", "success", "checksum") {
      self = .sqlx
    } else if columns == ["version", "dirty"] {
      self = .golangMigrate
    } else if has("version_id", "is_applied", "tstamp") {
      self = .goose
    } else if columns == ["version_num"] {
      self = .alembic
    } else if columns == ["version", "inserted_at"] {
      self = .ecto
    } else if has("hash", "created_at"), table.contains("drizzle") {
      self = .drizzle
    } else if has("app", "name", "applied"), table == "django_migrations" {
      self = .django
    } else if has("orderexecuted", "exectype", "md5sum") {
      self = .liquibase
    } else if has("name", "batch", "migration_time") {
      self = .knex
    } else if has("migration", "batch"), table == "migrations" {
      self = .laravel
    } else if has("timestamp", "name"), ["migrations", "typeorm_migrations"].contains(table) {
      self = .typeorm
    } else if table == "SequelizeMeta", columns == ["name"] {
      self = .sequelize
    } else if has("version", "statements"), table == "schema_migrations" {
      self = .supabase
    } else if has("version", "applied", "total", "executed_at") {
      self = .atlas
    } else if columns == ["version"], table == "schema_migrations" {
      // Rails and dbmate keep the same; which of them it is, the files say.
      self = .rails
    } else {
      return nil
    }
  }

  /// Whether its migrations are SQL, which can be read before it runs.
  var speaksSQL: Bool {
    switch self {
    case .atlas, .dbmate, .drizzle, .flyway, .golangMigrate, .goose, .prisma, .sqlx, .supabase: true
    case .alembic, .django, .ecto, .knex, .laravel, .liquibase, .rails, .sequelize, .typeorm: false
    }
  }

  /// What it has run, one row for each migration: `key`, `name`, `state` (`applied`, `failed`, `undone`, `baseline`),
  /// `checksum`. `table` is a name as `regclass` writes it.
  func history(of table: String) -> String {
    let columns: String
    var rest = "ORDER BY 1"
    switch self {
    case .alembic: columns = "version_num AS key, NULL AS name, 'applied' AS state, NULL AS checksum"
    case .ecto, .rails, .dbmate, .supabase:
      columns = "version::text AS key, NULL AS name, 'applied' AS state, NULL AS checksum"
    case .golangMigrate:
      columns =
        "version::text AS key, NULL AS name, CASE WHEN dirty THEN 'failed' ELSE 'applied' END AS state, NULL AS checksum"
    case .goose:
      // Rows are only ever added; the newest of a version says how it stands. Version 0 is the tool's own mark.
      columns = """
        DISTINCT ON (version_id) version_id::text AS key, NULL AS name,
          CASE WHEN is_applied THEN 'applied' ELSE 'undone' END AS state, NULL AS checksum
        """
      rest = "WHERE version_id > 0 ORDER BY version_id, id DESC"
    case .sqlx:
      columns = """
        version::text AS key, description AS name, CASE WHEN success THEN 'applied' ELSE 'failed' END AS state,
          pg_catalog.encode(checksum, 'hex') AS checksum
        """
    case .prisma:
      // A migration that failed and was resolved stands there again; the newest row counts.
      columns = """
        DISTINCT ON (migration_name) migration_name AS key, NULL AS name,
          CASE WHEN rolled_back_at IS NOT NULL THEN 'undone' WHEN finished_at IS NULL THEN 'failed' ELSE 'applied' END AS state,
          checksum
        """
      rest = "ORDER BY migration_name, started_at DESC"
    case .drizzle: columns = "created_at::text AS key, NULL AS name, 'applied' AS state, hash AS checksum"
    case .flyway:
      columns = """
        DISTINCT ON (coalesce(version, 'R:' || description)) coalesce(version, 'R:' || description) AS key,
          description AS name,
          CASE WHEN NOT success THEN 'failed' WHEN type LIKE 'UNDO%' OR type = 'DELETE' THEN 'undone'
            WHEN type LIKE '%BASELINE' THEN 'baseline' ELSE 'applied' END AS state, checksum::text AS checksum
        """
      rest = "WHERE type <> 'SCHEMA' ORDER BY coalesce(version, 'R:' || description), installed_rank DESC"
    case .django: columns = "app || '.' || name AS key, NULL AS name, 'applied' AS state, NULL AS checksum"
    case .laravel: columns = "migration AS key, NULL AS name, 'applied' AS state, NULL AS checksum"
    case .knex, .typeorm, .sequelize: columns = "name AS key, NULL AS name, 'applied' AS state, NULL AS checksum"
    case .liquibase:
      columns = """
        DISTINCT ON (filename, id, author) filename || '::' || id || '::' || author AS key, NULL AS name,
          CASE exectype WHEN 'FAILED' THEN 'failed' WHEN 'SKIPPED' THEN 'undone' ELSE 'applied' END AS state,
          NULL AS checksum
        """
      rest = "ORDER BY filename, id, author, orderexecuted DESC"
    case .atlas:
      columns = """
        version AS key, description AS name, CASE WHEN applied < total THEN 'failed' ELSE 'applied' END AS state,
          NULL AS checksum
        """
      rest = "WHERE version NOT LIKE '.%' ORDER BY 1"
    }
    return "SELECT \(columns) FROM \(table) \(rest) LIMIT \(Self.mostMigrations + 1)"
  }

  /// More migrations than this are not read.
  static let mostMigrations = 20_000
}

/// A row of a tool's table.
struct MigrationRecord: Sendable, Hashable {
  enum State: String, Sendable, Hashable {
    case applied, failed
    /// Taken back, or marked so: it is to be run again.
    case undone
    /// Everything up to it counts as applied.
    case baseline
  }

  /// What the tool knows the migration by.
  var key: String
  var name: String?
  var state: State
  /// As the tool writes it; nil if it keeps none.
  var checksum: String?
}

/// Where a migration stands among others: runs of digits count as numbers.
struct MigrationOrder: Sendable, Hashable, Comparable {
  private enum Part: Hashable {
    case number([UInt8])
    case text([UInt8])
  }

  private var parts: [Part] = []

  init(_ key: String) {
    var run: [UInt8] = []
    var isNumber = false
    func digit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    for byte in key.utf8 {
      if !run.isEmpty, digit(byte) != isNumber {
        parts.append(isNumber ? .number(Array(run.drop { $0 == 0x30 })) : .text(run))
        run = []
      }
      isNumber = digit(byte)
      run.append(byte)
    }
    if !run.isEmpty { parts.append(isNumber ? .number(Array(run.drop { $0 == 0x30 })) : .text(run)) }
  }

  static func < (left: MigrationOrder, right: MigrationOrder) -> Bool {
    for (a, b) in zip(left.parts, right.parts) where a != b {
      switch (a, b) {
      case (.number(let a), .number(let b)):
        return a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
      case (.text(let a), .text(let b)): return a.lexicographicallyPrecedes(b)
      case (.number, .text): return true
      case (.text, .number): return false
      }
    }
    return left.parts.count < right.parts.count
  }
}
