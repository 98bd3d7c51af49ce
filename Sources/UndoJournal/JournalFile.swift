import Facts
import Glibc

/// The file of one run's journal: lines of JSON that are on the disk before `append` returns, and a lock that lives as long as
/// the run does.
struct JournalFile: ~Copyable {
  let path: String
  private let descriptor: Int32

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// A new file in `folder`, locked. Throws why there is none.
  static func created(in folder: JournalFolder) throws(StepFailure) -> JournalFile {
    try folder.make()
    let name = "\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36))\(JournalFolder.suffix)"
    let path = "\(folder.path)/\(name)"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.failure(path) }
    let file = JournalFile(path: path, descriptor: descriptor)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw Self.failure(path) }
    try folder.sync()
    return file
  }

  /// The file at `path`, locked; nil where somebody holds its lock, or where it is gone. Throws where it cannot be opened.
  static func taken(_ path: String) throws(StepFailure) -> JournalFile? {
    let descriptor = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw Self.failure(path)
    }
    let file = JournalFile(path: path, descriptor: descriptor)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
    try file.requireOurs()
    return file
  }

  /// What it says, without taking the lock. Throws where it cannot be read.
  static func peeked(_ path: String) throws(StepFailure) -> (lines: [JSONValue], isHeld: Bool)? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw Self.failure(path)
    }
    let file = JournalFile(path: path, descriptor: descriptor)
    try file.requireOurs()
    let isFree = flock(descriptor, LOCK_SH | LOCK_NB) == 0
    return (try file.lines(), !isFree)
  }

  /// What it says names programs to run: nobody else may have written it.
  private func requireOurs() throws(StepFailure) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
      throw StepFailure(reason: "\(path) is no file that only this account can have written")
    }
  }

  /// Writes one line and waits until it is on the disk.
  func append(_ record: JSONValue) throws(StepFailure) {
    let bytes = Array((JSONText.compact(record) + "\n").utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        buffer.baseAddress.map { write(descriptor, $0 + sent, bytes.count - sent) } ?? -1
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.failure(path) }
      sent += count
    }
    guard fsync(descriptor) == 0 else { throw Self.failure(path) }
  }

  /// The lines it holds. A last one without its end was never finished: what it speaks of was not done. Throws where it is
  /// damaged otherwise.
  func lines() throws(StepFailure) -> [JSONValue] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < JournalFolder.largest {
      let count = pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure(path) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    let whole = bytes[..<(bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0)]
    var lines: [JSONValue] = []
    for line in whole.split(separator: UInt8(ascii: "\n")) {
      do throws(JSONText.SyntaxError) {
        lines.append(try JSONText.parse(Array(line)))
      } catch {
        throw StepFailure(reason: "\(path):\(lines.count + 1):\(error.column): \(error.message)")
      }
    }
    return lines
  }

  /// Takes the file away.
  func remove() { unlink(path) }

  private static func failure(_ path: String) -> StepFailure {
    StepFailure(reason: "\(path): \(String(cString: strerror(errno)))")
  }
}
