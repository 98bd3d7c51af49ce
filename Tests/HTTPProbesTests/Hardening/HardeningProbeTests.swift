import AuditModel
import Facts
import ProbeConformance
import Probing
import Testing

@testable import HTTPProbes
@testable import LoopbackServers

@Suite("Hardening probes against real servers")
struct HardeningProbeTests {
  static let script = String(repeating: "console.log('the same line over and over');\n", count: 60)

  static let sound = """
    server_tokens off; gzip on; gzip_vary on; gzip_min_length 200; gzip_types text/plain text/html application/javascript;
    types { text/html html; application/javascript js; image/png png; }
    root ./; etag on;
    add_header Strict-Transport-Security "max-age=63072000; includeSubDomains; preload" always;
    add_header X-Content-Type-Options nosniff always;
    add_header Content-Security-Policy "default-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'" always;
    add_header Referrer-Policy no-referrer always;
    location = / {
      default_type text/html; add_header Set-Cookie "__Host-session=s3cret-cookie-value; Path=/; Secure; HttpOnly; SameSite=Lax";
      add_header Strict-Transport-Security "max-age=63072000; includeSubDomains; preload" always;
      add_header X-Content-Type-Options nosniff always; add_header Referrer-Policy no-referrer always;
      add_header Content-Security-Policy "default-src 'self'; frame-ancestors 'none'" always;
      return 200 '<html><head><script src="/app.3f9a1c2b.js"></script><link rel="stylesheet" href="https://cdn.example/x.css"></head>';
    }
    location / { return 404; }
    """

  static func look(
    _ nginx: NginxFixture, _ probe: any Probe, _ more: JSONObject = [:], secrets: [String: Secret] = [:]
  ) async -> Look {
    var settings: JSONObject = [
      "url": .string("https://localhost:\(nginx.tlsPort)/"), "plainPort": .integer(nginx.plainPort),
      "trust": .string(nginx.trust),
    ]
    for (name, value) in more { settings[name] = value }
    return await Look(probe, at: settings, kind: "https", secrets: secrets)
  }

  @Test("a hardened page shows what the checks want, and no cookie's value")
  func hardened() async throws {
    let nginx = try NginxFixture(tls: Self.sound, plain: "return 308 https://localhost$request_uri;")
    let look = await Self.look(nginx, HTTPHardeningProbe())
    #expect(look["profile.value"] == "page")
    #expect(look["profile.source"] == "contentType")
    let page = look["pages"]?[0]
    #expect(page?["policy"]?["result"] == "csp-implemented-with-no-unsafe")
    #expect(page?["policy"]?["enforced"] == true)
    #expect(page?["framing"]?["restricted"] == true)
    #expect(page?["referrer"]?["safe"] == true)
    let graded = look["graded"]?[0]
    #expect(graded?["grade"] == "A+")
    #expect(graded?["score"] == 120)
    #expect(graded?["costly"] == [])
    #expect(graded?["tests"]?.array?.contains { $0["result"] == "redirection-to-https" } == true)
    #expect(look["hsts.missingForPreload"] == [])
    #expect(look["cookies"]?[0]?["name"] == "__Host-session")
    #expect(look["cookies"]?[0]?["faults"] == [])
    #expect(look["outdated"] == [])
    #expect(look["caching.sharesCookie"] == false)
    #expect(look.facts.map { JSONText.compact($0).contains("s3cret-cookie-value") } == false)
    #expect(look.gaps == [])
  }

  @Test("a server with its defaults earns a bad grade, and says by what")
  func defaults() async throws {
    let nginx = try NginxFixture(
      tls: """
        add_header Set-Cookie "session=1; Domain=example.org"; add_header Cache-Control "public, max-age=60";
        add_header X-XSS-Protection "1; mode=block"; add_header Strict-Transport-Security "max-age=60; preload";
        default_type text/html; return 200 "<html></html>";
        """, plain: "return 200 plain;")
    let look = await Self.look(nginx, HTTPHardeningProbe())
    #expect(look["graded"]?[0]?["grade"] == "F")
    #expect(look["graded"]?[0]?["costly"]?[0] == "cookies-session-without-secure-flag")
    #expect(look["graded"]?[0]?["costly"]?.array?.contains("redirection-missing") == true)
    #expect(look["pages"]?[0]?["framing"]?["restricted"] == false)
    #expect(look["cookies"]?[0]?["secure"] == false)
    #expect(look["cookies"]?[0]?["sameSite"] == "missing")
    #expect(look["cookies"]?[0]?["faults"] == ["foreignDomain"])
    #expect(look["caching.sharesCookie"] == true)
    #expect(look["outdated"]?[0]?["name"] == "x-xss-protection")
    #expect(
      look["hsts.missingForPreload"] == [
        "a max-age of a year", "includeSubDomains", "a redirect from http to https on the same host first",
      ])
  }

  @Test("an interface is graded as one, declared or told by its type; a missing root tells nothing")
  func interface() async throws {
    let nginx = try NginxFixture(
      tls: """
        server_tokens off; default_type application/json;
        add_header Strict-Transport-Security "max-age=63072000" always; add_header X-Content-Type-Options nosniff always;
        add_header Content-Security-Policy "default-src 'none'; frame-ancestors 'none'" always;
        location = /gone { return 404; }
        location = /broken { return 503; }
        location / { return 200 '{"a":1}'; }
        """, plain: "return 404;")
    let look = await Self.look(nginx, HTTPHardeningProbe())
    #expect(look["profile.value"] == "api")
    #expect(look["pages"] == [])
    #expect(
      look["graded"]?[0]?["tests"]?.array?.contains { $0["result"] == "csp-default-src-none-and-frame-ancestors-none" }
        == true)
    let gone = await Self.look(nginx, HTTPHardeningProbe(), ["url": .string("https://localhost:\(nginx.tlsPort)/gone")])
    #expect(gone["profile.value"] == .null)
    #expect(gone["graded"] == [])
    let declared = await Self.look(
      nginx, HTTPHardeningProbe(), ["url": .string("https://localhost:\(nginx.tlsPort)/gone"), "profile": "api"])
    #expect(declared["graded"]?[0]?["profile"] == "api")
    let broken = await Self.look(
      nginx, HTTPHardeningProbe(), ["url": .string("https://localhost:\(nginx.tlsPort)/broken"), "profile": "page"])
    #expect(broken.gaps == ["graded", "pages"])
  }

  @Test("a plain port that is limited leaves the grade open, one that refuses does not")
  func plainPort() async throws {
    let nginx = try NginxFixture(tls: Self.sound, plain: "return 429;")
    #expect(await Self.look(nginx, HTTPHardeningProbe()).gaps == ["graded"])
    let closed = await Self.look(nginx, HTTPHardeningProbe(), ["plainPort": .integer(try LoopbackPort.free())])
    #expect(closed.gaps == [])
    #expect(
      closed["graded"]?[0]?["tests"]?.array?.contains { $0["result"] == "redirection-not-needed-no-http" } == true)
  }

  @Test("what only the token opens is a private answer")
  func privateAnswer() async throws {
    let nginx = try NginxFixture(
      tls: """
        default_type application/json; add_header Cache-Control "max-age=60" always;
        if ($http_authorization = "") { return 401; }
        return 200 '{"me":1}';
        """, plain: "return 404;")
    let look = await Self.look(nginx, HTTPHardeningProbe(), secrets: ["bearer": Secret("t0ken-0123456789")])
    #expect(look["privateAnswers"]?[0]?["keptFromSharing"] == false)
    #expect(look["privateAnswers"]?[0]?["stored"] == true)
    #expect(
      look["graded"]?[0]?["costly"]?.array?.contains("cache-control-private-data-offered-to-shared-caches") == true)
    let open = await Self.look(nginx, HTTPHardeningProbe())
    #expect(open["privateAnswers"] == [])
  }

  @Test("static files: hashed, compressed, revalidated, and out of a cache")
  func assets() async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.script, to: "app.js")
    let file = """
      location = /app.3f9a1c2b.js {
        alias \(folder.path)/app.js; default_type application/javascript; add_header X-Cache HIT;
        add_header Cache-Control "public, max-age=31536000, immutable";
      }
      """
    let nginx = try NginxFixture(tls: Self.sound + file, plain: "return 404;")
    let look = await Self.look(nginx, HTTPAssetsProbe(), ["assets": ["/gone.png"]])
    let asset = look["assets"]?[0]
    #expect(asset?["path"] == "/app.3f9a1c2b.js")
    #expect(asset?["hashed"] == true)
    #expect(asset?["freshSeconds"] == 31_536_000)
    #expect(asset?["immutable"] == true)
    #expect(asset?["revalidates"] == true)
    #expect(asset?["network"]?["hit"] == true)
    #expect(asset?["network"]?["evidence"] == ["x-cache"])
    #expect(look["missing"]?[0]?["path"] == "/gone.png")
    #expect(look["missing"]?[0]?["status"] == 404)
    #expect(look["elsewhere"] == ["cdn.example"])
    let text = look["texts"]?[0]
    #expect(text?["path"] == "/app.3f9a1c2b.js")
    #expect(text?["coding"] == "gzip")
    #expect(text?["varies"] == true)
    #expect(text?["plainWhenAsked"] == true)
    #expect(look["texts"]?.array?.count == 1)
  }

  /// A server that grants what a closure says.
  static func sharing(_ grant: @escaping @Sendable (_ origin: String) -> [String]) throws -> LoopbackServer {
    try LoopbackServer { peer in
      let origin = peer.head.split(separator: "\r\n").first { $0.hasPrefix("Origin: ") }.map { String($0.dropFirst(8)) }
      peer.answer("200 OK", grant(origin ?? ""), "")
    }
  }

  static func origins(_ server: LoopbackServer) async -> [String: JSONValue] {
    let look = await Look(
      HTTPCrossOriginProbe(), at: ["url": .string("http://api.example:\(server.port)/"), "address": "127.0.0.1"])
    #expect(server.requests.count == 12)
    return Dictionary(
      uniqueKeysWithValues: (look["origins"]?.array ?? []).compactMap { origin in
        origin["relation"]?.string.map { ($0, origin) }
      })
  }

  @Test("origins repeated unseen, compared by their beginning or end, and a list")
  func crossOrigin() async throws {
    let reflecting = await Self.origins(
      try Self.sharing { ["Access-Control-Allow-Origin: \($0)", "Access-Control-Allow-Credentials: true"] })
    #expect(reflecting.count == 6)
    #expect(reflecting.values.allSatisfy { $0["withCredentials"] == true && $0["varies"] == false })
    let byEnd = await Self.origins(
      try Self.sharing { origin in
        ["Vary: Origin"]
          + (origin.hasSuffix("api.example")
            ? ["Access-Control-Allow-Origin: \(origin)", "Access-Control-Allow-Credentials: true"] : [])
      })
    #expect(byEnd["suffixed"]?["withCredentials"] == true)
    #expect(byEnd["suffixed"]?["varies"] == true)
    #expect(byEnd["subdomain"]?["withCredentials"] == true)
    #expect(byEnd["foreign"]?["withCredentials"] == false)
    #expect(byEnd["prefixed"]?["withCredentials"] == false)
    let all = await Self.origins(
      try Self.sharing { _ in ["Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true"] })
    #expect(all["foreign"]?["withCredentials"] == false)
    #expect(all["foreign"]?["contradicts"] == true)
    let closed = await Self.origins(try Self.sharing { _ in [] })
    #expect(closed.values.allSatisfy { $0["named"] == false && $0["varies"] == .null })
  }

  @Test("an answer that does not come is a gap, and never a refusal")
  func silence() async throws {
    let server = try LoopbackServer { peer in
      if peer.head.hasPrefix("OPTIONS") || peer.head.hasPrefix("TRACE") {
        peer.resetOnClose()
      } else {
        peer.answer("200 OK", ["Content-Type: application/json"], "{}")
      }
    }
    let settings: JSONObject = ["url": .string("http://127.0.0.1:\(server.port)/")]
    let sharing = await Look(HTTPCrossOriginProbe(), at: settings)
    #expect(sharing.gaps.count == 6)
    #expect(sharing["origins"]?[0]?["withCredentials"] == .null)
    let refusals = await Look(HTTPRefusalsProbe(), at: settings)
    #expect(refusals["trace"] == .null)
    #expect(refusals.gaps == ["options", "trace"])
    #expect(refusals["madeUpMethod"]?["accepted"] == true)
    #expect(refusals["missingPage"]?["status"] == 200)
  }

  @Test("refusals of a careful interface and of a careless one")
  func refusals() async throws {
    let careful = try LoopbackServer { peer in
      func problem(_ status: Int, _ title: String, _ fields: [String] = []) {
        peer.answer(
          "\(status) \(title)", ["Content-Type: application/problem+json"] + fields,
          #"{"type":"about:blank","title":"\#(title)","status":\#(status)}"#)
      }
      if !peer.head.hasPrefix("GET ") {
        problem(405, "Method Not Allowed", ["Allow: GET, HEAD"])
      } else if peer.target == "/" {
        peer.answer("200 OK", ["Content-Type: application/json"], "{}")
      } else {
        problem(404, "Not Found")
      }
    }
    let good = await Look(HTTPRefusalsProbe(), at: ["url": .string("http://127.0.0.1:\(careful.port)/")])
    #expect(good["profile"] == "api")
    #expect(good["madeUpMethod.namesAllowed"] == true)
    #expect(good["madeUpMethod.allow"] == ["GET", "HEAD"])
    #expect(good["trace.echoed"] == false)
    #expect(good["trace.refused"] == true)
    #expect(good["interfaceErrors"]?.array?.map { $0["faults"] } == [[], []])
    #expect(careful.requests.count == 5)
    let careless = try LoopbackServer { peer in
      if peer.head.hasPrefix("TRACE") {
        peer.answer("200 OK", ["Content-Type: message/http"], peer.head)
      } else if peer.target == "/" {
        peer.answer("200 OK", ["Content-Type: application/json"], "{}")
      } else if peer.head.hasPrefix("GET") {
        peer.answer("404 Not Found", ["Content-Type: text/html"], "<html>Not Found</html>")
      }
    }
    let bad = await Look(HTTPRefusalsProbe(), at: ["url": .string("http://127.0.0.1:\(careless.port)/")])
    #expect(bad["trace.echoed"] == true)
    #expect(bad["madeUpMethod.accepted"] == true)
    #expect(bad["interfaceErrors"]?[0]?["kind"] == "html")
    #expect(bad["missingPage.kind"] == "html")
  }

  @Test("a rate limiter's answer says nothing about anything else")
  func limited() async throws {
    let server = try LoopbackServer { $0.answer("429 Too Many Requests", ["Content-Type: text/html"], "<html>") }
    let settings: JSONObject = ["url": .string("http://127.0.0.1:\(server.port)/"), "assets": ["/a.js"]]
    #expect(await Look(HTTPHardeningProbe(), at: settings).gaps.count == 7)
    #expect(await Look(HTTPCrossOriginProbe(), at: settings).gaps.count == 12)
    #expect(await Look(HTTPAssetsProbe(), at: settings).gaps == ["assets", "texts", "assets"])
    let refusals = await Look(HTTPRefusalsProbe(), at: settings)
    #expect(refusals.gaps == ["missingPage", "madeUpMethod", "options", "trace", "interfaceErrors"])
    #expect(refusals["missingPage"] == .null)
  }

  @Test("nobody there is a fact without parts, and the silent are unseen")
  func nobody() async throws {
    let port = try LoopbackPort.free()
    let probes: [any Probe] = [
      HTTPHardeningProbe(), HTTPCrossOriginProbe(), HTTPRefusalsProbe(), HTTPAssetsProbe(), HTTPPagesProbe(),
    ]
    for probe in probes {
      let look = await Look(probe, at: ["url": .string("http://127.0.0.1:\(port)/")])
      #expect(look["connection.established"] == false)
    }
  }
}
