import Facts

/// The facts of `load-run`; times in milliseconds.
enum LoadSchema {
  private static let count = Schema.integer(minimum: 0)
  private static let number = Schema.nullable(.number())
  private static let text = Schema.nullable(.string())

  private static let times: [Schema.Field] = [
    .required("p50", number, "the median"), .required("p90", number, "the 90th percentile"),
    .required("p95", number, "the 95th percentile; null with fewer than 20 answers"),
    .required("p99", number, "the 99th percentile; null with fewer than 100 answers"),
    .required("max", number, "the largest"), .required("n", count, "how many there are"),
  ]

  static let facts = Schema.object([
    .required("valid", .boolean, "whether the load was the load that was asked for"),
    Schema.Field("shape", .string(), "equal for equal loads: a digest of phases, flows and requests"),
    .required("invalidBecause", .array(.string()), "why it was not"),
    .required(
      "arrivals",
      .object([
        .required("intended", count, "users that were to arrive"), .required("started", count, "users that did"),
        .required("skipped", count, "users that did not"),
      ]), "how many users arrived"),
    .required(
      "users",
      .object([
        .required("completed", count, "users that went through their flow"),
        .required("failed", count, "users that an error ended"), .required("cut", count, "users cut off at the end"),
        .required("mostAtOnce", count, "the most users on their way at once"),
        .required("missingAtOnce", count, "how many fewer that is than the inventory says the system is meant for"),
      ]), "what became of them"),
    .required("requests", count, "requests that were answered"),
    .required("unanswered", count, "requests without an answer"),
    .required("unansweredShare", number, "their share of all requests"),
    .required("failed", count, "requests without an answer, or with a status from 400"),
    .required("failedShare", number, "their share of all requests"),
    .required("requestsPerSecond", number, "requests answered in a second"),
    .required("seconds", number, "how long the run took"),
    .required(
      "startError",
      .object([
        .required("p50", number, "the median"), .required("p99", number, "the 99th percentile"),
        .required("max", number, "the largest"),
      ]), "how late users were started"),
    .required("responseTime", .object(times), "from the moment a request was due to the end of its answer"),
    .required("serviceTime", .object(times), "from the real sending to the end of the answer"),
    .required(
      "endpoints",
      .array(
        .object(
          [
            .required("name", .string(), "the request's name, or its method and URL as written"),
            .required("method", .string(), "the method"), .required("url", .string(), "the URL as written"),
            .required("requests", count, "requests that were answered"),
            .required("unanswered", count, "requests without an answer"),
            .required("failedShare", number, "the share without an answer or with a status from 400"),
          ] + times)), "response time by request; requests without an answer count as long as they were waited for"),
    .required("phases", .array(group), "response time by phase"),
    .required("scenarios", .array(group), "response time by scenario"),
    .required(
      "thresholds",
      .array(
        .object([
          .required("expression", .string(), "the metric and the condition as written"),
          .required("strict", .boolean, "whether missing it is a failure"),
          .required("holds", .nullable(.boolean), "whether it holds; null where too few samples tell"),
          .required("value", number, "the figure"), .required("reason", text, "why it is not known"),
        ])), "what the script asks for"),
    .required(
      "errors",
      .array(.object([.required("name", .string(), "its name"), .required("count", count, "how often")])),
      "errors, the most frequent first"),
    .required(
      "instances",
      .nullable(
        .object([
          .required("count", count, "instances that named themselves"),
          .required("mostShare", number, "the share of answers of the busiest"),
          .required("imbalance", number, "how much more the busiest had than an even spread would give it"),
          .required(
            "each",
            .array(
              .object([
                .required("name", .string(), "its name"), .required("answers", count, "its answers"),
                .required("share", number, "their share"),
                Schema.Field("firstSecond", .nullable(count), "when it began to answer, from the start of the run"),
                Schema.Field("lastSecond", .nullable(count), "when it answered last"),
              ])), "the instances"),
        ])), "how answers spread over the instances; null where none names itself"),
    .required(
      "timeline",
      .array(
        .object([
          .required("second", count, "from the start"), .required("answers", count, "requests due then and answered"),
          .required("failed", count, "requests due then that failed"), .required("p50", number, "the median"),
          .required("p95", number, "the 95th percentile"), .required("max", number, "the largest"),
          Schema.Field("started", count, "users that started then"),
          Schema.Field(
            "instances", .nullable(count), "instances that answered what was due then; null where none names itself"),
        ])), "load, response time and instances over time"),
    .required(
      "processes",
      .array(
        .object([
          .required("name", .string(), "what the inventory calls it"), .required("samples", count, "looks at it"),
          .required("coresMean", number, "cores it used, on average"),
          .required("coresMost", number, "cores it used, at most, over a second"),
          .required("cpuSeconds", number, "CPU it used, in seconds; null where only a rate is told"),
          .required("memoryStart", .nullable(count), "bytes it held at the start"),
          .required("memoryMost", .nullable(count), "bytes it held at most"),
          .required("memoryEnd", .nullable(count), "bytes it held at the end"),
          .required("memoryGrowthShare", number, "how much more it held at the end than after a quarter of the time"),
        ])), "the watched processes"),
    .required(
      "database",
      .nullable(
        .object([
          .required("calls", count, "statements run meanwhile, the auditor's left out"),
          .required("milliseconds", number, "time they took"),
          .required("callsPerRequest", number, "statements for each request"),
          .required("millisecondsPerRequest", number, "database time for each request"),
          .required("connectionsMost", count, "the most sessions at once"),
          .required("connectionsLimit", count, "the most sessions there can be"),
          .required("connectionsShare", number, "the share of them in use"),
          .required(
            "statements",
            .array(
              .object([
                .required("query", .string(), "its text without values"), .required("calls", count, "how often it ran"),
                .required("milliseconds", number, "time it took"),
                .required("meanMilliseconds", number, "time of one run"),
                .required("callsPerRequest", number, "how often for each request"),
              ])), "those that took most time"),
        ])), "what the database did meanwhile"),
  ])

  private static let group = Schema.object(
    [
      .required("name", .string(), "its name"), .required("started", count, "users that started"),
      .required("completed", count, "users that went through their flow"),
      .required("requests", count, "requests that were answered"),
    ] + times)
}
