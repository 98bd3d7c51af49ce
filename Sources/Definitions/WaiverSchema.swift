import AuditModel
import Facts

/// The shape of a file of waivers.
enum WaiverSchema {
  static let schema = Schema.object([
    .init("version", .integer(minimum: 1, maximum: 1), "the version of this shape"),
    .init("waivers", .array(waiver), required: true, "the acceptances, in any order"),
  ])

  /// The statuses that somebody may accept.
  static let statuses: [Status] = [.fail, .warn, .error, .unknown, .blocked, .manual]

  private static let pattern = "or what it begins with before a final *"

  private static let waiver = Schema.object([
    .init("id", .string(.identifier), required: true, "permanent: W-2026-007"),
    .init("check", .string(.nonEmpty), required: true, "the check's id, \(pattern)"),
    .init("target", .string(.nonEmpty), required: true, "the target's id, \(pattern)"),
    .init(
      "subject", .nullable(.string(.nonEmpty)),
      "the part of the target, \(pattern); left out for the finding about the whole target"),
    .init("reason", .word(Waiver.Reason.self), required: true, "why it is accepted"),
    .init("justification", .string(.nonEmpty), required: true, "why it is accepted, in at least 20 characters"),
    .init("owner", .string(.nonEmpty), required: true, "who answers for it"),
    .init("approvedBy", .string(.nonEmpty), required: true, "who agreed; never the owner"),
    .init("ticket", .string(.nonEmpty), required: true, "where it is tracked"),
    .init("created", .string(.date), required: true, "the first day it holds"),
    .init(
      "expires", .string(.date), required: true,
      "the last day it holds, to its end in UTC; at most \(Waiver.longestDays) days after the first"),
    .init(
      "statuses", .array(.string(.word(statuses.map(\.rawValue))), minimumCount: 1), "the statuses it covers",
      default: ["fail", "warn"]),
    .init(
      "ceiling", .either([.number(), ceiling]), "what the measured value must keep; a number is the most it may be"),
    .init(
      "compensating", .array(.either([.string(.identifier), compensation]), minimumCount: 1),
      "checks that must pass for it to hold"),
    .init("severity", .word(Severity.self), "the severity that was accepted; it does not cover what is more severe"),
  ])

  private static let ceiling = Schema.object([
    .init("atMost", .number(), "the most it may be"), .init("atLeast", .number(), "the least it may be"),
  ])

  private static let compensation = Schema.object([
    .init("check", .string(.identifier), required: true, "the check's id"),
    .init("target", .string(.identifier), "where it must pass; left out for the finding's own target"),
  ])
}
