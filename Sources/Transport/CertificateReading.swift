import AuditModel
import COpenSSL
import Glibc

/// Reads libcrypto's parsed certificates into values.
enum CertificateReading {
  static func certificate(_ raw: OpaquePointer) -> Certificate {
    defer { ERR_clear_error() }
    let key = X509_get0_pubkey(raw)
    let names = AlternativeNames(of: raw)
    let (algorithm, digest) = signature(of: raw)
    return Certificate(
      subject: text(X509_get_subject_name(raw)), issuer: text(X509_get_issuer_name(raw)), serial: serial(of: raw),
      notBefore: instant(X509_get0_notBefore(raw)), notAfter: instant(X509_get0_notAfter(raw)),
      dnsNames: names.dns, ipAddresses: names.addresses, nameCount: names.count,
      keyAlgorithm: key.flatMap { EVP_PKEY_get0_type_name($0) }.map { String(cString: $0) },
      keyBits: key.map { Int(EVP_PKEY_get_bits($0)) },
      keySecurityBits: key.map { Int(EVP_PKEY_get_security_bits($0)) }, signatureAlgorithm: algorithm,
      signatureDigest: digest,
      isCA: X509_check_ca(raw) > 0, isForServers: isForServers(raw),
      isSelfSigned: X509_get_extension_flags(raw) & UInt32(EXFLAG_SS) != 0, mustStaple: mustStaple(raw),
      issuerURLs: issuerURLs(of: raw), fingerprint: hexadecimal(fingerprint(of: raw)),
      keyFingerprint: keyFingerprint(of: raw))
  }

  /// The whole certificate in DER; empty where libcrypto cannot write it.
  static func encoding(of raw: OpaquePointer) -> [UInt8] {
    defer { ERR_clear_error() }
    let length = i2d_X509(raw, nil)
    guard length > 0 else { return [] }
    var octets = [UInt8](repeating: 0, count: Int(length))
    let written = octets.withUnsafeMutableBufferPointer { buffer -> Int32 in
      var position = buffer.baseAddress
      return i2d_X509(raw, &position)
    }
    return written == length ? octets : []
  }

  /// The key, a SubjectPublicKeyInfo in DER; empty where libcrypto cannot write it.
  static func key(of raw: OpaquePointer) -> [UInt8] {
    defer { ERR_clear_error() }
    var start: UnsafeMutablePointer<UInt8>?
    let length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(raw), &start)
    defer { prodworthy_OPENSSL_free(start) }
    guard length > 0, let start else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: Int(length)))
  }

  /// SHA-256 over the key with its algorithm, hexadecimal, by which keys are known wherever they are certified.
  static func keyFingerprint(of raw: OpaquePointer) -> String {
    let key = Self.key(of: raw)
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    guard !key.isEmpty, EVP_Digest(key, key.count, &digest, &length, EVP_sha256(), nil) == 1 else { return "" }
    return hexadecimal(digest)
  }

  static func fingerprint(of raw: OpaquePointer) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 32
    return X509_digest(raw, EVP_sha256(), &digest, &length) == 1 ? digest : []
  }

  /// RFC 4514, with UTF-8 as it is instead of escaped.
  static func text(_ name: OpaquePointer?) -> String {
    guard let name, let output = BIO_new(BIO_s_mem()) else { return "" }
    defer { BIO_free(output) }
    let flags = UInt(XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_DN_REV | XN_FLAG_FN_SN | XN_FLAG_DUMP_UNKNOWN_FIELDS)
    let form = UInt(
      ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT | ASN1_STRFLGS_DUMP_UNKNOWN
        | ASN1_STRFLGS_DUMP_DER)
    X509_NAME_print_ex(output, name, 0, flags | form)
    // Enough bytes for the scalars kept.
    var bytes = [UInt8](repeating: 0, count: Certificate.longestText * 4)
    let count = BIO_read(output, &bytes, Int32(bytes.count))
    return bounded(bytes.prefix(max(0, Int(count))))
  }

  static func instant(_ time: UnsafePointer<ASN1_TIME>?) -> Instant? {
    var parts = tm()
    guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
    return Instant(seconds: timegm(&parts))
  }

  fileprivate static func bounded(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes.prefix(Certificate.longestText * 4), as: UTF8.self)
    guard text.unicodeScalars.count > Certificate.longestText else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(Certificate.longestText)))
  }

  fileprivate static func bytes(_ string: UnsafePointer<ASN1_STRING>?) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: max(0, Int(ASN1_STRING_length(string))))
  }

  private static func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func serial(of raw: OpaquePointer) -> String {
    // RFC 5280 allows 20 octets; a hostile one may be of any length.
    let number = X509_get0_serialNumber(raw)
    let digits = hexadecimal(bytes(number).prefix(64))
    return ASN1_STRING_type(number) == V_ASN1_NEG_INTEGER ? "-" + digits : digits
  }

  static func signature(of raw: OpaquePointer) -> (algorithm: String, digest: String) {
    var digest: Int32 = 0
    X509_get_signature_info(raw, &digest, nil, nil, nil)
    let identifier = X509_get_signature_nid(raw)
    let algorithm: String
    if identifier != NID_undef, let name = OBJ_nid2ln(identifier) {
      algorithm = String(cString: name)
    } else {
      var parameters: UnsafePointer<X509_ALGOR>?
      X509_get0_signature(nil, &parameters, raw)
      algorithm = objectText(parameters?.pointee.algorithm)
    }
    return (algorithm, digest == NID_undef ? algorithm : OBJ_nid2sn(digest).map { String(cString: $0) } ?? algorithm)
  }

  private static func objectText(_ object: OpaquePointer?) -> String {
    var text = [CChar](repeating: 0, count: 100)
    guard let object, OBJ_obj2txt(&text, Int32(text.count), object, 1) > 0 else { return "unknown" }
    return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
  }

  private static func isForServers(_ raw: OpaquePointer) -> Bool {
    let usage = X509_get_extended_key_usage(raw)
    return usage == UInt32.max || usage & UInt32(XKU_SSL_SERVER | XKU_ANYEKU) != 0
  }

  private static func mustStaple(_ raw: OpaquePointer) -> Bool {
    guard let extension_ = X509_get_ext_d2i(raw, NID_tlsfeature, nil, nil) else { return false }
    let features = OpaquePointer(extension_)
    defer { TLS_FEATURE_free(features) }
    // 5 is status_request (RFC 7633 section 4).
    return (0..<max(0, OPENSSL_sk_num(features))).contains { index in
      OPENSSL_sk_value(features, index).map {
        ASN1_INTEGER_get($0.assumingMemoryBound(to: ASN1_INTEGER.self)) == 5
      } ?? false
    }
  }

  private static func issuerURLs(of raw: OpaquePointer) -> [String] {
    guard let extension_ = X509_get_ext_d2i(raw, NID_info_access, nil, nil) else { return [] }
    let entries = OpaquePointer(extension_)
    defer { AUTHORITY_INFO_ACCESS_free(entries) }
    var urls: [String] = []
    for index in 0..<max(0, OPENSSL_sk_num(entries)) where urls.count < Certificate.mostNames {
      guard let entry = OPENSSL_sk_value(entries, index)?.assumingMemoryBound(to: ACCESS_DESCRIPTION.self).pointee,
        OBJ_obj2nid(entry.method) == NID_ad_ca_issuers, let location = entry.location,
        location.pointee.type == GEN_URI
      else { continue }
      urls.append(bounded(bytes(location.pointee.d.uniformResourceIdentifier)))
    }
    return urls
  }
}

/// The subject's alternative names (RFC 5280 section 4.2.1.6) that a TLS client looks at.
private struct AlternativeNames {
  var dns: [String] = []
  var addresses: [String] = []
  var count = 0

  init(of raw: OpaquePointer) {
    guard let extension_ = X509_get_ext_d2i(raw, NID_subject_alt_name, nil, nil) else { return }
    let names = OpaquePointer(extension_)
    defer { GENERAL_NAMES_free(names) }
    for index in 0..<max(0, OPENSSL_sk_num(names)) {
      guard let name = OPENSSL_sk_value(names, index)?.assumingMemoryBound(to: GENERAL_NAME.self) else { continue }
      switch name.pointee.type {
      case GEN_DNS:
        count += 1
        if dns.count < Certificate.mostNames {
          dns.append(CertificateReading.bounded(CertificateReading.bytes(name.pointee.d.dNSName)))
        }
      case GEN_IPADD:
        count += 1
        if addresses.count < Certificate.mostNames {
          addresses.append(Self.figures(CertificateReading.bytes(name.pointee.d.iPAddress)))
        }
      default: break
      }
    }
  }

  private static func figures(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    let family: Int32
    switch bytes.count {
    case 4: family = AF_INET
    case 16: family = AF_INET6
    default: return "an address of \(bytes.count) bytes"
    }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    return text.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress,
        let end = inet_ntop(family, bytes.baseAddress, start, socklen_t(buffer.count))
      else { return "" }
      return String(cString: end)
    }
  }
}
