import Probing
import Transport

/// A handshake of TLS 1.2 or before after the server's first flight: what follows is in the open until somebody changes
/// keys. Closed by whoever began it.
struct OpenHandshake {
  let connection: Connection
  let flight: ServerFlight
  let hello: ServerHello
  private var buffer: [UInt8] = []

  /// How it began.
  enum Beginning {
    case open(OpenHandshake)
    /// The server said no; how, as the rest of a sentence.
    case declined(String)
    /// What came is no answer; why, as a sentence.
    case unclear(String)
  }

  /// What is heard of a server.
  enum Sound: Sendable, Hashable {
    case record(type: UInt8, content: [UInt8])
    /// The server closed in order.
    case ended
    case reset
    /// Nothing came in time.
    case silence
    /// What came is no record of TLS.
    case noise
  }

  /// RFC 5246 section 6.2.3.
  private static let longestRecord = (1 << 14) + 2048

  private init(_ connection: Connection, _ flight: ServerFlight, _ hello: ServerHello) {
    self.connection = connection
    self.flight = flight
    self.hello = hello
  }

  /// Sends `hello` on a fresh connection and reads the answer up to the server's last word; `patience` in milliseconds.
  static func begun(
    _ scene: FaultScene, _ hello: ClientHello, patience: Int = FaultScene.patience
  ) throws(TransportFailure) -> Beginning {
    let deadline = scene.deadline.capped(milliseconds: patience)
    let connection = try scene.door.open(deadline)
    do throws(TransportFailure) {
      var source = scene.source()
      try connection.write(hello.bytes(&source), before: deadline)
      var flight = ServerFlight()
      while !flight.isDone, flight.fatalAlert == nil {
        let bytes = try connection.read(upTo: 1 << 16, before: deadline)
        if bytes.isEmpty {
          connection.close()
          return flight.hello == nil ? .declined("closes the connection") : .unclear("the answer breaks off")
        }
        do throws(ServerFlight.Fault) {
          try flight.feed(bytes)
        } catch {
          connection.close()
          return .unclear("what answers is no whole flight of TLS")
        }
      }
      if let answer = flight.hello, flight.fatalAlert == nil {
        guard (0x0300...0x0303).contains(answer.version), hello.suites.contains(answer.suite) else {
          connection.close()
          return .unclear("the server chose what was not offered")
        }
        return .open(OpenHandshake(connection, flight, answer))
      }
      connection.close()
      return .declined("declines with alert \(flight.fatalAlert.map(Int.init) ?? 0)")
    } catch {
      connection.close()
      throw error
    }
  }

  /// A record of the version agreed on.
  func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    var record: [UInt8] = [type]
    record.append(Int(hello.version), width: 2)
    record.append(vector: content, width: 2)
    return record
  }

  /// Sends records. False where the server has closed already: what it said before is still to be heard.
  func say(_ records: [UInt8], before deadline: Deadline) -> Bool {
    do throws(TransportFailure) {
      try connection.write(records, before: deadline)
      return true
    } catch {
      return false
    }
  }

  /// The next record, or what came instead.
  mutating func hear(before deadline: Deadline) -> Sound {
    while true {
      if buffer.count >= 5 {
        let length = Int(buffer[3]) << 8 | Int(buffer[4])
        guard (20...24).contains(buffer[0]), buffer[1] == 3, length <= Self.longestRecord else { return .noise }
        if buffer.count >= 5 + length {
          let content = Array(buffer[5..<(5 + length)])
          let type = buffer[0]
          buffer.removeFirst(5 + length)
          return .record(type: type, content: content)
        }
      }
      do throws(TransportFailure) {
        let bytes = try connection.read(upTo: 1 << 14, before: deadline)
        if bytes.isEmpty { return .ended }
        buffer += bytes
      } catch {
        switch error {
        case .reset: return .reset
        case .closedEarly: return .ended
        default: return .silence
        }
      }
    }
  }

  /// The first thing heard that is not a heartbeat or a warning.
  mutating func hearEnd(before deadline: Deadline) -> Sound {
    // A server may talk for ever without coming to an end.
    for _ in 0..<32 {
      let sound = hear(before: deadline)
      if case .record(let type, let content) = sound {
        if type == 24 || (type == 21 && content.first == 1 && content.count == 2 && content[1] != 0) { continue }
      }
      return sound
    }
    return .noise
  }
}

extension OpenHandshake.Sound {
  /// For people, as the rest of a sentence about the server.
  var words: String {
    switch self {
    case .record(21, let content) where content.count == 2: "answers with alert \(content[1])"
    case .record(21, _): "answers with an encrypted alert"
    case .record(let type, _): "answers with a record of type \(type)"
    case .ended: "closes the connection"
    case .reset: "resets the connection"
    case .silence: "says nothing"
    case .noise: "answers with something that is not TLS"
    }
  }

  /// The number of the alert, where it is one in the open.
  var alert: UInt8? {
    if case .record(21, let content) = self, content.count == 2 { content[1] } else { nil }
  }
}
