import AuditModel
import Facts

/// The shape of a workflow's file.
enum WorkflowSchema {
  /// How deep steps may stand inside steps.
  static let deepest = 2

  static let schema = Schema.object([
    .init("workflow", .string(.identifier), required: true, "its permanent name"),
    .init("title", .string(.nonEmpty), required: true, "states what it shows when it passes"),
    .init(
      "target", .string(.url(schemes: ["https", "http"])), "where relative URLs lead unless the inventory says so"),
    .init("targets", .object([], others: .string(.url(schemes: ["https", "http"]))), "further targets, by name"),
    .init(
      "database", .string(.url(schemes: ["postgresql", "postgres"])),
      "where statements go unless the inventory says so"),
    .init("seed", .integer(minimum: 0, maximum: 1 << 53), "what random values depend on; else another in each run"),
    .init("variables", .object([], others: .any), "values by name, which the inventory may replace"),
    .init("random", .object([], others: randomValue), "values made anew in each run, by name"),
    .init("secrets", .array(.string(.identifier)), "names of secrets that the inventory gives by reference"),
    .init(
      "tables", .object([], others: .either([.string(.path), .array(.object([], others: .any), minimumCount: 1)])),
      "rows by name: a CSV or JSON file, or a list"),
    .init("within", duration, "the most all steps may take together"),
    .init("steps", .array(step(depth: deepest), minimumCount: 1), required: true, "what is done, in order"),
    .init("cleanup", .array(step(depth: 0)), "what is done at the end, however it ends"),
  ])

  /// A number of seconds, or a number with its unit.
  private static let duration = Schema.either([.string(.nonEmpty), .number(minimum: 0)])

  private static let randomValue = Schema.either([
    .string(.word(["uuid"])),
    .object([
      .init("text", .integer(minimum: 1, maximum: 1000), "so many letters and digits"),
      .init("digits", .integer(minimum: 1, maximum: 1000), "so many digits"),
      .init("integer", .array(.integer(), minimumCount: 2), "a whole number between two"),
      .init("oneOf", .array(.any, minimumCount: 1), "one of these"),
    ]),
  ])

  private static let texts = Schema.object([], others: .either([.string(), .number(), .boolean]))

  private static let http = Schema.object([
    .init("url", .string(.nonEmpty), required: true, "an absolute URL, or one relative to the target"),
    .init("method", .string(.nonEmpty), "the method", default: "GET"),
    .init("target", .string(.identifier), "the name of a target other than the workflow's own"),
    .init("query", texts, "parameters behind the URL"),
    .init("headers", texts, "header fields"),
    .init("json", .any, "a JSON document as content"),
    .init("form", texts, "a form as content"),
    .init("body", .string(), "text as content"),
    .init("redirects", .integer(minimum: 0, maximum: 20), "how many redirections are followed", default: 0),
  ])

  private static let sql = Schema.object([
    .init("query", .string(.nonEmpty), required: true, "one statement; values stand in it as $1, $2"),
    .init("arguments", .array(.any), "what they are"),
  ])

  private static let command = Schema.object([
    .init(
      "run", .array(.string(), minimumCount: 1), required: true, "the program and its arguments; no shell reads them"),
    .init("input", .string(), "what it gets on standard input"),
    .init("environment", texts, "variables it sees besides PATH, HOME and LANG"),
  ])

  private static let asking: [Schema.Field] = [
    .init("http", http, "sends a request"),
    .init("sql", sql, "runs a statement; reads only, unless `safety` is mutate"),
    .init("command", command, "runs a program"),
  ]

  private static let expectation = Schema.object(
    [.init("fact", .string(.jsonPath), required: true, "the part of the answer compared")] + CheckSchema.relations
      + [.init("otherwise", .string(.nonEmpty), "the message when it is not as demanded")])

  private static let capture = Schema.object([
    .init("json", .string(.jsonPath), "a JSONPath into the content"),
    .init("header", .string(.nonEmpty), "a header field"),
    .init("regexp", .string(.nonEmpty), "a regular expression; its first group is kept"),
    .init("column", .string(.nonEmpty), "a column of a row"),
    .init("row", .integer(minimum: 0), "which row, from 0; with `column`", default: 0),
    .init("fact", .string(.jsonPath), "a JSONPath into the whole answer"),
  ])

  private static let poll = Schema.object(
    asking + [
      .init("until", .array(expectation, minimumCount: 1), required: true, "what the answer must be"),
      .init("every", duration, "the pause between two questions", default: "500ms"),
      .init("timeout", duration, "when it is given up", default: "30s"),
    ])

  private static func step(depth: Int) -> Schema {
    var fields: [Schema.Field] = [
      .init("step", .string(.identifier), required: true, "its name among the steps beside it"),
      .init("title", .string(.nonEmpty), "what it does, in words"),
    ]
    fields += asking
    fields += [
      .init("wait", duration, "waits"),
      .init("poll", poll, "asks again and again until the answer is as wanted"),
    ]
    if depth > 0 {
      fields += [
        .init("parallel", .array(step(depth: depth - 1), minimumCount: 2), "does steps side by side"),
        .init("repeat", repetition(depth: depth), "does steps again and again"),
      ]
    }
    return .object(
      fields + [
        .init("expect", .array(expectation, minimumCount: 1), "what must come of it; all are evaluated"),
        .init("capture", .object([], others: capture), "what is kept of the answer, by variable"),
        .init("within", duration, "the most it may take"),
        .init("timeout", duration, "when it is given up", default: "10s"),
        .init("retry", retry, "how often it is tried; a pass on a later try is flaky"),
        .init("safety", .word(SafetyClass.self), "what it may do to the system, where that is not what it seems"),
        .init("continue", .boolean, "do the steps behind it although it failed", default: false),
      ])
  }

  private static let retry = Schema.object([
    .init("attempts", .integer(minimum: 2, maximum: 20), required: true, "tries in all"),
    .init("every", duration, "the pause between two tries", default: "1s"),
  ])

  private static func repetition(depth: Int) -> Schema {
    .object([
      .init("times", .integer(minimum: 1, maximum: 1000), "so often"),
      .init("each", .either([.string(.nonEmpty), .array(.any, minimumCount: 1)]), "once for each of these"),
      .init("as", .string(.identifier), required: true, "the variable that holds the number or the element"),
      .init("random", .object([], others: randomValue), "values made anew each time, by name"),
      .init("steps", .array(step(depth: depth - 1), minimumCount: 1), required: true, "what is done"),
    ])
  }
}
