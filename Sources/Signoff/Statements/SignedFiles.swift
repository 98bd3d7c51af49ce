package import AuditModel

/// The files that a signature leaves in a run folder.
package struct SignedFiles: Sendable, Hashable {
  /// What every name begins with.
  package static let prefix = "signoff-"

  /// The name without an ending: `signoff-release-alice@example.com`.
  package let stem: String
  /// The statement, as it was signed.
  package let statement: [UInt8]

  /// The name of the statement's file.
  package var statementName: String { stem + ".json" }
  /// The name of the SSH signature's file, as ssh-keygen names it.
  package var signatureName: String { stem + ".json.sig" }
  /// The name of the file of DSSE envelopes, one a line.
  package var envelopesName: String { stem + ".intoto.jsonl" }

  /// The files of a sign-off about `report`; `signer` names who signs where nobody claims to be anybody.
  package init(_ signOff: SignOff, about report: AuditReport, signer: String) {
    statement = signOff.statement(about: report).bytes
    stem = Self.prefix + Self.plain(signOff.role) + "-" + Self.plain(signOff.identity ?? signer)
  }

  /// `text` with nothing in it that a file's name or a shell takes for something else, at most 80 characters.
  private static func plain(_ text: String) -> String {
    String(
      text.unicodeScalars.prefix(80).map { scalar -> Character in
        let isPlain =
          scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789@._-".unicodeScalars.contains(scalar))
        return isPlain ? Character(scalar) : "_"
      })
  }

  /// The envelopes around the sign-off, the test result, and the verification where the gate passed; nil where the key
  /// makes no signature of a kind that envelopes know.
  package static func envelopes<Failure: Error>(
    _ statement: [UInt8], _ signOff: SignOff, about report: AuditReport, by key: SSHPublicKey,
    _ sign: ([UInt8]) throws(Failure) -> SSHKeySignature
  ) throws(Failure) -> [UInt8]? {
    guard key.signsEnvelopes else { return nil }
    let subjects = signOff.subjects
    var payloads = [statement]
    payloads.append(ResultStatements.testResult(report, subjects: subjects, sources: signOff.sources).bytes)
    if signOff.decision == .approve,
      let verification = ResultStatements.verification(report, subjects: subjects, at: signOff.timeCreated)
    {
      payloads.append(verification.bytes)
    }
    var lines = ""
    for payload in payloads {
      let signature = try sign(Envelope.encoding(of: payload, as: Envelope.statementType))
      guard let octets = signature.plainForm else { return nil }
      lines +=
        Envelope(payload: payload, signatures: [Envelope.Signature(keyID: key.fingerprint, octets: octets)]).json + "\n"
    }
    return Array(lines.utf8)
  }
}

extension SSHPublicKey {
  /// Whether its signatures are of a kind that envelopes know here: Ed25519 and ECDSA on P-256.
  package var signsEnvelopes: Bool {
    switch material {
    case .ed25519, .ecdsa(.p256, _): true
    default: false
    }
  }
}
