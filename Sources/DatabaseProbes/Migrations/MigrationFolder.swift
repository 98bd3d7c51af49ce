import Glibc

/// The files of a folder of migrations, read within bounds.
struct MigrationFolder: Sendable {
  struct File: Sendable, Hashable {
    /// Relative to the folder, with `/`.
    var path: String
    var bytes: [UInt8]

    /// The last part of the path.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    /// The path without the last part.
    var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
    /// The content; what is no UTF-8 is replaced.
    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  private(set) var files: [File] = []
  /// What kept the folder from being read whole; nil if nothing did.
  private(set) var obstacle: String?

  /// Bounds: a folder of migrations is far smaller, and what is beyond is said.
  private static let (mostFiles, mostBytes, largestFile, deepest) = (20_000, 64 << 20, 4 << 20, 8)
  private static let extensions: Set<String> = [
    "sql", "exs", "ex", "rb", "py", "js", "mjs", "cjs", "ts", "mts", "cts", "php", "go", "java", "json", "xml", "yaml",
    "yml", "kt",
  ]
  /// Folders that hold other people's files.
  private static let skipped: Set<String> = ["node_modules", "vendor", "_build", "deps", "__pycache__", ".git", "venv"]

  init(files: [File]) { self.files = files }

  /// Reads what is under `path`.
  init(path: String) {
    var bytesLeft = Self.mostBytes
    read(path, as: "", depth: 0, bytesLeft: &bytesLeft)
    files.sort { $0.path < $1.path }
  }

  private mutating func read(_ path: String, as relative: String, depth: Int, bytesLeft: inout Int) {
    guard depth <= Self.deepest else { return }
    guard let stream = opendir(path) else {
      obstacle = obstacle ?? "\(relative.isEmpty ? "the folder" : relative): \(String(cString: strerror(errno)))"
      return
    }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != "..", !Self.skipped.contains(name) { names.append(name) }
    }
    closedir(stream)
    for name in names.sorted() {
      let (full, inner) = (path + "/" + name, relative.isEmpty ? name : relative + "/" + name)
      var status = stat()
      guard lstat(full, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFLNK {
        // A link to a folder may lead round in a circle.
        guard stat(full, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        read(full, as: inner, depth: depth + 1, bytesLeft: &bytesLeft)
      } else if status.st_mode & S_IFMT == S_IFREG, let end = name.split(separator: ".").last,
        Self.extensions.contains(end.lowercased())
      {
        guard files.count < Self.mostFiles, status.st_size <= Self.largestFile, status.st_size <= bytesLeft else {
          obstacle = obstacle ?? "\(inner): more or larger files than are read"
          continue
        }
        guard let bytes = Self.content(of: full) else {
          obstacle = obstacle ?? "\(inner): \(String(cString: strerror(errno)))"
          continue
        }
        bytesLeft -= bytes.count
        files.append(File(path: inner, bytes: bytes))
      }
    }
  }

  private static func content(of path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while content.count <= largestFile {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return content }
      content += buffer[..<count]
    }
    return content
  }
}
