import AuditModel
import Facts

/// What the inventory may say about a repository.
enum RepositoryTarget {
  static let kind = TargetKind(
    name: "repository", summary: "the source of a system: a folder, usually a Git working tree",
    fields: [
      Schema.Field("path", .string(.path), required: true, "the folder"),
      Schema.Field("history", .boolean, "whether the Git history is searched for secrets too", default: true),
      Schema.Field(
        "historyCommits", .integer(minimum: 1, maximum: 1_000_000),
        "how many commits are searched at most, newest first",
        default: 20_000),
      Schema.Field("logs", .array(.string(.path)), "log files, or folders of them, in which no secret may stand"),
      Schema.Field(
        "accepted", .array(.string(.nonEmpty)),
        "findings that are no secrets, as file:rule:line, or folder/ for everything in it"),
    ])
}

/// The shape of what the probe `secret-scan` brings back.
enum SecretFacts {
  private static let secret: Schema = .object([
    Schema.Field("rule", .string(), required: true, "what recognised it"),
    Schema.Field("summary", .string(), required: true, "what it is"),
    Schema.Field("file", .string(), required: true, "where it stands"),
    Schema.Field("line", .integer(minimum: 1), required: true, "from 1"),
    Schema.Field("column", .integer(minimum: 1), required: true, "from 1, in bytes"),
    Schema.Field("mask", .string(), required: true, "at most a quarter of it and 4 characters, then …"),
    Schema.Field(
      "digest", .string(), required: true, "the first 8 digits of its SHA-256, to see which places hold the same"),
    Schema.Field("entropy", .number(), required: true, "bits per byte"),
    Schema.Field(
      "commit", .nullable(.string()), required: true, "the oldest commit seen that holds it; null in a file"),
    Schema.Field("isInTree", .boolean, "whether the tree still holds it; of the history"),
  ])

  static let schema: Schema = .object([
    Schema.Field("tree", .nullable(.array(secret)), required: true, "secrets in files"),
    Schema.Field("history", .nullable(.array(secret)), required: true, "secrets in the history, each once"),
    Schema.Field("logs", .nullable(.array(secret)), required: true, "secrets in the declared logs"),
    Schema.Field("filesScanned", .integer(minimum: 0), required: true, "files of the tree that were read"),
    Schema.Field("filesBinary", .integer(minimum: 0), required: true, "files left out since they hold NUL"),
    Schema.Field("bytesScanned", .integer(minimum: 0), required: true, "bytes of the tree that were read"),
    Schema.Field("commitsScanned", .nullable(.integer(minimum: 0)), required: true, "commits whose changes were read"),
    Schema.Field("accepted", .integer(minimum: 0), required: true, "findings left out as accepted"),
    Schema.Field(
      "environmentFiles", .nullable(.array(.string())), required: true,
      "files like .env that Git keeps, templates left out"),
    Schema.Field(
      "keyFiles", .nullable(.array(.string())), required: true,
      "files that Git keeps and that by their name hold private keys or passwords"),
    Schema.Field(
      "ignoresEnvironmentFiles", .nullable(.boolean), required: true, "whether Git would leave out a file .env"),
    Schema.Field(
      "environmentReaders", .integer(minimum: 0), required: true, "files that take values from the environment"),
    Schema.Field(
      "configurationLiterals", .nullable(.array(secret)), required: true,
      "secrets of the tree that stand in configuration files"),
  ])
}
