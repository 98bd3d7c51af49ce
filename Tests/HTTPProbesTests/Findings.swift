import AuditModel
import BuiltInCatalogue
import Definitions
import Engine
import Facts
import Probing

/// What the built-in checks make of facts.
struct Findings {
  /// By status, the subjects of every finding; of one without subject, its message.
  private var subjects: [Status: Set<String>] = [:]
  private(set) var messages: [String] = []

  init(of check: String, on look: Look) throws {
    let entry = BuiltInCatalogue.checks.first { $0.id == check }
    guard let entry, case .seen(let facts, gaps: let gaps) = look.sighting else { throw NotThere() }
    let definition = try Definitions.check(compiled: entry.json)
    let judge = Judge(definition, parameters: JSONObject(definition.parameters.map { ($0.name, $0.fallback) }))
    for ruling in judge.rulings(on: facts, gaps: gaps) {
      subjects[ruling.status, default: []].insert(ruling.subject ?? "")
      messages.append(ruling.message)
    }
  }

  private struct NotThere: Error {}

  /// The statuses of all findings.
  var statuses: Set<Status> { Set(subjects.keys) }

  subscript(_ status: Status) -> Set<String> { subjects[status] ?? [] }
}
