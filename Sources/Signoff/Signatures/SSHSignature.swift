import Cryptography

/// A signature over a file as `ssh-keygen -Y sign` makes it (OpenSSH's PROTOCOL.sshsig).
package struct SSHSignature: Sendable, Hashable {
  /// Why a text is no such signature.
  package struct Refusal: Error, Sendable, Hashable {
    /// One line in lower case.
    package let reason: String
  }

  private static let label = "SSH SIGNATURE"
  private static let preamble = Array("SSHSIG".utf8)

  /// Whose it claims to be; worth nothing before it is looked up among the signers.
  package let publicKey: SSHPublicKey
  /// What an authority says of the key; nil where the key came alone. Its own signature has been verified, and what the
  /// authority is worth has not.
  package let certificate: SSHCertificate?
  /// What it is for: a signature for one purpose is none for another.
  package let namespace: String
  private let reserved: [UInt8]
  private let hashName: String
  private let signature: SSHKeySignature

  /// Reads the armoured text. Throws `Refusal`.
  package init(armored text: [UInt8]) throws(Refusal) {
    guard text.count <= 1 << 16, let octets = Armor.octets(in: text, label: Self.label) else {
      throw Refusal(reason: "not an armoured SSH signature")
    }
    guard octets.starts(with: Self.preamble) else { throw Refusal(reason: "not an SSH signature") }
    let key: [UInt8]
    let made: [UInt8]
    do throws(SSHWireFailure) {
      var reader = SSHReader(octets.dropFirst(Self.preamble.count))
      guard try reader.number() == 1 else { throw SSHWireFailure() }
      key = try reader.string()
      namespace = try reader.text()
      reserved = try reader.string()
      hashName = try reader.text()
      made = try reader.string()
      guard reader.isAtEnd else { throw SSHWireFailure() }
    } catch {
      throw Refusal(reason: "not an SSH signature of version 1")
    }
    do throws(SSHPublicKey.Refusal) {
      if SSHCertificate.isCertificate(key) {
        let certificate = try SSHCertificate(blob: key)
        self.certificate = certificate
        publicKey = certificate.publicKey
      } else {
        certificate = nil
        publicKey = try SSHPublicKey(blob: key)
      }
    } catch {
      throw Refusal(reason: error.reason)
    }
    guard !namespace.isEmpty else { throw Refusal(reason: "the signature is for nothing: its namespace is empty") }
    guard Self.hash(hashName) != nil else { throw Refusal(reason: "the hash function \(hashName) is not known") }
    guard let signature = SSHKeySignature(blob: made) else { throw Refusal(reason: "the signature is malformed") }
    self.signature = signature
  }

  /// Signs `message` for `namespace` with what `sign` returns for the octets it is handed.
  package init<Failure: Error>(
    over message: [UInt8], for namespace: String, by publicKey: SSHPublicKey,
    _ sign: ([UInt8]) throws(Failure) -> SSHKeySignature
  ) throws(Failure) {
    self.publicKey = publicKey
    certificate = nil
    self.namespace = namespace
    reserved = []
    hashName = "sha512"
    signature = try sign(Self.signed(message, namespace, [], hashName))
  }

  /// The text as ssh-keygen writes it.
  package var armored: String {
    var writer = SSHWriter()
    writer.raw(Self.preamble)
    writer.number(1)
    writer.string(certificate?.blob ?? publicKey.blob)
    writer.string(namespace)
    writer.string(reserved)
    writer.string(hashName)
    writer.string(signature.blob)
    return Armor.text(writer.octets, label: Self.label)
  }

  /// Whether `publicKey` made it over `message` for the namespace it names. What that key is worth is another question.
  package func verifies(_ message: [UInt8]) -> Bool {
    signature.verifies(Self.signed(message, namespace, reserved, hashName), by: publicKey)
  }

  private static func signed(
    _ message: [UInt8], _ namespace: String, _ reserved: [UInt8], _ hashName: String
  ) -> [UInt8] {
    var writer = SSHWriter()
    writer.raw(preamble)
    writer.string(namespace)
    writer.string(reserved)
    writer.string(hashName)
    writer.string(hash(hashName).flatMap { Digest.octets(of: message, by: $0) } ?? [])
    return writer.octets
  }

  private static func hash(_ name: String) -> HashFunction? {
    switch name {
    case "sha256": .sha256
    case "sha512": .sha512
    default: nil
    }
  }
}
