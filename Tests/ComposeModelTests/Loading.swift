import AuditModel
import ComposeModel
import Facts

/// Loads models from files that exist in memory only, under `/project`.
enum Loading {
  static func project(
    _ files: [String: String], named names: [String] = ["compose.yaml"], environmentFiles: [String] = [],
    profiles: [String] = [], environment: [String: String] = [:]
  ) -> ComposeProject {
    func file(_ name: String) -> ComposeSources.File { ComposeSources.File(shown: name, path: "/project/\(name)") }
    return ComposeProject.loaded(
      from: ComposeSources(
        files: names.map(file), environmentFiles: environmentFiles.map(file), profiles: profiles,
        environment: environment, read: reading(files)))
  }

  static func project(_ text: String, environment: [String: String] = [:]) -> ComposeProject {
    project(["compose.yaml": text], environment: environment)
  }

  static func reading(_ files: [String: String]) -> @Sendable (String) throws(ComposeSources.Trouble) -> [UInt8] {
    { path throws(ComposeSources.Trouble) in
      guard path.hasPrefix("/project/"), let text = files[String(path.dropFirst(9))] else { throw .missing }
      return Array(text.utf8)
    }
  }

  static func json(_ text: String) throws -> JSONValue { try JSONText.parse(Array(text.utf8)) }

  /// What is complained of, as `RULE LINE:COLUMN SERVICE`.
  static func complaints(_ text: String, _ files: [String: String] = [:], modes: [String: Int] = [:])
    -> [ComposeComplaint]
  {
    var all = files
    all["compose.yaml"] = text
    let surroundings = ComposeLint.Surroundings(read: reading(all)) { path in modes[String(path.dropFirst(9))] }
    var sources = ComposeSources(
      files: [ComposeSources.File(shown: "compose.yaml", path: "/project/compose.yaml")], profiles: ["*"],
      read: reading(all))
    sources.environment = [:]
    return ComposeLint.complaints(about: ComposeProject.loaded(from: sources), in: surroundings)
  }
}

extension ComposeProject {
  /// The value at a dotted path of the effective model; numbers are positions in lists.
  func value(_ path: String) -> JSONValue? {
    var current: JSONValue? = json
    for step in path.split(separator: "/").map(String.init) {
      current = Int(step).flatMap { current?[$0] } ?? current?[step]
    }
    return current
  }

  /// What is wrong, as `LINE:COLUMN code`.
  var faults: [String] { problems.map { "\($0.place.line):\($0.place.column) \($0.code)" } }
}
