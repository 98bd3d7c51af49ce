import Facts

extension SchemaFacts {
  /// The parts of the facts, in their order.
  static var names: [String] { fields.map(\.name) }

  static let schema = Schema.object(fields)

  private static let count = Schema.integer(minimum: 0)

  private static func list(_ fields: [Schema.Field]) -> Schema { .nullable(.array(.object(fields))) }

  private static func field(_ name: String, _ schema: Schema, _ summary: String) -> Schema.Field {
    Schema.Field(name, schema, required: true, summary)
  }

  private static let fields = [
    field("database", .nullable(.string()), "the database looked at"),
    field("serverVersion", .nullable(count), "major × 10000 + minor"),
    field(
      "statistics",
      .nullable(
        .object([
          field("since", .nullable(.string(.date)), "when the server began to count; null if not known"),
          field("days", .nullable(.number()), "days from then to now"),
          field("isCounting", .boolean, "whether it counts"),
          field("replicas", count, "standbys and slots kept for them"),
          field("isStandby", .boolean, "whether this server is one itself"),
        ])), "how far the server's counters can be trusted"),
    field("foreignKeys", list(foreignKey), "every foreign key once, under the table it was declared on"),
    field("indexes", list(index), "every index once, those of partitions under their partitioned table unless broken"),
    field(
      "indexUse", list(indexUse),
      "the indexes that only speed up reading; null where one is not used and the counters cannot tell"),
    field("tables", list(table), "every table once, partitions under their partitioned table"),
    field("constraints", list(constraint), "what the rows were never held against"),
    field("narrowKeys", list(narrowKey), "integer keys of fewer than 8 bytes"),
    field("sequences", list(sequence), "every sequence"),
    field("bloat", list(bloat), "estimates for tables that have statistics"),
    field("extensions", list(ext), "every extension"),
    field(
      "vectors",
      .nullable(
        .object([
          field("isInstalled", .boolean, "whether the extension vector is there"),
          field("columns", .array(.object(vector)), "every column of embeddings"),
          field("lists", .array(.object(vectorLists)), "every ivfflat index"),
        ])), "embeddings and their indexes"),
    field(
      "graphs",
      .nullable(
        .object([
          field("isInstalled", .boolean, "whether Apache AGE is there"),
          field("labels", list(label), "every label of every graph; null if they are hidden"),
        ])), "graphs and their indexes"),
    field("traits", list(trait), "what else is worth knowing of single objects"),
  ]

  private static let foreignKey = [
    field("constraint", .nullable(.string()), "its name"),
    field("table", .nullable(.string()), "the table whose rows point"),
    field("columns", .nullable(.string()), "its columns, with commas"),
    field("references", .nullable(.string()), "the table pointed at"),
    field("onDelete", .string(), "what happens to the rows that point at a deleted one"),
    field("columnCount", count, "number of columns"),
    field("columnsCovered", count, "the most of them that one index finds together, in the worst partition"),
    field("cover", .string(.word(ForeignKeyCover.Extent.allCases.map(\.rawValue))), "whether an index serves it"),
    field("tables", count, "tables with rows: 1, or the partitions"),
    field("tablesUncovered", count, "those of them that no index serves fully"),
    field("rows", count, "rows that point, estimated"),
    field("bytes", count, "their size by the last VACUUM or ANALYZE"),
    field("deletesSeen", count, "rows deleted from the table pointed at, as far as the statistics reach"),
    field("isEnforced", .boolean, "whether the server enforces it"),
    field("isValidated", .boolean, "whether all rows were held against it"),
    field("statement", .nullable(.string()), "what makes an index for it"),
  ]

  private static let index = [
    field("name", .nullable(.string()), "its name"),
    field("table", .nullable(.string()), "its table"),
    field("key", .nullable(.string()), "what it is sorted by"),
    field("method", .nullable(.string()), "its access method"),
    field("isUnique", .boolean, "whether it forbids equal keys"),
    field("isUsable", .boolean, "valid, ready and live"),
    field("isBuilding", .nullable(.boolean), "being built now; null if that is hidden"),
    field("isPartitioned", .boolean, "one of a partitioned table: usable once all partitions have theirs"),
    field("isReindexLeftover", .boolean, "left behind by a REINDEX CONCURRENTLY that failed"),
    field(
      "redundancy", .string(.word(["none"] + IndexRedundancy.Kind.allCases.map(\.rawValue))),
      "whether another index does the same: with the same key, or with one that begins with it"),
    field("coveredBy", .nullable(.string()), "that other index"),
    field("bytes", count, "size by the last VACUUM or ANALYZE"),
  ]

  private static let indexUse = [
    field("index", .nullable(.string()), "its name"),
    field("table", .nullable(.string()), "its table"),
    field("key", .nullable(.string()), "what it is sorted by"),
    field("scans", count, "how often it was read"),
    field("isUsed", .nullable(.boolean), "whether it was read at all; null if its table was not read either"),
    field("bytes", count, "size by the last VACUUM or ANALYZE"),
    field("writes", count, "changes of the table that it had to follow"),
  ]

  private static let table = [
    field("name", .nullable(.string()), "its name"),
    field("rows", count, "estimated"),
    field("bytes", count, "size without indexes by the last VACUUM or ANALYZE"),
    field("partitions", count, "partitions with rows; 0 for a plain table"),
    field(
      "key", .string(.word(["primary", "candidate", "none"])),
      "what tells its rows apart: a primary key, or a unique index on required columns that could be one"),
    field("replicaIdentity", .string(.word(["default", "nothing", "full", "index"])), "how replicas tell rows apart"),
    field("sequentialScans", count, "how often it was read from beginning to end, or until enough was found"),
    field("indexScans", count, "how often it was read by an index"),
    field("rowsPerScan", .nullable(count), "rows read by each of the former"),
    field("shareReadPerScan", .nullable(.number(minimum: 0, maximum: 1)), "that of all rows"),
    field("shareByIndex", .nullable(.number(minimum: 0, maximum: 1)), "reads by an index, of all reads"),
  ]

  private static let constraint = [
    field("name", .nullable(.string()), "its name"),
    field("place", .nullable(.string()), "its table or domain"),
    field("kind", .string(), "what kind of constraint"),
    field("isValidated", .boolean, "whether all rows were held against it"),
    field("isEnforced", .boolean, "whether new rows are"),
  ]

  private static let narrowKey = [
    field("kind", .string(.word(["primary", "foreign"])), "which kind of key"),
    field("column", .nullable(.string()), "the column, with its table"),
    field("type", .nullable(.string()), "its type"),
    field("references", .nullable(.string()), "the wider column that it points at"),
    field("constraint", .nullable(.string()), "the foreign key"),
    field("rows", count, "rows of the table, estimated"),
  ]

  private static let sequence = [
    field("name", .nullable(.string()), "its name"),
    field("feeds", .nullable(.string()), "the columns that take values from it, with their types"),
    field("last", .nullable(.integer()), "its last value; null before the first"),
    field("limit", .integer(), "the last value that it and its columns can hold"),
    field("shareUsed", .nullable(.number(minimum: 0)), "used of all values; null if the last one is hidden"),
    field("cycles", .boolean, "begins again at its end"),
    field("isReadable", .boolean, "whether the role may see the last value"),
  ]

  private static let bloat = [
    field("table", .nullable(.string()), "the table"),
    field("bytes", count, "its size"),
    field("wastedBytes", count, "of these, without rows, estimated"),
    field("share", .number(minimum: 0, maximum: 1), "the latter of the former"),
  ]

  private static let ext = [
    field("name", .nullable(.string()), "its name"),
    field("schema", .nullable(.string()), "where its objects are"),
    field("version", .nullable(.string()), "installed"),
    field("available", .nullable(.string()), "what an update would install; null if its files are gone"),
    field("isCurrent", .nullable(.boolean), "whether the two are one"),
    field("isInPublic", .boolean, "whether its objects are in the schema public"),
  ]

  private static let vector = [
    field("table", .nullable(.string()), "the table"),
    field("column", .nullable(.string()), "the column"),
    field("type", .nullable(.string()), "its type"),
    field("dimensions", .nullable(.integer(minimum: 1)), "declared; null if the type has none"),
    field("rows", count, "estimated"),
    field("state", .string(.word(VectorColumn.State.allCases.map(\.rawValue))), "what its indexes can do"),
    field("indexes", .nullable(.string()), "its nearest-neighbour indexes with method and operator class"),
  ]

  private static let vectorLists = [
    field("index", .nullable(.string()), "the index"),
    field("table", .nullable(.string()), "its table"),
    field("rows", count, "estimated"),
    field("lists", .integer(minimum: 1), "lists it was built with"),
    field("advised", .integer(minimum: 1), "lists advised for so many rows"),
    field("factor", .number(minimum: 1), "how far the two are apart"),
  ]

  private static let label = [
    field("name", .nullable(.string()), "graph and label"),
    field("kind", .string(.word(["vertex", "edge"])), "of which kind"),
    field("rows", count, "estimated"),
    field("isIndexed", .boolean, "whether a btree begins with each column that traversals look for"),
    field("unindexed", .nullable(.string()), "the columns without"),
    field("indexesProperties", .boolean, "whether a GIN index finds rows by their properties"),
  ]

  private static let trait = [
    field("subject", .string(.word(Trait.Subject.allCases.map(\.rawValue))), "what it is said of"),
    field("trait", .string(.word(Trait.Word.allCases.map(\.rawValue))), "what is said"),
    field("name", .nullable(.string()), "of which one"),
    field("detail", .nullable(.string()), "more, in words"),
  ]
}
