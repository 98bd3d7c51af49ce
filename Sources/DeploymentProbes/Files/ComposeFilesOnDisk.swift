package import ComposeModel
import Glibc

/// Compose files and what they name, read from the disk.
package enum ComposeFilesOnDisk {
  /// Larger files are not read, in bytes.
  private static let largest = 8 << 20

  /// The content of the file at an absolute path.
  package static let read: @Sendable (String) throws(ComposeSources.Trouble) -> [UInt8] = {
    path throws(ComposeSources.Trouble) in
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? ComposeSources.Trouble.missing : .unreadable(String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable("it is no file")
    }
    guard status.st_size <= largest else { throw .unreadable("it has more than \(largest) bytes") }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= largest {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count > 0 {
        bytes += buffer[..<count]
      } else if errno != EINTR {
        throw .unreadable(String(cString: strerror(errno)))
      }
    }
    throw .unreadable("it has more than \(largest) bytes")
  }

  /// What the rules ask of the disk.
  package static let surroundings = ComposeLint.Surroundings(read: read) { path in
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_mode & 0o7777) : nil
  }

  /// The variables of this process.
  package static var processEnvironment: [String: String] {
    var variables: [String: String] = [:]
    var pointer = environ
    while let entry = pointer.pointee {
      let text = String(cString: entry)
      if let sign = text.firstIndex(of: "=") {
        variables[String(text[..<sign])] = String(text[text.index(after: sign)...])
      }
      pointer += 1
    }
    return variables
  }
}
