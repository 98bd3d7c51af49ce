import Cryptography

/// The key derivation of encrypted OpenSSH keys (bcrypt_pbkdf(3)).
enum BcryptPBKDF {
  /// More rounds than anybody waits for: OpenSSH's default is 16 or 24.
  static let mostRounds = 4096

  /// `count` octets from a passphrase; nil where an argument is out of range.
  static func key(passphrase: [UInt8], salt: [UInt8], rounds: Int, count: Int) -> [UInt8]? {
    guard !passphrase.isEmpty, !salt.isEmpty, (1...mostRounds).contains(rounds), (1...256).contains(count),
      let secret = Digest.octets(of: passphrase, by: .sha512)
    else { return nil }
    let blocks = (count + 31) / 32
    // The octets of each block are spread over the whole key.
    let share = (count + blocks - 1) / blocks
    var key = [UInt8](repeating: 0, count: count)
    for block in 0..<blocks {
      let number = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: (block + 1) >> $0) }
      guard var hash = Digest.octets(of: salt + number, by: .sha512) else { return nil }
      var output = [UInt8](repeating: 0, count: 32)
      for _ in 0..<rounds {
        let made = magic(secret, hash)
        for index in output.indices { output[index] ^= made[index] }
        guard let next = Digest.octets(of: made, by: .sha512) else { return nil }
        hash = next
      }
      for index in 0..<share {
        let place = index * blocks + block
        if place < count { key[place] = output[index] }
      }
    }
    return key
  }

  /// bcrypt with digests for passphrase and salt, 64 rounds, and a text of 256 bits.
  private static func magic(_ secret: [UInt8], _ salt: [UInt8]) -> [UInt8] {
    var cipher = Blowfish()
    cipher.expand(key: secret, salt: salt)
    for _ in 0..<64 {
      cipher.expand(key: salt)
      cipher.expand(key: secret)
    }
    let text = Array("OxychromaticBlowfishSwatDynamite".utf8)
    var words = stride(from: 0, to: 32, by: 4).map { start in
      text[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for index in stride(from: 0, to: 8, by: 2) {
      for _ in 0..<64 { (words[index], words[index + 1]) = cipher.encrypted((words[index], words[index + 1])) }
    }
    return words.flatMap { word in [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> $0) } }
  }
}
