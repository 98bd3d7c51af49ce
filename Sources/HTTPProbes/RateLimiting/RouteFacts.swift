import Facts
import HTTPExchange
import Probing
import RateLimits

/// What became known about the limit of one route. Pure.
struct RouteFacts {
  /// What came of looking, in one word.
  enum Verdict: String, Sendable, CaseIterable {
    /// Only header fields say that there is a limit.
    case declared
    /// Refusal and recovery were seen, and do not contradict what is declared.
    case verified
    /// What was measured is not what is declared.
    case inconsistent
    /// No limit showed itself within the budget.
    case noneSeen
    /// The limit can be got around.
    case bypassable
    /// Refusals were seen, and no recovery from them.
    case unrecovered
    /// The service failed where a limiter should have refused.
    case breaksService
  }

  let path: String
  let inference: Inference
  let first: RouteWire.Remembered?
  let refusal: RouteWire.Remembered?
  let remaining: [Int]
  let failures: Int
  let variations: [Variation]
  /// Whether ways around were to be tried; nil where they were, and the consent is missing.
  let bypassAsked: Bool?
  let redact: (String) -> String

  /// More than this share between declared and measured is a contradiction.
  private static let tolerance = 0.1

  /// The declared limit is the one that the first answer speaks of.
  private var declared: Declaration? {
    let found = [first?.declaration, refusal?.declaration].compactMap { $0 }
    return found.first { $0.mainPolicy != nil } ?? found.first { $0.form != .none }
  }

  var verdict: Verdict {
    if !names(.bypass, .passes).isEmpty { return .bypassable }
    let isDeclared = declared?.mainPolicy != nil || !remaining.isEmpty
    switch inference.outcome {
    case .measured: return agrees == false ? .inconsistent : .verified
    case .noneSeen: return agrees == false ? .inconsistent : isDeclared ? .declared : .noneSeen
    case .unrecovered: return agrees == false ? .inconsistent : isDeclared ? .declared : .unrecovered
    case .broke: return .breaksService
    case .stopped: return isDeclared ? .declared : .noneSeen
    }
  }

  /// Whether the measured limit is the declared one; nil where either is not known.
  private var agrees: Bool? {
    guard let policy = declared?.mainPolicy, let quota = policy.quota else { return nil }
    func isClose(_ measured: Double, _ said: Double, _ tolerance: Double) -> Bool {
      abs(measured - said) <= max(1, tolerance * said)
    }
    if inference.outcome == .noneSeen {
      // More than is said to be allowed was admitted within the time that is said.
      let window = policy.windowSeconds ?? .infinity
      let isOver = Double(inference.admitted) > Double(quota + (policy.burst ?? 0)) * (1 + Self.tolerance) + 1
      return isOver && inference.admittedSeconds < window ? false : nil
    }
    guard let limit = inference.limit else { return nil }
    let sizes = [quota, policy.burst ?? quota, quota + (policy.burst ?? 0)].map(Double.init)
    let hasSize = sizes.contains { isClose(Double(limit), $0, Self.tolerance) }
    guard let window = policy.windowSeconds, let rate = inference.ratePerSecond, inference.outcome == .measured else {
      return hasSize
    }
    let uncertainty = max(0.15, inference.spread ?? 0)
    let hasRate = abs(rate * window / Double(quota) - 1) <= uncertainty
    return inference.family == .window ? hasSize && hasRate : hasRate
  }

  private func names(_ meaning: Variation.Meaning, _ outcome: Aside?) -> [String] {
    zip(variations, inference.asides).filter { $0.0.meaning == meaning && (outcome == nil || $0.1 == outcome) }
      .map(\.0.name)
  }

  /// What a variation came to; nil where it was not tried or proved nothing.
  private func passes(_ name: String) -> Bool? {
    guard let index = variations.firstIndex(where: { $0.name == name }), inference.asides.indices.contains(index) else {
      return nil
    }
    switch inference.asides[index] {
    case .passes: return true
    case .refused: return false
    case .unproven: return nil
    }
  }

  /// The members that describe one route.
  var members: JSONObject {
    let isNone = inference.outcome == .noneSeen
    return [
      "path": .string(redact(path).bounded(300)), "family": JSONValue(inference.family?.rawValue),
      "algorithm": JSONValue(inference.algorithm?.rawValue), "verdict": .string(verdict.rawValue),
      "limited": JSONValue(limited), "limit": JSONValue(inference.limit), "burst": JSONValue(inference.burst),
      "ratePerSecond": JSONValue(inference.ratePerSecond), "windowSeconds": JSONValue(windowSeconds),
      "recoverySeconds": JSONValue(inference.recoverySeconds),
      "countsRefusals": JSONValue(inference.countsRefusals), "spread": JSONValue(inference.spread),
      "familyConfidence": JSONValue(isNone ? nil : inference.familyConfidence),
      "algorithmConfidence": JSONValue(isNone ? nil : inference.algorithmConfidence),
      "seen": [
        "requests": .integer(inference.admitted), "seconds": JSONValue(inference.admittedSeconds),
      ],
      "declared": declaredFacts,
      "refusal": refusal.map {
        Refusal($0, beside: first).facts(tooShort: inference.retryAfterTooShort, redact: redact)
      } ?? nil,
      "scope": [
        "otherRoutesFree": JSONValue(passes("otherRoute")), "headFree": JSONValue(passes("head")),
        "healthFree": JSONValue(passes("health")),
      ],
      "bypass": bypassFacts, "service": serviceFacts, "requests": .integer(inference.requests),
      "refusals": .integer(inference.refusals), "seconds": JSONValue(inference.seconds),
      "evidence": JSONValue(inference.evidence.prefix(40).map { $0.bounded(300) }),
    ]
  }

  /// Whether there is a limit, by measurement or, where that could not be, by declaration; nil where that is not known.
  private var limited: Bool? {
    switch inference.outcome {
    case .measured, .unrecovered: true
    case .noneSeen: declared?.mainPolicy == nil && remaining.isEmpty ? false : nil
    case .broke, .stopped: nil
    }
  }

  /// A bucket has a size and a rate, but no window.
  private var windowSeconds: Double? { inference.family == .window ? inference.windowSeconds : nil }

  private var declaredFacts: JSONValue {
    guard let declared else { return nil }
    let policy = declared.mainPolicy
    return [
      "form": .string(declared.form.rawValue), "forms": JSONValue(declared.forms.map(\.rawValue)),
      "limit": JSONValue(policy?.quota), "windowSeconds": JSONValue(policy?.windowSeconds),
      "remaining": JSONValue(declared.remaining), "resetSeconds": JSONValue(declared.resetSeconds),
      "policies": .array(declared.policies.prefix(20).map { policyFacts($0) }), "countsDown": JSONValue(countsDown),
      "agrees": JSONValue(agrees),
    ]
  }

  /// One policy as facts.
  private func policyFacts(_ policy: Declaration.Policy) -> JSONValue {
    [
      "name": JSONValue(policy.name.map { redact($0).bounded(100) }), "quota": JSONValue(policy.quota),
      "windowSeconds": JSONValue(policy.windowSeconds), "unit": .string(redact(policy.unit).bounded(100)),
    ]
  }

  /// Whether what is left never grew among the first answers, and fell; nil where too few said how much is left.
  private var countsDown: Bool? {
    guard remaining.count >= 3, let first = remaining.first, let last = remaining.last else { return nil }
    return last < first && zip(remaining, remaining.dropFirst()).count { $0 < $1 } <= 1
  }

  private var bypassFacts: JSONValue {
    guard bypassAsked == true else {
      return ["tested": JSONValue(bypassAsked), "tried": nil, "unproven": nil, "found": nil]
    }
    let isTested = inference.asides.count == variations.count && !variations.isEmpty
    return [
      "tested": isTested ? true : nil, "tried": isTested ? .integer(names(.bypass, nil).count) : nil,
      "unproven": isTested ? JSONValue(names(.bypass, .unproven)) : nil,
      "found": isTested ? JSONValue(names(.bypass, .passes)) : nil,
    ]
  }

  private var serviceFacts: JSONValue {
    let latency = inference.latency
    return [
      "broke": JSONValue(inference.outcome == .stopped ? nil : inference.outcome == .broke),
      "failures": .integer(failures), "firstMilliseconds": JSONValue(latency.map { $0.first * 1000 }),
      "limitedMilliseconds": JSONValue(latency.map { $0.limited * 1000 }),
      "slowdown": JSONValue(inference.family == .queue ? nil : latency.map { $0.limited / max($0.first, 0.001) }),
    ]
  }
}
