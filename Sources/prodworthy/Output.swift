import Facts
import FoundationEssentials
import Glibc
import Reporting

/// The process's output streams and files, where every failed write is an error.
enum Output {
  /// Writes all of `text` to standard output. Throws `Failure` (74) where it does not take it.
  static func print(_ text: String) throws(Failure) { try write(Array(text.utf8), to: STDOUT_FILENO) }

  /// Writes all of `bytes` to standard output. Throws `Failure` (74) where it does not take them.
  static func print(_ bytes: [UInt8]) throws(Failure) { try write(bytes, to: STDOUT_FILENO) }

  /// `value` on one line, as it is printed: its strings may be what an audited system said, and do nothing to a terminal or
  /// to a pipeline's runner.
  static func line(of value: JSONValue) -> String { InertJSON.line(of: value) }

  /// The canonical text of `value`, likewise.
  static func text(of value: JSONValue) -> String { InertJSON.text(of: value) }

  /// Writes `text` to standard error, as far as it takes it: there is nowhere left to complain. Nothing in it acts on who
  /// reads it: it may repeat an argument, a line of a file, or what a system said.
  static func note(_ text: String) { draw(Untrusted.lines(text)) }

  /// Writes `text` to standard error as it is, for what is to act on a terminal.
  static func draw(_ text: String) { try? write(Array(text.utf8), to: STDERR_FILENO) }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count < 0, errno != EINTR {
        throw Failure(.cannotWrite, "cannot write to the output: \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Replaces the file at `path` in one step: written beside it, flushed, renamed. A crash leaves the old one or none.
  ///
  /// What is no regular file, a device, a pipe or a link such as `/dev/stdout`, is written to as it stands. Throws
  /// `Failure` (73 where it cannot be created, 74 where it cannot be written to the end).
  static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
    var present = stat()
    if lstat(path, &present) == 0, present.st_mode & S_IFMT != S_IFREG {
      return try write(bytes, toFile: path, opening: O_TRUNC)
    }
    let temporary = "\(path).\(getpid()).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure(.cannotCreate, "cannot create \(path): \(String(cString: strerror(errno)))")
    }
    do throws(Failure) {
      defer { close(descriptor) }
      try write(bytes, to: descriptor)
      guard fsync(descriptor) == 0 else {
        throw Failure(.cannotWrite, "cannot write \(path): \(String(cString: strerror(errno)))")
      }
    } catch {
      unlink(temporary)
      throw Failure(.cannotWrite, "cannot write \(path): \(error.message)")
    }
    guard rename(temporary, path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      throw Failure(.cannotCreate, "cannot create \(path): \(reason)")
    }
  }

  /// Appends to the file at `path`. Throws `Failure` (73, 74).
  static func append(_ bytes: [UInt8], to path: String) throws(Failure) {
    try write(bytes, toFile: path, opening: O_CREAT | O_APPEND)
  }

  private static func write(_ bytes: [UInt8], toFile path: String, opening flags: Int32) throws(Failure) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | flags, 0o644)
    guard descriptor >= 0 else {
      throw Failure(.cannotCreate, "cannot open \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    try write(bytes, to: descriptor)
  }

  /// Removes the file at `path`, if there is one.
  static func remove(_ path: String) { unlink(path) }

  /// Makes the folder at `path` and those above it. Throws `Failure` (73).
  static func makeFolder(_ path: String) throws(Failure) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Failure(.cannotCreate, "cannot create the folder \(path)")
    }
  }
}

/// Reading what was named.
enum Input {
  /// The bytes of the file at `path`. Throws `Failure` (66, or 77 where permission is lacking).
  static func bytes(of path: String) throws(Failure) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(
        errno == EACCES ? .notPermitted : .missingInput, "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    return try all(from: descriptor, named: path)
  }

  /// Everything on standard input. Throws `Failure` (66).
  static func standardInput() throws(Failure) -> [UInt8] { try all(from: STDIN_FILENO, named: "standard input") }

  private static func all(from descriptor: Int32, named name: String) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count > 0 {
        bytes += buffer[..<count]
      } else if errno != EINTR {
        throw Failure(.missingInput, "cannot read \(name): \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Whether something is at `path`.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether a regular file is at `path`.
  static func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Whether a folder is at `path`.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The files under `folder` that end in `.yaml` or `.yml`, sorted, at most 16 folders deep.
  static func yamlFiles(under folder: String, depth: Int = 0) throws(Failure) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw Failure(.missingInput, "cannot read the folder \(folder)")
    }
    var files: [String] = []
    for name in names where !name.hasPrefix(".") {
      let path = "\(folder)/\(name)"
      if isFolder(path) {
        if depth < 16 { files += try yamlFiles(under: path, depth: depth + 1) }
      } else if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
        files.append(path)
      }
    }
    return files
  }

  /// `path` seen from the working folder, with `.` and `..` taken out.
  static func absolute(_ path: String) -> String {
    let whole = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
