import Compression

/// Reads the data of one entry: uncompresses them and watches their rows.
final class MemberContent {
  private let subject: String
  private var inflation: Inflation?
  private var scanner: RowScanner?
  /// Whether the content can be looked into.
  let isReadable: Bool

  init(_ subject: String, compression: ArchiveCatalogue.Compression, isCopy: Bool) {
    self.subject = subject
    isReadable = compression == .none || compression == .gzip
    if compression == .gzip { inflation = Inflation() }
    if isCopy, isReadable { scanner = RowScanner() }
  }

  /// Takes in the next piece.
  func take(_ bytes: UnsafeRawBufferPointer) throws(ReadingFault) {
    guard isReadable else { return }
    if let inflation {
      try inflation.take(bytes) { (plain) throws(ReadingFault) in try scanner?.take(plain) }
    } else {
      try scanner?.take(bytes)
    }
  }

  /// Nothing follows: holds what came against what had to come.
  func finish(isEmpty: Bool) throws(ReadingFault) {
    guard isReadable else { return }
    if let inflation, !inflation.isComplete, !isEmpty { throw .truncated("the compressed data of \(subject)") }
    if let scanner, !scanner.hasEnded { throw .truncated("the rows of \(subject)") }
  }
}
