package import AuditModel

/// Where a database is, who connects to it, and how.
package struct PostgresParameters: Sendable {
  /// The server's name or literal address; also the name its certificate has to carry.
  package var host: String
  /// A literal address to connect to instead of resolving the host.
  package var address: String?
  /// The TCP port, 1 to 65535.
  package var port: Int
  /// The role.
  package var user: String
  /// The database.
  package var database: String
  /// The role's password.
  package var password: Secret?
  /// How encryption is asked for.
  package var sslMode: SSLMode
  /// PEM files with the roots to trust; empty for the system's roots.
  package var trust: [String]
  /// Whether the server has to prove that it knows the password (SCRAM with channel binding, RFC 5802 and RFC 5929): keeps
  /// the password from a server that shows no certificate worth trusting.
  package var requiresChannelBinding = false
  /// What the session is called in `pg_stat_activity`.
  package var applicationName: String

  /// What an auditor's session is called.
  package static let applicationName = "prodworthy"

  /// A login at a host.
  package init(
    host: String, address: String? = nil, port: Int = 5432, user: String, database: String, password: Secret? = nil,
    sslMode: SSLMode = .verifyFull, trust: [String] = [], applicationName: String = Self.applicationName
  ) {
    self.host = host
    self.address = address
    self.port = port
    self.user = user
    self.database = database
    self.password = password
    self.sslMode = sslMode
    self.trust = trust
    self.applicationName = applicationName
  }

  /// libpq's keywords and values.
  ///
  /// Whatever is not given here libpq takes from the environment and from files in the home directory, so everything that
  /// could change who is spoken to, and how, is given, with a path that leads nowhere where nothing is meant.
  func keywords(addresses: [String], trustFile: String) -> [(String, String)] {
    let nowhere = "/dev/null/none"
    var keywords = [
      ("host", addresses.map { _ in host }.joined(separator: ",")),
      ("hostaddr", addresses.joined(separator: ",")),
      ("port", String(port)),
      ("user", user),
      ("dbname", database),
      ("sslmode", sslMode.rawValue),
      // Given a root, libpq verifies under `require` too.
      ("sslrootcert", sslMode.verifies ? trustFile : nowhere),
      ("sslcert", nowhere),
      ("sslkey", nowhere),
      ("sslcrl", nowhere),
      ("sslcrldir", nowhere),
      ("ssl_min_protocol_version", "TLSv1"),
      ("channel_binding", requiresChannelBinding ? "require" : "prefer"),
      ("gssencmode", "disable"),
      ("passfile", nowhere),
      ("target_session_attrs", "any"),
      ("client_encoding", "UTF8"),
      ("application_name", applicationName),
      // Bounds the life of a thread that cancels a statement at a server that has vanished.
      ("tcp_user_timeout", "10000"),
    ]
    if let password { keywords.append(("password", password.exposed)) }
    return keywords
  }
}
