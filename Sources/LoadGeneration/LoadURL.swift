/// An absolute `http` or `https` URL (RFC 3986), as far as sending a request takes it.
package struct LoadURL: Sendable, Hashable {
  /// Whom to connect to.
  package struct Origin: Sendable, Hashable {
    /// Whether TLS is spoken.
    package var isSecure: Bool
    /// A name in lower case, or a literal address without brackets.
    package var host: String
    /// 1 to 65535.
    package var port: Int

    /// The value of the `Host` field (RFC 9110 section 7.2).
    package var authority: String {
      let name = host.contains(":") ? "[\(host)]" : host
      return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// Whether it is this very machine, by a literal address or the name for it.
    package var isLoopback: Bool {
      host == "localhost" || host.hasSuffix(".localhost") || host == "::1"
        || (host.hasPrefix("127.") && host.split(separator: ".").count == 4
          && host.split(separator: ".").allSatisfy { UInt8($0) != nil })
    }
  }

  /// Whom to connect to.
  package var origin: Origin
  /// Path and query as sent; begins with `/`.
  package var target: String

  /// Reads an absolute URL; nil if it is none. Credentials and the fragment are dropped.
  package init?(_ text: String) {
    let lower = text.prefix(8).lowercased()
    let isSecure = lower.hasPrefix("https://")
    guard isSecure || lower.hasPrefix("http://") else { return nil }
    let rest = text.dropFirst(isSecure ? 8 : 7)
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    guard let origin = Self.origin(rest[..<end], isSecure) else { return nil }
    self.origin = origin
    target = Self.requestTarget(rest[end...])
  }

  init(origin: Origin, target: String) {
    self.origin = origin
    self.target = target
  }

  private static func origin(_ text: Substring, _ isSecure: Bool) -> Origin? {
    var authority = text.lastIndex(of: "@").map { text[text.index(after: $0)...] } ?? text
    var host: String
    if authority.first == "[" {
      guard let close = authority.firstIndex(of: "]") else { return nil }
      host = authority[authority.index(after: authority.startIndex)..<close].lowercased()
      guard host.contains(":"), host.utf8.allSatisfy({ "0123456789abcdef:.".utf8.contains($0) }) else { return nil }
      authority = authority[authority.index(after: close)...]
    } else {
      let end = authority.firstIndex(of: ":") ?? authority.endIndex
      host = authority[..<end].lowercased()
      guard (1...254).contains(host.utf8.count),
        host.utf8.allSatisfy({ "abcdefghijklmnopqrstuvwxyz0123456789-._".utf8.contains($0) })
      else { return nil }
      authority = authority[end...]
    }
    if authority.isEmpty || authority == ":" {
      return Origin(isSecure: isSecure, host: host, port: isSecure ? 443 : 80)
    }
    guard authority.first == ":", let port = Int(authority.dropFirst()), (1...65535).contains(port),
      authority.dropFirst().utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Origin(isSecure: isSecure, host: host, port: port)
  }

  /// Path and query with everything that may not stand in a request line percent-encoded.
  static func requestTarget(_ text: Substring) -> String {
    let text = text.prefix { $0 != "#" }
    var bytes: [UInt8] = text.hasPrefix("/") ? [] : [UInt8(ascii: "/")]
    bytes.reserveCapacity(text.utf8.count + 1)
    for byte in text.utf8 {
      if byte > 0x20, byte < 0x7F, !"\"<>\\^`{|}".utf8.contains(byte) {
        bytes.append(byte)
      } else {
        bytes += percentEncoded(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let digits = Array("0123456789ABCDEF".utf8)

  private static func percentEncoded(_ byte: UInt8) -> [UInt8] {
    [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }

  /// A text as a part of a query or form: everything but unreserved characters percent-encoded.
  static func component(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95, 126: bytes.append(byte)
      default: bytes += percentEncoded(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What a reference in an answer from here leads to (RFC 3986 section 5.2); nil if to nothing of http.
  func resolving(_ reference: String) -> LoadURL? {
    let reference = String(reference.prefix { $0 != "#" })
    if let absolute = LoadURL(reference) { return absolute }
    if reference.hasPrefix("//") { return LoadURL((origin.isSecure ? "https:" : "http:") + reference) }
    if let colon = reference.firstIndex(of: ":"), reference[..<colon].allSatisfy({ $0.isLetter }) { return nil }
    if reference.isEmpty { return self }
    if reference.hasPrefix("/") { return LoadURL(origin: origin, target: Self.requestTarget(Self.plain(reference))) }
    let path = target.prefix { $0 != "?" }
    if reference.hasPrefix("?") { return LoadURL(origin: origin, target: Self.requestTarget(path + reference)) }
    let folder = path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex)
    return LoadURL(origin: origin, target: Self.requestTarget(Self.plain(folder + reference)))
  }

  /// Without `.` and `..` in its path.
  private static func plain(_ target: some StringProtocol) -> Substring {
    let path = target.prefix { $0 != "?" }
    guard path.contains("/.") else { return Substring(target) }
    var kept: [Substring] = []
    let segments = Substring(path).dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
      switch segment {
      case ".": if index == segments.count - 1 { kept.append("") }
      case "..":
        _ = kept.popLast()
        if index == segments.count - 1 { kept.append("") }
      default: kept.append(segment)
      }
    }
    return Substring("/" + kept.joined(separator: "/") + target.dropFirst(path.count))
  }
}
