/// An nginx with TLS on loopback.
package enum NginxServer {
  /// One without TLS that answers `ok` and closes no connection by itself.
  package static func startPlain() throws -> ServerProcess {
    try start { port in
      """
      keepalive_requests 1000000;
      server { listen 127.0.0.1:\(port); location / { return 200 "ok"; } }
      """
    }
  }

  /// Does for every path what `location`, nginx directives, says: serves `ok`, unless said otherwise. `server` are further
  /// directives of the server; `otherServer` those of a second one on the same port, in which `PORT` stands for it.
  package static func start(
    _ credential: TestPKI.Credential, protocols: String = "TLSv1.2 TLSv1.3", ciphers: String = "DEFAULT",
    location: String = #"return 200 "ok";"#, server: String = "", otherServer: String = ""
  ) throws -> ServerProcess {
    try start { port in
      """
      server {
        listen 127.0.0.1:\(port) ssl;
        ssl_certificate \(credential.chainFile);
        ssl_certificate_key \(credential.keyFile);
        ssl_protocols \(protocols);
        ssl_ciphers \(ciphers);
        \(server)
        location / { \(location) }
      }
      \(otherServer.isEmpty ? "" : "server { \(otherServer.replacing("PORT", with: "\(port)")) }")
      """
    }
  }

  /// One whose `http` block holds `servers` besides what keeps it in a folder of its own.
  private static func start(_ servers: (_ port: Int) -> String) throws -> ServerProcess {
    let folder = try ScratchFolder()
    let port = try LoopbackPort.free()
    try folder.write(
      """
      daemon off;
      master_process off;
      pid nginx.pid;
      error_log error.log;
      events {}
      http {
        access_log off;
        client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi; scgi_temp_path scgi;
        \(servers(port))
      }

      """, to: "nginx.conf")
    return try ServerProcess("nginx", ["-p", folder.path, "-c", "nginx.conf"], port: port, in: folder)
  }
}
