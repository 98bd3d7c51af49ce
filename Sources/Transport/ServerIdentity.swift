import COpenSSL

/// What a server proves itself with: a certificate chain and its key, from PEM files. TLS 1.2 and later, as the system's
/// libssl thinks it safe.
package struct ServerIdentity: Sendable {
  let context: TLSContext

  /// Reads the files; throws where they cannot be read or do not belong together.
  package init(certificateFile: String, keyFile: String) throws(TransportFailure) {
    guard let context = TLSContext.server() else { throw .tls(LibraryErrors.drained().failure) }
    _ = prodworthy_SSL_CTX_set_min_proto_version(context.raw, TLS1_2_VERSION)
    prodworthy_SSL_CTX_serve_safely(context.raw)
    ERR_clear_error()
    guard SSL_CTX_use_certificate_chain_file(context.raw, certificateFile) == 1 else {
      throw .tls(
        TLSFailure(.local, "the certificate \(certificateFile) cannot be used: \(LibraryErrors.drained().reason)"))
    }
    guard SSL_CTX_use_PrivateKey_file(context.raw, keyFile, SSL_FILETYPE_PEM) == 1,
      SSL_CTX_check_private_key(context.raw) == 1
    else {
      throw .tls(TLSFailure(.local, "the key \(keyFile) cannot be used: \(LibraryErrors.drained().reason)"))
    }
    self.context = context
  }
}
