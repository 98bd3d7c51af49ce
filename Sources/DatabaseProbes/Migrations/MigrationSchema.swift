import Facts

extension MigrationFacts {
  static let schema = Schema.object([
    Schema.Field(
      "folder",
      .nullable(.object([Schema.Field("files", .integer(minimum: 0), required: true, "files that were read")])),
      required: true, "the declared folder of migrations; null if none is declared"),
    Schema.Field("histories", .nullable(.array(history)), required: true, "one for each table of a migration tool"),
    Schema.Field(
      "pendingFiles", .nullable(.array(pendingFile)), required: true, "the SQL files that have not run, in their order"),
    Schema.Field(
      "pendingStatements", .nullable(.array(pendingStatement)), required: true,
      "their statements that keep others out of tables that exist"),
  ])

  private static let history = Schema.object([
    Schema.Field("tool", .string(.word(MigrationTool.allCases.map(\.rawValue))), required: true, "the tool"),
    Schema.Field("table", .string(), required: true, "the table in which it keeps what it ran"),
    Schema.Field(
      "heads", .nullable(.integer(minimum: 0)), required: true,
      "ends of the graph of revisions; null for tools whose migrations stand in a row"),
    Schema.Field(
      "lock",
      .nullable(
        .object([
          Schema.Field("held", .boolean, required: true, "whether somebody holds it"),
          Schema.Field("holder", .nullable(.string()), required: true, "who"),
          Schema.Field("minutes", .nullable(.integer()), required: true, "for how long"),
        ])), required: true, "the tool's own lock; null if it keeps none in a table"),
    Schema.Field("migrations", .array(migration), required: true, "from the table and the folder, in their order"),
  ])

  private static let migration = Schema.object([
    Schema.Field("tool", .string(), required: true, "the tool"),
    Schema.Field("key", .string(), required: true, "what the tool knows it by"),
    Schema.Field("name", .nullable(.string()), required: true, "what the table calls it besides"),
    Schema.Field("file", .nullable(.string()), required: true, "its file, relative to the folder"),
    Schema.Field("recorded", .boolean, required: true, "the table says that it ran, or began to"),
    Schema.Field("applied", .boolean, required: true, "it ran to its end and was not taken back"),
    Schema.Field("failed", .boolean, required: true, "it stopped half-way, which blocks those after it"),
    Schema.Field("hasFile", .nullable(.boolean), required: true, "the folder has it; null without a folder"),
    Schema.Field(
      "skipped", .nullable(.boolean), required: true, "it has not run although a later one has; null without a file"),
    Schema.Field(
      "unchanged", .nullable(.boolean), required: true,
      "the file is still what ran; null where the tool keeps no checksum or either side is missing"),
    Schema.Field(
      "reversible", .nullable(.boolean), required: true,
      "it says how to take it back; null where the tool knows no such thing"),
    Schema.Field("recent", .boolean, required: true, "it has not run, or is one of the last five that have"),
  ])

  private static let pendingFile = Schema.object([
    Schema.Field("file", .string(), required: true, "the file, relative to the folder"),
    Schema.Field(
      "boundsLocks", .nullable(.boolean), required: true,
      "it sets lock_timeout before it needs a strong lock; null if it needs none on a table that exists"),
    Schema.Field(
      "breaking", .array(.string()), required: true, "what programs of the release before trip over, one line each"),
    Schema.Field("refused", .array(.string()), required: true, "what PostgreSQL will refuse, one line each"),
  ])

  private static let pendingStatement = Schema.object([
    Schema.Field("file", .string(), required: true, "the file, relative to the folder"),
    Schema.Field("line", .integer(minimum: 1), required: true, "where the statement begins"),
    Schema.Field("table", .string(), required: true, "the table, with its schema"),
    Schema.Field("lock", .string(), required: true, "how it is locked"),
    Schema.Field("rewrite", .boolean, required: true, "the table or its indexes are written anew"),
    Schema.Field("scan", .boolean, required: true, "the table is read from end to end"),
    Schema.Field("takesTime", .boolean, required: true, "either of both: the lock is held in proportion to the size"),
    Schema.Field("rows", .nullable(.integer(minimum: 0)), required: true, "estimated; null if never analysed"),
    Schema.Field("bytes", .integer(minimum: 0), required: true, "as vacuum last counted, without indexes"),
    Schema.Field("safer", .nullable(.string()), required: true, "what to write instead"),
  ])
}
