import AuditModel
import Facts
import Probing
import TLSRegistry
import Transport

/// Renegotiation at the client's wish (CVE-2011-1473): each one costs the server many times what it costs the client, so that one
/// machine can keep a server busy over a few connections. One is asked for, not many.
struct ClientRenegotiation: FaultProbe {
  let fault = "client-initiated renegotiation (CVE-2011-1473)"
  let descriptor = ProbeDescriptor.fault(
    "tls-client-renegotiation",
    summary: "whether new keys are agreed on whenever a client wants them",
    traffic: "1 or 2 connections, and one further handshake within",
    members: [
      Schema.Field(
        "bound", .nullable(.boolean), required: true,
        "whether new keys were bound to the session (RFC 5746); false is CVE-2009-3555; null where none were agreed on")
    ])

  static func look(_ scene: FaultScene) throws(TransportFailure) -> FaultSighting {
    var reason = "no handshake of TLS 1.2 or before came to its end"
    for version in [TLSVersion.tls12, .tls11, .tls10] {
      let deadline = scene.deadline.capped(milliseconds: FaultScene.patience)
      do throws(TransportFailure) {
        let connection = try scene.door.open(deadline)
        defer { connection.close() }
        let isWeb = scene.target.kind == "https"
        let inspection = try connection.inspectTLS(
          InspectionSettings(
            serverName: scene.target.serverName, version: version, alpn: isWeb ? ["http/1.1"] : scene.target.alpn),
          before: deadline)
        if let failure = inspection.failure {
          reason = failure.sentence
          continue
        }
        return renegotiated(connection, version, scene)
      } catch {
        switch error {
        case .tls, .closedEarly: continue
        case .reset, .timedOut: reason = error.sentence
        default: throw error
        }
      }
    }
    var sighting = scene.declined(
      "the server speaks TLS 1.3 alone, which has no renegotiation", "agrees to nothing before TLS 1.3")
    if sighting.verdict == .notApplicable, sighting.version != ProtocolVersion.tls13.rawValue {
      sighting = FaultSighting(verdict: nil, reason: reason)
    }
    sighting.members = ["bound": nil]
    return sighting
  }

  private static func renegotiated(
    _ connection: Connection, _ version: TLSVersion, _ scene: FaultScene
  ) -> FaultSighting {
    let number = ProtocolVersion.allCases.first { $0.forLibrary == version }?.rawValue
    do throws(TransportFailure) {
      let isBound = try connection.renegotiateTLS(before: scene.deadline.capped(milliseconds: FaultScene.patience))
      return FaultSighting(
        verdict: .vulnerable,
        reason: "the server agrees on new keys at the client's wish"
          + (isBound ? "" : ", and does not bind them to the session (CVE-2009-3555)"),
        version: number, members: ["bound": .bool(isBound)])
    } catch {
      let refusal: String? =
        switch error {
        case .closedEarly: "the server closes the connection over it"
        case .reset: "the server resets the connection over it"
        case .tls: "the server refuses: \(error.sentence)"
        default: nil
        }
      return FaultSighting(
        verdict: refusal == nil ? nil : .notVulnerable,
        reason: refusal ?? "nothing tells whether the server would agree on new keys",
        version: number, members: ["bound": nil])
    }
  }
}
