import Cryptography

/// What a log signs about a certificate (RFC 6962 section 3.2).
package enum LoggedEntry: Sendable, Hashable {
  /// The certificate as it is: for timestamps that come beside it.
  case certificate([UInt8])
  /// What was to be signed before the timestamps were put into it, with SHA-256 of its issuer's key.
  case precertificate(issuerKeyHash: [UInt8], toBeSigned: [UInt8])

  /// The entry of timestamps inside a certificate; nil where no such was ever made of it. `issuerKey` is the issuer's
  /// SubjectPublicKeyInfo.
  package init?(inside certificate: X509Certificate, issuerKey: some Collection<UInt8>) {
    guard let stripped = Self.stripped(certificate.toBeSigned), let hash = Digest.octets(of: issuerKey, by: .sha256)
    else { return nil }
    self = .precertificate(issuerKeyHash: hash, toBeSigned: stripped)
  }

  /// The octets under the signature of `timestamp`; nil where the entry is larger than a log takes.
  package func signed(with timestamp: SignedCertificateTimestamp) -> [UInt8]? {
    // Version 1, certificate_timestamp.
    var octets: [UInt8] = [0, 0]
    octets += Self.number(Int(truncatingIfNeeded: timestamp.timestamp), width: 8)
    let entry: [UInt8]
    switch self {
    case .certificate(let der):
      octets += [0, 0]
      entry = der
    case .precertificate(let issuerKeyHash, let toBeSigned):
      octets += [0, 1] + issuerKeyHash
      entry = toBeSigned
    }
    guard entry.count < 1 << 24, timestamp.extensions.count < 1 << 16 else { return nil }
    octets += Self.number(entry.count, width: 3) + entry
    return octets + Self.number(timestamp.extensions.count, width: 2) + timestamp.extensions
  }

  /// The signed part without the extension that holds the timestamps.
  private static func stripped(_ toBeSigned: ArraySlice<UInt8>) -> [UInt8]? {
    guard let whole = try? DERReader.sole(toBeSigned, "the signed part"), let fields = try? whole.children() else {
      return nil
    }
    var content: [UInt8] = []
    for field in fields {
      guard field.isContext(3) else {
        content += field.bytes
        continue
      }
      guard let list = try? DERReader.sole(field.content, "the extensions"), let members = try? list.children() else {
        return nil
      }
      let kept = members.filter { member in
        let identifier = (try? member.children())?.first.flatMap { try? $0.objectIdentifier("an extension") }
        return identifier != .signedCertificateTimestamps
      }
      content += element(0xA3, element(0x30, kept.flatMap(\.bytes)))
    }
    return element(0x30, content)
  }

  /// One element in DER.
  private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    if content.count < 0x80 { return [tag, UInt8(content.count)] + content }
    let width = content.count < 1 << 8 ? 1 : content.count < 1 << 16 ? 2 : content.count < 1 << 24 ? 3 : 4
    return [tag, 0x80 | UInt8(width)] + number(content.count, width: width) + content
  }

  private static func number(_ value: Int, width: Int) -> [UInt8] {
    (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
