@testable import LoopbackServers

/// A real nginx on two free ports of 127.0.0.1, one of them with TLS and a certificate for `localhost`.
final class NginxFixture {
  let tlsPort: Int
  let plainPort: Int
  /// The root to trust.
  let trust: String
  private let server: ServerProcess
  /// Made once: an authority issues one certificate at a time.
  private static let identity = Result {
    let authority = try TestPKI(named: "HTTP")
    return (authority: authority, credential: try authority.credential())
  }

  /// Starts nginx with these lines inside the TLS server, and in the plain one.
  init(tls: String, plain: String) throws {
    let (authority, credential) = try Self.identity.get()
    let folder = try ScratchFolder()
    trust = authority.rootFile
    tlsPort = try LoopbackPort.free()
    plainPort = try LoopbackPort.free()
    try folder.write(
      """
      daemon off; master_process off; pid nginx.pid; error_log error.log;
      events {}
      http {
        access_log off; default_type text/plain;
        client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi; scgi_temp_path scgi;
        server {
          listen 127.0.0.1:\(tlsPort) ssl; server_name localhost;
          ssl_certificate \(credential.chainFile); ssl_certificate_key \(credential.keyFile);
          \(tls)
        }
        server { listen 127.0.0.1:\(plainPort); \(plain) }
      }

      """, to: "nginx.conf")
    server = try ServerProcess("nginx", ["-p", folder.path, "-c", "nginx.conf"], port: tlsPort, in: folder)
  }
}
