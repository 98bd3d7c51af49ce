import Exposition
import Facts

/// The shape of what `metrics-endpoint` brings back.
enum MetricsSchema {
  static let facts = Schema.object([
    .fact("status", .integer(), "the status of the answer"),
    .fact("contentType", .string(), "its Content-Type"),
    Schema.Field("typed", .boolean, required: true, "it is declared to be one of the formats"),
    .fact("format", .string(.word(ExpositionFormat.allCases.map(\.rawValue))), "the format it was read as"),
    .fact("parses", .boolean, "it is an exposition in that format"),
    Schema.Field("samples", .integer(minimum: 0), required: true, "how many samples it has"),
    Schema.Field("families", .integer(minimum: 0), required: true, "how many metrics"),
    Schema.Field("errors", .array(complaint), required: true, "where it does not parse"),
    Schema.Field("naming", .array(complaint), required: true, "names and labels against the usual rules"),
    Schema.Field("inconsistent", .array(complaint), required: true, "values that contradict each other"),
    Schema.Field("labels", .array(complaint), required: true, "labels that make too many series"),
    .fact("missing", .array(.string()), "metrics that the inventory names and that are not there; null without any"),
    Schema.Field(
      "kinds",
      .object([
        Schema.Field("requests", .boolean, required: true, "how many requests come"),
        Schema.Field("errors", .boolean, required: true, "how many fail"),
        Schema.Field("durations", .boolean, required: true, "how long they take"),
        Schema.Field("saturation", .boolean, required: true, "how much of what there is is used"),
      ]), required: true, "what can be told from the metrics, by their names"),
    .fact("falling", .array(.string()), "counters that fell from one scrape to the next"),
    Schema.Field("access", CommonFacts.access, required: true, "who gets in"),
  ])

  private static let complaint = Schema.object([
    Schema.Field("line", .integer(minimum: 1), required: true, "the line"),
    Schema.Field("rule", .string(), required: true, "the rule"),
    Schema.Field("message", .string(), required: true, "what is wrong"),
  ])
}
