import AuditModel
import Facts
import MigrationAnalysis
import Postgres

/// What the tables and files of migration tools say, as facts with their gaps.
struct MigrationFacts {
  /// How statements are run.
  typealias Reader = (_ statement: String, _ arguments: [String?]) throws(PostgresFailure) -> PostgresRows

  private(set) var gaps: [Gap] = []
  private var histories: [JSONValue]? = []
  private var pendingFiles: [JSONValue]? = []
  private var pendingStatements: [JSONValue]? = []
  private let folder: MigrationFolder?
  private let role: String

  /// A table that a tool keeps, as the server names it.
  private struct Keeping {
    var tool: MigrationTool
    var table: String
    var records: [MigrationRecord]
    var lock: JSONValue = nil
    var scripts: [MigrationScript]?
  }

  /// `folder` is nil where the inventory declares none.
  init(folder: MigrationFolder?, role: String) {
    (self.folder, self.role) = (folder, role)
    if let obstacle = folder?.obstacle {
      gaps.append(
        Gap(path: "histories", reason: "the folder of migrations cannot be read whole: \(obstacle.bounded())"))
    }
  }

  /// The facts.
  var value: JSONValue {
    [
      "folder": folder.map { ["files": .integer($0.files.count)] } ?? nil,
      "histories": histories.map(JSONValue.array) ?? nil,
      "pendingFiles": pendingFiles.map(JSONValue.array) ?? nil,
      "pendingStatements": pendingStatements.map(JSONValue.array) ?? nil,
    ]
  }

  /// Asks the server everything there is to ask.
  mutating func read(with reader: Reader) {
    let candidates: PostgresRows
    do throws(PostgresFailure) {
      candidates = try reader(MigrationStatements.candidates, [])
    } catch {
      hide(error.description)
      return
    }
    if candidates.count >= MigrationStatements.mostCandidates {
      gaps.append(
        Gap(path: "histories", reason: "only the first \(MigrationStatements.mostCandidates) tables are looked at"))
    }
    var keepings = keepings(candidates, reader)
    assignScripts(&keepings)
    var pending: [MigrationScript] = []
    for keeping in keepings {
      let history = MigrationHistory(tool: keeping.tool, records: keeping.records, scripts: keeping.scripts)
      histories?.append(Self.fact(keeping.tool, keeping.table, keeping.lock, history))
      let known = Set(pending.map(\.file))
      pending += history.pending.filter { !known.contains($0.file) }
    }
    guard let folder, folder.obstacle == nil, keepings.contains(where: { $0.scripts != nil }) else {
      if folder != nil {
        (pendingFiles, pendingStatements) = (nil, nil)
        let reason = "the folder of migrations could not be matched with a tool's table that this role can read"
        gaps += ["pendingFiles", "pendingStatements"].map { Gap(path: $0, reason: reason) }
      }
      return
    }
    judge(pending, reader)
  }

  // MARK: Tables

  private mutating func keepings(_ candidates: PostgresRows, _ reader: Reader) -> [Keeping] {
    var found: [Keeping] = []
    var locks: [(kind: MigrationTool, schema: String, table: String)] = []
    for row in candidates {
      let columns = Set((row["columns"] ?? "").split(separator: ",").map(String.init))
      guard let table = row["table_name"], let name = row["name"] else { continue }
      if columns.isSuperset(of: ["locked", "lockgranted", "lockedby"]) || columns == ["index", "is_locked"] {
        if row["has_usage"] == "t", row["has_select"] == "t" {
          locks.append((columns.contains("locked") ? .liquibase : .knex, row["schema"] ?? "", table))
        }
        continue
      }
      guard let tool = MigrationTool(table: name, columns: columns) else { continue }
      guard row["has_usage"] == "t", row["has_select"] == "t" else {
        let schema = row["quoted_schema"] ?? ""
        let usage = row["has_usage"] == "t" ? "" : "GRANT USAGE ON SCHEMA \(schema) TO \(role); "
        let remedy = "\(usage)GRANT SELECT ON \(table) TO \(role)".bounded()
        gaps.append(
          Gap(
            path: "histories", reason: "\(table.bounded()) is hidden from this role, \(remedy) would show it",
            remedy: remedy))
        continue
      }
      do throws(PostgresFailure) {
        let rows = try reader(tool.history(of: table), [])
        if rows.count > MigrationTool.mostMigrations {
          gaps.append(
            Gap(path: "histories", reason: "only the first \(MigrationTool.mostMigrations) migrations are read"))
        }
        found.append(
          Keeping(tool: tool, table: table, records: rows.prefix(MigrationTool.mostMigrations).map(Self.record)))
      } catch {
        gaps.append(Gap(path: "histories", reason: "\(table): \(error.description)".bounded()))
      }
    }
    for lock in locks {
      guard let index = found.firstIndex(where: { $0.tool == lock.kind }) else { continue }
      let statement =
        lock.kind == .liquibase
        ? MigrationStatements.liquibaseLock(lock.table) : MigrationStatements.knexLock(lock.table)
      do throws(PostgresFailure) {
        let row = try reader(statement, []).first
        found[index].lock = [
          "held": .bool(row != nil), "holder": JSONValue(row?["holder"].map { $0.bounded() }),
          "minutes": JSONValue(row?["minutes"].flatMap { Int($0) }),
        ]
      } catch {
        gaps.append(Gap(path: "histories", reason: "\(lock.table): \(error.description)".bounded()))
      }
    }
    return found
  }

  private static func record(_ row: PostgresRow) -> MigrationRecord {
    MigrationRecord(
      key: row["key"] ?? "", name: row["name"], state: row["state"].flatMap(MigrationRecord.State.init) ?? .applied,
      checksum: row["checksum"])
  }

  // MARK: Files

  /// Gives the folder's files to the table that knows the most of them, and to others of the same tool that know most of what
  /// they hold: those of further tenants.
  private mutating func assignScripts(_ keepings: inout [Keeping]) {
    guard let folder, folder.obstacle == nil else { return }
    var best: (index: Int, tool: MigrationTool, scripts: [MigrationScript], known: Int)?
    for (index, keeping) in keepings.enumerated() {
      let tools: [MigrationTool] = keeping.tool == .rails ? [.rails, .dbmate] : [keeping.tool]
      for tool in tools {
        let scripts = MigrationScript.all(of: tool, in: folder)
        let keys = Set(keeping.records.map { MigrationScript.normalized($0.key) })
        let sums = Set(keeping.records.compactMap(\.checksum))
        let known = scripts.count { keys.contains($0.key) || !sums.isDisjoint(with: $0.checksums ?? []) }
        guard !scripts.isEmpty, best.map({ (known, scripts.count) > ($0.known, $0.scripts.count) }) ?? true else {
          continue
        }
        best = (index, tool, scripts, known)
      }
    }
    if let best {
      let kept = keepings[best.index].tool
      let keys = Set(best.scripts.map(\.key))
      for index in keepings.indices where keepings[index].tool == kept {
        let records = keepings[index].records
        let known = records.count { keys.contains(MigrationScript.normalized($0.key)) }
        guard index == best.index || (known > 0 && known * 2 >= records.count) else { continue }
        keepings[index].tool = best.tool
        keepings[index].scripts = best.scripts
      }
    } else if keepings.count == 1, keepings[0].tool != .liquibase {
      // The tool is known and the folder holds none of its files: then whatever ran has no file.
      keepings[0].scripts = []
    }
  }

  // MARK: What has not run

  private mutating func judge(_ pending: [MigrationScript], _ reader: Reader) {
    let unreadable = pending.filter { $0.sql == nil }
    if !unreadable.isEmpty {
      let reason =
        "\(unreadable.count) migrations that have not run are no SQL, such as \(unreadable[0].file.bounded())"
      gaps += ["pendingFiles", "pendingStatements"].map {
        Gap(path: $0, reason: reason, remedy: "have the tool print their SQL, and give that to migrations lint")
      }
      if unreadable.count == pending.count {
        (pendingFiles, pendingStatements) = (nil, nil)
        return
      }
    }
    guard !pending.isEmpty else { return }
    let rows: PostgresRows
    do throws(PostgresFailure) {
      rows = try reader(MigrationStatements.tables, [])
    } catch {
      (pendingFiles, pendingStatements) = (nil, nil)
      gaps += ["pendingFiles", "pendingStatements"].map { Gap(path: $0, reason: error.description.bounded()) }
      return
    }
    let tables = rows.map { row in
      PendingSQL.Table(
        schema: row["schema"] ?? "", name: row["name"] ?? "",
        rows: row["rows"].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 },
        bytes: row["bytes"].flatMap { Int($0) } ?? 0)
    }
    let judged = PendingSQL(pending, tables: tables)
    pendingFiles = judged.files.map(Self.fact)
    pendingStatements = judged.statements.map(Self.fact)
  }

  private mutating func hide(_ reason: String) {
    (histories, pendingFiles, pendingStatements) = (nil, nil, nil)
    gaps += ["histories", "pendingFiles", "pendingStatements"].map { Gap(path: $0, reason: reason.bounded()) }
  }

  // MARK: Facts

  private static func fact(
    _ tool: MigrationTool, _ table: String, _ lock: JSONValue, _ history: MigrationHistory
  ) -> JSONValue {
    [
      "tool": .string(tool.rawValue), "table": .string(table.bounded()), "heads": JSONValue(history.heads),
      "lock": lock,
      "migrations": .array(
        history.entries.map { entry in
          [
            "tool": .string(tool.rawValue), "key": .string(entry.key.bounded()),
            "name": JSONValue(entry.name.map { $0.bounded() }), "file": JSONValue(entry.file.map { $0.bounded() }),
            "recorded": .bool(entry.isRecorded), "applied": .bool(entry.isApplied), "failed": .bool(entry.hasFailed),
            "hasFile": JSONValue(entry.hasFile), "skipped": JSONValue(entry.isSkipped),
            "unchanged": JSONValue(entry.isUnchanged), "reversible": JSONValue(entry.isReversible),
            "recent": .bool(entry.isRecent),
          ]
        }),
    ]
  }

  private static func fact(_ file: PendingSQL.File) -> JSONValue {
    [
      "file": .string(file.path.bounded()), "boundsLocks": JSONValue(file.boundsLocks),
      "breaking": .array(file.breaking.map { .string($0.bounded()) }),
      "refused": .array(file.refused.map { .string($0.bounded()) }),
    ]
  }

  private static func fact(_ statement: PendingSQL.Statement) -> JSONValue {
    [
      "file": .string(statement.file.bounded()), "line": .integer(statement.line),
      "table": .string(statement.table.bounded()), "lock": .string(statement.lock.rawValue),
      "rewrite": .bool(statement.isRewritten), "scan": .bool(statement.isRead),
      "takesTime": .bool(statement.isRewritten || statement.isRead), "rows": JSONValue(statement.rows),
      "bytes": .integer(statement.bytes), "safer": JSONValue(statement.safer.map { $0.bounded() }),
    ]
  }
}
