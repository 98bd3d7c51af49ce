/// Uncompresses LZ4 frames piece by piece, frame after frame. Blocks have at most 4 MiB, so that memory is bounded.
package final class LZ4Inflation: Uncompressing {
  /// What every frame begins with.
  package static let signature: [UInt8] = [0x04, 0x22, 0x4D, 0x18]

  private let library: LZ4Library
  private var context: OpaquePointer?
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
  /// Whether the content came to the end of a frame, and its checksum, where it has one, was right.
  package private(set) var isComplete = false

  /// Nil where the system has no liblz4.
  package init?() {
    guard let library = LZ4Library.shared else { return nil }
    self.library = library
    if library.isError(library.create(&context, LZ4Library.version)) != 0 { context = nil }
  }

  deinit {
    if context != nil { _ = library.free(context) }
    output.deallocate()
  }

  /// Takes in a piece and hands on what it holds; false from `body` ends it early.
  package func take(
    _ input: UnsafeRawBufferPointer, to body: (UnsafeRawBufferPointer) -> Bool
  ) throws(Inflation.Fault) {
    guard context != nil else { throw .noMemory }
    guard let start = input.baseAddress, input.count > 0 else { return }
    var position = 0
    var wasFull = false
    while position < input.count || wasFull {
      var (written, read) = (output.count, input.count - position)
      let status = library.decompress(context, output.baseAddress, &written, start + position, &read, nil)
      guard library.isError(status) == 0 else {
        throw .damaged(library.errorName(status).map { String(cString: $0) } ?? "error \(status)")
      }
      guard written > 0 || read > 0 || wasFull else { throw .damaged("they cannot be read on") }
      position += min(read, input.count - position)
      isComplete = status == 0
      if written > 0, !body(UnsafeRawBufferPointer(rebasing: output[0..<min(written, output.count)])) { return }
      wasFull = written >= output.count && !isComplete
    }
  }
}
