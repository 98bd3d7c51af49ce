/// The header fields of one response, in order, duplicates included.
package struct FieldLines: Sendable {
  /// The longest value that is read, in bytes: no limit needs more, and hostile ones cost time.
  static let longest = 8192
  /// The most lines that are kept.
  private static let most = 256

  private var lines: [(name: String, value: String)] = []

  /// No fields.
  package init() {}

  /// Adds a line, unless there are too many; names are told apart without regard to case.
  package mutating func append(_ name: String, _ value: String) {
    guard lines.count < Self.most else { return }
    lines.append((name.lowercased(), String(decoding: value.utf8.prefix(Self.longest), as: UTF8.self)))
  }

  /// The values of all lines called `name` (lower case), joined as one list (RFC 9110 section 5.3); nil for none.
  func joined(_ name: String) -> String? {
    let values = lines.filter { $0.name == name }.map(\.value)
    guard !values.isEmpty else { return nil }
    return String(decoding: values.joined(separator: ", ").utf8.prefix(Self.longest), as: UTF8.self)
  }

  /// The value of the first line called `name` (lower case).
  func first(_ name: String) -> String? { lines.first { $0.name == name }?.value }

  /// The first value under any of `names`.
  func first(of names: [String]) -> String? { names.lazy.compactMap { first($0) }.first }

  /// The lines whose name begins with `prefix` (lower case), with what follows it.
  func beginning(with prefix: String) -> [(rest: String, value: String)] {
    lines.filter { $0.name.hasPrefix(prefix) && $0.name.utf8.count > prefix.utf8.count }
      .map { (String($0.name.dropFirst(prefix.count)), $0.value) }
  }
}

/// The head of a response as text: a status line and header lines.
package struct ResponseHead: Sendable {
  /// 100 to 999; nil where there is no status line.
  package var status: Int?
  /// The fields.
  package var fields = FieldLines()

  /// Reads the last head in `text`, up to its empty line; lines may end in LF alone. Nil where there is none.
  package init?(_ text: String) {
    var isOpen = true
    var hasAny = false
    var last: (name: String, value: String)?
    var fields = FieldLines()
    for raw in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let line = String(decoding: raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw, as: UTF8.self)
      if line.hasPrefix("HTTP/") {
        // A redirect or an interim answer came before: the last one counts.
        guard let status = Self.status(line) else { return nil }
        (self.status, fields, last, isOpen, hasAny) = (status, FieldLines(), nil, true, true)
      } else if line.isEmpty {
        if hasAny { isOpen = false }
      } else if !isOpen {
        continue
      } else if line.first == " " || line.first == "\t" {
        last?.value += " " + Blanks.trimmed(line)
      } else if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex {
        if let last { fields.append(last.name, last.value) }
        last = (Blanks.trimmed(line[..<colon]), Blanks.trimmed(line[line.utf8.index(after: colon)...]))
        hasAny = true
      } else if !hasAny {
        return nil
      }
      if !isOpen || line.isEmpty, let line = last {
        fields.append(line.name, line.value)
        last = nil
      }
    }
    if let last { fields.append(last.name, last.value) }
    guard hasAny else { return nil }
    self.fields = fields
  }

  private static func status(_ line: String) -> Int? {
    let parts = line.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count > 1, let status = Int(parts[1]), (100...999).contains(status) else { return nil }
    return status
  }
}

/// Spaces and tabs.
enum Blanks {
  /// Without spaces and tabs at either end.
  static func trimmed(_ text: some StringProtocol) -> String {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    let bytes = Array(text.utf8)
    guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}
