import AuditModel
import Facts

/// What the inventory may say about places of backups.
enum BackupTargets {
  private static let verify = Schema.Field(
    "verify", .boolean, "whether the tool's own verification is run, which reads the repository", default: true)

  static let kinds: [TargetKind] = [
    TargetKind(
      name: "pgbackrest", summary: "a stanza of pgBackRest",
      fields: [
        Schema.Field("config", .string(.path), "pgBackRest's configuration file"),
        Schema.Field("stanza", .string(.nonEmpty), required: true, "the stanza"),
        verify, DrillPlan.field,
      ]),
    TargetKind(
      name: "pg-dump", summary: "dumps of pg_dump: one, or a folder of them",
      fields: [
        Schema.Field("path", .string(.path), required: true, "the dump, or the folder that holds dumps"),
        Schema.Field(
          "format", .string(.word(DumpInspection.Format.allCases.map(\.rawValue))), required: true,
          "what pg_dump was told to write"),
        DrillPlan.field,
      ]),
    TargetKind(
      name: "base-backup", summary: "base backups of pg_basebackup as folders: one, or a folder of them",
      fields: [
        Schema.Field("path", .string(.path), required: true, "the backup, or the folder that holds backups"),
        DrillPlan.field,
      ]),
    TargetKind(
      name: "barman", summary: "a server of Barman",
      fields: [
        Schema.Field("config", .string(.path), "Barman's configuration file"),
        Schema.Field("server", .string(.nonEmpty), required: true, "the server's name in it"),
      ]),
    TargetKind(
      name: "wal-g", summary: "a storage of WAL-G",
      fields: [Schema.Field("config", .string(.path), "WAL-G's configuration file")]),
    TargetKind(
      name: "restic", summary: "a repository of restic",
      fields: [
        Schema.Field(
          "repository", .string(.nonEmpty), required: true, "the repository; a path is relative to this file"),
        Schema.Field("password", .string(.secretReference), "the repository's password, as a reference"),
        Schema.Field("tag", .string(.nonEmpty), "only snapshots with this tag"),
        Schema.Field("host", .string(.nonEmpty), "only snapshots of this host"),
        verify,
      ]),
    TargetKind(
      name: "borg", summary: "a repository of BorgBackup",
      fields: [
        Schema.Field(
          "repository", .string(.nonEmpty), required: true, "the repository; a path is relative to this file"),
        Schema.Field("passphrase", .string(.secretReference), "the repository's passphrase, as a reference"),
        verify,
      ]),
    TargetKind(
      name: "backup-files", summary: "backups as files in a folder, or as a bucket's listing (ListObjectsV2, JSON)",
      fields: [
        Schema.Field("path", .string(.path), required: true, "the folder, or the file with the listing"),
        Schema.Field("ending", .string(.nonEmpty), "what the names of backups end with"),
      ]),
  ]

  static let names = kinds.map(\.name)
}
