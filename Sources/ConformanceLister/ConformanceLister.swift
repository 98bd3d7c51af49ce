import FoundationEssentials
import Glibc

/// Reads the sources of one room and writes a list of the types in them that are declared to conform to a protocol, so that
/// nobody has to keep it by hand.
///
/// Arguments: the file to write; the module of the protocol, or nothing where it is the room's own; the protocol; the one that
/// says not to be listed, or nothing; the files to read.
@main
enum ConformanceLister {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count >= 4 else { fail("usage: ConformanceLister OUTPUT MODULE PROTOCOL EXEMPT FILE…") }
    let sources = arguments.dropFirst(4).map { path in
      guard let data = FileManager.default.contents(atPath: path) else {
        fail("\(path): error: the file cannot be read")
      }
      return String(decoding: data, as: UTF8.self)
    }
    let conformances = Conformances(to: arguments[2], exempting: arguments[3], in: sources)
    let listing = Data(conformances.listing(of: arguments[2], from: arguments[1]).utf8)
    // Not touched where it says the same: nothing has to be compiled again then.
    guard FileManager.default.contents(atPath: arguments[0]) != listing else { return }
    do {
      try listing.write(to: URL(filePath: arguments[0]), options: .atomic)
    } catch {
      fail("\(arguments[0]): error: the file cannot be written: \(error)")
    }
  }

  private static func fail(_ message: String) -> Never {
    _ = Array("\(message)\n".utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(1)
  }
}

extension Conformances {
  /// The list as Swift: an enumeration called after the protocol, whose `inThisRoom` has one of every type. What cannot be
  /// made without arguments is for the compiler to refuse.
  func listing(of name: String, from module: String) -> String {
    """
    // Written by ConformanceLister from the sources of this room.
    \(module.isEmpty ? "" : "import \(module)\n")
    /// One of every type of this room that is declared to be a `\(name)`, in the order of their names.
    enum Every\(name) {
      static let inThisRoom: [any \(name)] = [
    \(types.map { "    \($0)(),\n" }.joined())  ]
    }

    """
  }
}
