import AuditModel
import Probing
import Transport

/// One POST of JSON, and the status of the answer.
enum HTTPPost {
  /// More of an answer's head is not read, in bytes.
  private static let longestHead = 64 << 10

  /// Where a URL leads.
  struct Place: Sendable, Hashable {
    var isEncrypted: Bool
    var host: String
    var port: Int
    /// Path and query.
    var target: String
    /// Host and port as they stand in the URL.
    var authority: String

    /// Nil where it is no http or https URL, or holds a password.
    init?(_ url: String) {
      guard let scheme = url.firstRange(of: "://") else { return nil }
      switch url[..<scheme.lowerBound].lowercased() {
      case "https": isEncrypted = true
      case "http": isEncrypted = false
      default: return nil
      }
      let rest = url[scheme.upperBound...].prefix { $0 != "#" }
      let authority = rest.prefix { !"/?".contains($0) }
      guard !authority.isEmpty, !authority.contains("@"), rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        return nil
      }
      let path = rest.dropFirst(authority.count)
      target = path.hasPrefix("/") ? String(path) : "/" + path
      self.authority = String(authority)
      var name = authority
      var port = isEncrypted ? 443 : 80
      if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
        name = authority[authority.index(after: authority.startIndex)..<end]
        let after = authority[authority.index(after: end)...]
        if !after.isEmpty {
          guard after.hasPrefix(":"), let number = Int(after.dropFirst()) else { return nil }
          port = number
        }
      } else if let colon = authority.lastIndex(of: ":") {
        guard let number = Int(authority[authority.index(after: colon)...]) else { return nil }
        name = authority[..<colon]
        port = number
      }
      guard !name.isEmpty, (1...65_535).contains(port) else { return nil }
      host = String(name)
      self.port = port
    }
  }

  /// Sends `body` and gives the status. Redirections are not followed: a secret might go where it does not belong.
  static func send(
    _ body: [UInt8], to url: Secret, fields: [(String, String)], trust: [String], before deadline: Deadline
  ) throws(Refusal) -> Int {
    guard let place = Place(url.exposed) else { throw Refusal("its URL leads nowhere", isFinal: true) }
    let connection: Connection
    do throws(TransportFailure) {
      connection = try Connection.open(
        Endpoint(host: place.host, port: place.port), before: deadline, traffic: TrafficMeter())
    } catch { throw Refusal(error) }
    defer { connection.close() }
    if place.isEncrypted {
      try connection.secure(host: place.host, trust: trust, alpn: ["http/1.1"], before: deadline)
    }
    let all =
      [
        ("Host", place.authority), ("User-Agent", "prodworthy"), ("Content-Type", "application/json"),
        ("Content-Length", String(body.count)), ("Connection", "close"),
      ] + fields
    let head = "POST \(place.target) HTTP/1.1\r\n" + all.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
    do throws(TransportFailure) {
      try connection.write(Array(head.utf8) + body, before: deadline)
      return try status(from: connection, before: deadline)
    } catch { throw Refusal(error) }
  }

  private static func status(
    from connection: Connection, before deadline: Deadline
  ) throws(TransportFailure) -> Int {
    var received: [UInt8] = []
    while received.count < longestHead {
      while let end = received.firstIndex(of: 0x0A) {
        let words = String(decoding: received[..<end], as: UTF8.self).split { $0 == " " || $0 == "\r" || $0 == "\r\n" }
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]), (100...999).contains(status)
        else { throw .closedEarly }
        if status >= 200 || status == 101 { return status }
        // An interim answer: the real one follows its empty line.
        guard let blank = received.firstRange(of: [13, 10, 13, 10]) else { break }
        received.removeSubrange(..<blank.upperBound)
      }
      let bytes = try connection.read(upTo: 16 << 10, before: deadline)
      if bytes.isEmpty { break }
      received += bytes
    }
    throw .closedEarly
  }
}
