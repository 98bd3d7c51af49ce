/// A tar archive that comes piece by piece: members are handed on with their content where they are small and are text.
struct TarStream {
  /// A file of the archive.
  struct Member {
    var name: String
    var size: Int
    /// What it holds; nil where it is binary or too large.
    var content: [UInt8]?
    /// Whether its first bytes hold NUL.
    var isBinary: Bool
  }

  /// Larger files are not kept, in bytes.
  private static let largest = 16 << 20
  /// How much of a file tells whether it is text, in bytes.
  private static let sample = 8_000
  /// Names and records longer than this are no names, in bytes.
  private static let longestName = 1 << 16

  private enum Place {
    case header
    case content(TarHeader, left: Int, keeps: Bool, isBinary: Bool)
    case padding(Int)
    case ended
  }

  private var place = Place.header
  private var buffer: [UInt8] = []
  private var longName: String?

  /// Whether the end of the archive was seen.
  var isComplete: Bool {
    switch place {
    case .ended: true
    // Writers may leave out the blocks of zeros.
    case .header: buffer.isEmpty
    default: false
    }
  }

  /// Takes in `bytes` and hands on the files that end in them.
  mutating func take(_ bytes: UnsafeRawBufferPointer, to body: (Member) -> Void) throws(TarHeader.Damage) {
    var position = 0
    while position < bytes.count || isEmptyContent {
      switch place {
      case .ended: return
      case .header:
        let count = min(TarHeader.length - buffer.count, bytes.count - position)
        buffer += bytes[position..<(position + count)]
        position += count
        guard buffer.count == TarHeader.length else { return }
        let header = try TarHeader(buffer[...])
        buffer.removeAll(keepingCapacity: true)
        guard var header else {
          place = .ended
          return
        }
        if header.kind == .file || header.kind == .other, let name = longName {
          header.name = name
          longName = nil
        }
        if header.kind == .longName || header.kind == .records, header.size > Self.longestName {
          throw TarHeader.Damage(reason: "the name of a member has \(header.size) bytes")
        }
        place = .content(
          header, left: header.size, keeps: header.kind != .other && header.size <= Self.largest, isBinary: false)
      case .content(let header, var left, var keeps, var isBinary):
        let count = min(left, bytes.count - position)
        let piece = bytes[position..<(position + count)]
        if header.kind == .file, !isBinary, header.size - left < Self.sample {
          isBinary = piece.prefix(Self.sample - (header.size - left)).contains(0)
          if isBinary {
            keeps = false
            buffer.removeAll()
          }
        }
        if keeps { buffer += piece }
        position += count
        left -= count
        guard left == 0 else {
          place = .content(header, left: left, keeps: keeps, isBinary: isBinary)
          return
        }
        finish(header, keeps: keeps, isBinary: isBinary, body)
        buffer.removeAll(keepingCapacity: header.size < 1 << 20)
        let padding = TarHeader.padding(behind: header.size)
        place = padding == 0 ? .header : .padding(padding)
      case .padding(let left):
        let count = min(left, bytes.count - position)
        position += count
        place = left == count ? .header : .padding(left - count)
      }
    }
  }

  /// Whether a content of no bytes is still to be ended.
  private var isEmptyContent: Bool {
    if case .content(_, left: 0, _, _) = place { return true }
    return false
  }

  private mutating func finish(_ header: TarHeader, keeps: Bool, isBinary: Bool, _ body: (Member) -> Void) {
    switch header.kind {
    case .longName: longName = String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    case .records: longName = TarHeader.path(inRecords: buffer) ?? longName
    // In archives older than types, what ends in a slash is a folder.
    case .file where !header.name.hasSuffix("/"):
      body(Member(name: header.name, size: header.size, content: keeps ? buffer : nil, isBinary: isBinary))
    case .file, .other: break
    }
  }
}
