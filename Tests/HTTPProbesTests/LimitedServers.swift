@testable import LoopbackServers

/// Real servers with a rate limit, on loopback.
enum LimitedServer {
  /// nginx with `zone`, the parameters of `limit_req_zone` such as `rate=20r/s`, and `limit`, those of `limit_req`. Everything
  /// else inside the server goes into `extra`.
  static func nginx(rate: String, limit: String, status: Int = 429, extra: String = "") throws -> ServerProcess {
    let folder = try ScratchFolder()
    let port = try LoopbackPort.free()
    try folder.write(
      """
      daemon off; master_process off; pid nginx.pid; error_log error.log crit;
      events {}
      http {
        access_log off; default_type application/json;
        client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi; scgi_temp_path scgi;
        limit_req_zone $binary_remote_addr zone=one:1m rate=\(rate);
        limit_req_zone $http_x_forwarded_for$binary_remote_addr zone=trusting:1m rate=\(rate);
        server {
          listen 127.0.0.1:\(port);
          limit_req_status \(status);
          location = /health { return 200 '{"status":"pass"}'; }
          location = /trusting { limit_req zone=trusting \(limit); try_files /nothing @served; }
          location / { limit_req zone=one \(limit); try_files /nothing @served; }
          location @served { return 200 '{}'; }
          \(extra)
        }
      }

      """, to: "nginx.conf")
    return try ServerProcess("nginx", ["-p", folder.path, "-c", "nginx.conf"], port: port, in: folder)
  }

  /// HAProxy with a stick table that counts requests, refused ones included.
  static func haproxy(limit: Int, seconds: Int) throws -> ServerProcess {
    let folder = try ScratchFolder()
    let port = try LoopbackPort.free()
    try folder.write(
      """
      global
        maxconn 200
      defaults
        mode http
        timeout client 30s
        timeout server 30s
        timeout connect 5s
      frontend limited
        bind 127.0.0.1:\(port)
        stick-table type ip size 1k expire 300s store http_req_rate(\(seconds)s)
        http-request track-sc0 src
        http-request deny deny_status 429 if { sc_http_req_rate(0) gt \(limit) }
        http-request return status 200 content-type text/plain string ok

      """, to: "haproxy.cfg")
    return try ServerProcess("haproxy", ["-db", "-f", "haproxy.cfg"], port: port, in: folder)
  }

  /// A small server in Python: `window` counts from the first request, `clock` in windows of the clock, `busy` caps the
  /// requests in progress, each of which takes `seconds`; `liar` counts like `window` and declares twice as much.
  static func script(_ mode: String, limit: Int, seconds: Double) throws -> ServerProcess {
    let folder = try ScratchFolder()
    let port = try LoopbackPort.free()
    try folder.write(program, to: "server.py")
    return try ServerProcess(
      "python3", ["server.py", String(port), mode, String(limit), String(seconds)], port: port, in: folder)
  }

  private static let program = """
    import math, sys, threading, time
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    port, mode, limit, seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    lock = threading.Lock()
    state = {"start": -math.inf, "used": 0, "busy": 0}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def log_message(self, *words):
            pass

        def answer(self, status, fields):
            body = b'{"title":"too many"}' if status == 429 else b"{}"
            self.send_response(status)
            kind = "application/problem+json" if status == 429 else "application/json"
            for name, value in [("Content-Type", kind), ("Content-Length", str(len(body)))] + fields:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if self.command == "GET" else b"")
            self.wfile.flush()

        def do_GET(self):
            if mode == "busy":
                with lock:
                    admitted = state["busy"] < limit
                    state["busy"] += admitted
                if admitted:
                    time.sleep(seconds)
                    with lock:
                        state["busy"] -= 1
                return self.answer(200 if admitted else 429, [])
            with lock:
                now = time.time()
                start = math.floor(now / seconds) * seconds if mode == "clock" else state["start"]
                if mode == "clock" and start > state["start"] or mode != "clock" and now >= start + seconds:
                    state["start"], state["used"] = (start if mode == "clock" else now), 0
                state["used"] += 1
                left, reset = max(0, limit - state["used"]), state["start"] + seconds - now
                admitted = state["used"] <= limit
            said = limit * (2 if mode == "liar" else 1)
            fields = [
                ("RateLimit-Policy", '"default";q=%d;w=%d' % (said, round(seconds))),
                ("RateLimit", '"default";r=%d;t=%d' % (left, math.ceil(reset))),
            ]
            if not admitted:
                fields += [("Retry-After", str(math.ceil(reset))), ("Cache-Control", "no-store")]
            self.answer(200 if admitted else 429, fields)

        do_HEAD = do_GET

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    Server(("127.0.0.1", port), Handler).serve_forever()

    """
}
