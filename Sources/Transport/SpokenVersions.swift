import COpenSSL

extension TLSVersion {
  /// The versions that this process can speak, proved by a handshake in memory with each.
  ///
  /// libssl may be built or patched so that an old version is accepted as a setting and fails in the handshake; a probe
  /// that did not know would call every server free of it.
  package static let spokenHere: Set<TLSVersion> = {
    LibrarySetUp.once
    defer { ERR_clear_error() }
    guard let identity = ThrowawayIdentity() else { return [] }
    return Set(allCases.filter { $0.shakesHands(with: identity) })
  }()

  private func shakesHands(with identity: ThrowawayIdentity) -> Bool {
    let settings = TLSClientSettings(
      serverName: nil, trust: nil, minimumVersion: self, maximumVersion: self, offersEveryCipher: true)
    guard let context = TLSContext.server(),
      let client = (try? TLSContext.sharing(settings)).flatMap({ SSL_new($0.raw) })
    else { return false }
    defer { SSL_free(client) }
    context.allow(from: self, to: self, everyCipher: true)
    guard SSL_CTX_use_certificate(context.raw, identity.certificate) == 1,
      SSL_CTX_use_PrivateKey(context.raw, identity.key) == 1, let server = SSL_new(context.raw)
    else { return false }
    defer { SSL_free(server) }
    var ends: (OpaquePointer?, OpaquePointer?)
    guard BIO_new_bio_pair(&ends.0, 0, &ends.1, 0) == 1 else { return false }
    SSL_set_bio(client, ends.0, ends.0)
    SSL_set_bio(server, ends.1, ends.1)
    SSL_set_connect_state(client)
    SSL_set_accept_state(server)
    // A handshake is done in four rounds at most; one that makes no progress ends here too.
    for _ in 0..<8 {
      ERR_clear_error()
      let isClientDone = SSL_do_handshake(client) == 1
      let isServerDone = SSL_do_handshake(server) == 1
      if isClientDone, isServerDone { return SSL_version(client) == number }
    }
    return false
  }
}

/// A key with a certificate over it, for one handshake in memory.
private final class ThrowawayIdentity {
  let key: OpaquePointer
  let certificate: OpaquePointer

  init?() {
    guard let key = Self.newKey() else { return nil }
    guard let certificate = X509_new() else {
      EVP_PKEY_free(key)
      return nil
    }
    self.key = key
    self.certificate = certificate
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0)
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600)
    guard X509_set_pubkey(certificate, key) == 1, X509_sign(certificate, key, EVP_sha256()) > 0 else { return nil }
  }

  deinit {
    X509_free(certificate)
    EVP_PKEY_free(key)
  }

  private static func newKey() -> OpaquePointer? {
    guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1,
      EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
      EVP_PKEY_keygen(context, &key) == 1
    else { return nil }
    return key
  }
}
