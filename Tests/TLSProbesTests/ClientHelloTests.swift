import TLSRegistry
import Testing

@testable import TLSProbes

@Suite struct ClientHelloTests {
  /// What a hello says, taken apart again.
  private struct Parts {
    var version: UInt16
    var session: Int
    var suites: [UInt16]
    var compressions: [UInt8]
    var extensions: [UInt16: [UInt8]]
    var recordVersions: [UInt16]

    init?(_ bytes: [UInt8]) {
      var records = ByteReader(bytes)
      var message: [UInt8] = []
      recordVersions = []
      while !records.isAtEnd {
        guard records.byte() == 22, let version = records.uint16(), let content = records.vector(2) else { return nil }
        recordVersions.append(version)
        message += content
      }
      var reader = ByteReader(message)
      guard reader.byte() == 1, let body = reader.vector(3), reader.isAtEnd else { return nil }
      var hello = ByteReader(body)
      guard let version = hello.uint16(), hello.take(32) != nil, let session = hello.vector(1),
        let suites = hello.uint16s(), let compressions = hello.vector(1)
      else { return nil }
      (self.version, self.session, self.suites) = (version, session.count, suites)
      self.compressions = Array(compressions)
      extensions = [:]
      if hello.isAtEnd { return }
      guard let list = hello.vector(2), hello.isAtEnd else { return nil }
      var rest = ByteReader(list)
      while !rest.isAtEnd {
        guard let type = rest.uint16(), let body = rest.vector(2), extensions[type] == nil else { return nil }
        extensions[type] = Array(body)
      }
    }
  }

  private func parts(_ hello: ClientHello) throws -> Parts {
    var source = ByteSource(seed: 1)
    return try #require(Parts(hello.bytes(&source)))
  }

  @Test func TLS12HelloHasItsParts() throws {
    var hello = ClientHello(version: .tls12, suites: [0xC02F, 0x009C], serverName: "a.example", groups: [29, 23])
    hello.alpn = ["h2", "http/1.1"]
    let parts = try parts(hello)
    #expect(parts.version == 0x0303)
    #expect(parts.session == 0)
    #expect(parts.suites == [0xC02F, 0x009C])
    #expect(parts.compressions == [0])
    #expect(parts.recordVersions == [0x0301])
    #expect(parts.extensions[0] == [0, 12, 0, 0, 9] + Array("a.example".utf8))
    #expect(parts.extensions[10] == [0, 4, 0, 29, 0, 23])
    #expect(parts.extensions[16] == [0, 12, 2] + Array("h2".utf8) + [8] + Array("http/1.1".utf8))
    #expect(parts.extensions[43] == nil)
    #expect(parts.extensions[0xFF01] == [0])
  }

  @Test func TLS13HelloOffersItsVersionInAnExtension() throws {
    var source = ByteSource(seed: 3)
    var hello = ClientHello(version: .tls13, suites: [0x1301], groups: [29])
    hello.keyShares = [.x25519(&source)]
    let whole = try parts(hello)
    #expect(whole.version == 0x0303)
    #expect(whole.session == 32)
    #expect(whole.extensions[43] == [2, 3, 4])
    #expect(whole.extensions[51]?.prefix(6) == [0, 36, 0, 29, 0, 32])
    #expect(whole.extensions[0] == nil)
    hello.fallsBackToTLS12 = true
    hello.keyShares = []
    let other = try parts(hello)
    #expect(other.extensions[43] == [4, 3, 4, 3, 3])
    #expect(other.extensions[51] == [0, 0])
  }

  @Test func SSL3HelloHasNoExtensions() throws {
    let parts = try parts(ClientHello(version: .ssl3, suites: [5], serverName: "a.example", groups: [29]))
    #expect(parts.version == 0x0300)
    #expect(parts.recordVersions == [0x0300])
    #expect(parts.suites == [5, 0x00FF])
    #expect(parts.extensions.isEmpty)
  }

  @Test func fallbackSaysSo() throws {
    var hello = ClientHello(version: .tls10, suites: [0x002F])
    hello.isFallback = true
    #expect(try parts(hello).suites == [0x002F, 0x5600])
  }

  @Test func paddingReachesItsSize() throws {
    var hello = ClientHello(version: .tls12, suites: [0xC02F], serverName: "a.example", groups: [29])
    hello.paddedTo = 1800
    var source = ByteSource(seed: 1)
    #expect(hello.bytes(&source).count == 1805)
    #expect(try parts(hello).extensions[21]?.allSatisfy { $0 == 0 } == true)
  }

  @Test func longHelloGoesIntoSeveralRecords() throws {
    var hello = ClientHello(version: .tls12, suites: [0xC02F])
    hello.paddedTo = 40_000
    #expect(try parts(hello).recordVersions.count == 3)
  }

  @Test func sameSeedMakesTheSameBytes() {
    let hello = ClientHello(version: .tls13, suites: [0x1301])
    func bytes(_ seed: UInt64) -> [UInt8] {
      var source = ByteSource(seed: seed)
      return hello.bytes(&source)
    }
    #expect(bytes(5) == bytes(5))
    #expect(bytes(5) != bytes(6))
  }

  /// Every coefficient below 3329 (FIPS 203 section 7.2), 1184 bytes of key, then 32 of X25519.
  @Test(arguments: [1, 2, 99] as [UInt64]) func hybridShareIsAValidKey(seed: UInt64) {
    var source = ByteSource(seed: seed)
    let share = ClientHello.KeyShare.x25519MLKEM768(&source)
    #expect(share.group == 0x11EC)
    #expect(share.key.count == 1216)
    var coefficients: [Int] = []
    for index in stride(from: 0, to: 1152, by: 3) {
      let word = Int(share.key[index]) | Int(share.key[index + 1]) << 8 | Int(share.key[index + 2]) << 16
      coefficients += [word & 0xFFF, word >> 12]
    }
    #expect(coefficients.count == 768)
    #expect(coefficients.allSatisfy { $0 < 3329 })
    #expect(Set(coefficients).count > 500)
  }

  @Test func SSL2HelloIsAsTheDraftHasIt() {
    var source = ByteSource(seed: 1)
    let bytes = SSL2Hello.bytes(&source)
    let kinds = SSL2CipherKind.names.count * 3
    #expect(bytes.count == 2 + 9 + kinds + 16)
    #expect(bytes.prefix(11) == [0x80, UInt8(bytes.count - 2), 1, 0, 2, 0, UInt8(kinds), 0, 0, 0, 16])
  }

  @Test func SSL2AnswerIsRead() {
    let body: [UInt8] = [4, 0, 1, 0, 2, 0, 3, 0, 6, 0, 16, 9, 9, 9, 1, 0, 0x80, 7, 0, 0xC0]
    let answer: [UInt8] = [0x80, UInt8(body.count + 16)] + body + [UInt8](repeating: 1, count: 16)
    #expect(SSL2Hello.answer(in: answer) == .hello(kinds: [0x010080, 0x0700C0], certificate: [9, 9, 9]))
    for length in 0..<answer.count { #expect(SSL2Hello.answer(in: Array(answer.prefix(length))) == nil) }
    #expect(SSL2Hello.answer(in: [0x80, 3, 0, 0, 1]) == .error(1))
    #expect(SSL2Hello.answer(in: [21, 3, 1, 0, 2, 2, 70]) == nil)
  }
}
