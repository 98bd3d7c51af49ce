import ArgumentParser
import Definitions
import Facts
import FoundationEssentials

/// `prodworthy init`.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a commented prodworthy.yaml; from a compose file where one is given or found.",
    discussion: """
      Services of the compose file with published ports become targets. What cannot be known from it is written as a
      comment to fill in. Nothing is overwritten without --force.

      EXAMPLES:
        prodworthy init
        prodworthy init --compose docker-compose.yml --system shop
      """)

  @Option(help: "The compose file to read.", completion: .file(extensions: ["yaml", "yml"]))
  var compose: String?

  @Option(help: "The system's name; by default the folder's.")
  var system: String?

  @Option(name: .shortAndLong, help: "The file to write; `-` is standard output.")
  var output = "prodworthy.yaml"

  @Flag(help: "Overwrite an existing file.")
  var force = false

  func run() throws {
    let candidates = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"]
    var targets: [InventoryDraft.Entry] = []
    if let path = compose ?? candidates.first(where: Input.exists) {
      let loaded = Definitions.document(SourceFile(path: path, bytes: try Input.bytes(of: path)))
      guard let document = loaded.value else {
        throw Failure(.badData, loaded.diagnostics.map { $0.rendered() }.joined(separator: "\n"))
      }
      guard document["services"]?.object != nil else {
        throw Failure(.badData, "\(path) is no compose file: no services")
      }
      targets = InventoryDraft.entries(fromCompose: document)
    }
    let folder = Input.absolute(".").split(separator: "/").last.map(String.init) ?? "my-system"
    let text = InventoryDraft.text(system: system ?? folder, entries: targets)
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
}
