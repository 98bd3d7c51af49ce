import AuditModel
import Facts
import HTTPExchange
import Probing

/// Sends one request and records the answer; follows redirects within the host if asked to.
struct HTTPExchangeProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "http-exchange", summary: "the answer to one HTTP request", targetKinds: ["https", "http"], safety: .observe,
    parameters: [
      Schema.Field("path", .string(.nonEmpty), "path and query, beginning with /", default: nil),
      Schema.Field("method", .string(.word(HTTPMethod.safe.map(\.rawValue))), "the method", default: "GET"),
      Schema.Field(
        "plain", .boolean, "asks the port of the same host that speaks HTTP without TLS", default: false),
      Schema.Field("follow", .boolean, "follows up to ten redirects that stay on the host", default: false),
    ],
    facts: ExchangeSchema.facts,
    traffic: "1 request, up to 11 when following redirects, and up to 2 more where the last answer was slow to begin")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, parameters, context) }
  }

  private static func look(at target: Target, _ parameters: JSONObject, _ context: ProbeContext) -> Sighting {
    let redactor = Redactor(secrets: target.secrets.values)
    let facts = ExchangeFacts(redact: { redactor.redacted($0) })
    let destination: Destination
    do {
      destination = try Destination(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    var url = destination.url
    let isPlain = parameters["plain"]?.bool ?? false
    if isPlain {
      switch destination.plain {
      case .success(let plain): url = plain
      case .failure(let invalid): return .seen(facts.notAsked(invalid.reason))
      }
    }
    if let path = parameters["path"]?.string { url = url.with(target: path) }
    let plainPort = isPlain ? url.port : nil
    let method = parameters["method"]?.string.flatMap(HTTPMethod.init(rawValue:)) ?? .get
    let client = Client(destination: destination, deadline: context.deadline, traffic: context.traffic)
    do {
      let trail = try RedirectTrail(from: url, method, follow: parameters["follow"]?.bool ?? false, with: client)
      let timing = QuickestTiming(of: trail.last, with: client)
      return .seen(facts.answered(trail, timing, plainPort: plainPort))
    } catch {
      switch error {
      case .noConnection(let reason): return .seen(facts.noConnection(reason, plainPort: plainPort))
      case .unseen(let unseen): return .unseen(unseen)
      }
    }
  }
}
