import AuditModel
import Facts
import HTTPExchange
import Probing
import RateLimits

/// Finds out how the declared routes are limited: exhausts each once or twice with few requests and watches it recover.
struct RateLimitProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "http-rate-limit", summary: "how the declared routes are limited, measured and declared",
    targetKinds: ["https", "http"], safety: .probe, facts: RateLimitSchema.facts, timeout: 150_000,
    traffic: "up to 120 requests for each declared route, 600 in all, and 60 more where ways around may be tried")

  /// What the inventory may say.
  static let field = Schema.Field(
    "rateLimit",
    .object([
      Schema.Field(
        "routes", .array(.string(.nonEmpty), minimumCount: 1), required: true,
        "the paths that may be asked until they refuse, beginning with /"),
      Schema.Field(
        "bypass", .boolean, "also tries ways around the limit; takes a consent for `probe`", default: false),
    ]), "how the rate limit may be tried")

  /// Requests in a whole look, without those that try ways around.
  private static let most = 600
  private static let perRoute = 120
  /// Requests that may be spent on ways around one route's limit.
  private static let forBypass = 60

  var targetKinds: [TargetKind] { [.adding([Self.field], to: "https"), .adding([Self.field], to: "http")] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.look(at: target, context) }
  }

  private static func look(at target: Target, _ context: ProbeContext) -> Sighting {
    let redactor = Redactor(secrets: target.secrets.values)
    let destination: Destination
    do {
      destination = try Destination(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    let declared = target.settings["rateLimit"]
    let routes = (declared?["routes"]?.array ?? []).compactMap(\.string)
    guard !routes.isEmpty else {
      return .unseen(Unseen(.malformed, "the inventory names no rateLimit.routes that may be asked"))
    }
    var look = Look(
      client: Client(destination: destination, deadline: context.deadline, traffic: context.traffic), routes: routes,
      mayBypass: declared?["bypass"]?.bool ?? false, hasConsent: context.consented.contains { $0 >= .probe },
      redact: { redactor.redacted($0) })
    return look.run()
  }

  /// One look at all routes, one after the other.
  private struct Look {
    let client: Client
    let routes: [String]
    let mayBypass: Bool
    let hasConsent: Bool
    let redact: (String) -> String
    var pace = Pace(perSecond: 20, capacity: RateLimitProbe.perRoute)
    var gaps: [Gap] = []
    var used = 0

    mutating func run() -> Sighting {
      var seen: [JSONObject] = []
      var address: JSONValue = nil
      for (index, route) in routes.enumerated() {
        guard used < RateLimitProbe.most, !client.deadline.hasPassed else {
          gaps.append(
            Gap(path: "routes", reason: "the budget ended before \(redact(route).bounded(100))", remedy: nil))
          break
        }
        let share = client.deadline.millisecondsLeft / (routes.count - index)
        let wire = wire(to: route, index)
        // What other looks just took out of a bucket comes back first.
        if index == 0, client.deadline.millisecondsLeft > 20_000 { wire.wire.wait(1) }
        defer { wire.wire.close() }
        let budget = Budget(
          requests: min(RateLimitProbe.perRoute, RateLimitProbe.most - used)
            + (isBypassing ? RateLimitProbe.forBypass : 0),
          seconds: min(120, Double(share) / 1000 - 0.05), asides: isBypassing ? RateLimitProbe.forBypass : 16)
        let inference = Investigation.run(over: wire.wire, budget: budget, pace: &pace)
        used += inference.requests
        if let known = wire.wire.address { address = .string(known) }
        if client.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was interrupted")) }
        if wire.wire.first == nil {
          guard seen.isEmpty else {
            gaps.append(Gap(path: "routes", reason: "\(redact(route).bounded(100)) gave no answer", remedy: nil))
            break
          }
          return silence(wire.wire.silence)
        }
        let facts = RouteFacts(
          path: route, inference: inference, first: wire.wire.first, refusal: wire.wire.refusal,
          remaining: wire.wire.remaining, failures: wire.wire.failures, variations: wire.variations,
          bypassAsked: mayBypass && !hasConsent ? nil : isBypassing, redact: redact)
        seen.append(facts.members)
        gaps += Self.gaps(of: inference, index)
        // What comes next must not find the limiter exhausted.
        if index + 1 < routes.count, inference.outcome == .measured {
          wire.wire.wait(min(10, max(inference.recoverySeconds ?? 0, 1.1 * (inference.windowSeconds ?? 0))))
        }
      }
      if mayBypass, !hasConsent {
        gaps.append(
          Gap(
            path: "bypass", reason: "ways around the limit were not tried: the inventory holds no consent for `probe`",
            remedy: "add consent: [{safety: probe, by: …, until: …}]"))
      }
      var facts: JSONObject = [
        "connection": ["established": true, "reason": nil, "address": address],
        "routes": .array(seen.map { .object($0) }),
      ]
      for (name, value) in seen.first ?? [:] { facts[name] = value }
      return .seen(.object(facts), gaps: gaps)
    }

    private var isBypassing: Bool { mayBypass && hasConsent }

    private func wire(to route: String, _ index: Int) -> (wire: RouteWire, variations: [Variation]) {
      let url = client.destination.url.with(target: route)
      let other = routes.first { $0 != route }.map { client.destination.url.with(target: $0) }
      let health = client.destination.healthPath.map { client.destination.url.with(target: $0) }
      let variations =
        Variation.reaching(from: url, other: other, health: health) + (isBypassing ? Variation.bypassing(url) : [])
      return (RouteWire(client, to: url, before: client.deadline, variations: variations), variations)
    }

    private func silence(_ silence: Silence?) -> Sighting {
      switch silence {
      case .noConnection(let reason)?:
        return .seen(
          [
            "connection": ["established": false, "reason": .string(redact(reason).bounded(300)), "address": nil],
            "routes": [],
          ], gaps: [Gap(path: "routes", reason: redact(reason).bounded(300))])
      case .unseen(let unseen)?: return .unseen(unseen)
      case nil: return .unseen(Unseen(.timeout, "the deadline passed before anything was asked"))
      }
    }

    private static func gaps(of inference: Inference, _ index: Int) -> [Gap] {
      let reason: String
      switch inference.outcome {
      case .measured: return []
      case .noneSeen:
        reason = "no request of \(inference.admitted) was refused"
      case .unrecovered: reason = "the limiter was not seen to admit anything again"
      case .broke: reason = "the service failed"
      case .stopped: reason = "the time ended"
      }
      let members =
        inference.outcome == .noneSeen
        ? ["limit", "windowSeconds", "ratePerSecond", "burst"]
        : ["family", "algorithm", "windowSeconds", "ratePerSecond", "burst"]
      return index == 0 ? members.map { Gap(path: $0, reason: reason) } : []
    }
  }
}
