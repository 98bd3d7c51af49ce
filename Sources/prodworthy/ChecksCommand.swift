import ArgumentParser
import AuditModel
import Engine
import Facts
import FoundationEssentials

/// `prodworthy checks`.
struct ChecksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checks",
    abstract: "List the checks, or the checklist with the checks that serve it.",
    discussion: "EXAMPLE:\n  prodworthy checks --by checklist")

  /// How to arrange the list.
  enum Arrangement: String, ExpressibleByArgument {
    case id, checklist
  }

  @Option(help: "Arrange by id or by checklist.")
  var by: Arrangement = .id

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print the whole catalogue as Markdown.")
  var markdown = false

  @Option(help: "A folder with further checks and probe manifests. Repeatable.", completion: .directory)
  var checks: [String] = []

  func run() throws {
    let workspace = try Workspace.load(
      Workspace.Request(checkFolders: checks, wantsInventory: false),
      environment: ProcessInfo.processInfo.environment)
    let all = workspace.catalogue.checks
    if markdown {
      try Output.print(CatalogueText.markdown(all, checklist: workspace.catalogue.checklist))
      return
    }
    switch by {
    case .id:
      try Output.print(json ? Output.text(of: .array(all.map(Self.json))) : Self.table(all))
    case .checklist:
      let rows = workspace.catalogue.checklist.map { item in
        (item, all.filter { $0.checklist.contains(item.id) }.map(\.id))
      }
      if json {
        let values = rows.map { item, ids -> JSONValue in
          [
            "id": .string(item.id), "title": .string(item.title), "checks": JSONValue(ids),
            "attestations": JSONValue(item.attest.map(\.id)),
          ]
        }
        try Output.print(Output.text(of: .array(values)))
      } else {
        for (item, ids) in rows {
          try Output.print(Self.lines(item, ids))
        }
      }
    }
  }

  private static func lines(_ item: ChecklistItem, _ ids: [String]) -> String {
    var lines = ["\(item.id)  \(item.title)"]
    lines.append("    \(ids.isEmpty ? "no check" : ids.joined(separator: ", "))")
    for request in item.attest { lines.append("    attest \(request.id): \(request.statement)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func json(_ check: CheckDefinition) -> JSONValue {
    [
      "id": .string(check.id), "title": .string(check.title), "severity": .string(check.severity.rawValue),
      "checklist": JSONValue(check.checklist), "probe": .string(check.probe),
      "safety": .string(check.safety.rawValue), "targets": JSONValue(check.targets),
    ]
  }

  private static func table(_ checks: [CheckDefinition]) -> String {
    let width = checks.map(\.id.count).max() ?? 0
    return checks.map { check in
      let id = check.id.padding(to: width)
      return "\(id)  \(check.severity.rawValue.padding(to: 8))  \(check.title)\n"
    }.joined()
  }
}

extension String {
  /// The text with spaces behind it up to `width` characters.
  func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
