package import Cryptography

/// A public key as SSH writes it (RFC 4253 section 6.6, RFC 5656, RFC 8709, and OpenSSH's keys on tokens).
package struct SSHPublicKey: Sendable, Hashable {
  /// Why octets are no key that is taken.
  package struct Refusal: Error, Sendable, Hashable {
    /// One line in lower case.
    package let reason: String
  }

  /// What it is.
  enum Material: Sendable, Hashable {
    /// The point.
    case ed25519([UInt8])
    /// The uncompressed point.
    case ecdsa(NISTCurve, [UInt8])
    case rsa(modulus: [UInt8], exponent: [UInt8])
    /// A key that never leaves its token, and the application that it is for (OpenSSH's PROTOCOL.u2f).
    case token(Token, application: [UInt8])
  }

  /// A key on a token.
  enum Token: Sendable, Hashable {
    case ed25519([UInt8])
    case p256([UInt8])
  }

  /// The key in SSH's wire format: two keys are the same where these octets are.
  package let blob: [UInt8]
  /// The name of its kind: `ssh-ed25519`.
  package let kind: String
  let material: Material

  /// The shortest modulus that is taken, in bits.
  package static let leastModulusBits = 2048

  /// Reads a key in wire format. Throws `Refusal` for kinds that nobody signs reports with, certificates among them.
  package init(blob: [UInt8]) throws(Refusal) {
    do throws(SSHWireFailure) {
      var reader = SSHReader(blob)
      let kind = try reader.text()
      let material: Material
      switch kind {
      case "ssh-ed25519": material = .ed25519(try Self.point(&reader, 32))
      case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521":
        let name = try reader.text()
        guard kind.hasSuffix(name), let curve = NISTCurve(rawValue: name) else { throw SSHWireFailure() }
        material = .ecdsa(curve, try Self.curvePoint(&reader, curve))
      case "ssh-rsa":
        let exponent = try reader.wholeNumber()
        material = .rsa(modulus: try reader.wholeNumber(), exponent: exponent)
      case "sk-ssh-ed25519@openssh.com":
        let point = try Self.point(&reader, 32)
        material = .token(.ed25519(point), application: try reader.string())
      case "sk-ecdsa-sha2-nistp256@openssh.com":
        guard try reader.text() == NISTCurve.p256.rawValue else { throw SSHWireFailure() }
        let point = try Self.curvePoint(&reader, .p256)
        material = .token(.p256(point), application: try reader.string())
      case _ where kind.contains("-cert-v0"):
        throw SSHWireFailure()
      default: throw SSHWireFailure()
      }
      guard reader.isAtEnd else { throw SSHWireFailure() }
      self.blob = blob
      self.kind = kind
      self.material = material
    } catch {
      var reader = SSHReader(blob)
      let kind = try? reader.text()
      if let kind, kind.contains("-cert-v0") {
        throw Refusal(reason: "a certificate is no key: list the person's own, or the authority's with cert-authority")
      }
      if kind == "ssh-dss" { throw Refusal(reason: "DSA keys are not taken") }
      throw Refusal(reason: "not a public key of a known kind")
    }
    if case .rsa(let modulus, _) = material, Self.bits(of: modulus) < Self.leastModulusBits {
      throw Refusal(
        reason: "an RSA key of \(Self.bits(of: modulus)) bits is too short; the least is \(Self.leastModulusBits)")
    }
    guard verifier != nil else { throw Refusal(reason: "the key is no point of its curve") }
  }

  /// The public half of a private key. Throws `Refusal` where SSH has no form for it.
  package init(of key: PrivateKey) throws(Refusal) {
    var writer = SSHWriter()
    let information = key.subjectPublicKeyInfo
    switch key.kind {
    case .ed25519:
      writer.string("ssh-ed25519")
      writer.string(information.suffix(32))
    case .p256, .p384, .p521:
      let curve: NISTCurve = key.kind == .p256 ? .p256 : key.kind == .p384 ? .p384 : .p521
      writer.string("ecdsa-sha2-\(curve.rawValue)")
      writer.string(curve.rawValue)
      writer.string(information.suffix(2 * curve.width + 1))
    case .rsa:
      guard let numbers = key.rsaNumbers else { throw Refusal(reason: "the key has no modulus") }
      writer.string("ssh-rsa")
      writer.wholeNumber(numbers.exponent)
      writer.wholeNumber(numbers.modulus)
    }
    try self.init(blob: writer.octets)
  }

  /// Reads the one line of a file `id_ed25519.pub`: kind, base64, comment. Throws `Refusal`.
  package init(line: String) throws(Refusal) {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count >= 2 else { throw Refusal(reason: "not a line `KIND BASE64 COMMENT`") }
    guard let blob = Base64.decode(words[1].utf8) else { throw Refusal(reason: "the key is no base64") }
    try self.init(blob: blob)
    guard kind == words[0] else { throw Refusal(reason: "the line says \(words[0]), the key says \(kind)") }
  }

  /// Equal where the octets are.
  package static func == (left: SSHPublicKey, right: SSHPublicKey) -> Bool { left.blob == right.blob }
  /// Hashes the octets.
  package func hash(into hasher: inout Hasher) { hasher.combine(blob) }

  /// `SHA256:` and base64 without padding, as ssh-keygen -l prints it.
  package var fingerprint: String {
    "SHA256:" + Base64.encode(Digest.octets(of: blob, by: .sha256) ?? [], padded: false)
  }

  /// As it stands in a file, without a comment: `ssh-ed25519 AAAA…`.
  package var line: String { "\(kind) \(Base64.encode(blob))" }

  /// The key itself as a SubjectPublicKeyInfo in DER.
  package var subjectPublicKeyInfo: [UInt8] {
    switch material {
    case .ed25519(let point), .token(.ed25519(let point), _):
      DER.sequence(DER.sequence(DER.ed25519), DER.bitString(point))
    case .ecdsa(let curve, let point):
      DER.sequence(DER.sequence(DER.ellipticCurveKey, curve.identifier), DER.bitString(point))
    case .token(.p256(let point), _):
      DER.sequence(DER.sequence(DER.ellipticCurveKey, NISTCurve.p256.identifier), DER.bitString(point))
    case .rsa(let modulus, let exponent):
      DER.sequence(
        DER.sequence(DER.rsaKey, DER.null),
        DER.bitString(DER.sequence(DER.integer(modulus), DER.integer(exponent))))
    }
  }

  /// libcrypto's view of it.
  var verifier: PublicKeyVerifier? { PublicKeyVerifier(subjectPublicKeyInfo: subjectPublicKeyInfo) }

  private static func point(_ reader: inout SSHReader, _ length: Int) throws(SSHWireFailure) -> [UInt8] {
    let point = try reader.string()
    guard point.count == length else { throw SSHWireFailure() }
    return point
  }

  private static func curvePoint(_ reader: inout SSHReader, _ curve: NISTCurve) throws(SSHWireFailure) -> [UInt8] {
    let point = try Self.point(&reader, 2 * curve.width + 1)
    guard point.first == 4 else { throw SSHWireFailure() }
    return point
  }

  private static func bits(of number: [UInt8]) -> Int {
    number.first.map { 8 * number.count - $0.leadingZeroBitCount } ?? 0
  }
}
