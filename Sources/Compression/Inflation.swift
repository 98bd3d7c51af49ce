import CZlib

/// Whatever uncompresses piece by piece.
package protocol Uncompressing: AnyObject {
  /// Whether what was taken in came to an end.
  var isComplete: Bool { get }
  /// Takes in a piece and hands on what it holds; false from `body` ends it early.
  func take(_ input: UnsafeRawBufferPointer, to body: (UnsafeRawBufferPointer) -> Bool) throws(Inflation.Fault)
}

/// Uncompresses zlib (RFC 1950) and gzip (RFC 1952) content piece by piece; both carry a checksum of what was compressed.
package final class Inflation: Uncompressing {
  /// Why it cannot go on.
  package enum Fault: Error {
    /// There is no memory for it.
    case noMemory
    /// It asks for more memory than is granted; or the octets that ask are damaged.
    case greedy
    /// The content is damaged; how, in a few words.
    case damaged(String)
  }

  private let stream: UnsafeMutablePointer<z_stream>
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
  /// Whether the content came to its end and its checksum was right. A further gzip member makes it false again.
  package private(set) var isComplete = false
  private let isReady: Bool

  package init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 32 more to tell zlib from gzip by the header.
    isReady = prodworthy_inflateInit2(stream, 15 + 32) == Z_OK
  }

  deinit {
    if isReady { inflateEnd(stream) }
    stream.deallocate()
    output.deallocate()
  }

  /// Takes in a piece and hands on what it holds; false from `body` ends it early.
  package func take(_ input: UnsafeRawBufferPointer, to body: (UnsafeRawBufferPointer) -> Bool) throws(Fault) {
    guard isReady else { throw .noMemory }
    guard let start = input.baseAddress, input.count > 0 else { return }
    stream.pointee.next_in = UnsafeMutablePointer(mutating: start.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(input.count)
    repeat {
      if isComplete {
        // Gzip files may be joined; anything else behind the end does not belong there.
        guard inflateReset(stream) == Z_OK else { throw .damaged("they cannot be read on") }
        isComplete = false
      }
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(output.count)
      let status = inflate(stream, Z_NO_FLUSH)
      let count = output.count - Int(stream.pointee.avail_out)
      if count > 0, !body(UnsafeRawBufferPointer(rebasing: output[0..<count])) { return }
      switch status {
      case Z_STREAM_END: isComplete = true
      case Z_OK: break
      case Z_BUF_ERROR: if stream.pointee.avail_in == 0 { return }
      default: throw .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)")
      }
    } while stream.pointee.avail_in > 0 || (stream.pointee.avail_out == 0 && !isComplete)
  }
}
