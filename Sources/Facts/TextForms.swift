extension Schema.TextForm {
  /// What is wrong with `text`; nil if it has the form.
  func violation(by text: String) -> Schema.Violation.Kind? {
    switch self {
    case .free: return nil
    case .nonEmpty: return text.isEmpty ? .malformed(meaning) : nil
    case .word(let words): return words.contains { $0.utf8.elementsEqual(text.utf8) } ? nil : .notOneOf(allowed: words)
    case .jsonPath:
      do throws(JSONPath.SyntaxError) {
        _ = try FactPath(text)
        return nil
      } catch {
        return .malformed("a JSONPath (RFC 9535): \(error.message) (at character \(error.offset + 1))")
      }
    case .identifier, .date, .secretReference, .path, .openAPIDocument, .requestPath, .url:
      let hasForm = pattern.flatMap { Regexp($0) }?.matches(text) ?? false
      return hasForm ? nil : .malformed(meaning)
    }
  }

  /// The form as a regular expression that means the same as an I-Regexp here and, between `^` and `$`, in ECMA-262,
  /// which JSON Schema uses; nil where the form is not told by one.
  var pattern: String? {
    switch self {
    case .free, .nonEmpty, .word, .jsonPath: nil
    case .identifier: "[A-Za-z][A-Za-z0-9_.-]*"
    case .date: Self.day + "([Tt ]" + Self.time + ")?"
    case .secretReference: #"[$]\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^}]+)\}"#
    case .path, .openAPIDocument: "[^\0]+"
    case .requestPath: #"/[!"$-~]*"#
    case .url(let schemes): "(\(schemes.map(Self.quoted).joined(separator: "|")))://" + #"[!"$-.0->@-~][!-~]*"#
    }
  }

  /// The form in words.
  private var meaning: String {
    switch self {
    case .free: "any text"
    case .nonEmpty: "text that is not empty"
    case .word(let words): "one of " + words.joined(separator: ", ")
    case .identifier: "a letter, then letters, digits, `-`, `_` and `.`"
    case .date: "a day like 2026-11-24 or a time like 2026-11-24T10:00:00Z (RFC 3339)"
    case .secretReference: "a reference to a secret: ${env:NAME} or ${file:path}"
    case .jsonPath: "a JSONPath (RFC 9535)"
    case .path: "a file or folder"
    case .openAPIDocument: "a file that holds an OpenAPI document"
    case .requestPath: "a path that begins with / and holds neither spaces nor #"
    case .url(let schemes): "a URL that starts with " + schemes.map { $0 + "://" }.joined(separator: " or ")
    }
  }

  /// A URL scheme with the characters escaped that mean something in a pattern.
  private static func quoted(_ scheme: String) -> String {
    scheme.map { $0 == "+" || $0 == "." ? "\\\($0)" : String($0) }.joined()
  }

  /// A day of the Gregorian calendar, leap years included.
  private static let day =
    "([0-9]{4}-(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))"
    + "|(02-(0[1-9]|1[0-9]|2[0-8])))"
    + "|(([0-9]{2}(0[48]|[2468][048]|[13579][26]))|(([02468][048]|[13579][26])00))-02-29)"

  /// A time of day with its offset (RFC 3339 section 5.6), a leap second included.
  private static let time =
    #"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"#
}
