import Facts

extension BackupFacts {
  /// The shape of the facts, derived ones included.
  static let schema = Schema.object([
    field(
      "tool",
      .object([
        field("name", .string(.nonEmpty), "what keeps the backups"),
        field("version", .nullable(.string()), "its version"),
      ]), "who was asked"),
    field(
      "repository",
      .object([
        field("readable", .boolean, "whether there is something to read where the inventory says"),
        field("state", .string(.nonEmpty), "ok, or the tool's word for what is wrong"),
        field("reason", .nullable(.string()), "what is wrong; null for nothing"),
        field("collection", .boolean, "whether it can hold several backups; one file cannot"),
      ]), "the place of the backups"),
    field(
      "encryption",
      .object([
        field(
          "state", .nullable(.string(.word(Encryption.allCases.map(\.rawValue)))),
          "encrypted; plain: the tool could and does not; bare: a file on a disk whose encryption does not show")
      ]), "what keeps people without the key from reading them"),
    field("locations", .nullable(.integer(minimum: 0)), "in how many places they are kept"),
    field("retentionRule", .nullable(.boolean), "whether a rule says what is kept"),
    field("backups", .nullable(.array(backup)), "oldest first; the newest 2000"),
    field("log", .nullable(log), "the archive of the write-ahead log; null for tools without"),
    field("integrity", .nullable(integrity), "what reading the content showed; null where it was not read"),
    field(
      "dumpVersion",
      .nullable(
        .object([
          field("written", .string(), "the newest format among the dumps"),
          field("readable", .nullable(.string()), "the newest format that the pg_restore installed here reads"),
          field("restorable", .nullable(.boolean), "whether it reads them; null without a pg_restore"),
        ])), "the format of dumps"),
    field(
      "systems",
      .array(
        .object([
          field("identifier", .string(), "pg_control_system()'s number"),
          field("version", .nullable(.string()), "the major version"),
        ])), "the database systems backed up, as far as the tool records them"),
    field("globals", .nullable(.boolean), "whether roles and tablespaces are dumped beside; null where not a question"),
    Schema.Field(
      "newest",
      .nullable(
        .object([
          field("name", .string(), "the newest complete backup"),
          field("at", .nullable(.string(.date)), "the moment whose data it holds"),
          field("ageHours", .nullable(.number()), "from then to now, in hours"),
          field("sizeBytes", .nullable(.integer(minimum: 0)), "its size, in bytes"),
          field(
            "shareOfMedian", .nullable(.number(minimum: 0)),
            "its size in relation to the median of up to five of its type before it; null without any"),
        ])), "the newest complete backup; null for none"),
    Schema.Field(
      "last",
      .nullable(
        .object([
          field("name", .string(), "the newest backup, complete or not"),
          field("state", .nullable(.string()), "how far it came"),
          field("complaint", .nullable(.string()), "what its tool found wrong"),
        ])), "the newest backup of any state; null for none"),
    Schema.Field(
      "count",
      .object([
        field("complete", .integer(minimum: 0), "complete backups"),
        field("kept", .nullable(.integer(minimum: 0)), "the same; null where the target is one file"),
      ]), "how many there are"),
    Schema.Field(
      "restorable",
      .nullable(
        .object([
          field("newestAt", .string(.date), "the last moment that can be brought back"),
          field("by", .string(.word(["backup", "log"])), "what reaches there"),
          field("ageHours", .nullable(.number()), "from then to now, in hours: what would be lost"),
          field("oldestAt", .nullable(.string(.date)), "the first moment that can be brought back"),
          field("spanDays", .nullable(.number()), "from the first to the last, in days"),
        ])), "what a restore could bring back; null for nothing"),
  ])

  private static let backup = Schema.object([
    field("name", .string(), "the tool's own name for it"),
    field("type", .nullable(.string()), "full, differential, incremental, dump, base, snapshot, archive or file"),
    field("state", .string(.word(BackupRecord.State.allCases.map(\.rawValue))), "how far it came"),
    field("startedAt", .nullable(.string(.date)), "when it began"),
    field("completedAt", .nullable(.string(.date)), "when it was whole"),
    field("sizeBytes", .nullable(.integer(minimum: 0)), "what was saved, in bytes"),
    field("storedBytes", .nullable(.integer(minimum: 0)), "what it takes, in bytes"),
    field("complaint", .nullable(.string()), "what its tool found wrong in the data"),
    field("parent", .nullable(.string()), "the backup on which it builds"),
    field("chainWhole", .nullable(.boolean), "whether all it builds on is there"),
    field("location", .nullable(.string()), "where it is kept"),
    Schema.Field("ageHours", .nullable(.number()), "from its end to now, in hours"),
  ])

  private static let log = Schema.object([
    field("first", .nullable(.string()), "the oldest segment"),
    field("last", .nullable(.string()), "the newest segment; null for an empty archive"),
    field("lastAt", .nullable(.string(.date)), "when that was stored"),
    field(
      "coversNewest", .nullable(.boolean), "whether the newest backup has all the log it needs to become consistent"),
    field("continuesFromNewest", .nullable(.boolean), "whether the log runs on from the newest backup without a gap"),
    field("continuousSince", .nullable(.string(.date)), "the earliest backup from which the log has no gap"),
    field(
      "gaps",
      .array(
        .object([
          field("timeline", .string(), "the timeline"),
          field("first", .string(), "the first segment missing"),
          field("last", .string(), "the last segment missing"),
          field("count", .integer(minimum: 1), "how many"),
        ])), "stretches missing between the oldest backup and the newest segment"),
  ])

  private static let integrity = Schema.object([
    field(
      "depth", .string(.word(Integrity.Depth.allCases.map(\.rawValue))),
      "structure: lists; contents: all was read and uncompressed; checksums: all was compared with recorded checksums"),
    field("examined", .integer(minimum: 0), "files or backups looked at"),
    field(
      "damages",
      .array(
        .object([
          field("subject", .string(), "what is damaged"),
          field("kind", .string(.word(Damage.Kind.allCases.map(\.rawValue))), "in which way"),
          field("reason", .string(), "what shows it"),
        ])), "what is wrong"),
  ])

  private static func field(_ name: String, _ schema: Schema, _ summary: String) -> Schema.Field {
    Schema.Field(name, schema, required: true, summary)
  }
}
