/// One request.
package struct HTTPRequest: Sendable {
  package var method: HTTPMethod
  package var url: HTTPURL
  /// Header fields besides, or instead of, the usual ones; visible ASCII and blanks.
  package var fields: [(name: String, value: String)] = []
  /// The content, whose type a field names; nil for none.
  package var content: [UInt8]?
  /// The value of `Authorization`; visible ASCII and blanks.
  package var authorization: String?
  /// The most of the answer's content that is kept, in bytes.
  package var contentLimit = ResponseParser.bodyLimit

  /// A request without content.
  package init(_ method: HTTPMethod, _ url: HTTPURL, fields: [(name: String, value: String)] = []) {
    self.method = method
    self.url = url
    self.fields = fields
  }

  /// The request as it is sent. Unless `fields` say otherwise, the connection ends with the answer, and content is asked
  /// for uncompressed, so that a few bytes cannot become many. What could break out of its line is left out.
  package var bytes: [UInt8] {
    var all = [
      (name: "Host", value: url.authority), (name: "User-Agent", value: "prodworthy"), (name: "Accept", value: "*/*"),
      (name: "Accept-Encoding", value: "identity"), (name: "Connection", value: "close"),
    ]
    .filter { usual in !fields.contains { $0.name.lowercased() == usual.name.lowercased() } }
    all += fields
    if let authorization { all.append((name: "Authorization", value: authorization)) }
    if let content { all.append((name: "Content-Length", value: String(content.count))) }
    let lines = all.filter { HTTPMethod(rawValue: $0.name) != nil && Self.isFieldValue($0.value) }
      .map { "\($0.name): \($0.value)\r\n" }
    let head = "\(method.rawValue) \(url.target) HTTP/1.1\r\n\(lines.joined())\r\n"
    return Array(head.utf8) + (content ?? [])
  }

  /// Whether a text can stand in a header field as it is (RFC 9110 section 5.5, without obsolete text).
  package static func isFieldValue(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20...0x7E).contains($0) } }
}

/// What a request carries to say who asks.
package enum Presented: Sendable {
  /// Nothing.
  case nothing
  /// The token that the target declares, as far as it may leave for the URL.
  case declared
  /// Another secret of the inventory, guarded like the declared token: the whole value of `Authorization`.
  case secret(String)
  /// Something made up, which anybody may see: the whole value of `Authorization`.
  case madeUp(String)
}
