package import AuditModel
import COpenSSL

/// The OCSP response (RFC 6960) that a server sends along with its certificate.
package struct StapledAnswer: Sendable {
  /// What it says of the certificate.
  package enum Verdict: String, Sendable, CaseIterable {
    case good
    case revoked
    /// The responder does not know the certificate.
    case unknown
    /// It does not speak of this certificate at all.
    case otherCertificate
    /// It is no response, or one that says only that it could not be given.
    case unreadable
  }

  package var verdict: Verdict
  /// From when on it is true; nil if it does not say.
  package var thisUpdate: Instant?
  /// Until when there will be a newer one; nil if it does not say.
  package var nextUpdate: Instant?
  /// Whether the issuer, or somebody it named for that, signed it; nil if the issuer is not at hand.
  package var isSignatureValid: Bool?

  /// Reads what came in a handshake; nil if nothing came.
  init?(to session: OpaquePointer, chain: [OpaquePointer], trust: TrustStore?) {
    var start: UnsafePointer<UInt8>?
    let length = prodworthy_SSL_get_tlsext_status_ocsp_resp(session, &start)
    guard length > 0, let start else { return nil }
    defer { ERR_clear_error() }
    verdict = .unreadable
    var position: UnsafePointer<UInt8>? = start
    guard let response = d2i_OCSP_RESPONSE(nil, &position, length) else { return }
    defer { OCSP_RESPONSE_free(response) }
    guard OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL,
      let basic = OCSP_response_get1_basic(response), let leaf = chain.first
    else { return }
    defer { OCSP_BASICRESP_free(basic) }
    verdict = .otherCertificate
    guard let issuer = Self.issuer(of: leaf, chain, trust) else { return }
    defer { X509_free(issuer) }
    isSignatureValid = Self.isSigned(basic, by: issuer)
    for digest in [EVP_sha1(), EVP_sha256()] {
      guard let identifier = OCSP_cert_to_id(digest, leaf, issuer) else { continue }
      defer { OCSP_CERTID_free(identifier) }
      var status: Int32 = 0
      var reason: Int32 = 0
      var (revokedAt, from, until): (Time, Time, Time) = (nil, nil, nil)
      guard OCSP_resp_find_status(basic, identifier, &status, &reason, &revokedAt, &from, &until) == 1 else { continue }
      verdict =
        status == V_OCSP_CERTSTATUS_GOOD ? .good : status == V_OCSP_CERTSTATUS_REVOKED ? .revoked : .unknown
      thisUpdate = CertificateReading.instant(from)
      nextUpdate = CertificateReading.instant(until)
      return
    }
  }

  private typealias Time = UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?

  /// The issuer, among those sent or among the roots; the caller frees it.
  static func issuer(of leaf: OpaquePointer, _ chain: [OpaquePointer], _ trust: TrustStore?) -> OpaquePointer? {
    if let sent = chain.dropFirst().first(where: { X509_check_issued($0, leaf) == X509_V_OK }) {
      X509_up_ref(sent)
      return sent
    }
    guard let trust, let context = X509_STORE_CTX_new() else { return nil }
    defer { X509_STORE_CTX_free(context) }
    var issuer: OpaquePointer?
    guard X509_STORE_CTX_init(context, trust.raw, leaf, nil) == 1,
      X509_STORE_CTX_get1_issuer(&issuer, context, leaf) == 1
    else { return nil }
    return issuer
  }

  /// Whether the issuer itself or a responder with a certificate by it signed the response (RFC 6960 section 4.2.2.2).
  private static func isSigned(_ basic: OpaquePointer, by issuer: OpaquePointer) -> Bool? {
    guard let store = X509_STORE_new(), let candidates = OPENSSL_sk_new_null() else { return nil }
    defer {
      X509_STORE_free(store)
      OPENSSL_sk_free(candidates)
    }
    X509_STORE_add_cert(store, issuer)
    // The issuer is believed for this question, whoever issued it; and the day is judged apart.
    X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME))
    OPENSSL_sk_push(candidates, UnsafeRawPointer(issuer))
    return OCSP_basic_verify(basic, candidates, store, 0) == 1
  }
}
