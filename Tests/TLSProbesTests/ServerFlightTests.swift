import LoopbackServers
import TLSRegistry
import Testing

@testable import TLSProbes

@Suite struct ServerFlightTests {
  private func flight(_ pieces: [[UInt8]]) throws(ServerFlight.Fault) -> ServerFlight {
    var flight = ServerFlight()
    for piece in pieces { try flight.feed(piece) }
    return flight
  }

  private func expectWhole(_ flight: ServerFlight) {
    #expect(flight.hello?.suite == 0xC02F)
    #expect(flight.hello?.hasSecureRenegotiation == true)
    #expect(flight.certificates == [[1, 2, 3], [4, 5]])
    #expect(flight.status == [7, 8, 9])
    #expect(flight.keyExchange == .curve(29))
    #expect(flight.asksForCertificate)
    #expect(flight.isDone)
    #expect(flight.fatalAlert == nil)
  }

  @Test func everySplitPointReadsTheSame() throws {
    let bytes = WireBytes.wholeFlight().flatMap { WireBytes.record($0) }
    for split in 0...bytes.count {
      expectWhole(try flight([Array(bytes[..<split]), Array(bytes[split...])]))
    }
    expectWhole(try flight(bytes.map { [$0] }))
  }

  @Test func messagesShareRecordsAndSpanThem() throws {
    let messages = WireBytes.wholeFlight().flatMap { $0 }
    expectWhole(try flight([WireBytes.record(messages)]))
    for size in [1, 2, 3, 5, 50, 64] { expectWhole(try flight([WireBytes.records(messages, size: size)])) }
  }

  @Test func warningAboutTheNameIsFollowedByTheAnswer() throws {
    let warning = WireBytes.record([1, 112], type: 21)
    let bytes = warning + WireBytes.wholeFlight().flatMap { WireBytes.record($0) }
    let flight = try flight(bytes.map { [$0] })
    expectWhole(flight)
    #expect(flight.warnings == [112])
  }

  @Test func fatalAlertEnds() throws {
    #expect(try flight([[21, 3, 3, 0, 2, 2, 40]]).fatalAlert == 40)
    #expect(try flight([[21, 3, 3, 0, 2, 1, 0]]).fatalAlert == 0)
    #expect(throws: ServerFlight.Fault.malformed("an alert of 1 bytes")) { try flight([[21, 3, 3, 0, 1, 2]]) }
  }

  @Test func TLS13EndsWithItsHello() throws {
    let share: [UInt8] = [0x11, 0xEC, 4, 0x60] + [UInt8](repeating: 1, count: 1120)
    let hello = WireBytes.serverHello(suite: 0x1301, extensions: [(43, [3, 4]), (51, share)])
    let flight = try flight([WireBytes.record(hello), [20, 3, 3, 0, 1, 1], [23, 3, 3, 0, 1, 0]])
    #expect(flight.isDone)
    #expect(flight.hello?.version == 0x0304)
    #expect(flight.hello?.isRetry == false)
    #expect(flight.hello?.keyShare?.group == 0x11EC)
    #expect(flight.hello?.keyShare?.length == 1120)
  }

  @Test func retryIsKnownByItsRandom() throws {
    let random: [UInt8] = [
      0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2,
      0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ]
    let hello = WireBytes.serverHello(suite: 0x1302, random: random, extensions: [(43, [3, 4]), (51, [0, 24])])
    let flight = try flight([WireBytes.record(hello)])
    #expect(flight.hello?.isRetry == true)
    #expect(flight.hello?.keyShare?.group == 24)
    #expect(flight.hello?.keyShare?.length == 0)
  }

  @Test func downgradeIsMarked() throws {
    for end in [0, 1] as [UInt8] {
      let random = [UInt8](repeating: 0, count: 24) + Array("DOWNGRD".utf8) + [end]
      #expect(
        try flight([WireBytes.record(WireBytes.serverHello(suite: 0x009C, random: random))]).hello?.hasDowngradeMark
          == true)
    }
  }

  @Test func fieldParametersAreMeasured() throws {
    let prime: [UInt8] = [0, 0x7F] + [UInt8](repeating: 0xFF, count: 127)
    var body: [UInt8] = []
    body.append(vector: prime, width: 2)
    body.append(vector: [2], width: 2)
    body.append(vector: [5], width: 2)
    let messages = WireBytes.serverHello(suite: 0x009E) + WireBytes.message(12, body)
    guard case .field(let read, let generator)? = try flight([WireBytes.record(messages)]).keyExchange else {
      Issue.record("no parameters")
      return
    }
    #expect(ServerKeyExchange.bits(read) == 1023)
    #expect(read.first == 0x7F)
    #expect(generator == [2])
  }

  @Test func foreignBytesAreNoTLS() {
    for text in ["HTTP/1.1 400 Bad Request\r\n", "220 mail ESMTP\r\n", "\u{16}\u{2}", "\u{0}"] {
      #expect(throws: ServerFlight.Fault.notTLS) { try flight([Array(text.utf8)]) }
    }
    #expect(throws: ServerFlight.Fault.notTLS) { try flight([[22, 3, 3, 0xFF, 0xFF]]) }
  }

  @Test func endlessFlightIsCutOff() {
    let hello = WireBytes.record(WireBytes.serverHello(suite: 0xC02F))
    let filler = WireBytes.record([UInt8](repeating: 0, count: 1 << 14))
    #expect(throws: ServerFlight.Fault.tooLong) { try flight([hello] + [[UInt8]](repeating: filler, count: 70)) }
  }

  @Test func messagesAheadOfTheHelloAreRefused() {
    #expect(throws: ServerFlight.Fault.malformed("message 14 before a hello")) {
      try flight([WireBytes.record(WireBytes.done)])
    }
    #expect(throws: ServerFlight.Fault.malformed("a torn ServerHello")) {
      try flight([WireBytes.record(WireBytes.message(2, [3, 3, 1]))])
    }
  }

  /// Mutated flights never trap. `PRODWORTHY_FUZZ_ROUNDS=1000000 swift test --sanitize=address` is the long form.
  @Test func mutatedFlightsNeverTrap() {
    let seeds: [[UInt8]] = [
      WireBytes.wholeFlight().flatMap { WireBytes.record($0) },
      WireBytes.record(WireBytes.wholeFlight().flatMap { $0 }),
      WireBytes.record(
        WireBytes.serverHello(suite: 0x1301, extensions: [(43, [3, 4]), (51, [0, 29, 0, 32] + Array(0..<32))])),
      WireBytes.record(
        WireBytes.serverHello(suite: 0x009E) + WireBytes.message(12, [0, 2, 9, 9, 0, 1, 2, 0, 1, 5, 0, 0])
          + WireBytes.done),
      WireBytes.record(WireBytes.serverHello(suite: 0x0003) + WireBytes.message(12, [0, 2, 9, 9, 0, 1, 3])),
      [0x80, 22, 4, 0, 1, 0, 2, 0, 3, 0, 3, 0, 0, 9, 9, 9, 1, 0, 0x80],
    ]
    var source = ByteSource(seed: 0x5EED)
    var outcomes = [0, 0]
    for _ in 0..<FuzzRounds.count {
      var bytes = seeds[Int(source.number(below: UInt64(seeds.count)))]
      for _ in 0...source.number(below: 4) { Self.mutate(&bytes, &source) }
      var flight = ServerFlight()
      do throws(ServerFlight.Fault) {
        let cut = bytes.isEmpty ? 0 : Int(source.number(below: UInt64(bytes.count)))
        try flight.feed(Array(bytes[..<cut]))
        try flight.feed(Array(bytes[cut...]))
        outcomes[0] += 1
      } catch {
        outcomes[1] += 1
      }
      _ = flight.hello?.alpn
      _ = flight.hello?.keyShare
      _ = SSL2Hello.answer(in: bytes)
      for suite in [0x0003, 0x009E, 0xC02F, 0xD001, 0x00AA] as [UInt16] {
        if let suite = CipherSuite.of(suite) { _ = ServerKeyExchange(bytes[...], for: suite) }
      }
      _ = ServerLists.authorities(bytes[...], version: 0x0303)
    }
    #expect(outcomes.allSatisfy { $0 > FuzzRounds.count / 100 })
  }

  private static func mutate(_ bytes: inout [UInt8], _ source: inout ByteSource) {
    guard !bytes.isEmpty else { return bytes.append(UInt8(truncatingIfNeeded: source.next())) }
    let place = Int(source.number(below: UInt64(bytes.count)))
    switch source.number(below: 6) {
    case 0: bytes[place] = UInt8(truncatingIfNeeded: source.next())
    case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][Int(source.number(below: 5))]
    case 2: bytes.remove(at: place)
    case 3: bytes.insert(UInt8(truncatingIfNeeded: source.next()), at: place)
    case 4: bytes.removeSubrange(place...)
    default: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
    }
  }
}

/// How often the fuzz tests go round: `PRODWORTHY_FUZZ_ROUNDS`, 50,000 unless said otherwise.
enum FuzzRounds {
  static let count = Environment.integer("PRODWORTHY_FUZZ_ROUNDS") ?? 50_000
}
