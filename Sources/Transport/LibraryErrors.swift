import COpenSSL

/// libssl's initialization, before anything else of it is used.
enum LibrarySetUp {
  /// The machine's openssl.cnf must not decide what an audit can see.
  static let once: Void = {
    _ = OPENSSL_init_ssl(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
  }()
}

/// The calling thread's OpenSSL errors, oldest first. The queue belongs to the thread, so it is drained in the same
/// synchronous call that failed.
struct LibraryErrors {
  private var codes: [UInt]

  static func drained() -> LibraryErrors {
    var errors = LibraryErrors(codes: [])
    while case let code = ERR_get_error(), code != 0 { errors.codes.append(code) }
    return errors
  }

  /// The reason of the oldest error that has one.
  var reason: String {
    for code in codes {
      if let text = ERR_reason_error_string(code) { return String(cString: text).lowercased() }
    }
    return "libssl gave no reason"
  }

  /// Whether one of them has this reason in this part of OpenSSL.
  func contain(library: Int32, reason: Int32) -> Bool {
    codes.contains { ERR_GET_LIB($0) == library && ERR_GET_REASON($0) == reason }
  }

  /// What they say about a TLS session.
  var failure: TLSFailure {
    let reasons = codes.filter { ERR_GET_LIB($0) == ERR_LIB_SSL }.map { ERR_GET_REASON($0) }
    if let alert = reasons.first(where: { $0 >= SSL_AD_REASON_OFFSET }).map({ $0 - SSL_AD_REASON_OFFSET }) {
      let name = String(cString: SSL_alert_desc_string_long(alert))
      return TLSFailure(.alert(Int(alert)), "the server refused with alert \(alert), \(name)")
    }
    if reasons.contains(SSL_R_UNSUPPORTED_PROTOCOL) || reasons.contains(SSL_R_WRONG_SSL_VERSION) {
      return TLSFailure(.otherVersion, "the server chose a protocol version that was not offered")
    }
    if reasons.contains(SSL_R_WRONG_VERSION_NUMBER) || reasons.contains(SSL_R_HTTP_REQUEST)
      || reasons.contains(SSL_R_PACKET_LENGTH_TOO_LONG) || reasons.contains(SSL_R_UNEXPECTED_MESSAGE)
    {
      return TLSFailure(.notTLS, "what answers does not speak TLS: \(reason)")
    }
    return TLSFailure(.local, "the handshake broke: \(reason)")
  }
}
