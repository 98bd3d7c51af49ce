import Cryptography
import Facts
import Foundation
import Probing
import Testing

@testable import proving_ground

/// An HTTP answer as curl prints it.
struct Answer {
  var status: Int
  var fields: [(name: String, value: String)]
  var body: String

  init(_ text: String) {
    let parts = text.components(separatedBy: "\r\n\r\n")
    let lines = (parts.first ?? "").components(separatedBy: "\r\n")
    status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
    fields = lines.dropFirst().compactMap { line in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }
    body = parts.dropFirst().joined(separator: "\r\n\r\n")
  }

  /// The values of a field, joined.
  subscript(name: String) -> String { fields.filter { $0.name == name }.map(\.value).joined(separator: ", ") }

  /// Whether it is problem details about its own status.
  var isProblem: Bool {
    self["content-type"] == "application/problem+json"
      && (try? JSONText.parse(Array(body.utf8)))?["status"]?.integer == status
  }
}

extension Ground {
  /// Asks the edge over verified TLS, with curl's own options.
  func ask(_ path: String, _ options: String...) throws -> Answer {
    let certificate = ["--cacert", "\(self.path)/ca.pem"]
    return Answer(
      try run("curl", ["-sSi"] + certificate + options + ["https://localhost:\(webPort)\(path)"]).output)
  }

  /// Asks the edge with the token of a person.
  func ask(_ path: String, as name: String) throws -> Answer {
    try ask(path, "-H", "Authorization: Bearer \(Files.text(at: folder.token(of: name)) ?? "")")
  }

  /// The status of every one of `count` questions in a row, on one connection.
  func statuses(_ path: String, count: Int, _ options: String...) throws -> [String] {
    let arguments = ["-sS", "-o", "/dev/null", "-w", "%{http_code}\n", "--cacert", "\(self.path)/ca.pem"] + options
    let place = "https://localhost:\(webPort)\(path)"
    return try run("curl", arguments + ["\(place)&n=[1-\(count)]"]).output.split(separator: "\n").map(String.init)
  }
}

extension Platforms {
  /// What the edge and the api service do when they are well, and what each defect of theirs changes.
  @Suite struct EdgeManners {
    @Test func peopleAreToldApart() throws {
      try Ground.with { ground throws in
        for path in ["/api/admin/jobs", "/api/admin/jobs/", "//api/admin/jobs", "/api/me", "/api/users/1/saved"] {
          let answer = try ground.ask(path, "--path-as-is")
          #expect(answer.status == 401 && answer.isProblem, "\(path)")
          #expect(answer["www-authenticate"] == #"Bearer realm="events""#)
        }
        #expect(try ground.ask("/api/users/1/saved", as: "alice").body.contains("harbour"))
        #expect(try ground.ask("/api/users/2/saved", as: "alice").status == 403)
        #expect(try ground.ask("/api/users/2/saved", as: "bob")["cache-control"] == "no-store")
        #expect(try ground.ask("/api/admin/jobs", as: "bob").status == 403)
        #expect(try ground.ask("/api/admin/jobs", as: "admin").status == 200)
        let expired = try ground.ask("/api/me", as: "expired")
        #expect(expired.status == 401 && expired["www-authenticate"].contains(#"error="invalid_token""#))
        for token in ["", "x", "a.b.c", Self.unsigned, String(repeating: "x", count: 6000)] {
          #expect(try ground.ask("/api/me", "-H", "Authorization: Bearer \(token)").status == 401)
        }
        // A password gives a session and a token, and both open the door.
        let password = Files.text(at: ground.folder.password(of: "alice")) ?? ""
        let login = try ground.ask(
          "/api/login", "-H", "Content-Type: application/json", "-d", #"{"name":"alice","password":"\#(password)"}"#)
        #expect(login.status == 200 && login["cache-control"] == "no-store")
        let cookie = login["set-cookie"].split(separator: ";").first ?? ""
        #expect(try ground.ask("/api/me", "-H", "Cookie: \(cookie)").body.contains("alice"))
        let token = try JSONText.parse(Array(login.body.utf8))["token"]?.string ?? ""
        #expect(try ground.ask("/api/me", "-H", "Authorization: Bearer \(token)").body.contains("alice"))
        #expect(try ground.ask("/api/login", "-d", #"{"name":"alice","password":"'"}"#).status == 401)
        #expect(try ground.ask("/api/login", "-d", "nonsense").isProblem)
        // What is stored is stored for oneself.
        let search = ["-X", "POST", "-d", #"{"words":"sourdough"}"#]
        #expect(try ground.ask("/api/users/1/saved", search[0], search[1], search[2], search[3]).status == 401)
        let alice = "Authorization: Bearer \(Files.text(at: ground.folder.token(of: "alice")) ?? "")"
        for (account, status) in [(1, 201), (2, 403)] {
          let answer = try ground.ask(
            "/api/users/\(account)/saved", "-H", alice, search[0], search[1], search[2], search[3])
          #expect(answer.status == status)
        }
        #expect(try ground.ask("/api/users/1/saved", as: "alice").body.contains("sourdough"))
      }
    }

    /// A token for the administrator that says it needs no signature.
    private static let unsigned =
      Base64URL.text(of: Array(#"{"alg":"none"}"#.utf8)) + "."
      + Base64URL.text(of: Array(#"{"iss":"events-platform","sub":"3","role":"admin","exp":4000000000}"#.utf8)) + "."

    @Test func pagesAndErrorsAreInOrder() throws {
      try Ground.with { ground throws in
        let page = try ground.ask("/")
        #expect(page["content-type"] == "text/html; charset=utf-8")
        let cookie = page["set-cookie"]
        #expect(cookie.hasPrefix("__Host-session=") && cookie.hasSuffix("; Path=/; Secure; HttpOnly; SameSite=Lax"))
        #expect(page["content-security-policy"] == EdgePlan.strictContentPolicy)
        #expect(page["cache-control"] == "private, no-cache")
        #expect(try ground.ask("/", "-H", "If-None-Match: \(page["etag"])").status == 304)
        for asset in Asset.all {
          #expect(page.body.contains(asset.path))
          let first = try ground.ask(asset.path)
          #expect(first.body == asset.content)
          #expect(first["cache-control"] == "public, max-age=31536000, immutable")
          let second = try ground.ask(asset.path, "-H", "If-None-Match: \(first["etag"])")
          #expect(second.status == 304 && second["x-cache"] == "HIT")
          #expect(first["content-security-policy"] == EdgePlan.strictContentPolicy)
        }
        let compressed = try ground.ask(Asset.style.path, "--compressed")
        #expect(compressed["content-encoding"] == "gzip" && compressed["vary"].contains("Accept-Encoding"))
        #expect(compressed.body == Asset.style.content)
        for path in [
          "/nothing", "/.env", "/metrics", "/nginx_status", "/api/nothing", "/assets/nothing.js", "/api/events/999999",
          "/api/events/x",
        ] {
          #expect(try ground.ask(path).isProblem, "\(path)")
        }
        for (path, method) in [
          ("/api/events", "DELETE"), ("/", "POST"), ("/health", "PUT"), ("/api/events", "TRACE"), ("/", "PRODWORTHY"),
        ] {
          let answer = try ground.ask(path, "-X", method)
          #expect(answer.status == 405 && answer.isProblem && answer["allow"].contains("GET"), "\(method) \(path)")
        }
        let own = try ground.ask("/api/events", "-H", "Origin: \(CrossOrigin.application)")
        #expect(own["access-control-allow-origin"] == CrossOrigin.application && own["vary"].contains("Origin"))
        for origin in ["null", "https://evil.example", "\(CrossOrigin.application).evil.example"] {
          #expect(try ground.ask("/api/events", "-H", "Origin: \(origin)")["access-control-allow-origin"] == "")
        }
      }
    }

    @Test func whoAsksTooOftenIsToldWhenToComeBack() throws {
      try Ground.with { ground throws in
        let codes = try ground.statuses("/api/events/search?q=jazz", count: 30, "-H", "X-Forwarded-For: 192.0.2.[1-1]")
        #expect((11...25).contains(codes.count { $0 == "200" }))
        #expect(codes.contains("429"))
        var refusal = try ground.ask("/api/events/search?q=jazz", "-H", "Origin: \(CrossOrigin.application)")
        for _ in 0..<30 where refusal.status != 429 {
          refusal = try ground.ask("/api/events/search?q=jazz", "-H", "Origin: \(CrossOrigin.application)")
        }
        #expect(refusal.isProblem && refusal["retry-after"] == "1" && refusal["cache-control"] == "no-store")
        #expect(refusal["access-control-allow-origin"] == CrossOrigin.application)
        #expect(try ground.statuses("/health?", count: 40).allSatisfy { $0 == "200" })
        #expect(try ground.statuses("/api/events?", count: 60).allSatisfy { $0 == "200" })
      }
    }

    @Test func namesThatNobodyHasAreRefused() throws {
      func answer(_ ground: Ground) throws -> String {
        try run("openssl", ["s_client", "-connect", "127.0.0.1:\(ground.webPort)", "-servername", "other.example"])
          .output
      }
      try Ground.with { ground throws in #expect(try answer(ground).contains("unrecognized name")) }
      try Ground.with("unknown-name-served") { ground throws in
        #expect(try answer(ground).contains("subject=CN = localhost"))
      }
    }

    @Test func certificatesSayWhereTheyComeFrom() throws {
      try Ground.with { ground throws in
        let revocations = try run(
          "sh",
          [
            "-c",
            "curl -sS http://localhost:\(ground.plainPort)/ca/intermediate.crl | openssl crl -inform DER -noout -text",
          ])
        #expect(revocations.output.contains("Proving Ground Intermediate"))
        #expect(revocations.output.contains("Version 2"))
        let issuer = try run(
          "sh",
          [
            "-c",
            "curl -sS http://localhost:\(ground.plainPort)/ca/intermediate.crt | openssl x509 -inform DER -noout -subject",
          ])
        #expect(issuer.output.contains("Proving Ground Intermediate"))
      }
    }

    @Test func onlyTheEdgeAnswersInPublic() throws {
      func answers(_ port: Int) throws -> Bool {
        try run("curl", ["-sS", "-m", "2", "http://\(Ports.publicAddress):\(port)/"]).status != 7
      }
      try Ground.with { ground throws in
        #expect(try answers(ground.webPort) && answers(ground.plainPort))
        for port in ServiceName.overHTTP.map(ground.port) + [ground.databasePort] { #expect(try !answers(port)) }
      }
      try Ground.with("database-exposed") { ground throws in #expect(try answers(ground.databasePort)) }
    }

    // MARK: Defects, several at a time

    @Test func openDoors() throws {
      try Ground.with(
        "admin-open-behind-slash", "foreign-object-readable", "unsigned-token-accepted", "no-challenge",
        "private-answer-cacheable", "no-allow", "cors-reflects-origin", "trace-answered",
        "cookie-without-samesite", "metrics-open", "one-page-for-everything"
      ) { ground throws in
        #expect(try ground.ask("/metrics").body.contains("# TYPE http_requests_total counter"))
        #expect(try ground.ask("/nothing").body.contains("<html"))
        #expect(try ground.ask("/api/admin/jobs").status == 401)
        #expect(try ground.ask("/api/admin/jobs/").status == 200)
        #expect(try ground.ask("/api/users/2/saved", as: "alice").body.contains("parsers"))
        #expect(try ground.ask("/api/me", "-H", "Authorization: Bearer \(Self.unsigned)").body.contains("admin"))
        #expect(try ground.ask("/api/me")["www-authenticate"] == "")
        #expect(try ground.ask("/api/me", as: "bob")["cache-control"] == "public, max-age=300")
        let refused = try ground.ask("/api/events", "-X", "DELETE")
        #expect(refused.status == 405 && refused["allow"] == "")
        let evil = try ground.ask("/api/events", "-H", "Origin: https://evil.example")
        #expect(evil["access-control-allow-origin"] == "https://evil.example")
        #expect(evil["access-control-allow-credentials"] == "true")
        let echo = try ground.ask("/api/events", "-X", "TRACE", "-H", "X-Canary: sings")
        #expect(echo.status == 200 && echo.body.lowercased().contains("x-canary: sings"))
        #expect(!(try ground.ask("/")["set-cookie"].contains("SameSite")))
      }
    }

    @Test func moreOpenDoors() throws {
      try Ground.with(
        "admin-for-users", "garbage-token-crashes", "html-errors", "cors-wildcard", "cookie-without-secure",
        "rate-limit-bypassable", "assets-uncached", "assets-without-validators", "compression-without-vary",
        "no-edge-copies", "referrer-leaked", "no-content-policy", "short-strict-transport",
        "cookie-shared", "no-http2", "small-dh-group"
      ) { ground throws in
        #expect(try ground.ask("/api/admin/jobs", as: "bob").status == 200)
        #expect(try ground.ask("/api/me", "-H", "Authorization: Bearer x").status == 500)
        #expect(try ground.ask("/api/nothing")["content-type"].hasPrefix("text/html"))
        #expect(try ground.ask("/api/events", "-H", "Origin: https://a.example")["access-control-allow-origin"] == "*")
        let page = try ground.ask("/")
        #expect(page["set-cookie"].hasPrefix("session=") && !page["set-cookie"].contains("Secure"))
        #expect(page["cache-control"] == "public, max-age=300")
        #expect(page["content-security-policy"] == "" && page["referrer-policy"] == "unsafe-url")
        #expect(page["strict-transport-security"].contains("=86400;"))
        let asset = try ground.ask(Asset.style.path, "--compressed")
        for field in ["cache-control", "etag", "last-modified", "x-cache", "vary"] { #expect(asset[field] == "") }
        #expect(asset["content-encoding"] == "gzip")
        // Each client is somebody else.
        let codes = try ground.statuses("/api/events/search?q=jazz", count: 30)
        #expect(codes.contains("429"))
        #expect(try ground.ask("/api/events/search?q=jazz", "-H", "X-Forwarded-For: 192.0.2.77").status == 200)
        let handshake = try ground.handshake("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0").output
        #expect(handshake.contains("Server Temp Key: DH, 1024 bits"))
        #expect(!(try ground.handshake("-alpn", "h2").output.contains("ALPN protocol: h2")))
      }
    }

    @Test func stillMoreOpenDoors() throws {
      try Ground.with(
        "admin-open", "public-route-guarded", "token-signature-ignored", "cors-null-origin",
        "cookie-without-httponly", "assets-short-lived", "no-compression", "unsafe-content-policy", "long-tickets",
        "writes-open", "console-open", "any-method-taken", "outdated-fields", "preload-unfulfilled"
      ) { ground throws in
        #expect(try ground.ask("/api/users/2/saved", "-X", "POST").status == 201)
        #expect(try ground.ask("/nginx_status").body.contains("Active connections"))
        #expect(try ground.ask("/", "-X", "PRODWORTHY").body.contains("<html"))
        #expect(try ground.ask("/")["x-xss-protection"] == "1; mode=block")
        #expect(try ground.ask("/")["strict-transport-security"] == "max-age=63072000; preload")
        #expect(try ground.ask("/api/admin/jobs").status == 200)
        #expect(try ground.ask("/api/events").status == 401)
        #expect(try ground.ask("/api/me", "-H", "Authorization: Bearer \(Self.unsigned)x").status == 200)
        let origin = try ground.ask("/api/events", "-H", "Origin: null")["access-control-allow-origin"]
        #expect(origin == "null")
        let page = try ground.ask("/", "--compressed")
        #expect(!page["set-cookie"].contains("HttpOnly") && page["content-encoding"] == "")
        #expect(page["content-security-policy"].contains("'unsafe-inline' 'unsafe-eval'"))
        #expect(try ground.ask(Asset.icon.path)["cache-control"] == "public, max-age=60")
        let handshake = try ground.handshake("-tls1_2").output
        #expect(handshake.contains("TLS session ticket lifetime hint: 2592000"))
      }
    }

    /// What a server accepts, whom it refuses how, and what its certificate says: three things that do not touch.
    struct Trio: Sendable {
      var defects: [String]
      /// A suite of TLS 1.2 that it accepts.
      var suite: String
      /// What is special about a refusal, or with how many nobody is refused.
      var isRefusal: @Sendable (Answer) -> Bool
      /// What the certificate says.
      var words: String
      var isSaid = true
    }

    @Test(arguments: [
      Trio(
        defects: ["null-suites", "rate-limit-503"], suite: "ECDHE-ECDSA-NULL-SHA",
        isRefusal: { $0.status == 503 && $0.isProblem && $0["retry-after"] == "1" }, words: "CN = localhost"),
      Trio(
        defects: ["anonymous-suites", "rate-limit-without-retry-after"],
        suite: "AECDH-AES128-SHA", isRefusal: { $0.status == 429 && $0.isProblem && $0["retry-after"] == "" },
        words: "CN = localhost"),
      Trio(
        defects: ["block-chaining-suites", "rate-limit-page", "certificate-without-key-identifiers"],
        suite: "ECDHE-ECDSA-AES128-SHA",
        isRefusal: { $0.status == 429 && $0["content-type"].hasPrefix("text/html") && $0["retry-after"] == "1" },
        words: "Key Identifier", isSaid: false),
      Trio(
        defects: ["no-forward-secrecy", "rate-limit-misdeclared", "expired-token-accepted"],
        suite: "AES128-GCM-SHA256", isRefusal: { $0.status == 429 && $0.isProblem },
        words: "Public-Key: (2048 bit)"),
    ])
    func trio(_ trio: Trio) throws {
      try Ground.with(trio.defects.joined(separator: ",")) { ground throws in
        let handshake = try ground.handshake("-tls1_2", "-cipher", "\(trio.suite):@SECLEVEL=0").output
        #expect(handshake.contains("Cipher    : \(trio.suite)"), "\(handshake)")
        let usual = try ground.handshake("-tls1_3").output
        #expect(usual.contains("Verify return code: 0 (ok)"))
        let certificate = try run("openssl", ["x509", "-noout", "-text"], input: usual).output
        #expect(certificate.contains(trio.words) == trio.isSaid, "\(certificate)")
        var answers: [Answer] = []
        while answers.count < 60, answers.last?.status ?? 200 == 200 {
          answers.append(try ground.ask("/api/events/search?q=jazz"))
        }
        #expect(trio.isRefusal(try #require(answers.last)), "\(answers.last?.status ?? 0)")
        let isMisdeclared = trio.defects.contains("rate-limit-misdeclared")
        #expect(answers.first?["ratelimit-policy"] == (isMisdeclared ? #""search";q=1000;w=60"# : ""))
        #expect(answers.first?["strict-transport-security"] != "")
        if isMisdeclared { #expect(try ground.ask("/api/me", as: "expired").status == 200) }
      }
    }

    @Test func limitsThatAreTooWideOrMissing() throws {
      try Ground.with("rate-limit-on-health") { ground throws in
        #expect(try ground.statuses("/health?", count: 30).contains("429"))
      }
      try Ground.with(
        "no-rate-limit", "framing-allowed", "settings-open", "every-token-refused", "early-data", "cors-without-vary",
        "asset-missing", "cookie-prefix-broken", "problem-misstated"
      ) {
        ground throws in
        let bare = try ground.ask("/api/events", "-H", "Origin: https://a.example")
        #expect(bare["access-control-allow-origin"] == "https://a.example" && !bare["vary"].contains("Origin"))
        #expect(bare["access-control-allow-credentials"] == "")
        #expect(try ground.ask(Asset.icon.path).status == 404 && ground.ask("/")["set-cookie"].contains("Domain="))
        #expect(try ground.ask("/api/nothing").isProblem == false)
        #expect(try ground.ask("/.env").body.contains("DB_PASSWORD="))
        #expect(try ground.ask("/api/me", as: "alice").status == 401)
        #expect(try ground.handshake("-tls1_3", "-msg").output.contains("Verify return code: 0 (ok)"))
        #expect(try ground.statuses("/api/events/search?q=jazz", count: 60).allSatisfy { $0 == "200" })
        #expect(try ground.ask("/")["content-security-policy"] == EdgePlan.ownContentPolicy)
      }
    }
  }
}

@Suite struct Tokens {
  private static let key = Array("a key of some length".utf8)

  @Test func aTokenIsReadAsItWasWritten() throws {
    let token = AccessToken(account: 7, role: "user", expiresAt: 100)
    let text = token.signed(with: Self.key)
    #expect(try AccessToken(text[...], key: Self.key, manner: TokenManner(), now: 99) == token)
    #expect(throws: AccessToken.Refusal.expired) {
      try AccessToken(text[...], key: Self.key, manner: TokenManner(), now: 100)
    }
    #expect(throws: AccessToken.Refusal.forged) {
      try AccessToken(text[...], key: [1], manner: TokenManner(), now: 1)
    }
    // Any other letter in content or signature.
    for index in text.indices.dropFirst(40) {
      var changed = text
      changed.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
      #expect(throws: AccessToken.Refusal.self) {
        try AccessToken(changed[...], key: Self.key, manner: TokenManner(), now: 1)
      }
    }
  }

  @Test func signaturesAreThoseOfTheStandard() throws {
    // RFC 7515 appendix A.1.
    let key = try #require(
      Base64URL.bytes(
        of: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))
    let content =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    #expect(
      Base64URL.text(of: HMACSHA256.code(of: Array(content.utf8), key: key))
        == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
  }
}
