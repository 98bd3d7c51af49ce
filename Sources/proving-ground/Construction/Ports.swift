import Glibc

/// The free loopback ports of one proving ground.
struct Ports: Sendable {
  /// The address that stands for the platform's place in the world: only what is meant for everybody listens there, on
  /// the same ports as on 127.0.0.1.
  static let publicAddress = "127.0.0.2"
  /// The addresses of the nodes that take mail.
  static let mailNodes = ["127.0.0.1", "127.0.0.3"]

  /// HTTPS at the edge.
  let web: Int
  /// Plain HTTP at the edge.
  let plain: Int
  /// The outside site with events, which the platform reads.
  let outside: Int
  /// The database.
  let database: Int
  /// The api service.
  let api: Int
  /// The processing service.
  let processing: Int
  /// The extraction service.
  let extraction: Int
  /// The server of the web page's files, behind the edge.
  let assets: Int
  /// The mail front.
  let mail: Int
  /// The TLS servers behind the mail front.
  let mailTLS: Int
  /// The pooler in front of the database.
  let pooler: Int
  /// A port on which nothing listens.
  let unused: Int
  /// The ports of the wings, by name.
  private let ofWings: [String: Int]

  /// Ports that were free a moment ago, all different.
  init() throws(GroundFailure) {
    var candidates = try Candidates(beginningAt: Int(getpid()))
    var reservations: [Reservation] = []
    for _ in 0..<(12 + Wings.ports.count) { reservations.append(try Reservation(&candidates)) }
    defer { for reservation in reservations { close(reservation.socket) } }
    (web, plain, outside) = (reservations[0].port, reservations[1].port, reservations[2].port)
    (database, api) = (reservations[3].port, reservations[4].port)
    (processing, extraction) = (reservations[5].port, reservations[6].port)
    (assets, unused) = (reservations[7].port, reservations[8].port)
    (mail, mailTLS) = (reservations[9].port, reservations[10].port)
    pooler = reservations[11].port
    ofWings = Dictionary(
      zip(Wings.ports, reservations.dropFirst(12).map(\.port)), uniquingKeysWith: { first, _ in first })
  }

  /// How the names of sockets begin that keep blocks of ports. A name that begins with 0 lies in no folder (unix(7)).
  private static let keeping = Array("\0proving-ground/ports/".utf8)

  /// Whether a descriptor is what keeps the ports of a platform.
  static func areKept(by descriptor: Int32) -> Bool {
    var address = sockaddr_un()
    var length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let isNamed = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
    }
    guard isNamed, address.sun_family == sa_family_t(AF_UNIX) else { return false }
    return withUnsafeBytes(of: &address.sun_path) { $0.starts(with: keeping) }
  }

  /// Whether something listens on a port of 127.0.0.1.
  static func isOpen(_ port: Int) -> Bool {
    let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return Loopback.withAddress(port: port) { connect(descriptor, $0, $1) } == 0
  }

  /// The port that a wing calls `name`; 0 for a name that no wing has.
  subscript(_ name: String) -> Int { ofWings[name] ?? 0 }

  /// The port of a service.
  func port(of service: ServiceName) -> Int {
    switch service {
    case .api: api
    case .processing: processing
    case .extraction: extraction
    case .mail: mail
    case .engine: self["engine"]
    case .coolify: self["coolify"]
    case .booking: self["booking"]
    }
  }

  /// Ports below the usual range for outgoing connections (32768 and up), from which any client could take a port between
  /// its release here and its use by a server.
  ///
  /// Two platforms must not share a port, not even one on which nothing listens yet: each has a block of its own. A block is
  /// kept by a socket with its name, which the platform's processes inherit, so that it is free again when the last has ended.
  private struct Candidates {
    private static let (first, size, blocks) = (20_000, 152, 84)
    private var ports: Range<Int>

    init(beginningAt place: Int) throws(GroundFailure) {
      for offset in 0..<Self.blocks {
        let block = (place + offset) % Self.blocks
        guard try Self.keeps(block) else { continue }
        let lower = Self.first + block * Self.size
        ports = lower..<(lower + Self.size)
        return
      }
      throw GroundFailure("too many platforms stand on this machine: no ports are left")
    }

    /// The next port; nil where the block is used up.
    mutating func draw() -> Int? { ports.popFirst() }

    /// Keeps a block, unless another platform does.
    private static func keeps(_ block: Int) throws(GroundFailure) -> Bool {
      // Not closed when a program is started (`areKept(by:)`): every part of the platform keeps the block.
      let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      guard descriptor >= 0 else { throw Files.failure("cannot make a socket") }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      let name = Ports.keeping + Array("\(block)".utf8)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
      let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
      let isOurs = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
      }
      if !isOurs { close(descriptor) }
      return isOurs
    }
  }

  /// A port kept from others by a bound socket.
  private struct Reservation {
    let socket: Int32
    let port: Int

    /// Binds the next candidate that is free.
    init(_ candidates: inout Candidates) throws(GroundFailure) {
      while let candidate = candidates.draw() {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Files.failure("cannot make a socket") }
        if Loopback.withAddress(port: candidate, { bind(descriptor, $0, $1) }) == 0 {
          socket = descriptor
          port = candidate
          return
        }
        close(descriptor)
      }
      throw GroundFailure("no free port was found on 127.0.0.1")
    }
  }
}

/// The loopback network; everything listens on 127.0.0.1.
enum Loopback {
  /// Calls `body` with the socket address of `port` at `host`, an IPv4 address in figures.
  static func withAddress<Result>(
    _ host: String = "127.0.0.1", port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
