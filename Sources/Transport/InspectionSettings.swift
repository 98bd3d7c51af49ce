import COpenSSL

/// How to look at what needs keys: the certificate under TLS 1.3, resumption, stapled answers, application protocols.
package struct InspectionSettings: Sendable {
  /// The name in SNI; nil for none.
  package var serverName: String?
  /// The name that the certificate must be made out to; nil where that is not asked.
  package var expectedName: String?
  /// The roots that are believed; nil where the chain is not to be judged.
  package var trust: TrustStore?
  /// The only version offered; nil for all that libssl speaks.
  package var version: TLSVersion?
  /// Application protocols in order of preference (RFC 7301).
  package var alpn: [String]
  /// The only signature algorithms offered, in libssl's words, so that only certificates with such keys fit.
  package var signatureAlgorithms: String?
  /// The session to take up again.
  package var resuming: SavedSession?
  /// How long to wait for a ticket after a handshake of TLS 1.3, in milliseconds.
  package var ticketPatience: Int

  /// An offer of everything, unless said otherwise.
  package init(
    serverName: String?, expectedName: String? = nil, trust: TrustStore? = nil, version: TLSVersion? = nil,
    alpn: [String] = [], signatureAlgorithms: String? = nil, resuming: SavedSession? = nil, ticketPatience: Int = 0
  ) {
    self.serverName = serverName
    self.expectedName = expectedName
    self.trust = trust
    self.version = version
    self.alpn = alpn
    self.signatureAlgorithms = signatureAlgorithms
    self.resuming = resuming
    self.ticketPatience = ticketPatience
  }
}

/// A session that a server may take up again. Never changed after it was made, so threads may share it.
package final class SavedSession: Sendable {
  nonisolated(unsafe) let raw: OpaquePointer

  /// Takes over a reference.
  init(_ raw: OpaquePointer) { self.raw = raw }

  deinit { SSL_SESSION_free(raw) }

  /// How long the server says it keeps the ticket, in seconds; nil without a ticket.
  package var ticketLifetimeSeconds: Int? {
    SSL_SESSION_has_ticket(raw) == 1 ? Int(clamping: SSL_SESSION_get_ticket_lifetime_hint(raw)) : nil
  }

  /// How many bytes the server takes before the handshake is done (RFC 8446 section 4.2.10); 0 for none.
  package var maximumEarlyData: Int { Int(SSL_SESSION_get_max_early_data(raw)) }

  /// The ticket by which the server knows the session (RFC 5077); nil without one.
  package var ticket: [UInt8]? {
    var start: UnsafePointer<UInt8>?
    var length = 0
    SSL_SESSION_get0_ticket(raw, &start, &length)
    guard let start, length > 0 else { return nil }
    return Array(UnsafeBufferPointer(start: start, count: length))
  }

  /// The number of its suite; nil where it has none.
  package var suite: UInt16? { SSL_SESSION_get0_cipher(raw).map { SSL_CIPHER_get_protocol_id($0) } }
}
