import Glibc
package import Probing

/// Keeps other runs of this account from cutting anything off for as long as it is held: two that do so at once would measure
/// each other.
package final class CuttingLock: Sendable {
  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// The lock of a folder of journals; nil where somebody else holds it until `deadline`. Throws where it cannot be had at
  /// all. Blocks: only on a lane.
  package static func taken(in folder: JournalFolder, before deadline: Deadline) throws(StepFailure) -> CuttingLock? {
    try folder.make()
    let path = "\(folder.path)/cutting.lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw StepFailure(reason: "\(path): \(String(cString: strerror(errno)))") }
    let lock = CuttingLock(descriptor)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if deadline.hasPassed { return nil }
      usleep(100_000)
    }
    return lock
  }
}
