import AuditModel
import Facts

/// Until when PostgreSQL's developers mend a major version (postgresql.org/support/versioning).
enum ServerSupport {
  /// The day of the last release by major version. Versions before 10 counted their majors in two numbers and stand under 9.
  private static let lastReleases = [
    9: "2021-11-11", 10: "2022-11-10", 11: "2023-11-09", 12: "2024-11-21", 13: "2025-11-13", 14: "2026-11-12",
    15: "2027-11-11", 16: "2028-11-09", 17: "2029-11-08", 18: "2030-11-14",
  ]

  static let schema = Schema.object([
    Schema.Field("endOfLife", .string(.date), required: true, "the day of the last release"),
    Schema.Field("daysLeft", .integer(), required: true, "days until then; negative once it has passed"),
    Schema.Field("isSupported", .boolean, required: true, "whether that day has not passed"),
  ])

  /// What is known of the major version of `number`, `150020` for 15.20; null for versions newer than the table.
  static func value(ofVersion number: Int, asOf now: Instant) -> JSONValue {
    guard let day = lastReleases[max(9, number / 10000)], let end = Instant(day), let today = Instant(now.day) else {
      return nil
    }
    let daysLeft = end.seconds(since: today) / 86400
    return ["endOfLife": .string(day), "daysLeft": .integer(daysLeft), "isSupported": .bool(daysLeft >= 0)]
  }
}
