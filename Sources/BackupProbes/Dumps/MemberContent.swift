import Compression

/// Reads the data of one entry: uncompresses them and watches their rows.
final class MemberContent {
  private let subject: String
  private var inflation: (any Uncompressing)?
  private var scanner: RowScanner?
  /// Whether the content can be looked into.
  let isReadable: Bool

  /// `withheld` are forms to be treated as if nothing here could uncompress them.
  init(
    _ entry: ArchiveCatalogue.Entry, _ subject: String, compression: ArchiveCatalogue.Compression, isUTF8: Bool,
    withheld: Set<CompressedForm>
  ) {
    self.subject = subject
    if let form = compression.form {
      inflation = withheld.contains(form) ? nil : try? form.inflation()
      isReadable = inflation != nil
    } else {
      isReadable = true
    }
    if entry.isCopy, isReadable { scanner = RowScanner(of: entry.copy.utf8, isUTF8: isUTF8) }
  }

  /// Takes in the next piece.
  func take(_ bytes: UnsafeRawBufferPointer) throws(ReadingFault) {
    guard isReadable else { return }
    if let inflation {
      // pg_dump never asks for more memory than is granted.
      try inflation.take(bytes, greedy: .corrupt("the compressed data are damaged: they ask for too much memory")) {
        (plain) throws(ReadingFault) in try scanner?.take(plain)
      }
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

extension ArchiveCatalogue.Compression {
  /// The form of the data; nil for none.
  var form: CompressedForm? {
    switch self {
    case .none: nil
    case .gzip: .gzip
    case .lz4: .lz4
    case .zstd: .zstd
    }
  }
}
