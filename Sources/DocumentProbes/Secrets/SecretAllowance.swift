import Cryptography

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
    "path", "file", "type", "_validator", "_env", "_command", "_cmd", "selector", "_placeholder",
  ]

  /// Parts of names whose values are digests of things in public.
  private static let digestParts = [
    "sha1", "sha256", "sha512", "hash", "digest", "checksum", "md5", "etag", "fingerprint", "git_commit",
    "release_commit", "head_commit", "commit_id", "commit_sha", "_revision",
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

  /// Whether a value that should be random is none; `literal` is what its form always holds.
  static func isHarmless(_ bytes: UnsafeBufferPointer<UInt8>, besides literal: [UInt8] = []) -> Bool {
    if isUnfilled(bytes) { return true }
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    let drawn =
      literal.isEmpty ? text : text.replacing(String(decoding: literal, as: UTF8.self), with: "", maxReplacements: 1)
    return rows.contains(where: drawn.contains)
  }

  /// Keys that their issuers print in public documentation and in samples that everybody copies: of each the first eight
  /// octets of its SHA-256, as one number.
  private static let published: Set<UInt64> = [
    0xf56e_3234_94a6_ffc2, 0x2037_abca_ffb2_b777, 0x3f37_0c9d_d822_5c63, 0xe4a5_542b_b7fd_7b67,
    0xa19f_89ab_3555_eac1, 0xeb54_0d2b_6ee2_a0a4, 0x37f8_f09b_df12_c2f2, 0x8731_261c_b72d_8626,
    0x49f7_77db_995e_8260, 0x27a9_a429_31df_f7eb, 0xdc0f_cf04_6c61_640c, 0x4c98_242d_cadc_8b29,
    0xea9b_b108_2cf9_5663, 0x3a8b_61d0_f636_b007, 0xa6c8_14bc_555a_e62c,
  ]

  /// Whether a token is known to the whole world and opens nothing.
  static func isPublished(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count == 39, bytes.starts(with: "AIza".utf8), let digest = Digest.octets(of: bytes, by: .sha256) else {
      return false
    }
    return published.contains(digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// Whether what a name goes on with says that its value is no secret: `password_file`, `tokenExpiry`.
  ///
  /// Where the rule is for an identifier, a name that says it is one is no objection.
  static func isHarmlessName(_ rest: Slice<UnsafeBufferPointer<UInt8>>, isIdentifier: Bool = false) -> Bool {
    guard !rest.isEmpty else { return false }
    let name = String(decoding: rest, as: UTF8.self)
    let text = name.lowercased()
    if digestParts.contains(where: text.contains) { return true }
    if isIdentifier, text.hasSuffix("id") { return false }
    // In names such as `credentialsId`, beside `_id`.
    if name.hasSuffix("Id") { return true }
    // Tokenizers and tokenized text hold no token.
    if text.hasPrefix("iz") || text.hasPrefix("is") { return true }
    return nameParts.contains { text.hasSuffix($0) || text.hasPrefix($0) }
  }

  /// Whether what stands before the word says that everybody may know the value, or gets one of its own: `publicToken`,
  /// `csrf_token`.
  static func isPublicName(_ before: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let text = String(decoding: before, as: UTF8.self).lowercased()
    return ["public", "csrf", "xsrf"].contains { part in
      text.hasSuffix(part) || text.hasSuffix(part + "_") || text.hasSuffix(part + "-")
    }
  }

  /// Whether a value is made of words.
  static func holdsStopWord(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let text = String(decoding: value, as: UTF8.self).lowercased()
    return stopWords.contains(where: text.contains)
  }
}
