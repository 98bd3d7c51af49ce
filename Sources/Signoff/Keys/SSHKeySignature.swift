package import Cryptography

/// A signature by one key as SSH writes it: the name of the algorithm and what it made.
package struct SSHKeySignature: Sendable, Hashable {
  /// The name of the algorithm: `ssh-ed25519`, `rsa-sha2-512`.
  package let algorithm: String
  /// The algorithm's own form: 64 octets, two whole numbers, or an RSA number.
  let value: [UInt8]
  /// What a token adds to what it signs: its flags and its counter.
  let tokenData: (flags: UInt8, counter: UInt32)?

  /// Reads the wire format; nil where it is not well-formed to the last octet.
  package init?(blob: [UInt8]) {
    do throws(SSHWireFailure) {
      var reader = SSHReader(blob)
      algorithm = try reader.text()
      value = try reader.string()
      tokenData = reader.isAtEnd ? nil : (try reader.octet(), try reader.number())
      guard reader.isAtEnd, (tokenData != nil) == algorithm.hasPrefix("sk-") else { return nil }
    } catch {
      return nil
    }
  }

  private init(_ algorithm: String, _ value: [UInt8]) {
    self.algorithm = algorithm
    self.value = value
    tokenData = nil
  }

  /// The signature of `key` over `message`; nil where the key cannot make one.
  package init?(by key: PrivateKey, over message: [UInt8]) {
    switch key.kind {
    case .ed25519:
      guard let signature = key.signature(over: message, by: .ed25519) else { return nil }
      self.init("ssh-ed25519", signature)
    case .rsa:
      guard let signature = key.signature(over: message, by: .rsaPKCS1(.sha512)) else { return nil }
      self.init("rsa-sha2-512", signature)
    case .p256, .p384, .p521:
      let curve: NISTCurve = key.kind == .p256 ? .p256 : key.kind == .p384 ? .p384 : .p521
      guard let signature = key.signature(over: message, by: .ecdsa(curve.hash)),
        let numbers = Self.numbers(ofDER: signature)
      else { return nil }
      var writer = SSHWriter()
      for number in numbers { writer.wholeNumber(number) }
      self.init("ecdsa-sha2-\(curve.rawValue)", writer.octets)
    }
  }

  /// In wire format.
  package var blob: [UInt8] {
    var writer = SSHWriter()
    writer.string(algorithm)
    writer.string(value)
    if let tokenData {
      writer.raw([tokenData.flags])
      writer.number(tokenData.counter)
    }
    return writer.octets
  }

  /// Whether `key` made it over `message`.
  package func verifies(_ message: [UInt8], by key: SSHPublicKey) -> Bool {
    guard let verifier = key.verifier else { return false }
    switch key.material {
    case .ed25519:
      return algorithm == key.kind && value.count == 64 && verifier.verifies(value, over: message, by: .ed25519)
    case .ecdsa(let curve, _):
      guard algorithm == key.kind, let signature = derForm else { return false }
      return verifier.verifies(signature, over: message, by: .ecdsa(curve.hash))
    case .rsa(let modulus, _):
      let hash: HashFunction
      switch algorithm {
      case "rsa-sha2-256": hash = .sha256
      case "rsa-sha2-512": hash = .sha512
      // The name ssh-rsa stands for SHA-1 here.
      default: return false
      }
      guard value.count <= modulus.count else { return false }
      let padded = [UInt8](repeating: 0, count: modulus.count - value.count) + value
      return verifier.verifies(padded, over: message, by: .rsaPKCS1(hash))
    case .token(let token, let application):
      guard algorithm == key.kind, let tokenData, let message = Self.signed(message, application, tokenData) else {
        return false
      }
      switch token {
      case .ed25519: return value.count == 64 && verifier.verifies(value, over: message, by: .ed25519)
      case .p256:
        guard let signature = derForm else { return false }
        return verifier.verifies(signature, over: message, by: .ecdsa(.sha256))
      }
    }
  }

  /// The form that other programs know: 64 octets of Ed25519, a SEQUENCE of ECDSA; nil for RSA and tokens.
  package var plainForm: [UInt8]? {
    switch algorithm {
    case "ssh-ed25519": value
    case _ where algorithm.hasPrefix("ecdsa-sha2-"): derForm
    default: nil
    }
  }

  /// The two numbers of ECDSA as a SEQUENCE; nil where they are not well-formed.
  private var derForm: [UInt8]? {
    do throws(SSHWireFailure) {
      var reader = SSHReader(value)
      let r = try reader.wholeNumber()
      let s = try reader.wholeNumber()
      return reader.isAtEnd ? DER.sequence(DER.integer(r), DER.integer(s)) : nil
    } catch {
      return nil
    }
  }

  /// The numbers of a SEQUENCE of two INTEGERs that libcrypto just wrote.
  private static func numbers(ofDER octets: [UInt8]) -> [[UInt8]]? {
    var rest = octets[...]
    func header(_ tag: UInt8) -> Int? {
      guard rest.popFirst() == tag, let first = rest.popFirst() else { return nil }
      if first < 0x80 { return Int(first) }
      guard first == 0x81, let length = rest.popFirst() else { return nil }
      return Int(length)
    }
    guard header(0x30) == rest.count else { return nil }
    var numbers: [[UInt8]] = []
    while !rest.isEmpty {
      guard let length = header(0x02), length <= rest.count else { return nil }
      numbers.append(Array(rest.prefix(length).drop { $0 == 0 }))
      rest = rest.dropFirst(length)
    }
    return numbers.count == 2 ? numbers : nil
  }

  /// What a token signs; nil where nobody touched it, which OpenSSH demands too.
  private static func signed(
    _ message: [UInt8], _ application: [UInt8], _ data: (flags: UInt8, counter: UInt32)
  ) -> [UInt8]? {
    guard data.flags & 1 == 1, let first = Digest.octets(of: application, by: .sha256),
      let second = Digest.octets(of: message, by: .sha256)
    else { return nil }
    var writer = SSHWriter()
    writer.raw(first)
    writer.raw([data.flags])
    writer.number(data.counter)
    writer.raw(second)
    return writer.octets
  }

  /// Equal where the octets are.
  package static func == (left: SSHKeySignature, right: SSHKeySignature) -> Bool { left.blob == right.blob }
  /// Hashes the octets.
  package func hash(into hasher: inout Hasher) { hasher.combine(blob) }
}

extension NISTCurve {
  /// RFC 5656 section 6.2.1.
  var hash: HashFunction {
    switch self {
    case .p256: .sha256
    case .p384: .sha384
    case .p521: .sha512
    }
  }
}
