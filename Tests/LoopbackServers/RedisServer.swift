/// A real Redis on loopback, which keeps nothing.
package enum RedisServer {
  /// Starts it; with a credential it speaks TLS only.
  package static func start(_ options: [String] = [], credential: TestPKI.Credential? = nil) throws -> ServerProcess {
    let port = try LoopbackPort.free()
    let listening =
      credential.map {
        [
          "--port", "0", "--tls-port", String(port), "--tls-cert-file", $0.chainFile, "--tls-key-file", $0.keyFile,
          "--tls-ca-cert-file", $0.chainFile,
        ]
      } ?? ["--port", String(port)]
    return try ServerProcess(
      "redis-server", listening + ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"] + options, port: port,
      in: try ScratchFolder())
  }
}
