import AuditModel
import Facts

/// The shape of what the probe `documents` brings back.
enum DocumentFacts {
  private static let dated: [Schema.Field] = [
    Schema.Field("file", .string(), required: true, "relative to the folder"),
    Schema.Field("reviewedOn", .nullable(.string(.date)), required: true, "the day somebody last went through it"),
    Schema.Field("ageDays", .nullable(.integer()), "whole days from then to now"),
    Schema.Field(
      "isCurrent", .nullable(.boolean), "whether that is not longer ago than the inventory allows, nor ahead"),
  ]

  static let schema: Schema = .object([
    Schema.Field(
      "documents",
      .array(
        .object(
          dated + [
            Schema.Field(
              "role", .string(.word(DocumentRole.allCases.map(\.rawValue))), required: true, "what it is for"),
            Schema.Field("title", .nullable(.string()), required: true, "its first heading"),
            Schema.Field(
              "owner", .nullable(.string()), required: true, "who answers for it; null where nobody is named"),
            Schema.Field("isOwned", .boolean, required: true, "whether it names somebody who answers for it"),
            Schema.Field(
              "reviewSource", .nullable(.string(.word(["declared", "git"]))), required: true,
              "whether the document says the date, or the history of its file"),
            Schema.Field("missing", .array(.string()), required: true, "the required parts that it lacks"),
            Schema.Field("words", .integer(minimum: 0), required: true, "words of text and lines of code"),
            Schema.Field(
              "placeholders", .array(.string()), required: true, "lines that wait to be written, as line: text"),
          ])), required: true, "the Markdown files of the folder"),
    Schema.Field("runbooks", .integer(minimum: 0), required: true, "how many are runbooks"),
    Schema.Field("rollbacks", .integer(minimum: 0), required: true, "how many are rollback procedures"),
    Schema.Field("incidents", .integer(minimum: 0), required: true, "how many are incident procedures"),
    Schema.Field(
      "links",
      .array(
        .object([
          Schema.Field("file", .string(), required: true, "where it stands, relative to the folder"),
          Schema.Field("line", .integer(minimum: 1), required: true, "from 1"),
          Schema.Field("column", .integer(minimum: 1), required: true, "from 1, in characters"),
          Schema.Field("destination", .string(), required: true, "as written"),
          Schema.Field("resolves", .nullable(.boolean), required: true, "whether it leads to a file and a place in it"),
          Schema.Field("reason", .nullable(.string()), required: true, "why not, or why that cannot be told"),
        ])), required: true, "links between files"),
    Schema.Field(
      "linksElsewhere", .integer(minimum: 0), required: true, "links to other servers, which are not followed"),
    Schema.Field(
      "services", .nullable(.array(.string())), required: true, "the services that exist; null where nothing says"),
    Schema.Field(
      "servicesCovered",
      .nullable(
        .array(
          .object([
            Schema.Field("service", .string(), required: true, "its name"),
            Schema.Field("runbooks", .array(.string()), required: true, "the runbooks that name it"),
          ]))), required: true, "each service and the runbooks that name it"),
    Schema.Field(
      "commands",
      .nullable(
        .array(
          .object([
            Schema.Field("file", .string(), required: true, "relative to the folder"),
            Schema.Field("line", .integer(minimum: 1), required: true, "from 1"),
            Schema.Field("command", .string(), required: true, "what is called"),
            Schema.Field("service", .string(), required: true, "the service it names"),
            Schema.Field("exists", .boolean, required: true, "whether there is such a service"),
          ]))), required: true, "services that commands in code blocks name; null where services are not known"),
    Schema.Field(
      "runbookURLs",
      .nullable(
        .array(
          .object([
            Schema.Field("alert", .string(), required: true, "the alert"),
            Schema.Field("severity", .nullable(.string()), required: true, "its label severity"),
            Schema.Field("url", .nullable(.string()), required: true, "its annotation runbook_url"),
            Schema.Field("isLinked", .boolean, required: true, "whether it has one"),
            Schema.Field(
              "resolves", .nullable(.boolean), required: true, "whether that leads to a document and a place in it"),
            Schema.Field("reason", .nullable(.string()), required: true, "why not, or why that cannot be told"),
          ]))), required: true, "where alerts send people; null without rule files"),
    Schema.Field(
      "exercises",
      .nullable(
        .array(
          .object([
            Schema.Field("kind", .string(.word(ExerciseLog.kinds)), required: true, "what was practised"),
            Schema.Field("on", .nullable(.string(.date)), required: true, "when last; null if never"),
            Schema.Field(
              "result", .nullable(.string(.word(["succeeded", "failed"]))), required: true,
              "how it went, where the line says"),
            Schema.Field("line", .nullable(.integer(minimum: 1)), required: true, "where the log says so"),
            Schema.Field("ageDays", .nullable(.integer()), "whole days from then to now"),
          ]))), required: true, "the newest exercise of each kind; null without a log"),
    Schema.Field("accessReview", .nullable(.object(dated)), required: true, "the record of the last review of access"),
    Schema.Field(
      "capacityPlan",
      .nullable(
        .object(
          dated + [
            Schema.Field(
              "figures", .array(.string()), required: true, "the lines that give headroom or limits in numbers")
          ])), required: true, "the plan for growth"),
    Schema.Field("reviewDays", .integer(minimum: 1), required: true, "how long a review counts, in days"),
  ])

  /// The facts with ages added.
  static func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var object = facts.object else { return facts }
    let limit = object["reviewDays"]?.integer ?? 180
    func aged(_ value: JSONValue, at name: String) -> JSONValue {
      guard var entry = value.object else { return value }
      let days = entry[name]?.string.flatMap { Instant($0) }.map { wholeDays(from: $0, to: now) }
      entry["ageDays"] = JSONValue(days)
      if name == "reviewedOn" { entry["isCurrent"] = JSONValue(days.map { $0 >= 0 && $0 <= limit }) }
      return .object(entry)
    }
    if let documents = object["documents"]?.array {
      object["documents"] = .array(documents.map { aged($0, at: "reviewedOn") })
    }
    for name in ["accessReview", "capacityPlan"] {
      if let value = object[name] { object[name] = aged(value, at: "reviewedOn") }
    }
    if let exercises = object["exercises"]?.array {
      object["exercises"] = .array(exercises.map { aged($0, at: "on") })
    }
    return .object(object)
  }

  /// Days that have passed, rounded down; negative where `instant` lies ahead.
  static func wholeDays(from instant: Instant, to now: Instant) -> Int {
    let seconds = now.seconds(since: instant)
    return seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
  }
}
