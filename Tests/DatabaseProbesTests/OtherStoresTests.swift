import AuditModel
import Facts
import LoopbackServers
import Probing
import Testing

@testable import DatabaseProbes

@Suite struct RedisProbeTests {
  private func look(_ port: Int, timeout: Int = 10_000) async -> Look {
    await Look(RedisProbe(), ["url": .string("redis://127.0.0.1:\(port)")], kind: "redis", timeout: timeout)
  }

  @Test func anOpenServerIsTold() async throws {
    let server = try RedisServer.start()
    let look = await look(server.port)
    #expect(look["connection", "established"] == true)
    #expect(look["plaintext", "spoken"] == true)
    #expect(look["tls", "offered"] == false)
    #expect(look["authentication"] == ["demanded": false, "protectedMode": false])
    #expect(look.gaps.isEmpty)
    #expect(look.traffic.connections == 2)
  }

  @Test func aPasswordIsTold() async throws {
    let server = try RedisServer.start(["--requirepass", "secret"])
    let look = await look(server.port)
    #expect(look["plaintext", "spoken"] == true)
    #expect(look["authentication", "demanded"] == true)
  }

  @Test(arguments: ["no", "yes"])
  func aServerWithTLSIsTold(clientCertificates: String) async throws {
    let pki = try TestPKI()
    let server = try RedisServer.start(["--tls-auth-clients", clientCertificates], credential: try pki.credential())
    let look = await look(server.port)
    #expect(look["plaintext", "spoken"] == false)
    #expect(look["tls", "offered"] == true)
    #expect(look["authentication", "demanded"] == (clientCertificates == "no" ? false : .null))
    #expect(look.gaps.map(\.path) == (clientCertificates == "no" ? [] : ["authentication.demanded"]))
  }

  @Test(
    arguments: [
      ("-DENIED Redis is running in protected mode\r\n", true, true, true),
      ("-ERR max number of clients reached\r\n", true, nil, false), ("HTTP/1.1 400 Bad Request\r\n", nil, nil, false),
    ] as [(String, Bool?, Bool?, Bool)])
  func otherAnswersAreReadForWhatTheySay(line: String, spoken: Bool?, demanded: Bool?, isProtected: Bool) async throws {
    let server = try ScriptedServer { peer in
      _ = peer.receive()
      peer.send(Array(line.utf8))
    }
    let look = await look(server.port)
    #expect(look["plaintext", "spoken"] == JSONValue(spoken))
    #expect(look["authentication", "demanded"] == JSONValue(demanded))
    #expect(look["authentication", "protectedMode"] == .bool(isProtected))
    #expect(look["connection", "established"] == .bool(spoken != nil))
  }

  @Test func silenceSaysNothing() async throws {
    let server = try ScriptedServer { peer in peer.resetOnClose() }
    let look = await look(server.port)
    #expect(look["plaintext", "spoken"] == .null)
    #expect(look["tls", "offered"] == .null)
    #expect(look["authentication", "demanded"] == .null)
    // A port that takes connections is no server yet.
    #expect(look["connection", "established"] == false)
    #expect(look["connection", "reason"]?.string?.contains("reset") == true)
  }

  @Test func aClosedPortIsAFact() async throws {
    let look = await look(try LoopbackPort.free())
    #expect(look["connection", "established"] == false)
    #expect(look["plaintext", "spoken"] == .null)
  }

  @Test(arguments: ["redis://", "http://h", "redis://h:0", "redis://h:99999", "redis://a,b", "redis://h:x"])
  func urlsThatAreNoneAreMalformed(url: String) async {
    let look = await Look(RedisProbe(), ["url": .string(url)], kind: "redis")
    #expect(look.unseen?.kind == .malformed)
  }
}

@Suite struct MySQLProbeTests {
  /// A greeting of MySQL 8 with the capabilities given.
  private static func greeting(_ capabilities: UInt32) -> [UInt8] {
    let low = [UInt8(capabilities & 0xFF), UInt8(capabilities >> 8 & 0xFF)]
    let high = [UInt8(capabilities >> 16 & 0xFF), UInt8(capabilities >> 24)]
    let content =
      [10] + Array("8.4.3\0".utf8) + [7, 0, 0, 0] + Array(repeating: 65, count: 8) + [0] + low + [255, 2, 0] + high + [
        21
      ]
      + Array(repeating: 0, count: 10) + Array(repeating: 66, count: 12) + [0] + Array("caching_sha2_password\0".utf8)
    return packet(content, 0)
  }

  private static func packet(_ content: [UInt8], _ number: UInt8) -> [UInt8] {
    [UInt8(content.count & 0xFF), UInt8(content.count >> 8), 0, number] + content
  }

  private static func error(_ code: Int, _ number: UInt8) -> [UInt8] {
    packet([0xFF, UInt8(code & 0xFF), UInt8(code >> 8)] + Array("#28000no".utf8), number)
  }

  private func look(_ script: @escaping @Sendable (ScriptedServer.Peer) -> Void) async throws -> Look {
    let server = try ScriptedServer(script)
    return await Look(MySQLProbe(), ["url": .string("mysql://127.0.0.1:\(server.port)/shop")], kind: "mysql")
  }

  @Test(arguments: [0x800, 0])
  func theGreetingSaysWhetherThereIsTLS(bit: UInt32) async throws {
    let look = try await look { peer in
      peer.send(Self.greeting(0x0008_F7FF & ~0x800 | bit))
      let header = peer.receive(exactly: 4)
      let answer = peer.receive(exactly: Int(header.first ?? 0))
      let isSound =
        header.dropFirst(3).first == 1 && String(decoding: answer, as: UTF8.self).contains("prodworthy-nobody\0")
      // Another method first, as MySQL does for users it does not know.
      peer.send(Self.packet([0xFE] + Array("mysql_native_password\0".utf8) + Array(repeating: 67, count: 20) + [0], 2))
      let empty = peer.receive(exactly: 4)
      peer.send(Self.error(isSound && empty == [0, 0, 0, 3] ? 1045 : 1, 4))
    }
    #expect(look["connection", "established"] == true)
    #expect(look["version"] == "8.4.3")
    #expect(look["tls", "offered"] == .bool(bit != 0))
    #expect(look["authentication", "demanded"] == true)
    #expect(look["plaintext", "accepted"] == .null)
    #expect(look.gaps.map(\.path) == ["plaintext.accepted"])
  }

  @Test(arguments: [(3159, false, nil), (0, true, false), (2, nil, nil)] as [(Int, Bool?, Bool?)])
  func whatComesOfKnockingIsTold(code: Int, accepted: Bool?, demanded: Bool?) async throws {
    let look = try await look { peer in
      peer.send(Self.greeting(0x0008_F7FF))
      _ = peer.receive(exactly: 4)
      peer.send(code == 0 ? Self.packet([0, 0, 0, 2, 0, 0, 0], 2) : Self.error(code, 2))
    }
    #expect(look["plaintext", "accepted"] == JSONValue(accepted))
    #expect(look["authentication", "demanded"] == JSONValue(demanded))
  }

  @Test func aServerThatTurnsEverybodyAwayLeavesAllOpen() async throws {
    let look = try await look { peer in peer.send(Self.error(1040, 0)) }
    #expect(look["connection", "established"] == true)
    #expect(look["tls", "offered"] == .null)
    #expect(look.gaps.count == 3)
  }

  @Test(
    arguments: [[0x48, 0x54, 0x54, 0x50, 0x2F], [0, 0, 0, 0], [1, 0, 0, 0, 9], [0xFF, 0xFF, 0xFF, 0], []] as [[UInt8]])
  func somethingElseOnThePortIsNoDatabase(bytes: [UInt8]) async throws {
    let look = try await look { peer in peer.send(bytes) }
    #expect(look["connection", "established"] == false)
    #expect(look["tls", "offered"] == .null)
  }

  @Test func greetingsThatAreCutAreNone() {
    let content = Array(Self.greeting(0x800).dropFirst(4))
    for count in 0..<20 { #expect(MySQLGreeting(Array(content.prefix(count))) == nil) }
  }
}
