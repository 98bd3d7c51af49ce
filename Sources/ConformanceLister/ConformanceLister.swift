import FoundationEssentials
import Glibc

/// Reads the sources of one room and writes a list of the types in them that are declared to conform to a protocol, so
/// that nobody has to keep it by hand.
///
/// Arguments: the file to write; the room's module; the protocol, as `Module.Protocol`; the protocol that says not to be
/// listed, or nothing; the files to read.
@main
enum ConformanceLister {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count >= 4, let wanted = Conformances.ProtocolName(arguments[2]) else {
      fail("usage: ConformanceLister OUTPUT MODULE PROTOCOL EXEMPT FILE…")
    }
    let (output, module) = (arguments[0], arguments[1])
    var declarations: [Declaration] = []
    for path in arguments.dropFirst(4) {
      guard let data = FileManager.default.contents(atPath: path) else {
        fail("\(path): error: the file cannot be read")
      }
      declarations += DeclarationReader.declarations(in: Array(data), file: path)
    }
    let conformances = Conformances(
      to: wanted, exempting: Conformances.ProtocolName(arguments[3]), in: module, among: declarations)
    guard conformances.problems.isEmpty else {
      fail(
        conformances.problems
          .map { "\($0.place.file):\($0.place.line):\($0.place.column): error: \($0.message)" }
          .joined(separator: "\n"))
    }
    let source = Data(ListingSource.swift(for: conformances, to: wanted, in: module).utf8)
    // Not touched where it says the same: nothing has to be compiled again then.
    guard FileManager.default.contents(atPath: output) != source else { return }
    do {
      try source.write(to: URL(filePath: output), options: .atomic)
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
