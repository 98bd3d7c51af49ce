import AuditModel
import Facts

/// The shape of `report.json`. Members may be added within a major version, so readers let unknown ones pass.
extension ReportDocument {
  /// The whole report.
  static let schema = object([
    Schema.Field(
      "schemaVersion", .string(.nonEmpty), required: true,
      "the version of this shape, major.minor; this is \(AuditReport.currentSchemaVersion)"),
    Schema.Field(
      "tool",
      object([
        Schema.Field("name", .string(.nonEmpty), required: true, "the program"),
        Schema.Field("version", .string(.nonEmpty), required: true, "its semantic version"),
      ]), required: true, "what wrote the report"),
    Schema.Field("runID", .string(), required: true, "the run's identity, a UUID"),
    Schema.Field(
      "system",
      object([
        Schema.Field("name", .string(), required: true, "its name"),
        Schema.Field("environment", words(Environment.self), required: true, "what it is used for"),
      ]), required: true, "what was audited"),
    Schema.Field(
      "policy",
      object([
        Schema.Field("id", .string(), required: true, "permanent"),
        Schema.Field("title", .string(), required: true, "one line for people"),
        Schema.Field("digest", .string(), required: true, "scores compare only between equal digests"),
      ]), required: true, "what was demanded"),
    Schema.Field("asOf", .string(.date), "the day judged for, where it is not the day of the run"),
    Schema.Field("startedAt", .string(.date), required: true, "when looking began, UTC"),
    Schema.Field("finishedAt", .string(.date), required: true, "when judging ended, UTC"),
    Schema.Field("durationMs", .integer(), required: true, "how long the run took, in milliseconds"),
    Schema.Field("interrupted", .boolean, required: true, "whether a signal ended it early"),
    Schema.Field("rehearsed", .boolean, "true where its times are a rehearsal's, and so made up; absent otherwise"),
    Schema.Field(
      "partial", .array(.string()), required: true, "why it did not look at everything; empty for a whole run"),
    Schema.Field("targets", .array(target), required: true, "what was looked at, in inventory order"),
    Schema.Field(
      "checks", .object([], others: check), required: true, "what people need to read a finding, by check id"),
    Schema.Field("score", score, required: true, "the interval of proven weight"),
    Schema.Field("gate", gate, required: true, "the decision"),
    Schema.Field("findings", .array(finding), required: true, "sorted by status, severity, check, target, subject"),
    Schema.Field("checklist", .array(checklistRow), required: true, "every item, covered or not"),
    Schema.Field("causes", .array(cause), required: true, "what has to be mended first"),
    Schema.Field(
      "traffic",
      object([
        Schema.Field("total", traffic, required: true, "in all"),
        Schema.Field("byTarget", .object([], others: traffic), required: true, "by target id"),
      ]), required: true, "what was really sent"),
    Schema.Field("notSeen", .array(notSeen), required: true, "parts that could not be seen"),
    Schema.Field("waivers", .array(waiverRow), "every waiver that was given"),
    Schema.Field("attestations", .array(attestationRow), "every attestation that was given"),
    Schema.Field("baseline", baseline, "what is new against what was known, by fingerprint; absent without a baseline"),
    Schema.Field("forecast", .array(expiry), "what ends before the day judged for; absent for the run's own day"),
    Schema.Field("wayToGreen", wayToGreen, "the cheapest set of fixes that turns the gate; absent where it has passed"),
    Schema.Field("carried", .array(carried), "what earlier runs saw, used or refused here"),
    Schema.Field(
      "undone",
      .array(
        object([
          Schema.Field("target", .string(), required: true, "the target on whose behalf it was done"),
          Schema.Field("what", .string(), required: true, "what was done"),
          Schema.Field("at", .string(), required: true, "when"),
          Schema.Field("undo", .string(), required: true, "what puts it back"),
          Schema.Field("problem", .string(), "why it could not be put back; absent where it was"),
        ])), "what dead runs had disrupted, put back when this one began; absent where there was nothing"),
    Schema.Field(
      "shard",
      object([
        Schema.Field("total", .integer(minimum: 1), required: true, "into how many parts the run was divided"),
        Schema.Field("present", .array(.integer(minimum: 1)), required: true, "the parts that are here"),
      ]), "which parts of a divided run it rests on; absent for an undivided one"),
    Schema.Field("measures", .array(measurement), "numbers held against those of earlier runs; absent where none are"),
    Schema.Field("matrix", matrix, "what of each service is proven; absent where the inventory declares no matrix"),
  ])

  private static let target = object([
    Schema.Field("id", .string(), required: true, "permanent"),
    Schema.Field("kind", .string(), required: true, "what it is"),
    Schema.Field("address", .string(), "where it is, without credentials"),
    Schema.Field(
      "location",
      object([
        Schema.Field("path", .string(), required: true, "the file as it was named"),
        Schema.Field("line", .integer(), required: true, "from 1"),
        Schema.Field("column", .integer(), required: true, "from 1, in Unicode scalars"),
      ]), "where the inventory declares it"),
  ])

  private static let check = object([
    Schema.Field("title", .string(), required: true, "the fact that is checked"),
    Schema.Field("severity", words(Severity.self), required: true, "as the policy weighs it"),
    Schema.Field("weight", .integer(), required: true, "in the score, 0 to 1000"),
    Schema.Field("checklist", .array(.string()), required: true, "the items it serves"),
    Schema.Field("rationale", .string(), required: true, "why it matters"),
    Schema.Field(
      "remediation",
      object([
        Schema.Field("effort", words(CheckDefinition.Remediation.Effort.self), required: true, "how much work it is"),
        Schema.Field("text", .string(), required: true, "what to do"),
      ]), required: true, "how to fix it"),
    Schema.Field("references", .array(.string()), required: true, "where the rule comes from"),
  ])

  private static let score = object([
    Schema.Field("proven", .nullable(.number()), required: true, "percent with one decimal; null: nothing in the sum"),
    Schema.Field("possible", .nullable(.number()), required: true, "the same if everything undecided passed"),
    Schema.Field("coverage", .nullable(.number()), required: true, "the share of weight that evidence decided"),
    Schema.Field(
      "arithmetic",
      object([
        Schema.Field("totalWeight", .integer(), required: true, "sum of weight"),
        Schema.Field("earned", .integer(), required: true, "sum of weight times credit"),
        Schema.Field("earnable", .integer(), required: true, "the same, undecided ones as passed"),
        Schema.Field("evaluatedWeight", .integer(), required: true, "sum of the weight that evidence decided"),
        Schema.Field("provenCap", words(Severity.self), "the severity that caps the proven score"),
        Schema.Field("possibleCap", words(Severity.self), "the severity that caps the possible score"),
        Schema.Field("rows", .array(scoreRow), required: true, "one per check in the sum"),
      ]), required: true, "the numbers behind the interval"),
  ])

  private static let scoreRow = object([
    Schema.Field("check", .string(), required: true, "its id"),
    Schema.Field("weight", .integer(), required: true, "0 to 1000"),
    Schema.Field("status", words(Status.self), required: true, "its worst"),
    Schema.Field("credit", .integer(), required: true, "what it earns, in per mille"),
    Schema.Field("gain", .integer(), required: true, "what the score gains when it alone passes, in per mille"),
  ])

  private static let gate = object([
    Schema.Field("status", words([Gate.Decision.passed, .failed, .undecided]), required: true, "the decision"),
    Schema.Field(
      "conditions",
      .array(
        object([
          Schema.Field("id", .string(), required: true, "its name"),
          Schema.Field(
            "status", words([Gate.Condition.Outcome.pass, .fail, .undecided]), required: true, "its outcome"),
          Schema.Field("detail", .string(), required: true, "the limit and what was found"),
        ])), required: true, "what it rests on"),
  ])

  private static let finding = object([
    Schema.Field("check", .string(), required: true, "the check's id"),
    Schema.Field("target", .string(), required: true, "the target's id"),
    Schema.Field("subject", .nullable(.string()), required: true, "the part of the target; null for the whole"),
    Schema.Field("status", words(Status.self), required: true, "the outcome"),
    Schema.Field("severity", words(Severity.self), required: true, "as the policy weighs it"),
    Schema.Field("message", .string(), required: true, "one line that stands alone"),
    Schema.Field("expected", .nullable(.string()), required: true, "the limit, in words"),
    Schema.Field("observed", .nullable(.string()), required: true, "what was seen"),
    Schema.Field(
      "evidence",
      .array(
        object([
          Schema.Field("label", .string(), required: true, "the path or name"),
          Schema.Field("text", .string(), required: true, "what was seen; hostile"),
        ])), required: true, "what supports it"),
    Schema.Field("waiver", .nullable(.string()), required: true, "the acceptance that overlays it"),
    Schema.Field("attestation", .nullable(.string()), "the attestation by which a person passed it"),
    Schema.Field("carriedFrom", .nullable(.string(.date)), "when it was seen, where an earlier run saw it"),
    Schema.Field("reproduce", .nullable(.string()), "the command that looks at it alone, quoted for a POSIX shell"),
    Schema.Field("cause", .nullable(.integer(minimum: 0)), required: true, "the index of what has to be mended first"),
    Schema.Field("fingerprint", .string(), required: true, "the identity between runs"),
    Schema.Field("durationMs", .integer(), required: true, "how long looking took, in milliseconds"),
  ])

  private static let checklistRow = object([
    Schema.Field("id", .string(), required: true, "permanent"),
    Schema.Field("title", .string(), required: true, "the requirement"),
    Schema.Field("area", .string(), required: true, "the heading it stands under"),
    Schema.Field(
      "status",
      words(AuditReport.ChecklistRow.Coverage.allCases),
      required: true, "its state"),
    Schema.Field("findings", .array(.string()), required: true, "fingerprints of the findings that speak of it"),
    Schema.Field("attestations", .array(.string()), "ids of the attestations that hold and serve it"),
    Schema.Field("awaiting", .array(.string()), "ids of the statements it asks for and nobody makes"),
  ])

  private static let cause = object([
    Schema.Field("target", .string(), required: true, "where it lies"),
    Schema.Field("check", .string(), "the check that shows it; absent where a probe could not look"),
    Schema.Field("reason", .string(), required: true, "what is wrong"),
    Schema.Field("dependents", .array(.string()), required: true, "fingerprints of what waits for it"),
  ])

  private static let traffic = object([
    Schema.Field("connections", .integer(), required: true, "opened"),
    Schema.Field("requests", .integer(), required: true, "requests or statements sent"),
    Schema.Field("bytesSent", .integer(), required: true, "as far as the probe sees them"),
    Schema.Field("bytesReceived", .integer(), required: true, "as far as the probe sees them"),
    Schema.Field("processes", .integer(), required: true, "child processes started"),
  ])

  private static let notSeen = object([
    Schema.Field("target", .string(), required: true, "where"),
    Schema.Field("probe", .string(), required: true, "which probe looked"),
    Schema.Field("path", .string(), "the part; absent for all of it"),
    Schema.Field("reason", .string(), required: true, "why"),
    Schema.Field("remedy", .string(), "what would show it"),
  ])

  // MARK: What people say, and what time does

  private static let location = object([
    Schema.Field("path", .string(), required: true, "the file as it was named"),
    Schema.Field("line", .integer(), required: true, "from 1"),
    Schema.Field("column", .integer(), required: true, "from 1, in Unicode scalars"),
  ])

  private static let waiverRow = object([
    Schema.Field("state", words(AuditReport.WaiverRow.State.self), required: true, "how it stands"),
    Schema.Field("findings", .array(.string()), required: true, "fingerprints of what it covers"),
    Schema.Field(
      "problems",
      .array(
        object([
          Schema.Field("kind", words(AuditReport.WaiverProblem.Kind.self), required: true, "what kind of wrong"),
          Schema.Field("message", .string(), required: true, "one line for people"),
        ])), required: true, "what is wrong with it"),
    Schema.Field("waiver", waiver, required: true, "as it is written"),
  ])

  private static let waiver = object([
    Schema.Field("id", .string(), required: true, "permanent"),
    Schema.Field("check", .string(), required: true, "an id, or what it begins with before a final *"),
    Schema.Field("target", .string(), required: true, "an id, or what it begins with before a final *"),
    Schema.Field("subject", .string(), "absent for the whole target"),
    Schema.Field("reason", words(Waiver.Reason.self), required: true, "why it is accepted"),
    Schema.Field("justification", .string(), required: true, "why it is accepted, in words"),
    Schema.Field("owner", .string(), required: true, "who answers for it"),
    Schema.Field("approvedBy", .string(), required: true, "who agreed"),
    Schema.Field("ticket", .string(), required: true, "where it is tracked"),
    Schema.Field("created", .string(.date), required: true, "the first moment it holds"),
    Schema.Field("expires", .string(.date), required: true, "the last second it holds"),
    Schema.Field("statuses", .array(words(Status.self)), required: true, "what it covers"),
    Schema.Field(
      "ceiling",
      object([
        Schema.Field("atLeast", .number(), "the least it may be"),
        Schema.Field("atMost", .number(), "the most it may be"),
      ]), "what the measured value must keep"),
    Schema.Field(
      "compensating",
      .array(
        object([
          Schema.Field("check", .string(), required: true, "its id"),
          Schema.Field("target", .string(), "where it must pass"),
        ])), required: true, "what must pass for it to hold"),
    Schema.Field("severity", words(Severity.self), "the severity that was accepted"),
    Schema.Field("location", location, "where it is written"),
  ])

  private static let attestationRow = object([
    Schema.Field("state", words(AuditReport.AttestationRow.State.self), required: true, "how it stands"),
    Schema.Field("problem", .string(), "why it does not hold; absent where it does"),
    Schema.Field("items", .array(.string()), required: true, "the checklist items it serves"),
    Schema.Field(
      "attestation",
      object([
        Schema.Field("id", .string(), required: true, "permanent"),
        Schema.Field(
          "topic",
          object([
            Schema.Field("statement", .string(), "the id of a statement"),
            Schema.Field("check", .string(), "or of a check"), Schema.Field("target", .string(), "its target"),
            Schema.Field("subject", .string(), "the part of it"),
          ]), required: true, "what it speaks of"),
        Schema.Field("statement", .string(), required: true, "word for word"),
        Schema.Field("by", .string(), required: true, "who states it"),
        Schema.Field("reviewedBy", .string(), "who looked at it too"),
        Schema.Field("on", .string(.date), required: true, "the first moment it holds"),
        Schema.Field("expires", .string(.date), required: true, "the last second it holds"),
        Schema.Field("evidence", .array(.string()), required: true, "what it rests on"),
        Schema.Field(
          "texts",
          .array(
            object([
              Schema.Field("file", .string(), required: true, "as it was named"),
              Schema.Field("sha256", .string(), required: true, "when it was attested"),
              Schema.Field("found", .string(), "when the run began; absent where it could not be read"),
            ])), required: true, "the files it speaks of"),
        Schema.Field("location", location, "where it is written"),
      ]), required: true, "as it is written"),
  ])

  private static let baseline = object([
    Schema.Field("writtenAt", .string(.date), required: true, "when the baseline was written"),
    Schema.Field("new", .array(.string()), required: true, "failing, and not in it"),
    Schema.Field("known", .array(.string()), required: true, "failing, and in it"),
    Schema.Field("fixed", .array(.string()), required: true, "in it, evaluated and passing"),
    Schema.Field("unverified", .array(.string()), required: true, "in it, and not decided"),
    Schema.Field("removed", .array(.string()), required: true, "in it, and no part of the audit any more"),
  ])

  private static let expiry = object([
    Schema.Field("kind", words(AuditReport.Expiry.Kind.self), required: true, "what ends"),
    Schema.Field("at", .string(.date), required: true, "the last second it holds, or the first day a finding is open"),
    Schema.Field("what", .string(), required: true, "its name"), Schema.Field("target", .string(), "where"),
    Schema.Field("message", .string(), required: true, "one line for people"),
  ])

  private static let wayToGreen = object([
    Schema.Field(
      "steps",
      .array(
        object([
          Schema.Field("check", .string(), "what to make pass; absent where a probe has to be let look"),
          Schema.Field("target", .string(), required: true, "where"),
          Schema.Field(
            "effort", words(CheckDefinition.Remediation.Effort.self), required: true, "how much work it is"),
          Schema.Field("what", .string(), required: true, "what to do"),
          Schema.Field("settles", .integer(minimum: 0), required: true, "how many open findings it settles"),
        ])), required: true, "what to mend, least effort first"),
    Schema.Field("isCheapest", .boolean, required: true, "whether no other set is cheaper"),
    Schema.Field("beyond", .array(.string()), required: true, "the conditions that no fix turns"),
  ])

  private static let measurement = object([
    Schema.Field("probe", .string(), required: true, "which probe measured it; `run` for the run itself"),
    Schema.Field("target", .string(), "where; absent for the run itself"),
    Schema.Field("subject", .string(), "the part of the target; absent for the whole"),
    Schema.Field("name", .string(), required: true, "what it is"),
    Schema.Field("unit", .string(), required: true, "its unit"),
    Schema.Field("better", words(NoiseComparison.Better.self), required: true, "which way is better"),
    Schema.Field("least", .number(minimum: 0), required: true, "the least difference that counts"),
    Schema.Field("value", .number(), "what was measured; absent where nothing was that means anything"),
    Schema.Field("series", .string(), required: true, "equal for numbers that compare"),
    Schema.Field("verdict", words(NoiseComparison.Verdict.self), required: true, "what comes of the comparison"),
    Schema.Field("reason", .string(), "why it does not compare; absent where it does"),
    Schema.Field("median", .number(), "the middle of the earlier runs"),
    Schema.Field("lower", .number(), "the lower end of what noise explains"),
    Schema.Field("upper", .number(), "the upper end of what noise explains"),
    Schema.Field(
      "earlier",
      .array(
        object([
          Schema.Field("runID", .string(), required: true, "the run that measured it"),
          Schema.Field("at", .string(.date), required: true, "when that run began"),
          Schema.Field("value", .number(), required: true, "what it measured"),
        ])), required: true, "the earlier runs it is held against, oldest first"),
  ])

  private static let matrix = object([
    Schema.Field("columns", .array(.string()), required: true, "the qualities asked of every service"),
    Schema.Field("services", .array(matrixRow), required: true, "service by quality"),
    Schema.Field("features", .array(matrixRow), required: true, "feature by service"),
  ])

  private static let matrixRow = object([
    Schema.Field("name", .string(), required: true, "the service or feature"),
    Schema.Field("owner", .string(), "who answers for it; absent where nobody is named"),
    Schema.Field(
      "cells",
      .array(
        object([
          Schema.Field("column", .string(), required: true, "the quality, or for a feature the service"),
          Schema.Field("status", words(Status.self), "the worst status of its findings; absent for a hole"),
          Schema.Field("message", .string(), required: true, "why, in one line"),
          Schema.Field("findings", .array(.string()), required: true, "fingerprints of the findings it rests on"),
        ])), required: true, "in the order of the columns"),
  ])

  private static let carried = object([
    Schema.Field("target", .string(), required: true, "where"),
    Schema.Field("probe", .string(), required: true, "which probe looked"),
    Schema.Field("runID", .string(), required: true, "the run that looked"),
    Schema.Field("observedAt", .string(.date), required: true, "when"),
    Schema.Field("expires", .string(.date), required: true, "the last second it may be used"),
    Schema.Field("ageSeconds", .integer(), required: true, "at the time judged for"),
    Schema.Field("refused", .string(), "why it is not used; absent where it is"),
  ])

  private static func object(_ fields: [Schema.Field]) -> Schema { .object(fields, others: .any) }

  private static func words<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> Schema {
    words(Array(Word.allCases))
  }

  private static func words(_ words: [some RawRepresentable<String>]) -> Schema {
    .string(.word(words.map(\.rawValue)))
  }
}
