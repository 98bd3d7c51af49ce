import COpenSSL
import Glibc
import Probing

/// What a server gave in one handshake that asked for everything.
package struct Inspection: Sendable {
  /// Signed certificate timestamps (RFC 6962) by the way they came.
  package struct Timestamps: Sendable, Equatable {
    /// In the certificate.
    package var embedded = 0
    /// In the TLS extension.
    package var inHandshake = 0
    /// In the stapled OCSP response.
    package var stapled = 0
    /// Those that came in the TLS extension, each as encoded; at most `most`.
    package var encodedInHandshake: [[UInt8]] = []
    /// Those that came in the OCSP response, each as encoded; at most `most`.
    package var encodedStapled: [[UInt8]] = []

    /// The most that are kept of each way.
    package static let most = 50
  }

  /// What was agreed on, as far as the handshake came.
  package var session: TLSSession
  /// What else the certificate sent first says; nil if none was sent.
  package var leaf: CertificateDetails?
  /// Why the handshake did not come to its end although the server had shown its certificate; nil if it did.
  package var failure: TransportFailure?
  /// Whether the server took up the session it was offered.
  package var isResumed: Bool
  /// The session to take up again; nil if the server offered none in time.
  package var saved: SavedSession?
  /// The stapled OCSP answer; nil if none came.
  package var staple: StapledAnswer?
  package var timestamps: Timestamps
  /// The key of whoever issued the certificate sent first, a SubjectPublicKeyInfo; empty where that is not at hand.
  package var issuerKey: [UInt8]
  /// Whether the server asked for a client's certificate.
  package var asksForCertificate: Bool

  /// Shakes hands. Throws where the server came to no agreement, and where the wait was in vain.
  static func made(
    _ settings: InspectionSettings, over socket: Socket, before deadline: Deadline
  ) throws(TransportFailure) -> (Inspection, TLSStream) {
    guard let context = InspectionContext.shared else { throw .tls(TLSFailure(.local, "libssl gives no context")) }
    let stream = try TLSStream(context, serverName: settings.serverName, over: socket)
    let notes = InspectionNotes()
    SSL_set_ex_data(stream.raw, 0, Unmanaged.passUnretained(notes).toOpaque())
    // The notes end with this call, and the session may outlive it.
    defer { SSL_set_ex_data(stream.raw, 0, nil) }
    try prepare(stream.raw, settings)
    var failure: TransportFailure?
    do throws(TransportFailure) {
      try stream.handshake(before: deadline)
    } catch {
      guard SSL_get_peer_cert_chain(stream.raw) != nil, !error.isSilence else { throw error }
      failure = error
    }
    if failure == nil, settings.ticketPatience > 0, stream.version == TLSVersion.tls13.rawValue {
      waitForTicket(stream, socket, notes, before: deadline.capped(milliseconds: settings.ticketPatience))
    }
    let session = TLSSession(
      stream, TLSClientSettings(serverName: settings.expectedName, trust: settings.trust))
    let chain = ChainVerification.certificates(SSL_get_peer_cert_chain(stream.raw))
    return (
      Inspection(
        session: session, leaf: chain.first.map(CertificateDetails.init), failure: failure,
        isResumed: SSL_session_reused(stream.raw) == 1,
        saved: notes.saved, staple: StapledAnswer(to: stream.raw, chain: chain, trust: settings.trust),
        timestamps: timestamps(stream.raw), issuerKey: issuerKey(of: chain, settings.trust),
        asksForCertificate: notes.wasAskedForCertificate),
      stream
    )
  }

  private static func prepare(_ raw: OpaquePointer, _ settings: InspectionSettings) throws(TransportFailure) {
    if let version = settings.version {
      _ = prodworthy_SSL_set_min_proto_version(raw, version.number)
      _ = prodworthy_SSL_set_max_proto_version(raw, version.number)
    }
    let protocols = settings.alpn.flatMap { [UInt8(truncatingIfNeeded: $0.utf8.count)] + Array($0.utf8) }
    if !protocols.isEmpty { SSL_set_alpn_protos(raw, protocols, UInt32(protocols.count)) }
    if let list = settings.signatureAlgorithms, prodworthy_SSL_set1_sigalgs_list(raw, list) != 1 {
      throw .tls(TLSFailure(.local, "libssl does not know the signature algorithms \(list)"))
    }
    if let session = settings.resuming { SSL_set_session(raw, session.raw) }
    prodworthy_SSL_ask_for_status(raw)
    // Asks for timestamps; whatever they are worth does not end the handshake.
    SSL_set_ct_validation_callback(raw, { _, _, _ in 1 }, nil)
  }

  /// Reads until the ticket is there, which comes after the handshake and ahead of anything else.
  private static func waitForTicket(
    _ stream: TLSStream, _ socket: Socket, _ notes: InspectionNotes, before deadline: Deadline
  ) {
    var byte: UInt8 = 0
    while notes.saved == nil {
      ERR_clear_error()
      let result = SSL_peek(stream.raw, &byte, 1)
      guard notes.saved == nil, result <= 0, SSL_get_error(stream.raw, result) == SSL_ERROR_WANT_READ,
        (try? socket.wait(for: POLLIN, before: deadline, phase: "read")) != nil
      else { break }
    }
    ERR_clear_error()
  }

  private static func timestamps(_ raw: OpaquePointer) -> Timestamps {
    defer { ERR_clear_error() }
    var counts = Timestamps()
    guard let list = SSL_get0_peer_scts(raw) else { return counts }
    for index in 0..<max(0, OPENSSL_sk_num(list)) {
      guard let timestamp = OPENSSL_sk_value(list, index) else { continue }
      switch SCT_get_source(OpaquePointer(timestamp)) {
      case SCT_SOURCE_X509V3_EXTENSION: counts.embedded += 1
      case SCT_SOURCE_TLS_EXTENSION:
        counts.inHandshake += 1
        if counts.inHandshake <= Timestamps.most { counts.encodedInHandshake.append(encoding(of: timestamp)) }
      case SCT_SOURCE_OCSP_STAPLED_RESPONSE:
        counts.stapled += 1
        if counts.stapled <= Timestamps.most { counts.encodedStapled.append(encoding(of: timestamp)) }
      default: break
      }
    }
    return counts
  }

  /// A timestamp as it came; empty where libcrypto cannot write it.
  private static func encoding(of timestamp: UnsafeMutableRawPointer) -> [UInt8] {
    var start: UnsafeMutablePointer<UInt8>?
    let length = i2o_SCT(OpaquePointer(timestamp), &start)
    defer { prodworthy_OPENSSL_free(start) }
    guard length > 0, let start else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: Int(length)))
  }

  private static func issuerKey(of chain: [OpaquePointer], _ trust: TrustStore?) -> [UInt8] {
    guard let leaf = chain.first, let issuer = StapledAnswer.issuer(of: leaf, chain, trust) else { return [] }
    defer { X509_free(issuer) }
    return CertificateReading.key(of: issuer)
  }
}

extension TransportFailure {
  /// Whether nothing was heard of the server.
  fileprivate var isSilence: Bool {
    switch self {
    case .timedOut, .cancelled: true
    default: false
    }
  }
}

/// What libssl calls back about during one handshake.
private final class InspectionNotes {
  var saved: SavedSession?
  var wasAskedForCertificate = false

  static func of(_ session: OpaquePointer?) -> InspectionNotes? {
    session.flatMap { SSL_get_ex_data($0, 0) }.map {
      Unmanaged<InspectionNotes>.fromOpaque($0).takeUnretainedValue()
    }
  }
}

/// The one context of all inspections.
private enum InspectionContext {
  static let shared: TLSContext? = {
    LibrarySetUp.once
    guard let raw = SSL_CTX_new(TLS_client_method()) else { return nil }
    let context = TLSContext(raw)
    context.allow(from: nil, to: nil, everyCipher: true)
    context.allowEveryGroup()
    _ = SSL_CTX_set_options(raw, prodworthy_SSL_OP_LEGACY_SERVER_CONNECT)
    prodworthy_SSL_CTX_set_max_cert_list(raw, TLSContext.longestCertificateList)
    prodworthy_SSL_CTX_set_read_ahead(raw, 1)
    SSL_CTX_set_cert_verify_callback(raw, { _, _ in 1 }, nil)
    prodworthy_SSL_CTX_keep_sessions_outside(raw)
    SSL_CTX_sess_set_new_cb(raw) { session, saved in
      guard let saved, let notes = InspectionNotes.of(session) else { return 0 }
      notes.saved = SavedSession(saved)
      return 1
    }
    SSL_CTX_set_client_cert_cb(raw) { session, _, _ in
      InspectionNotes.of(session)?.wasAskedForCertificate = true
      return 0
    }
    return context
  }()
}
