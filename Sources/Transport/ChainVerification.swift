import AuditModel
import COpenSSL
import Glibc

/// Builds and verifies the path of a presented chain with libcrypto.
enum ChainVerification {
  /// Whose order matters to nobody: any certificate of `chain` may serve as an intermediate of `leaf`.
  static func verdict(leaf: OpaquePointer, chain: OpaquePointer?, trust: TrustStore) -> ChainVerdict? {
    guard let context = X509_STORE_CTX_new() else { return nil }
    defer {
      X509_STORE_CTX_free(context)
      ERR_clear_error()
    }
    guard X509_STORE_CTX_init(context, trust.raw, leaf, chain) == 1 else { return nil }
    let parameters = X509_STORE_CTX_get0_param(context)
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER)
    X509_VERIFY_PARAM_set_trust(parameters, X509_TRUST_SSL_SERVER)
    X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_TRUSTED_FIRST))
    let problems = Problems()
    X509_STORE_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(problems).toOpaque())
    X509_STORE_CTX_set_verify_cb(context) { accepted, context in
      if accepted == 0, let data = X509_STORE_CTX_get_ex_data(context, 0) {
        Unmanaged<Problems>.fromOpaque(data).takeUnretainedValue().note(
          code: X509_STORE_CTX_get_error(context), depth: X509_STORE_CTX_get_error_depth(context))
      }
      // Go on, to find what else is wrong.
      return 1
    }
    let result = X509_verify_cert(context)
    if result <= 0, problems.found.isEmpty {
      problems.note(code: X509_STORE_CTX_get_error(context), depth: X509_STORE_CTX_get_error_depth(context))
    }
    let path = certificates(X509_STORE_CTX_get0_chain(context))
    // libcrypto counts the certificates it did not take from the store: with an anchor there are more than those.
    let isAnchored = path.count > Int(X509_STORE_CTX_get_num_untrusted(context))
    let anchor = isAnchored ? path.last : nil
    return ChainVerdict(
      problems: problems.found,
      path: path.map { certificate in
        ChainVerdict.Link(
          subject: CertificateReading.text(X509_get_subject_name(certificate)),
          issuer: CertificateReading.text(X509_get_issuer_name(certificate)),
          notBefore: CertificateReading.instant(X509_get0_notBefore(certificate)),
          notAfter: CertificateReading.instant(X509_get0_notAfter(certificate)),
          signatureDigest: CertificateReading.signature(of: certificate).digest,
          keyFingerprint: CertificateReading.keyFingerprint(of: certificate))
      },
      anchor: anchor.map { trust.declares(CertificateReading.fingerprint(of: $0)) ? .declared : .system },
      isIssuerAtHand: path.count > 1 || X509_get_extension_flags(leaf) & UInt32(EXFLAG_SS) != 0)
  }

  /// Whether the certificate is made out to `name` (RFC 9525): subject alternative names only, and `*` only as a whole label.
  static func isMadeOut(_ certificate: OpaquePointer, to name: ServerName) -> Bool {
    if name.isAddress { return X509_check_ip_asc(certificate, name.text, 0) == 1 }
    let flags = UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
    return !name.text.isEmpty && X509_check_host(certificate, name.text, name.text.utf8.count, flags, nil) == 1
  }

  /// The certificates of a C list.
  static func certificates(_ list: OpaquePointer?) -> [OpaquePointer] {
    guard let list else { return [] }
    return (0..<max(0, OPENSSL_sk_num(list))).compactMap { OPENSSL_sk_value(list, $0).map { OpaquePointer($0) } }
  }

  /// Collects what the verification finds.
  private final class Problems {
    private(set) var found: [ChainVerdict.Problem] = []

    func note(code: Int32, depth: Int32) {
      let problem = ChainVerdict.Problem(
        code: Int(code), id: word(code), message: String(cString: X509_verify_cert_error_string(Int(code))),
        depth: Int(depth))
      if !found.contains(problem) { found.append(problem) }
    }

    private func word(_ code: Int32) -> String {
      switch code {
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT: "root-missing"
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "issuer-missing"
      case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: "signature-not-verifiable"
      case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed"
      case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: "root-not-trusted"
      case X509_V_ERR_CERT_SIGNATURE_FAILURE: "signature-wrong"
      case X509_V_ERR_INVALID_CA, X509_V_ERR_INVALID_NON_CA: "issuer-not-a-ca"
      case X509_V_ERR_KEYUSAGE_NO_CERTSIGN: "issuer-may-not-sign"
      case X509_V_ERR_PATH_LENGTH_EXCEEDED: "path-too-long"
      case X509_V_ERR_CERT_CHAIN_TOO_LONG: "chain-too-long"
      case X509_V_ERR_INVALID_PURPOSE: "purpose-wrong"
      case X509_V_ERR_CERT_UNTRUSTED: "not-trusted-for-servers"
      case X509_V_ERR_CERT_REJECTED: "rejected-for-servers"
      case X509_V_ERR_PERMITTED_VIOLATION, X509_V_ERR_EXCLUDED_VIOLATION: "name-constraint-violated"
      case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION: "critical-extension-unknown"
      default: "x509-\(code)"
      }
    }
  }
}
