import FoundationEssentials
import Glibc

/// Files of the working folder, with failures in words.
enum Files {
  /// Writes `text` to a new or emptied file at `path` with these permission bits.
  static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws(GroundFailure) {
    try write(Array(text.utf8), to: path, mode: mode)
  }

  /// Writes `bytes` to a new or emptied file at `path` with these permission bits.
  static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(GroundFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw failure("cannot write \(path)") }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw failure("cannot write \(path)")
      }
    }
  }

  /// The bytes of the file at `path`; nil where it cannot be read. Works for `/proc`, where files have no size.
  static func bytes(at path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count > 0 {
        bytes += buffer[..<count]
      } else if errno != EINTR {
        return nil
      }
    }
  }

  /// The text of the file at `path`; nil where it cannot be read.
  static func text(at path: String) -> String? { bytes(at: path).map { String(decoding: $0, as: UTF8.self) } }

  /// Where the symbolic link at `path` points; nil where it cannot be read.
  static func linkTarget(of path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &buffer, buffer.count)
    return count < 0 ? nil : String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Makes the folder at `path` where there is none.
  static func makeFolder(_ path: String, mode: mode_t = 0o755) throws(GroundFailure) {
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("cannot make the folder \(path)") }
  }

  /// The names in the folder at `path`; empty where it cannot be read.
  static func names(in path: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
  }

  /// The paths of all files under the folder at `path`.
  static func tree(of path: String) -> [String] {
    names(in: path).sorted().flatMap { name in
      let inner = "\(path)/\(name)"
      var status = stat()
      guard lstat(inner, &status) == 0 else { return [String]() }
      return status.st_mode & S_IFMT == S_IFDIR ? tree(of: inner) : [inner]
    }
  }

  /// Whether something is at `path`.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Removes what is at `path`, folders with all they hold. Succeeds where nothing is.
  static func remove(_ path: String) throws(GroundFailure) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      if exists(path) { throw GroundFailure("cannot remove \(path)") }
    }
  }

  /// `path` seen from the working folder, without links on the way to the last part.
  static func absolute(_ path: String) -> String {
    let whole = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// The path by which the kernel knows the existing file or folder at `path`.
  static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// `message` with the reason the last call gave.
  static func failure(_ message: String) -> GroundFailure {
    GroundFailure("\(message): \(String(cString: strerror(errno)))")
  }
}
