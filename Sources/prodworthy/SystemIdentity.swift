import Cryptography
import Definitions
import FoundationEssentials

/// What tells one state of a system from another: digests of the files it is made from, and declared values.
enum SystemIdentity {
  /// More files than this are not read for an identity.
  private static let mostFiles = 5000

  /// The digests and values that an inventory declares, by name. Throws `Failure` (66, 77) where a file is not there: an
  /// identity with a hole in it would call two states the same.
  static func read(_ file: InventoryFile, beside folder: String) throws(Failure) -> [String: String] {
    var identity = file.identityValues
    for name in file.identityFiles {
      let path = name.hasPrefix("/") ? name : "\(folder)/\(name)"
      identity[name] = Input.isFolder(path) ? try digest(ofFolder: path) : SHA256.hex(try Input.bytes(of: path))
    }
    return identity
  }

  /// One digest over the names and the content of all files under a folder.
  private static func digest(ofFolder path: String) throws(Failure) -> String {
    var lines: [String] = []
    var open = [""]
    while let folder = open.popLast() {
      let names: [String]
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")
      } catch {
        throw Failure(.missingInput, "cannot read the folder \(path)/\(folder)")
      }
      for name in names {
        let inner = folder.isEmpty ? name : "\(folder)/\(name)"
        if Input.isFolder("\(path)/\(inner)") {
          open.append(inner)
        } else {
          guard lines.count < mostFiles else {
            throw Failure(.badData, "\(path) holds more than \(mostFiles) files, too many for an identity")
          }
          lines.append("\(inner)\0\(SHA256.hex(try Input.bytes(of: "\(path)/\(inner)")))\n")
        }
      }
    }
    return SHA256.hex(lines.sorted().joined().utf8)
  }
}
