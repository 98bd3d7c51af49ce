/// A server of tlslite-ng on loopback, which speaks what system libraries no longer do: SSL 3.0, RC4, Diffie-Hellman over any
/// number.
package enum TLSLiteServer {
  /// Starts it; `settings` are statements in Python about `settings`, a `HandshakeSettings`.
  package static func start(_ credential: TestPKI.Credential, settings: String) throws -> ServerProcess {
    let folder = try ScratchFolder()
    let port = try LoopbackPort.free()
    let statements = settings.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    try folder.write(
      """
      import socket, sys, threading
      sys.path.insert(0, '\(Fixtures.python)')
      from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

      chain = X509CertChain()
      chain.parsePemList(open('\(credential.chainFile)').read())
      key = parsePEMKey(open('\(credential.keyFile)').read(), private=True)

      def configured():
          settings = HandshakeSettings()
      \(statements)
          return settings

      def serve(peer):
          try:
              TLSConnection(peer).handshakeServer(certChain=chain, privateKey=key, settings=configured())
              peer.recv(1)
          except Exception:
              pass
          finally:
              peer.close()

      listener = socket.socket()
      listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
      listener.bind(('127.0.0.1', \(port)))
      listener.listen(64)
      while True:
          threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

      """, to: "server.py")
    return try ServerProcess("python3", ["server.py"], port: port, in: folder)
  }
}
