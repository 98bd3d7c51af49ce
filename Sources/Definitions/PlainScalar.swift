import Facts

/// What a YAML scalar without quotes means.
///
/// Only what every version of YAML and every parser reads alike is accepted; the rest has to be written unmistakably.
/// Messages do not repeat the scalar: it may be a secret.
enum PlainScalar {
  /// It means this value.
  case value(JSONValue)
  /// Parsers differ; what is wrong, and how to say it clearly.
  case ambiguous(String, fix: String)

  init(_ text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .value(.null)
    case "true", "True", "TRUE": self = .value(.bool(true))
    case "false", "False", "FALSE": self = .value(.bool(false))
    default: self = Self.word(text) ?? Self.number(text) ?? .value(.string(text))
    }
  }

  /// YAML 1.1 takes these for truth values, YAML 1.2 for text.
  private static func word(_ text: String) -> PlainScalar? {
    switch text.lowercased() {
    case "yes", "on":
      .ambiguous("this is true to some YAML parsers and text to others", fix: "write true, or put it in quotes")
    case "no", "off":
      .ambiguous("this is false to some YAML parsers and text to others", fix: "write false, or put it in quotes")
    default: nil
    }
  }

  private static func number(_ text: String) -> PlainScalar? {
    guard let first = text.utf8.first, "0123456789+-.".utf8.contains(first) else { return nil }
    let digits = text.drop { $0 == "+" || $0 == "-" }
    switch digits.lowercased() {
    case ".inf", ".nan":
      return .ambiguous("this is not a finite number", fix: "write a finite number, or put it in quotes")
    default: break
    }
    guard text.count - digits.count <= 1, let start = digits.utf8.first else { return nil }
    let isWhole = digits.utf8.allSatisfy { (48...57).contains($0) }
    if isWhole, digits.count > 1, start == 48 {
      return .ambiguous(
        "this is an octal number to some YAML parsers", fix: "write it without the leading zero, or put it in quotes")
    }
    let hasPrefix = digits.hasPrefix("0x") || digits.hasPrefix("0o") || digits.hasPrefix("0b")
    if hasPrefix && digits.dropFirst(2).allSatisfy(\.isHexDigit) && digits.count > 2
      || digits.contains("_") && digits.utf8.allSatisfy({ (48...57).contains($0) || $0 == 95 || $0 == 46 })
        && (48...57).contains(start)
    {
      return .ambiguous(
        "this is a number to some YAML parsers and text to others", fix: "write decimal digits, or put it in quotes")
    }
    guard digits.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
      digits.utf8.contains(where: { (48...57).contains($0) })
    else { return nil }
    if isWhole, let number = Int(text) { return .value(.integer(number)) }
    guard let number = Double(text) else { return nil }
    guard number.isFinite else {
      return .ambiguous("this is beyond the range of a double", fix: "write a smaller number, or put it in quotes")
    }
    return .value(.double(number))
  }
}
