import AuditModel
import Facts
import Glibc
import LoopbackServers
import Probing
import Synchronization
import Testing

@testable import HTTPProbes

@Suite("http-exchange")
struct HTTPExchangeTests {
  static func look(
    _ port: Int, path: String = "/", secrets: [String: Secret] = [:], with parameters: JSONObject = [:],
    milliseconds: Int = 5000, settings more: JSONObject = [:], cancellation: Cancellation? = nil
  ) async -> Look {
    var settings: JSONObject = ["url": .string("http://127.0.0.1:\(port)\(path)")]
    for (name, value) in more { settings[name] = value }
    return await Look(
      HTTPExchangeProbe(), at: settings, secrets: secrets, with: parameters, milliseconds: milliseconds,
      cancellation: cancellation)
  }

  @Test("records status, fields, content and timing of an answer")
  func answer() async throws {
    let server = try LoopbackServer {
      $0.answer(
        "200 OK",
        [
          "Content-Type: text/plain; charset=utf-8", "Server: demo/1.2", "Set-Cookie: id=abc; Secure", "X-A: 1",
          "x-a: 2",
        ], "hello")
    }
    let look = await Self.look(server.port, path: "/a?b=c")
    #expect(look["connection.established"] == true)
    #expect(look["connection.address"]?.string?.hasPrefix("127.0.0.1") == true)
    #expect(look["request.url"] == .string("http://127.0.0.1:\(server.port)/a?b=c"))
    #expect(look["response.status"] == 200)
    #expect(look["response.version"] == "1.1")
    #expect(look["response.body"] == "hello")
    #expect(look["response.bodyBytes"] == 5)
    #expect(look["response.contentType"] == "text/plain")
    #expect(look["response.headers.x-a"] == ["1", "2"])
    #expect(look["response.headers.set-cookie"] == ["id=[withheld]; Secure"])
    #expect(look["response.malformed"] == .null)
    #expect(look["security.leaksVersion"] == true)
    #expect(look["security.hsts"] == .null)
    #expect(look["security.nosniff"] == false)
    #expect(look["redirect.hops"] == 0)
    #expect(look["leaks"] == [])
    #expect((look["timing.total"]?.double ?? 0) >= (look["timing.firstByte"]?.double ?? .infinity))
    let answers = look["timing.answers"]?.integer
    #expect(look.traffic.connections == answers && look.traffic.requests == answers)
    let request = try #require(server.requests.first)
    #expect(request.hasPrefix("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"))
    #expect(request.contains("Accept-Encoding: identity\r\n"))
  }

  @Test("a slow answer is asked for again, and the quickest of the same kind counts")
  func quickest() async throws {
    let count = Atomic(0)
    let once = try LoopbackServer { peer in
      if count.add(1, ordering: .relaxed).newValue == 1 { usleep(400_000) }
      peer.answer("200 OK", [], "x")
    }
    let look = await Self.look(once.port)
    #expect((look["timing.answers"]?.integer ?? 0) >= 2)
    #expect((look["timing.firstByte"]?.double ?? 1000) < 390)
    let slow = try LoopbackServer { peer in
      usleep(600_000)
      peer.answer("200 OK", [], "x")
    }
    let patient = await Self.look(slow.port)
    #expect(patient["timing.answers"] == 3 && slow.requests.count == 3)
    #expect((patient["timing.firstByte"]?.double ?? 0) >= 600)
    // An error comes quickly: it says nothing of how long an answer takes.
    let failing = Atomic(0)
    let fails = try LoopbackServer { peer in
      if failing.add(1, ordering: .relaxed).newValue > 1 { return peer.answer("503 Service Unavailable") }
      usleep(300_000)
      peer.answer("200 OK", [], "x")
    }
    let overwhelmed = await Self.look(fails.port)
    #expect(overwhelmed["timing.answers"] == 1 && fails.requests.count == 2)
    #expect((overwhelmed["timing.firstByte"]?.double ?? 0) >= 300)
    // Nor is anybody asked again whom there is no time to wait for.
    let late = await Self.look(slow.port, milliseconds: 1500)
    #expect(late["timing.answers"] == 1)
  }

  @Test("HEAD and OPTIONS are sent as such", arguments: ["HEAD", "OPTIONS"])
  func methods(method: String) async throws {
    let server = try LoopbackServer { $0.answer("204 No Content") }
    let look = await Self.look(server.port, with: ["method": .string(method)])
    #expect(look["request.method"] == .string(method))
    #expect(server.requests.first?.hasPrefix(method + " ") == true)
  }

  @Test("a refused port is a fact, and everything else is null")
  func refused() async throws {
    let look = await Self.look(try LoopbackPort.free())
    #expect(look["connection.established"] == false)
    #expect(look["connection.reason"]?.string?.isEmpty == false)
    for name in ["request", "response", "redirect", "timing", "security", "leaks"] { #expect(look[name] == .null) }
  }

  @Test("a host that does not exist is a fact")
  func noSuchHost() async {
    let look = await Look(HTTPExchangeProbe(), at: ["url": "http://nowhere.invalid/"])
    #expect(look["connection.established"] == false || look.unseen?.kind == .unreachable)
  }

  @Test("a server that says nothing is unseen, within the deadline")
  func silent() async throws {
    let server = try LoopbackServer { _ in sleep(20) }
    let clock = ContinuousClock()
    let began = clock.now
    let look = await Self.look(server.port, milliseconds: 400)
    #expect(look.unseen?.kind == .timeout)
    #expect(clock.now - began < .seconds(6))
  }

  @Test("a byte a second ends at the deadline as unseen")
  func dripping() async throws {
    let server = try LoopbackServer { peer in
      for byte in "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".utf8 {
        peer.send([byte])
        usleep(100_000)
      }
    }
    let look = await Self.look(server.port, milliseconds: 1500)
    #expect(look.unseen?.kind == .timeout)
    #expect(look.unseen?.reason.contains("rest of the answer") == true)
  }

  @Test("a run called off while waiting ends at once")
  func cancelled() async throws {
    let server = try LoopbackServer { _ in sleep(20) }
    let cancellation = Cancellation()
    let clock = ContinuousClock()
    let began = clock.now
    async let look = Self.look(server.port, cancellation: cancellation)
    try await Task.sleep(for: .milliseconds(200))
    cancellation.call()
    #expect(await look.unseen?.kind == .interrupted)
    #expect(clock.now - began < .seconds(6))
  }

  @Test("ten megabytes of header fields end as a fact, with the status that was seen")
  func endlessHeaders() async throws {
    let server = try LoopbackServer { peer in
      peer.send("HTTP/1.1 200 OK\r\n")
      let field = "X-Filler: \(String(repeating: "a", count: 8000))\r\n"
      for _ in 0..<1300 { peer.send(field) }
    }
    let look = await Self.look(server.port)
    #expect(look["response.malformed"] == "header section over 64 KiB")
    #expect(look["response.status"] == 200)
    #expect(look["response.headers"] == .null)
    #expect(look["security"] == .null)
    #expect(look["leaks"] == .null)
    #expect(look.traffic.bytesReceived < 1 << 20)
  }

  @Test("content without end is cut at 256 KiB")
  func endlessContent() async throws {
    let server = try LoopbackServer { peer in
      peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
      let block = [UInt8](repeating: 0x61, count: 65536)
      for _ in 0..<1000 { peer.send(block) }
    }
    let look = await Self.look(server.port)
    #expect(look["response.bodyTruncated"] == true)
    #expect(look["response.bodyBytes"] == 262_144)
    #expect(look["response.body"]?.string?.count == 2048)
    #expect(look["response.malformed"] == .null)
  }

  @Test("compressed content stays as it is, and what it holds is not claimed to be known")
  func compressed() async throws {
    let server = try LoopbackServer {
      $0.answer("200 OK", ["Content-Type: text/html", "Content-Encoding: gzip"], "\u{1f}not really")
    }
    let look = await Self.look(server.port)
    #expect(look["response.contentEncoding"] == "gzip")
    #expect(look["response.body"] == .null)
    #expect(look["leaks"] == .null)
  }

  @Test(
    "another protocol, a close and a reset are malformed answers, never crashes",
    arguments: ["SSH-2.0-OpenSSH_9.2p1\r\n", "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"], [false, true])
  func notHTTP(greeting: String, resets: Bool) async throws {
    let server = try LoopbackServer { peer in
      peer.send(greeting)
      if resets { peer.resetOnClose() }
    }
    let look = await Self.look(server.port)
    #expect(look["connection.established"] == true)
    #expect(look["response.malformed"]?.string?.isEmpty == false)
  }

  // MARK: Redirects

  @Test("a redirect is shown and not followed unless asked")
  func redirectShown() async throws {
    let server = try LoopbackServer { $0.answer("302 Found", ["Location: /next"]) }
    let look = await Self.look(server.port, path: "/a?b")
    #expect(look["response.status"] == 302)
    #expect(look["redirects"]?[0]?["to"] == .string("http://127.0.0.1:\(server.port)/next"))
    #expect(look["redirect.toHTTPS"] == false)
    #expect(look["redirect.keepsPathAndQuery"] == false)
    #expect(look["redirect.loop"] == .null)
    #expect(Set(server.requests).count == 1)
  }

  @Test("follows within the host, records each hop and sees the end")
  func followed() async throws {
    let server = try LoopbackServer { peer in
      switch peer.target {
      case "/": peer.answer("301 Moved", ["Location: b"])
      case "/b": peer.answer("308 Moved", ["Location: //127.0.0.1:\(peer.hostPort)/c?d"])
      default: peer.answer("200 OK", ["Content-Type: text/plain"], "end")
      }
    }
    let look = await Self.look(server.port, with: ["follow": true])
    #expect(look["response.status"] == 200)
    #expect(look["request.url"]?.string?.hasSuffix("/c?d") == true)
    #expect(look["redirect.hops"] == 2)
    #expect(look["redirect.status"] == 301)
    #expect(look["redirect.loop"] == false)
    #expect(look["redirect.stopped"] == .null)
  }

  @Test("sees a circle, and gives up on a chain without end")
  func loops() async throws {
    let circle = try LoopbackServer { $0.answer("302 Found", ["Location: \($0.target == "/" ? "/a" : "/")"]) }
    let looped = await Self.look(circle.port, with: ["follow": true])
    #expect(looped["redirect.loop"] == true)
    #expect(looped["redirect.hops"] == 2)
    let chain = try LoopbackServer { $0.answer("302 Found", ["Location: \($0.target)x"]) }
    let endless = await Self.look(chain.port, with: ["follow": true])
    #expect(endless["redirect.loop"] == .null)
    #expect(endless["redirect.hops"] == 11)
    #expect(Set(chain.requests).count == 11)
  }

  @Test(
    "does not leave the host, and survives a Location that is none",
    arguments: ["http://elsewhere.example/", "javascript:alert(1)", "http://[broken", "http://127.0.0.1:1/"])
  func staysOnHost(location: String) async throws {
    let server = try LoopbackServer { $0.answer("301 Moved", ["Location: \(location)"]) }
    let look = await Self.look(server.port, with: ["follow": true])
    #expect(look["response.status"] == 301)
    #expect(look["redirect.stopped"]?.string?.isEmpty == false)
    #expect(look["redirect.loop"] == false)
    #expect(Set(server.requests).count == 1)
  }

  // MARK: Credentials

  @Test("a token goes to the declared origin only, and never into the facts")
  func credentials() async throws {
    let token = "s3cr3t-token-0123456789"
    let other = try LoopbackServer { $0.answer("200 OK", [], "other") }
    let server = try LoopbackServer { peer in
      peer.answer(
        "307 Temporary", ["Location: http://127.0.0.1:\(other.port)/", "X-Echo: \(token)", "Content-Type: text/plain"],
        String(repeating: "x", count: 2040) + peer.head)
    }
    let first = await Self.look(server.port, secrets: ["bearer": Secret(token)])
    #expect(first["request.credentials"] == "sent")
    #expect(server.requests.first?.contains("Authorization: Bearer \(token)\r\n") == true)
    #expect(first["response.headers.x-echo"] == ["[redacted]"])
    let recorded = JSONText.compact(first.facts ?? nil)
    for length in 8...token.count { #expect(!recorded.contains(token.prefix(length))) }
    let followed = await Self.look(server.port, secrets: ["bearer": Secret(token)], with: ["follow": true])
    #expect(followed["response.body"] == "other")
    #expect(followed["request.credentials"] == "none")
    #expect(other.requests.allSatisfy { !$0.contains("Authorization") })
  }

  @Test("a token that would break out of its field is not sent")
  func unsendableToken() async throws {
    let server = try LoopbackServer { $0.answer("200 OK") }
    let look = await Self.look(server.port, secrets: ["bearer": Secret("abc\r\nX-Injected: 1")])
    #expect(look["request.credentials"] == "none")
    #expect(server.requests.first?.contains("Injected") == false)
  }

  // MARK: The plain port

  static func plain(_ plainPort: Int?, url: String = "https://127.0.0.1:8443/") async -> Look {
    var settings: JSONObject = ["url": .string(url)]
    settings["plainPort"] = plainPort.map { .integer($0) }
    return await Look(
      HTTPExchangeProbe(), at: settings, kind: "https", with: ["plain": true, "path": "/deep?probe=1"])
  }

  @Test(
    "tells what the plain port does",
    arguments: [
      ("308 Permanent Redirect", "https://127.0.0.1:8443/deep?probe=1", "redirects"),
      ("302 Found", "http://127.0.0.1/", "redirectsInPlain"), ("200 OK", nil, "serves"),
      ("403 Forbidden", nil, "refuses"),
      ("503 Service Unavailable", nil, "fails"),
    ] as [(String, String?, String)])
  func plainOutcome(status: String, location: String?, outcome: String) async throws {
    let server = try LoopbackServer { $0.answer(status, location.map { ["Location: \($0)"] } ?? []) }
    let look = await Self.plain(server.port)
    #expect(look["plain.port"] == .integer(server.port))
    #expect(look["plain.outcome"] == .string(outcome))
    if outcome == "redirects" {
      #expect(look["redirect.toHTTPS"] == true)
      #expect(look["redirect.keepsPathAndQuery"] == true)
      #expect(look["redirect.status"] == 308)
      #expect(look["redirect.sameHost"] == true)
    }
  }

  @Test("a plain port that is closed, declared as none, or not known")
  func noPlainPort() async throws {
    let closed = await Self.plain(try LoopbackPort.free())
    #expect(closed["plain.outcome"] == "closed")
    for port in [0, nil] {
      let look = await Self.plain(port)
      #expect(look["plain.outcome"] == .null)
      #expect(look["plain.reason"]?.string?.isEmpty == false)
      #expect(look["connection"] == .null)
      #expect(look.traffic.requests == 0)
    }
  }

  @Test("a target that is none is unseen", arguments: ["", "https://", "gopher://x/", "http://ü/"])
  func impossible(url: String) async {
    let look = await Look(HTTPExchangeProbe(), at: ["url": .string(url)])
    #expect(look.unseen?.kind == .malformed)
  }
}
