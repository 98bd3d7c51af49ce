import Probing
import Transport

/// What a server says of HTTP Strict Transport Security (RFC 6797) to one request for its root, over TLS.
enum StrictTransportGlance: Sendable, Equatable {
  /// The first field of that name; nil if there is none.
  case answered(field: String?)
  /// No whole header section came, and why.
  case unseen(String)
  /// Nothing came in time: whoever is there waits for another protocol, or takes longer than anybody would wait.
  case silent(String)

  /// The most of a header section that is read, in bytes.
  static let headerLimit = 64 << 10
  /// How long a server is waited for that has not said that it speaks HTTP, in milliseconds.
  static let patience = 2000

  /// Asks. Blocks: only on a lane.
  static func taken(
    through door: TLSDoor, of target: TLSTarget, before deadline: Deadline, traffic: TrafficMeter
  ) -> StrictTransportGlance {
    do throws(TransportFailure) {
      let connection = try door.open(deadline)
      defer { connection.close() }
      let settings = TLSClientSettings(serverName: target.serverName, trust: nil, alpn: ["http/1.1"])
      _ = try connection.agreeOnTLS(settings, before: deadline)
      return asked(
        over: connection, of: target, before: deadline.capped(milliseconds: Self.patience), traffic: traffic)
    } catch {
      return .unseen(error.sentence)
    }
  }

  /// Asks over a connection that speaks HTTP/1.1 within TLS.
  static func asked(
    over connection: Connection, of target: TLSTarget, before deadline: Deadline, traffic: TrafficMeter
  ) -> StrictTransportGlance {
    do throws(TransportFailure) {
      traffic.add(requests: 1)
      try connection.write(request(to: target), before: deadline)
      var bytes: [UInt8] = []
      while bytes.count < headerLimit {
        let more = try connection.read(upTo: 16 << 10, before: deadline)
        if more.isEmpty { break }
        bytes += more
        if let glance = read(bytes) { return glance }
      }
      return .unseen("the answer over TLS is no whole HTTP header section")
    } catch {
      if case .timedOut = error { return .silent(error.sentence) }
      return .unseen(error.sentence)
    }
  }

  private static func request(to target: TLSTarget) -> [UInt8] {
    let name = target.serverName.contains(":") ? "[\(target.serverName)]" : target.serverName
    let host = target.endpoint.port == 443 ? name : "\(name):\(target.endpoint.port)"
    return Array("GET / HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: prodworthy\r\nConnection: close\r\n\r\n".utf8)
  }

  /// What a header section says; nil until it is whole.
  static func read(_ bytes: [UInt8]) -> StrictTransportGlance? {
    let text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
    guard let end = text.firstRange(of: "\n\n") else { return nil }
    let lines = text[..<end.lowerBound].split(separator: "\n")
    guard lines.first?.hasPrefix("HTTP/1.") == true else { return .unseen("what answers over TLS is not HTTP/1.1") }
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == "strict-transport-security" else {
        continue
      }
      return .answered(field: line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }.description)
    }
    return .answered(field: nil)
  }
}
