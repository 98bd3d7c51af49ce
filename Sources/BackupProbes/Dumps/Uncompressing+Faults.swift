import Compression

extension Uncompressing {
  /// Takes in a piece and hands on what it holds; what `body` throws ends it. `greedy` is what it means that it asks
  /// for more memory than is granted.
  func take(
    _ input: UnsafeRawBufferPointer,
    greedy: ReadingFault = .unreadable("the compressed data ask for more memory than is granted, or are damaged"),
    to body: (UnsafeRawBufferPointer) throws(ReadingFault) -> Void
  ) throws(ReadingFault) {
    var fault: ReadingFault?
    do throws(Inflation.Fault) {
      try take(input) { (plain) -> Bool in
        do throws(ReadingFault) { try body(plain) } catch { fault = error }
        return fault == nil
      }
    } catch {
      switch error {
      case .noMemory: throw .unreadable("there is no memory to uncompress it")
      case .greedy: throw greedy
      case .damaged(let words): throw .corrupt("the compressed data are damaged: \(words)")
      }
    }
    if let fault { throw fault }
  }
}
