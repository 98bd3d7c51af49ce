import AuditModel
import Facts

/// The shape of a policy's file.
enum PolicySchema {
  static let schema = Schema.object([
    .init("policy", .string(.identifier), required: true, "permanent id; a built-in policy's file is called so"),
    .init("title", .string(.nonEmpty), required: true, "one line for people"),
    .init("checks", selection, "the checks it asks for; all of them where this is left out"),
    .init("parameters", .object([], others: .object([], others: .any)), "parameter values by check id"),
    .init("weights", .object([], others: .integer(minimum: 0, maximum: 1000)), "weights by check id"),
    .init("gate", gate, required: true, "the conditions that decide"),
  ])

  private static let selection = Schema.object([
    .init("include", .array(.string(.nonEmpty), minimumCount: 1), "ids, areas as tls-*, or * for all"),
    .init("exclude", .array(.string(.nonEmpty)), "ids or areas that are left out; wins over include"),
  ])

  private static let gate = Schema.object([
    .init("maxOpen", counts, "at most this many open checks by severity"),
    .init("maxNotEvaluated", counts, "at most this many checks by severity that evidence did not decide"),
    .init("minScore", .number(minimum: 0, maximum: 100), "the least proven score, in percent"),
    .init("minCoverage", .number(minimum: 0, maximum: 100), "the least coverage, in percent"),
    .init("requireChecks", .array(.string(.identifier), minimumCount: 1), "checks that took part and are not open"),
    .init(
      "requireItems", .array(.string(.identifier), minimumCount: 1),
      "checklist items covered by checks that are not open"),
  ])

  private static let counts = Schema.object(
    Severity.allCases.map { .init($0.rawValue, .integer(minimum: 0), "how many of severity \($0.rawValue)") })
}
