import ArgumentParser
import AuditModel
import Engine
import FoundationEssentials

/// `prodworthy explain`.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tell what a check looks at, why it matters, what it expects and how to mend it.",
    discussion: "EXAMPLE:\n  prodworthy explain tls-certificate-lifetime")

  @Argument(help: "A check's id.")
  var id: String

  @Option(help: "A folder with further checks and probe manifests. Repeatable.", completion: .directory)
  var checks: [String] = []

  func run() throws {
    let workspace = try Workspace.load(
      Workspace.Request(checkFolders: checks, wantsInventory: false),
      environment: ProcessInfo.processInfo.environment)
    try workspace.requireChecks([id])
    for check in workspace.catalogue.checks where check.id == id {
      try Output.print(CatalogueText.markdown(check, level: 1))
    }
  }
}
