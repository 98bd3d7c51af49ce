import AuditModel
import Facts

/// The shape of a check's file.
enum CheckSchema {
  static let schema = Schema.object([
    .init("id", .string(.identifier), required: true, "permanent; its first word is the area"),
    .init("title", .string(.nonEmpty), required: true, "states the fact that is checked"),
    .init("severity", .word(Severity.self), required: true, "how much a failure matters"),
    .init("checklist", .array(.string(.identifier)), "the checklist items it serves"),
    .init("probe", .string(.identifier), required: true, "the probe whose facts it judges"),
    .init(
      "targets", .array(.string(.identifier), minimumCount: 1), required: true, "the kinds of target it applies to"),
    .init("safety", .word(SafetyClass.self), "what looking may do to the target", default: "observe"),
    .init("parameters", .object([], others: parameter), "what a policy may adjust, by name"),
    .init("with", .object([], others: .any), "what the probe is asked; ${name} stands for a parameter"),
    .init("when", .array(condition), "conditions on the declaration; else the check is not applicable"),
    .init("needs", .array(.string(.identifier)), "checks on the same target that must pass first"),
    .init("each", .string(.jsonPath), "selects the subjects that are judged one by one"),
    .init("subject", .string(.nonEmpty), "names one subject; with each"),
    .init("ifNone", absence, "what it means that there is no subject; with each"),
    .init("expect", .array(expectation, minimumCount: 1), required: true, "what must hold; a miss is fail"),
    .init("prefer", .array(expectation), "what should hold; a miss is warn"),
    .init("evidence", .array(.string(.jsonPath)), "facts shown beside a finding"),
    .init("rationale", .string(.nonEmpty), required: true, "why it matters"),
    .init("remediation", remediation, required: true, "how to mend it"),
    .init("references", .array(.string(.nonEmpty)), "where the rule comes from"),
    .init("examples", .array(example, minimumCount: 2), required: true, "facts it passes and facts it fails"),
  ])

  /// What a parameter's value may be.
  static let parameterTypes = ["number", "integer", "string", "boolean", "list"]

  private static let parameter = Schema.object([
    .init("type", .string(.word(parameterTypes)), required: true, "the type of its values"),
    .init("default", .any, required: true, "its value unless a policy says otherwise"),
    .init("minimum", .number(), "the least value, inclusive; of a number"),
    .init("maximum", .number(), "the greatest value, inclusive; of a number"),
    .init("unit", .string(.nonEmpty), required: true, "its unit or meaning, in words"),
  ])

  private static let absence = Schema.object([
    .init(
      "status", .string(.word(["pass", "warn", "fail", "unknown", "manual", "notApplicable"])), required: true,
      "the status it gives"),
    .init("because", .string(.nonEmpty), required: true, "the sentence in the report"),
  ])

  private static let remediation = Schema.object([
    .init(
      "effort", .word(CheckDefinition.Remediation.Effort.self), required: true,
      "low: minutes; medium: hours; high: days"),
    .init("text", .string(.nonEmpty), required: true, "what to do"),
  ])

  private static let example = Schema.object([
    .init("name", .string(.nonEmpty), required: true, "what is special about it"),
    .init("facts", .any, required: true, "the facts, as far as the check reads them"),
    .init("declaration", .object([], others: .any), "what the inventory declares, if it matters"),
    .init("parameters", .object([], others: .any), "parameter values other than the defaults"),
    .init(
      "status", .string(.word(["pass", "warn", "fail", "error", "unknown", "manual", "notApplicable"])), required: true,
      "the status the check must give"),
  ])

  private static let condition = Schema.object(
    [.init("declared", .string(.jsonPath), required: true, "reads the declaration: $.sslmode")] + relations
      + [.init("otherwise", .string(.nonEmpty), required: true, "the reason shown when it does not hold")])

  private static let expectation = Schema.object(
    [.init("fact", .string(.jsonPath), required: true, "the facts compared, from $ or from the subject @")] + relations
      + [
        .init("otherwise", .string(.nonEmpty), "the message when they are not as demanded; stands alone"),
        .init("ifMissing", absence, "what it means that nothing was observed; else unknown"),
      ])

  /// The fields of which an expectation has one: what a fact is compared with.
  static let relations = Matcher.Relation.allCases.map { relation in
    Schema.Field(relation.rawValue, limit(of: relation), summary(of: relation))
  }

  private static func limit(of relation: Matcher.Relation) -> Schema {
    let fact = Schema.object([
      .init("fact", .string(.jsonPath), required: true, "another fact, which must select one value")
    ])
    return switch relation {
    case .equals, .notEquals: .any
    case .atLeast, .atMost, .moreThan, .lessThan: .either([.number(), .string(.nonEmpty), fact])
    case .oneOf, .noneOf: .either([.array(.any, minimumCount: 1), .string(.nonEmpty), fact])
    case .contains, .excludes: .either([.string(.nonEmpty), .number(), .boolean, fact])
    case .matches, .matchesNot: .either([.string(.nonEmpty), fact])
    case .exists, .isEmpty: .boolean
    case .countAtLeast, .countAtMost: .either([.integer(minimum: 0), .string(.nonEmpty), fact])
    }
  }

  private static func summary(of relation: Matcher.Relation) -> String {
    switch relation {
    case .equals: "equal to the limit"
    case .notEquals: "different from the limit"
    case .atLeast: "a number, or text in scalar order, not below the limit"
    case .atMost: "a number, or text in scalar order, not above the limit"
    case .moreThan: "above the limit"
    case .lessThan: "below the limit"
    case .oneOf: "equal to one of these"
    case .noneOf: "equal to none of these"
    case .contains: "a list holding the limit, or text holding it as a part"
    case .excludes: "a list or text not holding the limit"
    case .matches: "text matching the I-Regexp (RFC 9485) as a whole"
    case .matchesNot: "text not matching the I-Regexp as a whole"
    case .exists: "true: the path selects something other than null; false: it selects nothing"
    case .isEmpty: "true: an empty list, object or text; false: one with content"
    case .countAtLeast: "the path selects at least this many values"
    case .countAtMost: "the path selects at most this many values"
    }
  }
}

extension Schema {
  /// One of the words of an enumeration.
  static func word<Word: CaseIterable & RawRepresentable<String>>(_: Word.Type) -> Schema {
    .string(.word(Word.allCases.map(\.rawValue)))
  }
}
