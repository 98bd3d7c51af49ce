package import Facts

/// JSON that does nothing to whoever prints it: no control characters for a terminal, no commands for a pipeline's runner.
/// The document stays the same, only some characters of its strings are written as escapes.
package enum InertJSON {
  /// The canonical text of `value`.
  package static func text(of value: JSONValue) -> String { inert(JSONText.canonical(value)) }

  /// The text of `value` on one line.
  package static func line(of value: JSONValue) -> String { inert(JSONText.compact(value)) }

  private static func inert(_ text: String) -> String {
    String(decoding: bytes(of: Array(text.utf8)), as: UTF8.self)
  }

  /// `document` with the second of two hashes, DEL and the C1 controls escaped; all of them stand in strings only.
  static func bytes(of document: [UInt8]) -> [UInt8] {
    let hash = UInt8(ascii: "#")
    guard document.contains(where: { $0 == hash || $0 == 0x7F || $0 == 0xC2 }) else { return document }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(document.count + 64)
    var index = 0
    while index < document.count {
      let byte = document[index]
      let next = index + 1 < document.count ? document[index + 1] : 0
      switch byte {
      case hash where next == hash:
        bytes += "#\\u0023".utf8
        index += 1
      case 0x7F: bytes += "\\u007f".utf8
      case 0xC2 where next < 0xA0:
        bytes += "\\u00\(String(next, radix: 16))".utf8
        index += 1
      default: bytes.append(byte)
      }
      index += 1
    }
    return bytes
  }
}
