import Facts

extension BackupFacts {
  /// The shape of the facts, derived ones included.
  static let schema = Schema.object([
    .required(
      "tool",
      .object([
        .required("name", .string(.nonEmpty), "what keeps the backups"),
        .required("version", .nullable(.string()), "its version"),
      ]), "who was asked"),
    .required(
      "repository",
      .object([
        .required("readable", .boolean, "whether there is something to read where the inventory says"),
        .required("state", .string(.nonEmpty), "ok, or the tool's word for what is wrong"),
        .required("reason", .nullable(.string()), "what is wrong; null for nothing"),
        .required("collection", .boolean, "whether it can hold several backups; one file cannot"),
      ]), "the place of the backups"),
    .required(
      "encryption",
      .object([
        .required(
          "state", .nullable(.string(.word(Encryption.allCases.map(\.rawValue)))),
          "encrypted; plain: the tool could and does not; bare: a file on a disk whose encryption does not show")
      ]), "what keeps people without the key from reading them"),
    .required("locations", .nullable(.integer(minimum: 0)), "in how many places they are kept"),
    .required("retentionRule", .nullable(.boolean), "whether a rule says what is kept"),
    .required("backups", .nullable(.array(backup)), "oldest first; the newest 2000"),
    .required("log", .nullable(log), "the archive of the write-ahead log; null for tools without"),
    .required("integrity", .nullable(integrity), "what reading the content showed; null where it was not read"),
    .required(
      "dumpVersion",
      .nullable(
        .object([
          .required("written", .string(), "the newest format among the dumps"),
          .required("readable", .nullable(.string()), "the newest format that the pg_restore installed here reads"),
          .required("restorable", .nullable(.boolean), "whether it reads them; null without a pg_restore"),
        ])), "the format of dumps"),
    .required(
      "systems",
      .array(
        .object([
          .required("identifier", .string(), "pg_control_system()'s number"),
          .required("version", .nullable(.string()), "the major version"),
        ])), "the database systems backed up, as far as the tool records them"),
    .required(
      "globals", .nullable(.boolean), "whether roles and tablespaces are dumped beside; null where not a question"),
    Schema.Field(
      "newest",
      .nullable(
        .object([
          .required("name", .string(), "the newest complete backup"),
          .required("at", .nullable(.string(.date)), "the moment whose data it holds"),
          .required("ageHours", .nullable(.number()), "from then to now, in hours"),
          .required("sizeBytes", .nullable(.integer(minimum: 0)), "its size, in bytes"),
          .required(
            "shareOfMedian", .nullable(.number(minimum: 0)),
            "its size in relation to the median of up to five of its type before it; null without any"),
        ])), "the newest complete backup; null for none"),
    Schema.Field(
      "last",
      .nullable(
        .object([
          .required("name", .string(), "the newest backup, complete or not"),
          .required("state", .nullable(.string()), "how far it came"),
          .required("complaint", .nullable(.string()), "what its tool found wrong"),
        ])), "the newest backup of any state; null for none"),
    Schema.Field(
      "count",
      .object([
        .required("complete", .integer(minimum: 0), "complete backups"),
        .required("kept", .nullable(.integer(minimum: 0)), "the same; null where the target is one file"),
      ]), "how many there are"),
    Schema.Field(
      "restorable",
      .nullable(
        .object([
          .required("newestAt", .string(.date), "the last moment that can be brought back"),
          .required("by", .string(.word(["backup", "log"])), "what reaches there"),
          .required("ageHours", .nullable(.number()), "from then to now, in hours: what would be lost"),
          .required("oldestAt", .nullable(.string(.date)), "the first moment that can be brought back"),
          .required("spanDays", .nullable(.number()), "from the first to the last, in days"),
        ])), "what a restore could bring back; null for nothing"),
  ])

  private static let backup = Schema.object([
    .required("name", .string(), "the tool's own name for it"),
    .required("type", .nullable(.string()), "full, differential, incremental, dump, base, snapshot, archive or file"),
    .required("state", .string(.word(BackupRecord.State.allCases.map(\.rawValue))), "how far it came"),
    .required("startedAt", .nullable(.string(.date)), "when it began"),
    .required("completedAt", .nullable(.string(.date)), "when it was whole"),
    .required("sizeBytes", .nullable(.integer(minimum: 0)), "what was saved, in bytes"),
    .required("storedBytes", .nullable(.integer(minimum: 0)), "what it takes, in bytes"),
    .required("complaint", .nullable(.string()), "what its tool found wrong in the data"),
    .required("parent", .nullable(.string()), "the backup on which it builds"),
    .required("chainWhole", .nullable(.boolean), "whether all it builds on is there"),
    .required("location", .nullable(.string()), "where it is kept"),
    Schema.Field("ageHours", .nullable(.number()), "from its end to now, in hours"),
  ])

  private static let log = Schema.object([
    .required("first", .nullable(.string()), "the oldest segment"),
    .required("last", .nullable(.string()), "the newest segment; null for an empty archive"),
    .required("lastAt", .nullable(.string(.date)), "when that was stored"),
    .required(
      "coversNewest", .nullable(.boolean), "whether the newest backup has all the log it needs to become consistent"),
    .required(
      "continuesFromNewest", .nullable(.boolean), "whether the log runs on from the newest backup without a gap"),
    .required("continuousSince", .nullable(.string(.date)), "the earliest backup from which the log has no gap"),
    .required(
      "gaps",
      .array(
        .object([
          .required("timeline", .string(), "the timeline"),
          .required("first", .string(), "the first segment missing"),
          .required("last", .string(), "the last segment missing"),
          .required("count", .integer(minimum: 1), "how many"),
        ])), "stretches missing between the oldest backup and the newest segment"),
  ])

  private static let integrity = Schema.object([
    .required(
      "depth", .string(.word(Integrity.Depth.allCases.map(\.rawValue))),
      "structure: lists; contents: all was read and uncompressed; checksums: all was compared with recorded checksums"),
    .required("examined", .integer(minimum: 0), "files or backups looked at"),
    .required(
      "damages",
      .array(
        .object([
          .required("subject", .string(), "what is damaged"),
          .required("kind", .string(.word(Damage.Kind.allCases.map(\.rawValue))), "in which way"),
          .required("reason", .string(), "what shows it"),
        ])), "what is wrong"),
  ])
}
