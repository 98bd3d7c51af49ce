/// The start tags of an HTML document, found the way a browser's tokenizer finds them as far as that needs no tree.
///
/// Total and linear: every sequence of bytes gives tags. Comments, declarations and the content of `script`, `style` and
/// their like hold none.
enum HTMLTags {
  /// One start tag.
  struct Tag: Sendable, Hashable {
    /// In lower case.
    var name: String
    /// By name in lower case; of equal names the first, with the common character references resolved.
    var attributes: [String: String]
  }

  /// What a document is read as.
  enum Token: Sendable, Hashable {
    case open(Tag)
    /// An end tag, by its name in lower case.
    case close(String)
    /// The content of the element opened last, where that is text up to its own end tag.
    case raw(ArraySlice<UInt8>)
    /// Text other than white space, before what follows.
    case text
  }

  /// The most tags that are kept.
  static let limit = 4096
  /// The most attributes that are kept of one tag.
  private static let attributeLimit = 64

  /// Elements whose content is text up to their own end tag.
  private static let rawText: Set<String> = [
    "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes",
  ]

  /// The start tags with one of these names, in order.
  static func found(in text: [UInt8], named names: Set<String>) -> [Tag] {
    var scanner = Scanner(bytes: text)
    var tags: [Tag] = []
    while tags.count < limit, let tag = scanner.nextTag() {
      if names.contains(tag.name) { tags.append(tag) }
      if rawText.contains(tag.name) { scanner.skipRawText(of: tag.name) }
    }
    return tags
  }

  /// Start tags, end tags and text in order as a browser with scripts takes them, to which `noscript` holds text; at most
  /// four times `limit`; whether that was everything.
  static func tokens(in text: [UInt8]) -> (tokens: [Token], isWhole: Bool) {
    var scanner = Scanner(bytes: text)
    // The mark of UTF-8 is no text.
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { scanner.place = 3 }
    var tokens: [Token] = []
    var count = 0
    while let token = scanner.nextToken() {
      if count >= 4 * limit { return (tokens, false) }
      count += 1
      if scanner.passedText { tokens.append(.text) }
      tokens.append(token)
      guard case .open(let tag) = token, rawText.contains(tag.name) || tag.name == "noscript" else { continue }
      count += 1
      let start = scanner.place
      scanner.skipRawText(of: tag.name)
      tokens.append(.raw(text[min(start, text.count)..<min(scanner.place, text.count)]))
    }
    return (tokens, true)
  }

  private struct Scanner {
    let bytes: [UInt8]
    var place = 0
    /// Whether there was text other than white space before the last token.
    private(set) var passedText = false

    init(bytes: [UInt8]) { self.bytes = bytes }

    private func byte(at index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func nextTag() -> Tag? {
      while let token = nextToken() {
        if case .open(let tag) = token { return tag }
      }
      return nil
    }

    mutating func nextToken() -> Token? {
      passedText = false
      while let open = bytes[min(place, bytes.count)...].firstIndex(of: UInt8(ascii: "<")) {
        if !passedText { passedText = bytes[min(place, open)..<open].contains { !Self.isBlank($0) } }
        place = open + 1
        guard let next = byte(at: place) else { return nil }
        switch next {
        case UInt8(ascii: "!"):
          if byte(at: place + 1) == UInt8(ascii: "-"), byte(at: place + 2) == UInt8(ascii: "-") {
            skipComment()
          } else {
            skip(past: UInt8(ascii: ">"))
          }
        case UInt8(ascii: "/"):
          guard let first = byte(at: place + 1), Self.isLetter(first) else {
            skip(past: UInt8(ascii: ">"))
            continue
          }
          place += 1
          let name = word { Self.isBlank($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ">") }
          skip(past: UInt8(ascii: ">"))
          return .close(String(decoding: name, as: UTF8.self).lowercased())
        case UInt8(ascii: "?"): skip(past: UInt8(ascii: ">"))
        case _ where Self.isLetter(next): return readTag().map { .open($0) }
        default: passedText = true
        }
      }
      place = bytes.count
      return nil
    }

    private mutating func skip(past end: UInt8) {
      place = bytes[min(place, bytes.count)...].firstIndex(of: end).map { $0 + 1 } ?? bytes.count
    }

    /// `place` is at the `!` of `<!--`; `<!-->` is a whole comment.
    private mutating func skipComment() {
      var index = place + 1
      while let dash = bytes[min(index, bytes.count)...].firstIndex(of: UInt8(ascii: "-")) {
        if byte(at: dash + 1) == UInt8(ascii: "-"), byte(at: dash + 2) == UInt8(ascii: ">") {
          place = dash + 3
          return
        }
        if byte(at: dash + 1) == UInt8(ascii: ">"), dash == place + 2 {
          place = dash + 2
          return
        }
        index = dash + 1
      }
      place = bytes.count
    }

    /// Goes to the end tag of `name`, or to the end.
    mutating func skipRawText(of name: String) {
      let wanted = Array(name.utf8)
      var index = place
      while let open = bytes[min(index, bytes.count)...].firstIndex(of: UInt8(ascii: "<")) {
        let begin = open + 2
        if byte(at: open + 1) == UInt8(ascii: "/"), begin + wanted.count <= bytes.count,
          bytes[begin..<begin + wanted.count].elementsEqual(wanted, by: { $0 | 0x20 == $1 }),
          byte(at: begin + wanted.count).map({ Self.isBlank($0) || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "/") })
            ?? true
        {
          place = open
          return
        }
        index = open + 1
      }
      place = bytes.count
    }

    private mutating func readTag() -> Tag? {
      let name = word { Self.isBlank($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ">") }
      var attributes: [String: String] = [:]
      while true {
        while let next = byte(at: place), Self.isBlank(next) || next == UInt8(ascii: "/") { place += 1 }
        guard let next = byte(at: place) else { return nil }  // A tag without its end is none.
        if next == UInt8(ascii: ">") {
          place += 1
          return Tag(name: String(decoding: name, as: UTF8.self).lowercased(), attributes: attributes)
        }
        // A `=` here belongs to the name.
        let first = place
        var key = word {
          Self.isBlank($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "=")
        }
        if place == first {
          place += 1
          key =
            bytes[first..<first + 1]
            + word {
              Self.isBlank($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "=")
            }
        }
        let value = attributeValue()
        let text = String(decoding: key, as: UTF8.self).lowercased()
        if attributes[text] == nil, attributes.count < HTMLTags.attributeLimit {
          attributes[text] = CharacterReferences.resolved(value)
        }
      }
    }

    private mutating func attributeValue() -> ArraySlice<UInt8> {
      let mark = place
      while let next = byte(at: place), Self.isBlank(next) { place += 1 }
      guard byte(at: place) == UInt8(ascii: "=") else {
        place = mark
        return []
      }
      place += 1
      while let next = byte(at: place), Self.isBlank(next) { place += 1 }
      guard let quote = byte(at: place), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
        return word { Self.isBlank($0) || $0 == UInt8(ascii: ">") }
      }
      place += 1
      let value = word { $0 == quote }
      place = min(place + 1, bytes.count)
      return value
    }

    /// The bytes up to the first that ends it.
    private mutating func word(endingAt isEnd: (UInt8) -> Bool) -> ArraySlice<UInt8> {
      let start = min(place, bytes.count)
      let end = bytes[start...].firstIndex(where: isEnd) ?? bytes.count
      place = end
      return bytes[start..<end]
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private static func isBlank(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0C || byte == 0x0D
    }
  }
}

/// Character references in attribute values: the numeric ones and the five that URLs and policies need.
enum CharacterReferences {
  private static let named: [(name: [UInt8], value: UInt8)] = [
    ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
    ("&quot;", UInt8(ascii: "\"")), ("&apos;", UInt8(ascii: "'")),
  ].map { (Array($0.0.utf8), $0.1) }

  /// `text` with its references resolved; others stay as they stand.
  static func resolved(_ text: ArraySlice<UInt8>) -> String {
    guard text.contains(UInt8(ascii: "&")) else { return String(decoding: text, as: UTF8.self) }
    var bytes: [UInt8] = []
    var rest = text
    while let next = rest.first {
      if next == UInt8(ascii: "&") {
        if let known = named.first(where: { rest.starts(with: $0.name) }) {
          bytes.append(known.value)
          rest = rest.dropFirst(known.name.count)
          continue
        }
        if let (scalar, count) = numeric(rest) {
          bytes += Array(String(Character(scalar)).utf8)
          rest = rest.dropFirst(count)
          continue
        }
      }
      bytes.append(next)
      rest = rest.dropFirst()
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `&#39;` or `&#x27;`.
  private static func numeric(_ text: ArraySlice<UInt8>) -> (Unicode.Scalar, count: Int)? {
    guard text.starts(with: "&#".utf8) else { return nil }
    let isHexadecimal = text.dropFirst(2).first.map { $0 | 0x20 == UInt8(ascii: "x") } ?? false
    let digits = text.dropFirst(isHexadecimal ? 3 : 2).prefix(8).prefix { byte in
      Character(Unicode.Scalar(byte)).hexDigitValue.map { byte < 0x80 && (isHexadecimal || $0 < 10) } ?? false
    }
    guard !digits.isEmpty,
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: isHexadecimal ? 16 : 10),
      let scalar = Unicode.Scalar(value), value != 0
    else { return nil }
    let count = (isHexadecimal ? 3 : 2) + digits.count
    return (scalar, text.dropFirst(count).first == UInt8(ascii: ";") ? count + 1 : count)
  }
}
