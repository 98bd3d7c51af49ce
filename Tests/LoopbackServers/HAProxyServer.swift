/// An HAProxy with TLS on loopback.
package enum HAProxyServer {
  /// Starts it; `bind` are further words of the `bind` line.
  package static func start(_ credential: TestPKI.Credential, bind: String = "") throws -> ServerProcess {
    let folder = try ScratchFolder()
    let port = try LoopbackPort.free()
    let texts = try [credential.chainFile, credential.keyFile].map { try ScratchFolder.text(of: $0) }
    let pair = try folder.write(texts.joined(), to: "pair.pem")
    try folder.write(
      """
      defaults
        mode http
        timeout client 10s
        timeout server 10s
        timeout connect 10s
      frontend front
        bind 127.0.0.1:\(port) ssl crt \(pair) \(bind)
        http-request return status 200

      """, to: "haproxy.cfg")
    return try ServerProcess("haproxy", ["-db", "-f", "haproxy.cfg"], port: port, in: folder)
  }
}
