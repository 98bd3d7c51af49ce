/// A database's URL: `postgresql://role@host:port/database`.
package struct DatabasePlace: Sendable {
  /// A name or a literal address without brackets.
  package var host: String
  /// 1 to 65535.
  package var port: Int
  /// The role.
  package var user: String
  /// The database; the role's name where the URL names none.
  package var database: String

  /// Reads a URL; nil if it is of another form, or holds a password.
  package init?(_ text: String) {
    guard let separator = text.firstRange(of: "://") else { return nil }
    let rest = text[separator.upperBound...].prefix { $0 != "?" }
    guard let at = rest.lastIndex(of: "@") else { return nil }
    let user = String(rest[..<at])
    let slash = rest[at...].firstIndex(of: "/")
    var place = rest[rest.index(after: at)..<(slash ?? rest.endIndex)]
    var port: Int? = 5432
    if let colon = place.lastIndex(of: ":"), !place[colon...].contains("]") {
      port = Int(place[place.index(after: colon)...])
      place = place[..<colon]
    }
    let host = place.hasPrefix("[") ? String(place.dropFirst().prefix { $0 != "]" }) : String(place)
    guard let port, (1...65535).contains(port), !host.isEmpty, !user.isEmpty, !user.contains(":") else { return nil }
    let database = slash.map { String(rest[rest.index(after: $0)...]) } ?? ""
    (self.host, self.port, self.user, self.database) = (host, port, user, database.isEmpty ? user : database)
  }
}
