import Cryptography
import SeededRandomness
import Testing

@testable import Signoff

@Suite struct KeyTests {
  /// What ssh-keygen makes, and the words for it.
  static let kinds: [[String]] = [
    ["-t", "ed25519"], ["-t", "ecdsa", "-b", "256"], ["-t", "ecdsa", "-b", "384"], ["-t", "ecdsa", "-b", "521"],
    ["-t", "rsa", "-b", "2048"],
  ]

  @Test(arguments: kinds) func keysOfSSHKeygenAreReadAndTellTheSameFingerprint(_ kind: [String]) throws {
    let keygen = try Keygen()
    try keygen.makeKey("key", kind)
    guard case .signing(_, let publicKey) = try KeyFile.read(keygen.bytes("key")) else {
      Issue.record("not read")
      return
    }
    let listed = try keygen.run("ssh-keygen", ["-l", "-f", "key.pub"]).output
    #expect(listed.contains(publicKey.fingerprint))
    #expect(try keygen.text("key.pub").hasPrefix(publicKey.line + " somebody"))
    guard case .publicOnly(let read) = try KeyFile.read(keygen.bytes("key.pub")) else {
      Issue.record("the public half was not read")
      return
    }
    #expect(read == publicKey)
  }

  @Test(arguments: [
    ["-a", "4"], ["-Z", "aes256-cbc", "-a", "1"], ["-Z", "aes128-ctr", "-a", "1"], ["-Z", "aes192-cbc", "-a", "2"],
    ["-Z", "aes256-gcm@openssh.com", "-a", "3"],
  ]) func encryptedKeysOpenWithTheirPassphraseAlone(_ options: [String]) throws {
    let keygen = try Keygen()
    try keygen.makeKey("key", ["-t", "ed25519"] + options, passphrase: "correct horse, é")
    let bytes = try keygen.bytes("key")
    guard case .encrypted(let owner?) = try KeyFile.read(bytes) else {
      Issue.record("it is not seen to be encrypted")
      return
    }
    guard case .signing(_, let publicKey) = try KeyFile.read(bytes, passphrase: Array("correct horse, é".utf8)) else {
      Issue.record("it does not open")
      return
    }
    #expect(owner == publicKey)
    #expect(throws: KeyFile.Refusal.self) { try KeyFile.read(bytes, passphrase: Array("correct horse".utf8)) }
  }

  @Test(arguments: ["ED25519", "EC", "RSA"], [false, true])
  func keysOfOpenSSLAreRead(_ algorithm: String, _ isEncrypted: Bool) throws {
    let keygen = try Keygen()
    let options =
      switch algorithm {
      case "EC": ["-pkeyopt", "ec_paramgen_curve:P-256"]
      case "RSA": ["-pkeyopt", "rsa_keygen_bits:2048"]
      default: [String]()
      }
    let encryption = isEncrypted ? ["-aes256", "-pass", "pass:secret"] : []
    try keygen.run("openssl", ["genpkey", "-algorithm", algorithm, "-out", "key.pem"] + options + encryption)
    let bytes = try keygen.bytes("key.pem")
    if isEncrypted {
      guard case .encrypted(nil) = try KeyFile.read(bytes) else {
        Issue.record("it is not seen to be encrypted")
        return
      }
      #expect(throws: KeyFile.Refusal.self) { try KeyFile.read(bytes, passphrase: Array("other".utf8)) }
    }
    guard case .signing(let key, let publicKey) = try KeyFile.read(bytes, passphrase: Array("secret".utf8)) else {
      Issue.record("it is not read")
      return
    }
    #expect(publicKey.subjectPublicKeyInfo == key.subjectPublicKeyInfo)
    let signature = try #require(SSHKeySignature(by: key, over: [1, 2, 3]))
    #expect(signature.verifies([1, 2, 3], by: publicKey))
    #expect(!signature.verifies([1, 2, 4], by: publicKey))
  }

  @Test func damagedKeysAreRefusedAndNeverReadAsOthers() throws {
    let keygen = try Keygen()
    try keygen.makeKey("key", ["-t", "ecdsa"])
    let octets = try #require(Armor.octets(in: keygen.bytes("key"), label: OpenSSHPrivateKey.label))
    guard case .signing(_, let publicKey) = try KeyFile.read(keygen.bytes("key")) else { throw DamageError() }
    func reading(_ octets: [UInt8]) -> SSHPublicKey? {
      let text = Array(Armor.text(octets, label: OpenSSHPrivateKey.label).utf8)
      guard case .signing(_, let read)? = try? KeyFile.read(text) else { return nil }
      return read
    }
    for count in 0..<octets.count { #expect(reading(Array(octets.prefix(count))) == nil) }
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<600 {
      var changed = octets
      changed[generator.below(changed.count)] ^= 1 << UInt8(generator.below(8))
      // A comment may change; a key may not.
      if let read = reading(changed) { #expect(read == publicKey) }
    }
  }

  private struct DamageError: Error {}

  @Test func anAbsurdNumberOfRoundsIsRefusedAndNotWaitedFor() {
    #expect(BcryptPBKDF.key(passphrase: [1], salt: [2], rounds: 1 << 30, count: 48) == nil)
    #expect(BcryptPBKDF.key(passphrase: [], salt: [2], rounds: 1, count: 48) == nil)
    #expect(BcryptPBKDF.key(passphrase: [1], salt: [2], rounds: 1, count: 48)?.count == 48)
  }

  @Test(arguments: [
    "ssh-dss AAAAB3NzaC1kc3MAAAAA", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 !!!!",
    "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g", "", "hello world",
  ]) func whatIsNoPublicKeyIsRefused(_ line: String) {
    #expect(throws: SSHPublicKey.Refusal.self) { try SSHPublicKey(line: line) }
  }

  @Test func shortKeysOfRSAAreRefused() throws {
    let keygen = try Keygen()
    try keygen.makeKey("key", ["-t", "rsa", "-b", "1024"])
    let error = #expect(throws: SSHPublicKey.Refusal.self) { try SSHPublicKey(line: keygen.text("key.pub")) }
    #expect(error?.reason == "an RSA key of 1024 bits is too short; the least is 2048")
  }

  @Test func certificatesAreRefusedPlainly() throws {
    let keygen = try Keygen()
    try keygen.makeKey("authority", ["-t", "ed25519"])
    try keygen.makeKey("key", ["-t", "ed25519"])
    try keygen.run("ssh-keygen", ["-q", "-s", "authority", "-I", "id", "-n", "alice", "key.pub"])
    let error = #expect(throws: SSHPublicKey.Refusal.self) {
      try SSHPublicKey(line: keygen.text("key-cert.pub"))
    }
    #expect(error?.reason.contains("a certificate is no key") == true)
  }
}
