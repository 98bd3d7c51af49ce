import AuditModel
import Glibc

/// Paths that a file names, relative to itself.
enum FilePath {
  /// The absolute folder of a file; a relative path is one from the working folder.
  static func folder(of file: String) -> String {
    let folder = PathText.folder(of: file)
    if folder.hasPrefix("/") { return folder }
    guard let working = getcwd(nil, 0) else { return folder }
    defer { free(working) }
    return absolute(folder, in: String(cString: working))
  }

  /// The path as it is if it is absolute, else inside `folder`.
  static func absolute(_ path: String, in folder: String) -> String {
    if path.hasPrefix("/") { return path }
    var rest = path[...]
    while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
    if rest.isEmpty || rest == "." { return folder }
    return folder.hasSuffix("/") ? folder + rest : "\(folder)/\(rest)"
  }
}
