/// The `openssl s_server` command on loopback.
package enum OpenSSLServer {
  /// Starts it with further options of its own.
  package static func start(_ credential: TestPKI.Credential, options: [String] = []) throws -> ServerProcess {
    let port = try LoopbackPort.free()
    return try ServerProcess(
      "openssl",
      [
        "s_server", "-accept", "127.0.0.1:\(port)", "-cert", credential.leafFile, "-cert_chain",
        credential.chainFile, "-key", credential.keyFile, "-quiet",
      ] + options, port: port, in: try ScratchFolder())
  }

  /// Starts it without a certificate.
  package static func startNameless(_ options: [String]) throws -> ServerProcess {
    let port = try LoopbackPort.free()
    return try ServerProcess(
      "openssl", ["s_server", "-accept", "127.0.0.1:\(port)", "-nocert", "-quiet"] + options, port: port,
      in: try ScratchFolder())
  }

  /// The Diffie-Hellman parameters of a group that it knows by name, as PEM.
  package static func parameters(of group: String) throws -> String {
    try ChildProcess.output(
      of: "openssl", ["genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:\(group)"], in: try ScratchFolder()
    )
  }

  /// What `openssl ciphers -V -stdname` says about a list of ciphers.
  package static func ciphers(_ list: String, options: [String] = []) throws -> String {
    try ChildProcess.output(of: "openssl", ["ciphers", "-V", "-stdname"] + options + [list], in: try ScratchFolder())
  }
}
