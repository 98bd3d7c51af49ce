import AuditModel
import Facts

extension CheckValidation {
  /// Exactly one relation, with a limit that it can compare and that the facts can reach.
  mutating func checkRelation(_ value: LocatedValue, on path: LocatedValue?, in schema: Schema?) {
    guard value.value.object != nil else { return }
    let given = Matcher.Relation.allCases.compactMap { relation in
      value.member(relation.rawValue).map { (relation: relation, member: $0) }
    }.sorted {
      ($0.member.nameSpan.line, $0.member.nameSpan.column) < ($1.member.nameSpan.line, $1.member.nameSpan.column)
    }
    guard let (relation, member) = given.first else {
      problems.add(
        "relation", "a comparison is missing", at: value.span,
        fix: "add one of \(Matcher.Relation.allCases.map(\.rawValue).joined(separator: ", "))")
      return
    }
    for extra in given.dropFirst() {
      problems.add(
        "relation", "there is a second comparison `\(extra.member.name)`", at: extra.member.nameSpan,
        fix: "write a second expectation")
    }
    let limit = member.value
    if let name = limit.value.parameterName {
      use(name, at: limit.span)
      checkLimit(parameters[name]?.value["default"]?.value, of: relation, at: limit.span)
    } else if limit.value.comparedFact != nil {
      let fact = limit["fact"]
      if schema == nil { checkFact(fact) } else { checkPath(fact, in: schema, of: "the inventory's declaration") }
      if let text = fact?.string, let path = try? FactPath(text), !path.query.isSingular {
        problems.add("relation", "`\(text)` can select several values", at: fact?.span ?? limit.span)
      }
    } else {
      checkLimit(limit.value, of: relation, at: limit.span)
      checkReach(of: limit, relation, on: path, in: schema)
    }
  }

  mutating func checkLimit(_ limit: JSONValue?, of relation: Matcher.Relation, at span: Span) {
    guard let limit else { return }
    let wanted: String? =
      switch relation {
      case .equals, .notEquals, .exists, .isEmpty, .contains, .excludes: nil
      case .atLeast, .atMost, .moreThan, .lessThan:
        limit.double == nil && limit.string == nil ? "a number or text" : nil
      case .oneOf, .noneOf: limit.array == nil ? "a list" : nil
      case .countAtLeast, .countAtMost: limit.integer == nil ? "a whole number" : nil
      case .matches, .matchesNot:
        if case .incomparable = Matcher(relation, .literal(limit)).verdict(on: [""], limit: limit) {
          "a regular expression of RFC 9485"
        } else {
          nil
        }
      }
    if let wanted { problems.add("relation", "`\(relation.rawValue)` takes \(wanted)", at: span) }
  }

  /// A limit that the facts never equal makes a check that can only pass or only fail.
  mutating func checkReach(
    of limit: LocatedValue, _ relation: Matcher.Relation, on path: LocatedValue?, in schema: Schema?
  ) {
    let limits: [LocatedValue]
    switch relation {
    case .equals, .notEquals: limits = [limit]
    case .oneOf, .noneOf: limits = limit.elements
    default: return
    }
    guard let text = path?.string, let path = try? FactPath(text) else { return }
    let origin = path.origin == .subject ? subject : schema ?? probe?.facts
    guard let schemas = origin.map({ path.query.possibleSchemas(in: $0) }), !schemas.isEmpty else { return }
    for limit in limits where !limit.value.isNull {
      let violations = schemas.map { $0.violations(ofPart: limit.value) }
      guard violations.allSatisfy({ !$0.isEmpty }) else { continue }
      var fix: String?
      if case .notOneOf(let allowed)? = violations.first?.first?.kind {
        fix = Suggestion.phrase(limit.string ?? "", among: allowed, label: "it can be")
      } else if case .wrongType(let expected, _)? = violations.first?.first?.kind {
        fix = "it is \(expected)"
      }
      problems.add(
        "limit-out-of-reach", "`\(text)` is never \(JSONText.compact(limit.value))", at: limit.span, fix: fix)
    }
  }
}
