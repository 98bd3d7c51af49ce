import AuditModel
import Facts

/// The shape of an external probe's manifest.
enum ManifestSchema {
  static let schema = Schema.object([
    .init("probe", .string(.identifier), required: true, "permanent id, the word in a check's probe:"),
    .init("summary", .string(.nonEmpty), required: true, "one line for people: what it looks at"),
    .init(
      "command", .array(.string(.nonEmpty), minimumCount: 1), required: true,
      "what is run: a program, relative to this file, and its arguments"),
    .init(
      "targets", .array(.string(.identifier), minimumCount: 1), required: true, "the kinds of target it can look at"),
    .init(
      "targetFields", .object([], others: parameter),
      "what the inventory may say about kinds that only this probe knows, by name"),
    .init("safety", .word(SafetyClass.self), required: true, "what it may do to the target"),
    .init("timeoutSeconds", .number(minimum: 0.1, maximum: 3600), "the longest one observation may take", default: 10),
    .init("outputLimit", .integer(minimum: 1, maximum: 1 << 30), "the most it may write, in bytes", default: 1_048_576),
    .init("parameters", .object([], others: parameter), "what a check's with: may ask, by name"),
    .init(
      "facts", .object([], others: .any), required: true,
      "the facts by name: a type, a list of one shape, or further names"),
    .init(
      "identity", .array(.string(.jsonPath), minimumCount: 1),
      "the facts that tell whether what was looked at is still the same"),
    .init("measures", measures, "the numbers among the facts that are held against those of earlier runs"),
  ])

  private static let measures = Schema.object([
    .init("numbers", .array(number, minimumCount: 1), required: true, "the numbers"),
    .init(
      "shape", .array(.string(.jsonPath), minimumCount: 1),
      "the facts in which two runs must agree for their numbers to compare"),
    .init("sound", .string(.jsonPath), "the fact that must be true for the numbers to mean anything"),
  ])

  private static let number = Schema.object([
    .init("fact", .string(.jsonPath), required: true, "where it stands: from the facts, or from the part at hand"),
    .init("name", .string(.nonEmpty), required: true, "what it is, in words"),
    .init("unit", .string(.nonEmpty), required: true, "its unit"),
    .init("better", .word(NoiseComparison.Better.self), "which way is better", default: "lower"),
    .init("least", .number(minimum: 0), "the least difference that anybody cares for", default: 0),
    .init("each", .string(.jsonPath), "the parts of which each has one"),
    .init("label", .string(.jsonPath), "what tells a part from the others", default: "$.name"),
  ])

  /// What a field's value may be.
  static let types = ["any", "boolean", "integer", "number", "string", "time", "path", "secret", "list"]

  private static let parameter = Schema.object([
    .init("type", .string(.word(types)), required: true, "the type of its values"),
    .init("summary", .string(.nonEmpty), required: true, "one line for people: meaning and unit"),
    .init("required", .boolean, "whether it must be there", default: false),
    .init("default", .any, "what holds where it is left out"),
    .init("minimum", .number(), "the least value, inclusive; of a number"),
    .init("maximum", .number(), "the greatest value, inclusive; of a number"),
    .init("words", .array(.string(.nonEmpty), minimumCount: 1), "the only values; of a string"),
  ])

  /// The types of facts.
  static let factTypes = ["any", "boolean", "integer", "number", "string", "time"]
}
