extension Defect {
  /// What can be wrong with the history of the database's tables.
  static let migrations = [
    migrated("migration-pending", "a migration of the release has not run") {
      $0.add(5, "cities", "SET lock_timeout = '2s';\nALTER TABLE venues ADD COLUMN city text;\n", down: dropCity)
    },
    migrated("migration-unbounded", "a pending migration waits for its lock for as long as it takes") {
      $0.add(5, "cities", "ALTER TABLE venues ADD COLUMN city text;\n", down: dropCity)
    },
    migrated("migration-breaking", "a pending migration takes a column from under the release that still runs") {
      $0.add(
        5, "names", "SET lock_timeout = '2s';\nALTER TABLE venues RENAME COLUMN name TO title;\n",
        down: "ALTER TABLE venues RENAME COLUMN title TO name;\n")
    },
    migrated("migration-refused", "a pending migration that the database will not take") {
      $0.add(
        5, "texts", "SET lock_timeout = '2s';\nCREATE INDEX CONCURRENTLY events_title ON events (title);\n",
        down: "DROP INDEX events_title;\n")
    },
    Defect(
      id: "migration-locks-long", summary: "a pending migration writes a large table anew while everybody waits",
      part: .migrations
    ) {
      $0.migrations.add(
        5, "wide", "SET lock_timeout = '2s';\nALTER TABLE scrape_jobs ALTER COLUMN attempts TYPE bigint;\n",
        down: "ALTER TABLE scrape_jobs ALTER COLUMN attempts TYPE integer;\n")
      $0.databaseStatements.append("UPDATE pg_class SET relpages = 30000 WHERE oid = 'scrape_jobs'::regclass")
      $0.databaseSettings["autovacuum_naptime"] = "'1h'"
    },
    migrated("migration-failed", "a migration stopped half-way") { $0.failed = 4 },
    migrated("migration-edited", "a migration was changed after it had run") {
      $0.additions[MigrationPlan.upFile(2)] = "-- once more\n"
    },
    migrated("migration-file-lost", "the database has run a migration that nobody has any more") {
      $0.files[MigrationPlan.upFile(3)] = nil
      $0.files["3_people.down.sql"] = nil
    },
    migrated("migration-skipped", "a migration was left out while later ones ran") {
      $0.recorded.removeAll { $0 == 3 }
    },
    migrated("migration-one-way", "the last migration has no way back") { $0.files["4_imports.down.sql"] = nil },
    migrated("migrations-not-repeatable", "the migrations do not run on an empty database") {
      $0.files[MigrationPlan.upFile(4)]? += "\nALTER TABLE made_by_hand ADD COLUMN note text;\n"
    },
    migrated("migration-leaves-rest", "the way back of the last migration leaves a table behind") {
      $0.files["4_imports.down.sql"] = "DROP TABLE import_additions;\nDROP TABLE import_rows;\nDROP TABLE imports;\n"
    },
    Defect(id: "migrations-forked", summary: "the revisions of the migrations end in two heads", part: .migrations) {
      $0.migrations.files = [:]
      $0.migrations.recorded = []
      for (revision, parent) in [("a1", "None"), ("b2", "'a1'"), ("c3", "'a1'")] {
        $0.migrations.files["versions/\(revision).py"] = """
          revision = '\(revision)'
          down_revision = \(parent)

          def upgrade():
              op.create_table('\(revision)')

          def downgrade():
              op.drop_table('\(revision)')

          """
      }
      $0.databaseStatements += [
        "CREATE SCHEMA revisions", "CREATE TABLE revisions.alembic_version (version_num varchar(32) PRIMARY KEY)",
        "INSERT INTO revisions.alembic_version VALUES ('b2'), ('c3')",
      ]
    },
    Defect(
      id: "migration-lock-held", summary: "a tool has kept the lock of its migrations for an hour", part: .migrations
    ) {
      $0.databaseStatements += [
        "CREATE SCHEMA changes",
        """
        CREATE TABLE changes.databasechangelog (id text NOT NULL, author text NOT NULL, filename text NOT NULL,
          dateexecuted timestamptz NOT NULL, orderexecuted bigint PRIMARY KEY, exectype text NOT NULL, md5sum text)
        """,
        """
        CREATE TABLE changes.databasechangeloglock (id bigint PRIMARY KEY, locked boolean NOT NULL,
          lockgranted timestamptz, lockedby text)
        """,
        "INSERT INTO changes.databasechangeloglock VALUES (1, true, now() - interval '1 hour', 'a build that died')",
      ]
    },
  ]

  private static let dropCity = "ALTER TABLE venues DROP COLUMN city;\n"

  private static func migrated(
    _ id: String, _ summary: String, _ change: @escaping @Sendable (inout MigrationPlan) -> Void
  ) -> Defect {
    Defect(id: id, summary: summary, part: .migrations) { change(&$0.migrations) }
  }
}

extension MigrationPlan {
  /// Puts a pair of files into the folder that the database knows nothing of.
  mutating func add(_ number: Int, _ name: String, _ up: String, down: String) {
    files["\(number)_\(name).up.sql"] = up
    files["\(number)_\(name).down.sql"] = down
  }
}
