import Cryptography
import Foundation
import Testing

@testable import Signoff

/// Signatures that other people thought of to break verifiers.
@Suite struct VectorTests {
  @Test func everyVerdictOfWycheproofIsOurs() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Vectors/wycheproof.txt"
    var scheme = RawSignature.Scheme.ed25519
    var encoding = ECDSAEncoding.der
    var suite = ""
    var key: [UInt8] = []
    var counts: [String: Int] = [:]
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ").map(String.init)
      switch words[0] {
      case "suite":
        suite = words[1]
        scheme = try #require(RawSignature.Scheme(rawValue: words[2]))
        encoding = words[3] == "raw" ? .raw : .der
      case "key": key = try #require(Samples.octets(words[1]))
      default:
        let message = try #require(Samples.octets(words[2]))
        let signature = try #require(Samples.octets(words[3]))
        let verdict = try RawSignature.verifies(signature, over: message, by: key, scheme, encoding: encoding)
        counts["\(suite) \(words[0])", default: 0] += 1
        if words[0] != "acceptable" { #expect(verdict == (words[0] == "valid"), "\(suite) \(words[1])") }
      }
    }
    #expect(
      counts == [
        "ed25519_test valid": 117, "ed25519_test invalid": 64, "ed25519_test acceptable": 29,
        "ecdsa_secp256r1_sha256_test valid": 174, "ecdsa_secp256r1_sha256_test invalid": 310,
        "ecdsa_secp256r1_sha256_p1363_test valid": 173, "ecdsa_secp256r1_sha256_p1363_test invalid": 89,
      ])
  }

  /// With a point of small order for a key, one signature fits many messages.
  @Test func keysThatEverybodyCanSignForVerifyNothing() throws {
    let prefix = try #require(Samples.octets("302a300506032b6570032100"))
    let base = try #require(Samples.octets("5866666666666666666666666666666666666666666666666666666666666666"))
    let one = [1] + [UInt8](repeating: 0, count: 31)
    for y in [
      one, [1] + [UInt8](repeating: 0, count: 30) + [0x80],
      // The identity again, not reduced: p + 1.
      [0xEE] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
    ] as [[UInt8]] {
      #expect(!(try RawSignature.verifies(base + one, over: [1], by: prefix + y, .ed25519)))
    }
  }

  @Test func keysForSomethingElseAreRefused() throws {
    let ed25519 = Samples.person(1).key.subjectPublicKeyInfo
    let p256 = Samples.personOnP256(1).key.subjectPublicKeyInfo
    for (key, scheme) in [
      (ed25519, RawSignature.Scheme.ecdsaP256SHA256), (p256, .ed25519), ([], .ed25519), (ed25519 + [0], .ed25519),
      (Array(p256.dropLast()), .ecdsaP256SHA256),
    ] {
      #expect(throws: RawSignature.Refusal.self) { try RawSignature.verifies([], over: [], by: key, scheme) }
    }
    // A point that is not on the curve.
    var outside = p256
    outside[outside.count - 1] ^= 1
    #expect(throws: RawSignature.Refusal.self) {
      try RawSignature.verifies([], over: [], by: outside, .ecdsaP256SHA256)
    }
    // The same curve, spelled out instead of named.
    let keygen = try Keygen()
    try keygen.run(
      "openssl",
      [
        "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit",
        "-out", "key.pem",
      ])
    try keygen.run("openssl", ["pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "key.der"])
    let explicit = try keygen.bytes("key.der")
    #expect(explicit.count > 200)
    #expect(throws: RawSignature.Refusal.self) {
      try RawSignature.verifies([], over: [], by: explicit, .ecdsaP256SHA256)
    }
  }
}
