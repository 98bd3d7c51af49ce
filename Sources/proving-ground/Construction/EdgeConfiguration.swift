/// The web server's configuration, with paths relative to its folder.
enum EdgeConfiguration {
  /// The configuration for `plan`.
  static func text(for plan: EdgePlan, ports: Ports) -> String {
    let (protocols, ciphers) =
      switch plan.protocols {
      case .modern: ("TLSv1.2 TLSv1.3", modernCiphers)
      case .withoutTLS13: ("TLSv1.2", modernCiphers)
      // OpenSSL 3 refuses the signatures of TLS 1.0 and 1.1, and keys under 2048 bits, above security level 0.
      case .old: ("TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", "ALL:@SECLEVEL=0")
      }
    let home = "https://localhost:\(ports.web)"
    let plain =
      switch plan.plainPort {
      case .redirects: "location / { return 308 \(home)$request_uri; }"
      case .redirectsForNow: "location / { return 302 \(home)$request_uri; }"
      case .dropsThePath: "location / { return 301 \(home)/; }"
      case .serves: proxied(to: ports.api)
      }
    let fields = [
      plan.sendsStrictTransport ? #"Strict-Transport-Security "max-age=63072000; includeSubDomains""# : nil,
      plan.sendsNoSniff ? "X-Content-Type-Options nosniff" : nil,
      #"Content-Security-Policy "default-src 'none'; frame-ancestors 'none'""#, "Referrer-Policy no-referrer",
    ].compactMap { $0.map { "add_header \($0) always;" } }.joined(separator: "\n          ")
    return """
      daemon off;
      pid nginx.pid;
      error_log error.log warn;
      worker_processes 1;
      events { worker_connections 512; }
      http {
        types { text/html html; }
        default_type application/octet-stream;
        access_log access.log;
        server_tokens \(plan.namesItsVersion ? "on" : "off");
        client_max_body_size 1m;
        client_body_temp_path tmp/body;
        proxy_temp_path tmp/proxy;
        fastcgi_temp_path tmp/fastcgi;
        uwsgi_temp_path tmp/uwsgi;
        scgi_temp_path tmp/scgi;

        limit_req_zone $binary_remote_addr zone=api:1m rate=20r/s;
        limit_req_status 429;

        upstream api { server 127.0.0.1:\(ports.api); keepalive 8; }

        server {
          listen 127.0.0.1:\(ports.web)\(plan.speaksTLS ? " ssl http2" : "");
          server_name localhost;
          ssl_certificate certificate.pem;
          ssl_certificate_key key.pem;
          ssl_protocols \(protocols);
          ssl_ciphers \(ciphers)\(plan.certificate.isBelowStandard ? ":@SECLEVEL=0" : "");
          ssl_prefer_server_ciphers off;
          ssl_ecdh_curve X25519:prime256v1:secp384r1;
          ssl_session_cache shared:sessions:1m;
          ssl_session_timeout 1d;
          ssl_session_tickets off;
          \(fields)
          \(frontPage(plan, ports))
          \(plan.showsStackTraces ? stackTrace : "")
          \(proxied(to: ports.api))
        }
        server {
          listen 127.0.0.1:\(ports.plain);
          server_name localhost;
          \(plain)
        }
        # The outside site whose events the platform reads.
        server {
          listen 127.0.0.1:\(ports.outside);
          server_name localhost;
          root outside;
        }
      }

      """
  }

  /// Forward secrecy and authenticated encryption only, after Mozilla's intermediate configuration.
  private static let modernCiphers = [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
  ].joined(separator: ":")

  private static func frontPage(_ plan: EdgePlan, _ ports: Ports) -> String {
    switch plan.frontPage {
    case .ofTheAPI: ""
    case .failing: "location = / { return 500; }"
    case .looping: "location = / { return 302 https://localhost:\(ports.web)/; }"
    case .downgrading: "location = / { return 302 http://localhost:\(ports.plain)/api/events; }"
    case .garbled: #"location = / { add_header "Not A Name" 1; return 200 "ok\n"; }"#
    }
  }

  /// What an application in debug mode answers for a page that does not exist.
  private static let stackTrace = """
    location /prodworthy/ {
            default_type text/plain;
            return 404 "Traceback (most recent call last):\\n  File \\"/srv/events/app.py\\", line 41, in page\\n    raise KeyError(path)\\nKeyError: 'page'\\n";
          }
    """

  private static func proxied(to port: Int) -> String {
    let settings = """
      proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection ""; \
      proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; \
      proxy_set_header X-Forwarded-Proto $scheme; proxy_connect_timeout 2s; proxy_read_timeout 10s;
      """
    return """
      location = /health { \(settings) }
          location / { limit_req zone=api burst=40 nodelay; \(settings) }
      """
  }
}
