import AuditModel
import Cryptography

/// The healthy texts of the platform's repository and of what lies beside it.
enum PaperTexts {
  /// By path: what begins with `source/` is in the repository.
  static let all = documents.merging(procedures) { first, _ in first }.merging(source) { first, _ in first }
    .merging(manifests) { first, _ in first }.merging(scans) { first, _ in first }

  private static let prefix = "source/"

  /// Whether the file at `path` is in the repository.
  static func isSource(_ path: String) -> Bool { path.hasPrefix(prefix) }

  /// The path in the repository.
  static func inSource(_ path: String) -> String { String(path.dropFirst(prefix.count)) }

  /// The calendar day in UTC of a time in seconds.
  static func day(_ seconds: Int) -> String { Instant(seconds: seconds).day }

  /// The SHA-256 of `bytes` in hexadecimal digits.
  static func digest(_ bytes: [UInt8]) -> String { SHA256.hex(bytes) }

  /// `text` with each `{{N days ago}}` as a day.
  static func dated(_ text: String, now: Int) -> String {
    var result = ""
    var rest = text[...]
    while let mark = rest.firstMatch(of: /\{\{(\d+) days ago\}\}/) {
      result += rest[..<mark.range.lowerBound] + day(now - 86_400 * (Int(mark.1) ?? 0))
      rest = rest[mark.range.upperBound...]
    }
    return result + rest
  }
}
