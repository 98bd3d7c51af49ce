import Probing

/// How the pooler in front of the database works.
struct PoolerPlan: Sendable {
  /// What it asks of clients and of the server, in the words of its settings.
  var clientTLS = "require"
  var serverTLS = "verify-ca"
  var authentication = "scram-sha-256"
  var mode = "transaction"
  /// Sessions with the server for each role and database.
  var poolSize = 20
  var maxClients = 100
  /// How many clients the api service keeps connected to it.
  var clients = 1
  /// Whether the platform is ready only once a client has waited for long.
  var keepsClientsWaiting = false
}

/// PgBouncer in front of the database, with TLS on both sides.
enum Pooler {
  static func program() throws(GroundFailure) -> String { try Launcher.path(of: "pgbouncer") }

  static func start(
    _ plan: PoolerPlan, certificate: Leaf, ports: Ports, authority: CertificateAuthority, launcher: Launcher
  ) throws(GroundFailure) -> StartedPart {
    let folder = launcher.folder.pooler
    try Files.makeFolder(folder, mode: 0o700)
    try Files.write(authority.chain(of: certificate, withIntermediate: true), to: "\(folder)/chain.pem")
    try Files.write(authority.key(of: certificate), to: "\(folder)/key.pem", mode: 0o600)
    try Files.write(authority.root(), to: "\(folder)/ca.pem")
    let watcher = Accounts.newSession()
    try Files.write(watcher, to: launcher.folder.watcherPassword, mode: 0o600)
    let services = Files.text(at: launcher.folder.servicesPassword) ?? ""
    try Files.write("\"events_app\" \"\(services)\"\n\"watcher\" \"\(watcher)\"\n", to: "\(folder)/users", mode: 0o600)
    let offersTLS = plan.clientTLS != "disable"
    // Seen from where it lives, since a folder's name may hold what these lines could not.
    let text = """
      [databases]
      events = host=127.0.0.1 port=\(ports.database) dbname=events
      [pgbouncer]
      listen_addr = 127.0.0.1
      listen_port = \(ports.pooler)
      unix_socket_dir =
      auth_type = \(plan.authentication)
      auth_file = ../pooler/users
      stats_users = watcher
      pool_mode = \(plan.mode)
      default_pool_size = \(plan.poolSize)
      max_client_conn = \(plan.maxClients)
      query_wait_timeout = 0
      server_tls_sslmode = \(plan.serverTLS)
      server_tls_ca_file = ../pooler/ca.pem
      client_tls_sslmode = \(plan.clientTLS)
      \(offersTLS ? "client_tls_cert_file = ../pooler/chain.pem\nclient_tls_key_file = ../pooler/key.pem" : "")

      """
    try Files.write(text, to: "\(folder)/pgbouncer.ini")
    try launcher.account?.own(folder)
    return try launcher.start([program(), "../pooler/pgbouncer.ini"], log: "pgbouncer", asAccount: true)
  }
}
