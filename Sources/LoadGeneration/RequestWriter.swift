import Facts
import LoadScripts

/// Writes requests (RFC 9112) from their templates.
struct RequestWriter {
  /// A request on its way to an origin.
  struct Written {
    var url: LoadURL
    var bytes: [UInt8]
  }

  /// Why a request could not be written: a word for the figures.
  struct Failure: Error {
    var name: String
  }

  private let base: LoadURL
  private let settings: LoadScript.HTTPSettings
  private let files: PayloadFiles

  /// Requests relative to `base`.
  init(base: LoadURL, settings: LoadScript.HTTPSettings, files: PayloadFiles) {
    self.base = base
    self.settings = settings
    self.files = files
  }

  /// The request where nothing in it varies and it goes to the target itself; nil elsewhere.
  func constant(_ request: LoadRequest) -> [UInt8]? {
    guard request.url.plain != nil, settings.cookies.isEmpty, request.cookies.isEmpty else { return nil }
    let named = request.headers + request.query + settings.headers
    guard named.allSatisfy({ $0.name.plain != nil && $0.value.plain != nil }) else { return nil }
    if let (user, password) = request.credentials, user.plain == nil || password.plain == nil { return nil }
    switch request.content {
    case .none: break
    case .text(let text): if text.plain == nil { return nil }
    case .json(let template): if !template.isConstant { return nil }
    case .form(let pairs): if !pairs.allSatisfy({ $0.name.plain != nil && $0.value.plain != nil }) { return nil }
    case .parts: return nil
    }
    guard let written = try? write(request, from: Nothing(), cookies: nil), written.url.origin == base.origin else {
      return nil
    }
    return written.bytes
  }

  private struct Nothing: TemplateSource {
    func variable(_ name: String) -> JSONValue? { nil }
    func random(below bound: Int) -> Int { 0 }
  }

  /// The request with everything in its place. `cookies` gives the Cookie field for an URL; nil for none.
  func write(
    _ request: LoadRequest, from source: some TemplateSource, cookies: ((LoadURL) -> String?)?
  ) throws(Failure) -> Written {
    var url = try self.url(request.url.text(from: source))
    if !request.query.isEmpty {
      let query = request.query.map {
        "\(LoadURL.component($0.name.text(from: source)))=\(LoadURL.component($0.value.text(from: source)))"
      }.joined(separator: "&")
      url.target += (url.target.contains("?") ? "&" : "?") + query
    }
    let (content, type) = try self.content(request.content, source)
    var fields = Fields()
    for field in settings.headers + request.headers {
      fields.set(field.name.text(from: source), field.value.text(from: source))
    }
    fields.setIfMissing("user-agent", "prodworthy")
    if case .json = request.content { fields.setIfMissing("accept", "application/json") }
    fields.setIfMissing("accept", "*/*")
    if request.asksForCompression { fields.setIfMissing("accept-encoding", "gzip, deflate") }
    if let type { fields.setIfMissing("content-type", type) }
    if let (user, password) = request.credentials {
      let pair = "\(user.text(from: source)):\(password.text(from: source))"
      fields.setIfMissing("authorization", "Basic \(Base64Text.encoded(Array(pair.utf8)))")
    }
    if let cookies, let cookie = cookies(url) { fields.set("cookie", cookie) }
    return Written(url: url, bytes: Self.bytes(request.method, url, fields, content))
  }

  /// The request to `url` that follows from a redirect; without content unless method and content are kept.
  func redirected(
    _ written: Written, method: String, to url: LoadURL, keepsContent: Bool, cookie: String?
  ) -> Written {
    let text = written.bytes
    var end = text.count
    var position = 0
    while position + 3 < text.count {
      if text[position] == 13, text[position + 1] == 10, text[position + 2] == 13, text[position + 3] == 10 {
        end = position
        break
      }
      position += 1
    }
    var fields = Fields()
    for line in text[..<end].split(separator: 10).dropFirst() {
      let line = String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
      guard let colon = line.firstIndex(of: ":") else { continue }
      let name = String(line[..<colon])
      switch name {
      case "host", "content-length", "cookie": continue
      // Credentials go to no other origin.
      case "authorization": if url.origin != written.url.origin { continue }
      case "content-type": if !keepsContent { continue }
      default: break
      }
      fields.set(name, String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
    if let cookie { fields.set("cookie", cookie) }
    let content = keepsContent && end + 4 <= text.count ? Array(text[(end + 4)...]) : nil
    return Written(url: url, bytes: Self.bytes(method, url, fields, content?.isEmpty == true ? nil : content))
  }

  private func url(_ text: String) throws(Failure) -> LoadURL {
    let lower = text.prefix(8).lowercased()
    if lower.hasPrefix("http://") || lower.hasPrefix("https://") {
      guard let url = LoadURL(text) else { throw Failure(name: "EURL") }
      return url
    }
    var prefix = base.target.prefix { $0 != "?" }
    while prefix.hasSuffix("/") { prefix = prefix.dropLast() }
    let path = text.hasPrefix("/") || text.hasPrefix("?") ? text : "/" + text
    return LoadURL(origin: base.origin, target: LoadURL.requestTarget(prefix + path))
  }

  private func content(
    _ content: LoadRequest.Content, _ source: some TemplateSource
  ) throws(Failure) -> ([UInt8]?, String?) {
    switch content {
    case .none: return (nil, nil)
    case .text(let text): return (Array(text.text(from: source).utf8), nil)
    case .json(let template):
      return (Array(JSONText.compact(template.value(from: source)).utf8), "application/json")
    case .form(let pairs):
      let text = pairs.map {
        "\(LoadURL.component($0.name.text(from: source)))=\(LoadURL.component($0.value.text(from: source)))"
      }.joined(separator: "&")
      return (Array(text.utf8), "application/x-www-form-urlencoded")
    case .parts(let parts):
      let boundary =
        "prodworthy" + String((0..<24).map { _ in "0123456789abcdef".randomCharacter(source.random(below: 16)) })
      var bytes: [UInt8] = []
      for part in parts {
        let value = part.value.text(from: source)
        let name = Self.quoted(part.name.text(from: source))
        bytes += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"".utf8
        if part.isFile {
          let file = value.split(separator: "/").last.map(String.init) ?? value
          bytes += "; filename=\"\(Self.quoted(file))\"\r\n".utf8
          let type = part.contentType?.text(from: source) ?? "application/octet-stream"
          bytes += "Content-Type: \(Self.oneLine(type))\r\n\r\n".utf8
          guard let content = files.content(of: value) else { throw Failure(name: "ENOENT") }
          bytes += content
        } else {
          if let type = part.contentType?.text(from: source) { bytes += "\r\nContent-Type: \(Self.oneLine(type))".utf8 }
          bytes += "\r\n\r\n\(value)".utf8
        }
        bytes += "\r\n".utf8
      }
      bytes += "--\(boundary)--\r\n".utf8
      return (bytes, "multipart/form-data; boundary=\(boundary)")
    }
  }

  private static func quoted(_ text: String) -> String {
    oneLine(text).replacing("\"", with: "%22")
  }

  /// Values may come from answers: nothing in them begins another line.
  private static func oneLine(_ text: String) -> String {
    text.utf8.contains { $0 < 32 && $0 != 9 }
      ? String(decoding: text.utf8.filter { $0 >= 32 || $0 == 9 }, as: UTF8.self) : text
  }

  private static func bytes(_ method: String, _ url: LoadURL, _ fields: Fields, _ content: [UInt8]?) -> [UInt8] {
    var text = "\(method) \(url.target) HTTP/1.1\r\n"
    if !fields.has("host") { text += "host: \(url.origin.authority)\r\n" }
    for (name, value) in fields.all where name != "content-length" && name != "transfer-encoding" {
      text += "\(name): \(value)\r\n"
    }
    if let content {
      text += "content-length: \(content.count)\r\n"
    } else if method != "GET", method != "HEAD", method != "OPTIONS", method != "DELETE" {
      text += "content-length: 0\r\n"
    }
    text += "\r\n"
    return Array(text.utf8) + (content ?? [])
  }

  /// Header fields by their names in lower case.
  private struct Fields {
    private(set) var all: [(name: String, value: String)] = []

    func has(_ name: String) -> Bool { all.contains { $0.name == name } }

    mutating func set(_ name: String, _ value: String) {
      let name = name.lowercased()
      guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 58 }) else { return }
      let value = RequestWriter.oneLine(value)
      if let index = all.firstIndex(where: { $0.name == name }) {
        all[index].value = value
      } else {
        all.append((name, value))
      }
    }

    mutating func setIfMissing(_ name: String, _ value: String) { if !has(name) { set(name, value) } }
  }
}

extension String {
  fileprivate func randomCharacter(_ index: Int) -> Character { self[self.index(startIndex, offsetBy: index)] }
}

/// Base64 (RFC 4648).
enum Base64Text {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

  static func encoded(_ bytes: [UInt8]) -> String {
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
      for index in 0..<4 { text.append(index <= group.count ? digits[value >> (18 - 6 * index) & 63] : "=") }
    }
    return text
  }
}
