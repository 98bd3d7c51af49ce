import Foundation

/// A real PgBouncer on loopback.
package enum PgBouncerServer {
  /// Starts it with lines for the section `databases`, for `pgbouncer` beside those every test wants, and users with
  /// passwords in clear text.
  ///
  /// A credential is for clients that ask for TLS. PgBouncer refuses to run as root.
  package static func start(
    databases: String, settings: String = "", users: [String: String], credential: TestPKI.Credential? = nil
  ) throws -> ServerProcess {
    let folder = try ScratchFolder()
    let port = try LoopbackPort.free()
    var lines = """
      [databases]
      \(databases)
      [pgbouncer]
      listen_addr = 127.0.0.1
      listen_port = \(port)
      unix_socket_dir =
      auth_file = \(folder.path("users.txt"))

      """
    if let credential {
      _ = try folder.write(String(contentsOfFile: credential.chainFile, encoding: .utf8), to: "chain.pem")
      _ = try folder.write(String(contentsOfFile: credential.keyFile, encoding: .utf8), to: "key.pem")
      lines += "client_tls_cert_file = \(folder.path("chain.pem"))\nclient_tls_key_file = \(folder.path("key.pem"))\n"
    }
    _ = try folder.write(lines + settings + "\n", to: "pgbouncer.ini")
    _ = try folder.write(users.map { "\"\($0.key)\" \"\($0.value)\"\n" }.sorted().joined(), to: "users.txt")
    let arguments = ["pgbouncer", folder.path("pgbouncer.ini")]
    guard geteuid() == 0 else {
      return try ServerProcess(arguments[0], Array(arguments.dropFirst()), port: port, in: folder)
    }
    try ChildProcess.run("chown", ["-R", "postgres", folder.path], in: folder)
    return try ServerProcess(
      "setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] + arguments, port: port, in: folder)
  }
}
