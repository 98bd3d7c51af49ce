import Facts

/// Holds a document against the shape its kind of file has.
enum Structure {
  /// More than anybody reads: a bound for hostile files.
  private static let mostViolations = 200

  /// Adds what is wrong with `root`.
  static func check(
    _ root: LocatedValue, against schema: Schema, into problems: inout Problems
  ) {
    for violation in schema.violations(of: root.value).prefix(mostViolations) {
      add(violation, in: root, to: &problems)
    }
  }

  /// Adds one violation at its place. `whole` is what `root` is to a reader.
  static func add(
    _ violation: Schema.Violation, in root: LocatedValue, called whole: String = "the file", to problems: inout Problems
  ) {
    let value = root.descendant(at: violation.path)
    let name = name(of: violation.path)
    switch violation.kind {
    case .unknownName(let key, let allowed):
      problems.add(
        "unknown-key", "unknown key `\(key)`", at: value.member(key)?.nameSpan ?? value.span,
        fix: Suggestion.phrase(key, among: allowed, label: "allowed are"))
    case .missingName(let key):
      problems.add("missing-key", "\(name ?? whole) needs the key `\(key)`", at: value.span)
    case .wrongType(let expected, let found):
      problems.add(
        "wrong-type", "\(name ?? whole) must be \(expected), not \(found)", at: value.span,
        fix: quoting(value, expected: expected))
    case .outOfRange(let bounds):
      problems.add("out-of-range", "\(name ?? "the value") must be \(bounds)", at: value.span)
    case .notOneOf(let allowed):
      let text = value.string ?? ""
      problems.add(
        "unknown-word", "\(name ?? "the value") cannot be `\(text)`", at: value.span,
        fix: Suggestion.phrase(text, among: allowed, label: "allowed are"))
    case .malformed(let meaning):
      problems.add("malformed", "\(name ?? "the value") must be \(meaning)", at: value.span)
    case .tooFew(let count):
      problems.add(
        "too-few", "\(name ?? "the list") needs at least \(count) element\(count == 1 ? "" : "s")", at: value.span)
    }
  }

  /// What a value is called: its key, or its number in the list of that key, from 1.
  private static func name(of path: [Schema.Violation.Step]) -> String? {
    switch path.last {
    case nil: nil
    case .name(let name): "`\(name)`"
    case .index(let index): "element \(index + 1) of \(self.name(of: path.dropLast()) ?? "the list")"
    }
  }

  /// Text that was written so that it means something else only needs quotes.
  private static func quoting(_ value: LocatedValue, expected: String) -> String? {
    guard expected.contains("text"), let plain = value.plainText, !plain.isEmpty else { return nil }
    return "write it in quotes: \"\(plain)\""
  }
}
