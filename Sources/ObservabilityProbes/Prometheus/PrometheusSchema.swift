import Facts

/// The shape of what `prometheus-server` brings back.
enum PrometheusSchema {
  static let facts = Schema.object([
    .fact("ready", .boolean, "it is ready to serve"),
    .fact("version", .string(), "its version"),
    .fact("runtime", runtime, "its state"),
    Schema.Field("targets", .array(target), required: true, "what it scrapes"),
    .fact("services", .array(service), "the services that the inventory expects; null where it lists none"),
    .fact("rules", rules, "what it evaluates"),
    .fact("coverage", .array(coverage), "which services are watched for what"),
    .fact("watchdog", .boolean, "a rule fires all the time, so that silence is noticed"),
    .fact(
      "alertmanagers",
      .object([
        Schema.Field("active", .integer(minimum: 0), required: true, "those it sends to"),
        Schema.Field("dropped", .integer(minimum: 0), required: true, "those its configuration sorts out"),
      ]), "where alerts go"),
    .fact(
      "notifications",
      .object([
        .fact("sent", .number(), "notifications sent since its start"),
        .fact("errors", .number(), "those that failed"),
        .fact("dropped", .number(), "those that were given up"),
        .fact("failedShare", .number(minimum: 0, maximum: 1), "the part of those sent that failed"),
        .fact(
          "droppedShare", .number(minimum: 0, maximum: 1), "the part of all that was given up, once that are a hundred"),
        .fact("ruleFailures", .number(), "evaluations that failed since its start"),
      ]), "what it counts of its own work"),
    .fact(
      "series",
      .object([
        .fact("total", .integer(), "series in memory"),
        Schema.Field("metrics", .array(count), required: true, "the metrics with the most series"),
        Schema.Field(
          "labels", .array(count), required: true, "the labels with the most values, without __name__ and le"),
      ]), "how much it holds"),
    .fact(
      "flags",
      .object([
        .fact("adminAPI", .boolean, "its data can be deleted over HTTP"),
        .fact("lifecycle", .boolean, "it can be stopped over HTTP"),
      ]), "what it lets callers do"),
    Schema.Field("access", CommonFacts.access, required: true, "who gets in"),
  ])

  private static let runtime = Schema.object([
    .fact("reloaded", .boolean, "its configuration was read without error the last time"),
    .fact("corruptions", .integer(), "corruptions found in its storage"),
    .fact("retention", .string(), "how long it keeps what it scraped, as it says"),
    .fact("retentionDays", .number(), "the same in days; null where only the size is bounded"),
  ])

  private static let target = Schema.object([
    .fact("service", .string(), "the value of the label that names the service"),
    .fact("job", .string(), "its job"),
    .fact("instance", .string(), "its instance"),
    .fact("up", .boolean, "the last scrape worked; null before the first one"),
    .fact("error", .string(), "why it did not"),
    .fact("secondsSinceScrape", .integer(minimum: 0), "how long ago it was scraped"),
    .fact("intervalSeconds", .number(), "how often it should be"),
    .fact("stale", .boolean, "it was not scraped for more than two intervals"),
    .fact("scrapeSeconds", .number(), "how long a scrape takes"),
  ])

  private static let service = Schema.object([
    Schema.Field("name", .string(), required: true, "the service"),
    Schema.Field("targets", .integer(minimum: 0), required: true, "its targets"),
    Schema.Field("up", .integer(minimum: 0), required: true, "those of them that are up"),
  ])

  private static let rules = Schema.object([
    Schema.Field("alerting", .integer(minimum: 0), required: true, "alerting rules"),
    Schema.Field("recording", .integer(minimum: 0), required: true, "recording rules"),
    Schema.Field(
      "groups",
      .array(
        .object([
          Schema.Field("name", .string(), required: true, "the group"),
          .fact("intervalSeconds", .number(), "how often it is evaluated"),
          .fact("evaluationSeconds", .number(), "how long that takes"),
          .fact("overruns", .boolean, "it takes longer than there is time"),
          Schema.Field("rules", .integer(minimum: 0), required: true, "how many rules it has"),
        ])), required: true, "the groups"),
    Schema.Field("items", .array(rule), required: true, "the rules"),
  ])

  private static let rule = Schema.object([
    Schema.Field("group", .string(), required: true, "its group"),
    Schema.Field("name", .string(), required: true, "its name"),
    Schema.Field("alerting", .boolean, required: true, "it alerts, and does not record"),
    .fact("healthy", .boolean, "its last evaluation worked; null before the first one"),
    .fact("error", .string(), "why it did not"),
    .fact("forSeconds", .number(), "how long the condition must hold"),
    .fact("severity", .string(), "its label severity"),
    Schema.Field("graded", .boolean, required: true, "it has one"),
    Schema.Field("described", .boolean, required: true, "it has a summary or description"),
    .fact("runbook", .string(), "where its runbook is"),
    Schema.Field("linked", .boolean, required: true, "it says so"),
    Schema.Field("conditional", .boolean, required: true, "it compares with a limit, or asks for absence"),
    Schema.Field(
      "valueInLabels", .boolean, required: true, "the value stands in its labels, so that each one is a new alert"),
    Schema.Field("firing", .boolean, required: true, "it fires"),
    Schema.Field("query", .string(), required: true, "its expression"),
    .fact("unknownMetrics", .array(.string()), "metrics it asks for that nothing has exposed for an hour"),
  ])

  private static let coverage = Schema.object(
    [Schema.Field("service", .string(), required: true, "the service")]
      + CoverageKind.allCases.map {
        Schema.Field($0.rawValue, .boolean, required: true, "a rule watches it for \($0.rawValue)")
      } + [
        Schema.Field("missing", .array(.string()), required: true, "what no rule watches it for"),
        Schema.Field("share", .number(minimum: 0, maximum: 1), required: true, "the part of all this that is watched"),
        Schema.Field("rules", .array(.string()), required: true, "the rules that watch it"),
      ])

  private static let count = Schema.object([
    .fact("name", .string(), "the metric or label"),
    .fact("count", .integer(), "how many it has"),
  ])
}
