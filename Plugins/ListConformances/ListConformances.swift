import Foundation
import PackagePlugin

/// Lists what a room brings along, from its own sources: the report formats of `Reporting`, the probes of any other.
@main
struct ListConformances: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let room = target as? any SourceModuleTarget else { return [] }
    // The protocol, and the one that says not to be listed.
    let protocols =
      room.name == "Reporting" ? ["Reporting.ReportFormat", ""] : ["Probing.Probe", "Probing.UnlistedProbe"]
    let sources = room.sourceFiles(withSuffix: "swift").map(\.url)
      .sorted { $0.path(percentEncoded: false) < $1.path(percentEncoded: false) }
    let output = context.pluginWorkDirectoryURL.appending(path: "Conformances.swift")
    let paths = sources.map { $0.path(percentEncoded: false) }
    return [
      .buildCommand(
        displayName: "Listing what \(room.name) brings along",
        executable: try context.tool(named: "ConformanceLister").url,
        arguments: [output.path(percentEncoded: false), room.moduleName] + protocols + paths, inputFiles: sources,
        outputFiles: [output])
    ]
  }
}
