package import Facts

/// The shapes of what steps bring back, against which the paths of a workflow are held.
package enum AnswerShape {
  private static let milliseconds = Schema.Field(
    "milliseconds", .number(minimum: 0), required: true, "how long it took, in milliseconds")

  /// What comes of a request.
  package static let http = Schema.object([
    .init("status", .integer(minimum: 100, maximum: 999), required: true, "the status code"),
    .init("url", .string(), required: true, "where the answer came from, redirections followed"),
    .init("redirects", .integer(minimum: 0), required: true, "redirections followed"),
    .init("headers", .object([], others: .string()), required: true, "the first field of each name, in lower case"),
    .init("json", .any, required: true, "the content as JSON; null where it is none"),
    .init("text", .nullable(.string()), required: true, "the content as text; null where it is none"),
    .init("bytes", .integer(minimum: 0), required: true, "the length of the content"),
    milliseconds,
  ])

  /// What comes of a statement.
  package static let sql = Schema.object([
    .init("count", .integer(minimum: 0), required: true, "the number of rows"),
    .init("columns", .array(.string()), required: true, "the names of the columns"),
    .init("rows", .array(.object([], others: .any)), required: true, "the rows, numbers and truth values as such"),
    .init("affected", .nullable(.integer(minimum: 0)), required: true, "rows that were touched"),
    milliseconds,
  ])

  /// What comes of a program.
  package static let command = Schema.object([
    .init("status", .nullable(.integer()), required: true, "the exit status; null where a signal ended it"),
    .init("output", .string(), required: true, "what it wrote to its standard output"),
    .init("errors", .string(), required: true, "what it wrote to its standard error"),
    .init("json", .any, required: true, "its output as JSON; null where it is none"),
    milliseconds,
  ])

  /// What comes of steps that hold others, or of waiting.
  package static let nothing = Schema.object([milliseconds])
}
