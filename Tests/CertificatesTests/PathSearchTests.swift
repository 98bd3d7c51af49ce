import AuditModel
import Certificates
import Testing

/// Graphs with more than one path, or with none and very many ways to look for it.
@Suite("Searching for paths")
struct PathSearchTests {
  private let at = Instant(seconds: 1_780_000_000)

  /// An authority's certificate from `issuer` for `name` with `key`.
  private func authority(
    _ name: String, _ key: ForgedKey, by issuer: String, _ signer: ForgedKey, serial: UInt8 = 1,
    _ change: (inout Draft) -> Void = { _ in }
  ) throws -> X509Certificate {
    var draft = Scene.authority(name, key, issuer: signer)
    draft.serial = [serial, 1]
    change(&draft)
    return try X509Certificate(der: draft.signed(by: signer, issuer: DER.name(common: issuer)))
  }

  private func leaf(by issuer: String, _ signer: ForgedKey) throws -> X509Certificate {
    var draft = Scene().leaf
    draft.set(.authorityKeyIdentifier, Draft.authorityKey(signer))
    return try X509Certificate(der: draft.signed(by: signer, issuer: DER.name(common: issuer)))
  }

  private func verdict(
    _ leaf: X509Certificate, _ intermediates: [X509Certificate], _ anchors: [X509Certificate]
  ) -> (verdict: PathVerdict, seconds: Double) {
    let start = ContinuousClock.now
    let verdict = PathVerifier.verdict(
      on: PathQuestion(leaf: leaf, intermediates: intermediates, anchors: anchors, at: at))
    let elapsed = ContinuousClock.now - start
    return (verdict, Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
  }

  @Test("an expired cross-certificate does not hide the root")
  func expiredCross() throws {
    let root = try authority("A", .root, by: "A", .root)
    let second = try authority("B", .other, by: "B", .other)
    let expired = try authority("A", .root, by: "B", .other) { $0.notAfter = DER.utcTime("250201000000Z") }
    let (verdict, _) = verdict(try leaf(by: "A", .root), [expired], [second, root])
    #expect(verdict.isAccepted, "\(verdict.reasons)")
    #expect(verdict.path.count == 2)
  }

  @Test("a cross-certificate leads to the one root that is trusted")
  func cross() throws {
    let cross = try authority("A", .root, by: "B", .other)
    let unconstrained = try authority("A", .root, by: "C", .leaf)
    let root = try authority("B", .other, by: "B", .other)
    let (verdict, _) = verdict(try leaf(by: "A", .root), [unconstrained, cross], [root])
    #expect(verdict.isAccepted, "\(verdict.reasons)")
    #expect(verdict.path.map(\.subject.text) == ["CN=www.example.com", "CN=A", "CN=B"])
  }

  @Test("where one path is forbidden by name constraints, the other is taken")
  func constrained() throws {
    let a = try authority("A", .root, by: "A", .root)
    let b = try authority("B", .other, by: "B", .other)
    let narrow = try authority("I", .intermediate, by: "A", .root, serial: 2) {
      $0.set(.nameConstraints, DER.constraints(permitted: [DER.dns("example.org")]), critical: true)
    }
    let wide = try authority("I", .intermediate, by: "B", .other, serial: 3)
    let (verdict, _) = verdict(try leaf(by: "I", .intermediate), [narrow, wide], [a, b])
    #expect(verdict.isAccepted, "\(verdict.reasons)")
    #expect(verdict.path.last?.subject.text == "CN=B")
  }

  @Test("authorities that sign each other lead nowhere, and to a root where there is one")
  func cycle() throws {
    let ab = try authority("A", .root, by: "B", .other)
    let ba = try authority("B", .other, by: "A", .root)
    let bc = try authority("B", .other, by: "C", .intermediate)
    let stranger = try X509Certificate(der: Scene.stranger)
    let lost = verdict(try leaf(by: "A", .root), [ab, ba], [stranger])
    #expect(lost.verdict.reasons.map(\.id) == ["untrusted"])
    let found = verdict(
      try leaf(by: "A", .root), [ab, ba, bc], [try authority("C", .intermediate, by: "C", .intermediate)])
    #expect(found.verdict.isAccepted, "\(found.verdict.reasons)")
  }

  @Test("the same authority with two keys that sign each other leads nowhere")
  func sameName() throws {
    let one = try authority("A", .root, by: "A", .other)
    let two = try authority("A", .other, by: "A", .root)
    let stranger = try X509Certificate(der: Scene.stranger)
    #expect(verdict(try leaf(by: "A", .root), [one, two], [stranger]).verdict.reasons.map(\.id) == ["untrusted"])
  }

  @Test("layers of authorities that all sign each other end within a second")
  func layers() throws {
    let keys = (0..<3).map { _ in ForgedKey(.ed25519) }
    var intermediates: [X509Certificate] = []
    // Each layer holds three keys under one name, each signed by each of the layer above: 3^16 paths.
    for layer in 0..<16 {
      for (index, key) in keys.enumerated() {
        for (other, signer) in keys.enumerated() {
          intermediates.append(
            try authority("L\(layer)", key, by: "L\(layer + 1)", signer, serial: UInt8(index * 3 + other + 1)))
        }
      }
    }
    let root = try authority("L16", .other, by: "L16", .other)
    let (verdict, seconds) = verdict(try leaf(by: "L0", keys[0]), intermediates, [root])
    #expect(!verdict.isAccepted)
    #expect(seconds < Self.patience)
  }

  @Test("thousands of authorities of the same name end within a second")
  func crowd() throws {
    let key = ForgedKey(.ed25519)
    let template = try authority("A", key, by: "R", .root)
    var intermediates: [X509Certificate] = []
    for index in 0..<2_000 {
      var octets = Array(template.der)
      // Another signature each, all of them wrong.
      octets[octets.count - 1] = UInt8(index & 0xFF)
      octets[octets.count - 2] = UInt8(index >> 8)
      intermediates.append(try X509Certificate(der: octets))
    }
    let root = try authority("R", .root, by: "R", .root)
    let (verdict, seconds) = verdict(try leaf(by: "A", .other), intermediates, [root])
    #expect(!verdict.isAccepted)
    #expect(seconds < Self.patience)
  }

  @Test("names times constraints are bounded")
  func manyNames() throws {
    var scene = Scene()
    scene.intermediate.set(
      .nameConstraints, DER.constraints(permitted: (0..<1_000).map { DER.dns("t\($0).test") }), critical: true)
    scene.leaf.set(
      .subjectAlternativeName,
      DER.sequence(of: [DER.dns("www.example.com")] + (0..<1_000).map { DER.dns("t\($0).test") }))
    let start = ContinuousClock.now
    let verdict = try scene.verdict()
    #expect(!verdict.isAccepted)
    #expect(ContinuousClock.now - start < .seconds(Self.patience))
  }

  @Test("a certificate with ten thousand names is judged like any other")
  func tenThousandNames() throws {
    var scene = Scene()
    scene.leaf.set(
      .subjectAlternativeName,
      DER.sequence(of: (0..<9_999).map { DER.dns("n\($0).example.com") } + [DER.dns("www.example.com")]))
    let start = ContinuousClock.now
    #expect(try scene.verdict().isAccepted)
    #expect(ContinuousClock.now - start < .seconds(Self.patience))
  }

  /// Seconds. Optimised, each of these ends far below one; tests run unoptimised on machines that do other things too.
  private static let patience = 15.0
}
