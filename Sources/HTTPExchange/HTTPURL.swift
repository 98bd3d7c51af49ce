/// An absolute `http` or `https` URL (RFC 3986), taken apart as far as a client needs it.
package struct HTTPURL: Sendable, Hashable {
  package enum Scheme: String, Sendable {
    case http, https

    package var defaultPort: Int { self == .https ? 443 : 80 }
  }

  package var scheme: Scheme
  /// A name in lower case or a literal address without brackets.
  package var host: String
  /// 1 to 65535.
  package var port: Int
  /// Path and query as sent in a request line; visible ASCII, begins with `/`.
  package private(set) var target: String

  /// Reads an absolute URL; credentials and the fragment are dropped. Nil if it is none a client could use.
  package init?(_ text: String) {
    guard let separator = text.firstRange(of: "://"),
      let scheme = Scheme(rawValue: text[..<separator.lowerBound].lowercased())
    else { return nil }
    let rest = text[separator.upperBound...]
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    guard let authority = Authority(rest[..<end]) else { return nil }
    self.scheme = scheme
    host = authority.host
    port = authority.port ?? scheme.defaultPort
    target = Self.requestTarget(rest[end...])
  }

  /// Whether the host is a literal address.
  package var hasAddressLiteral: Bool {
    host.contains(":") || host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { UInt8($0) != nil }
  }

  /// The value of the `Host` field (RFC 9110 section 7.2).
  package var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == scheme.defaultPort ? name : "\(name):\(port)"
  }

  /// The URL as text.
  package var text: String { "\(scheme.rawValue)://\(authority)\(target)" }

  /// The path without the query.
  package var path: Substring { target.prefix { $0 != "?" } }

  /// Whether credentials for one may be sent to the other (RFC 6454).
  package func hasSameOrigin(as other: HTTPURL) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  /// The same origin with another path and query.
  package func with(target: String) -> HTTPURL {
    var url = self
    url.target = Self.requestTarget(target[...])
    return url
  }

  /// What a reference found in an answer from here means (RFC 3986 section 5.2); nil if no http or https URL.
  package func resolving(_ reference: String) -> HTTPURL? {
    let reference = reference.prefix { $0 != "#" }
    if let scheme = Self.scheme(of: reference) {
      return scheme == "http" || scheme == "https" ? HTTPURL(String(reference))?.withoutDotSegments : nil
    }
    if reference.hasPrefix("//") { return HTTPURL("\(scheme.rawValue):\(reference)")?.withoutDotSegments }
    if reference.isEmpty { return self }
    if reference.hasPrefix("?") { return with(target: String(path) + reference) }
    if reference.hasPrefix("/") { return with(target: String(reference)).withoutDotSegments }
    let folder = path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex)
    return with(target: String(folder) + reference).withoutDotSegments
  }

  private var withoutDotSegments: HTTPURL {
    let path = path
    var kept: [Substring] = []
    let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      switch segment {
      case ".": if isLast { kept.append("") }
      case "..":
        _ = kept.popLast()
        if isLast { kept.append("") }
      default: kept.append(segment)
      }
    }
    return with(target: "/" + kept.joined(separator: "/") + target.dropFirst(path.count))
  }

  /// The scheme a reference begins with, in lower case.
  private static func scheme(of reference: Substring) -> String? {
    guard let colon = reference.firstIndex(of: ":"), reference.first?.isLetter == true else { return nil }
    let name = reference[..<colon]
    return name.allSatisfy { $0.isLetter || $0.isNumber || "+-.".contains($0) } ? name.lowercased() : nil
  }

  /// Path and query with everything that may not stand in a request line percent-encoded.
  private static func requestTarget(_ text: Substring) -> String {
    let text = text.prefix { $0 != "#" }
    var bytes: [UInt8] = text.hasPrefix("/") ? [] : [UInt8(ascii: "/")]
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in text.utf8 {
      if byte > 0x20, byte < 0x7F, !"\"<>\\^`{|}".utf8.contains(byte) {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The part of a URL that names whom to connect to (RFC 3986 section 3.2).
private struct Authority {
  package var host: String
  package var port: Int?

  package init?(_ text: Substring) {
    let text = text.lastIndex(of: "@").map { text[text.index(after: $0)...] } ?? text
    let portText: Substring
    if text.first == "[" {
      guard let close = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<close].lowercased()
      guard host.contains(":"), host.utf8.allSatisfy({ "0123456789abcdef:.".utf8.contains($0) }) else { return nil }
      portText = text[text.index(after: close)...]
    } else {
      let end = text.firstIndex(of: ":") ?? text.endIndex
      host = text[..<end].lowercased()
      let isName = host.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-._".utf8.contains($0) }
      guard isName, (1...254).contains(host.utf8.count) else { return nil }
      portText = text[end...]
    }
    if portText.isEmpty || portText == ":" { return }
    guard portText.first == ":", portText.utf8.count <= 6, let port = Int(portText.dropFirst()),
      (1...65535).contains(port), portText.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    self.port = port
  }
}
