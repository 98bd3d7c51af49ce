/// One thing that can be wrong with the platform, switched on when it is built.
struct Defect: Sendable {
  /// Permanent name, in kebab case.
  let id: String
  /// One line: what is wrong.
  let summary: String
  /// What it changes. Two defects of one part would undo each other, so they exclude each other.
  let part: Part
  /// What else it changes, for the same effect.
  var also: [Part] = []
  /// Whether it keeps audits from seeing what else may be wrong in the same realm.
  var isBlinding = false
  /// Builds the defect into the plan.
  let apply: @Sendable (inout Blueprint) -> Void

  /// All defects, area by area.
  static let all =
    certificates + edge + fields + caching + limits + authorization + crossOrigin + database + schema + upkeep + data
    + migrations + backups + pooler + services + mail + exposure + declarations
    + Wings.defects

  /// The healthy plan with the named defects built in. Throws for unknown names and for two defects of one part.
  static func blueprint(with names: [String]) throws(GroundFailure) -> Blueprint {
    var blueprint = Blueprint()
    var taken: [Part: String] = [:]
    for name in names {
      guard let defect = all.first(where: { $0.id == name }) else {
        throw GroundFailure("no defect is called \(name); there are \(all.map(\.id).joined(separator: ", "))")
      }
      for part in [defect.part] + defect.also {
        if let other = taken.updateValue(name, forKey: part), other != name {
          throw GroundFailure("\(other) and \(name) both change \(part.name): choose one")
        }
      }
      defect.apply(&blueprint)
    }
    return blueprint
  }
}
