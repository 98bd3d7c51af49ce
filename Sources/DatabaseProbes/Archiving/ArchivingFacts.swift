import AuditModel
import Facts
import Postgres

/// What a server says of its archive of the write-ahead log.
struct ArchivingFacts {
  /// How statements are run.
  typealias Reader = (_ statement: String) throws(PostgresFailure) -> PostgresRows

  private var facts = JSONObject(["settings", "archiver", "receivers"].map { ($0, nil) })
  private(set) var gaps: [Gap] = []
  private var segmentSize = 16 << 20

  var value: JSONValue { .object(facts) }

  /// Asks the server everything there is to ask.
  mutating func read(with reader: Reader) {
    attempt("settings", ArchivingStatements.settings, reader) { $0.take(settings: $1) }
    attempt("archiver", ArchivingStatements.archiver, reader) { $0.take(archiver: $1) }
    attempt("receivers", ArchivingStatements.receivers, reader) { $0.take(receivers: $1) }
  }

  private mutating func attempt(
    _ path: String, _ statement: String, _ reader: Reader, _ take: (inout ArchivingFacts, PostgresRows) -> Void
  ) {
    do throws(PostgresFailure) {
      take(&self, try reader(statement))
    } catch {
      gaps.append(Gap(path: path, reason: error.description.bounded()))
    }
  }

  private mutating func take(settings rows: PostgresRows) {
    guard let row = rows.first else { return }
    segmentSize = row["segment_size"].flatMap { Int($0) } ?? segmentSize
    facts["settings"] = [
      "mode": JSONValue(row["mode"]), "timeoutSeconds": JSONValue(row["timeout"].flatMap { Int($0) }),
      "level": JSONValue(row["level"]), "hasWay": JSONValue(row["way"].map { $0 == "set" }),
      "isInRecovery": JSONValue(row["in_recovery"].map { $0 == "t" }),
    ]
    if row["way"] == nil {
      gaps.append(
        Gap(
          path: "settings.hasWay", reason: "archive_command and archive_library are hidden from this role",
          remedy: "GRANT pg_read_all_settings TO the auditor's role"))
    }
  }

  private mutating func take(archiver rows: PostgresRows) {
    guard let row = rows.first else { return }
    let last = row["last_archived_wal"]
    facts["archiver"] = [
      "archivedCount": JSONValue(row["archived_count"].flatMap { Int($0) }),
      "failedCount": JSONValue(row["failed_count"].flatMap { Int($0) }),
      "lastArchived": JSONValue(last.map { String($0.prefix(64)) }),
      "lastArchivedAt": JSONValue(Self.instant(row["archived_at"])),
      "lastFailed": JSONValue(row["last_failed_wal"].map { String($0.prefix(64)) }),
      "lastFailedAt": JSONValue(Self.instant(row["failed_at"])),
      "failingNow": JSONValue(row["failing"].map { $0 == "t" }),
      "segmentsBehind": JSONValue(Self.distance(from: last, to: row["current_wal"], size: segmentSize)),
    ]
  }

  private mutating func take(receivers rows: PostgresRows) {
    facts["receivers"] = .array(
      rows.map { row in
        [
          "name": .string(row["name"] ?? ""), "active": JSONValue(row["active"].map { $0 == "t" }),
          "behindBytes": JSONValue(row["behind_bytes"].flatMap { Int($0) }),
        ]
      })
  }

  private static func instant(_ seconds: String?) -> String? {
    seconds.flatMap { Int($0) }.map { Instant(seconds: $0).description }
  }

  /// How many whole segments lie between the last one archived and the one being written; nil where either name is no
  /// segment's, or they are of different timelines.
  static func distance(from archived: String?, to current: String?, size: Int) -> Int? {
    guard let from = archived.flatMap({ number(of: $0, size: size) }),
      let to = current.flatMap({ number(of: $0, size: size) }),
      archived?.prefix(8) == current?.prefix(8)
    else { return nil }
    return max(0, to - from - 1)
  }

  private static func number(of file: String, size: Int) -> Int? {
    // A backup's note (`.backup`) is called like the segment in which the backup began, which was archived before it.
    let name = file.hasSuffix(".backup") ? String(file.prefix(24)) : file
    guard name.utf8.count == 24, size > 0, let high = UInt32(name.dropFirst(8).prefix(8), radix: 16),
      let low = UInt32(name.suffix(8), radix: 16)
    else { return nil }
    return Int(high) * ((1 << 32) / size) + Int(low)
  }

  /// The facts with what depends on the day. Pure.
  static func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var whole = facts.object, var archiver = facts["archiver"]?.object else { return facts }
    archiver["ageSeconds"] = JSONValue(
      archiver["lastArchivedAt"]?.string.flatMap { Instant($0) }.map { now.seconds(since: $0) })
    whole["archiver"] = .object(archiver)
    if let mode = facts["settings"]?["mode"]?.string, let receivers = facts["receivers"]?.array {
      let archives = (mode == "always" || mode == "on") && facts["settings"]?["hasWay"] != false
      whole["continuous"] = .bool(archives || receivers.contains { $0["active"] == true })
    } else {
      whole["continuous"] = .null
    }
    return .object(whole)
  }

  static let schema = Schema.object([
    .required(
      "settings",
      .nullable(
        .object([
          .required("mode", .nullable(.string()), "archive_mode: off, on or always"),
          .required(
            "timeoutSeconds", .nullable(.integer()), "archive_timeout: the longest a segment waits; 0 for no limit"),
          .required("level", .nullable(.string()), "wal_level"),
          .required("hasWay", .nullable(.boolean), "an archive_command or archive_library is set"),
          .required("isInRecovery", .nullable(.boolean), "a standby, which archives only in the mode always"),
        ])), "how the server is told to archive"),
    .required(
      "archiver",
      .nullable(
        .object([
          .required("archivedCount", .nullable(.integer(minimum: 0)), "segments archived since statistics began"),
          .required("failedCount", .nullable(.integer(minimum: 0)), "attempts that failed"),
          .required("lastArchived", .nullable(.string()), "the last segment archived"),
          .required("lastArchivedAt", .nullable(.string(.date)), "when that was"),
          .required("lastFailed", .nullable(.string()), "the last segment that could not be"),
          .required("lastFailedAt", .nullable(.string(.date)), "when that was"),
          .required("failingNow", .nullable(.boolean), "the last attempt failed"),
          .required("segmentsBehind", .nullable(.integer(minimum: 0)), "whole segments written and not archived"),
          Schema.Field("ageSeconds", .nullable(.integer()), "from the last segment archived to now"),
        ])), "what the archiver says of itself"),
    .required(
      "receivers",
      .nullable(
        .array(
          .object([
            .required("name", .string(), "the replication slot"),
            .required("active", .nullable(.boolean), "somebody fetches the log by it now"),
            .required("behindBytes", .nullable(.integer()), "log not confirmed yet, in bytes"),
          ]))), "physical slots by which the log is fetched"),
    Schema.Field(
      "continuous", .nullable(.boolean), "an archive or a receiver gets the log as it is written; null where not seen"),
  ])
}
