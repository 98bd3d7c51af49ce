import AuditModel

/// Judges one sign-off by itself: first its signature, then what it says, then who made it.
struct CandidateReader {
  let run: SignedRun
  let policy: SignOffPolicy
  let signers: AllowedSigners
  let now: Instant

  private typealias Entry = SignOffVerdict.Entry
  private typealias Reason = SignOffVerdict.Reason

  /// Why a sign-off does not hold. What contradicts is a sign that something was changed.
  private struct Flaw: Error {
    let reason: SignOffVerdict.Reason

    init(_ id: String, _ message: String, contradicts: Bool = false) {
      reason = SignOffVerdict.Reason(id: id, message: message, contradicts: contradicts)
    }
  }

  func entry(_ candidate: SignedRun.Candidate) -> SignOffVerdict.Entry {
    var entry = Entry(file: candidate.name, state: .void, reasons: [])
    guard candidate.signature != nil else {
      entry.state = .unsigned
      entry.reasons = [Reason(id: "unsigned", message: "nobody signed it yet", contradicts: false)]
      return entry
    }
    do throws(Flaw) {
      let signature = try self.signature(of: candidate)
      entry.key = signature.publicKey.fingerprint
      let signOff: SignOff
      do throws(SignOff.Refusal) {
        signOff = try SignOff(candidate.statement)
      } catch {
        throw Flaw("statement-malformed", error.reason, contradicts: true)
      }
      entry.signOff = signOff
      try requireEnvelopes(of: candidate, by: signature.publicKey)
      try requireRun(of: signOff)
      let person = try person(of: signOff, by: signature.publicKey, signature.certificate)
      entry.person = person
      try requireTime(of: signOff)
      entry.state = try state(of: signOff, by: person)
      if entry.state == .ignored {
        entry.reasons = [
          Reason(id: "role-not-asked", message: "the policy asks for no role \(signOff.role)", contradicts: false)
        ]
      }
    } catch {
      entry.reasons = [error.reason]
    }
    return entry
  }

  private func signature(of candidate: SignedRun.Candidate) throws(Flaw) -> SSHSignature {
    let signature: SSHSignature
    do throws(SSHSignature.Refusal) {
      signature = try SSHSignature(armored: candidate.signature ?? [])
    } catch {
      throw Flaw("signature-malformed", error.reason, contradicts: true)
    }
    guard signature.namespace == SignOff.namespace else {
      throw Flaw("signature-purpose", "the signature was made for another purpose", contradicts: true)
    }
    guard signature.verifies(candidate.statement) else {
      throw Flaw("signature-invalid", "the signature is not one of this statement", contradicts: true)
    }
    return signature
  }

  /// The envelopes say the same as the statement, by the same key, to the last byte that is written here.
  private func requireEnvelopes(of candidate: SignedRun.Candidate, by key: SSHPublicKey) throws(Flaw) {
    guard let envelopes = candidate.envelopes else { return }
    let lines = envelopes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.count >= 2, lines.last?.isEmpty == true else {
      throw Flaw("envelope-malformed", "its envelopes are cut off", contradicts: true)
    }
    for (index, line) in lines.dropLast().enumerated() {
      let envelope: Envelope
      do throws(Envelope.Refusal) {
        envelope = try Envelope(Array(line))
      } catch {
        throw Flaw("envelope-malformed", "envelope \(index + 1): \(error.reason)", contradicts: true)
      }
      guard envelope.payloadType == Envelope.statementType, envelope.signers(among: [key]).contains(key) else {
        throw Flaw("envelope-invalid", "envelope \(index + 1) is not signed by the same key", contradicts: true)
      }
      guard envelope.json.utf8.elementsEqual(line),
        envelope.signatures.map(\.keyID) == [key.fingerprint],
        index > 0 || envelope.payload == candidate.statement
      else { throw Flaw("envelope-changed", "envelope \(index + 1) is not as it was written", contradicts: true) }
    }
  }

  /// It speaks of this report and of every file that lies beside it.
  private func requireRun(of signOff: SignOff) throws(Flaw) {
    for name in SignOff.boundFiles {
      let signed = signOff.files.first { $0.name == name }?.digest
      let present = run.files.first { $0.name == name }?.digest
      if signed == present, signed != nil || name == "run.json" { continue }
      throw Flaw(
        "\(name.prefix { $0 != "." })-changed",
        signed == nil
          ? "it does not speak of \(name)"
          : present == nil ? "\(name) is gone" : "\(name) is not the one that was signed",
        contradicts: true)
    }
    guard signOff.runID == run.report.runID, signOff.gate == run.report.gate.status else {
      throw Flaw("statement-differs", "it says other things of the report than the report does", contradicts: true)
    }
    guard Self.isSame(signOff.sources, run.sources) else {
      throw Flaw("statement-differs", "it binds other files than the run was made from", contradicts: true)
    }
  }

  /// Whether two speak of the same files, commit and images, wherever these lie.
  private static func isSame(_ left: AuditedSources?, _ right: AuditedSources?) -> Bool {
    left?.files == right?.files && left?.commit == right?.commit && left?.images == right?.images
  }

  private func person(
    of signOff: SignOff, by key: SSHPublicKey, _ certificate: SSHCertificate?
  ) throws(Flaw) -> String {
    let lines = signers.signers.filter {
      $0.covers(key, certificate) && $0.namespaces?.matches(SignOff.namespace) ?? true
    }
    guard !lines.isEmpty else {
      let authority = certificate.map { ", nor is the authority \($0.authority.fingerprint) of its certificate" } ?? ""
      throw Flaw("signer-unknown", "the key \(key.fingerprint) is not among the signers\(authority)")
    }
    if let certificate, !certificate.isValid(at: now) || !certificate.isValid(at: signOff.timeCreated) {
      throw Flaw(
        "key-not-valid", "the certificate of the key \(key.fingerprint) does not hold now, or did not when it signed")
    }
    let valid = lines.filter { $0.isValid(at: now) && $0.isValid(at: signOff.timeCreated) }
    guard !valid.isEmpty else {
      throw Flaw("key-not-valid", "the key \(key.fingerprint) does not hold now, or did not when it signed")
    }
    if let identity = signOff.identity {
      guard valid.contains(where: { $0.permits(identity, certificate) }) else {
        throw Flaw("identity-other", "the key \(key.fingerprint) is not one of the person it claims to be of")
      }
      return identity
    }
    // Without a claim it is the one person of the role that the key may be of, else the name that the file gives it.
    let asked = policy.required.first { $0.name == signOff.role }?.people ?? []
    let possible = asked.filter { person in valid.contains { $0.permits(person, certificate) } }
    guard possible.count <= 1, let name = possible.first ?? valid.lazy.compactMap({ $0.name(certificate) }).first else {
      throw Flaw("identity-unclear", "the key \(key.fingerprint) may be of several people: sign with --as")
    }
    return name
  }

  private func requireTime(of signOff: SignOff) throws(Flaw) {
    let tolerance = SignOffVerification.clockTolerance
    if signOff.timeCreated.seconds(since: now) > tolerance {
      throw Flaw("signed-in-the-future", "it was signed at \(signOff.timeCreated), later than \(now)")
    }
    if run.report.finishedAt.seconds(since: signOff.timeCreated) > tolerance {
      throw Flaw("signed-too-early", "it was signed at \(signOff.timeCreated), before the report was there")
    }
    if let end = signOff.validUntil, now > end {
      throw Flaw("sign-off-expired", "it held until \(end)")
    }
  }

  private func state(of signOff: SignOff, by person: String) throws(Flaw) -> SignOffVerdict.Entry.State {
    if signOff.decision == .reject { return .rejects }
    guard let role = policy.required.first(where: { $0.name == signOff.role }) else { return .ignored }
    guard role.people.isEmpty || role.people.contains(person) else {
      throw Flaw("person-not-in-role", "\(person) may not sign for the role \(role.name)")
    }
    return .counts
  }
}
