/// How secrets are told from other settings, by their names and their looks.
package enum SecretSigns {
  private static let words: [String] = [
    "PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "API_KEY", "ACCESS_KEY", "PRIVATE_KEY",
    "CREDENTIAL", "ENCRYPTION_KEY", "SIGNING_KEY", "MASTER_KEY", "AUTH_KEY", "_PASS", "_PWD", "LICENSE_KEY", "SALT",
    "WEBHOOK_URL",
  ]

  private static let harmlessEnds: [String] = [
    "_FILE", "_PATH", "_DIR", "_TTL", "_EXPIRY", "_EXPIRES", "_EXPIRATION", "_EXPIRES_IN", "_LIFETIME", "_LENGTH",
    "_ENDPOINT", "_NAME", "_USER", "_USERNAME", "_ID", "_ENABLED", "_REQUIRED", "_ISSUER", "_AUDIENCE", "_HEADER",
    "_TYPE",
    "_ALGORITHM", "_ALG", "_MIN", "_MAX", "_COUNT", "_LIMIT", "_TIMEOUT", "_MODE", "_POLICY", "_PREFIX", "_METHOD",
    "_ENCRYPTION", "_HOST", "_PORT", "_REGION", "_ROUNDS", "_URI_TEMPLATE", "_MINUTES", "_SECONDS", "_HOURS", "_DAYS",
  ]

  /// Whether a name says that its value is a secret.
  package static func isSecretName(_ name: String) -> Bool {
    let upper = name.uppercased().map { $0 == "-" || $0 == "." ? "_" : $0 }
    let text = String(upper)
    if text.contains("PUBLIC_KEY") || text.contains("ALLOW_EMPTY") { return false }
    // The one name that ends like an identifier and is half of a key.
    if text.hasSuffix("AWS_ACCESS_KEY_ID") { return true }
    guard words.contains(where: text.contains) || text == "PASS" || text == "PGPASSWORD" else { return false }
    return !harmlessEnds.contains(where: text.hasSuffix)
  }

  /// Values that say nothing secret whatever the name is.
  package static func isHarmlessValue(_ value: String) -> Bool {
    let lower = value.lowercased()
    return value.isEmpty || ["true", "false", "yes", "no", "on", "off", "none", "null"].contains(lower)
      || value.hasPrefix("/run/secrets/") || value.hasPrefix("/") && !value.contains(" ") && value.count < 200
      || value.hasPrefix("file:") || value.utf8.allSatisfy { (48...57).contains($0) } && value.utf8.count < 4
  }

  /// Passwords that come with programs or stand in their examples.
  private static let wellKnown: Set<String> = [
    "admin", "administrator", "password", "passwd", "pass", "postgres", "postgresql", "root", "toor", "secret",
    "changeme",
    "change_me", "change-me", "changeit", "changethis", "change_this", "example", "test", "testing", "guest",
    "minioadmin",
    "minio", "minio123", "123456", "1234567", "12345678", "123456789", "1234", "12345", "qwerty", "default", "mysql",
    "mariadb", "redis", "rabbitmq", "mongo", "mongodb", "user", "letmein", "admin123", "password1", "password123",
    "p@ssw0rd", "passw0rd", "sa", "demo", "dev", "development", "local", "foobar", "foo", "bar", "elastic", "grafana",
    "supersecret", "secret123", "mysecretpassword", "mypassword", "yourpassword", "your_password", "your-password",
    "abc123",
    "welcome", "welcome1", "docker", "replace_me", "replaceme", "todo", "xxx", "insecure", "notsecure",
  ]

  /// Whether a password is one that everybody tries first.
  package static func isWellKnown(_ value: String) -> Bool { wellKnown.contains(value.lowercased()) }

  /// Whether a value waits to be filled in.
  package static func isPlaceholder(_ value: String) -> Bool {
    let lower = value.lowercased()
    return lower.hasPrefix("<") && lower.hasSuffix(">") || lower.contains("changeme") || lower.contains("change_me")
      || lower.contains("change-me") || lower.hasPrefix("your-") || lower.hasPrefix("your_") || lower == "todo"
      || lower.contains("replace_me") || lower.contains("replaceme")
      || lower.allSatisfy { $0 == "x" } && lower.count > 2
  }

  /// The password inside a URL such as `postgresql://user:password@host`; nil without one.
  package static func passwordInURL(_ text: String) -> String? {
    guard let scheme = text.firstRange(of: "://") else { return nil }
    let authority = text[scheme.upperBound...].prefix { !"/?#\"' ".contains($0) }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return nil }
    let password = authority[authority.index(after: colon)..<at]
    return password.isEmpty ? nil : String(password)
  }

  /// Whether a text looks like a key of a well-known service, whatever its name.
  package static func looksLikeKey(_ value: String) -> Bool {
    if value.contains("-----BEGIN") && value.contains("PRIVATE KEY-----") { return true }
    let prefixes: [(String, Int)] = [
      ("AKIA", 20), ("ASIA", 20), ("ghp_", 40), ("gho_", 40), ("ghs_", 40), ("github_pat_", 60), ("glpat-", 26),
      ("xoxb-", 30), ("xoxp-", 30), ("sk_live_", 24), ("rk_live_", 24), ("SG.", 60), ("AIza", 39), ("npm_", 40),
      ("dckr_pat_", 30), ("hvs.", 30), ("sk-ant-", 40), ("sk-proj-", 40),
    ]
    return prefixes.contains { value.hasPrefix($0.0) && value.count >= $0.1 }
  }
}

/// What of a text with variables was written in the file.
struct WrittenParts {
  /// Whether anything stands there beside variables.
  private(set) var hasLiteral = false
  /// The defaults of variables that are not empty.
  private(set) var defaults: [String] = []

  /// Reads a text as it was written; without variables, all of it is literal.
  init(_ written: String) {
    var rest = written[...]
    while let first = rest.first {
      rest = rest.dropFirst()
      guard first == "$", let next = rest.first else {
        hasLiteral = true
        continue
      }
      if next == "$" {
        rest = rest.dropFirst()
        hasLiteral = true
      } else if next == "{" {
        var depth = 1
        var inside = ""
        rest = rest.dropFirst()
        while let character = rest.first, depth > 0 {
          rest = rest.dropFirst()
          if character == "{" { depth += 1 }
          if character == "}" { depth -= 1 }
          if depth > 0 { inside.append(character) }
        }
        read(inside)
      } else {
        rest = rest.drop { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" }
      }
    }
  }

  private mutating func read(_ inside: String) {
    var word = inside.drop { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" }
    if word.first == ":" { word = word.dropFirst() }
    guard let sign = word.first, sign == "-" || sign == "+" else { return }
    word = word.dropFirst()
    guard !word.isEmpty else { return }
    let inner = WrittenParts(String(word))
    defaults += inner.hasLiteral ? [String(word)] : inner.defaults
  }
}
