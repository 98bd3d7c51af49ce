// The importer finds `pthread_attr_t` in the first module of this target that includes its header, which is this one.
import COpenSSL
import Glibc
package import Probing
import Synchronization

/// The socket address of an endpoint.
package struct SocketAddress: Sendable {
  /// The address in figures, without port: `127.0.0.1`, `::1`.
  package var text: String
  let family: Int32
  /// The C structure, byte by byte.
  let bytes: [UInt8]
}

/// Name resolution that ends at a deadline.
package enum NameResolution {
  /// The addresses of a host in the order in which they are to be tried (RFC 6724).
  ///
  /// `getaddrinfo` cannot be called off, so it runs on a thread of its own, which is left behind at the deadline. Blocks:
  /// only on a lane.
  package static func addresses(
    of endpoint: Endpoint, before deadline: Deadline
  ) throws(TransportFailure) -> [SocketAddress] {
    guard (1...65535).contains(endpoint.port) else { throw .unreachable("there is no port \(endpoint.port)") }
    // Longer names cannot be looked up (RFC 1035 section 2.3.4), and C would cut a name at a NUL.
    guard !endpoint.host.isEmpty, endpoint.host.utf8.count <= 255, !endpoint.host.utf8.contains(0) else {
      throw .noSuchHost(endpoint.host)
    }
    if case .success(let addresses) = lookUp(endpoint, flags: AI_NUMERICHOST) { return addresses }
    return try Lookup.start(endpoint).result(before: deadline).get()
  }

  fileprivate static func lookUp(_ endpoint: Endpoint, flags: Int32) -> Result<[SocketAddress], TransportFailure> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = flags | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(endpoint.host, String(endpoint.port), &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard status == 0 else { return .failure(failure(status, endpoint.host)) }
    var addresses: [SocketAddress] = []
    var entry = list
    while let info = entry?.pointee {
      if let address = info.ai_addr {
        addresses.append(
          SocketAddress(
            text: numericText(address, info.ai_addrlen), family: info.ai_family,
            bytes: Array(UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen)))))
      }
      entry = info.ai_next
    }
    return addresses.isEmpty ? .failure(.noSuchHost(endpoint.host)) : .success(addresses)
  }

  private static func failure(_ status: Int32, _ host: String) -> TransportFailure {
    // EAI_NODATA (-5) and EAI_ADDRFAMILY (-9) are outside POSIX: the name exists, an address of ours does not.
    switch status {
    case EAI_NONAME, -5, -9: .noSuchHost(host)
    case EAI_SYSTEM: .resolutionFailed(String(cString: strerror(errno)))
    default: .resolutionFailed(String(cString: gai_strerror(status)))
    }
  }

  private static func numericText(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> String {
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// A `getaddrinfo` under way on a thread that nobody has to wait for.
private final class Lookup: Sendable {
  private let endpoint: Endpoint
  private let outcome = Mutex<Result<[SocketAddress], TransportFailure>?>(nil)
  /// Readable once there is an outcome.
  private let readEnd: Int32
  private let writeEnd: Int32

  static func start(_ endpoint: Endpoint) throws(TransportFailure) -> Lookup {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else { throw .resolutionFailed(String(cString: strerror(errno))) }
    let lookup = Lookup(endpoint, ends)
    let retained = Unmanaged.passRetained(lookup)
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 1 << 20)
    defer { pthread_attr_destroy(&attributes) }
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Lookup>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, retained.toOpaque())
    guard status == 0 else {
      retained.release()
      throw .resolutionFailed(String(cString: strerror(status)))
    }
    return lookup
  }

  private init(_ endpoint: Endpoint, _ ends: [Int32]) {
    self.endpoint = endpoint
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  private func run() {
    let result = NameResolution.lookUp(endpoint, flags: 0)
    outcome.withLock { $0 = result }
    var signal: UInt8 = 1
    _ = write(writeEnd, &signal, 1)
  }

  func result(before deadline: Deadline) -> Result<[SocketAddress], TransportFailure> {
    switch deadline.wait(for: POLLIN, on: readEnd) {
    case .timedOut: .failure(.timedOut(phase: "resolve"))
    case .cancelled: .failure(.cancelled)
    case .ready: outcome.withLock { $0 } ?? .failure(.resolutionFailed("the resolver gave no answer"))
    }
  }
}
