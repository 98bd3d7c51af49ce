import COpenSSL

/// A certificate with what only some callers need beside it.
package struct CertificateDetails: Sendable {
  package var certificate: Certificate
  /// The curve of the key, as libcrypto calls it; nil for other keys.
  package var keyCurve: String?
  /// Timestamps in the certificate itself (RFC 6962 section 3.3).
  package var embeddedTimestamps: Int
  /// Whether it says where its status can be asked for (OCSP).
  package var namesResponder: Bool
  /// The exponent of an RSA key is 1, so that anybody can sign with it; false for other keys.
  package var hasExponentOne: Bool

  init(_ raw: OpaquePointer) {
    certificate = CertificateReading.certificate(raw)
    defer { ERR_clear_error() }
    keyCurve = nil
    hasExponentOne = false
    if let key = X509_get0_pubkey(raw) {
      var name = [CChar](repeating: 0, count: 80)
      var length = 0
      if EVP_PKEY_get_base_id(key) == EVP_PKEY_EC, EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1 {
        keyCurve = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
      var exponent: OpaquePointer?
      if EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA, EVP_PKEY_get_bn_param(key, "e", &exponent) == 1 {
        hasExponentOne = BN_is_one(exponent) == 1
        BN_free(exponent)
      }
    }
    embeddedTimestamps = 0
    if let list = X509_get_ext_d2i(raw, NID_ct_precert_scts, nil, nil).map({ OpaquePointer($0) }) {
      embeddedTimestamps = Int(max(0, OPENSSL_sk_num(list)))
      SCT_LIST_free(list)
    }
    namesResponder = false
    if let responders = X509_get1_ocsp(raw) {
      namesResponder = OPENSSL_sk_num(responders) > 0
      X509_email_free(responders)
    }
  }

  /// Reads a certificate in DER; nil if it is none.
  package init?(der: [UInt8]) {
    LibrarySetUp.once
    let read = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var position = buffer.baseAddress
      return d2i_X509(nil, &position, buffer.count)
    }
    guard let raw = read else {
      ERR_clear_error()
      return nil
    }
    defer { X509_free(raw) }
    self.init(raw)
  }
}
