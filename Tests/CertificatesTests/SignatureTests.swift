import COpenSSL
import Certificates
import Cryptography
import Testing

@Suite("Signatures")
struct SignatureTests {
  private let message = Array("readiness".utf8)

  @Test("RSA with PKCS #1 and every hash", arguments: HashFunction.allCases)
  func pkcs1(hash: HashFunction) throws {
    let key = try #require(PublicKeyVerifier(subjectPublicKeyInfo: ForgedKey.rsa2048.publicKey))
    let signature = ForgedKey.rsa2048.sign(message, hash: hash.forged)
    #expect(key.verifies(signature, over: message, by: .rsaPKCS1(hash)))
    #expect(!key.verifies(signature, over: message + [0], by: .rsaPKCS1(hash)))
    #expect(!key.verifies(signature, over: message, by: .rsaPSS(hash, mask: hash, saltLength: hash.digestLength)))
    #expect(!key.verifies(signature, over: message, by: .ecdsa(hash)))
  }

  @Test("RSA-PSS", arguments: [HashFunction.sha256, .sha384, .sha512])
  func pss(hash: HashFunction) throws {
    let key = try #require(PublicKeyVerifier(subjectPublicKeyInfo: ForgedKey.rsa2048.publicKey))
    let salt = hash.digestLength
    let signature = ForgedKey.rsa2048.sign(message, hash: hash.forged, pssSalt: Int32(salt))
    #expect(key.verifies(signature, over: message, by: .rsaPSS(hash, mask: hash, saltLength: salt)))
    #expect(!key.verifies(signature, over: message, by: .rsaPSS(hash, mask: hash, saltLength: salt + 1)))
    #expect(!key.verifies(signature, over: message, by: .rsaPKCS1(hash)))
  }

  @Test("ECDSA in both encodings")
  func ecdsa() throws {
    for forged in [ForgedKey.leaf, .p384, .p521] {
      let key = try #require(PublicKeyVerifier(subjectPublicKeyInfo: forged.publicKey))
      let width = forged.kind == .ec(NID_secp521r1) ? 66 : forged.kind == .ec(NID_secp384r1) ? 48 : 32
      for round in 0..<20 {
        let signature = forged.sign(message + [UInt8(round)])
        #expect(key.verifies(signature, over: message + [UInt8(round)], by: .ecdsa(.sha256)))
        let raw = try raw(signature, width: width)
        #expect(key.verifies(raw, over: message + [UInt8(round)], by: .ecdsa(.sha256), encoding: .raw))
        #expect(!key.verifies(raw, over: message, by: .ecdsa(.sha256), encoding: .raw))
        #expect(!key.verifies(raw.dropLast(), over: message, by: .ecdsa(.sha256), encoding: .raw))
        #expect(!key.verifies(raw, over: message + [UInt8(round)], by: .ecdsa(.sha256)))
      }
      #expect(
        !key.verifies([UInt8](repeating: 0, count: 2 * width), over: message, by: .ecdsa(.sha256), encoding: .raw))
    }
  }

  private func raw(_ signature: [UInt8], width: Int) throws -> [UInt8] {
    try DERReader.sole(signature[...], "a signature").children().flatMap { number in
      let digits = Array(number.content.drop { $0 == 0 })
      return [UInt8](repeating: 0, count: width - digits.count) + digits
    }
  }

  @Test("Edwards curves")
  func edwards() throws {
    for (forged, scheme) in [(ForgedKey.ed25519, SignatureScheme.ed25519), (.ed448, .ed448)] {
      let key = try #require(PublicKeyVerifier(subjectPublicKeyInfo: forged.publicKey))
      let signature = forged.sign(message)
      #expect(key.verifies(signature, over: message, by: scheme))
      #expect(!key.verifies(signature, over: [], by: scheme))
      #expect(!key.verifies(signature.dropLast(), over: message, by: scheme))
      #expect(!key.verifies([], over: message, by: scheme))
    }
  }

  @Test("what is no key makes no verifier")
  func noKey() {
    #expect(PublicKeyVerifier(subjectPublicKeyInfo: []) == nil)
    #expect(PublicKeyVerifier(subjectPublicKeyInfo: ForgedKey.leaf.publicKey + [0]) == nil)
    #expect(PublicKeyVerifier(subjectPublicKeyInfo: ForgedKey.leaf.publicKey.dropLast()) == nil)
  }

  @Test("a certificate with RSA-PSS is believed, with a weak mask it is not")
  func probabilisticCertificate() throws {
    func parameters(_ hash: OID, salt: UInt8) -> [UInt8] {
      let digest = DER.sequence(DER.oid(hash), DER.null)
      return DER.sequence(
        DER.oid(.rsaPSS),
        DER.sequence(
          DER.tagged(0, digest), DER.tagged(1, DER.sequence(DER.oid(.mgf1), digest)),
          DER.tagged(2, DER.integer([salt]))))
    }
    for (salt, expected) in [(UInt8(32), nil), (20, "signature-algorithm")] as [(UInt8, String?)] {
      var scene = Scene()
      scene.intermediate.key = .rsa2048
      scene.leaf.innerAlgorithm = parameters(.sha256, salt: salt)
      scene.leaf.pssSalt = Int32(salt)
      #expect(try scene.verdict().reasons.map(\.id) == (expected.map { [$0] } ?? []))
    }
  }
}
