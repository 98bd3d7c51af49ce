package import Cryptography

/// What a file given as somebody's key holds.
package enum KeyFile: Sendable {
  /// A private key, ready to sign.
  case signing(PrivateKey, SSHPublicKey)
  /// A private key that wants a passphrase; OpenSSH's format tells whose it is all the same.
  case encrypted(SSHPublicKey?)
  /// The public half alone: an agent may have the other.
  case publicOnly(SSHPublicKey)

  /// Why a file is no key.
  package struct Refusal: Error, Sendable {
    /// One line in lower case, without anything of the key.
    package let reason: String
  }

  /// Reads OpenSSH's format, PEM, or the line of a public key. Throws `Refusal`.
  package static func read(_ bytes: [UInt8], passphrase: [UInt8]? = nil) throws(Refusal) -> KeyFile {
    guard bytes.count <= 1 << 17 else { throw Refusal(reason: "too large for a key") }
    if let octets = Armor.octets(in: bytes, label: OpenSSHPrivateKey.label) {
      guard let file = OpenSSHPrivateKey(octets: octets) else {
        throw Refusal(reason: "not an OpenSSH key of a kind that can sign here")
      }
      switch file.read(passphrase: passphrase) {
      case .key(let key): return .signing(key, file.publicKey)
      case .encrypted: return .encrypted(file.publicKey)
      case .unreadable(let reason): throw Refusal(reason: reason)
      }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if text.contains("PRIVATE KEY-----") {
      switch PrivateKey.read(pem: bytes, passphrase: passphrase) {
      case .key(let key):
        do throws(SSHPublicKey.Refusal) {
          return .signing(key, try SSHPublicKey(of: key))
        } catch {
          throw Refusal(reason: error.reason)
        }
      case .encrypted: return .encrypted(nil)
      case .unreadable:
        throw Refusal(
          reason: passphrase == nil
            ? "not a private key of a known kind" : "not a private key of a known kind, or the passphrase is another")
      }
    }
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
    guard lines.count == 1 else { throw Refusal(reason: "neither a private key nor the line of a public one") }
    do throws(SSHPublicKey.Refusal) {
      return .publicOnly(try SSHPublicKey(line: String(lines[0])))
    } catch {
      throw Refusal(reason: "neither a private key nor the line of a public one: \(error.reason)")
    }
  }
}
