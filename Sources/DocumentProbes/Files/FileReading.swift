import Glibc

/// Why a file gave nothing.
enum FileTrouble: Error, Hashable {
  /// There is no such file.
  case missing
  /// The system refuses it, and says why.
  case unreadable(String)
  /// It is larger than what is read, in bytes.
  case tooLarge(limit: Int)

  /// In words, without the path.
  var reason: String {
    switch self {
    case .missing: "there is no such file"
    case .unreadable(let reason): reason
    case .tooLarge(let limit): "it has more than \(limit) bytes"
    }
  }
}

/// Regular files read whole, within a bound.
enum FileReading {
  /// The content of the file at `path`, at most `limit` bytes.
  static func bytes(of path: String, limit: Int) throws(FileTrouble) -> [UInt8] {
    // A pipe or device in the tree must not hold us up.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable("it is no regular file")
    }
    guard status.st_size <= limit else { throw .tooLarge(limit: limit) }
    var bytes = [UInt8](repeating: 0, count: max(Int(status.st_size) + 1, 4096))
    var filled = 0
    while true {
      if filled == bytes.count {
        guard filled <= limit else { throw .tooLarge(limit: limit) }
        bytes += [UInt8](repeating: 0, count: bytes.count)
      }
      let count = bytes.withUnsafeMutableBytes { buffer -> Int in
        guard let base = buffer.baseAddress else { return 0 }
        return read(descriptor, base + filled, buffer.count - filled)
      }
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if errno != EINTR {
        throw .unreadable(String(cString: strerror(errno)))
      }
    }
    guard filled <= limit else { throw .tooLarge(limit: limit) }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }

  /// Whether anything at all stands at `path`; links are followed.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
  }

  /// Whether a folder stands at `path`.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
