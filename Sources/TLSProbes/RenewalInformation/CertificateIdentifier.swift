import Certificates

/// The name by which an ACME server knows a certificate that it issued (RFC 9773 section 4.1).
struct CertificateIdentifier: Sendable, Hashable {
  /// Issuer's key and serial number, each in base64url, with a dot between.
  var text: String

  /// The identifier of a certificate in DER; nil where it is unreadable or does not name its issuer's key.
  init?(_ der: [UInt8]) {
    guard let certificate = try? X509Certificate(der: der) else { return nil }
    for part in certificate.extensionList ?? [] {
      guard case .authorityKeyIdentifier(let authority) = part.content, let key = authority.keyIdentifier else {
        continue
      }
      text = Self.base64url(key) + "." + Self.base64url(certificate.serial)
      return
    }
    return nil
  }

  /// RFC 4648 section 5, without padding.
  static func base64url(_ octets: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: octets.count, by: 3) {
      let group = octets[start..<min(start + 3, octets.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0...group.count { text.append(digits[bits >> (18 - 6 * place) & 63]) }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
