import AuditModel
import Testing

@testable import Signoff

/// Keys that an SSH authority vouches for, by ssh-keygen and by ours.
@Suite struct CertificateTests {
  /// A certificate, the line that names its authority, and whether alice@example.com may sign with it.
  struct Case: Sendable, CustomTestStringConvertible {
    var line = "*@example.com cert-authority CA"
    var options = ["-n", "alice@example.com,carol@example.com", "-V", "20260101:20270101"]
    var kind = ["-t", "ed25519"]
    var holds: Bool
    /// What ours says; nil for the usual.
    var reason: String?
    /// Where ours is stricter than ssh-keygen.
    var isOurs = false
    var testDescription: String { "\(line) \(options.joined(separator: " ")) \(kind.joined(separator: " "))" }
  }

  static let cases = [
    Case(holds: true),
    Case(kind: ["-t", "ecdsa", "-b", "384"], holds: true),
    Case(kind: ["-t", "rsa", "-b", "2048"], holds: true),
    Case(line: "alice@example.com cert-authority,namespaces=\"readiness-*\" CA", holds: true),
    Case(line: "alice@example.com cert-authority,namespaces=\"git\" CA", holds: false, reason: "signer-unknown"),
    Case(line: "bob@example.com cert-authority CA", holds: false, reason: "identity-other"),
    Case(line: "alice@example.com CA", holds: false, reason: "signer-unknown"),
    Case(line: "alice@example.com KEY", holds: false, reason: "signer-unknown"),
    Case(line: "alice@example.com cert-authority KEY", holds: false, reason: "signer-unknown"),
    Case(line: "*@example.com cert-authority,valid-before=\"20261001Z\" CA", holds: false, reason: "key-not-valid"),
    Case(options: ["-n", "bob@example.com", "-V", "20260101:20270101"], holds: false, reason: "identity-other"),
    Case(options: ["-V", "20260101:20270101"], holds: false, reason: "identity-other"),
    Case(options: ["-n", "alice@example.com", "-V", "20260101:20261101"], holds: false, reason: "key-not-valid"),
    Case(options: ["-n", "alice@example.com", "-V", "20261201:20270101"], holds: false, reason: "key-not-valid"),
    Case(
      options: ["-h", "-n", "alice@example.com", "-V", "20260101:20270101"], holds: false,
      reason: "signature-malformed"),
    Case(options: ["-n", "alice@example.com", "-O", "force-command=/bin/true"], holds: true),
    Case(
      options: ["-n", "alice@example.com", "-O", "critical:other@example.com=1"], holds: false,
      reason: "signature-malformed", isOurs: true),
  ]

  @Test(arguments: cases) func certificatesAreTakenAsSshKeygenTakesThem(_ item: Case) throws {
    let keygen = try Keygen()
    try keygen.makeKey("ca", ["-t", "ed25519"])
    try keygen.makeKey("key", item.kind)
    let made = try keygen.run(
      "ssh-keygen", ["-q", "-s", "ca", "-I", "a laptop", "-z", "7"] + item.options + ["key.pub"])
    #expect(made.status == 0, "\(made.output)")
    var table = SigningTable()
    table.policy.required = [SignOffPolicy.Role(name: "release", people: ["alice@example.com"])]
    let signOff = SignOff(
      of: table.report, files: table.files, sources: table.sources, role: "release", decision: .approve,
      identity: "alice@example.com", text: "fine", at: Samples.finished, validUntil: nil)
    let signed = SignedFiles(signOff, about: table.report, signer: "a laptop")
    try keygen.write(signed.statement, to: "statement")
    let signing = try keygen.run(
      "ssh-keygen", ["-q", "-Y", "sign", "-n", SignOff.namespace, "-f", "key-cert.pub", "statement"])
    #expect(signing.status == 0, "\(signing.output)")
    let line = item.line.replacing("CA", with: try keygen.text("ca.pub")).replacing(
      "KEY", with: try keygen.text("key.pub")
    )
    .replacing("\n", with: "")
    try keygen.write(line + "\n", to: "signers")
    let theirs = try keygen.run(
      "ssh-keygen",
      [
        "-Y", "verify", "-f", "signers", "-I", "alice@example.com", "-n", SignOff.namespace, "-s", "statement.sig",
        "-O", "verify-time=20261124100000Z",
      ], input: signed.statement)
    #expect((theirs.status == 0) == (item.holds || item.isOurs), "\(theirs.output)")
    table.signers = [line]
    table.candidates = [
      SignedRun.Candidate(
        name: signed.statementName, statement: signed.statement, signature: try keygen.bytes("statement.sig"),
        envelopes: nil)
    ]
    let verdict = table.verdict
    #expect((verdict.outcome == .verified) == item.holds, "\(verdict.entries)")
    #expect(verdict.entries.first?.person == (item.holds ? "alice@example.com" : nil))
    if let reason = item.reason { #expect(verdict.entries.first?.reasons.map(\.id) == [reason]) }
  }

  @Test func everyBitOfACertificateCounts() throws {
    let keygen = try Keygen()
    try keygen.makeKey("ca", ["-t", "ed25519"])
    try keygen.makeKey("key", ["-t", "ed25519"])
    try keygen.run("ssh-keygen", ["-q", "-s", "ca", "-I", "x", "-n", "alice", "key.pub"])
    let words = try keygen.text("key-cert.pub").split(separator: " ")
    var blob = try #require(Base64.decode(words[1].utf8))
    let certificate = try SSHCertificate(blob: blob)
    #expect(certificate.principals == ["alice"] && certificate.identifier == "x")
    #expect(try keygen.text("ca.pub").contains(certificate.authority.line))
    #expect(try keygen.text("key.pub").contains(certificate.publicKey.line))
    for bit in 0..<8 * blob.count {
      blob[bit / 8] ^= 1 << UInt8(bit % 8)
      if (try? SSHCertificate(blob: blob)) != nil { Issue.record("bit \(bit)") }
      blob[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    for length in 0..<blob.count where (try? SSHCertificate(blob: Array(blob.prefix(length)))) != nil {
      Issue.record("cut to \(length)")
    }
  }
}
