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
  /// The file with the root to trust.
  var trust: String
  /// How its sessions are protected.
  var protection = Protection.verified
}

/// How a database session is protected.
enum Protection: String, Codable, Sendable {
  /// TLS, and the server proves its name.
  case verified
  /// TLS with whoever answers.
  case encrypted
  /// Nothing.
  case none

  /// The same in libpq's words.
  var mode: SSLMode {
    switch self {
    case .verified: .verifyFull
    case .encrypted: .require
    case .none: .disable
    }
  }
}

extension DatabaseAddress {
  /// The same for the database client.
  func parameters(for application: String) -> PostgresParameters {
    PostgresParameters(
      host: "localhost", address: "127.0.0.1", port: port, user: user, database: name,
      password: Files.text(at: passwordFile).map { Secret($0) }, sslMode: protection.mode,
      trust: protection == .verified ? [trust] : [], applicationName: application)
  }
}
