import Foundation
import Testing

@testable import DatabaseProbes

extension MigrationFolder {
  /// A folder with these texts by path.
  init(_ texts: KeyValuePairs<String, String>) {
    self.init(files: texts.map { File(path: $0.key, bytes: Array($0.value.utf8)) }.sorted { $0.path < $1.path })
  }
}

extension MigrationRecord {
  /// A migration that ran.
  static func applied(_ key: String, checksum: String? = nil) -> MigrationRecord {
    MigrationRecord(key: key, name: nil, state: .applied, checksum: checksum)
  }
}

@Suite("Migration history") struct MigrationHistoryTests {
  @Test(
    "a tool is told by its table's columns",
    arguments: [
      ("_prisma_migrations", "id,checksum,finished_at,migration_name,logs,rolled_back_at,started_at", "prisma"),
      ("flyway_schema_history", "installed_rank,version,description,type,script,checksum,success", "flyway"),
      ("_sqlx_migrations", "version,description,installed_on,success,checksum,execution_time", "sqlx"),
      ("schema_migrations", "version,dirty", "golang-migrate"), ("schema_migrations", "version,inserted_at", "ecto"),
      ("schema_migrations", "version", "rails"), ("schema_migrations", "version,statements,name", "supabase"),
      ("goose_db_version", "id,version_id,is_applied,tstamp", "goose"), ("alembic_version", "version_num", "alembic"),
      ("__drizzle_migrations", "id,hash,created_at", "drizzle"), ("django_migrations", "id,app,name,applied", "django"),
      ("databasechangelog", "id,author,filename,dateexecuted,orderexecuted,exectype,md5sum", "liquibase"),
      ("knex_migrations", "id,name,batch,migration_time", "knex"), ("migrations", "id,migration,batch", "laravel"),
      ("migrations", "id,timestamp,name", "typeorm"), ("SequelizeMeta", "name", "sequelize"),
      ("atlas_schema_revisions", "version,description,type,applied,total,executed_at,hash", "atlas"),
    ])
  func tools(_ sample: (table: String, columns: String, tool: String)) {
    let columns = Set(sample.columns.split(separator: ",").map(String.init))
    #expect(MigrationTool(table: sample.table, columns: columns)?.rawValue == sample.tool)
    #expect(MigrationTool(table: "migrations_of_birds", columns: ["id", "species"]) == nil)
  }

  @Test func numbersAreOrderedAsNumbers() {
    #expect(MigrationOrder("2") < MigrationOrder("10"))
    #expect(MigrationOrder("1.9") < MigrationOrder("1.10"))
    #expect(MigrationOrder("20240101_a") < MigrationOrder("20240101_b"))
    #expect(!(MigrationOrder("007") < MigrationOrder("7")))
  }

  /// What `tool` makes of a folder.
  private func scripts(_ tool: MigrationTool, _ texts: KeyValuePairs<String, String>) -> [MigrationScript] {
    MigrationScript.all(of: tool, in: MigrationFolder(texts))
  }

  @Test func pendingFailedUnknownAndSkippedAreToldApart() {
    let files = scripts(
      .sqlx, ["0001_a.sql": "SELECT 1", "2_b.sql": "SELECT 2", "3_c.sql": "SELECT 3", "10_d.sql": "SELECT 4"])
    #expect(files.map(\.key) == ["1", "2", "3", "10"])
    var failed = MigrationRecord.applied("3")
    failed.state = .failed
    let history = MigrationHistory(tool: .sqlx, records: [.applied("1"), failed, .applied("7")], scripts: files)
    #expect(history.entries.map(\.key) == ["1", "2", "3", "7", "10"])
    #expect(history.entries.map(\.isApplied) == [true, false, false, true, false])
    #expect(history.entries.map(\.hasFailed) == [false, false, true, false, false])
    #expect(history.entries.map(\.hasFile) == [true, true, true, false, true])
    #expect(history.pending.map(\.key) == ["2", "10"])
    // The one without a file ran after the second, and who left the second out is not known.
    #expect(history.entries.map(\.isSkipped) == [false, false, false, nil, false])
    let late = MigrationHistory(tool: .sqlx, records: [.applied("10")], scripts: files)
    #expect(late.entries.map(\.isSkipped) == [true, true, true, false])
  }

  @Test func withoutAFolderNothingIsSaidOfFiles() {
    let history = MigrationHistory(tool: .ecto, records: [.applied("1")], scripts: nil)
    #expect(history.entries.map(\.hasFile) == [nil])
    #expect(history.entries.map(\.isSkipped) == [nil])
    #expect(history.pending.isEmpty)
  }

  @Test func anEditIsSeenByItsChecksum() {
    let text = "CREATE TABLE a ();\nSELECT 1;\n"
    func isUnchanged(_ tool: MigrationTool, _ path: String, _ key: String, _ checksum: String, text: String) -> Bool? {
      let history = MigrationHistory(
        tool: tool, records: [.applied(key, checksum: checksum)], scripts: scripts(tool, [path: text]))
      return history.entries.first { $0.file != nil }?.isUnchanged
    }
    // sha384sum, sha256sum and crc32 over the lines without their ends, by other programs.
    let sha384 =
      "3bb1c6c4094064a6cb7e2e920a105e4cf5c92012521ef4960dbfb063c0b56df14fc407813cd1e948ff72b3ca876fa0d9"
    #expect(isUnchanged(.sqlx, "1_a.sql", "1", sha384, text: text) == true)
    #expect(isUnchanged(.sqlx, "1_a.sql", "1", sha384, text: text + "\r") == false)
    #expect(FlywayChecksum.of(Array("123456789".utf8)) == Int32(bitPattern: 0xCBF4_3926))
    #expect(FlywayChecksum.of([0xEF, 0xBB, 0xBF] + Array("1234\r\n56789\n".utf8)) == Int32(bitPattern: 0xCBF4_3926))
    #expect(isUnchanged(.flyway, "V1__a.sql", "1", "-873187034", text: "123456789") == true)
    #expect(isUnchanged(.flyway, "V1__a.sql", "1", "-873187034", text: "123456780") == false)
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(isUnchanged(.prisma, "20240101_a/migration.sql", "20240101_a", abc, text: "abc") == true)
    #expect(isUnchanged(.prisma, "20240101_a/migration.sql", "20240101_a", abc, text: "abd") == false)
    #expect(isUnchanged(.ecto, "1_a.exs", "1", "", text: "def change do") == nil)
  }

  @Test func prismaAcceptsEitherLineEnding() throws {
    let unix = try #require(scripts(.prisma, ["a/migration.sql": "SELECT 1;\nSELECT 2;\n"]).first?.checksums)
    let windows = try #require(scripts(.prisma, ["a/migration.sql": "SELECT 1;\r\nSELECT 2;\r\n"]).first?.checksums)
    #expect(unix == windows)
  }

  @Test func drizzleTellsAnOlderOneThatWasPassedOver() throws {
    let texts: KeyValuePairs = [
      "meta/_journal.json":
        #"{"entries":[{"idx":0,"when":100,"tag":"0000_a"},{"idx":1,"when":150,"tag":"0001_b"},{"idx":2,"when":200,"tag":"0002_c"}]}"#,
      "0000_a.sql": "abc", "0001_b.sql": "b", "0002_c.sql": "c",
    ]
    let files = scripts(.drizzle, texts)
    #expect(files.map(\.file) == ["0000_a.sql", "0001_b.sql", "0002_c.sql"])
    func record(_ key: String, _ script: MigrationScript) -> MigrationRecord {
      .applied(key, checksum: script.checksums?.first)
    }
    let records = [record("100", files[0]), record("200", files[2])]
    let history = MigrationHistory(tool: .drizzle, records: records, scripts: files)
    let skipped = try #require(history.entries.first { $0.isSkipped == true })
    #expect(skipped.file == "0001_b.sql")
    #expect(history.entries.count { $0.isApplied } == 2)
    #expect(history.entries.map(\.isUnchanged) == [true, nil, true])
    // A journal that was written anew has other moments for the same files; an edited file has another hash.
    let moved = MigrationHistory(tool: .drizzle, records: [record("90", files[0])], scripts: files)
    #expect(moved.entries.map(\.isApplied) == [true, false, false])
    let edited = MigrationHistory(tool: .drizzle, records: [.applied("100", checksum: "00")], scripts: files)
    #expect(edited.entries.first?.isUnchanged == false)
  }

  @Test func golangMigrateCountsEverythingUpToItsOneRow() {
    let files = scripts(
      .golangMigrate,
      [
        "1_a.up.sql": "SELECT 1", "1_a.down.sql": "SELECT 1", "2_b.up.sql": "SELECT 1", "2_b.down.sql": "-- nothing\n",
        "3_c.up.sql": "SELECT 1",
      ])
    #expect(files.map(\.isReversible) == [true, false, false])
    let history = MigrationHistory(tool: .golangMigrate, records: [.applied("2")], scripts: files)
    #expect(history.entries.map(\.isApplied) == [true, true, false])
    var dirty = MigrationRecord.applied("2")
    dirty.state = .failed
    let broken = MigrationHistory(tool: .golangMigrate, records: [dirty], scripts: files)
    #expect(broken.entries.map(\.hasFailed) == [false, true, false])
    #expect(broken.pending.map(\.key) == ["3"])
  }

  @Test func gooseAndDbmateHoldBothWaysInOneFile() throws {
    let goose = try #require(
      scripts(
        .goose, ["1_a.sql": "-- +goose NO TRANSACTION\n-- +goose Up\nDROP TABLE a;\n-- +goose Down\n-- nothing\n"]
      ).first)
    #expect(goose.sql == "\n\nDROP TABLE a;\n\n\n\n")
    #expect(goose.isReversible == false)
    #expect(!goose.isInTransaction)
    let dbmate = try #require(
      scripts(.dbmate, ["1_a.sql": "-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\nSELECT 2;"]).first)
    #expect(dbmate.isReversible == true)
    #expect(dbmate.sql?.contains("SELECT 2") == false)
    #expect(!dbmate.isInTransaction)
  }

  @Test func flywayKnowsVersionsRepeatablesAndBaselines() {
    let files = scripts(
      .flyway, ["V1__a.sql": "a", "V1_10__c.sql": "c", "V1_9__b.sql": "b", "R__all_views.sql": "v", "readme.sql": ""])
    #expect(files.map(\.key) == ["1", "1.9", "1.10", "R:all views"])
    let baseline = MigrationRecord(key: "1.9", name: "base", state: .baseline, checksum: nil)
    let history = MigrationHistory(tool: .flyway, records: [baseline], scripts: files)
    #expect(history.entries.map(\.isApplied) == [true, true, false, false])
    #expect(history.entries.map(\.isSkipped) == [false, false, false, false])
  }

  @Test func alembicFollowsItsGraph() {
    func revision(_ id: String, _ parent: String, _ down: String) -> String {
      "revision: str = '\(id)'\ndown_revision = \(parent)\n\ndef upgrade():\n    pass\n\ndef downgrade() -> None:\n    \(down)\n"
    }
    let files = scripts(
      .alembic,
      [
        "versions/a.py": revision("aaa", "None", "op.drop_table('t')"),
        "versions/b.py": revision("bbb", "'aaa'", "pass"),
        "versions/c.py": revision("ccc", "('aaa')", "op.drop_table('u')"), "env.py": "import x",
      ])
    #expect(files.map(\.key) == ["aaa", "bbb", "ccc"])
    #expect(files.map(\.isReversible) == [true, false, true])
    let forked = MigrationHistory(tool: .alembic, records: [.applied("bbb")], scripts: files)
    #expect(forked.heads == 2)
    #expect(forked.entries.map(\.isApplied) == [true, true, false])
    let straight = MigrationHistory(tool: .alembic, records: [.applied("bbb")], scripts: Array(files.prefix(2)))
    #expect(straight.heads == 1)
  }

  @Test(
    "code says whether there is a way back",
    arguments: [
      ("ecto", "1_a.exs", "def change do\n  create table(:a)\nend", true),
      ("ecto", "1_a.exs", "def change do\n  execute(\"DROP VIEW v\")\nend", false),
      ("ecto", "1_a.exs", "def change do\n  execute \"CREATE VIEW v\", \"DROP VIEW v\"\nend", true),
      ("ecto", "1_a.exs", "def up do\nend", false), ("ecto", "1_a.exs", "def up do\nend\ndef down do\nend", true),
      ("rails", "1_a.rb", "def change\n  add_column :a, :b, :text\nend", true),
      ("rails", "1_a.rb", "def up\nend\ndef down\n  raise ActiveRecord::IrreversibleMigration\nend", false),
      ("knex", "20240101_a.js", "exports.up = f;\nexports.down = g;", true),
      ("knex", "20240101_a.js", "exports.up = f;\n// exports.down = g;", false),
      ("laravel", "2024_01_01_000000_a.php", "public function up() {}\npublic function down() {}", true),
      ("typeorm", "1700000000000-AddA.ts", "async up(q) {}\nasync down(q) {}", true),
      ("django", "shop/migrations/0002_a.py", "migrations.RunPython(forward)", false),
      ("django", "shop/migrations/0002_a.py", "migrations.AddField()", true),
    ])
  func waysBack(_ sample: (tool: String, path: String, text: String, isReversible: Bool)) throws {
    let tool = try #require(MigrationTool(rawValue: sample.tool))
    let script = try #require(
      MigrationScript.all(
        of: tool,
        in: MigrationFolder(files: [
          MigrationFolder.File(path: sample.path, bytes: Array(sample.text.utf8))
        ])
      ).first)
    #expect(script.isReversible == sample.isReversible)
  }

  @Test func namesBecomeTheKeysOfTheirTools() {
    #expect(scripts(.typeorm, ["1700000000000-AddA.ts": ""]).map(\.key) == ["AddA1700000000000"])
    #expect(scripts(.django, ["shop/migrations/0001_initial.py": ""]).map(\.key) == ["shop.0001_initial"])
    #expect(scripts(.laravel, ["2024_01_01_000000_a.php": ""]).map(\.key) == ["2024_01_01_000000_a"])
    #expect(scripts(.sequelize, ["20240101000000-a.js": ""]).map(\.key) == ["20240101000000-a.js"])
    #expect(
      scripts(.ecto, ["tenants/20240101000000_a.exs": "", "test_helper.exs": ""]).map(\.key) == ["20240101000000"])
  }

  @Test func aFolderIsReadWithinBounds() throws {
    let root = NSTemporaryDirectory() + "folder-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: root) }
    try FileManager.default.createDirectory(atPath: root + "/inner", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: root + "/node_modules", withIntermediateDirectories: true)
    for name in ["2_b.sql", "inner/1_a.sql", "node_modules/3_c.sql", "notes.md"] {
      try "SELECT 1".write(toFile: "\(root)/\(name)", atomically: true, encoding: .utf8)
    }
    try FileManager.default.createSymbolicLink(atPath: root + "/inner/loop", withDestinationPath: root)
    try FileManager.default.createSymbolicLink(atPath: root + "/4_d.sql", withDestinationPath: root + "/2_b.sql")
    let folder = MigrationFolder(path: root)
    #expect(folder.files.map(\.path) == ["2_b.sql", "4_d.sql", "inner/1_a.sql"])
    #expect(folder.obstacle == nil)
    try Data(count: 5 << 20).write(to: URL(fileURLWithPath: root + "/9_z.sql"))
    #expect(MigrationFolder(path: root).obstacle?.hasPrefix("9_z.sql") == true)
    #expect(MigrationFolder(path: root + "/nowhere").obstacle?.contains("No such file") == true)
  }

  @Test func pendingSQLIsWeighedOnTheTablesThatExist() throws {
    let tables = [
      PendingSQL.Table(schema: "public", name: "venues", rows: 5_000_000, bytes: 2 << 30),
      PendingSQL.Table(schema: "old", name: "venues", rows: 0, bytes: 0),
    ]
    let files = scripts(
      .golangMigrate,
      [
        "1_a.up.sql":
          "SET lock_timeout = '2s';\nALTER TABLE venues ADD COLUMN note text;\nCREATE INDEX i ON venues (note);",
        "2_b.up.sql": "ALTER TABLE venues\n  ALTER COLUMN seats TYPE bigint;\nALTER TABLE venues DROP COLUMN note;",
        "3_c.up.sql": "CREATE INDEX CONCURRENTLY j ON venues (seats);\nSELECT 1;",
        "4_d.up.sql": "ALTER TABLE venues ADD COLUMN host bigint NOT NULL;",
        "5_e.up.sql": "CREATE TABLE hosts (id bigint);\nALTER TABLE old.venues ADD COLUMN host bigint NOT NULL;",
      ])
    let judged = PendingSQL(files, tables: tables)
    #expect(judged.files.map(\.boundsLocks) == [true, false, nil, false, false])
    #expect(judged.files.map(\.refused.count) == [0, 0, 1, 1, 0])
    #expect(judged.files.map { $0.breaking.isEmpty } == [true, false, true, true, true])
    let long = judged.statements.filter { $0.isRewritten || $0.isRead }
    #expect(long.prefix(2).map(\.file) == ["1_a.up.sql", "2_b.up.sql"])
    #expect(long.first?.line == 3)
    #expect(long.first?.bytes == 2 << 30)
    #expect(long.first?.table == "public.venues")
    #expect(long.first?.safer?.contains("CONCURRENTLY") == true)
    #expect(!judged.statements.contains { $0.table.hasSuffix("hosts") })
  }

  @Test func pendingSQLIsWeighedAsOneDeployment() {
    let tables = [
      PendingSQL.Table(schema: "public", name: "venues", rows: 5_000_000, bytes: 2 << 30),
      PendingSQL.Table(schema: "audit", name: "hosts", rows: 9_000_000, bytes: 3 << 30),
    ]
    let files = scripts(
      .golangMigrate,
      [
        "1_a.up.sql": "CREATE TABLE hosts (id bigint, name text);",
        // Another table of that name has rows; the one meant is empty and nobody's.
        "2_b.up.sql": "ALTER TABLE hosts ADD COLUMN at date NOT NULL;\nALTER TABLE hosts DROP COLUMN name;",
        "3_c.up.sql": "ALTER TABLE venues ADD CONSTRAINT c CHECK (seats IS NOT NULL) NOT VALID;",
        "4_d.up.sql": "ALTER TABLE venues VALIDATE CONSTRAINT c;",
        "5_e.up.sql": "ALTER TABLE venues ALTER COLUMN seats SET NOT NULL;",
        "6_f.up.sql": "ALTER TABLE venues RENAME TO places;",
        "7_g.up.sql": "CREATE INDEX i ON places (seats, a, b, c);",
      ])
    let judged = PendingSQL(files, tables: tables)
    #expect(!judged.statements.contains { $0.table == "audit.hosts" })
    #expect(judged.files[1].refused.isEmpty && judged.files[1].breaking.isEmpty)
    #expect(!judged.statements.contains { $0.file == "5_e.up.sql" && $0.isRead })
    let last = judged.statements.first { $0.file == "7_g.up.sql" }
    #expect(last?.table == "public.venues" && last?.isRead == true)
    #expect(last?.safer?.contains("CONCURRENTLY") == true)
  }
}
