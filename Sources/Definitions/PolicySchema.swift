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
    .init("waivers", .string(.path), "a file of waivers, relative to this one"),
    .init("evidence", evidence, "how long what earlier runs saw may be used"),
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
    .init("newFailures", newFailures, "findings that fail without standing in the baseline"),
    .init("waivers", waivers, "what waivers may do"),
    .init("attestations", attestations, "what people attested"),
    .init(
      "maxRegressions", .integer(minimum: 0),
      "at most this many numbers are worse than the noise of earlier runs explains"),
    .init(
      "maxOpenCells", .integer(minimum: 0), "at most this many cells of the inventory's matrix are failing or holes"),
  ])

  private static let newFailures = Schema.object([
    .init("severity", .word(Severity.self), "the least severity that counts", default: "info"),
    .init("max", .integer(minimum: 0), required: true, "at most this many"),
  ])

  private static let waivers = Schema.object([
    .init("maxActive", .integer(minimum: 0), "at most this many waivers cover something"),
    .init(
      "maxWeightPercent", .number(minimum: 0, maximum: 100),
      "the most of the weight that checks with a waived finding may have"),
    .init(
      "maxDays", .integer(minimum: 1, maximum: Waiver.longestDays), "the longest a waiver may hold, in days",
      default: .integer(Waiver.longestDays)),
    .init("maxCovered", .integer(minimum: 1), "the most findings that one waiver may match", default: 25),
    .init("forbidSeverities", .array(.word(Severity.self)), "the severities that nobody may accept"),
    .init(
      "refuse", .array(.word(AuditReport.WaiverProblem.Kind.self), minimumCount: 1),
      "the problems of waivers that leave the gate undecided"),
  ])

  private static let attestations = Schema.object([
    .init(
      "refuse", .array(.string(.word(["expired", "stale"])), minimumCount: 1),
      "the states of attestations that leave the gate undecided, unless another one makes the same statement and holds")
  ])

  private static let evidence = Schema.object([
    .init("maxAgeHours", .integer(minimum: 0, maximum: 8784), "unless a probe has its own", default: 168),
    .init("byProbe", .object([], others: .integer(minimum: 0, maximum: 8784)), "hours by probe"),
  ])

  private static let counts = Schema.object(
    Severity.allCases.map { .init($0.rawValue, .integer(minimum: 0), "how many of severity \($0.rawValue)") })
}
