package import AuditModel
import Postgres

/// Where a history is kept: a file of its own, or a database that a team shares.
package struct HistoryPlace: Sendable {
  enum Kind: Sendable {
    case file(String)
    case postgres(PostgresParameters)
  }

  let kind: Kind
  /// What people are told: the path, or the database without credentials.
  package let name: String

  /// The SQLite file at `path`.
  package static func file(_ path: String) -> HistoryPlace { HistoryPlace(kind: .file(path), name: path) }

  private init(kind: Kind, name: String) {
    self.kind = kind
    self.name = name
  }

  /// A path, or `postgresql://USER@HOST[:PORT]/DATABASE[?sslmode=MODE&trust=FILE&address=ADDRESS]`.
  ///
  /// The mode is `verify-full` unless said otherwise. Relative paths begin at `folder`. A password in the URL is refused:
  /// it would stand in the list of processes. Throws `.invalid`.
  package init(_ text: String, password: Secret? = nil, in folder: String? = nil) throws(HistoryFailure) {
    func absolute(_ path: String) -> String {
      guard let folder, !path.hasPrefix("/") else { return path }
      return "\(folder)/\(path)"
    }
    guard let scheme = text.firstRange(of: "://") else {
      guard !text.isEmpty else { throw .invalid("the history needs a file's path or a postgresql:// URL") }
      self = .file(absolute(text))
      return
    }
    guard ["postgresql", "postgres"].contains(text[..<scheme.lowerBound]) else {
      throw .invalid("a history is a file or a postgresql:// URL, not \(text[..<scheme.lowerBound])://")
    }
    let rest = text[scheme.upperBound...]
    let query = rest.firstIndex(of: "?").map { rest[rest.index(after: $0)...] }
    let main = rest.prefix { $0 != "?" }
    let authority = main.prefix { $0 != "/" }
    let database = Self.decoded(main.dropFirst(authority.count).dropFirst())
    guard let at = authority.lastIndex(of: "@") else {
      throw .invalid("the history's URL names no user: postgresql://USER@HOST/DATABASE")
    }
    let user = authority[..<at]
    guard !user.contains(":") else {
      throw .invalid("the history's URL may not hold a password: set PRODWORTHY_HISTORY_PASSWORD instead")
    }
    let (host, port) = try Self.host(authority[authority.index(after: at)...])
    guard !user.isEmpty, !host.isEmpty, !database.isEmpty else {
      throw .invalid("the history's URL needs a user, a host and a database: postgresql://USER@HOST/DATABASE")
    }
    var parameters = PostgresParameters(
      host: host, port: port, user: Self.decoded(user), database: database, password: password,
      applicationName: "prodworthy-history")
    for pair in (query ?? "").split(separator: "&") {
      let name = pair.prefix { $0 != "=" }
      let value = Self.decoded(pair.dropFirst(name.count).dropFirst())
      switch name {
      case "sslmode":
        guard let mode = SSLMode(rawValue: value) else {
          throw .invalid("sslmode is \(SSLMode.allCases.map(\.rawValue).joined(separator: ", ")), not \(value)")
        }
        parameters.sslMode = mode
      case "trust": parameters.trust.append(absolute(value))
      case "address": parameters.address = value
      default:
        let isSecret = name.lowercased().contains("pass")
        throw .invalid(
          isSecret
            ? "the history's URL may not hold a password: set PRODWORTHY_HISTORY_PASSWORD instead"
            : "the history's URL takes sslmode, trust and address, not \(name)")
      }
    }
    kind = .postgres(parameters)
    name = "postgresql://\(user)@\(authority[authority.index(after: at)...])/\(database)"
  }

  private static func host(_ text: Substring) throws(HistoryFailure) -> (String, Int) {
    var host = text
    var port: Substring?
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      host = text[text.index(after: text.startIndex)..<end]
      let after = text[text.index(after: end)...]
      if !after.isEmpty { port = after.dropFirst() }
    } else if let colon = text.lastIndex(of: ":") {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    guard let port else { return (String(host), 5432) }
    guard let number = Int(port), (1...65_535).contains(number) else {
      throw .invalid("the history's URL has no port that runs from 1 to 65535: \(port)")
    }
    return (String(host), number)
  }

  /// The text with `%41` as `A`; what is no such triple stays (RFC 3986 section 2.1).
  private static func decoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = Hexadecimal.bytes(of: String(decoding: rest.prefix(2), as: UTF8.self).lowercased()[...])?.first
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
