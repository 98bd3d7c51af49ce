/// What looks like a secret and is none.
enum SecretAllowance {
  /// Words in the examples of documentation: `AKIAIOSFODNN7EXAMPLE`.
  private static let examples = ["example", "xxxx", "****", "placeholder", "redacted", "<"]

  /// Words in values that wait to be filled in.
  private static let unfilled = [
    "changeme", "change_me", "change-me", "changeit", "dummy", "replace", "your_", "your-", "yourpass", "yoursecret",
    "yourtoken", "....", "todo", "insert",
  ]

  /// Rows of signs that nobody draws by chance.
  private static let rows = [
    "sample", "not_a_real", "notreal", "fake", "1234567890", "abcdefgh", "deadbeef", "00000000", "aaaaaaaa", "test_key",
    "foobar", "lorem",
  ]

  /// Whole values that say nothing.
  private static let wholes: Set<String> = [
    "true", "false", "null", "none", "nil", "undefined", "yes", "no", "on", "off", "string", "password", "secret",
    "required", "optional", "hidden", "empty", "default", "disabled", "enabled", "file", "env", "vault", "external",
    "text", "username", "user", "value", "never", "always", "ask", "prompt", "stdin", "basic", "bearer", "type",
  ]

  /// Endings of names whose values are no secrets.
  private static let nameParts = [
    "_file", "-file", "_path", "_dir", "_ttl", "_expir", "_length", "_len", "_min", "_max", "_name", "_url", "_uri",
    "_endpoint", "_id", "_type", "_header", "_field", "_policy", "_hint", "_label", "_reset", "_rotation", "_version",
    "_algorithm", "_encryption", "_timeout", "_prefix", "_count", "_limit", "_regex", "_pattern", "_host", "_port",
    "_required", "_enabled", "name", "ref", "_ref", "manager", "provider", "_arn", "expir", "lifetime", "policy",
    "hash",
    "_sha256", "path", "file", "type", "_validator", "_env", "_command", "_cmd", "selector", "_placeholder",
  ]

  /// Parts of values that are words, not chance.
  private static let stopWords = [
    "function", "return", "require", "import", "public", "class", "interface", "handler", "config", "service",
    "request",
    "response", "password", "username", "localhost", "http", "www.", ".com", ".json", ".yaml", ".yml", ".xml", ".html",
    "node_modules", "component", "template", "button", "container", "sha256-", "sha512-", "sha1-", "index.", ".min.",
    "version", "undefined", "default", "expires", "validator",
  ]

  /// Whether a token is one of documentation, or the same sign again and again.
  static func isExample(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    return wholes.contains(text) || Set(text.utf8).count <= 2 || examples.contains(where: text.contains)
  }

  /// Whether a password waits to be filled in, or is the place of one.
  static func isUnfilled(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if isExample(bytes) { return true }
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    if ["/run/secrets/", "/etc/", "/var/", "./"].contains(where: text.hasPrefix) { return true }
    return unfilled.contains(where: text.contains)
  }

  /// Whether a value that should be random is none.
  static func isHarmless(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if isUnfilled(bytes) { return true }
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    return rows.contains(where: text.contains)
  }

  /// Whether what a name goes on with says that its value is no secret: `password_file`, `tokenExpiry`.
  static func isHarmlessName(_ rest: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard !rest.isEmpty else { return false }
    let text = String(decoding: rest, as: UTF8.self).lowercased()
    // Tokenizers and tokenized text hold no token.
    if text.hasPrefix("iz") || text.hasPrefix("is") { return true }
    return nameParts.contains { text.hasSuffix($0) || text.hasPrefix($0) }
  }

  /// Whether a value is made of words.
  static func holdsStopWord(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let text = String(decoding: value, as: UTF8.self).lowercased()
    return stopWords.contains(where: text.contains)
  }
}
