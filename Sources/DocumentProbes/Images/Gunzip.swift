import CZlib

/// Uncompresses gzip (RFC 1952) piece by piece.
final class Gunzip {
  /// The content is damaged.
  struct Damage: Error { var reason: String }

  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
  private let isReady: Bool
  /// Whether the end was reached and the checksum was right.
  private(set) var isComplete = false

  init() {
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for gzip alone.
    isReady = prodworthy_inflateInit2(stream, 15 + 16) == Z_OK
  }

  deinit {
    if isReady { inflateEnd(stream) }
    stream.deallocate()
    output.deallocate()
  }

  /// Takes in a piece and hands on what it holds; false from `body` ends it early.
  func take(_ input: UnsafeRawBufferPointer, to body: (UnsafeRawBufferPointer) -> Bool) throws(Damage) {
    guard isReady, let start = input.baseAddress, input.count > 0 else { return }
    stream.pointee.next_in = UnsafeMutablePointer(mutating: start.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(input.count)
    repeat {
      if isComplete {
        // Gzip files may be joined.
        guard inflateReset(stream) == Z_OK else { throw Damage(reason: "the compressed data cannot be read on") }
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
      default: throw Damage(reason: "the compressed data are damaged")
      }
    } while stream.pointee.avail_in > 0 || (stream.pointee.avail_out == 0 && !isComplete)
  }
}
