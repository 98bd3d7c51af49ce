import Cryptography
import Facts

/// A secret at its place, told so that it can be found and not used.
struct FoundSecret: Sendable, Hashable {
  /// The rule's id.
  var rule: String
  /// What it is, for people.
  var summary: String
  /// Relative to the root.
  var file: String
  /// From 1.
  var line: Int
  /// From 1, in bytes.
  var column: Int
  /// A quarter of it at most, and never more than 4 characters, then `…`.
  var mask: String
  /// The first 8 hexadecimal digits of its SHA-256: enough to see that two places hold the same, too few to search for it.
  var digest: String
  /// In bits per byte, to a tenth.
  var entropy: Double
  /// The commit that brought it; nil in the tree.
  var commit: String?

  /// The secrets of a file's content; `firstLine` is the number of its first line.
  static func all(
    in bytes: UnsafeBufferPointer<UInt8>, file: String, firstLine: Int = 1, commit: String? = nil,
    scanner: SecretScanner = .shared
  ) -> [FoundSecret] {
    let hits = scanner.hits(in: bytes, surroundings(of: file))
    guard !hits.isEmpty else { return [] }
    var found: [FoundSecret] = []
    var line = firstLine
    var lineStart = 0
    var position = 0
    for hit in hits {
      while position < hit.range.lowerBound {
        if bytes[position] == 0x0A {
          line += 1
          lineStart = position + 1
        }
        position += 1
      }
      if isAllowedInline(bytes, lineStart) { continue }
      let value = bytes[hit.range]
      let digest = Digest.octets(of: value, by: .sha256) ?? []
      found.append(
        FoundSecret(
          rule: hit.rule.id, summary: hit.rule.summary, file: file, line: line,
          column: hit.range.lowerBound - lineStart + 1, mask: mask(of: value), digest: hex(digest.prefix(4)),
          entropy: (Entropy.ofBytes(bytes, hit.range) * 10).rounded() / 10, commit: commit))
    }
    return found
  }

  /// A comment on the line that accepts it.
  private static func isAllowedInline(_ bytes: UnsafeBufferPointer<UInt8>, _ lineStart: Int) -> Bool {
    var end = lineStart
    while end < bytes.count, bytes[end] != 0x0A { end += 1 }
    guard end - lineStart < 10_000 else { return false }
    let line = String(decoding: bytes[lineStart..<end], as: UTF8.self)
    return line.contains("gitleaks:allow") || line.contains("prodworthy:allow")
  }

  private static func mask(of value: Slice<UnsafeBufferPointer<UInt8>>) -> String {
    let shown = value.prefix(min(4, value.count / 4)).prefix { ByteSet.isWord($0) || $0 == 0x2D || $0 == 0x2E }
    return String(decoding: shown, as: UTF8.self) + "…"
  }

  private static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Endings of files whose values stand without quotes.
  private static let settingsEndings = [
    ".env", ".yaml", ".yml", ".properties", ".ini", ".conf", ".cfg", ".cnf", ".toml", ".tfvars", ".json", ".xml",
    ".log",
    ".txt", ".md", ".envrc", ".pgpass", ".npmrc", ".netrc", ".service", ".plist", ".config", ".sh", ".bash", ".ps1",
  ]

  /// Whether values of a file stand in quotes, by its name.
  static func surroundings(of file: String) -> SecretScanner.Surroundings {
    if GeneratedFiles.contains(file) { return .generated }
    let name = PathText.name(of: file).lowercased()
    if name.hasPrefix(".env") || name.hasPrefix("dockerfile") || name.hasPrefix("jenkinsfile") || !name.contains(".") {
      return .settings
    }
    return settingsEndings.contains(where: name.hasSuffix) ? .settings : .source
  }

  /// As a fact.
  var fact: JSONValue {
    [
      "rule": .string(rule), "summary": .string(summary), "file": .string(file), "line": .integer(line),
      "column": .integer(column), "mask": .string(mask), "digest": .string(digest), "entropy": .double(entropy),
      "commit": JSONValue(commit),
    ]
  }

  /// Under which `.gitleaksignore` and the inventory accept it.
  var fingerprints: [String] {
    let place = "\(file):\(rule):\(line)"
    return commit.map { ["\($0):\(place)", place] } ?? [place]
  }
}
