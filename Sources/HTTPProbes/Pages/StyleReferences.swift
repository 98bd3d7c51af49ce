import HTTPExchange

/// What a stylesheet, or a `style` attribute, brings in: `@import`, and `url(…)` (CSS Syntax level 3). Pure and linear.
enum StyleReferences {
  private static let fonts: Set<String> = ["woff", "woff2", "ttf", "otf", "eot"]

  /// Adds the references to those of the page, comments left out, until these are full.
  static func add(
    from text: ArraySlice<UInt8>, base: HTTPURL, to references: inout PageContent.Distinct<PageContent.Reference>
  ) {
    let text = withoutComments(text)
    let ends = Ends(text)
    var index = 0
    while index < text.count, !references.isCut {
      if text[index] == UInt8(ascii: "@"), matches("@import", text, index) {
        index += 7
        while index < text.count, isBlank(text[index]) { index += 1 }
        let isURL = matches("url(", text, index)
        if let (value, end) = isURL ? argument(text, index + 4, ends) : string(text, index, ends) {
          if let url = base.resolving(value) {
            references.add(.init(use: .active, element: "css", url: url))
          }
          index = end
        }
      } else if text[index] | 0x20 == UInt8(ascii: "u"), matches("url(", text, index),
        let (value, end) = argument(text, index + 4, ends)
      {
        // References to a place within the document bring nothing in.
        if !value.hasPrefix("#"), !value.isEmpty, let url = base.resolving(value) {
          let ending = url.path.split(separator: ".").last?.lowercased() ?? ""
          references.add(.init(use: fonts.contains(ending) ? .active : .passive, element: "css", url: url))
        }
        index = max(end, index + 1)
      } else {
        index += 1
      }
    }
  }

  /// Where the last of each mark stands that may end something: nothing behind it is looked for, so that a text of
  /// beginnings alone takes no longer than any other.
  private struct Ends {
    var single: Int
    var double: Int
    var parenthesis: Int

    init(_ text: [UInt8]) {
      func last(_ mark: Unicode.Scalar) -> Int { text.lastIndex(of: UInt8(ascii: mark)) ?? -1 }
      single = last("'")
      double = last("\"")
      parenthesis = last(")")
    }
  }

  private static func withoutComments(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var kept: [UInt8] = []
    kept.reserveCapacity(text.count)
    let end = text.endIndex
    var index = text.startIndex
    while index < end {
      if text[index] == UInt8(ascii: "/"), index + 1 < end, text[index + 1] == UInt8(ascii: "*") {
        index += 2
        while index + 1 < end, !(text[index] == UInt8(ascii: "*") && text[index + 1] == UInt8(ascii: "/")) {
          index += 1
        }
        index += 2
        continue
      }
      kept.append(text[index])
      index += 1
    }
    return kept
  }

  private static func matches(_ word: String, _ text: [UInt8], _ start: Int) -> Bool {
    let word = word.utf8
    guard start >= 0, start + word.count <= text.count else { return false }
    return zip(text[start...], word).allSatisfy { (0x41...0x5A).contains($0) ? $0 | 0x20 == $1 : $0 == $1 }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// A quoted string that begins at `start`, with the place behind it.
  private static func string(_ text: [UInt8], _ start: Int, _ ends: Ends) -> (String, end: Int)? {
    guard start < text.count, text[start] == UInt8(ascii: "\"") || text[start] == UInt8(ascii: "'"),
      start < (text[start] == UInt8(ascii: "'") ? ends.single : ends.double),
      let end = text[(start + 1)...].firstIndex(of: text[start])
    else { return nil }
    return (String(decoding: text[(start + 1)..<end], as: UTF8.self), end + 1)
  }

  /// What stands between `url(` and its end, quoted or not, with the place behind it.
  private static func argument(_ text: [UInt8], _ start: Int, _ ends: Ends) -> (String, end: Int)? {
    var place = start
    while place < text.count, isBlank(text[place]) { place += 1 }
    if let quoted = string(text, place, ends) { return quoted }
    guard place < ends.parenthesis, let end = text[place...].firstIndex(of: UInt8(ascii: ")")) else { return nil }
    let value = text[place..<end].reversed().drop(while: isBlank).reversed()
    return (String(decoding: value, as: UTF8.self), end + 1)
  }
}
