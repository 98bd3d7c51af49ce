import COpenSSL
import Synchronization

/// A configured `SSL_CTX`: never changed after it was made, so threads may share it.
final class TLSContext: Sendable {
  /// The part of the settings that a context holds.
  struct Offer: Hashable {
    var minimumVersion: TLSVersion?
    var maximumVersion: TLSVersion?
    var alpn: [String]
    var everyCipher: Bool
  }

  nonisolated(unsafe) let raw: OpaquePointer

  private static let cache = Mutex<[Offer: TLSContext]>([:])
  /// A certificate of 10,000 names takes some 300 KB; libssl alone would stop at 100.
  static let longestCertificateList = 4 << 20

  /// The context for these settings; made once.
  static func sharing(_ settings: TLSClientSettings) throws(TransportFailure) -> TLSContext {
    LibrarySetUp.once
    let offer = Offer(
      minimumVersion: settings.minimumVersion, maximumVersion: settings.maximumVersion, alpn: settings.alpn,
      everyCipher: settings.offersEveryCipher)
    if let known = cache.withLock({ $0[offer] }) { return known }
    guard let raw = SSL_CTX_new(TLS_client_method()) else { throw .tls(LibraryErrors.drained().failure) }
    let context = TLSContext(raw)
    try context.configure(offer)
    cache.withLock { $0[offer] = context }
    return context
  }

  /// A server's side, for proving that this libssl speaks a version.
  static func server() -> TLSContext? {
    LibrarySetUp.once
    return SSL_CTX_new(TLS_server_method()).map(TLSContext.init)
  }

  init(_ raw: OpaquePointer) { self.raw = raw }

  deinit { SSL_CTX_free(raw) }

  private func configure(_ offer: Offer) throws(TransportFailure) {
    allow(from: offer.minimumVersion, to: offer.maximumVersion, everyCipher: offer.everyCipher)
    _ = SSL_CTX_set_options(raw, prodworthy_SSL_OP_LEGACY_SERVER_CONNECT)
    prodworthy_SSL_CTX_set_max_cert_list(raw, Self.longestCertificateList)
    prodworthy_SSL_CTX_set_read_ahead(raw, 1)
    // Chains are verified once, after the handshake, with every problem collected: not here as well.
    SSL_CTX_set_cert_verify_callback(raw, { _, _ in 1 }, nil)
    let protocols = offer.alpn.flatMap { name in [UInt8(truncatingIfNeeded: name.utf8.count)] + Array(name.utf8) }
    if !protocols.isEmpty {
      guard offer.alpn.allSatisfy({ (1...255).contains($0.utf8.count) }),
        SSL_CTX_set_alpn_protos(raw, protocols, UInt32(protocols.count)) == 0
      else { throw .tls(TLSFailure(.local, "the application protocols cannot be offered")) }
    }
  }

  /// Level 0, since Debian's default of 2 makes our side refuse what the server would accept.
  func allow(from minimum: TLSVersion?, to maximum: TLSVersion?, everyCipher: Bool) {
    SSL_CTX_set_security_level(raw, 0)
    _ = prodworthy_SSL_CTX_set_min_proto_version(raw, (minimum ?? .tls10).number)
    _ = prodworthy_SSL_CTX_set_max_proto_version(raw, maximum?.number ?? 0)
    _ = SSL_CTX_set_cipher_list(raw, everyCipher ? "ALL:COMPLEMENTOFALL:@SECLEVEL=0" : "DEFAULT:@SECLEVEL=0")
    if everyCipher { _ = SSL_CTX_set_ciphersuites(raw, Self.everySuite) }
  }

  /// All suites of TLS 1.3, of which libssl's own list leaves out CCM.
  private static let everySuite =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"

  /// Offers every curve that this libssl knows, its usual ones first: a certificate over another is refused, whatever it is
  /// worth, by a client that does not offer its curve.
  func allowEveryGroup() {
    let known = Self.everyGroup.filter { prodworthy_SSL_CTX_set1_groups_list(raw, $0) == 1 }
    _ = prodworthy_SSL_CTX_set1_groups_list(raw, known.joined(separator: ":"))
  }

  private static let everyGroup = [
    "X25519", "P-256", "X448", "P-521", "P-384", "X25519MLKEM768", "ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144",
    "ffdhe8192", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "secp256k1", "P-224", "P-192", "secp224k1",
    "secp192k1",
  ]
}
