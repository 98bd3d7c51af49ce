import Glibc
import Probing

/// The front for submitted mail: greets in SMTP and hands whoever asks for TLS on to a TLS server.
///
/// One thread waits for all connections at once, so that nobody can keep it from the others.
struct MailFront: Sendable {
  private let port: Int
  private let settings: MailSettings
  private let chain: [[UInt8]]

  /// The most connections at a time; more have to wait.
  private static let mostVisits = 200

  /// A front with its settings.
  init(_ settings: ServiceSettings) throws(GroundFailure) {
    guard let mail = settings.mail else { throw GroundFailure("the settings say nothing about mail") }
    port = settings.port
    self.settings = mail
    guard let chain = Files.text(at: mail.chainFile) else { throw Files.failure("cannot read \(mail.chainFile)") }
    self.chain = PEM.contents(of: chain)
  }

  /// Serves until it is told to end.
  func run() async throws {
    try await BlockingLane(width: 1).run { Result { () throws(GroundFailure) in try serve() } }.get()
  }

  /// Whether it answers on `port` of 127.0.0.1.
  static func answers(on port: Int) -> Bool {
    let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard connection >= 0 else { return false }
    defer { close(connection) }
    return Loopback.withAddress(port: port) { connect(connection, $0, $1) } == 0
  }

  private func serve() throws(GroundFailure) {
    var doors: [(node: String, socket: Int32)] = []
    for node in settings.nodes { doors.append((node, try Self.door(node, port))) }
    var visits: [MailVisit] = []
    while true {
      let takesMore = visits.count < Self.mostVisits
      var waits = doors.map { pollfd(fd: takesMore ? $0.socket : -1, events: Int16(POLLIN), revents: 0) }
      for visit in visits { waits += visit.waits }
      // Once in a while whoever has gone silent is looked for.
      if poll(&waits, nfds_t(waits.count), 1000) < 0, errno != EINTR { throw Files.failure("cannot wait") }
      for index in visits.indices {
        let place = doors.count + 2 * index
        visits[index].goOn(client: waits[place].revents, server: waits[place + 1].revents)
      }
      visits.removeAll(where: \.isOver)
      for (door, wait) in zip(doors, waits) where wait.revents != 0 {
        let client = accept(door.socket, nil, nil)
        guard client >= 0 else { continue }
        _ = fcntl(client, F_SETFL, O_NONBLOCK)
        let talk = MailTalk(settings.manner, chain: chain)
        visits.append(MailVisit(client: client, talk: talk, server: (door.node, settings.tlsPort)))
      }
    }
  }

  private static func door(_ node: String, _ port: Int) throws(GroundFailure) -> Int32 {
    let door = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard door >= 0 else { throw Files.failure("cannot make a socket") }
    var yes: Int32 = 1
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard Loopback.withAddress(node, port: port, { bind(door, $0, $1) }) == 0, listen(door, 128) == 0 else {
      throw Files.failure("cannot listen on \(node) port \(port)")
    }
    return door
  }
}
