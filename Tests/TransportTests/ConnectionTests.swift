import AuditModel
import Foundation
import LoopbackServers
import Probing
import Testing

@testable import Transport

/// Opens a connection and does something with it, on the lane; gives also how long that took, in milliseconds.
func connecting<Value: Sendable>(
  to host: String = "127.0.0.1", _ port: Int, within milliseconds: Int = 5000, cancellation: Cancellation? = nil,
  traffic: TrafficMeter = TrafficMeter(),
  _ body: @escaping @Sendable (Connection, Deadline) throws(TransportFailure) -> Value
) async -> (result: Result<Value, TransportFailure>, milliseconds: Int) {
  await lane.run {
    let watch = Stopwatch()
    let result = Result { () throws(TransportFailure) in
      let deadline = Deadline(milliseconds: milliseconds, cancellation: cancellation)
      let connection = try Connection.open(
        Endpoint(host: host, port: port), before: deadline, traffic: traffic)
      defer { connection.close() }
      return try body(connection, deadline)
    }
    return (result, watch.microseconds / 1000)
  }
}

@Suite struct ConnectionTests {
  @Test func bytesGoBothWaysAndAreCounted() async throws {
    let server = try ScriptedServer { peer in peer.send(Array("echo ".utf8) + peer.receive()) }
    let traffic = TrafficMeter()
    let (result, _) = await connecting(server.port, traffic: traffic) { connection, deadline throws(TransportFailure) in
      try connection.write(Array("hello".utf8), before: deadline)
      var text: [UInt8] = []
      while case let bytes = try connection.read(upTo: 3, before: deadline), !bytes.isEmpty {
        text += bytes
      }
      return String(decoding: text, as: UTF8.self) + " from " + connection.peerAddress
    }
    #expect(try result.get() == "echo hello from 127.0.0.1")
    #expect(traffic.traffic.connections == 1)
    #expect(traffic.traffic.bytesSent == 5)
    #expect(traffic.traffic.bytesReceived == 10)
  }

  @Test func oneByteIsOneByte() async throws {
    let server = try ScriptedServer { peer in
      peer.send(Array("Srest".utf8))
      _ = peer.receive()
    }
    let (result, _) = await connecting(server.port) { connection, deadline throws(TransportFailure) in
      (try connection.read(upTo: 1, before: deadline), try connection.read(upTo: 100, before: deadline))
    }
    let (first, rest) = try result.get()
    #expect(first == Array("S".utf8))
    #expect(rest == Array("rest".utf8))
  }

  @Test func closedPortRefuses() async throws {
    let (result, _) = await connecting(try LoopbackPort.free()) { _, _ in }
    #expect(throws: TransportFailure.refused) { try result.get() }
  }

  @Test func nameThatCannotExistIsNoSuchHost() async throws {
    for host in ["", "a\0b", String(repeating: "a", count: 300)] {
      let (result, _) = await connecting(to: host, 443) { _, _ in }
      #expect(throws: TransportFailure.noSuchHost(host)) { try result.get() }
    }
  }

  @Test func hostNameIsResolvedOnItsOwnThread() async throws {
    let server = try ScriptedServer { peer in peer.send([1]) }
    let (result, _) = await connecting(to: "localhost", server.port) { connection, _ in connection.peerAddress }
    #expect(try result.get() == "127.0.0.1")
  }

  @Test func silenceEndsAtTheDeadline() async throws {
    let server = try ScriptedServer { peer in _ = peer.receive() }
    let (result, milliseconds) = await connecting(server.port, within: 200) {
      connection, deadline throws(TransportFailure) in
      try connection.read(upTo: 1, before: deadline)
    }
    #expect(throws: TransportFailure.timedOut(phase: "read")) { try result.get() }
    #expect((200..<1000).contains(milliseconds))
  }

  @Test func cancellationEndsTheWait() async throws {
    let server = try ScriptedServer { peer in _ = peer.receive() }
    let cancellation = Cancellation()
    async let outcome = connecting(server.port, within: 10_000, cancellation: cancellation) {
      connection, deadline throws(TransportFailure) in try connection.read(upTo: 1, before: deadline)
    }
    try await Task.sleep(for: .milliseconds(50))
    cancellation.call()
    let (result, milliseconds) = await outcome
    #expect(throws: TransportFailure.cancelled) { try result.get() }
    #expect(milliseconds < 2000)
  }

  @Test func writingToAPeerThatIsGoneIsAReset() async throws {
    let server = try ScriptedServer { peer in peer.resetOnClose() }
    let (result, _) = await connecting(server.port) { connection, deadline throws(TransportFailure) in
      for _ in 0..<1000 { try connection.write([UInt8](repeating: 0, count: 65536), before: deadline) }
    }
    #expect(throws: TransportFailure.reset) { try result.get() }
  }
}

@Suite struct BrokenHandshakeTests {
  private func handshake(
    _ script: @escaping @Sendable (ScriptedServer.Peer) -> Void, within milliseconds: Int = 5000
  ) async throws -> (failure: TransportFailure?, milliseconds: Int) {
    let server = try ScriptedServer(script)
    let (result, milliseconds) = await connecting(server.port, within: milliseconds) {
      connection, deadline throws(TransportFailure) in
      guard let trust = try? TrustStore.including(systemRoots: false) else { return }
      _ = try connection.startTLS(TLSClientSettings(serverName: "localhost", trust: trust), before: deadline)
    }
    guard case .failure(let failure) = result else { return (nil, milliseconds) }
    return (failure, milliseconds)
  }

  @Test func silenceTimesOut() async throws {
    let (failure, milliseconds) = try await handshake(
      { peer in
        _ = peer.receive()
        _ = peer.receive()
      }, within: 200)
    #expect(failure == .timedOut(phase: "handshake"))
    #expect((200..<1000).contains(milliseconds))
  }

  @Test func drippingServerTimesOut() async throws {
    let (failure, milliseconds) = try await handshake(
      { peer in
        _ = peer.receive()
        // The beginning of a handshake record of 16 KB.
        for byte: UInt8 in [22, 3, 3, 64, 0, 2] + [UInt8](repeating: 0, count: 20) {
          peer.send([byte])
          Thread.sleep(forTimeInterval: 0.05)
        }
      }, within: 400)
    #expect(failure == .timedOut(phase: "handshake"))
    #expect((400..<1200).contains(milliseconds))
  }

  @Test func closeAndResetAreTold() async throws {
    #expect(try await handshake { peer in _ = peer.receive() }.failure == .closedEarly)
    let reset = try await handshake { peer in
      _ = peer.receive()
      peer.resetOnClose()
    }
    #expect(reset.failure == .reset)
  }

  @Test func plainHTTPIsNotTLS() async throws {
    let (failure, _) = try await handshake { peer in
      _ = peer.receive()
      peer.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
    }
    guard case .tls(let broken) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(broken.cause == .notTLS)
  }

  @Test func alertIsToldByItsNumber() async throws {
    let (failure, _) = try await handshake { peer in
      _ = peer.receive()
      peer.send([21, 3, 3, 0, 2, 2, 40])
      _ = peer.receive()
    }
    guard case .tls(let broken) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(broken.cause == .alert(40))
    #expect(broken.sentence == "the server refused with alert 40, handshake failure")
    #expect(!broken.isAfterAgreement)
  }

  @Test func randomBytesBreakNothing() async throws {
    for seed in UInt8(0)..<40 {
      var state = UInt64(seed) &+ 0x9E37_79B9_7F4A_7C15
      let bytes = (0..<600).map { _ -> UInt8 in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state)
      }
      let (failure, _) = try await handshake { peer in
        _ = peer.receive()
        // A valid record header, so that the noise reaches the handshake's own parser.
        peer.send(seed.isMultiple(of: 2) ? bytes : [22, 3, 3, 2, 88, 2, 0, 2, 84] + bytes.dropLast(4))
        _ = peer.receive()
      }
      #expect(failure != nil)
    }
  }
}

@Suite struct TrustStoreTests {
  @Test func filesThatHoldNoCertificateAreFailures() throws {
    let folder = try ScratchFolder()
    let empty = try folder.write("nothing\n", to: "empty.pem")
    #expect(throws: TrustStore.Failure(file: empty, reason: "holds no PEM certificate")) {
      try TrustStore.including([empty])
    }
    #expect(throws: TrustStore.Failure(file: folder.path("none.pem"), reason: "no such file or directory")) {
      try TrustStore.including([folder.path("none.pem")])
    }
    let damaged = try folder.write(
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", to: "damaged.pem")
    let failure = #expect(throws: TrustStore.Failure.self) { try TrustStore.including([damaged]) }
    #expect(failure?.reason.hasPrefix("certificate 1 cannot be read: ") == true)
  }

  @Test func storesAreSharedWhileTheirFilesStay() throws {
    let (first, second) = (try TestPKI(), try TestPKI(named: "Second"))
    let folder = try ScratchFolder()
    let copy = try folder.write(try String(contentsOfFile: first.rootFile, encoding: .utf8), to: "roots.pem")
    let store = try TrustStore.including([copy])
    #expect(store === (try TrustStore.including([copy])))
    try folder.write(try String(contentsOfFile: second.rootFile, encoding: .utf8) + "\n", to: "roots.pem")
    #expect(store !== (try TrustStore.including([copy])))
  }
}
