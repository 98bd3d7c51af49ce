import AuditModel
import Facts
import HTTPExchange
import Probing

/// Finds a target's health endpoint, asks it a few times and reads what it says in any of the common conventions.
struct HealthEndpointProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "health-endpoint", summary: "what the health endpoint says, and how fast", targetKinds: ["https", "http"],
    safety: .observe,
    parameters: [Schema.Field("head", .boolean, "also asks with HEAD", default: false)],
    facts: HealthSchema.facts, timeout: 20_000, traffic: "4 requests, up to 9 where no health path is declared")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, parameters, context) }
  }

  private static func look(at target: Target, _ parameters: JSONObject, _ context: ProbeContext) -> Sighting {
    let redactor = Redactor(secrets: target.secrets.values)
    let facts = HealthFacts(redact: { redactor.redacted($0) })
    let destination: Destination
    do {
      destination = try Destination(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    let client = Client(destination: destination, deadline: context.deadline, traffic: context.traffic)
    do {
      let search = try HealthSearch(with: client, asksHead: parameters["head"]?.bool ?? false)
      return facts.sighting(search, declared: destination.healthPath)
    } catch {
      switch error {
      case .noConnection(let reason): return .seen(facts.noConnection(reason, declared: destination.healthPath))
      case .unseen(let unseen): return .unseen(unseen)
      }
    }
  }
}
