import Foundation
import PackagePlugin

/// Lists what a room brings along, from its own sources: the report formats of `Reporting`, the probes of any other.
@main
struct ListConformances: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let room = target as? any SourceModuleTarget else { return [] }
    // The protocol's module, the protocol, and the one that says not to be listed.
    let wanted = room.name == "Reporting" ? ["", "ReportFormat", ""] : ["Probing", "Probe", "UnlistedProbe"]
    let sources = room.sourceFiles(withSuffix: "swift").map(\.url)
      .sorted { $0.path(percentEncoded: false) < $1.path(percentEncoded: false) }
    let output = context.pluginWorkDirectoryURL.appending(path: "Conformances.swift")
    return [
      .buildCommand(
        displayName: "Listing what \(room.name) brings along",
        executable: try context.tool(named: "ConformanceLister").url,
        arguments: [output.path(percentEncoded: false)] + wanted + sources.map { $0.path(percentEncoded: false) },
        inputFiles: sources, outputFiles: [output])
    ]
  }
}
