import AuditModel
import Facts

/// What a restore drill showed.
struct DrillFacts: Sendable {
  /// One part of the way from a backup to an answer.
  struct Step: Sendable {
    var name: String
    var succeeded: Bool
    /// In seconds.
    var duration: Double
    var reason: String?
  }

  /// Something the restored data had to show.
  struct Assertion: Sendable {
    var name: String
    /// The wanted value in words.
    var expected: String
    /// What was counted; nil where it could not be.
    var observed: Double?
    var holds: Bool?
    var reason: String?
  }

  var backup: String
  var serverVersion: String?
  var steps: [Step] = []
  /// From the first byte fetched to the last answer, in seconds; nil if it did not come that far.
  var restoreSeconds: Double?
  var tables: Int?
  var assertions: [Assertion] = []
  /// The newest time that the heartbeat query found.
  var heartbeatAt: Instant?
  /// Whether the server archived nothing and listened on no network, in its own words; nil if it was not asked.
  var isIsolated: Bool?
  /// Whether nothing is left of the drill.
  var isRemoved = false

  var isRestored: Bool { !steps.isEmpty && steps.allSatisfy(\.succeeded) }

  var value: JSONValue {
    [
      "backup": .string(backup.bounded()), "serverVersion": JSONValue(serverVersion?.bounded()),
      "restored": .bool(isRestored),
      "failure": JSONValue(steps.first { !$0.succeeded }.map { "\($0.name): \($0.reason ?? "failed")".bounded() }),
      "steps": .array(
        steps.map {
          [
            "name": .string($0.name), "succeeded": .bool($0.succeeded), "seconds": .double(Self.rounded($0.duration)),
            "reason": JSONValue($0.reason?.bounded()),
          ]
        }),
      "restoreSeconds": restoreSeconds.map { .double(Self.rounded($0)) } ?? nil,
      "tables": JSONValue(tables),
      "assertions": isRestored
        ? .array(
          assertions.map {
            [
              "name": .string($0.name.bounded()), "expected": .string($0.expected),
              "observed": $0.observed.map { value in Int(exactly: value).map { .integer($0) } ?? .double(value) }
                ?? nil,
              "holds": JSONValue($0.holds), "reason": JSONValue($0.reason?.bounded()),
            ]
          }) : nil,
      "heartbeatAt": JSONValue(heartbeatAt?.description), "isolated": JSONValue(isIsolated),
      "removed": .bool(isRemoved),
    ]
  }

  private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

  static let schema = Schema.object([
    .required("backup", .string(), "the backup that was restored"),
    .required("serverVersion", .nullable(.string()), "the server it was restored into"),
    .required("restored", .boolean, "every step succeeded"),
    .required("failure", .nullable(.string()), "the first step that did not, and why"),
    .required(
      "steps",
      .array(
        .object([
          .required("name", .string(), "what was done"),
          .required("succeeded", .boolean, "whether it worked"),
          .required("seconds", .number(minimum: 0), "how long it took"),
          .required("reason", .nullable(.string()), "why it did not work"),
        ])), "in order; a step that fails is the last"),
    .required("restoreSeconds", .nullable(.number(minimum: 0)), "from the first byte fetched to the last answer"),
    .required("tables", .nullable(.integer(minimum: 0)), "tables in the restored database"),
    .required(
      "assertions",
      .nullable(
        .array(
          .object([
            .required("name", .string(), "what was asked"),
            .required("expected", .string(), "what had to come"),
            .required("observed", .nullable(.number()), "what came"),
            .required("holds", .nullable(.boolean), "whether that is enough; null where no number came"),
            .required("reason", .nullable(.string()), "why not"),
          ]))), "what the restored data had to show; null without a restore"),
    .required("heartbeatAt", .nullable(.string(.date)), "the newest row that came back"),
    .required("isolated", .nullable(.boolean), "the server archived nothing and listened on no network"),
    .required("removed", .boolean, "nothing is left of the drill"),
    Schema.Field("restoreMinutes", .nullable(.number(minimum: 0)), "the same in minutes"),
    Schema.Field("lossHours", .nullable(.number()), "from the newest row that came back to the drill, in hours"),
  ])

  /// The facts with the loss added. Pure.
  static func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var whole = facts.object else { return facts }
    whole["restoreMinutes"] =
      facts["restoreSeconds"]?.double.map { .double(($0 / 60 * 1000).rounded() / 1000) } ?? nil
    whole["lossHours"] =
      facts["heartbeatAt"]?.string.flatMap { Instant($0) }
      .map { .double((Double(now.seconds - $0.seconds) / 36).rounded() / 100) } ?? nil
    return .object(whole)
  }
}
