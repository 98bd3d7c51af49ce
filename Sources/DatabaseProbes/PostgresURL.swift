/// A connection URI (PostgreSQL manual, section 34.1.1.2) with one host. Its password and its query are not read: secrets
/// come by reference, and settings by fields of their own.
struct PostgresURL: Sendable, Hashable {
  static let schemes = ["postgresql", "postgres"]

  /// The role; nil if none is named.
  var user: String?
  /// A name or literal address; IPv6 without brackets.
  var host: String
  /// 5432 unless named.
  var port: Int
  /// The database; nil if none is named.
  var database: String?

  /// Reads `postgresql://role@host:port/database`; nil for anything else, and for a list of hosts.
  init?(_ text: String) {
    guard let scheme = text.firstRange(of: "://"),
      Self.schemes.contains(text[..<scheme.lowerBound].lowercased())
    else { return nil }
    let rest = text[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
    var authority = rest.prefix { $0 != "/" }
    let path = rest[authority.endIndex...].dropFirst()
    if let at = authority.lastIndex(of: "@") {
      guard let user = Self.decoded(authority[..<at].prefix { $0 != ":" }) else { return nil }
      self.user = user.isEmpty ? nil : user
      authority = authority[authority.index(after: at)...]
    }
    let portText: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = String(authority[..<end].dropFirst())
      portText = authority[authority.index(after: end)...]
    } else {
      let name = authority.prefix { $0 != ":" }
      guard let host = Self.decoded(name) else { return nil }
      self.host = host
      portText = authority[name.endIndex...]
    }
    // A comma is a list of hosts, a slash a socket in the file system.
    guard !host.isEmpty, !host.contains(where: { ",/".contains($0) || $0.isWhitespace }) else { return nil }
    switch portText {
    case "", ":": port = 5432
    default:
      let digits = portText.dropFirst()
      guard portText.first == ":", digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt16(digits),
        number > 0
      else { return nil }
      port = Int(number)
    }
    guard let database = Self.decoded(path) else { return nil }
    self.database = database.isEmpty ? nil : database
  }

  /// The text with its percent-encoding undone (RFC 3986 section 2.1); nil if that yields no text.
  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte != UInt8(ascii: "%") {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    guard !bytes.contains(0) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
