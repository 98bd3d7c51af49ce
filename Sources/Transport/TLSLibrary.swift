import COpenSSL

/// The library that speaks TLS here.
package enum TLSLibrary {
  /// Its name and version: `OpenSSL 3.0.16`.
  package static let version: String = {
    let words = String(cString: OpenSSL_version(OPENSSL_VERSION)).split(separator: " ")
    return words.prefix(2).joined(separator: " ")
  }()
}
