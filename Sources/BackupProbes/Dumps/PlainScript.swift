import Compression
import Glibc
import Probing

/// A dump in SQL as a file for psql, which reads nothing that is compressed.
enum PlainScript {
  /// How the file is compressed; nil for one that is not, or cannot be read.
  static func form(of path: String, before deadline: Deadline) -> CompressedForm? {
    guard let source = try? OctetSource(path, before: deadline),
      let opening = try? source.bytes(min(8, source.size), of: "the dump")
    else { return nil }
    return CompressedForm(of: opening)
  }

  /// Writes what the file at `path` holds to `target`, which must not be there yet. Blocks: only on a lane.
  static func uncompress(
    _ path: String, _ inflation: any Uncompressing, to target: String, before deadline: Deadline
  ) throws(ReadingFault) {
    let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
    defer { close(descriptor) }
    let source = try OctetSource(path, before: deadline)
    try source.rest(of: "the dump") { (piece) throws(ReadingFault) in
      try inflation.take(piece) { (plain) throws(ReadingFault) in
        if deadline.hasPassed { throw .outOfTime }
        try write(plain, to: descriptor)
      }
    }
    guard inflation.isComplete else { throw .truncated("its compressed data") }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(ReadingFault) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable("it cannot be uncompressed: \(String(cString: strerror(errno)))")
      }
      rest = rest.dropFirst(count)
    }
  }
}
