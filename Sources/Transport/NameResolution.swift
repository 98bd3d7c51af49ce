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
  private(set) var bytes: [UInt8]

  init(text: String, family: Int32, bytes: [UInt8]) {
    self.text = text
    self.family = family
    self.bytes = bytes
  }

  /// A socket in the file system; nil where its path does not fit.
  init?(unixSocket path: String) {
    var address = sockaddr_un()
    let name = Array(path.utf8)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard !name.isEmpty, name.count < room, !name.contains(0) else { return nil }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    self.init(text: path, family: AF_UNIX, bytes: withUnsafeBytes(of: address) { Array($0) })
  }

  /// The same host on another port.
  func with(port: Int) -> SocketAddress {
    var other = self
    // Both families have the port, most significant byte first, after two bytes for the family.
    if bytes.count >= 4 { other.bytes.replaceSubrange(2..<4, with: [UInt8(port >> 8 & 255), UInt8(port & 255)]) }
    return other
  }
}

/// Name resolution that ends at a deadline.
package enum NameResolution {
  /// The addresses of a host in the order in which they are to be tried (RFC 6724), looked up again after five seconds.
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
    return try addresses(of: endpoint.host, before: deadline).map { $0.with(port: endpoint.port) }
  }

  private static func addresses(
    of host: String, before deadline: Deadline
  ) throws(TransportFailure) -> [SocketAddress] {
    if case .success(let addresses) = lookUp(host, flags: AI_NUMERICHOST) { return addresses }
    if let addresses = RecentLookups.addresses(of: host) { return addresses }
    let addresses = try Lookup.start(host).result(before: deadline).get()
    RecentLookups.note(addresses, of: host)
    return addresses
  }

  fileprivate static func lookUp(_ host: String, flags: Int32) -> Result<[SocketAddress], TransportFailure> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = flags
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard status == 0 else { return .failure(failure(status, host)) }
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
    return addresses.isEmpty ? .failure(.noSuchHost(host)) : .success(addresses)
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

/// What was looked up lately: a run asks for the same host again and again, and the resolver should not have to answer each
/// time.
private enum RecentLookups {
  private struct Entry {
    var addresses: [SocketAddress]
    var staleFrom: ContinuousClock.Instant
  }

  private static let entries = Mutex<[String: Entry]>([:])
  private static let lifetime = Duration.seconds(5)
  /// From here on stale entries are thrown away.
  private static let crowd = 1000

  static func addresses(of host: String) -> [SocketAddress]? {
    entries.withLock { $0[host].flatMap { $0.staleFrom > .now ? $0.addresses : nil } }
  }

  static func note(_ addresses: [SocketAddress], of host: String) {
    entries.withLock {
      if $0.count >= crowd { $0 = $0.filter { $0.value.staleFrom > .now } }
      $0[host] = Entry(addresses: addresses, staleFrom: .now + lifetime)
    }
  }
}

/// A `getaddrinfo` under way on a thread that nobody has to wait for.
private final class Lookup: Sendable {
  private let host: String
  private let outcome = Mutex<Result<[SocketAddress], TransportFailure>?>(nil)
  /// Readable once there is an outcome.
  private let readEnd: Int32
  private let writeEnd: Int32

  static func start(_ host: String) throws(TransportFailure) -> Lookup {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .resolutionFailed(String(cString: strerror(errno)))
    }
    let lookup = Lookup(host, ends)
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

  private init(_ host: String, _ ends: [Int32]) {
    self.host = host
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  private func run() {
    let result = NameResolution.lookUp(host, flags: 0)
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
