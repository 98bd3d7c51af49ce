/// A request, read as strictly as an origin server may (RFC 9112). What it means is not looked at here.
struct Request: Sendable, Hashable {
  /// The method, as sent.
  var method: String
  /// The path's segments, percent-decoded; none for `/`.
  var path: [String]
  /// Parameters, the first of each name.
  var query: [String: String]
  /// Header fields by lower-case name; several of one name joined by commas.
  var fields: [String: String]
  /// Whether the client speaks HTTP/1.1 and did not ask for the end of the connection.
  var keepsAlive: Bool
  /// Whether content follows, which nothing here takes.
  var hasContent: Bool

  /// Why something is no request that is answered, with the status to say so.
  struct Malformed: Error, Hashable {
    var status: Int
    var reason: String
  }

  /// The longest head that is read, in bytes.
  static let longestHead = 16 << 10

  /// Reads the head of a request, without the empty line at its end.
  init(head: [UInt8]) throws(Malformed) {
    let bad = { (reason: String) in Malformed(status: 400, reason: reason) }
    guard head.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x0D || $0 == 0x0A || $0 == 0x09 }) else {
      throw bad("a control character in the head")
    }
    var lines: [Substring] = []
    let text = String(decoding: head, as: UTF8.self)
    // A carriage return with its line feed is one character to Swift.
    for line in text.split(separator: "\r\n", omittingEmptySubsequences: false) {
      guard !line.unicodeScalars.contains("\n"), !line.unicodeScalars.contains("\r") else {
        throw bad("a line that does not end in CR LF")
      }
      lines.append(line)
    }
    let words = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, !words[0].isEmpty, words[0].utf8.allSatisfy(Self.isTokenByte) else {
      throw bad("no request line")
    }
    guard words[2].hasPrefix("HTTP/") else { throw bad("no request line") }
    guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
      throw Malformed(status: 505, reason: "HTTP/1.1 is spoken here")
    }
    method = String(words[0])
    let target = words[1]
    guard target.utf8.count <= 4096 else { throw Malformed(status: 414, reason: "the target is too long") }
    guard target.hasPrefix("/"), target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw bad("the target is no path")
    }
    fields = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), colon != line.startIndex,
        line[..<colon].utf8.allSatisfy(Self.isTokenByte)
      else { throw bad("a line that is no header field") }
      let name = line[..<colon].lowercased()
      let value = Self.trimmed(line[line.index(after: colon)...])
      if let earlier = fields[name] {
        guard !["host", "authorization", "content-length", "transfer-encoding"].contains(name) else {
          throw bad("\(name) stands twice")
        }
        fields[name] = earlier + ", " + value
      } else {
        fields[name] = value
      }
    }
    guard fields.count <= 100 else { throw Malformed(status: 431, reason: "too many header fields") }
    let isNew = words[2] == "HTTP/1.1"
    guard !isNew || fields["host"] != nil else { throw bad("no Host") }
    hasContent = fields["transfer-encoding"] != nil || (fields["content-length"] ?? "0") != "0"
    let options = (fields["connection"] ?? "").lowercased().split { ", ".contains($0) }
    keepsAlive = isNew && !options.contains("close") && !hasContent
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = []
    for segment in parts[0].split(separator: "/") {
      guard let decoded = Self.decoded(segment), !decoded.utf8.contains(0), decoded != ".", decoded != ".." else {
        throw bad("the path cannot be read")
      }
      path.append(decoded)
    }
    query = [:]
    for pair in parts.count > 1 ? parts[1].split(separator: "&").prefix(50) : [] {
      let name = pair.prefix { $0 != "=" }
      guard let key = Self.decoded(name, plusIsSpace: true),
        let value = Self.decoded(pair.dropFirst(name.count).dropFirst(), plusIsSpace: true)
      else { throw bad("the query cannot be read") }
      if query[key] == nil { query[key] = value }
    }
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      || "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }

  private static func trimmed(_ text: Substring) -> String {
    var rest = text
    while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return String(rest)
  }

  /// Nil where a percent sign begins nothing, or the bytes are no UTF-8.
  private static func decoded(_ text: Substring, plusIsSpace: Bool = false) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    func digit(_ byte: UInt8) -> UInt8? {
      switch byte {
      case 48...57: byte - 48
      case 65...70: byte - 55
      case 97...102: byte - 87
      default: nil
      }
    }
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
        bytes.append(high << 4 | low)
      } else {
        bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
