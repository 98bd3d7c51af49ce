import Facts

/// The shape of what `health-endpoint` brings back.
enum HealthSchema {
  static let facts = Schema.object([
    Schema.Field("connection", ExchangeSchema.connection, required: true, "whether anybody could be asked"),
    Schema.Field("declared", .nullable(.string()), required: true, "the path the inventory names"),
    Schema.Field("found", .nullable(.boolean), required: true, "whether a health endpoint answers there"),
    Schema.Field("reason", .nullable(.string()), required: true, "why what answers is no health endpoint"),
    Schema.Field(
      "isCatchAll", .nullable(.boolean), required: true,
      "whether a made-up path gets the same answer; null where that was not asked"),
    Schema.Field(
      "tried",
      .nullable(
        .array(
          .object([
            Schema.Field("path", .string(), required: true, "the path"),
            Schema.Field("status", .nullable(.integer()), required: true, "the status code"),
          ]))), required: true, "the paths asked, in order"),
    Schema.Field("endpoint", endpoint, "the endpoint; absent where none was found"),
  ])

  private static let level = Schema.nullable(.string(.word(HealthReport.Level.allCases.map(\.rawValue))))

  private static let endpoint = Schema.object([
    Schema.Field("path", .string(), required: true, "its path"),
    Schema.Field("status", .integer(), required: true, "the status code of the first answer"),
    Schema.Field(
      "convention", .nullable(.string(.word(HealthReport.Convention.allCases.map(\.rawValue)))), required: true,
      "whose way of reporting it follows"),
    Schema.Field("bodyStatus", level, required: true, "what the content claims; null where it claims nothing"),
    Schema.Field("statement", .string(), required: true, "status code and claim in words"),
    Schema.Field("readable", .boolean, required: true, "whether the auditor was let in, if need be with the token"),
    Schema.Field("up", .nullable(.boolean), required: true, "neither the status code nor the content says otherwise"),
    Schema.Field(
      "agrees", .nullable(.boolean), required: true, "status code and content do not contradict each other"),
    Schema.Field(
      "components",
      .nullable(
        .array(
          .object([
            Schema.Field("name", .string(), required: true, "the component"),
            Schema.Field("status", level, required: true, "its state; null for a word that is not known"),
          ]))), required: true, "what it reports about its parts"),
    Schema.Field(
      "downComponents", .nullable(.array(.string())), required: true, "the names of those that are down"),
    Schema.Field(
      "degradedComponents", .nullable(.array(.string())), required: true, "the names of those that warn"),
    Schema.Field(
      "milliseconds", .nullable(milliseconds), required: true, "how long an answer takes, connecting included"),
    Schema.Field("stable", .nullable(.boolean), required: true, "all polls said the same"),
    Schema.Field(
      "cacheable", .nullable(.boolean), required: true, "may be answered from a cache for more than ten seconds"),
    Schema.Field("cacheControl", .nullable(.string()), required: true, "Cache-Control"),
    Schema.Field("needsCredentials", .boolean, required: true, "answers 401 or 403 to strangers"),
    Schema.Field("leaks", .nullable(.array(ExchangeSchema.leak)), required: true, "what the content gives away"),
    Schema.Field("headWorks", .nullable(.boolean), required: true, "HEAD gets the same status; null unless asked"),
  ])

  private static let milliseconds = Schema.object([
    Schema.Field("polls", .array(.number(minimum: 0), minimumCount: 1), required: true, "each poll that was answered"),
    Schema.Field("median", .number(minimum: 0), required: true, "the middle one"),
    Schema.Field("max", .number(minimum: 0), required: true, "the slowest one"),
  ])
}
