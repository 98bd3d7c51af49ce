import AuditModel
import Postgres

/// Where a database is and who connects to it. Always on loopback, under the name its certificate is made out to.
struct DatabaseAddress: Codable, Sendable {
  /// The loopback port.
  var port: Int
  /// The database's name.
  var name: String
  /// The role.
  var user: String
  /// The file with the role's password.
  var passwordFile: String
  /// The file with the root to trust; nil for sessions in plaintext.
  var trust: String?
}

extension DatabaseAddress {
  /// The same for the database client: with TLS, fully verified, or with none.
  func parameters(for application: String) -> PostgresParameters {
    PostgresParameters(
      host: "localhost", address: "127.0.0.1", port: port, user: user, database: name,
      password: Files.text(at: passwordFile).map { Secret($0) }, sslMode: trust == nil ? .disable : .verifyFull,
      trust: trust.map { [$0] } ?? [], applicationName: application)
  }
}
