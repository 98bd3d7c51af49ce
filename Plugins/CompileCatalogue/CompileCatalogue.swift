import Foundation
import PackagePlugin

/// Compiles `checks/` and `policies/` into the target `BuiltInCatalogue`.
@main
struct CompileCatalogue: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let package = context.package.directoryURL
    let files = ["checks", "policies"].flatMap { definitions(in: package.appending(path: $0)) }
    let output = context.pluginWorkDirectoryURL.appending(path: "Catalogue.swift")
    return [
      .buildCommand(
        displayName: "Compiling checks/ and policies/", executable: try context.tool(named: "CatalogueCompiler").url,
        arguments: ([output] + files).map { $0.path(percentEncoded: false) }, inputFiles: files, outputFiles: [output])
    ]
  }

  /// The YAML files under a folder, in the order of their paths; those that begin with a dot are left out.
  private func definitions(in folder: URL) -> [URL] {
    let files = FileManager.default.enumerator(
      at: folder.resolvingSymlinksInPath(), includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
    return (files?.compactMap { $0 as? URL } ?? [])
      .filter { $0.pathExtension == "yaml" }
      .sorted { $0.path(percentEncoded: false) < $1.path(percentEncoded: false) }
  }
}
