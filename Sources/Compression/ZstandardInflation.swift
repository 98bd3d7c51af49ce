/// Uncompresses Zstandard (RFC 8878) piece by piece, frame after frame. Frames that ask for more than 128 MiB of memory are
/// refused, as the library does by itself.
package final class ZstandardInflation: Uncompressing {
  /// What every frame begins with.
  package static let signature: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

  private let library: ZstandardLibrary
  private let stream: OpaquePointer?
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
  /// Whether the content came to the end of a frame, and its checksum, where it has one, was right.
  package private(set) var isComplete = false

  /// Nil where the system has no libzstd.
  package init?() {
    guard let library = ZstandardLibrary.shared else { return nil }
    self.library = library
    stream = library.create()
  }

  deinit {
    _ = library.free(stream)
    output.deallocate()
  }

  /// Takes in a piece and hands on what it holds; false from `body` ends it early.
  package func take(
    _ input: UnsafeRawBufferPointer, to body: (UnsafeRawBufferPointer) -> Bool
  ) throws(Inflation.Fault) {
    guard stream != nil else { throw .noMemory }
    guard let start = input.baseAddress, input.count > 0 else { return }
    var source = ZstandardLibrary.Buffer(start: UnsafeMutableRawPointer(mutating: start), count: input.count)
    var wasFull = false
    while source.position < source.count || wasFull {
      var sink = ZstandardLibrary.Buffer(start: output.baseAddress, count: output.count)
      let status = library.decompress(stream, &sink, &source)
      guard library.isError(status) == 0 else {
        switch library.errorCode(status) {
        case ZstandardLibrary.windowTooLarge: throw .greedy
        case ZstandardLibrary.noMemory: throw .noMemory
        default: break
        }
        throw .damaged(library.errorName(status).map { String(cString: $0) } ?? "error \(status)")
      }
      isComplete = status == 0
      if sink.position > 0, !body(UnsafeRawBufferPointer(rebasing: output[0..<min(sink.position, output.count)])) {
        return
      }
      wasFull = sink.position == sink.count && !isComplete
    }
  }
}
