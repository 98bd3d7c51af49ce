import Glibc
import Probing

/// The regular files under a folder. Symbolic links are not followed: they may lead out of the folder, or in circles.
struct FileTree {
  /// Paths relative to the root, sorted by their bytes within each folder.
  private(set) var files: [String] = []
  /// Folders and files that could not be listed, with the reason.
  private(set) var unread: [(path: String, reason: String)] = []
  /// Why the listing stops early; nil if it is whole.
  private(set) var cut: String?

  /// How many files are listed at most.
  static let mostFiles = 200_000
  /// How deep folders are followed, in levels.
  static let deepest = 64

  /// Lists `root`, leaving out folders with one of the names in `excluded`.
  init(_ root: String, excluding excluded: Set<String> = [], until deadline: Deadline) {
    list(root, "", 0, excluded, deadline)
  }

  private mutating func list(
    _ root: String, _ relative: String, _ depth: Int, _ excluded: Set<String>, _ deadline: Deadline
  ) {
    if cut != nil { return }
    guard depth <= Self.deepest else {
      unread.append((relative, "folders stand more than \(Self.deepest) levels deep"))
      return
    }
    guard !deadline.hasPassed else {
      cut = "the time was up before every folder was listed"
      return
    }
    let path = relative.isEmpty ? root : "\(root)/\(relative)"
    guard let stream = opendir(path) else {
      unread.append((relative, String(cString: strerror(errno))))
      return
    }
    var entries: [(name: String, isFolder: Bool)] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      var kind = entry.pointee.d_type
      if kind == UInt8(DT_UNKNOWN) {
        var status = stat()
        guard lstat("\(path)/\(name)", &status) == 0 else { continue }
        kind =
          status.st_mode & S_IFMT == S_IFDIR
          ? UInt8(DT_DIR) : status.st_mode & S_IFMT == S_IFREG ? UInt8(DT_REG) : UInt8(DT_LNK)
      }
      if kind == UInt8(DT_DIR) {
        if !excluded.contains(name) { entries.append((name, true)) }
      } else if kind == UInt8(DT_REG) {
        entries.append((name, false))
      }
    }
    closedir(stream)
    entries.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for entry in entries {
      let child = relative.isEmpty ? entry.name : "\(relative)/\(entry.name)"
      if entry.isFolder {
        list(root, child, depth + 1, excluded, deadline)
      } else if files.count < Self.mostFiles {
        files.append(child)
      } else {
        cut = "there are more than \(Self.mostFiles) files"
        return
      }
    }
  }
}
