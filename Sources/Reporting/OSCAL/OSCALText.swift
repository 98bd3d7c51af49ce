import Facts

/// The data types of OSCAL (metaschema data types, version 1.2).
enum OSCALText {
  /// `raw` as a `token`: a letter or underscore, then letters, digits, `.`, `-` and `_`.
  static func token(_ raw: String) -> String {
    var token = String.UnicodeScalarView()
    for scalar in Untrusted.oneLine(raw, limit: 200).unicodeScalars {
      let isDigit = ("0"..."9").contains(scalar)
      let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
      if token.isEmpty, !isLetter { token.append("_") }
      token.append(isLetter || isDigit || scalar == "." || scalar == "-" ? scalar : "_")
    }
    return token.isEmpty ? "_" : String(token)
  }

  /// `raw` as a `string`: something that neither starts nor ends with white space.
  static func string(_ raw: String) -> JSONValue {
    var text = Untrusted.oneLine(raw).unicodeScalars[...]
    while let first = text.first, first.properties.isWhitespace { text.removeFirst() }
    while let last = text.last, last.properties.isWhitespace { text.removeLast() }
    return .string(text.isEmpty ? "—" : String(text))
  }

  /// A property; its name is ours, and so is the namespace, since OSCAL reserves names without one.
  static func property(_ name: String, _ value: String) -> JSONValue {
    ["name": .string(name), "ns": "urn:prodworthy:oscal", "value": string(value)]
  }

  /// Text from an audited system where OSCAL wants Markdown: a code span, in which nothing is obeyed.
  static func code(_ raw: String) -> JSONValue { .string(MarkdownText.code(raw)) }

  /// Text of a check's author where OSCAL wants Markdown.
  static func prose(_ raw: String) -> JSONValue {
    let text = MarkdownText.prose(raw)
    return .string(text.allSatisfy(\.isWhitespace) ? "—" : text)
  }
}
