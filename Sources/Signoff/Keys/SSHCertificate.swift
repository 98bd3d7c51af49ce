import AuditModel

/// A key that an SSH authority vouches for (OpenSSH's PROTOCOL.certkeys).
package struct SSHCertificate: Sendable, Hashable {
  /// The certificate in SSH's wire format.
  package let blob: [UInt8]
  /// The person's key.
  package let publicKey: SSHPublicKey
  /// Who vouches for it.
  package let authority: SSHPublicKey
  /// What the authority calls it, for people.
  package let identifier: String
  /// Whom it is of. A certificate without any is of nobody here, as ssh-keygen has it.
  package let principals: [String]
  /// The first second it holds, since 1970.
  let validAfter: UInt64
  /// The first second it no longer holds, since 1970.
  let validBefore: UInt64

  /// The kinds, with the kind of the key within and how many fields that has.
  private static let kinds: [String: (key: String, fields: Int)] = [
    "ssh-ed25519-cert-v01@openssh.com": ("ssh-ed25519", 1), "ssh-rsa-cert-v01@openssh.com": ("ssh-rsa", 2),
    "ecdsa-sha2-nistp256-cert-v01@openssh.com": ("ecdsa-sha2-nistp256", 2),
    "ecdsa-sha2-nistp384-cert-v01@openssh.com": ("ecdsa-sha2-nistp384", 2),
    "ecdsa-sha2-nistp521-cert-v01@openssh.com": ("ecdsa-sha2-nistp521", 2),
    "sk-ssh-ed25519-cert-v01@openssh.com": ("sk-ssh-ed25519@openssh.com", 2),
    "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com": ("sk-ecdsa-sha2-nistp256@openssh.com", 3),
  ]

  /// The critical options that say something about sessions and nothing about signatures.
  private static let ofSessions: Set = ["force-command", "source-address"]

  /// Whether octets begin as a certificate does.
  static func isCertificate(_ blob: [UInt8]) -> Bool {
    var reader = SSHReader(blob)
    return (try? reader.text()).map { kinds[$0] != nil } ?? false
  }

  /// Reads a certificate of a person. Throws `SSHPublicKey.Refusal` where it is malformed, of a host, with a critical option
  /// that is not known, or where its authority's signature does not fit.
  package init(blob: [UInt8]) throws(SSHPublicKey.Refusal) {
    var keyBlob = SSHWriter()
    let authorityBlob: [UInt8]
    let made: [UInt8]
    let type: UInt32
    var options: [String] = []
    let signed: [UInt8]
    do throws(SSHWireFailure) {
      var reader = SSHReader(blob)
      guard let kind = Self.kinds[try reader.text()] else { throw SSHWireFailure() }
      _ = try reader.string()  // the nonce
      keyBlob.string(kind.key)
      for _ in 0..<kind.fields { keyBlob.string(try reader.string()) }
      _ = try reader.octets(8)  // the serial number
      type = try reader.number()
      identifier = try reader.text()
      principals = try Self.texts(try reader.string())
      validAfter = try reader.longNumber()
      validBefore = try reader.longNumber()
      var critical = SSHReader(try reader.string())
      while !critical.isAtEnd {
        options.append(try critical.text())
        _ = try critical.string()
      }
      // Extensions permit what sessions may do; those that are not known may be passed over.
      _ = try reader.string()
      _ = try reader.string()
      authorityBlob = try reader.string()
      signed = Array(blob.dropLast(reader.remainder.count))
      made = try reader.string()
      guard reader.isAtEnd else { throw SSHWireFailure() }
    } catch {
      throw SSHPublicKey.Refusal(reason: "not a certificate of an SSH authority")
    }
    guard type == 1 else { throw SSHPublicKey.Refusal(reason: "the certificate is one of a host, not of a person") }
    if let option = options.first(where: { !Self.ofSessions.contains($0) }) {
      throw SSHPublicKey.Refusal(reason: "the certificate has a critical option that is not known here: \(option)")
    }
    self.blob = blob
    publicKey = try SSHPublicKey(blob: keyBlob.octets)
    authority = try SSHPublicKey(blob: authorityBlob)
    guard let signature = SSHKeySignature(blob: made), signature.verifies(signed, by: authority) else {
      throw SSHPublicKey.Refusal(reason: "the certificate is not signed by the authority that it names")
    }
  }

  /// Whether it holds at `time`.
  func isValid(at time: Instant) -> Bool {
    guard time.seconds >= 0 else { return false }
    let second = UInt64(time.seconds)
    return second >= validAfter && second < validBefore
  }

  private static func texts(_ octets: [UInt8]) throws(SSHWireFailure) -> [String] {
    var reader = SSHReader(octets)
    var texts: [String] = []
    while !reader.isAtEnd { texts.append(try reader.text()) }
    return texts
  }
}
