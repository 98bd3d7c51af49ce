import COpenSSL
import Glibc
import Probing

/// The client's side of one TLS session over a socket.
final class TLSStream {
  let raw: OpaquePointer
  private let socket: Socket

  convenience init(_ settings: TLSClientSettings, over socket: Socket) throws(TransportFailure) {
    try self.init(try TLSContext.sharing(settings), serverName: settings.serverName, over: socket)
  }

  /// A server's session of `context`.
  init(serving context: TLSContext, over socket: Socket) throws(TransportFailure) {
    guard let raw = SSL_new(context.raw), let channel = SocketChannel.over(socket) else {
      throw .tls(LibraryErrors.drained().failure)
    }
    self.raw = raw
    self.socket = socket
    SSL_set_bio(raw, channel, channel)
    SSL_set_accept_state(raw)
  }

  /// A session of `context`, asking for `serverName` where that can be asked for.
  init(_ context: TLSContext, serverName: String?, over socket: Socket) throws(TransportFailure) {
    guard let raw = SSL_new(context.raw), let channel = SocketChannel.over(socket) else {
      throw .tls(LibraryErrors.drained().failure)
    }
    self.raw = raw
    self.socket = socket
    SSL_set_bio(raw, channel, channel)
    SSL_set_connect_state(raw)
    if let name = serverName.map(ServerName.init), name.isSentAsSNI {
      _ = prodworthy_SSL_set_tlsext_host_name(raw, name.text)
    }
  }

  deinit { SSL_free(raw) }

  /// The protocol version agreed on, as libssl writes it: `TLSv1.3`.
  var version: String { String(cString: SSL_get_version(raw)) }

  /// Whether the peer has agreed on a version and a suite.
  var isAgreed: Bool {
    switch SSL_get_state(raw) {
    case TLS_ST_BEFORE, TLS_ST_CW_CLNT_HELLO: false
    // The state lasts until the next message; there is a suite once this one was found in order.
    case TLS_ST_CR_SRVR_HELLO: SSL_get_pending_cipher(raw) != nil
    default: true
    }
  }

  func handshake(before deadline: Deadline) throws(TransportFailure) {
    if try attempt("handshake", before: deadline, { SSL_do_handshake(raw) }) == 0 { throw .closedEarly }
  }

  /// How much a server may have said before new keys are asked for.
  private static let mostBytesBeforeRenegotiation = 64 << 10

  /// Asks for new keys; gives whether both sides bind them to the session (RFC 5746).
  func renegotiate(before deadline: Deadline) throws(TransportFailure) -> Bool {
    let isBound = prodworthy_SSL_get_secure_renegotiation_support(raw) == 1
    // Whether a server does what it must not is to be seen, not to be prevented here.
    _ = SSL_set_options(raw, prodworthy_SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION)
    ERR_clear_error()
    guard SSL_renegotiate(raw) == 1 else { throw .tls(LibraryErrors.drained().failure) }
    if try attempt("renegotiation", before: deadline, { SSL_do_handshake(raw) }) == 0 { throw .closedEarly }
    // Nothing is asked while there is something to be read, so that is read away; it may be the end.
    var byte: UInt8 = 0
    for _ in 0..<Self.mostBytesBeforeRenegotiation {
      ERR_clear_error()
      guard SSL_renegotiate_pending(raw) != 0 else { return isBound }
      let hasAsked = SSL_in_init(raw) == 1
      let result = SSL_read(raw, &byte, 1)
      if result > 0 { continue }
      switch SSL_get_error(raw, result) {
      case SSL_ERROR_WANT_READ: try socket.wait(for: POLLIN, before: deadline, phase: "renegotiation")
      case SSL_ERROR_WANT_WRITE: try socket.wait(for: POLLOUT, before: deadline, phase: "renegotiation")
      case SSL_ERROR_ZERO_RETURN where hasAsked: throw .closedEarly
      case SSL_ERROR_ZERO_RETURN: throw .timedOut(phase: "renegotiation")
      default: throw failure()
      }
    }
    throw .timedOut(phase: "renegotiation")
  }

  func read(upTo limit: Int, before deadline: Deadline) throws(TransportFailure) -> [UInt8] {
    var outcome = Result<Int32, TransportFailure>.success(0)
    let bytes = [UInt8](unsafeUninitializedCapacity: max(1, limit)) { buffer, count in
      let size = Int32(clamping: buffer.count)
      outcome = Result { () throws(TransportFailure) in
        try attempt("read", before: deadline) { SSL_read(raw, buffer.baseAddress, size) }
      }
      count = Int((try? outcome.get()) ?? 0)
    }
    _ = try outcome.get()
    return bytes
  }

  func write(_ bytes: [UInt8], before deadline: Deadline) throws(TransportFailure) {
    guard !bytes.isEmpty else { return }
    // Without partial writes libssl returns only when all is sent; it is called again with the same bytes until then.
    let outcome = bytes.withUnsafeBytes { buffer in
      Result { () throws(TransportFailure) in
        try attempt("write", before: deadline) { SSL_write(raw, buffer.baseAddress, Int32(clamping: buffer.count)) }
      }
    }
    if try outcome.get() == 0 { throw .closedEarly }
  }

  /// Sends close_notify (RFC 8446 section 6.1) as far as that goes without waiting.
  func sayGoodbye() {
    ERR_clear_error()
    if SSL_is_init_finished(raw) == 1, socket.ending == nil { _ = SSL_shutdown(raw) }
    ERR_clear_error()
  }

  /// Repeats a call until it succeeds (positive), the peer ends the session in order (0), or it fails.
  private func attempt(
    _ phase: String, before deadline: Deadline, _ call: () -> Int32
  ) throws(TransportFailure) -> Int32 {
    while true {
      ERR_clear_error()
      let result = call()
      if result > 0 { return result }
      switch SSL_get_error(raw, result) {
      case SSL_ERROR_WANT_READ: try socket.wait(for: POLLIN, before: deadline, phase: phase)
      case SSL_ERROR_WANT_WRITE: try socket.wait(for: POLLOUT, before: deadline, phase: phase)
      case SSL_ERROR_ZERO_RETURN: return 0
      default: throw failure()
      }
    }
  }

  private func failure() -> TransportFailure {
    let errors = LibraryErrors.drained()
    switch socket.ending {
    case 0?: return .closedEarly
    case let error?: return Socket.failure(error)
    case nil:
      var failure = errors.failure
      failure.isAfterAgreement = isAgreed
      return .tls(failure)
    }
  }
}

/// The name a server is asked for.
struct ServerName {
  /// Without the dot at the end that makes a name absolute: neither SNI nor certificates have it.
  let text: String

  init(_ text: String) { self.text = text.hasSuffix(".") ? String(text.dropLast()) : text }

  var isAddress: Bool {
    var address = in6_addr()
    return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1
  }

  var isSentAsSNI: Bool { (1...255).contains(text.utf8.count) && !isAddress }
}

/// A BIO over a `Socket`: libssl's own would raise SIGPIPE and count nothing.
private enum SocketChannel {
  nonisolated(unsafe) private static let method: OpaquePointer? = {
    guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket") else { return nil }
    BIO_meth_set_read(method) { channel, start, count in
      guard let socket = socket(of: channel), let start, count > 0 else { return -1 }
      BIO_clear_flags(channel, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
      switch socket.receive(into: start, atMost: Int(count)) {
      case .moved(let received): return Int32(received)
      case .ended: return 0
      case .failed: return -1
      case .wouldBlock:
        BIO_set_flags(channel, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
        return -1
      }
    }
    BIO_meth_set_write(method) { channel, start, count in
      guard let socket = socket(of: channel), let start, count > 0 else { return -1 }
      BIO_clear_flags(channel, BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
      switch socket.send(start, Int(count)) {
      case .moved(let sent): return Int32(sent)
      case .ended, .failed: return -1
      case .wouldBlock:
        BIO_set_flags(channel, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY)
        return -1
      }
    }
    BIO_meth_set_ctrl(method) { channel, command, _, _ in
      switch command {
      case BIO_CTRL_FLUSH: 1
      case BIO_CTRL_EOF: socket(of: channel)?.ending == 0 ? 1 : 0
      default: 0
      }
    }
    return method
  }()

  /// The channel does not keep the socket alive: its session does.
  static func over(_ socket: Socket) -> OpaquePointer? {
    guard let method, let channel = BIO_new(method) else { return nil }
    BIO_set_data(channel, Unmanaged.passUnretained(socket).toOpaque())
    BIO_set_init(channel, 1)
    return channel
  }

  private static func socket(of channel: OpaquePointer?) -> Socket? {
    BIO_get_data(channel).map { Unmanaged<Socket>.fromOpaque($0).takeUnretainedValue() }
  }
}
