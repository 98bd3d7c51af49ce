import Cryptography

/// The file `id_ed25519`: OpenSSH's own format for private keys (PROTOCOL.key), encrypted or not.
struct OpenSSHPrivateKey {
  /// What came of reading one.
  enum Reading {
    case key(PrivateKey)
    case encrypted
    case unreadable(String)
  }

  /// The mark before the format's octets.
  static let label = "OPENSSH PRIVATE KEY"
  private static let magic = Array("openssh-key-v1\0".utf8)

  /// Not encrypted: who owns it.
  let publicKey: SSHPublicKey
  private let cipher: String
  private let derivation: String
  private let options: [UInt8]
  private let sealed: [UInt8]
  private let tag: [UInt8]

  /// Takes the outer part of the format apart; nil where it is none.
  init?(octets: [UInt8]) {
    guard octets.starts(with: Self.magic) else { return nil }
    do {
      var reader = SSHReader(octets.dropFirst(Self.magic.count))
      cipher = try reader.text()
      derivation = try reader.text()
      options = try reader.string()
      guard try reader.number() == 1 else { return nil }
      publicKey = try SSHPublicKey(blob: try reader.string())
      sealed = try reader.string()
      tag = reader.remainder
    } catch {
      return nil
    }
  }

  func read(passphrase: [UInt8]?) -> Reading {
    guard let opened = opened(passphrase: passphrase) else {
      return passphrase == nil && derivation == "bcrypt"
        ? .encrypted : .unreadable("the passphrase is another, or the encryption is not known")
    }
    do throws(SSHWireFailure) {
      var reader = SSHReader(opened)
      let check = try reader.number()
      guard try reader.number() == check else {
        return .unreadable(derivation == "none" ? "the key is damaged" : "the passphrase is another")
      }
      guard let information = try Self.privateKeyInfo(&reader),
        let key = PrivateKey(privateKeyInfo: information)
      else { return .unreadable("the key is of a kind that cannot sign here") }
      _ = try reader.string()
      let padding = reader.remainder
      guard padding.count < 256, padding == (0..<padding.count).map({ UInt8($0 + 1) }) else {
        return .unreadable("the key is damaged")
      }
      guard let own = try? SSHPublicKey(of: key), own == publicKey else {
        return .unreadable("its private and its public half do not belong together")
      }
      return .key(key)
    } catch {
      return .unreadable("the key is damaged")
    }
  }

  /// The inner part; nil where it cannot be opened.
  private func opened(passphrase: [UInt8]?) -> [UInt8]? {
    if derivation == "none", cipher == "none" { return options.isEmpty && tag.isEmpty ? sealed : nil }
    guard derivation == "bcrypt", let cipher = SymmetricCipher(rawValue: cipher), let passphrase else { return nil }
    do throws(SSHWireFailure) {
      var reader = SSHReader(options)
      let salt = try reader.string()
      let rounds = Int(try reader.number())
      guard reader.isAtEnd,
        let material = BcryptPBKDF.key(
          passphrase: passphrase, salt: salt, rounds: rounds, count: cipher.keyLength + cipher.vectorLength)
      else { return nil }
      return cipher.decrypted(
        sealed, key: Array(material.prefix(cipher.keyLength)), vector: Array(material.dropFirst(cipher.keyLength)),
        tag: tag)
    } catch {
      return nil
    }
  }

  /// The key in PKCS#8, which libcrypto reads; nil for kinds that cannot sign here.
  private static func privateKeyInfo(_ reader: inout SSHReader) throws(SSHWireFailure) -> [UInt8]? {
    let version = DER.integer([0])
    switch try reader.text() {
    case "ssh-ed25519":
      let point = try reader.string()
      let pair = try reader.string()
      guard pair.count == 64, pair.suffix(32).elementsEqual(point) else { throw SSHWireFailure() }
      return DER.sequence(
        version, DER.sequence(DER.ed25519), DER.octetString(DER.octetString(Array(pair.prefix(32)))))
    case let kind where kind.hasPrefix("ecdsa-sha2-"):
      guard let curve = NISTCurve(rawValue: try reader.text()) else { throw SSHWireFailure() }
      let point = try reader.string()
      let number = try reader.wholeNumber()
      guard number.count <= curve.width else { throw SSHWireFailure() }
      let padded = [UInt8](repeating: 0, count: curve.width - number.count) + number
      return DER.sequence(
        version, DER.sequence(DER.ellipticCurveKey, curve.identifier),
        DER.octetString(
          DER.sequence(DER.integer([1]), DER.octetString(padded), DER.tagged(0xA1, DER.bitString(point)))))
    case "ssh-rsa":
      let modulus = try reader.wholeNumber()
      let exponent = try reader.wholeNumber()
      let secret = try reader.wholeNumber()
      let coefficient = try reader.wholeNumber()
      let p = try reader.wholeNumber()
      let q = try reader.wholeNumber()
      guard let first = LargeNumber.remainder(of: secret, byPredecessorOf: p),
        let second = LargeNumber.remainder(of: secret, byPredecessorOf: q)
      else { throw SSHWireFailure() }
      let key = [[0], modulus, exponent, secret, p, q, first, second, coefficient].flatMap(DER.integer)
      return DER.sequence(version, DER.sequence(DER.rsaKey, DER.null), DER.octetString(DER.sequence(key)))
    default: return nil
    }
  }
}
