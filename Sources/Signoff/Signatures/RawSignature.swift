package import Cryptography

/// A signature in a file of its own over another file, judged by a public key and nothing else.
package enum RawSignature {
  /// How the signature was made.
  package enum Scheme: String, Sendable, Hashable, CaseIterable {
    /// RFC 8032.
    case ed25519
    /// FIPS 186 on P-256, over SHA-256.
    case ecdsaP256SHA256 = "ecdsa-p256-sha256"
  }

  /// Why a key is none for a scheme.
  package struct Refusal: Error, Sendable, Hashable {
    /// One line in lower case.
    package let reason: String
  }

  /// Whether `signature` over `message` was made by the key of a SubjectPublicKeyInfo in DER. A malformed signature was
  /// not; a malformed key, or one for something else, throws `Refusal`. The encoding speaks of ECDSA alone.
  package static func verifies(
    _ signature: [UInt8], over message: [UInt8], by subjectPublicKeyInfo: [UInt8], _ scheme: Scheme,
    encoding: ECDSAEncoding = .der
  ) throws(Refusal) -> Bool {
    guard let key = PublicKeyVerifier(subjectPublicKeyInfo: subjectPublicKeyInfo) else {
      throw Refusal(reason: "not a public key")
    }
    switch scheme {
    case .ed25519:
      guard key.kind == .ed25519 else { throw Refusal(reason: "not a key of Ed25519") }
      return signature.count == 64 && key.verifies(signature, over: message, by: .ed25519)
    case .ecdsaP256SHA256:
      // A curve that is spelled out instead of named may be a forgery with a generator of somebody's choice.
      let algorithm = DER.sequence(DER.ellipticCurveKey, NISTCurve.p256.identifier)
      guard key.kind == .p256, subjectPublicKeyInfo.dropFirst(2).starts(with: algorithm) else {
        throw Refusal(reason: "not a key on P-256")
      }
      return key.verifies(signature, over: message, by: .ecdsa(.sha256), encoding: encoding)
    }
  }
}
