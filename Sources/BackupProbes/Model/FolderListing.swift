import AuditModel
import Glibc

/// What lies in a folder.
enum FolderListing {
  /// One entry, links followed.
  struct Entry: Sendable {
    var name: String
    var path: String
    var isFolder: Bool
    var isFile: Bool
    /// In bytes.
    var size: Int
    var modifiedAt: Instant
  }

  /// More entries than this are not looked at.
  static let most = 100_000

  /// The file or folder at `path`; nil where there is none.
  static func entry(at path: String) -> Entry? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    let kind = status.st_mode & S_IFMT
    return Entry(
      name: String(path.split(separator: "/").last ?? "/"), path: path, isFolder: kind == S_IFDIR,
      isFile: kind == S_IFREG, size: Int(status.st_size), modifiedAt: Instant(seconds: status.st_mtim.tv_sec))
  }

  /// The entries of the folder at `path` by name; nil where it cannot be read.
  static func entries(of path: String) -> [Entry]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var found: [Entry] = []
    while found.count < most, let raw = readdir(folder) {
      let name = withUnsafePointer(to: &raw.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      guard name != ".", name != "..", let entry = entry(at: "\(path)/\(name)") else { continue }
      found.append(entry)
    }
    return found.sorted { $0.name < $1.name }
  }

  /// Why `path` cannot be read, in words.
  static var lastReason: String { String(cString: strerror(errno)) }
}
