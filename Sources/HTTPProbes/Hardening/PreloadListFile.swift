import Glibc
import Synchronization

/// The browsers' preload list in a file that the inventory names.
enum PreloadListFile {
  /// Why the list of a file is not known.
  struct Failure: Error {
    var reason: String
  }

  /// What makes a file the same as before.
  private struct Version: Hashable {
    var path: String
    var bytes: Int
    var seconds: Int
    var nanoseconds: Int
  }

  /// The last list that was read: most inventories name one for all targets, and it is large.
  private static let last = Mutex<(version: Version, list: PreloadList)?>(nil)

  /// Reads the list at `path`, unless it is the one read last.
  static func list(at path: String) throws(Failure) -> PreloadList {
    let descriptor = path.utf8.contains(0) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure(reason: "the preload list cannot be opened") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= PreloadList.largest
    else { throw Failure(reason: "the preload list is no file, or larger than any") }
    let version = Version(
      path: path, bytes: status.st_size, seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    if let known = last.withLock({ $0?.version == version ? $0?.list : nil }) { return known }
    guard let octets = contents(of: descriptor) else { throw Failure(reason: "the preload list cannot be read") }
    do throws(PreloadList.Malformed) {
      let list = try PreloadList(octets)
      last.withLock { $0 = (version, list) }
      return list
    } catch {
      throw Failure(reason: "the preload list is none at line \(error.line), column \(error.column): \(error.message)")
    }
  }

  /// Everything behind an open descriptor; nil where that cannot be read, or has no end.
  private static func contents(of descriptor: Int32) -> [UInt8]? {
    var octets: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while octets.count <= PreloadList.largest {
      let count = read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return octets }
      octets += piece.prefix(count)
    }
    return nil
  }
}
