import Glibc
import Probing

/// Why reading a backup's files stopped.
enum ReadingFault: Error, Sendable, Hashable {
  /// The content ends early; what was being read.
  case truncated(String)
  /// The content contradicts itself.
  case corrupt(String)
  /// It is not of the kind it is declared to be.
  case foreign(String)
  /// Its format is newer than the one known here.
  case newer(String)
  /// The file cannot be read at all.
  case unreadable(String)
  /// There was no time to read on.
  case outOfTime
}

/// A file read from its beginning, in pieces, for as long as there is time. Blocks: only on a lane.
final class OctetSource {
  /// The file's length when it was opened, in bytes.
  let size: Int
  private let descriptor: Int32
  private let deadline: Deadline
  private var buffer: [UInt8] = []
  private var next = 0
  /// Where `buffer` begins in the file.
  private var base: Int
  /// Where reading ends.
  private let end: Int

  /// Opens a regular file; `range` narrows it to a part, which then counts as the whole.
  init(_ path: String, range: Range<Int>? = nil, before deadline: Deadline) throws(ReadingFault) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable("\(path): \(String(cString: strerror(errno)))") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable("\(path) is not a file")
    }
    self.descriptor = descriptor
    self.deadline = deadline
    let length = Int(status.st_size)
    base = min(range?.lowerBound ?? 0, length)
    end = min(range?.upperBound ?? length, length)
    size = end - base
    start = base
  }

  private let start: Int

  deinit { close(descriptor) }

  /// How many bytes were read.
  var position: Int { base + next - start }

  /// Whether nothing is left.
  var isAtEnd: Bool { position >= size }

  private func fill() throws(ReadingFault) -> Bool {
    if deadline.hasPassed { throw .outOfTime }
    base += buffer.count
    next = 0
    let room = min(1 << 17, end - base)
    guard room > 0 else {
      buffer = []
      return false
    }
    var status = 0
    repeat {
      buffer = [UInt8](unsafeUninitializedCapacity: room) { target, count in
        status = pread(descriptor, target.baseAddress, room, base)
        count = max(0, status)
      }
    } while status < 0 && errno == EINTR
    guard status >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
    return status > 0
  }

  /// The next byte of `what`.
  func byte(of what: String) throws(ReadingFault) -> UInt8 {
    if next == buffer.count, try !fill() { throw .truncated(what) }
    defer { next += 1 }
    return buffer[next]
  }

  /// Hands `count` bytes of `what` to `body`, in pieces.
  func pass(_ count: Int, of what: String, to body: (UnsafeRawBufferPointer) throws(ReadingFault) -> Void)
    throws(ReadingFault)
  {
    var left = count
    while left > 0 {
      if next == buffer.count, try !fill() { throw .truncated(what) }
      let piece = min(left, buffer.count - next)
      var fault: ReadingFault?
      buffer.withUnsafeBytes { bytes in
        do throws(ReadingFault) { try body(UnsafeRawBufferPointer(rebasing: bytes[next..<(next + piece)])) } catch {
          fault = error
        }
      }
      if let fault { throw fault }
      next += piece
      left -= piece
    }
  }

  /// The next `count` bytes of `what`.
  func bytes(_ count: Int, of what: String) throws(ReadingFault) -> [UInt8] {
    guard count <= size - position else { throw .truncated(what) }
    var taken: [UInt8] = []
    taken.reserveCapacity(count)
    try pass(count, of: what) { taken.append(contentsOf: $0) }
    return taken
  }

  /// Everything that is left.
  func rest(of what: String, to body: (UnsafeRawBufferPointer) throws(ReadingFault) -> Void) throws(ReadingFault) {
    try pass(size - position, of: what, to: body)
  }
}
