/// What a `Strict-Transport-Security` field says (RFC 6797 section 6.1).
package struct StrictTransportSecurity: Sendable, Hashable {
  /// Seconds.
  package var maxAge: Int
  /// Whether the names below are meant too.
  package var includesSubDomains = false
  /// Asks for the browsers' preload list; no part of the RFC.
  package var preloads = false

  /// Nil for a field a browser would ignore: no single valid `max-age`, or a directive given twice.
  package init?(_ field: String) {
    var maxAge: Int?
    var names: Set<String> = []
    for directive in field.split(separator: ";") where !Self.trimmed(directive).isEmpty {
      let parts = directive.split(separator: "=", maxSplits: 1)
      let name = parts.first.map { Self.trimmed($0).lowercased() } ?? ""
      guard names.insert(name).inserted else { return nil }
      switch name {
      case "max-age":
        var digits = parts.count > 1 ? Self.trimmed(parts[1]) : ""
        if digits.count > 1, digits.hasPrefix("\""), digits.hasSuffix("\"") {
          digits = String(digits.dropFirst().dropLast())
        }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        maxAge = Int(digits) ?? .max
      case "includesubdomains": includesSubDomains = true
      case "preload": preloads = true
      default: break
      }
    }
    guard let maxAge else { return nil }
    self.maxAge = maxAge
  }

  /// Without blanks and tabs at its ends (RFC 9110 section 5.6.3).
  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
