import LoopbackServers
import Testing

@testable import TLSProbes
@testable import TLSRegistry

@Suite struct RegistryTests {
  @Test func everyLineOfTheTableIsASuite() {
    #expect(CipherSuite.all.count == CipherSuiteNames.table.split(separator: "\n").count)
    #expect(Set(CipherSuite.all.map(\.id)).count == CipherSuite.all.count)
    #expect(Set(CipherSuite.all.map(\.name)).count == CipherSuite.all.count)
    #expect(CipherSuite.all.count > 360)
  }

  @Test func batchesHoldEveryFittingSuiteOnce() {
    for version in ProtocolVersion.allCases where version != .ssl2 {
      let batches = CipherSuite.batches(for: version)
      #expect(batches.allSatisfy { (1...120).contains($0.count) })
      let all = batches.flatMap { $0 }
      #expect(Set(all).count == all.count)
      let fitting = CipherSuite.all.filter { $0.isForTLS13 == (version == .tls13) }
      #expect(all.count == fitting.filter { version >= .tls12 || !$0.needsTLS12 }.count)
    }
    #expect(CipherSuite.batches(for: .tls12).count <= 4)
    #expect(CipherSuite.batches(for: .tls10).count <= 3)
  }

  /// libssl knows the same of every suite that it can name.
  @Test func agreesWithLibssl() throws {
    let list = try OpenSSLServer.ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    var compared = 0
    for line in list.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      let digits = words[0].split(separator: ",").map { $0.dropFirst(2) }.joined()
      let suite = try #require(UInt16(digits, radix: 16).flatMap { CipherSuite.of($0) })
      #expect(suite.name == words[2])
      let encryption = try #require(words.first { $0.hasPrefix("Enc=") })
      let bits = encryption.split(separator: "(").last.flatMap { Int($0.dropLast()) } ?? 0
      #expect(suite.strengthBits == bits, "\(suite.name)")
      #expect(suite.isAEAD == words.contains("Mac=AEAD"), "\(suite.name)")
      #expect(suite.isNull == (encryption == "Enc=None"), "\(suite.name)")
      #expect(suite.isAnonymous == words.contains("Au=None"), "\(suite.name)")
      let exchange = try #require(words.first { $0.hasPrefix("Kx=") })
      #expect(suite.hasCurveParameters == ["Kx=ECDH", "Kx=ECDHEPSK"].contains(exchange), "\(suite.name)")
      #expect(suite.hasFieldParameters == ["Kx=DH", "Kx=DHEPSK"].contains(exchange), "\(suite.name)")
      #expect(suite.isStaticRSA == ["Kx=RSA", "Kx=RSAPSK"].contains(exchange), "\(suite.name)")
      let isNew = words.contains("TLSv1.2") || words.contains("TLSv1.3")
      #expect(suite.needsTLS12 == isNew || suite.name.contains("PSK"), "\(suite.name)")
      compared += 1
    }
    #expect(compared > 150)
  }

  @Test(arguments: [
    ("TLS_RSA_EXPORT_WITH_RC4_40_MD5", 40, true), ("TLS_RSA_WITH_DES_CBC_SHA", 56, true),
    ("TLS_RSA_EXPORT1024_WITH_RC4_56_SHA", 56, true), ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", 112, false),
    ("TLS_RSA_WITH_RC4_128_SHA", 128, true), ("TLS_RSA_WITH_NULL_SHA256", 0, true),
    ("TLS_DH_anon_WITH_AES_256_GCM_SHA384", 256, true), ("TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", 128, false),
    ("TLS_SHA256_SHA256", 0, true), ("TLS_KRB5_EXPORT_WITH_DES_CBC_40_SHA", 40, true),
    ("TLS_AES_128_GCM_SHA256", 128, false), ("TLS_RSA_WITH_IDEA_CBC_SHA", 128, false),
  ])
  func suitesAreWorthWhatTheirNamesSay(name: String, bits: Int, isInsecure: Bool) throws {
    let suite = try #require(CipherSuite.all.first { $0.name == name })
    #expect(suite.strengthBits == bits)
    #expect(suite.isInsecure == isInsecure)
  }

  @Test func smallBlocksAreKnown() {
    let small = CipherSuite.all.filter(\.hasSmallBlock).map(\.name)
    for word in ["3DES", "_DES_", "IDEA", "RC2", "MAGMA"] { #expect(small.contains { $0.contains(word) }) }
    #expect(!small.contains { $0.contains("AES") || $0.contains("SEED") || $0.contains("KUZNYECHIK") })
  }

  @Test func groupsAreUniqueAndNamed() {
    #expect(Set(NamedGroup.all.map(\.id)).count == NamedGroup.all.count)
    #expect(Set(NamedGroup.all.map(\.name)).count == NamedGroup.all.count)
    #expect(NamedGroup.of(0x11EC)?.name == "X25519MLKEM768")
    #expect(NamedGroup.of(0x11EC)?.isPostQuantum == true)
    #expect(NamedGroup.of(0x0104)?.bits == 8192)
    #expect(!NamedGroup.forTLS13.contains(0x0016))
    #expect(!NamedGroup.curvesForTLS12.contains(0x11EC))
  }
}
