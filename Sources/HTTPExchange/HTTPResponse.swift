/// What came back on a connection, as far as it could be read as an HTTP/1.1 response (RFC 9112).
package struct HTTPResponse: Sendable {
  /// 100 to 999; nil where no status line could be read.
  package var status: Int?
  /// The words behind the status; may be empty.
  package var reason: String?
  /// `1.0` or `1.1`.
  package var version: String?
  /// Nil until the header section was read to its end.
  package var fields: HeaderFields?
  /// Bytes of status lines and header fields, interim responses included.
  package var headerBytes = 0
  /// The content without its framing, at most as much as the request asked for.
  package var body: [UInt8] = []
  /// Whether there was more content than was kept.
  package var isBodyTruncated = false
  /// Why the bytes are no well-formed response; nil if they are one.
  package var malformed: String?

  /// Nothing came back yet.
  package init() {}

  /// The media type without parameters, in lower case.
  package var mediaType: String? {
    fields?.first("content-type").map { $0.prefix { $0 != ";" }.trimmed.lowercased() }
  }

  /// The content as text; nil if it is empty, compressed or not textual.
  package var text: String? {
    guard !body.isEmpty, fields?.list("content-encoding").allSatisfy({ $0 == "identity" }) ?? false else { return nil }
    let type = mediaType ?? ""
    let isTextual =
      type.isEmpty || type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml")
      || ["application/json", "application/xml", "application/javascript", "application/yaml"].contains(type)
    guard isTextual, !body.contains(0) else { return nil }
    return String(decoding: body, as: UTF8.self)
  }
}
