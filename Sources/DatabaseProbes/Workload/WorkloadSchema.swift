import Facts

extension WorkloadFacts {
  static let schema = Schema.object([
    Schema.Field(
      "extension",
      .nullable(
        .object([
          Schema.Field("isInstalled", .boolean, required: true, "pg_stat_statements is in this database"),
          Schema.Field("version", .nullable(.string()), required: true, "the extension's"),
          Schema.Field("isCounting", .nullable(.boolean), required: true, "the server has loaded it"),
          Schema.Field("canImagineIndexes", .boolean, required: true, "HypoPG is in this database"),
        ])), required: true, "what counts the statements"),
    Schema.Field(
      "window",
      .nullable(
        .object([
          Schema.Field("seconds", .nullable(.integer()), required: true, "since the counts began; null before 1.9"),
          Schema.Field(
            "lost", .nullable(.integer(minimum: 0)), required: true,
            "times that rarer statements were dropped for want of room; null before 1.9"),
        ])), required: true, "what the counts stand for"),
    Schema.Field(
      "load",
      .nullable(
        .object([
          Schema.Field("milliseconds", .number(minimum: 0), required: true, "spent on all statements of this database"),
          Schema.Field("statements", .integer(minimum: 0), required: true, "different ones"),
          Schema.Field("considered", .integer(minimum: 0), required: true, "of these, those looked at"),
          Schema.Field("consideredShare", .number(), required: true, "of the load, in those looked at"),
          Schema.Field("planned", .integer(minimum: 0), required: true, "of those looked at, those with a plan"),
          Schema.Field("utility", .integer(minimum: 0), required: true, "of those looked at, those that have none"),
          Schema.Field(
            "unplanned", .integer(minimum: 0), required: true, "of those looked at, those that could not be planned"),
          Schema.Field("plannedShare", .number(), required: true, "of the load, in those with a plan"),
          Schema.Field("utilityShare", .number(), required: true, "of the load, in those that have none"),
          Schema.Field(
            "unplannedShare", .number(), required: true, "of the load, in all others, those not looked at included"),
          Schema.Field(
            "plannedOfPlannable", .nullable(.number()), required: true,
            "of the load that is no utility, in those with a plan; null if there is none"),
        ])), required: true, "how much of the load was looked at"),
    Schema.Field("statements", .nullable(.array(statement)), required: true, "those looked at, the costliest first"),
    Schema.Field(
      "scans", .nullable(.array(scan)), required: true,
      "large tables that a statement reads from end to end for a small part of them, the costliest first"),
  ])

  private static let statement = Schema.object([
    Schema.Field("id", .nullable(.string()), required: true, "the server's number for it"),
    Schema.Field("text", .string(), required: true, "its first 200 characters, constants replaced by $n"),
    Schema.Field("calls", .integer(minimum: 0), required: true, "how often it ran"),
    Schema.Field("meanMilliseconds", .number(minimum: 0), required: true, "per run"),
    Schema.Field("shareOfLoad", .number(minimum: 0), required: true, "of the time spent in this database"),
    Schema.Field(
      "plan", .string(.word(Planned.How.allCases.map(\.rawValue))), required: true,
      "asItIs, rewritten, readingPart (what a writing statement reads), none (utility) or failed"),
    Schema.Field("reason", .nullable(.string()), required: true, "why planning failed"),
    Schema.Field("cost", .nullable(.number()), required: true, "the planner's estimate"),
  ])

  private static let scan = Schema.object([
    Schema.Field("table", .string(), required: true, "the table; of partitions the whole"),
    Schema.Field("columns", .string(), required: true, "what an index would be on, or the condition if none is known"),
    Schema.Field(
      "kind", .string(.word(StatementPlan.Scan.Kind.allCases.map(\.rawValue))), required: true,
      "filter, order or join: why an index would serve"),
    Schema.Field("condition", .string(), required: true, "as the server writes it"),
    Schema.Field("rows", .number(), required: true, "in the table"),
    Schema.Field("rowsWanted", .number(), required: true, "as the planner estimates"),
    Schema.Field("shareOfLoad", .number(), required: true, "of the statements that do so"),
    Schema.Field("statements", .integer(minimum: 1), required: true, "how many do so"),
    Schema.Field("text", .string(), required: true, "the costliest of them"),
    Schema.Field("advice", .nullable(.string()), required: true, "an index that would serve; null if none is known"),
    Schema.Field(
      "isProven", .nullable(.boolean), required: true,
      "whether the planner would use it and halve the cost; null if that was not tried"),
    Schema.Field("savedShare", .nullable(.number()), required: true, "of the load, as the planner estimates"),
    Schema.Field("adviceBytes", .nullable(.integer()), required: true, "the estimated size of the index"),
  ])
}
