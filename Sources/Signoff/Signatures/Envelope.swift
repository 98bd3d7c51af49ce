import Cryptography
import Facts

/// A DSSE envelope (version 1.0.2): a payload, its type, and signatures over both.
package struct Envelope: Sendable, Hashable {
  /// Why octets are no envelope.
  package struct Refusal: Error, Sendable, Hashable {
    /// One line in lower case.
    package let reason: String
  }

  /// One signature; the name of its key is a hint that proves nothing.
  package struct Signature: Sendable, Hashable {
    /// What names the key, for people and look-ups.
    package var keyID: String?
    /// The algorithm's own octets.
    package var octets: [UInt8]

    /// A signature by the key that `keyID` names.
    package init(keyID: String?, octets: [UInt8]) {
      self.keyID = keyID
      self.octets = octets
    }
  }

  /// What in-toto statements are.
  package static let statementType = "application/vnd.in-toto+json"

  /// What was signed.
  package var payload: [UInt8]
  /// How to read it.
  package var payloadType: String
  /// At least one.
  package var signatures: [Signature]

  /// An envelope of these parts.
  package init(payload: [UInt8], payloadType: String = statementType, signatures: [Signature]) {
    self.payload = payload
    self.payloadType = payloadType
    self.signatures = signatures
  }

  /// Reads an envelope; members that are not known are passed over, as DSSE demands. Throws `Refusal`.
  package init(_ json: [UInt8]) throws(Refusal) {
    guard json.count <= 64 << 20 else { throw Refusal(reason: "too large for an envelope") }
    let document: JSONValue
    do {
      document = try JSONText.parse(json)
    } catch {
      throw Refusal(reason: "not JSON: \(error.message)")
    }
    guard let type = document["payloadType"]?.string else { throw Refusal(reason: "it has no payloadType") }
    guard let payload = document["payload"]?.string.flatMap({ Base64.decode($0.utf8, .standardOrURLSafe) }) else {
      throw Refusal(reason: "its payload is no base64")
    }
    guard let list = document["signatures"]?.array, !list.isEmpty, list.count <= 100 else {
      throw Refusal(reason: "it has no signatures")
    }
    var signatures: [Signature] = []
    for element in list {
      guard let octets = element["sig"]?.string.flatMap({ Base64.decode($0.utf8, .standardOrURLSafe) }) else {
        throw Refusal(reason: "a signature is no base64")
      }
      signatures.append(Signature(keyID: element["keyid"]?.string, octets: octets))
    }
    self.init(payload: payload, payloadType: type, signatures: signatures)
  }

  /// One line of JSON.
  package var json: String {
    JSONText.compact([
      "payload": .string(Base64.encode(payload)), "payloadType": .string(payloadType),
      "signatures": .array(
        signatures.map { signature in
          var members: JSONObject = [:]
          members["keyid"] = signature.keyID.map { .string($0) }
          members["sig"] = .string(Base64.encode(signature.octets))
          return .object(members)
        }),
    ])
  }

  /// The pre-authentication encoding: what is signed.
  package var encoding: [UInt8] { Self.encoding(of: payload, as: payloadType) }

  /// The pre-authentication encoding of a payload; lengths count octets.
  package static func encoding(of payload: [UInt8], as type: String) -> [UInt8] {
    Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
  }

  /// Those of `keys` that made one of the signatures, each once however often it signed.
  package func signers(among keys: [SSHPublicKey]) -> Set<SSHPublicKey> {
    let message = encoding
    return Set(keys.filter { key in signatures.contains { Self.verifies($0.octets, message, by: key) } })
  }

  /// ECDSA may be written in DER, as most do, or as two numbers side by side, as the vector of the specification is.
  private static func verifies(_ signature: [UInt8], _ message: [UInt8], by key: SSHPublicKey) -> Bool {
    guard let verifier = key.verifier else { return false }
    switch key.material {
    case .ed25519: return signature.count == 64 && verifier.verifies(signature, over: message, by: .ed25519)
    case .ecdsa(.p256, _):
      return [ECDSAEncoding.der, .raw].contains {
        verifier.verifies(signature, over: message, by: .ecdsa(.sha256), encoding: $0)
      }
    default: return false
    }
  }
}
