import CZlib

/// Bytes on their way into or out of the history, in zlib's format (RFC 1950).
struct Deflated: Sendable {
  /// The most a report may have, in bytes.
  static let longest = 128 << 20

  let bytes: [UInt8]
  /// How many bytes there were before.
  let length: Int

  /// Throws `.invalid` where `document` is larger than any report.
  init(_ document: [UInt8]) throws(HistoryFailure) {
    guard document.count <= Self.longest else { throw .invalid("a report of more than 128 MiB is not kept") }
    var count = compressBound(uLong(document.count))
    var deflated = [UInt8](repeating: 0, count: Int(count))
    let status = compress2(&deflated, &count, document, uLong(document.count), Z_DEFAULT_COMPRESSION)
    guard status == Z_OK else { throw .cannotWrite("no memory to pack a report") }
    bytes = Array(deflated.prefix(Int(count)))
    length = document.count
  }

  /// What `bytes` were made of. Throws `.notAHistory` where they are not what was stored.
  static func inflated(_ bytes: [UInt8], length: Int) throws(HistoryFailure) -> [UInt8] {
    guard (0...longest).contains(length) else { throw .notAHistory("a report of the history has no length") }
    var count = uLong(length)
    var document = [UInt8](repeating: 0, count: max(1, length))
    let status = uncompress(&document, &count, bytes, uLong(bytes.count))
    guard status == Z_OK, Int(count) == length else { throw .notAHistory("a report of the history is damaged") }
    return Array(document.prefix(length))
  }
}
