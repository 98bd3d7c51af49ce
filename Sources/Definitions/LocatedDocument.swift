import AuditModel
import Facts

/// Any YAML or JSON file of another program, with the place of each of its parts, for rooms that read one themselves.
package struct LocatedDocument: Sendable {
  /// What the file holds.
  package let root: LocatedValue
  private let source: SourceText

  /// Reads a file; tags are ignored, and words that parsers read differently are text. Without a document where the
  /// diagnostics say why.
  package static func read(_ file: SourceFile) -> Loaded<LocatedDocument> {
    let content = file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? file.bytes[3...] : file.bytes[...]
    let source = SourceText(path: file.path, text: String(decoding: content, as: UTF8.self))
    let (root, problems) = YAMLReader.read(file, .lenient)
    if let root, problems.isEmpty { return Loaded(LocatedDocument(root: root, source: source), []) }
    // JSON that YAML parsers do not take: with tabs, or with escaped surrogates.
    if (try? JSONText.parse(Array(content))) != nil {
      let plain = SourceFile(path: file.path, bytes: plainJSON(content))
      let (root, problems) = YAMLReader.read(plain, .lenient)
      if let root, problems.isEmpty { return Loaded(LocatedDocument(root: root, source: source), []) }
    }
    return Loaded(nil, problems.diagnostics)
  }

  /// The text of a line, counted from 1; empty where there is none.
  package func line(_ number: Int) -> String { source.line(number) }

  /// Something that is wrong at a place of it.
  package func diagnostic(_ code: String, _ message: String, at span: Span, fix: String? = nil) -> Diagnostic {
    Diagnostic(
      code: code, message: message,
      location: SourceLocation(path: source.path, line: span.line, column: span.column), width: max(1, span.width),
      sourceLine: source.line(span.line), fix: fix)
  }

  /// Sound JSON with spaces for tabs, and with the characters that pairs of escaped surrogates stand for.
  private static func plainJSON(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var plain: [UInt8] = []
    plain.reserveCapacity(bytes.count)
    var isInString = false
    var position = bytes.startIndex
    func unit(at start: Int) -> UInt32? {
      guard start + 6 <= bytes.endIndex, bytes[start] == UInt8(ascii: "\\"), bytes[start + 1] == UInt8(ascii: "u")
      else {
        return nil
      }
      return UInt32(String(decoding: bytes[start + 2..<start + 6], as: UTF8.self), radix: 16)
    }
    while position < bytes.endIndex {
      let byte = bytes[position]
      if !isInString {
        plain.append(byte == UInt8(ascii: "\t") ? UInt8(ascii: " ") : byte)
        if byte == UInt8(ascii: "\"") { isInString = true }
        position += 1
      } else if let high = unit(at: position), (0xD800...0xDBFF).contains(high), let low = unit(at: position + 6),
        (0xDC00...0xDFFF).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      {
        plain += String(scalar).utf8
        position += 12
      } else if byte == UInt8(ascii: "\\"), position + 1 < bytes.endIndex {
        // YAML takes the same escapes as JSON, but for a slash in older parsers.
        if bytes[position + 1] != UInt8(ascii: "/") { plain.append(byte) }
        plain.append(bytes[position + 1])
        position += 2
      } else {
        if byte == UInt8(ascii: "\"") { isInString = false }
        plain.append(byte)
        position += 1
      }
    }
    return plain
  }
}
