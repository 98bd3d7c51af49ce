/// The methods that neither change nor send anything (RFC 9110 section 9.2.1).
enum HTTPMethod: String, Sendable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case options = "OPTIONS"
}

/// A request without content.
struct HTTPRequest: Sendable {
  var method: HTTPMethod
  var url: HTTPURL
  /// A bearer token (RFC 6750); visible ASCII.
  var bearer: String?

  /// The request as it is sent. The connection ends with the answer, and content is asked for uncompressed, so that a
  /// few bytes cannot become many.
  var bytes: [UInt8] {
    var lines = [
      "\(method.rawValue) \(url.target) HTTP/1.1", "Host: \(url.authority)", "User-Agent: prodworthy", "Accept: */*",
      "Accept-Encoding: identity", "Connection: close",
    ]
    if let bearer { lines.append("Authorization: Bearer \(bearer)") }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }
}
