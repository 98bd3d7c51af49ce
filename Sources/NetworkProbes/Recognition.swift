import Probing
import Transport

/// Finds out what listens on an open port: first by listening, then by asking harmless questions, likeliest first.
struct Recognition: Sendable {
  let address: String
  let port: Int
  let deadline: Deadline
  let traffic: TrafficMeter

  /// How long a service that speaks first gets to do so, in milliseconds.
  private static let greetingPatience = 300
  /// How long an answer may take, in milliseconds.
  private static let answerPatience = 700
  /// The most bytes that are read.
  private static let most = 2048

  /// What listens there; nil if that did not show. Blocks: only on a lane.
  func service() -> Service? {
    var isFirst = true
    for question in questions {
      if deadline.hasPassed { return nil }
      guard let service = ask(question, listensFirst: isFirst) else {
        if isFirst, let service = overTLS() { return service }
        isFirst = false
        continue
      }
      return service == .tls || service == .https ? overTLS() ?? service : service
    }
    return nil
  }

  /// The likeliest question comes first: some services take another's protocol for an attack and log it as such.
  private var questions: [Question] {
    let likeliest: Question =
      switch KnownPort.byNumber[port]?.name {
      case "PostgreSQL", "PgBouncer", "CockroachDB": .postgres
      case "Redis", "Redis Sentinel", "Redis cluster bus": .redis
      case "memcached": .memcached
      default: .http
      }
    return [likeliest] + [.http, .postgres, .redis].filter { $0 != likeliest }
  }

  private func ask(_ question: Question, listensFirst: Bool) -> Service? {
    guard let connection = open() else { return nil }
    defer { connection.close() }
    if listensFirst, let greeting = read(connection, Self.greetingPatience) {
      return greeting.isEmpty ? nil : Service.greeting(greeting)
    }
    let limit = deadline.capped(milliseconds: Self.answerPatience)
    guard (try? connection.write(question.bytes(host: address), before: limit)) != nil else { return nil }
    traffic.add(requests: 1)
    guard let answer = read(connection, Self.answerPatience) else { return nil }
    let service = Service.answer(answer, to: question)
    // Web servers answer 400 to plain HTTP on a port for TLS, and the words that say so are not sent to HEAD.
    let isComplaint = answer.dropFirst(8).starts(with: Array(" 400".utf8))
    return service == .http && isComplaint ? overTLS() ?? service : service
  }

  /// TLS, and whether HTTP is spoken in it; nil where there is no TLS.
  private func overTLS() -> Service? {
    guard let connection = open() else { return nil }
    defer { connection.close() }
    let limit = deadline.capped(milliseconds: Self.answerPatience * 2)
    do throws(TransportFailure) {
      traffic.add(requests: 1)
      _ = try connection.agreeOnTLS(TLSClientSettings(serverName: nil, trust: nil), before: limit)
    } catch {
      // Whoever ends the handshake with an alert speaks TLS.
      if case .tls(let failure) = error, case .alert = failure.cause { return .tls }
      return nil
    }
    guard (try? connection.write(Question.http.bytes(host: address), before: limit)) != nil,
      let answer = read(connection, Self.answerPatience)
    else { return .tls }
    traffic.add(requests: 1)
    switch Service.answer(answer, to: .http) {
    case .http?, .https?: return .https
    case let service?: return service
    case nil: return .tls
    }
  }

  private func open() -> Connection? {
    try? Connection.open(
      Endpoint(host: address, port: port), before: deadline.capped(milliseconds: Self.answerPatience * 2),
      traffic: traffic)
  }

  /// What came, empty at the end; nil if nothing came in time.
  private func read(_ connection: Connection, _ milliseconds: Int) -> [UInt8]? {
    try? connection.read(upTo: Self.most, before: deadline.capped(milliseconds: milliseconds))
  }
}
