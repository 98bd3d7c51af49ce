import HTTPExchange

/// An HTTP response as people have it in a file: what `curl -i` prints, or a browser's tools copy. Read tolerantly.
struct RawAnswer: Sendable {
  var status: Int
  var fields: HeaderFields
  var content: [UInt8]

  /// Reads the last response in `bytes`: those before it are interim, or of redirects that were followed. Nil if the
  /// first line is no status line.
  ///
  /// Lines end in LF or CRLF. A line that begins with a blank continues the one before; one that is no field is passed
  /// over.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...].drop { $0 == 0x0D || $0 == 0x0A || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
    guard var answer = Self.take(&rest) else { return nil }
    while let next = Self.take(&rest) { answer = next }
    (status, fields) = answer
    content = Array(rest)
  }

  /// Takes a status line with its fields and the empty line from the front.
  private static func take(_ rest: inout ArraySlice<UInt8>) -> (status: Int, fields: HeaderFields)? {
    var cursor = rest
    guard let status = status(in: takeLine(&cursor)) else { return nil }
    var lines: [String] = []
    while !cursor.isEmpty {
      let line = takeLine(&cursor)
      if line.isEmpty { break }
      let text = String(decoding: line, as: UTF8.self)
      if line.first == 0x20 || line.first == 0x09, let last = lines.popLast() {
        lines.append(last + " " + text.trimmed)
      } else {
        lines.append(text)
      }
    }
    var fields = HeaderFields()
    for line in lines {
      guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let name = line[..<colon].trimmed
      guard HTTPMethod(rawValue: name) != nil else { continue }
      fields.append(name: name, value: line[line.utf8.index(after: colon)...].trimmed)
    }
    rest = cursor
    return (status, fields)
  }

  private static func takeLine(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
    var line = rest[..<end]
    rest = rest[end...].dropFirst()
    if line.last == 0x0D { line.removeLast() }
    return line
  }

  /// `HTTP/1.1 200 OK`, `HTTP/2 200`.
  private static func status(in line: ArraySlice<UInt8>) -> Int? {
    let words = line.split(separator: 0x20, maxSplits: 2)
    guard words.count >= 2, words[0].starts(with: "HTTP/".utf8), words[0].count > 5,
      words[0].dropFirst(5).allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }),
      words[1].count == 3, words[1].allSatisfy({ (0x30...0x39).contains($0) }),
      let status = Int(String(decoding: words[1], as: UTF8.self)), status >= 100
    else { return nil }
    return status
  }
}
