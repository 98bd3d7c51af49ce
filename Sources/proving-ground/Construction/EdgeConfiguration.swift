/// The web server's configuration, with paths relative to its folder.
struct EdgeConfiguration {
  private let plan: EdgePlan
  private let mail: MailPlan
  private let ports: Ports

  /// The configuration for `plan`, with the TLS servers for `mail`.
  init(_ plan: EdgePlan, mail: MailPlan, ports: Ports) {
    self.plan = plan
    self.mail = mail
    self.ports = ports
  }

  /// The header fields of every answer, in a file of its own: nginx forgets them wherever a location adds one.
  var fields: String {
    let policy = plan.contentPolicy.map { "Content-Security-Policy \"\($0)\"" }
    let isolation =
      ["Opener-Policy same-origin", "Embedder-Policy require-corp", "Resource-Policy same-origin"]
      .map { "Cross-Origin-\($0)" }
    let fields =
      [
        plan.strictTransport.map { "Strict-Transport-Security \"\($0)\"" },
        plan.sendsNoSniff ? "X-Content-Type-Options nosniff" : nil, policy,
        "Referrer-Policy \(plan.referrerPolicy)", "Permissions-Policy \"camera=(), geolocation=(), microphone=()\"",
      ] + isolation + plan.outdatedFields
    return fields.compactMap { $0.map { "add_header \($0) always;\n" } }.joined()
  }

  /// The configuration itself.
  var text: String {
    """
    daemon off;
    pid nginx.pid;
    error_log error.log warn;
    worker_processes 1;
    events { worker_connections 1024; }
    http {
      types { text/html html; text/css css; text/javascript js; image/svg+xml svg; }
      charset utf-8;
      charset_types text/css text/javascript text/plain;
      default_type application/octet-stream;
      access_log access.log;
      server_tokens \(plan.namesItsVersion ? "on" : "off");
      client_max_body_size 1m;
      client_body_temp_path tmp/body;
      proxy_temp_path tmp/proxy;
      fastcgi_temp_path tmp/fastcgi;
      uwsgi_temp_path tmp/uwsgi;
      scgi_temp_path tmp/scgi;
      proxy_cache_path tmp/copies keys_zone=copies:1m max_size=16m inactive=1d;

      gzip \(plan.compresses ? "on" : "off");
      gzip_vary \(plan.variesByEncoding ? "on" : "off");
      gzip_min_length 860;
      gzip_proxied any;
      gzip_types text/css text/javascript image/svg+xml application/json application/problem+json;

    \(limits)
      map $http_origin $application {
        default "";
        "\(CrossOrigin.application)" $http_origin;
      }
      map $application $application_may {
        default true;
        "" "";
      }

      map $request_method $is_method {
        default 0;
        ~^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$ 1;
      }
      map $request_method $passed_method {
        default GET;
        ~^(HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$ $request_method;
      }

      upstream api { server 127.0.0.1:\(ports.api); keepalive 8; }
      upstream assets { server 127.0.0.1:\(ports.assets); keepalive 4; }

      # For all servers of a port: the first one answers before the name is known.
    \(Self.suites(plan.protocols, under: plan.certificate))
      ssl_prefer_server_ciphers off;
      ssl_ecdh_curve X25519:prime256v1:secp384r1;
      ssl_session_cache shared:sessions:1m;
    \(resumption)
    \(namelessServer)
    \(webServer)
    \(mailServers)
      server {
        listen 127.0.0.1:\(ports.plain);
        listen \(Ports.publicAddress):\(ports.plain);
        server_name localhost;
        # Where certificates say that their issuer and its list of revocations are.
        location /ca/ {
          types { application/pkix-cert crt; application/pkix-crl crl; }
          root published;
        }
        \(plainPort)
        \(plan.signIn.isOnPlainPort ? plan.signIn.location : "")
      }
      # The files of the web page.
      server {
        listen 127.0.0.1:\(ports.assets);
        server_name localhost;
        root page;
        # The edge compresses, and keeps one copy for everybody.
        gzip off;
        gzip_vary off;
    \(assetFields)
      }
      # The outside site whose events the platform reads.
      server {
        listen 127.0.0.1:\(ports.outside);
        \(plan.outsideSiteIsPublic ? "listen \(Ports.publicAddress):\(ports.outside);" : "")
        server_name localhost;
        root outside;
      }
    }

    """
  }

  // MARK: The web server

  private var speech: String { plan.speaksTLS ? " ssl" + (plan.speaksHTTP2 ? " http2" : "") : "" }

  /// Refuses the handshake with whoever asks for a name that nobody has.
  private var namelessServer: String {
    guard plan.speaksTLS, plan.refusesUnknownNames else { return "" }
    return """
        server {
          listen 127.0.0.1:\(ports.web)\(speech) default_server;
          listen \(Ports.publicAddress):\(ports.web)\(speech) default_server;
          ssl_reject_handshake on;
        }
      """
  }

  private var webServer: String {
    return """
        server {
          listen 127.0.0.1:\(ports.web)\(speech);
          listen \(Ports.publicAddress):\(ports.web)\(speech);
          server_name localhost;
          ssl_certificate certificate.pem;
          ssl_certificate_key key.pem;
          include fields.conf;
          error_page 404 = @missing;
          error_page 405 = \(plan.passesTrace ? "@echoed" : "@refused");
          error_page 429 503 = @limited;
          error_page 502 504 = @unavailable;
          \(frontPage)
          \(plan.signIn.location)
          \(plan.showsStackTraces ? Self.stackTrace : "")
          \(plan.takesAnyMethod ? "proxy_method $passed_method;" : "if ($is_method = 0) { return 405; }")
          \(leftOpen)
          location = /health {
            \(plan.limit.isOn && plan.limit.coversHealth ? "limit_req zone=search burst=10 nodelay;" : "")
            \(Self.proxied)
          }
          # With a slash behind it the api service means the same.
          location ~ ^/api/events/search/?$ {
            \(plan.limit.isOn ? "limit_req zone=search burst=10 nodelay;" : "")
            \(plan.limit.refusalsCross ? "" : "add_header Access-Control-Allow-Origin *; include fields.conf;")
            \(plan.limit.claim.map { "add_header RateLimit-Policy '\($0)' always; include fields.conf;" } ?? "")
            \(Self.proxied)
          }
          location = /api/login {
            \(plan.limit.isOn ? "limit_req zone=login burst=5 nodelay;" : "")
            \(Self.proxied)
          }
          location / {
            \(plan.limit.isOn ? "limit_req zone=everything burst=1000 nodelay;" : "")
            \(Self.proxied)
          }
          location /assets/ {
            proxy_pass http://assets;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_intercept_errors on;
      \(copies)
          }
          location @limited {
            \(problem(plan.limit.status, plan.limit.status == 429 ? "Too Many Requests" : "Service Unavailable"))
            \(plan.limit.retryAfter.map { "add_header Retry-After \($0) always;" } ?? "")
            \(plan.limit.refusalsCross ? Self.crossingFields : "")
          }
          location @missing { \(problem(404, "Not Found")) }
          location @refused { \(problem(405, "Method Not Allowed")) \(plan.namesAllowedMethods ? "add_header Allow \"GET, HEAD, POST, OPTIONS\" always;" : "") }
          # nginx refuses TRACE by itself, and tells by this way only.
          location @echoed { \(Self.proxied) }
          location @unavailable { \(problem(503, "Service Unavailable")) add_header Retry-After 5 always; }
        }
      """
  }

  // MARK: TLS

  /// The TLS servers behind the mail front: one at each node, with nothing of its own to say, and nothing inherited that
  /// may be wrong with the web server.
  private var mailServers: String {
    Ports.mailNodes.enumerated().map { index, node in
      """
        server {
          listen \(node):\(ports.mailTLS) ssl;
          server_name localhost;
          ssl_certificate mail-\(index).pem;
          ssl_certificate_key mail-\(index).key;
          ssl_session_timeout 1d;
          ssl_session_tickets off;
          ssl_early_data off;
          ssl_dhparam "";
      \(Self.suites(mail.protocols, under: mail.certificate))
          return 421;
        }

      """
    }.joined()
  }

  private static func suites(_ versions: EdgePlan.Protocols, under certificate: Leaf) -> String {
    var protocols = "TLSv1.2 TLSv1.3"
    var ciphers = Self.modernCiphers
    var isBelowStandard = certificate.isBelowStandard
    var group = ""
    switch versions {
    case .modern: break
    case .withoutTLS13: protocols = "TLSv1.2"
    case .old:
      // OpenSSL 3 refuses the signatures of TLS 1.0 and 1.1, and keys under 2048 bits, above security level 0.
      (protocols, ciphers, isBelowStandard) = ("TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", "ALL", true)
    case .withoutEncryption: (ciphers, isBelowStandard) = (ciphers + ":ECDHE-ECDSA-NULL-SHA", true)
    case .withoutAuthentication: (ciphers, isBelowStandard) = (ciphers + ":AECDH-AES128-SHA", true)
    case .withBlockChaining: ciphers += ":ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384"
    case .withoutForwardSecrecy: ciphers += ":AES128-GCM-SHA256:AES256-GCM-SHA384"
    case .onlyBlockChaining: (protocols, ciphers) = ("TLSv1.2", "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384")
    case .onlyStaticKeys: (protocols, ciphers) = ("TLSv1.2", "AES128-GCM-SHA256:AES256-GCM-SHA384")
    case .withSmallGroup, .withCompositeGroup, .withUncheckableGroup:
      (ciphers, isBelowStandard) = (ciphers + ":DHE-RSA-AES128-GCM-SHA256", true)
      group = "ssl_dhparam group.pem;"
    }
    return """
          ssl_protocols \(protocols);
          ssl_ciphers \(ciphers)\(isBelowStandard ? ":@SECLEVEL=0" : "");
          \(group)
      """
  }

  /// Forward secrecy and authenticated encryption only, after Mozilla's intermediate configuration.
  private static let modernCiphers = [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
  ].joined(separator: ":")

  /// The group for Diffie-Hellman over a finite field, where one is offered.
  var group: String {
    switch plan.protocols {
    case .withCompositeGroup: Self.compositeGroup
    case .withUncheckableGroup: Self.uncheckableGroup
    default: Self.smallGroup
    }
  }

  /// The square of 2^1279 - 1, which has no small factors.
  private static let compositeGroup = """
    -----BEGIN DH PARAMETERS-----
    MIIBRwKCAUA/////////////////////////////////////////////////////
    ////////////////////////////////////////////////////////////////
    ////////////////////////////////////////////////////////////////
    ////////////////////////////////AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQIBAg==
    -----END DH PARAMETERS-----

    """

  /// 156 q + 1 with the prime q = 2^2203 - 1, and a generator of order q.
  private static let uncheckableGroup = """
    -----BEGIN DH PARAMETERS-----
    MIIBLwKCARUE3///////////////////////////////////////////////////
    ////////////////////////////////////////////////////////////////
    ////////////////////////////////////////////////////////////////
    ////////////////////////////////////////////////////////////////
    ////////////////////////////////////////////////////////////////
    //////////////////////////////////////////////////////////9lAhQQ
    AAAAAAAAAAAAAAAAAAAAAAAAAA==
    -----END DH PARAMETERS-----

    """

  /// The first group of the Internet Key Exchange with 1024 bits (RFC 2409 section 6.2).
  private static let smallGroup = """
    -----BEGIN DH PARAMETERS-----
    MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
    Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
    /1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
    -----END DH PARAMETERS-----

    """

  private var resumption: String {
    switch plan.resumption {
    case .bySession: "    ssl_session_timeout 1d; ssl_session_tickets off;"
    case .byLongTickets: "    ssl_session_timeout 30d; ssl_session_tickets on;"
    case .withEarlyData: "    ssl_session_timeout 1d; ssl_session_tickets on; ssl_early_data on;"
    }
  }

  private var leftOpen: String {
    switch plan.leftOpen {
    case nil: ""
    case .metrics:
      Self.text(
        "/metrics",
        #"# HELP http_requests_total Requests answered.\n# TYPE http_requests_total counter\nhttp_requests_total 1027\n"#
      )
    case .console: "location = /nginx_status { stub_status; }"
    case .settings:
      Self.text("/.env", #"APP_ENV=production\nDB_USER=events_app\nDB_PASSWORD=not-the-real-one\n"#)
    }
  }

  private static func text(_ path: String, _ content: String) -> String {
    "location = \(path) { default_type text/plain; return 200 \"\(content)\"; }"
  }

  private var frontPage: String {
    switch plan.frontPage {
    case .ofTheAPI: "location = / { \(Self.proxied(to: "http://api/page")) }"
    case .failing: "location = / { return 500; }"
    case .looping: "location = / { return 302 https://localhost:\(ports.web)/; }"
    case .downgrading: "location = / { return 302 http://localhost:\(ports.plain)/api/events; }"
    case .garbled: #"location = / { add_header "Not A Name" 1; return 200 "ok\n"; }"#
    }
  }

  private var plainPort: String {
    let home = "https://localhost:\(ports.web)"
    return switch plan.plainPort {
    case .redirects: "location / { return 308 \(home)$request_uri; }"
    case .redirectsForNow: "location / { return 302 \(home)$request_uri; }"
    case .dropsThePath: "location / { return 301 \(home)/; }"
    case .serves: "location / { \(Self.proxied) }"
    }
  }

  /// What an application in debug mode answers for a page that does not exist.
  private static let stackTrace = """
    location /prodworthy/ {
            default_type text/plain;
            return 404 "Traceback (most recent call last):\\n  File \\"/srv/events/app.py\\", line 41, in page\\n    raise KeyError(path)\\nKeyError: 'page'\\n";
          }
    """

  private static let proxied = proxied(to: "http://api")

  private static func proxied(to place: String) -> String {
    """
    proxy_pass \(place); proxy_http_version 1.1; proxy_set_header Connection ""; \
    proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; \
    proxy_set_header X-Forwarded-Proto $scheme; proxy_connect_timeout 2s; proxy_read_timeout 10s;
    """
  }

  // MARK: Refusals

  /// Zones of clients: those who search, those who log in, and everybody.
  private var limits: String {
    let limit = plan.limit
    let zones = [("search", limit.rate), ("login", "5r/s"), ("everything", "500r/s")].map { name, rate in
      "  limit_req_zone $client zone=\(name):1m rate=\(rate);\n"
    }.joined()
    let client =
      limit.believesForwardedFor
      ? "default $http_x_forwarded_for; \"\" $binary_remote_addr;" : "default $binary_remote_addr;"
    return "  map $http_x_forwarded_for $client { \(client) }\n\(zones)  limit_req_status \(limit.status);\n"
  }

  /// Answers with problem details (RFC 9457), or with a page where refusals are not explained.
  private func problem(_ status: Int, _ title: String) -> String {
    let isPage = !plan.limit.explains && status == plan.limit.status
    let (type, content) =
      isPage
      ? ("text/html", "<html><head><title>\(title)</title></head><body><h1>\(title)</h1></body></html>")
      : ("application/problem+json", #"{"type":"about:blank","title":"\#(title)","status":\#(status)}"#)
    let caching = status == plan.limit.status && plan.limit.refusalsAreKept ? "public, max-age=60" : "no-store"
    return """
      types {} default_type \(type); include fields.conf; add_header Cache-Control "\(caching)" always; \
      return \(status) '\(content)';
      """
  }

  /// Without these a browser hides an answer from the application.
  private static let crossingFields = """
    add_header Access-Control-Allow-Origin $application always;
    add_header Access-Control-Allow-Credentials $application_may always;
    add_header Vary Origin always;
    """

  // MARK: The files of the web page

  private var assetFields: String {
    let assets = plan.assets
    let cache = assets.cacheControl.map { "    add_header Cache-Control \"\($0)\";\n" } ?? ""
    return cache
      + (assets.haveValidators ? "" : "    etag off;\n    if_modified_since off;\n    add_header Last-Modified \"\";\n")
  }

  private var copies: String {
    guard plan.assets.areKeptAtTheEdge else { return "      include fields.conf;" }
    return """
            proxy_cache copies;
            proxy_cache_valid 200 1d;
            proxy_cache_lock on;
            add_header X-Cache $upstream_cache_status always;
            add_header Age \(plan.assets.age);
            include fields.conf;
      """
  }
}
