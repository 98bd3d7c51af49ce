import AuditModel
import Facts
import HTTPExchange
import Probing

/// Turns what was seen of a health endpoint into facts. Pure.
struct HealthFacts {
  /// Takes the target's secrets out of a text.
  var redact: (String) -> String

  /// There was nobody to ask.
  func noConnection(_ reason: String, declared: String?) -> JSONValue {
    [
      "connection": ["established": false, "reason": .string(redact(reason).bounded(300)), "address": nil],
      "declared": JSONValue(declared), "found": nil, "reason": nil, "isCatchAll": nil, "tried": nil,
    ]
  }

  /// What the search came to, with the parts that stayed out of sight.
  func sighting(_ search: HealthSearch, declared: String?) -> Sighting {
    var facts: JSONObject = [
      "connection": ["established": true, "reason": nil, "address": JSONValue(search.address)],
      "declared": JSONValue(declared), "found": .bool(search.endpoint != nil),
      "reason": JSONValue(search.reason.map { redact($0).bounded(300) }), "isCatchAll": JSONValue(search.isCatchAll),
      "tried": .array(search.tried.map { ["path": .string($0.path.bounded(300)), "status": JSONValue($0.status)] }),
    ]
    guard let endpoint = search.endpoint else { return .seen(.object(facts)) }
    facts["endpoint"] = .object(self.facts(of: endpoint))
    return .seen(.object(facts), gaps: Self.gaps(of: endpoint))
  }

  private func facts(of endpoint: HealthSearch.Endpoint) -> JSONObject {
    let response = endpoint.first.response
    let status = response.status ?? 0
    let report = endpoint.report
    return [
      "path": .string(endpoint.path.bounded(300)), "status": .integer(status),
      "convention": JSONValue(report?.convention.rawValue), "bodyStatus": JSONValue(report?.level?.rawValue),
      "statement": .string(report?.level.map { "\(status) saying \($0.rawValue)" } ?? "\(status)"),
      "readable": .bool(report != nil),
      "up": JSONValue(report.map { status < 400 && $0.level != .down }),
      "agrees": JSONValue(report.map { $0.level == nil || ($0.level == .down) == (status >= 400) }),
      "components": report.map { .array($0.components.map(component)) } ?? nil,
      "downComponents": report.map { names($0, .down) } ?? nil,
      "degradedComponents": report.map { names($0, .warn) } ?? nil,
      "milliseconds": Self.milliseconds(endpoint.polls), "stable": Self.stability(endpoint),
      "cacheable": JSONValue(report.flatMap { _ in response.fields.map(Self.isCacheable) }),
      "cacheControl": JSONValue(response.fields?.first("cache-control").map { redact($0).bounded(300) }),
      "needsCredentials": .bool(endpoint.needsCredentials),
      "leaks": report == nil ? nil : ExchangeFacts.leaks(response), "headWorks": JSONValue(endpoint.headWorks),
    ]
  }

  private func component(_ component: HealthReport.Component) -> JSONValue {
    ["name": .string(redact(component.name)), "status": JSONValue(component.level?.rawValue)]
  }

  private func names(_ report: HealthReport, _ level: HealthReport.Level) -> JSONValue {
    JSONValue(report.components.filter { $0.level == level }.map { redact($0.name) })
  }

  private static func milliseconds(_ polls: [HealthSearch.Poll]) -> JSONValue {
    let sorted = polls.compactMap(\.milliseconds).sorted()
    guard let slowest = sorted.last else { return nil }
    return [
      "polls": .array(polls.compactMap { $0.milliseconds.map { .double($0) } }),
      "median": .double(sorted[sorted.count / 2]), "max": .double(slowest),
    ]
  }

  /// A difference shows with two polls; that there is none takes all of them.
  private static func stability(_ endpoint: HealthSearch.Endpoint) -> JSONValue {
    guard let first = endpoint.polls.first else { return nil }
    if endpoint.polls.contains(where: { $0.status != first.status || $0.level != first.level }) { return false }
    return endpoint.pollGap == nil ? true : nil
  }

  /// A shared cache may keep it for more than ten seconds (RFC 9111), or one has answered.
  private static func isCacheable(_ fields: HeaderFields) -> Bool {
    if let age = fields.first("age").flatMap({ Int($0) }), age > 0 { return true }
    let directives = fields.list("cache-control")
    if directives.contains(where: { $0 == "no-store" || $0 == "no-cache" || $0 == "private" }) { return false }
    func seconds(_ name: String) -> Int? {
      directives.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1).filter { $0 != "\"" }) }
    }
    return (seconds("s-maxage") ?? seconds("max-age") ?? 0) > 10
  }

  private static func gaps(of endpoint: HealthSearch.Endpoint) -> [Gap] {
    if endpoint.report == nil {
      return [
        "up", "agrees", "components", "downComponents", "degradedComponents", "milliseconds", "stable", "cacheable",
        "leaks",
      ].map {
        Gap(
          path: "endpoint.\($0)",
          reason: "the health endpoint answers strangers with \(endpoint.first.response.status ?? 0)",
          remedy: "declare a bearer token for the target, or open the endpoint to whoever polls it")
      }
    }
    return endpoint.pollGap.map { [Gap(path: "endpoint.stable", reason: $0)] } ?? []
  }
}
