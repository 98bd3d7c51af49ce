import AuditModel
import BuiltInCatalogue
import Definitions
import Engine
import Facts
import Probing
import Testing

@testable import TLSProbes

/// What the built-in checks over a probe make of facts: everything that is not passed, by the check's id.
func judgement(of probe: String, _ facts: JSONValue?, _ gaps: [Gap]) throws -> [String: Status] {
  var found: [String: Status] = [:]
  for entry in BuiltInCatalogue.checks where entry.id.hasPrefix("tls-") {
    let check = try Definitions.check(compiled: entry.json)
    guard check.probe == probe else { continue }
    let parameters = JSONObject(check.parameters.map { ($0.name, $0.fallback) })
    let statuses = Judge(check, parameters: parameters).rulings(on: facts ?? .null, gaps: gaps).map(\.status)
    if let worst = [Status.fail, .unknown, .warn].first(where: statuses.contains) { found[check.id] = worst }
  }
  return found
}
