import Facts

extension SchemaFacts {
  /// The parts of the facts, in their order.
  static var names: [String] { fields.map(\.name) }

  static let schema = Schema.object(fields)

  private static let count = Schema.integer(minimum: 0)

  private static func list(_ fields: [Schema.Field]) -> Schema { .nullable(.array(.object(fields))) }

  private static let fields: [Schema.Field] = [
    .required("database", .nullable(.string()), "the database looked at"),
    .required("serverVersion", .nullable(count), "major × 10000 + minor"),
    .required(
      "statistics",
      .nullable(
        .object([
          .required("since", .nullable(.string(.date)), "when the server began to count; null if not known"),
          .required("days", .nullable(.number()), "days from then to now"),
          .required("isCounting", .boolean, "whether it counts"),
          .required("replicas", count, "standbys and slots kept for them"),
          .required("isStandby", .boolean, "whether this server is one itself"),
        ])), "how far the server's counters can be trusted"),
    .required("foreignKeys", list(foreignKey), "every foreign key once, under the table it was declared on"),
    .required(
      "indexes", list(index), "every index once, those of partitions under their partitioned table unless broken"),
    .required(
      "indexUse", list(indexUse),
      "the indexes that only speed up reading; null where one is not used and the counters cannot tell"),
    .required("tables", list(table), "every table once, partitions under their partitioned table"),
    .required("constraints", list(constraint), "what the rows were never held against"),
    .required("narrowKeys", list(narrowKey), "integer keys of fewer than 8 bytes"),
    .required("sequences", list(sequence), "every sequence"),
    .required("bloat", list(bloat), "estimates for tables that have statistics"),
    .required("extensions", list(ext), "every extension"),
    .required(
      "vectors",
      .nullable(
        .object([
          .required("isInstalled", .boolean, "whether the extension vector is there"),
          .required("columns", .array(.object(vector)), "every column of embeddings"),
          .required("lists", .array(.object(vectorLists)), "every ivfflat index"),
        ])), "embeddings and their indexes"),
    .required(
      "graphs",
      .nullable(
        .object([
          .required("isInstalled", .boolean, "whether Apache AGE is there"),
          .required("labels", list(label), "every label of every graph; null if they are hidden"),
        ])), "graphs and their indexes"),
    .required("traits", list(trait), "what else is worth knowing of single objects"),
  ]

  private static let foreignKey: [Schema.Field] = [
    .required("constraint", .nullable(.string()), "its name"),
    .required("table", .nullable(.string()), "the table whose rows point"),
    .required("columns", .nullable(.string()), "its columns, with commas"),
    .required("references", .nullable(.string()), "the table pointed at"),
    .required("onDelete", .string(), "what happens to the rows that point at a deleted one"),
    .required("columnCount", count, "number of columns"),
    .required("columnsCovered", count, "the most of them that one index finds together, in the worst partition"),
    .required("cover", .string(.word(ForeignKeyCover.Extent.allCases.map(\.rawValue))), "whether an index serves it"),
    .required("tables", count, "tables with rows: 1, or the partitions"),
    .required("tablesUncovered", count, "those of them that no index serves fully"),
    .required("rows", count, "rows that point, estimated"),
    .required("bytes", count, "their size by the last VACUUM or ANALYZE"),
    .required("deletesSeen", count, "rows deleted from the table pointed at, as far as the statistics reach"),
    .required("isEnforced", .boolean, "whether the server enforces it"),
    .required("isValidated", .boolean, "whether all rows were held against it"),
    .required("statement", .nullable(.string()), "what makes an index for it"),
  ]

  private static let index: [Schema.Field] = [
    .required("name", .nullable(.string()), "its name"),
    .required("table", .nullable(.string()), "its table"),
    .required("key", .nullable(.string()), "what it is sorted by"),
    .required("method", .nullable(.string()), "its access method"),
    .required("isUnique", .boolean, "whether it forbids equal keys"),
    .required("isUsable", .boolean, "valid, ready and live"),
    .required("isBuilding", .nullable(.boolean), "being built now; null if that is hidden"),
    .required("isPartitioned", .boolean, "one of a partitioned table: usable once all partitions have theirs"),
    .required("isReindexLeftover", .boolean, "left behind by a REINDEX CONCURRENTLY that failed"),
    .required(
      "redundancy", .string(.word(["none"] + IndexRedundancy.Kind.allCases.map(\.rawValue))),
      "whether another index does the same: with the same key, or with one that begins with it"),
    .required("coveredBy", .nullable(.string()), "that other index"),
    .required("bytes", count, "size by the last VACUUM or ANALYZE"),
  ]

  private static let indexUse: [Schema.Field] = [
    .required("index", .nullable(.string()), "its name"),
    .required("table", .nullable(.string()), "its table"),
    .required("key", .nullable(.string()), "what it is sorted by"),
    .required("scans", count, "how often it was read"),
    .required("isUsed", .nullable(.boolean), "whether it was read at all; null if its table was not read either"),
    .required("bytes", count, "size by the last VACUUM or ANALYZE"),
    .required("writes", count, "changes of the table that it had to follow"),
  ]

  private static let table: [Schema.Field] = [
    .required("name", .nullable(.string()), "its name"),
    .required("rows", count, "estimated"),
    .required("bytes", count, "size without indexes by the last VACUUM or ANALYZE"),
    .required("partitions", count, "partitions with rows; 0 for a plain table"),
    .required(
      "key", .string(.word(["primary", "candidate", "none"])),
      "what tells its rows apart: a primary key, or a unique index on required columns that could be one"),
    .required(
      "replicaIdentity", .string(.word(["default", "nothing", "full", "index"])), "how replicas tell rows apart"),
    .required("sequentialScans", count, "how often it was read from beginning to end, or until enough was found"),
    .required("indexScans", count, "how often it was read by an index"),
    .required("rowsPerScan", .nullable(count), "rows read by each of the former"),
    .required("shareReadPerScan", .nullable(.number(minimum: 0, maximum: 1)), "that of all rows"),
    .required("shareByIndex", .nullable(.number(minimum: 0, maximum: 1)), "reads by an index, of all reads"),
  ]

  private static let constraint: [Schema.Field] = [
    .required("name", .nullable(.string()), "its name"),
    .required("place", .nullable(.string()), "its table or domain"),
    .required("kind", .string(), "what kind of constraint"),
    .required("isValidated", .boolean, "whether all rows were held against it"),
    .required("isEnforced", .boolean, "whether new rows are"),
  ]

  private static let narrowKey: [Schema.Field] = [
    .required("kind", .string(.word(["primary", "foreign"])), "which kind of key"),
    .required("column", .nullable(.string()), "the column, with its table"),
    .required("type", .nullable(.string()), "its type"),
    .required("references", .nullable(.string()), "the wider column that it points at"),
    .required("constraint", .nullable(.string()), "the foreign key"),
    .required("rows", count, "rows of the table, estimated"),
  ]

  private static let sequence: [Schema.Field] = [
    .required("name", .nullable(.string()), "its name"),
    .required("feeds", .nullable(.string()), "the columns that take values from it, with their types"),
    .required("last", .nullable(.integer()), "its last value; null before the first"),
    .required("limit", .integer(), "the last value that it and its columns can hold"),
    .required("shareUsed", .nullable(.number(minimum: 0)), "used of all values; null if the last one is hidden"),
    .required("cycles", .boolean, "begins again at its end"),
    .required("isReadable", .boolean, "whether the role may see the last value"),
  ]

  private static let bloat: [Schema.Field] = [
    .required("table", .nullable(.string()), "the table"),
    .required("bytes", count, "its size"),
    .required("wastedBytes", count, "of these, without rows, estimated"),
    .required("share", .number(minimum: 0, maximum: 1), "the latter of the former"),
  ]

  private static let ext: [Schema.Field] = [
    .required("name", .nullable(.string()), "its name"),
    .required("schema", .nullable(.string()), "where its objects are"),
    .required("version", .nullable(.string()), "installed"),
    .required("available", .nullable(.string()), "what an update would install; null if its files are gone"),
    .required("isCurrent", .nullable(.boolean), "whether the two are one"),
    .required("isInPublic", .boolean, "whether its objects are in the schema public"),
  ]

  private static let vector: [Schema.Field] = [
    .required("table", .nullable(.string()), "the table"),
    .required("column", .nullable(.string()), "the column"),
    .required("type", .nullable(.string()), "its type"),
    .required("dimensions", .nullable(.integer(minimum: 1)), "declared; null if the type has none"),
    .required("rows", count, "estimated"),
    .required("state", .string(.word(VectorColumn.State.allCases.map(\.rawValue))), "what its indexes can do"),
    .required("indexes", .nullable(.string()), "its nearest-neighbour indexes with method and operator class"),
  ]

  private static let vectorLists: [Schema.Field] = [
    .required("index", .nullable(.string()), "the index"),
    .required("table", .nullable(.string()), "its table"),
    .required("rows", count, "estimated"),
    .required("lists", .integer(minimum: 1), "lists it was built with"),
    .required("advised", .integer(minimum: 1), "lists advised for so many rows"),
    .required("factor", .number(minimum: 1), "how far the two are apart"),
  ]

  private static let label: [Schema.Field] = [
    .required("name", .nullable(.string()), "graph and label"),
    .required("kind", .string(.word(["vertex", "edge"])), "of which kind"),
    .required("rows", count, "estimated"),
    .required("isIndexed", .boolean, "whether a btree begins with each column that traversals look for"),
    .required("unindexed", .nullable(.string()), "the columns without"),
    .required("indexesProperties", .boolean, "whether a GIN index finds rows by their properties"),
  ]

  private static let trait: [Schema.Field] = [
    .required("subject", .string(.word(Trait.Subject.allCases.map(\.rawValue))), "what it is said of"),
    .required("trait", .string(.word(Trait.Word.allCases.map(\.rawValue))), "what is said"),
    .required("name", .nullable(.string()), "of which one"),
    .required("detail", .nullable(.string()), "more, in words"),
  ]
}
