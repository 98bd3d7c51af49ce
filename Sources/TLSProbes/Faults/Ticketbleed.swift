import AuditModel
import Probing
import TLSRegistry
import Transport

/// Ticketbleed (CVE-2016-9244): a server that takes up a session by its ticket repeats 32 bytes of the session's name, however
/// short the client's was, and the rest is what lay in its memory.
///
/// The name sent has 31 bytes, so that one byte comes where there is the fault; it is thrown away.
struct Ticketbleed: FaultProbe {
  let fault = "Ticketbleed (CVE-2016-9244)"
  let descriptor = ProbeDescriptor.fault(
    "tls-ticketbleed",
    summary: "whether a session taken up by its ticket comes back with a longer name",
    traffic: "2 connections, 6 where the server does not take its tickets")

  /// The length of the name sent: one byte less than servers with the fault repeat.
  private static let sent = 31
  private static let attempts = 3

  static func look(_ scene: FaultScene) throws(TransportFailure) -> FaultSighting {
    var reason = "the server does not take up the session by its ticket"
    var version: UInt16?
    var fresh = 0
    for _ in 0..<attempts {
      let deadline = scene.deadline.capped(milliseconds: FaultScene.patience)
      let saved: SavedSession?
      do throws(TransportFailure) {
        let connection = try scene.door.open(deadline)
        defer { connection.close() }
        let isWeb = scene.target.kind == "https"
        let inspection = try connection.inspectTLS(
          InspectionSettings(
            serverName: scene.target.serverName, version: .tls12, alpn: isWeb ? ["http/1.1"] : scene.target.alpn),
          before: deadline)
        if let failure = inspection.failure {
          reason = failure.sentence
          continue
        }
        saved = inspection.saved
      } catch {
        switch error {
        case .tls, .closedEarly:
          return scene.declined("the server does not speak TLS 1.2, in which this fault is", "declines TLS 1.2")
        case .reset, .timedOut:
          reason = error.sentence
          continue
        default: throw error
        }
      }
      guard let saved, let ticket = saved.ticket, let suite = saved.suite else {
        return FaultSighting(
          verdict: .notApplicable, reason: "the server gives no tickets", version: ProtocolVersion.tls12.rawValue)
      }
      var source = scene.source()
      let name = source.bytes(sent)
      var hello = scene.hello(suites: [suite])
      hello.sessionID = name
      hello.ticket = ticket
      if scene.target.kind == "https" { hello.alpn = ["http/1.1"] }
      guard case .accepted(_, let answer) = scene.questioner.ask(hello) else { continue }
      version = answer.version
      if answer.sessionID == name {
        return FaultSighting(
          verdict: .notVulnerable, reason: "the server takes up the session and repeats its name as it was",
          version: version)
      }
      fresh += 1
      if answer.sessionID.count > sent, answer.sessionID.starts(with: name) {
        return FaultSighting(
          verdict: .vulnerable,
          reason: "the server repeats a name of \(sent) bytes as \(answer.sessionID.count)", version: version)
      }
    }
    if fresh == attempts {
      return FaultSighting(
        verdict: .notApplicable,
        reason: "the server gives tickets and takes none: \(fresh) times over it began a new session", version: version)
    }
    return FaultSighting(verdict: nil, reason: reason, version: version)
  }
}
