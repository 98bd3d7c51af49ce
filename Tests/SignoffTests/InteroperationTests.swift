import Cryptography
import Testing

@testable import Signoff

/// The installed ssh-keygen as a judge of ours, and ours as a judge of its signatures.
@Suite struct InteroperationTests {
  private static let message = Array("a statement\nwith two lines\n".utf8)

  @Test(arguments: KeyTests.kinds) func signaturesGoBothWays(_ kind: [String]) throws {
    let keygen = try Keygen()
    try keygen.makeKey("key", kind)
    try keygen.write(Self.message, to: "message")
    guard case .signing(let key, let publicKey) = try KeyFile.read(keygen.bytes("key")) else {
      Issue.record("the key is not read")
      return
    }
    try keygen.write(
      "alice@example.com namespaces=\"readiness-*\" \(publicKey.line)\n", to: "signers")

    // Theirs, with both of their hash functions, judged by ours.
    for hash in ["sha512", "sha256"] {
      try keygen.run(
        "ssh-keygen", ["-q", "-Y", "sign", "-O", "hashalg=\(hash)", "-n", SignOff.namespace, "-f", "key", "message"])
      let theirs = try SSHSignature(armored: keygen.bytes("message.sig"))
      #expect(theirs.publicKey == publicKey)
      #expect(theirs.namespace == SignOff.namespace)
      #expect(theirs.verifies(Self.message))
      #expect(!theirs.verifies(Self.message + [0]))
      #expect(try theirs.armored == keygen.text("message.sig"))
      try keygen.run("rm", ["message.sig"])
    }

    // Ours, judged by theirs.
    let ours = try SSHSignature(over: Self.message, for: SignOff.namespace, by: publicKey) {
      try #require(SSHKeySignature(by: key, over: $0))
    }
    try keygen.write(ours.armored, to: "ours.sig")
    let verify = ["-Y", "verify", "-f", "signers", "-I", "alice@example.com", "-s", "ours.sig", "-n"]
    #expect(try keygen.run("ssh-keygen", verify + [SignOff.namespace], input: Self.message).status == 0)
    #expect(try keygen.run("ssh-keygen", verify + [SignOff.namespace], input: Self.message + [0]).status != 0)
    #expect(try keygen.run("ssh-keygen", verify + ["readiness-other"], input: Self.message).status != 0)
  }

  /// Lines of a signers file, and whether alice@example.com may sign with them at the middle of 2026.
  @Test(arguments: [
    ("alice@example.com KEY", true),
    ("\"alice@example.com\" KEY comment with words", true),
    ("alice@example.com,bob@example.com KEY", true),
    ("*@example.com KEY", true),
    ("alice@*.com KEY", true),
    ("?lice@example.com KEY", true),
    ("*@example.com,!alice@example.com KEY", false),
    ("bob@example.com KEY", false),
    ("alice@example.co KEY", false),
    ("alice@example.com namespaces=\"readiness-signoff@v1\" KEY", true),
    ("alice@example.com namespaces=\"git,readiness-*\" KEY", true),
    ("alice@example.com namespaces=\"git\" KEY", false),
    ("alice@example.com namespaces=\"*,!readiness-signoff@v1\" KEY", false),
    ("alice@example.com valid-after=\"20260101Z\" KEY", true),
    ("alice@example.com valid-after=\"20260701\" KEY", false),
    ("alice@example.com valid-before=\"202607010000Z\" KEY", true),
    ("alice@example.com valid-before=\"20260601000000\" KEY", false),
    ("alice@example.com valid-after=\"20260615120000Z\" KEY", true),
    ("alice@example.com valid-before=\"20260615120000Z\" KEY", true),
    ("alice@example.com valid-before=\"20260615115959Z\" KEY", false),
    ("alice@example.com VALID-AFTER=\"20260101Z\",Namespaces=\"readiness-*\" KEY", true),
    ("# alice@example.com KEY", false),
    ("", false),
    ("alice@example.com OTHER\nalice@example.com KEY", true),
    ("alice@example.com namespaces=\"git\" KEY\nalice@example.com KEY", true),
  ]) func signersAreReadAsSSHKeygenReadsThem(_ lines: String, _ expected: Bool) throws {
    let shared = try Self.shared.get()
    let text =
      lines.replacing("KEY", with: shared.publicKey.line).replacing("OTHER", with: Self.other.line) + "\n"
    try shared.keygen.write(text, to: "signers-\(abs(lines.hashValue))")
    let theirs = try shared.keygen.run(
      "ssh-keygen",
      [
        "-Y", "verify", "-f", "signers-\(abs(lines.hashValue))", "-I", "alice@example.com", "-n", SignOff.namespace,
        "-s", "message.sig", "-O", "verify-time=20260615120000Z",
      ], input: Self.message)
    #expect((theirs.status == 0) == expected, "\(theirs.output)")

    let (signers, problems) = AllowedSigners.read(Array(text.utf8)) { Samples.utc($0) }
    #expect(problems == [])
    let now = Samples.instant("2026-06-15T12:00:00Z")
    let ours = signers.signers.contains {
      $0.key == shared.publicKey && $0.principals.matches("alice@example.com") && $0.isValid(at: now)
        && $0.namespaces?.matches(SignOff.namespace) ?? true
    }
    #expect(ours == expected)
  }

  private struct Shared {
    let keygen: Keygen
    let publicKey: SSHPublicKey

    init() throws {
      keygen = try Keygen()
      try keygen.makeKey("key", ["-t", "ed25519"])
      try keygen.write(InteroperationTests.message, to: "message")
      try keygen.run("ssh-keygen", ["-q", "-Y", "sign", "-n", SignOff.namespace, "-f", "key", "message"])
      publicKey = try SSHPublicKey(line: keygen.text("key.pub"))
    }
  }

  private static let shared = Result { try Shared() }
  private static let other = Samples.person(9).publicKey

  @Test func aTokenIsBelievedWhereItWasTouched() throws {
    // What a FIDO token does, done by hand: it signs the hashes of application and message with flags and a counter.
    let person = Samples.person(3)
    var key = SSHWriter()
    key.string("sk-ssh-ed25519@openssh.com")
    key.string(person.publicKey.subjectPublicKeyInfo.suffix(32))
    key.string("ssh:")
    let publicKey = try SSHPublicKey(blob: key.octets)
    func signature(flags: UInt8, counter: UInt32 = 41) throws -> SSHSignature {
      try SSHSignature(over: Self.message, for: SignOff.namespace, by: publicKey) { message in
        var signed = SSHWriter()
        signed.raw(try #require(Digest.octets(of: Array("ssh:".utf8), by: .sha256)))
        signed.raw([flags])
        signed.number(counter)
        signed.raw(try #require(Digest.octets(of: message, by: .sha256)))
        var made = SSHWriter()
        made.string("sk-ssh-ed25519@openssh.com")
        made.string(try #require(person.key.signature(over: signed.octets, by: .ed25519)))
        made.raw([flags])
        made.number(counter)
        return try #require(SSHKeySignature(blob: made.octets))
      }
    }
    let touched = try signature(flags: 1)
    #expect(touched.verifies(Self.message))
    #expect(!touched.verifies(Self.message + [1]))
    #expect(!(try signature(flags: 0).verifies(Self.message)))
    let keygen = try Keygen()
    try keygen.write("alice \(publicKey.line)\n", to: "signers")
    try keygen.write(touched.armored, to: "message.sig")
    let verify = ["-Y", "verify", "-f", "signers", "-I", "alice", "-s", "message.sig", "-n", SignOff.namespace]
    #expect(try keygen.run("ssh-keygen", verify, input: Self.message).status == 0)
  }
}
