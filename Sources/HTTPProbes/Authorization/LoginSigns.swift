import HTTPExchange

/// How to tell that an answer asks a stranger to log in.
struct LoginSigns: Sendable {
  /// The path or URL that strangers are sent to, where the inventory names it.
  var declared: String?

  /// Words in a path or host name that begin a login: products, protocols and habits.
  private static let words: Set<String> = [
    "login", "signin", "logon", "signon", "auth", "oauth", "oauth2", "sso", "saml", "saml2", "oidc", "cas", "authorize",
    "authenticate", "authentication", "session", "sessions", "idp", "adfs", "keycloak", "realms", "unauthorized",
  ]
  /// Parameters by which a login page learns where to lead back to.
  private static let returns: Set<String> = [
    "next", "return", "returnto", "returnurl", "returnuri", "redirect", "redirectto", "redirecturl", "redirecturi",
    "continue", "from", "rd", "back", "backurl", "service", "samlrequest", "clientid", "callbackurl",
  ]

  /// Whether a redirect leads to a login.
  func isLogin(_ url: HTTPURL, from origin: HTTPURL) -> Bool {
    if let declared {
      if declared.hasPrefix("/") {
        if url.hasSameOrigin(as: origin), Self.begins(String(url.path), with: declared) { return true }
      } else if Self.begins(url.text, with: declared) {
        return true
      }
    }
    if isLoginPath(String(url.path)) { return true }
    if url.host != origin.host,
      Self.parts(of: url.host).contains(where: { Self.words.contains($0) || $0 == "accounts" })
    {
      return true
    }
    return url.target.lowercased().drop { $0 != "?" }.dropFirst().split(separator: "&").contains { parameter in
      let name = parameter.prefix { $0 != "=" }
      let value = parameter.dropFirst(name.count + 1)
      return Self.returns.contains(name.filter { $0 != "_" && $0 != "-" })
        && (value.hasPrefix("/") || value.hasPrefix("%2f") || value.hasPrefix("http"))
    }
  }

  /// Whether a path is called like that of a login.
  func isLoginPath(_ path: String) -> Bool {
    if let declared, declared.hasPrefix("/"), Self.begins(path, with: declared) { return true }
    // `sign-in` and `log_in` are one word.
    return path.lowercased().split(separator: "/").contains { segment in
      Self.words.contains(segment.filter { $0 != "-" && $0 != "_" })
        || Self.parts(of: String(segment)).contains(where: Self.words.contains)
    }
  }

  /// Whether a page asks for a password.
  static func hasPasswordField(_ response: HTTPResponse) -> Bool {
    guard let text = response.text?.lowercased(),
      response.mediaType.map({ $0.contains("html") }) ?? text.contains("<html")
    else { return false }
    return text.split(separator: "<").contains { tag in
      guard tag.hasPrefix("input") else { return false }
      let inside = tag.prefix { $0 != ">" }.filter { !" \t\r\n\"'".contains($0) }
      return inside.contains("type=password")
    }
  }

  private static func begins(_ text: String, with start: String) -> Bool {
    guard text.hasPrefix(start) else { return false }
    return start.hasSuffix("/") || text.dropFirst(start.count).first.map { "/?#;".contains($0) } ?? true
  }

  private static func parts(of text: String) -> [String] {
    text.lowercased().split { ".-_".contains($0) }.map(String.init)
  }
}
