import AuditModel
import Facts
import Probing
import Transport

/// Shakes hands with a TLS endpoint and records what it shows.
struct TLSEndpointProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "tls-endpoint", summary: "certificate, chain and protocol versions of a TLS endpoint",
    targetKinds: ["https", "postgres", "tls"], safety: .observe,
    parameters: [
      Schema.Field("versions", .boolean, "tries each protocol version from TLS 1.0 to 1.3 alone", default: false)
    ],
    facts: TLSSchema.facts,
    traffic: "1 connection and one for each further name, up to 3 more when the protocol versions are tried",
    identity: ["$.leaf.fingerprint"])

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let enumerates = parameters["versions"]?.bool ?? false
    return await context.lane.run { Self.look(at: target, enumerates, context) }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue { TLSDerivation.derived(facts, asOf: now) }

  private static func look(at target: Target, _ enumerates: Bool, _ context: ProbeContext) -> Sighting {
    let endpoint: TLSTarget
    do {
      endpoint = try TLSTarget(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    let roots = Roots(endpoint)
    var facts = TLSFacts(name: endpoint.serverName, opening: endpoint.opening)
    facts.blindness = roots.blindness
    facts.pins = endpoint.pins
    let client = TLSClient(
      target: endpoint, trust: roots.store, deadline: context.deadline, traffic: context.traffic)
    do {
      facts.meeting = try client.meet()
    } catch {
      switch error {
      case .timedOut: return .unseen(Unseen(.timeout, error.sentence))
      case .cancelled: return .unseen(Unseen(.interrupted, error.sentence))
      case .resolutionFailed, .unreachable: return .unseen(Unseen(.unreachable, error.sentence))
      case .noSuchHost, .refused, .reset, .closedEarly, .tls: facts.obstacle = error.sentence
      }
    }
    if enumerates { facts.versions = VersionEnumeration.sightings(client, knownFrom: facts.meeting) }
    if facts.meeting != nil {
      facts.otherNames = endpoint.otherNames.map { name in
        let client = TLSClient(
          target: endpoint.named(name), trust: nil, deadline: context.deadline, traffic: context.traffic)
        return (name, Result { () throws(TransportFailure) in try client.meet() })
      }
    }
    return .seen(facts.value, gaps: facts.gaps)
  }
}

/// The roots a chain is judged by, or why there are none to judge by.
struct Roots: Sendable {
  var store: TrustStore?
  var blindness: Gap?

  init(_ target: TLSTarget) {
    do {
      let store = try TrustStore.including(target.trust, systemRoots: target.trustsSystem)
      self.store = store
      if !store.hasRoots {
        blindness = Gap(
          path: "chain.trusted", reason: "no root certificate is installed here to judge the chain by",
          remedy: "install the ca-certificates package, or declare trust")
      }
    } catch {
      blindness = Gap(
        path: "chain.trusted", reason: "roots cannot be read: \(error.sentence)",
        remedy: "name a readable PEM file with certificates")
    }
  }
}
