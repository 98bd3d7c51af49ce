import AuditModel
import Facts

/// Checks as people read them: on the console and in the generated catalogue.
enum CatalogueText {
  /// Everything about one check, as Markdown.
  static func markdown(_ check: CheckDefinition, level: Int = 2) -> String {
    let heading = String(repeating: "#", count: level)
    var parts = [
      "\(heading) \(check.id)\n\n**\(check.title)**",
      """
      severity \(check.severity.rawValue) · probe `\(check.probe)` · targets \(check.targets.joined(separator: ", ")) · \
      safety \(check.safety.rawValue)\(check.checklist.isEmpty ? "" : " · checklist \(check.checklist.joined(separator: ", "))")
      """,
      check.rationale,
      "Expected:\n\n" + expectations(check).map { "- \($0)" }.joined(separator: "\n"),
    ]
    if !check.parameters.isEmpty {
      parts.append(
        "Parameters:\n\n"
          + check.parameters.map { "- `\($0.name)`: \(JSONText.compact($0.fallback)) by default, \($0.unit)" }
          .joined(separator: "\n"))
    }
    if !check.needs.isEmpty { parts.append("Needs: \(check.needs.joined(separator: ", "))") }
    if !check.when.isEmpty {
      parts.append("Not applicable where " + check.when.map(\.otherwise).joined(separator: "; or where "))
    }
    parts.append("To mend it (\(check.remediation.effort.rawValue) effort): \(check.remediation.text)")
    if !check.examples.isEmpty {
      parts.append(
        "Examples:\n\n" + check.examples.map { "- \($0.name): \($0.status.rawValue)" }.joined(separator: "\n"))
    }
    if !check.references.isEmpty { parts.append("References: \(check.references.joined(separator: "; "))") }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The whole catalogue, as Markdown: `docs/checks.md`.
  static func markdown(_ checks: [CheckDefinition], checklist: [ChecklistItem]) -> String {
    let rows = checklist.map { item in
      let ids = checks.filter { $0.checklist.contains(item.id) }.map { "[\($0.id)](#\($0.id))" }
      let asked = item.attest.map { "[attested](waivers.md#attestations): `\($0.id)`" }
      let served = ids + (ids.isEmpty ? asked : [])
      return "| \(item.id) | \(item.title) | \(served.isEmpty ? "not covered yet" : served.joined(separator: ", ")) |"
    }
    return """
      # The checks

      \(checks.count) checks, written by `prodworthy checks --markdown`. A test keeps this page fresh.

      | item | requirement | checks |
      |---|---|---|
      \(rows.joined(separator: "\n"))

      \(checks.map { markdown($0) }.joined(separator: "\n"))
      """
  }

  private static func expectations(_ check: CheckDefinition) -> [String] {
    let scope = check.each.map { "for each `\($0.path.text)`: " } ?? ""
    func line(_ expectation: CheckDefinition.Expectation, _ word: String) -> String {
      let limit: String =
        switch expectation.matcher.limit {
        case .literal(let value): expectation.matcher.sentence(limit: value)
        case .parameter(let name): "\(expectation.matcher.relation.rawValue) `${\(name)}`"
        case .fact(let path): "\(expectation.matcher.relation.rawValue) `\(path.text)`"
        }
      return "\(scope)`\(expectation.fact.text)` \(word) \(limit)"
    }
    return check.expect.map { line($0, "is") } + check.prefer.map { line($0, "is preferably") }
  }
}
