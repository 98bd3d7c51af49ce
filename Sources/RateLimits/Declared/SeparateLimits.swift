/// `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`: versions up to 06 of the IETF draft.
enum SeparateLimits {
  /// Nil where none of the fields can be read.
  static func read(_ fields: FieldLines) -> Declaration.Reading? {
    // Older versions list the policies behind the limit: `100, 100;w=60;burst=1000`.
    let limit = fields.joined("ratelimit-limit")
    let quota = limit.flatMap(Figure.leadingCount)
    let remaining = fields.first("ratelimit-remaining").flatMap(Figure.leadingCount)
    // Seconds from now, and nothing else.
    let reset = fields.first("ratelimit-reset").flatMap(Figure.leadingCount)
    guard quota != nil || remaining != nil || reset != nil else { return nil }
    var policies = StructuredLimits.policies(fields.joined("ratelimit-policy"), limit: quota)
    if let limit, policies.allSatisfy({ $0.windowSeconds == nil }) {
      let listed = CustomaryLimits.policies(limit)
      if !listed.isEmpty { policies = listed }
    }
    return Declaration.Reading(
      form: .separate, policies: policies,
      standings: remaining == nil && reset == nil
        ? [] : [Declaration.Standing(remaining: remaining, resetSeconds: reset.map(Double.init))])
  }
}
