/// What a `Strict-Transport-Security` field says (RFC 6797 section 6.1).
struct StrictTransportSecurity: Sendable, Hashable {
  /// Seconds.
  var maxAge: Int
  var includesSubDomains = false
  /// Asks for the browsers' preload list; no part of the RFC.
  var preloads = false

  /// Nil for a field a browser would ignore: no single valid `max-age`, or a directive given twice.
  init?(_ field: String) {
    var maxAge: Int?
    var names: Set<String> = []
    for directive in field.split(separator: ";") where !directive.trimmed.isEmpty {
      let parts = directive.split(separator: "=", maxSplits: 1)
      let name = parts.first.map { $0.trimmed.lowercased() } ?? ""
      guard names.insert(name).inserted else { return nil }
      switch name {
      case "max-age":
        var digits = parts.count > 1 ? parts[1].trimmed : ""
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
}
