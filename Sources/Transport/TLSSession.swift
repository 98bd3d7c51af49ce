package import AuditModel
import COpenSSL

/// What two peers agreed on, and how the server proved who it is.
package struct TLSSession: Sendable {
  /// The most certificates kept of a chain.
  package static let mostCertificates = 20

  /// As libssl writes it: `TLSv1.3`.
  package var version: String
  /// The cipher suite's registered name: `TLS_AES_256_GCM_SHA384`.
  package var cipher: String
  /// The group of the key exchange, as libcrypto calls it; nil where there was none.
  package var group: String?
  /// The application protocol chosen; nil if none was.
  package var alpn: String?
  /// What the server sent, its own certificate first, in its order; at most `mostCertificates`.
  package var presented: [Certificate]
  /// Its own certificate in DER; empty if it sent none.
  package var leafEncoding: [UInt8]
  /// How many certificates it sent.
  package var presentedCount: Int
  /// Whether each certificate sent was issued by the one sent after it.
  package var isOrderRight: Bool
  /// What came of verifying them; nil if the server sent none, or if there is no root to judge by.
  package var verdict: ChainVerdict?
  /// Whether the certificate is made out to the name asked for; nil without name or certificate.
  package var isMadeOutToName: Bool?

  /// Whether the server has proved at `now` that it is the one asked for: chain, name and validity.
  package func provesIdentity(at now: Instant) -> Bool {
    guard let verdict, verdict.isTrusted, isMadeOutToName == true else { return false }
    return verdict.path.allSatisfy { link in
      guard let notBefore = link.notBefore, let notAfter = link.notAfter else { return false }
      return notBefore <= now && now <= notAfter
    }
  }
}

extension TLSSession {
  /// Looks at a session whose handshake is done.
  init(_ stream: TLSStream, _ settings: TLSClientSettings) {
    let raw = stream.raw
    version = stream.version
    cipher =
      SSL_get_current_cipher(raw).flatMap { SSL_CIPHER_standard_name($0) }.map { String(cString: $0) } ?? "unknown"
    let identifier = prodworthy_SSL_get_negotiated_group(raw)
    group = identifier > 0 ? OBJ_nid2sn(identifier).map { String(cString: $0) } : nil
    var selected: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(raw, &selected, &length)
    alpn = selected.map { String(decoding: UnsafeBufferPointer(start: $0, count: Int(length)), as: UTF8.self) }
    let list = SSL_get_peer_cert_chain(raw)
    let chain = ChainVerification.certificates(list)
    presented = chain.prefix(Self.mostCertificates).map(CertificateReading.certificate)
    leafEncoding = chain.first.map(CertificateReading.encoding) ?? []
    presentedCount = chain.count
    isOrderRight = zip(chain, chain.dropFirst()).allSatisfy { X509_check_issued($1, $0) == X509_V_OK }
    guard let leaf = chain.first else { return }
    if let trust = settings.trust, trust.hasRoots {
      verdict = ChainVerification.verdict(leaf: leaf, chain: list, trust: trust)
    }
    isMadeOutToName = settings.serverName.map { ChainVerification.isMadeOut(leaf, to: ServerName($0)) }
  }
}
