import Facts

/// The security requirements of one document (OpenAPI 3.1 section 4.8.30, Swagger 2 "Security Requirement Object").
struct OpenAPISecurity {
  /// The names of the schemes it declares.
  private var schemes: [String] = []
  /// What holds where an operation says nothing itself; nil where the document says nothing for the whole.
  private var general: OpenAPIDocument.Access?
  /// Whether the document speaks of security anywhere.
  private var isMentioned = false

  /// Nothing is declared.
  init() {}

  /// What the document declares for the whole.
  init(of root: LocatedValue, isSwagger: Bool, _ problems: inout Problems) {
    let declared = isSwagger ? root["securityDefinitions"] : root["components"]?["securitySchemes"]
    schemes = declared?.members.map(\.name) ?? []
    general = root["security"].map { access(by: $0, &problems) }
    let operations = root["paths"]?.members.flatMap(\.value.members).map(\.value) ?? []
    isMentioned = !schemes.isEmpty || general != nil || operations.contains { $0["security"] != nil }
  }

  /// Who may send `operation`: its own requirements replace those of the whole.
  func access(of operation: LocatedValue, _ problems: inout Problems) -> OpenAPIDocument.Access {
    if let own = operation["security"] { return access(by: own, &problems) }
    return general ?? (isMentioned ? .public : .undeclared)
  }

  /// A list of alternatives; an empty list, and an empty alternative, let anybody in.
  private func access(by requirements: LocatedValue, _ problems: inout Problems) -> OpenAPIDocument.Access {
    guard requirements.value.array != nil else {
      problems.add("wrong-type", "`security` must be a list", at: requirements.span)
      return .undeclared
    }
    for requirement in requirements.elements {
      guard requirement.value.object != nil else {
        problems.add("wrong-type", "a security requirement must be an object", at: requirement.span)
        continue
      }
      for scheme in requirement.members where !schemes.contains(scheme.name) {
        problems.add(
          "unknown-security-scheme", "there is no security scheme `\(scheme.name)`", at: scheme.nameSpan,
          fix: Suggestion.phrase(scheme.name, among: schemes))
      }
    }
    let isOpen =
      requirements.elements.isEmpty || requirements.elements.contains { $0.value.object?.members.isEmpty ?? false }
    return isOpen ? .public : .protected
  }
}
