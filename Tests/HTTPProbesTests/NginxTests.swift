import AuditModel
import Facts
import Probing
import Testing

@testable import HTTPProbes

@Suite("Against a real nginx")
struct NginxTests {
  static let sound = """
    server_tokens off;
    add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
    add_header X-Content-Type-Options nosniff always;
    location = /health { default_type application/health+json; return 200 '{"status":"pass"}'; }
    location = /echo { return 200 "token: $http_authorization"; }
    location = /down { return 302 http://localhost:$server_port/; }
    location = / { return 200 "hello"; }
    """

  static func look(
    _ nginx: NginxFixture, _ probe: any Probe, path: String = "/", with parameters: JSONObject = [:],
    trusted: Bool = true,
    secrets: [String: Secret] = [:]
  ) async -> Look {
    var settings: JSONObject = [
      "url": .string("https://localhost:\(nginx.tlsPort)\(path)"), "plainPort": .integer(nginx.plainPort),
      "health": "/health",
    ]
    if trusted { settings["trust"] = .string(nginx.trust) }
    return await Look(probe, at: settings, kind: "https", secrets: secrets, with: parameters)
  }

  @Test("a well-configured endpoint shows everything the checks want")
  func wellConfigured() async throws {
    let nginx = try NginxFixture(
      tls: Self.sound, plain: "return 308 https://localhost/elsewhere;")
    let front = await Self.look(nginx, HTTPExchangeProbe())
    #expect(front["response.status"] == 200)
    #expect(front["response.body"] == "hello")
    #expect(front["security.hsts.maxAge"] == 63_072_000)
    #expect(front["security.hsts.valid"] == true)
    #expect(front["security.hsts.includeSubDomains"] == true)
    #expect(front["security.nosniff"] == true)
    #expect(front["security.leaksVersion"] == false)
    #expect(front["security.server"] == "nginx")
    #expect((front["timing.tls"]?.double ?? 0) > 0)
    let plain = await Self.look(nginx, HTTPExchangeProbe(), with: ["plain": true, "path": "/deep?probe=1"])
    #expect(plain["plain.outcome"] == "redirects")
    #expect(plain["redirect.keepsPathAndQuery"] == false)
    #expect(plain["security.hsts"] == .null)
    let missing = await Self.look(nginx, HTTPExchangeProbe(), with: ["path": "/prodworthy/no-such-page"])
    #expect(missing["response.status"] == 404)
    #expect(missing["leaks"] == [])
    let health = await Self.look(nginx, HealthEndpointProbe())
    #expect(health["endpoint.up"] == true)
    #expect(health["endpoint.stable"] == true)
  }

  @Test("a server with its defaults tells its version and protects nothing")
  func defaults() async throws {
    let nginx = try NginxFixture(tls: "return 200 hello;", plain: "return 200 plain;")
    let front = await Self.look(nginx, HTTPExchangeProbe())
    #expect(front["security.hsts.present"] == false)
    #expect(front["security.nosniff"] == false)
    #expect(front["security.versionField"]?.string?.hasPrefix("server: nginx/") == true)
    let plain = await Self.look(nginx, HTTPExchangeProbe(), with: ["plain": true])
    #expect(plain["plain.outcome"] == "serves")
    let health = await Self.look(nginx, HealthEndpointProbe())
    #expect(health["found"] == false)
  }

  @Test("a token is sent only to a server that proves who it is")
  func tokenNeedsProof() async throws {
    let nginx = try NginxFixture(tls: Self.sound, plain: "return 404;")
    let token = ["bearer": Secret("s3cr3t-0123456789")]
    let trusted = await Self.look(nginx, HTTPExchangeProbe(), path: "/echo", secrets: token)
    #expect(trusted["request.credentials"] == "sent")
    #expect(trusted["response.body"] == "token: Bearer [redacted]")
    let stranger = await Self.look(nginx, HTTPExchangeProbe(), path: "/echo", trusted: false, secrets: token)
    #expect(stranger["request.credentials"] == "withheld")
    #expect(stranger["response.body"] == "token: ")
  }

  @Test("a redirect to http is a downgrade, and its answer in HTTP on the TLS port is recorded")
  func downgrade() async throws {
    let nginx = try NginxFixture(tls: Self.sound, plain: "return 404;")
    let look = await Self.look(nginx, HTTPExchangeProbe(), path: "/down", with: ["follow": true])
    #expect(look["redirect.downgrade"] == true)
    #expect(look["redirects"]?[0]?["downgrade"] == true)
    #expect(look["response.status"] == 400)
  }

  @Test("TLS where plain HTTP was expected, and the other way round, are facts")
  func mixedUp() async throws {
    let nginx = try NginxFixture(tls: "return 200;", plain: "return 200;")
    let plainToTLS = await Look(HTTPExchangeProbe(), at: ["url": .string("http://localhost:\(nginx.tlsPort)/")])
    #expect(plainToTLS["response.status"] == 400)
    let tlsToPlain = await Look(
      HTTPExchangeProbe(), at: ["url": .string("https://localhost:\(nginx.plainPort)/")], kind: "https")
    #expect(tlsToPlain["connection.established"] == false)
    #expect(tlsToPlain["connection.reason"]?.string?.isEmpty == false)
  }
}
