/// How content is compressed, told by the octets it begins with.
package enum CompressedForm: String, Sendable, CaseIterable {
  case gzip, zstd, lz4, xz, bzip2

  /// Why there is nothing to uncompress it with, in the words of a gap: `it is compressed by xz, which is not read`.
  package struct Unread: Error, Sendable, Hashable {
    package let reason: String
  }

  /// What content in this form begins with.
  package var signature: [UInt8] {
    switch self {
    case .gzip: [0x1F, 0x8B]
    case .zstd: ZstandardInflation.signature
    case .lz4: LZ4Inflation.signature
    case .xz: [0xFD, 0x37, 0x7A, 0x58, 0x5A]
    case .bzip2: Array("BZh".utf8)
    }
  }

  /// The form of what begins with `piece`; nil for what is not compressed.
  package init?(of piece: some Collection<UInt8>) {
    guard let form = Self.allCases.first(where: { piece.starts(with: $0.signature) }) else { return nil }
    self = form
  }

  /// What uncompresses it.
  package func inflation() throws(Unread) -> any Uncompressing {
    switch self {
    case .gzip: return Inflation()
    case .zstd:
      if let inflation = ZstandardInflation() { return inflation }
      throw Unread(reason: "it is compressed by zstd, and this system has no libzstd.so.1")
    case .lz4:
      if let inflation = LZ4Inflation() { return inflation }
      throw Unread(reason: "it is compressed by LZ4, and this system has no liblz4.so.1")
    case .xz, .bzip2: throw Unread(reason: "it is compressed by \(rawValue), which is not read")
    }
  }
}
