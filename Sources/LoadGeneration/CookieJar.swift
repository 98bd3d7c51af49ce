/// The cookies of one user (RFC 6265), as far as a session on a few hosts needs them.
struct CookieJar {
  private struct Cookie {
    var name: String
    var value: String
    var domain: String
    var isHostOnly: Bool
    var path: String
    var isSecure: Bool
  }

  private var cookies: [Cookie] = []
  /// The most cookies of one user, each of at most 4 KiB.
  private static let most = 100

  var isEmpty: Bool { cookies.isEmpty }

  /// Takes what the script sets itself.
  mutating func set(_ name: String, _ value: String, for url: LoadURL) {
    // A script may give attributes along.
    take("\(name)=\(value)", from: url)
  }

  /// Takes a Set-Cookie field from an answer of `url`.
  mutating func take(_ field: String, from url: LoadURL) {
    guard field.utf8.count <= 4096 else { return }
    let parts = field.split(separator: ";", omittingEmptySubsequences: false)
    guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { return }
    let folder = url.target.prefix { $0 != "?" }
    let path = folder.prefix(upTo: folder.lastIndex(of: "/") ?? folder.startIndex)
    var cookie = Cookie(
      name: Self.trimmed(pair[..<equals]), value: Self.trimmed(pair[pair.index(after: equals)...]),
      domain: url.origin.host, isHostOnly: true, path: path.isEmpty ? "/" : String(path), isSecure: false)
    var isGone = false
    for part in parts.dropFirst() {
      let equals = part.firstIndex(of: "=") ?? part.endIndex
      let value = equals < part.endIndex ? Self.trimmed(part[part.index(after: equals)...]) : ""
      switch Self.trimmed(part[..<equals]).lowercased() {
      case "domain":
        let domain = value.drop { $0 == "." }.lowercased()
        guard !domain.isEmpty else { continue }
        guard url.origin.host == domain || url.origin.host.hasSuffix(".\(domain)") else { return }
        cookie.domain = domain
        cookie.isHostOnly = false
      case "path": if value.hasPrefix("/") { cookie.path = value }
      case "max-age": if let age = Int(value), age <= 0 { isGone = true }
      // A test does not outlive a cookie that has not expired already: the usual way to delete one is 1970.
      case "expires": if value.contains("1970") || value.contains("-70 ") { isGone = true }
      case "secure": cookie.isSecure = true
      default: break
      }
    }
    guard !cookie.name.isEmpty else { return }
    cookies.removeAll { $0.name == cookie.name && $0.domain == cookie.domain && $0.path == cookie.path }
    if !isGone, cookies.count < Self.most { cookies.append(cookie) }
  }

  /// The Cookie field for a request; nil where none is sent.
  func field(for url: LoadURL) -> String? {
    let path = String(url.target.prefix { $0 != "?" })
    let sent = cookies.filter { cookie in
      let isHost =
        url.origin.host == cookie.domain || (!cookie.isHostOnly && url.origin.host.hasSuffix(".\(cookie.domain)"))
      let isPath =
        path == cookie.path
        || (path.hasPrefix(cookie.path)
          && (cookie.path.hasSuffix("/") || path.dropFirst(cookie.path.count).first == "/"))
      return isHost && isPath && (url.origin.isSecure || !cookie.isSecure || url.origin.isLoopback)
    }
    return sent.isEmpty ? nil : sent.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text.drop { $0 == " " || $0 == "\t" })
  }
}
