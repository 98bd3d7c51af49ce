import Foundation

/// A folder that lives as long as its owner.
package final class ScratchFolder: Sendable {
  /// Where it is.
  package let path: String

  /// A new, empty folder.
  package init() throws {
    path = NSTemporaryDirectory() + "loopback-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  package func path(_ name: String) -> String { path + "/" + name }

  /// Writes a file and gives its path.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    return path(name)
  }

  /// The text of any file.
  package static func text(of path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  /// The text of a file in it.
  package func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
}
