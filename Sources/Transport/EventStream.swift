import AuditModel
import COpenSSL
import Glibc

/// A client's TLS settings for many connections: made once, shared by threads.
package final class EventTLS: Sendable {
  nonisolated(unsafe) let raw: OpaquePointer
  private let verifies: Bool

  /// Offers TLS 1.2 and newer, with `http/1.1` as application protocol. With `trust` servers have to prove who they are;
  /// without it anybody will do.
  package init(trust: TrustStore?) throws(TransportFailure) {
    LibrarySetUp.once
    guard let raw = SSL_CTX_new(TLS_client_method()) else { throw .tls(LibraryErrors.drained().failure) }
    self.raw = raw
    verifies = trust != nil
    _ = prodworthy_SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION)
    prodworthy_SSL_CTX_set_read_ahead(raw, 1)
    if let trust {
      SSL_CTX_set1_cert_store(raw, trust.raw)
      SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil)
    } else {
      SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nil)
    }
    let name = Array("http/1.1".utf8)
    let offer = [UInt8(name.count)] + name
    SSL_CTX_set_alpn_protos(raw, offer, UInt32(offer.count))
  }

  deinit { SSL_CTX_free(raw) }

  /// A session asking for `name`, over a socket.
  fileprivate func session(over descriptor: Int32, name: String) -> OpaquePointer? {
    guard let session = SSL_new(raw) else { return nil }
    SSL_set_fd(session, descriptor)
    SSL_set_connect_state(session)
    let name = ServerName(name)
    if name.isSentAsSNI { _ = prodworthy_SSL_set_tlsext_host_name(session, name.text) }
    if verifies {
      if name.isAddress {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name.text)
      } else {
        SSL_set1_host(session, name.text)
      }
    }
    return session
  }
}

/// A TCP connection, perhaps with TLS, for an event loop: no call of it waits.
///
/// Writes may raise SIGPIPE: the thread that uses it blocks that signal. Used by one thread only.
package final class EventStream {
  /// What came of a call.
  package enum Progress: Equatable {
    /// So many bytes passed; for `establish`, 0.
    case moved(Int)
    /// It goes on when the descriptor can be read from.
    case wantsRead
    /// It goes on when the descriptor can be written to.
    case wantsWrite
    /// The peer has sent all it will send.
    case ended
    /// It is over, for this reason: the name of an error such as `ECONNREFUSED`, or a word about TLS.
    case failed(String)
  }

  /// What an event loop waits on.
  package private(set) var descriptor: Int32
  private var session: OpaquePointer?
  private var isConnected = false

  /// Begins to connect. Throws the name of the error where not even that is possible.
  package init(to address: SocketAddress, tls: EventTLS?, name: String) throws(Failure) {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    descriptor = socket(address.family, type, 0)
    guard descriptor >= 0 else { throw Failure(name: Self.name(of: errno)) }
    var yes: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    let status = address.bytes.withUnsafeBytes { bytes -> Int32 in
      guard let pointer = bytes.baseAddress else { return -1 }
      return connect(descriptor, pointer.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    if status != 0, errno != EINPROGRESS, errno != EINTR {
      let error = errno
      Glibc.close(descriptor)
      descriptor = -1
      throw Failure(name: Self.name(of: error))
    }
    if let tls {
      session = tls.session(over: descriptor, name: name)
      if session == nil {
        Glibc.close(descriptor)
        descriptor = -1
        throw Failure(name: "TLS")
      }
    }
  }

  deinit { close() }

  /// Why a connection could not be begun.
  package struct Failure: Error {
    /// The name of an error such as `EMFILE`.
    package var name: String
  }

  /// Goes on with the connection and its handshake: `moved` once both are done.
  package func establish() -> Progress {
    if !isConnected {
      var error: Int32 = 0
      var length = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
      if error != 0 { return .failed(Self.name(of: error)) }
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&entry, 1, 0) > 0 else { return .wantsWrite }
      if Int32(entry.revents) & (POLLERR | POLLHUP) != 0 {
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
        return .failed(Self.name(of: error == 0 ? ECONNRESET : error))
      }
      isConnected = true
    }
    guard let session else { return .moved(0) }
    ERR_clear_error()
    let result = SSL_do_handshake(session)
    return result == 1 ? .moved(0) : progress(session, result)
  }

  /// Takes what has arrived.
  package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Progress {
    if let session {
      ERR_clear_error()
      let result = SSL_read(session, buffer.baseAddress, Int32(clamping: buffer.count))
      return result > 0 ? .moved(Int(result)) : progress(session, result)
    }
    while true {
      if let progress = Self.progress(ofReceiving: recv(descriptor, buffer.baseAddress, buffer.count, 0)) {
        return progress
      }
    }
  }

  /// What a call of `recv` or `recvmsg` that has just returned `count` came to; nil where it is to be made again.
  package static func progress(ofReceiving count: Int) -> Progress? {
    if count > 0 { return .moved(count) }
    if count == 0 { return .ended }
    switch errno {
    case EINTR: return nil
    case EAGAIN: return .wantsRead
    default: return .failed(name(of: errno))
    }
  }

  /// Sends as much as goes without waiting. What wants to go on is called again with the same bytes.
  package func send(_ bytes: UnsafeRawBufferPointer) -> Progress {
    if let session {
      ERR_clear_error()
      let result = SSL_write(session, bytes.baseAddress, Int32(clamping: bytes.count))
      return result > 0 ? .moved(Int(result)) : progress(session, result)
    }
    while true {
      let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return .moved(count) }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .wantsWrite
      default: return .failed(Self.name(of: errno))
      }
    }
  }

  /// Ends the connection without waiting for the peer.
  package func close() {
    if let session {
      ERR_clear_error()
      if SSL_is_init_finished(session) == 1 { _ = SSL_shutdown(session) }
      ERR_clear_error()
      SSL_free(session)
      self.session = nil
    }
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  private func progress(_ session: OpaquePointer, _ result: Int32) -> Progress {
    switch SSL_get_error(session, result) {
    case SSL_ERROR_WANT_READ: return .wantsRead
    case SSL_ERROR_WANT_WRITE: return .wantsWrite
    case SSL_ERROR_ZERO_RETURN: return .ended
    case SSL_ERROR_SYSCALL:
      let error = errno
      ERR_clear_error()
      return error == 0 ? .ended : .failed(Self.name(of: error))
    default:
      let verdict = SSL_get_verify_result(session)
      let errors = LibraryErrors.drained()
      if verdict != Int(X509_V_OK), let words = X509_verify_cert_error_string(verdict) {
        return .failed("certificate: \(String(cString: words))")
      }
      if errors.contain(library: ERR_LIB_SSL, reason: SSL_R_UNEXPECTED_EOF_WHILE_READING) { return .ended }
      return .failed("TLS: \(errors.reason)")
    }
  }

  /// The usual name of an error of the operating system.
  package static func name(of error: Int32) -> String {
    switch error {
    case ECONNREFUSED: "ECONNREFUSED"
    case ECONNRESET: "ECONNRESET"
    case ECONNABORTED: "ECONNABORTED"
    case EPIPE: "EPIPE"
    case ETIMEDOUT: "ETIMEDOUT"
    case EHOSTUNREACH: "EHOSTUNREACH"
    case ENETUNREACH: "ENETUNREACH"
    case EADDRNOTAVAIL: "EADDRNOTAVAIL"
    case EMFILE: "EMFILE"
    case ENFILE: "ENFILE"
    case EACCES: "EACCES"
    default: "errno \(error)"
    }
  }
}
