import AuditModel
import Facts

/// What the lines of one service are like. Pure; no line itself becomes a fact.
enum LogLines {
  /// The words by which levels are told, in structured lines and in others.
  private static let levels = [
    "trace", "debug", "info", "notice", "warn", "warning", "error", "fatal", "critical", "panic",
  ]
  private static let levelNames = ["level", "severity", "lvl", "log_level", "loglevel", "detected_level"]
  private static let requestNames = [
    "request_id", "requestid", "req_id", "x_request_id", "trace_id", "traceid", "correlation_id", "correlationid",
    "span_id",
  ]

  static let schema = Schema.object([
    Schema.Field("name", .string(), required: true, "the service"),
    .fact("lines", .integer(minimum: 0), "lines within the window, as far as they were read"),
    .fact("heard", .boolean, "there is one at all"),
    .fact("secondsSinceLast", .integer(minimum: 0), "the age of the newest one"),
    .fact("structuredShare", .number(minimum: 0, maximum: 1), "the part of them that is JSON or logfmt"),
    .fact("levelShare", .number(minimum: 0, maximum: 1), "the part of them with a level"),
    .fact("requestShare", .number(minimum: 0, maximum: 1), "the part of them with the id of a request or trace"),
    .fact("debugShare", .number(minimum: 0, maximum: 1), "the part of them at the levels trace and debug"),
    .fact("secrets", .array(.string()), "the kinds of secret that stand in them"),
  ])

  /// Facts about lines; nil where they could not be asked for.
  static func facts(of lines: [LokiAPI.Line]?, service: String, now: Instant) -> JSONValue {
    let read = lines.map { $0.map { Reading($0) } }
    func share(_ holds: (Reading) -> Bool) -> JSONValue {
      guard let read, !read.isEmpty else { return nil }
      return .double((Double(read.count(where: holds)) / Double(read.count)).rounded(toPlaces: 3))
    }
    return [
      "name": .string(service), "lines": JSONValue(lines?.count), "heard": JSONValue(lines.map { !$0.isEmpty }),
      "secondsSinceLast": JSONValue(lines?.first.map { max(0, now.seconds - $0.time) }),
      "structuredShare": share(\.isStructured), "levelShare": share { $0.level != nil },
      "requestShare": share(\.hasRequest), "debugShare": share { $0.level == "debug" || $0.level == "trace" },
      "secrets": lines == nil || lines?.isEmpty == true
        ? nil : JSONValue(Set(read?.flatMap(\.secrets) ?? []).sorted()),
    ]
  }

  /// One line, read.
  private struct Reading {
    var isStructured: Bool
    var level: String?
    var hasRequest: Bool
    var secrets: [String]

    init(_ line: LokiAPI.Line) {
      let text = String(line.text.unicodeScalars.prefix(8192))
      var members: [(name: String, value: String)] = line.labels.members.map { ($0.name, $0.value.string ?? "") }
      let parsed = text.utf8.first == UInt8(ascii: "{") ? (try? JSONText.parse(Array(text.utf8)))?.object : nil
      let pairs = parsed == nil ? Self.logfmt(text) : []
      members += (parsed?.members ?? []).map { ($0.name, $0.value.string ?? "?") } + pairs
      isStructured = parsed != nil || pairs.count >= 2
      let named = members.first { LogLines.levelNames.contains($0.name.lowercased()) }?.value.lowercased()
      level = named ?? Self.plainLevel(text)
      hasRequest = members.contains { member in
        let name = member.name.lowercased().map { $0 == "-" || $0 == "." ? "_" : $0 }
        return !member.value.isEmpty && LogLines.requestNames.contains(String(name))
      }
      secrets = SecretSigns.kinds(in: text)
    }

    /// `name=value` pairs, the value perhaps in quotes.
    private static func logfmt(_ text: String) -> [(name: String, value: String)] {
      var pairs: [(String, String)] = []
      for word in text.split(separator: " ") {
        guard let equals = word.firstIndex(of: "="), equals > word.startIndex else { continue }
        let name = word[..<equals]
        guard name.utf8.allSatisfy({ PromQLScan.isWord($0) || $0 == 0x2D || $0 == 0x2E }) else { continue }
        pairs.append((String(name), word[word.index(after: equals)...].filter { $0 != "\"" }))
      }
      return pairs
    }

    /// A level that stands as a word among the first of a line.
    private static func plainLevel(_ text: String) -> String? {
      text.split { !$0.isLetter }.prefix(12).lazy.map { $0.lowercased() }.first { LogLines.levels.contains($0) }
    }
  }
}

/// Signs of secrets in text: what cannot be anything else, by its own prefix or form.
enum SecretSigns {
  /// The kinds that stand in `text`.
  static func kinds(in text: String) -> [String] {
    var kinds: [String] = []
    let lower = text.lowercased()
    if text.contains("-----BEGIN") && text.contains("PRIVATE KEY") { kinds.append("private key") }
    if lower.contains("authorization: bearer ") || lower.contains("\"authorization\":\"bearer ") {
      kinds.append("bearer token")
    }
    if hasToken(text, prefix: "eyJ", minimum: 40, dots: 2) { kinds.append("JSON web token") }
    if hasToken(text, prefix: "AKIA", minimum: 20, dots: 0) { kinds.append("AWS access key") }
    for prefix in ["ghp_", "gho_", "ghs_", "github_pat_"] where hasToken(text, prefix: prefix, minimum: 30, dots: 0) {
      kinds.append("GitHub token")
      break
    }
    if hasToken(text, prefix: "xoxb-", minimum: 30, dots: 0) { kinds.append("Slack token") }
    if hasToken(text, prefix: "sk_live_", minimum: 24, dots: 0) { kinds.append("Stripe key") }
    for name in ["password", "passwd", "secret_key", "api_key", "apikey"] where hasValue(of: name, in: lower) {
      kinds.append("password")
      break
    }
    return kinds
  }

  private static func hasToken(_ text: String, prefix: String, minimum: Int, dots: Int) -> Bool {
    var rest = Substring(text)
    while let found = rest.firstRange(of: prefix) {
      let token = rest[found.lowerBound...].prefix { character in
        character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
      }
      if token.count >= minimum, token.count(where: { $0 == "." }) >= dots { return true }
      rest = rest[found.upperBound...]
    }
    return false
  }

  /// `password=…` or `"password":"…"` with a value that is not masked.
  private static func hasValue(of name: String, in text: String) -> Bool {
    var rest = Substring(text)
    while let found = rest.firstRange(of: name) {
      rest = rest[found.upperBound...]
      let after = rest.drop { $0 == "\"" || $0 == " " }
      guard let separator = after.first, separator == "=" || separator == ":" else { continue }
      let value = after.dropFirst().drop { $0 == "\"" || $0 == " " || $0 == "'" }
        .prefix { !$0.isWhitespace && !"\"',;}&".contains($0) }
      let isMasked =
        value.allSatisfy { "*x.-_".contains($0) } || value.contains("***") || value.hasPrefix("[")
        || value.hasPrefix("<")
        || ["null", "nil", "none", "true", "false", "redacted", "filtered", "hidden"].contains { value.hasPrefix($0) }
      if value.count >= 4, !isMasked { return true }
    }
    return false
  }
}
