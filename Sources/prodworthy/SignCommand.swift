import ArgumentParser
import AuditModel
import Facts
import FoundationEssentials
import Reporting
import Signoff

/// `prodworthy sign`.
struct SignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Put your name to a kept run: to its report and to everything that it was made from.",
    discussion: """
      Leaves three files in the folder: a statement, an SSH signature of it that ssh-keygen verifies (namespace \
      \(SignOff.namespace)), and DSSE envelopes for other programs. The key is Ed25519, ECDSA or RSA: a file of OpenSSH \
      or PKCS#8, or a public key whose private half is with the SSH agent. Ends with 1 where a file that was audited is \
      not what it was any more.

      EXAMPLE:
        prodworthy sign reports/runs/today --key ~/.ssh/id_ed25519 --role release --as alice@example.com
      """)

  @Argument(help: "The folder of a run.", completion: .directory)
  var folder: String

  @Option(help: "Your private key, or the public half of one that the SSH agent has.", completion: .file())
  var key: String?

  @Option(help: "The role you sign for, as the policy names it.")
  var role: String

  @Option(name: .customLong("as"), help: "Who you are, as the signers file names you. Left out: the key alone says it.")
  var identity: String?

  @Option(help: "What you have to say.")
  var statement = ""

  @Option(help: "What you decide: \(SignOff.Decision.allCases.map(\.rawValue).joined(separator: ", ")).")
  var decision: SignOff.Decision = .approve

  @Option(name: .customLong("valid-until"), help: "The last day (YYYY-MM-DD) or moment (RFC 3339) that it holds.")
  var validUntil: String?

  @Option(help: "Where the key's passphrase is: ${env:NAME} or ${file:path}. Left out: it is asked for.")
  var passphrase: String?

  @Option(help: "The folder of the inventory, where that is elsewhere now.", completion: .directory)
  var root: String?

  @Flag(help: "Only write the statement, for `ssh-keygen -Y sign -n \(SignOff.namespace)` to sign.")
  var prepare = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard prepare != (key != nil) else { throw ValidationError("name your key with --key, or write --prepare") }
    guard Schema.string(.identifier).violations(of: .string(role)).isEmpty else {
      throw ValidationError("--role is a letter, then letters, digits, `-`, `_` and `.`")
    }
    guard statement.utf8.count <= SignOff.textLimit else {
      throw ValidationError("--statement takes at most \(SignOff.textLimit) bytes")
    }
    if let identity, identity.isEmpty || identity.utf8.count > 256 || identity.contains(where: \.isNewline) {
      throw ValidationError("--as is one line of at most 256 bytes")
    }
  }

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    var end = try Day.read(validUntil)
    // A day holds to its end.
    if validUntil?.utf8.count == 10 { end?.seconds += 86_399 }
    let run = try SignedFolder(folder)
    let report = try run.report()
    guard run.files.contains(where: { $0.name == "observations.jsonl" }) else {
      throw Failure(.missingInput, "\(folder) has no observations.jsonl: a report without what was seen is not signed")
    }
    guard report.rehearsed != true, !run.isRehearsed else {
      throw Failure(.badData, "\(folder) was rehearsed, its times are made up: audit again and sign that run")
    }
    try requireUnchanged(run)
    let signingKey = try key.map { (path) throws(Failure) in
      try SigningKey.load(path, passphrase: passphrase, environment: environment)
    }
    let signOff = SignOff(
      of: report, files: run.files, sources: run.sources, role: role, decision: decision, identity: identity,
      text: statement, at: Instant.current(), validUntil: end)
    let fingerprint = signingKey?.publicKey.fingerprint
    let files = SignedFiles(signOff, about: report, signer: fingerprint.map { String($0.prefix(19)) } ?? "anybody")
    if report.gate.status != .passed, decision == .approve {
      Output.note("prodworthy: the gate of this report is \(report.gate.status.rawValue): no policy will accept it\n")
    }
    for unbound in run.sources?.unbound ?? [] {
      Output.note("prodworthy: " + Untrusted.line("not bound: \(unbound.name): \(unbound.reason)") + "\n")
    }
    try RunFolder(path: folder).claim()
    try write(files, signOff, report, by: signingKey)
    let names = signingKey == nil ? [files.statementName] : [files.statementName, files.signatureName]
    if json {
      try Output.print(
        Output.line(of: [
          "key": JSONValue(fingerprint), "role": .string(role), "signature": JSONValue(names.dropFirst().first),
          "statement": .string(files.statementName),
        ]) + "\n")
    } else {
      try Output.print(names.map { Untrusted.line("\(folder)/\($0)") + "\n" }.joined())
      if let fingerprint {
        try Output.print(Untrusted.line("signed for \(role) with \(fingerprint)") + "\n")
        try Output.print(Untrusted.line("next: prodworthy verify \(folder) --policy FILE") + "\n")
      }
    }
  }

  /// The signature last: without it a statement is nobody's.
  private func write(
    _ files: SignedFiles, _ signOff: SignOff, _ report: AuditReport, by key: SigningKey?
  ) throws(Failure) {
    var signature: String?
    var envelopes: [UInt8]?
    if let key {
      func sign(_ message: [UInt8]) throws(Failure) -> SSHKeySignature { try key.signature(over: message) }
      signature = try SSHSignature(over: files.statement, for: SignOff.namespace, by: key.publicKey, sign).armored
      envelopes = try SignedFiles.envelopes(files.statement, signOff, about: report, by: key.publicKey, sign)
      if envelopes == nil {
        Output.note(
          "prodworthy: no envelopes: they take a key of Ed25519 or P-256, this one is \(key.publicKey.kind)\n")
      }
    }
    for name in [files.signatureName, files.envelopesName] { Output.remove("\(folder)/\(name)") }
    try Output.replace("\(folder)/\(files.statementName)", with: files.statement)
    if let envelopes { try Output.replace("\(folder)/\(files.envelopesName)", with: envelopes) }
    if let signature { try Output.replace("\(folder)/\(files.signatureName)", with: Array(signature.utf8)) }
  }

  /// Ends with 1 where what was audited has changed since: nobody knows what such a name would stand for.
  private func requireUnchanged(_ run: SignedFolder) throws {
    guard let sources = run.sources, !sources.files.isEmpty else { return }
    guard let place = try run.configurationFolder(root: root) else {
      Output.note("prodworthy: the audited files are not here (--root names their folder): signed as they were then\n")
      return
    }
    let reading = SourceReading(folder: place)
    var changed: [String] = []
    for file in sources.files {
      switch reading.digest(of: file) {
      case .success(file.sha256): break
      case .success: changed.append("\(file.path) (\(file.role)) is not what it was when it was audited")
      case .failure(let obstacle): changed.append("\(file.path) (\(file.role)): \(obstacle.reason)")
      }
    }
    guard !changed.isEmpty else { return }
    for line in changed { Output.note("prodworthy: " + Untrusted.line(line) + "\n") }
    Output.note("prodworthy: not signed: audit again first\n")
    throw ExitStatus.failed
  }
}

extension SignOff.Decision: ExpressibleByArgument {}
