import Definitions
import FoundationEssentials
import Glibc

/// Checks the files of `checks/` and `policies/` and writes them as Swift literals.
///
/// Arguments: the file to write, then the files to read.
@main
enum CatalogueCompiler {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    guard let output = arguments.first else { fail("usage: CatalogueCompiler OUTPUT FILE…") }
    let files = arguments.dropFirst().map { path in
      guard let data = FileManager.default.contents(atPath: path) else {
        fail("\(path): error: the file cannot be read")
      }
      return SourceFile(path: path, bytes: Array(data))
    }
    let loaded = Definitions.catalogue(files)
    guard let catalogue = loaded.value else {
      let count = loaded.diagnostics.count
      fail(
        loaded.diagnostics.map { $0.rendered() }.joined(separator: "\n")
          + "\n\(count) problem\(count == 1 ? "" : "s") in checks/ and policies/")
    }
    do {
      try Data(CatalogueSource.swift(for: catalogue).utf8).write(to: URL(filePath: output), options: .atomic)
    } catch {
      fail("\(output): error: the file cannot be written: \(error)")
    }
  }

  private static func fail(_ message: String) -> Never {
    var bytes = Array((message + "\n").utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count <= 0 { break }
      bytes = bytes.dropFirst(count)
    }
    exit(1)
  }
}
