import AuditModel
import Facts
import Probing
import Transport

/// Sends a command that does nothing in plaintext behind the request for TLS, and looks whether the server acts on it once
/// TLS has begun.
struct StartTLSInjectionProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "tls-starttls-injection", summary: "whether plaintext behind the request for TLS survives into the session",
    targetKinds: ["tls"], safety: .probe, parameters: [],
    facts: .object([
      Schema.Field(
        "injection",
        .nullable(
          .object([
            Schema.Field(
              "protocol", .string(.word(UpgradeProtocol.allCases.map(\.rawValue))), required: true,
              "the protocol spoken"),
            Schema.Field(
              "actedOn", .nullable(.boolean), required: true,
              "whether the server acted within TLS on a command that came in plaintext; null where it cannot be told"),
            Schema.Field(
              "speaksWithin", .nullable(.boolean), required: true,
              "whether what the server says within TLS is the protocol; null where it says nothing"),
            Schema.Field(
              "endedBecause", .nullable(.string()), required: true,
              "why no session came about; null where one did"),
          ])), required: true,
        "null where TLS begins with the first byte, or the protocol has no command that does nothing")
    ]), traffic: "1 connection with a command before TLS and a goodbye inside; 3 where the first breaks")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, context) }
  }

  private static func look(at target: Target, _ context: ProbeContext) -> Sighting {
    let endpoint: TLSTarget
    do {
      endpoint = try TLSTarget(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    guard case .upgrade(let upgradeProtocol) = endpoint.opening,
      let smuggled = SmuggledCommand(for: upgradeProtocol)
    else { return .seen(["injection": nil]) }
    func attempt(smuggling: Bool) throws(TransportFailure) -> Outcome {
      var hasAsked = false
      do throws(TransportFailure) {
        let connection = try Connection.open(endpoint.endpoint, before: context.deadline, traffic: context.traffic)
        defer { connection.close() }
        context.traffic.add(requests: 1)
        let sighting = try connection.upgrade(
          by: upgradeProtocol, to: endpoint.serverName, before: context.deadline,
          smuggling: smuggling ? smuggled : nil)
        if let obstacle = sighting.obstacle { return .refused(obstacle) }
        hasAsked = true
        let settings = TLSClientSettings(serverName: endpoint.serverName, trust: nil, alpn: endpoint.alpn)
        _ = try connection.agreeOnTLS(settings, before: context.deadline)
        guard smuggling else { return .told(SmuggledCommand.Hearing()) }
        context.traffic.add(requests: 1)
        return .told(try connection.hearing(of: smuggled, before: context.deadline))
      } catch {
        switch error {
        case .reset, .closedEarly, .tls: return hasAsked ? .broken(error.sentence) : .refused(error.sentence)
        default: throw error
        }
      }
    }
    do throws(TransportFailure) {
      switch try attempt(smuggling: true) {
      case .told(let hearing): return seen(upgradeProtocol, hearing, nil)
      case .refused(let reason): return seen(upgradeProtocol, SmuggledCommand.Hearing(), reason)
      case .broken(let reason):
        // Who breaks off over the command, and over nothing else, takes it for the beginning of the handshake.
        var isCause = false
        if case .told = try attempt(smuggling: false), case .broken = try attempt(smuggling: true) { isCause = true }
        return seen(upgradeProtocol, SmuggledCommand.Hearing(wasActedOn: isCause ? false : nil), reason)
      }
    } catch {
      switch error {
      case .timedOut: return .unseen(Unseen(.timeout, error.sentence))
      case .cancelled: return .unseen(Unseen(.interrupted, error.sentence))
      default: return .unseen(Unseen(.unreachable, error.sentence))
      }
    }
  }

  /// How one conversation went.
  private enum Outcome {
    /// TLS came about; what the server said inside.
    case told(SmuggledCommand.Hearing)
    /// It ended before the go-ahead.
    case refused(String)
    /// It ended between the go-ahead and the session.
    case broken(String)
  }

  private static func seen(
    _ upgradeProtocol: UpgradeProtocol, _ hearing: SmuggledCommand.Hearing, _ obstacle: String?
  ) -> Sighting {
    let reason = obstacle ?? "the server's answers do not tell whether it acted on the command"
    return .seen(
      [
        "injection": [
          "protocol": .string(upgradeProtocol.rawValue), "actedOn": JSONValue(hearing.wasActedOn),
          "speaksWithin": JSONValue(hearing.speaksProtocol), "endedBecause": JSONValue(obstacle),
        ]
      ],
      gaps: hearing.wasActedOn == nil && hearing.speaksProtocol != false
        ? [Gap(path: "injection.actedOn", reason: reason)] : [])
  }
}
