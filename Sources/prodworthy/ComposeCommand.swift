import ArgumentParser
import AuditModel
import ComposeModel
import DeploymentProbes
import Facts
import Reporting

/// `prodworthy compose`.
struct ComposeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compose", abstract: "Look at compose files as they take effect.",
    subcommands: [ComposeModelCommand.self, ComposeLintCommand.self])

  /// Where the named files come from: the disk, and the variables of this process.
  static func sources(files: [String], environmentFiles: [String], profiles: [String]) throws(Failure) -> ComposeSources
  {
    for path in files + environmentFiles {
      // A named file that is missing is told as such, before anything is said about its content.
      if Input.isFolder(path) { throw Failure(.badData, "\(path): a folder, not a file") }
      _ = try Input.bytes(of: path)
    }
    func file(_ path: String) -> ComposeSources.File { ComposeSources.File(shown: path, path: Input.absolute(path)) }
    return ComposeSources(
      files: files.map(file), environmentFiles: environmentFiles.map(file), profiles: profiles,
      environment: ComposeFilesOnDisk.processEnvironment, read: ComposeFilesOnDisk.read)
  }
}

/// `prodworthy compose model`.
struct ComposeModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Print the effective model of compose files: interpolated, merged, in its long form.",
    discussion: """
      The files merge in the order given. Variables come from the environment, then from --env-file, or else from the file \
      .env beside the first file. A model that is invalid, or lacks a required variable, ends in 65 with FILE:LINE:COLUMN.

      EXAMPLE:
        prodworthy compose model compose.yaml compose.production.yaml --env-file production.env
      """)

  @Argument(help: "The files, merged in this order.", completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @Option(help: "A file of variables; may be given several times, later ones win.")
  var envFile: [String] = []

  @Option(help: "A profile to switch on; may be given several times. `*` is all of them.")
  var profile: [String] = []

  @Flag(help: "Print JSON, which is what is printed anyway.")
  var json = false

  func run() throws {
    let sources = try ComposeCommand.sources(files: files, environmentFiles: envFile, profiles: profile)
    let project = ComposeProject.loaded(from: sources)
    guard project.problems.isEmpty else {
      throw Failure(.badData, project.problems.map { Untrusted.line($0.line) }.joined(separator: "\n"))
    }
    for variable in project.unsetVariables {
      let place = variable.place
      Output.note(
        Untrusted.line(
          "\(place.path):\(place.line):\(place.column): the variable \(variable.name) has no value: an empty text is used"
        )
          + "\n")
    }
    try Output.print(Output.line(of: project.json) + "\n")
  }
}

/// `prodworthy compose lint`.
struct ComposeLintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Tell what of compose files is unfit for production.",
    discussion: """
      Each file is looked at as a model of its own; --merge looks at all of them as one. Ends with 0 where there is nothing \
      to complain of and with 1 where there is.

      EXAMPLE:
        prodworthy compose lint compose.yaml
      """)

  @Argument(help: "The files.", completion: .file(extensions: ["yaml", "yml"]))
  var files: [String]

  @Option(help: "A file of variables; may be given several times, later ones win.")
  var envFile: [String] = []

  @Option(help: "A profile to switch on; may be given several times. Without one, all of them are.")
  var profile: [String] = []

  @Flag(help: "The files are one model, merged in this order.")
  var merge = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let severities = Dictionary(
      try Composition.builtInChecks().map { ($0.id, $0.severity) }, uniquingKeysWith: { first, _ in first })
    var found: [ComposeComplaint] = []
    for group in merge ? [files] : files.map({ [$0] }) {
      let sources = try ComposeCommand.sources(
        files: group, environmentFiles: envFile, profiles: profile.isEmpty ? ["*"] : profile)
      let project = ComposeProject.loaded(from: sources)
      // Without any of these this is no compose file, or too broken a one to say anything about.
      let sections = ["services", "networks", "volumes", "secrets", "configs"]
      guard project.root["include"] != nil || sections.contains(where: { project.root[$0]?.map != nil }) else {
        let problems = project.problems.map { Untrusted.line($0.line) }.joined(separator: "\n")
        throw Failure(.badData, problems.isEmpty ? "\(group.joined(separator: ", ")): no services" : problems)
      }
      found += ComposeLint.complaints(about: project, in: ComposeFilesOnDisk.surroundings)
    }
    func severity(_ complaint: ComposeComplaint) -> String {
      (severities[complaint.rule.rawValue] ?? .medium).rawValue
    }
    if json {
      let elements = found.map { complaint -> JSONValue in
        [
          "file": .string(complaint.place.path), "line": .integer(complaint.place.line),
          "column": .integer(complaint.place.column), "check": .string(complaint.rule.rawValue),
          "severity": .string(severity(complaint)), "service": JSONValue(complaint.service),
          "message": .string(complaint.message),
        ]
      }
      try Output.print(Output.line(of: .array(elements)) + "\n")
    } else {
      let lines = found.map { complaint in
        let place = complaint.place
        return Untrusted.line(
          "\(place.path):\(place.line):\(place.column): \(severity(complaint)): \(complaint.service.map { "\($0): " } ?? "")\(complaint.message) (\(complaint.rule.rawValue))"
        ) + "\n"
      }
      try Output.print(lines.joined())
    }
    if !found.isEmpty { throw ExitStatus.failed }
  }
}
