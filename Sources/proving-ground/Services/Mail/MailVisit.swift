import Glibc

/// One connection to the mail front, with the one to the TLS server that belongs to it.
struct MailVisit {
  private let client: Int32
  private var server: Int32 = -1
  private let destination: (address: String, port: Int)
  private var talk: MailTalk
  private var isConnecting = false
  private var hasClientEnded = false
  private var lastSign = ContinuousClock.now
  /// Whether its connections are closed.
  private(set) var isOver = false

  /// How much may wait to be sent before no more is taken in, in bytes.
  private static let mostHeld = 1 << 16
  /// How long nothing may be said.
  private static let patience = Duration.seconds(60)

  /// A visit on the open connection `client`; `server` is where the TLS server is.
  init(client: Int32, talk: MailTalk, server: (address: String, port: Int)) {
    self.client = client
    self.talk = talk
    destination = server
  }

  /// What it waits for: on the client's connection, then on the server's.
  var waits: [pollfd] {
    let hears = talk.end == nil && !hasClientEnded && talk.toServer.count < Self.mostHeld
    let fromClient = (hears ? POLLIN : 0) | (talk.toClient.isEmpty ? 0 : POLLOUT)
    let fromServer =
      isConnecting
      ? POLLOUT : (talk.toClient.count < Self.mostHeld ? POLLIN : 0) | (talk.toServer.isEmpty ? 0 : POLLOUT)
    return [
      pollfd(fd: client, events: Int16(fromClient), revents: 0),
      pollfd(fd: server, events: Int16(fromServer), revents: 0),
    ]
  }

  /// Does what can be done now.
  mutating func goOn(client clientSigns: Int16, server serverSigns: Int16) {
    if clientSigns != 0 || serverSigns != 0 { lastSign = .now }
    if lastSign.duration(to: .now) > Self.patience { return leave() }
    if isConnecting, serverSigns != 0 { isConnecting = false }
    if clientSigns & Int16(POLLIN | POLLHUP | POLLERR) != 0 { hearClient() }
    if talk.needsServer, server < 0, !isOver { connectToServer() }
    if serverSigns & Int16(POLLIN | POLLHUP | POLLERR) != 0, !isOver { hearServer() }
    guard !isOver else { return }
    if hasClientEnded, clientSigns & Int16(POLLHUP | POLLERR) != 0 { return leave() }
    if !isConnecting, server >= 0 { Self.send(&talk.toServer, to: server) }
    if talk.end == .reset { return breakOff() }
    Self.send(&talk.toClient, to: client)
    if talk.end == .closed, talk.toClient.isEmpty { return leave() }
    if hasClientEnded, talk.toServer.isEmpty, !isConnecting {
      if server < 0 { return leave() }
      shutdown(server, Int32(SHUT_WR))
    }
  }

  private mutating func hearClient() {
    switch Self.read(client) {
    case .bytes(let bytes): talk.hear(fromClient: bytes)
    case .nothing: return
    case .end: hasClientEnded = true
    case .broken: leave()
    }
  }

  private mutating func hearServer() {
    switch Self.read(server) {
    case .bytes(let bytes): talk.hear(fromServer: bytes)
    case .nothing: return
    case .end, .broken: talk.serverEnded()
    }
  }

  private mutating func connectToServer() {
    server = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let (address, port) = destination
    let socket = server
    let status = Loopback.withAddress(address, port: port) { connect(socket, $0, $1) }
    isConnecting = status != 0 && errno == EINPROGRESS
    if status != 0, !isConnecting { talk.serverEnded() }
  }

  private static func send(_ bytes: inout [UInt8], to socket: Int32) {
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count > 0 {
        bytes.removeFirst(count)
      } else if errno != EINTR {
        if errno != EAGAIN { bytes = [] }
        return
      }
    }
  }

  /// Ends with a reset instead of an orderly close.
  private mutating func breakOff() {
    var hard = linger(l_onoff: 1, l_linger: 0)
    setsockopt(client, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
    leave()
  }

  private mutating func leave() {
    guard !isOver else { return }
    isOver = true
    close(client)
    if server >= 0 { close(server) }
  }

  private enum Heard {
    case bytes([UInt8])
    case nothing
    case end
    case broken
  }

  private static func read(_ socket: Int32) -> Heard {
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let count = Glibc.read(socket, &buffer, buffer.count)
    if count > 0 { return .bytes(Array(buffer[..<count])) }
    if count == 0 { return .end }
    return errno == EAGAIN || errno == EINTR ? .nothing : .broken
  }
}
