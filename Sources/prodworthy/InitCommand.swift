import ArgumentParser
import AuditModel
import ComposeModel
import DeploymentProbes
import FoundationEssentials

/// `prodworthy init`.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a commented prodworthy.yaml; from a compose file where one is given or found.",
    discussion: """
      The compose file itself and its services with published ports become targets. What cannot be known from it is
      written as a comment to fill in. Nothing is overwritten without --force.

      EXAMPLES:
        prodworthy init
        prodworthy init --from docker-compose.yml --system shop
      """)

  @Option(
    name: [.customLong("from"), .customLong("compose")], help: "The compose file to read.",
    completion: .file(extensions: ["yaml", "yml"]))
  var from: String?

  @Option(help: "The system's name; by default the project's or the folder's.")
  var system: String?

  @Option(name: .shortAndLong, help: "The file to write; `-` is standard output.")
  var output = "prodworthy.yaml"

  @Flag(help: "Overwrite an existing file.")
  var force = false

  func run() throws {
    let candidates = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"]
    var targets: [InventoryDraft.Entry] = []
    var name: String?
    if let path = from ?? candidates.first(where: Input.exists) {
      let project = ComposeProject.loaded(
        from: try ComposeCommand.sources(files: [path], environmentFiles: [], profiles: []))
      guard !project.services.isEmpty else {
        let problems = project.problems.map(\.line)
        throw Failure(.badData, problems.isEmpty ? "\(path): no services" : problems.joined(separator: "\n"))
      }
      targets = InventoryDraft.entries(from: project, file: Self.seen(path, from: output))
      name = project.name
    }
    let folder = Input.absolute(".").split(separator: "/").last.map(String.init) ?? "my-system"
    let text = InventoryDraft.text(system: system ?? name ?? folder, entries: targets)
    if output == "-" {
      try Output.print(text)
      return
    }
    guard force || !Input.exists(output) else {
      throw Failure(.cannotCreate, "\(output) exists; --force overwrites it")
    }
    try Output.replace(output, with: Array(text.utf8))
    try Output.print("wrote \(output) with \(targets.count) targets\nnext: prodworthy doctor -f \(output)\n")
  }

  /// The path of the compose file as the inventory has to name it.
  private static func seen(_ path: String, from output: String) -> String {
    let file = Input.absolute(path)
    let folder = output == "-" ? Input.absolute(".") : PathText.folder(of: Input.absolute(output))
    return file.hasPrefix(folder + "/") ? String(file.dropFirst(folder.count + 1)) : file
  }
}
