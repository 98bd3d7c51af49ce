import Facts
import Reporting

/// An answer.
struct Response: Sendable {
  var status: Int
  var type: String
  var body: [UInt8]
  var fields: [(name: String, value: String)] = []

  init(_ status: Int = 200, type: String, _ text: String, fields: [(name: String, value: String)] = []) {
    self.init(status, type: type, bytes: Array(text.utf8), fields: fields)
  }

  init(_ status: Int = 200, type: String, bytes: [UInt8], fields: [(name: String, value: String)] = []) {
    self.status = status
    self.type = type
    body = bytes
    self.fields = fields
  }

  static func html(_ page: Markup, status: Int = 200) -> Response {
    Response(status, type: "text/html; charset=utf-8", page.text)
  }

  static func json(_ value: JSONValue, status: Int = 200) -> Response {
    Response(status, type: "application/json", InertJSON.line(of: value) + "\n")
  }

  static func plain(_ text: String, status: Int = 200) -> Response {
    Response(status, type: "text/plain; charset=utf-8", text + "\n")
  }

  /// What is wrong (RFC 9457).
  static func problem(_ status: Int, _ detail: String, fields: [(name: String, value: String)] = []) -> Response {
    Response(
      status, type: "application/problem+json",
      InertJSON.line(of: [
        "type": "about:blank", "status": .integer(status), "title": .string(phrase(status)), "detail": .string(detail),
      ]) + "\n", fields: fields)
  }

  static func phrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    default: "Status"
    }
  }

  /// The bytes on the wire. Every answer says what may be done with it: nothing is framed, fetched or run.
  func bytes(isHead: Bool, keepsAlive: Bool, isEncrypted: Bool) -> [UInt8] {
    var all: [(String, String)] = [
      ("Content-Type", type), ("Content-Length", String(body.count)),
      (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
      ),
      ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Connection", keepsAlive ? "keep-alive" : "close"),
    ]
    if !fields.contains(where: { $0.name == "Cache-Control" }) { all.append(("Cache-Control", "no-store")) }
    if isEncrypted { all.append(("Strict-Transport-Security", "max-age=31536000")) }
    all += fields.map { ($0.name, $0.value) }
    let head = "HTTP/1.1 \(status) \(Self.phrase(status))\r\n" + all.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
    return Array(head.utf8) + (isHead ? [] : body)
  }
}
