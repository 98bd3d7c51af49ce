import Glibc
import Probing
import Synchronization
import TLSRegistry
import Transport

/// What came back for one ClientHello.
enum Answer: Sendable {
  /// The server agreed to the version and a suite that were offered.
  case accepted(ServerFlight, ServerHello)
  /// The server said no.
  case declined(Refusal)
  /// Something answered that is not TLS; its first bytes, for people.
  case foreign(String)
  /// Nothing can be concluded, and why.
  case unclear(String)
}

/// How a server said no, and when.
struct Refusal: Sendable, Hashable {
  /// The alert; nil for an orderly close.
  var alert: UInt8?
  /// The older version it chose instead.
  var otherVersion: UInt16?
  /// On the ledger.
  var tick: Int

  /// Whether it was the version that the server did not want.
  var isAboutVersion: Bool { alert == 70 || otherVersion != nil }
  /// Whether it was the name that the server did not know.
  var isAboutName: Bool { alert == 112 }
}

/// Asks a server one ClientHello at a time. Blocks: only on a lane. Its copies share ledger and deadline.
struct Questioner: Sendable {
  let door: TLSDoor
  let deadline: Deadline
  let ledger = Ledger()
  private let counter: Mutex64

  /// How long the first try of a question may take, in milliseconds, and the second.
  private static let patience = (2000, 5000)
  /// Ahead of a second try, in milliseconds.
  private static let rest = 250

  init(door: TLSDoor, deadline: Deadline, seed: UInt64) {
    self.door = door
    self.deadline = deadline
    counter = Mutex64(seed)
  }

  /// Bytes for one more hello.
  func source() -> ByteSource { ByteSource(seed: counter.next()) }

  /// What the server says to `hello`; a silence or reset is asked again, slower, before it is believed.
  func ask(_ hello: ClientHello) -> Answer {
    let offered = Set(hello.suites)
    return attempts { (connection, deadline, start) throws(TransportFailure) in
      var source = source()
      try connection.write(hello.bytes(&source), before: deadline)
      let answer = try Self.read(connection, hello, offered, before: deadline, ledger)
      if case .accepted = answer { ledger.noteGood(since: start, hello) }
      return answer
    }
  }

  /// What the server says to an SSL 2.0 hello: its answer, or nil with the refusal.
  func askSSL2() -> (SSL2Hello.Answer?, Answer) {
    let found = Slot<SSL2Hello.Answer>()
    let answer = attempts { (connection, deadline, _) throws(TransportFailure) in
      var source = source()
      try connection.write(SSL2Hello.bytes(&source), before: deadline)
      var bytes: [UInt8] = []
      while true {
        let more = try connection.read(upTo: 1 << 14, before: deadline)
        bytes += more
        if let answer = SSL2Hello.answer(in: bytes) {
          found.value = answer
          return .declined(Refusal(tick: ledger.tick()))
        }
        if let first = bytes.first, first & 0x80 == 0, bytes.count >= 2 || more.isEmpty {
          // An alert, or the beginning of something else: whichever it is, no SSL 2.0.
          ledger.noteRefusal()
          let alert = first == 21 && bytes.count >= 7 ? bytes[6] : nil
          return .declined(Refusal(alert: alert, tick: ledger.tick()))
        }
        if more.isEmpty || bytes.count > 1 << 16 {
          ledger.noteRefusal()
          return .declined(Refusal(tick: ledger.tick()))
        }
      }
    }
    return (found.value, answer)
  }

  /// Asks what is known to work. False where the server does not answer it any more: then it has begun to block.
  func control() -> Bool {
    guard let hello = ledger.control else { return false }
    if case .accepted = ask(hello) { return true }
    return false
  }

  /// Tries twice.
  private func attempts(
    _ conversation: (Connection, Deadline, Int) throws(TransportFailure) -> Answer
  ) -> Answer {
    var reason = "there was no time left"
    for attempt in 0..<2 {
      if ledger.isGivenUp { return .unclear("the server has stopped answering") }
      let pause = ledger.pause + (attempt > 0 ? Self.rest : 0)
      if pause > 0 { usleep(UInt32(min(pause, deadline.millisecondsLeft) * 1000)) }
      guard !deadline.hasPassed else { break }
      // One question must not use up the time of all the others.
      let limit = min(attempt == 0 ? Self.patience.0 : Self.patience.1, max(100, deadline.millisecondsLeft / 3))
      let deadline = deadline.capped(milliseconds: limit)
      let start = ledger.tick()
      do throws(TransportFailure) {
        let connection = try door.open(deadline)
        defer { connection.close() }
        let answer = try conversation(connection, deadline, start)
        if case .unclear(let why) = answer {
          reason = why
          ledger.noteStrike()
          continue
        }
        return answer
      } catch {
        if error == .cancelled { return .unclear(error.sentence) }
        if case .tls(let failure) = error, failure.cause == .notTLS { return .foreign(failure.sentence) }
        reason = error.sentence
        ledger.noteStrike()
        // Where nothing listens there is nobody to ask again.
        if error == .refused, ledger.control == nil { ledger.giveUp() }
      }
    }
    doubt()
    return .unclear(reason)
  }

  /// After many silences in a row: asks what is known to work, and gives up where that is met with silence too.
  private func doubt() {
    guard ledger.isDoubtful, ledger.beginControl() else { return }
    defer { ledger.endControl() }
    if ledger.control == nil {
      if ledger.isHopeless { ledger.giveUp() }
    } else if !control() {
      ledger.giveUp()
    }
  }

  private static func read(
    _ connection: Connection, _ hello: ClientHello, _ offered: Set<UInt16>, before deadline: Deadline,
    _ ledger: Ledger
  ) throws(TransportFailure) -> Answer {
    var flight = ServerFlight()
    var first: [UInt8] = []
    var isTorn = false
    var hasEnded = false
    do throws(TransportFailure) {
      while !flight.isDone, flight.fatalAlert == nil {
        let bytes = try connection.read(upTo: 1 << 16, before: deadline)
        if bytes.isEmpty {
          hasEnded = true
          break
        }
        if first.count < 200 { first += bytes.prefix(200) }
        do throws(ServerFlight.Fault) {
          try flight.feed(bytes)
        } catch {
          if !flight.isTLS, error == .notTLS { return .foreign(Self.words(first)) }
          isTorn = true
          break
        }
      }
    } catch {
      // What was agreed on stays agreed on, even if the rest of the flight never came.
      guard flight.hello != nil else { throw error }
    }
    if let answer = flight.hello {
      let wanted = hello.version.rawValue
      guard offered.contains(answer.suite) else { return .unclear("the server chose a suite that was not offered") }
      if answer.version == wanted || (hello.fallsBackToTLS12 && answer.version == ProtocolVersion.tls12.rawValue) {
        return .accepted(flight, answer)
      }
      guard answer.version < wanted else { return .unclear("the server chose a version that was not offered") }
      ledger.noteRefusal()
      return .declined(Refusal(otherVersion: answer.version, tick: ledger.tick()))
    }
    if let alert = flight.fatalAlert {
      ledger.noteRefusal()
      return .declined(Refusal(alert: alert, tick: ledger.tick()))
    }
    if isTorn { return .unclear("the server's answer is no whole TLS message") }
    guard hasEnded, first.isEmpty || !flight.warnings.isEmpty else {
      return .unclear("the server closed the connection in the middle of its answer")
    }
    ledger.noteRefusal()
    return .declined(Refusal(alert: flight.warnings.last, tick: ledger.tick()))
  }

  /// What a foreign server said, shortened, without anything that a terminal would obey.
  private static func words(_ bytes: [UInt8]) -> String {
    let text = bytes.prefix(60).map { (0x20...0x7E).contains($0) ? Character(UnicodeScalar($0)) : "." }
    return "what answers does not speak TLS: it begins with \"\(String(text))\""
  }
}

/// A counter of seeds that threads may share.
private final class Mutex64: Sendable {
  private let value: Mutex<UInt64>

  init(_ value: UInt64) { self.value = Mutex(value) }

  func next() -> UInt64 {
    value.withLock {
      $0 &+= 0x9E37_79B9
      return $0
    }
  }
}

/// A place for what a closure finds beside its answer.
private final class Slot<Value> {
  var value: Value?
}
