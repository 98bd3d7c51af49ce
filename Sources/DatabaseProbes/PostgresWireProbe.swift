import AuditModel
import Facts
import Probing
import Transport

/// Asks a PostgreSQL server for TLS and for a session without TLS, and goes away before any password is due.
struct PostgresWireProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "postgres-wire", summary: "what a PostgreSQL server tells anybody: TLS offered, plaintext refused",
    targetKinds: ["postgres"], safety: .observe, facts: WireFacts.schema, traffic: "2 connections without a login")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, context) }
  }

  private static func look(at target: Target, _ context: ProbeContext) -> Sighting {
    let database: PostgresTarget
    do {
      database = try PostgresTarget(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    let wire = Wire(
      endpoint: Endpoint(host: database.address ?? database.url.host, port: database.url.port),
      deadline: context.deadline, traffic: context.traffic)
    var facts = WireFacts(sslMode: database.sslMode)
    do {
      (facts.offer, facts.address) = try wire.answerToSSLRequest()
    } catch {
      switch error {
      case .timedOut: return .unseen(Unseen(.timeout, error.sentence))
      case .cancelled: return .unseen(Unseen(.interrupted, error.sentence))
      case .resolutionFailed, .unreachable: return .unseen(Unseen(.unreachable, error.sentence))
      case .noSuchHost, .refused, .reset, .closedEarly, .tls: facts.obstacle = error.sentence
      }
    }
    if facts.offer?.isPostgres == true, let user = database.url.user {
      facts.session = WireFacts.Session(user: user, database: database.url.database ?? user)
      do {
        facts.plaintext = try wire.answerToPlaintext(user: user, database: database.url.database ?? user)
      } catch {
        if error == .cancelled { return .unseen(Unseen(.interrupted, error.sentence)) }
        facts.plaintext = .silent(error.sentence)
      }
    }
    let redactor = Redactor(secrets: target.secrets.values)
    return .seen(redactor.redacted(facts.value), gaps: facts.gaps)
  }
}

/// Two short conversations with a server. Blocks: only on a lane.
struct Wire {
  let endpoint: Endpoint
  let deadline: Deadline
  let traffic: TrafficMeter

  func answerToSSLRequest() throws(TransportFailure) -> (TLSOffer, address: String) {
    let connection = try Connection.open(endpoint, before: deadline, traffic: traffic)
    defer { connection.close() }
    traffic.add(requests: 1)
    do {
      try connection.write(WireProtocol.sslRequest, before: deadline)
      // One byte and no more: what an honest server has to say beyond it comes encrypted.
      let answer = try connection.read(upTo: 1, before: deadline)
      return (TLSOffer(answer.first), connection.peerAddress)
    } catch {
      guard case .reset = error else { throw error }
      return (.closed, connection.peerAddress)
    }
  }

  func answerToPlaintext(user: String, database: String) throws(TransportFailure) -> PlaintextAnswer {
    let connection = try Connection.open(endpoint, before: deadline, traffic: traffic)
    defer { connection.close() }
    traffic.add(requests: 1)
    try connection.write(WireProtocol.startup(user: user, database: database), before: deadline)
    var bytes: [UInt8] = []
    while true {
      let more = try connection.read(upTo: 4096, before: deadline)
      if more.isEmpty { return .silent("the server ended the connection without a message") }
      bytes += more
      switch WireProtocol.Message.parsed(bytes) {
      case .message(let message): return .message(message)
      case .malformed: return .silent("the answer is no message of PostgreSQL's protocol")
      case .incomplete: continue
      }
    }
  }
}
