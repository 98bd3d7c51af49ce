/// Paths as text: nothing here touches the disk.
package enum PathText {
  /// The path without `.`, `..` and doubled slashes.
  package static func cleaned(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !path.hasPrefix("/") {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    return path.hasPrefix("/") ? "/\(joined)" : joined.isEmpty ? "." : joined
  }

  /// The folder that a path lies in: `/` for what lies there, `.` for a bare name. What a slash ends lies in the folder
  /// before it, as `a` for `a/`.
  package static func folder(of path: String) -> String {
    // By bytes, as the system does: to Swift a slash with an accent behind it is another character.
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path.
  package static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }

  /// `path` seen from `folder`.
  package static func joined(_ folder: String, _ path: String) -> String {
    path.hasPrefix("/") ? cleaned(path) : cleaned("\(folder)/\(path)")
  }
}

extension Target {
  /// The folder of the inventory, from which what it names is seen; `.` where nobody knows where that lies.
  package var folder: String { location.map { PathText.folder(of: $0.path) } ?? "." }
}
