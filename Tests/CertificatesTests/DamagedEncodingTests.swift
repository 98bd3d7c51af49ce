import AuditModel
import Certificates
import Glibc
import SeededRandomness
import Testing

/// Certificates and lists with octets changed, cut out and put in, the same ones in every run.
@Suite("Damaged encodings")
struct DamagedEncodingTests {
  /// How many there are: few in CI, as many as `PRODWORTHY_MUTATIONS` says elsewhere.
  private static var count: Int { getenv("PRODWORTHY_MUTATIONS").flatMap { Int(String(cString: $0)) } ?? 3_000 }
  /// How long the slowest may take: in CI the machine may stop between two lines.
  private static var patience: Duration { .seconds(getenv("PRODWORTHY_MUTATIONS") == nil ? 10 : 1) }

  @Test("no damaged certificate stops the reader, and none is believed")
  func certificates() throws {
    var scene = Scene()
    scene.intermediate.set(.nameConstraints, DER.constraints(permitted: [DER.dns("example.com")]), critical: true)
    scene.leaf.set(
      .certificatePolicies,
      DER.sequence(
        DER.sequence(DER.oid("1.2.3"), DER.sequence(DER.sequence(DER.oid(.cpsQualifier), DER.element(0x16, [0x61]))))))
    scene.leaf.set(
      .crlDistributionPoints, DER.sequence(DER.sequence(DER.tagged(0, DER.tagged(0, DER.uri("http://a.example/"))))))
    let leaf = scene.leafDER
    let root = try X509Certificate(der: scene.rootDER)
    let intermediate = try X509Certificate(der: scene.intermediateDER)
    let at = try #require(Instant(scene.at))
    var damage = Damage(seed: 1)
    var accepted = 0
    var slowest = Duration.zero
    for _ in 0..<Self.count {
      let octets = damage.damaged(leaf)
      let start = ContinuousClock.now
      if let certificate = try? X509Certificate(der: octets), Array(certificate.der) != leaf {
        let verdict = PathVerifier.verdict(
          on: PathQuestion(leaf: certificate, intermediates: [intermediate], anchors: [root], at: at))
        if verdict.isAccepted { accepted += 1 }
      }
      slowest = max(slowest, ContinuousClock.now - start)
    }
    #expect(accepted == 0)
    #expect(slowest < Self.patience)
  }

  @Test("no damaged authority or list stops the verifier")
  func others() throws {
    let scene = Scene()
    let list = ListDraft(revoked: [([1], 1), ([2], nil)]).signed(scene)
    let leaf = try X509Certificate(der: scene.leafDER)
    let root = try X509Certificate(der: scene.rootDER)
    let intermediate = scene.intermediateDER
    let at = try #require(Instant(scene.at))
    var damage = Damage(seed: 2)
    var slowest = Duration.zero
    for _ in 0..<Self.count {
      let start = ContinuousClock.now
      defer { slowest = max(slowest, ContinuousClock.now - start) }
      let lists = (try? X509CRL(der: damage.damaged(list))).map { [$0] } ?? []
      guard let between = try? X509Certificate(der: damage.damaged(intermediate)) else { continue }
      let verdict = PathVerifier.verdict(
        on: PathQuestion(
          leaf: leaf, intermediates: [between], anchors: [root], at: at, revocationLists: lists))
      if verdict.isAccepted {
        #expect(Array(between.der) == intermediate)
        #expect(lists.first.map { Array($0.der) } == list)
      }
    }
    #expect(slowest < Self.patience)
  }

  @Test(
    "deep nesting and indefinite lengths end", arguments: [[0x30, 0x80], [0x30, 0x82, 0xFF, 0xFF], [0xA0, 0x80]])
  func nesting(header: [UInt8]) {
    let octets = [[UInt8]](repeating: header, count: 50_000).flatMap { $0 }
    #expect(throws: DERFailure.self) { try X509Certificate(der: octets) }
    #expect(throws: DERFailure.self) { try X509CRL(der: octets) }
  }

  @Test("forms that BER allows are read, noted and not believed")
  func loose() throws {
    var scene = Scene()
    // The outermost length in one octet more than needed.
    scene.leaf.tamper = { [$0[0], 0x83, 0] + $0[2...].dropFirst(0) }
    let loose = try X509Certificate(der: scene.leafDER)
    #expect(loose.encodingFaults.map(\.kind) == [.nonMinimalLength])
    #expect(try scene.verdict().reasons.map(\.id) == ["encoding"])
    scene.leaf.tamper = { [0x30, 0x80] + $0[4...] + [0, 0] }
    #expect(try X509Certificate(der: scene.leafDER).encodingFaults.map(\.kind) == [.indefiniteLength])
    #expect(try scene.verdict().reasons.map(\.id) == ["encoding"])
  }
}

/// Changes octets, deterministically.
private struct Damage {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15) }

  mutating func damaged(_ octets: [UInt8]) -> [UInt8] {
    var octets = octets
    for _ in 0...random.below(4) where !octets.isEmpty {
      let place = random.below(octets.count)
      switch random.below(6) {
      case 0: octets[place] ^= 1 << UInt8(random.below(8))
      case 1: octets[place] = UInt8(random.below(256))
      case 2: octets[place] = [0, 0x7F, 0x80, 0x81, 0x84, 0xFF][random.below(6)]
      case 3: octets.insert(UInt8(random.below(256)), at: place)
      case 4: octets.removeSubrange(place..<min(octets.count, place + 1 + random.below(8)))
      default:
        let other = random.below(octets.count)
        let piece = octets[min(place, other)..<max(place, other)].prefix(64)
        octets.insert(contentsOf: piece, at: place)
      }
    }
    return octets
  }
}
