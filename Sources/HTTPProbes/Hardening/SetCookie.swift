import HTTPExchange

/// What one `Set-Cookie` field asks a browser to keep (RFC 6265 section 5.2, RFC 6265bis); never the cookie's value.
struct SetCookie: Sendable, Hashable {
  /// A word of `SameSite` that browsers know.
  enum SameSite: String, Sendable, CaseIterable {
    case strict, lax, none
  }

  var name: String
  var isSecure = false
  var isHTTPOnly = false
  /// Nil where it is missing or unknown, which browsers treat alike.
  var sameSite: SameSite?
  /// A `SameSite` attribute with a word that browsers do not know.
  var hasUnknownSameSite = false
  /// In lower case without a leading dot; nil for the host alone.
  var domain: String?
  /// Nil where it is missing or does not begin with `/`.
  var path: String?
  /// Seconds; the last one given.
  var maxAge: Int?
  /// Whether `Expires` or `Max-Age` is given: the cookie outlives the browser's session.
  var persists = false

  /// Nil for a field that sets no cookie: no name, or a control character.
  init?(_ field: String) {
    let parts = field.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    guard let pair = parts.first, let equals = pair.firstIndex(of: UInt8(ascii: "=")),
      !pair.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
    else { return nil }
    name = String(Substring(pair[..<equals])).trimmed
    guard !name.isEmpty else { return nil }
    for part in parts.dropFirst() { read(Substring(part)) }
  }

  private mutating func read(_ attribute: Substring) {
    let parts = attribute.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let value = parts.count > 1 ? parts[1].trimmed : ""
    switch parts.first?.trimmed.lowercased() ?? "" {
    case "secure": isSecure = true
    case "httponly": isHTTPOnly = true
    case "samesite":
      sameSite = SameSite(rawValue: value.lowercased())
      if sameSite == nil { hasUnknownSameSite = true }
    case "domain":
      let name = value.hasPrefix(".") ? String(value.dropFirst()) : value
      if !name.isEmpty { domain = name.lowercased() }
    case "path": path = value.hasPrefix("/") ? value : nil
    case "max-age":
      let digits = value.hasPrefix("-") ? value.dropFirst() : value[...]
      guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return }
      maxAge = Int(value) ?? (value.hasPrefix("-") ? .min : .max)
      persists = true
    case "expires": persists = persists || !value.isEmpty
    default: break
    }
  }

  // MARK: What it is for

  /// Parts of names that session cookies commonly have, in lower case.
  static let sessionMarks = ["sess", "login"]
  /// Parts of names that tokens against forged requests commonly have, in lower case.
  static let antiForgeryMarks = ["csrf"]

  /// Whether the name is that of a session cookie.
  var isSession: Bool { Self.sessionMarks.contains { name.lowercased().contains($0) } }

  /// Whether the name is that of a token against forged requests, which scripts may have to read.
  var isAntiForgery: Bool { Self.antiForgeryMarks.contains { name.lowercased().contains($0) } }

  /// What its name promises and the field breaks, so that browsers refuse it (RFC 6265bis section 4.1.3); nil for nothing.
  ///
  /// `defaultPath` is what holds without `Path`.
  func brokenPrefix(defaultPath: String) -> String? {
    if name.hasPrefix("__Secure-"), !isSecure { return "__Secure-" }
    if name.hasPrefix("__Host-"), !isSecure || domain != nil || (path ?? defaultPath) != "/" { return "__Host-" }
    return nil
  }
}
