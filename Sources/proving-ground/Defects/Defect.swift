/// One thing that can be wrong with the platform, switched on when it is built.
struct Defect: Sendable {
  /// What a defect changes. Two defects of one part would undo each other, so they exclude each other.
  enum Part: String, Sendable {
    case edgeCertificate = "the certificate of the edge"
    case edgeFields = "the header fields of the edge"
    case errorPages = "the error pages of the edge"
    case frontPage = "the front page"
    case databaseCertificate = "the certificate of the database"
    case databaseSettings = "the settings of the database"
    case auditor = "the role of the auditor"
    case inventory = "what the inventory says about the database"
    case plugin = "the monitoring plug-in"
    case edgeProtocols = "the protocol versions of the edge"
    case plainPort = "the plain port"
    case databaseAccess = "the access rules of the database"
    case databaseProcess = "whether the database runs"
    case processing = "the processing service"
  }

  /// Permanent name, in kebab case.
  let id: String
  /// One line: what is wrong.
  let summary: String
  /// What it changes.
  let part: Part
  /// Builds the defect into the plan.
  let apply: @Sendable (inout Blueprint) -> Void

  /// All defects, area by area.
  static let all = certificates + edge + database + services

  /// The healthy plan with the named defects built in. Throws for unknown names and for two defects of one part.
  static func blueprint(with names: [String]) throws(GroundFailure) -> Blueprint {
    var blueprint = Blueprint()
    var taken: [Part: String] = [:]
    for name in names {
      guard let defect = all.first(where: { $0.id == name }) else {
        throw GroundFailure("no defect is called \(name); there are \(all.map(\.id).joined(separator: ", "))")
      }
      if let other = taken.updateValue(name, forKey: defect.part), other != name {
        throw GroundFailure("\(other) and \(name) both change \(defect.part.rawValue): choose one")
      }
      defect.apply(&blueprint)
    }
    return blueprint
  }
}
