/// What came back on a connection, as far as it could be read as an HTTP/1.1 response (RFC 9112).
struct HTTPResponse: Sendable {
  /// 100 to 999; nil where no status line could be read.
  var status: Int?
  /// The words behind the status; may be empty.
  var reason: String?
  /// `1.0` or `1.1`.
  var version: String?
  /// Nil until the header section was read to its end.
  var fields: HeaderFields?
  /// Bytes of status lines and header fields, interim responses included.
  var headerBytes = 0
  /// The content without its framing, at most `ResponseParser.bodyLimit` bytes.
  var body: [UInt8] = []
  /// Whether there was more content than was kept.
  var isBodyTruncated = false
  /// Why the bytes are no well-formed response; nil if they are one.
  var malformed: String?

  /// The media type without parameters, in lower case.
  var mediaType: String? {
    fields?.first("content-type").map { $0.prefix { $0 != ";" }.trimmed.lowercased() }
  }

  /// The content as text; nil if it is empty, compressed or not textual.
  var text: String? {
    guard !body.isEmpty, fields?.list("content-encoding").allSatisfy({ $0 == "identity" }) ?? false else { return nil }
    let type = mediaType ?? ""
    let isTextual =
      type.isEmpty || type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml")
      || ["application/json", "application/xml", "application/javascript", "application/yaml"].contains(type)
    guard isTextual, !body.contains(0) else { return nil }
    return String(decoding: body, as: UTF8.self)
  }
}
