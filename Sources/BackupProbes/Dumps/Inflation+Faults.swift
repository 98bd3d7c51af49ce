import Compression

extension Inflation {
  /// Takes in a piece and hands on what it holds; what `body` throws ends it.
  func take(
    _ input: UnsafeRawBufferPointer, to body: (UnsafeRawBufferPointer) throws(ReadingFault) -> Void
  ) throws(ReadingFault) {
    var fault: ReadingFault?
    do throws(Fault) {
      try take(input) { (plain) -> Bool in
        do throws(ReadingFault) { try body(plain) } catch { fault = error }
        return fault == nil
      }
    } catch {
      switch error {
      case .noMemory: throw .unreadable("no memory to uncompress")
      case .damaged(let words): throw .corrupt("the compressed data are damaged: \(words)")
      }
    }
    if let fault { throw fault }
  }
}
