/// A piece of HTML.
enum HTMLToken: Equatable {
  /// A start tag, its names in lower case.
  case start(name: String, attributes: [String: String])
  /// An end tag, its name in lower case.
  case end(name: String)
  /// Text between tags, character references resolved; that of scripts and styles as it stands.
  case text(String)
}

/// Cuts HTML into tokens, as far as reading events needs it: it never fails, and takes what it cannot read as text.
struct HTMLTokens: Sequence, IteratorProtocol {
  private var rest: Substring
  /// The element whose content is no mark-up, while inside one.
  private var rawElement: String?

  /// The tokens of `html`.
  init(_ html: String) { rest = html[...] }

  mutating func next() -> HTMLToken? {
    if let element = rawElement {
      rawElement = nil
      let text = take(until: "</\(element)")
      if !text.isEmpty { return .text(String(text)) }
    }
    while !rest.isEmpty {
      if rest.hasPrefix("<!--") {
        _ = take(through: "-->")
      } else if rest.hasPrefix("<!") || rest.hasPrefix("<?") {
        _ = take(through: ">")
      } else if rest.hasPrefix("</") {
        let tag = take(through: ">").dropFirst(2)
        return .end(name: tag.prefix { $0.isLetter || $0.isNumber }.lowercased())
      } else if rest.first == "<", rest.dropFirst().first?.isLetter == true {
        return startTag()
      } else {
        // A bracket that begins no tag is text as well.
        let end = rest.dropFirst().firstIndex(of: "<") ?? rest.endIndex
        let text = rest[..<end]
        rest = rest[end...]
        return .text(Self.resolved(text))
      }
    }
    return nil
  }

  private mutating func startTag() -> HTMLToken {
    rest = rest.dropFirst()
    let name = takeWhile { !$0.isWhitespace && $0 != ">" && $0 != "/" }.lowercased()
    var attributes: [String: String] = [:]
    while true {
      _ = takeWhile { $0.isWhitespace || $0 == "/" }
      guard let first = rest.first, first != ">" else { break }
      let key = takeWhile { !$0.isWhitespace && $0 != "=" && $0 != ">" && $0 != "/" }.lowercased()
      _ = takeWhile { $0.isWhitespace }
      var value: Substring = ""
      if rest.first == "=" {
        rest = rest.dropFirst()
        _ = takeWhile { $0.isWhitespace }
        if let quote = rest.first, quote == "\"" || quote == "'" {
          rest = rest.dropFirst()
          value = takeWhile { $0 != quote }
          rest = rest.dropFirst()
        } else {
          value = takeWhile { !$0.isWhitespace && $0 != ">" }
        }
      } else if key.isEmpty {
        // Neither a name nor the end: one stray character.
        rest = rest.dropFirst()
      }
      if !key.isEmpty, attributes[key] == nil { attributes[key] = Self.resolved(value) }
    }
    rest = rest.dropFirst()
    if name == "script" || name == "style" { rawElement = name }
    return .start(name: name, attributes: attributes)
  }

  private mutating func takeWhile(_ belongs: (Character) -> Bool) -> Substring {
    let taken = rest.prefix(while: belongs)
    rest = rest[taken.endIndex...]
    return taken
  }

  private mutating func take(until mark: String) -> Substring {
    let end = rest.firstRange(of: mark)?.lowerBound ?? rest.endIndex
    defer { rest = rest[end...] }
    return rest[..<end]
  }

  private mutating func take(through mark: String) -> Substring {
    let end = rest.firstRange(of: mark)?.upperBound ?? rest.endIndex
    defer { rest = rest[end...] }
    return rest[..<end]
  }

  private static let named: [Substring: String] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "ndash": "–", "mdash": "—",
  ]

  /// `text` with the character references that are known replaced.
  static func resolved(_ text: some StringProtocol) -> String {
    var resolved = ""
    var rest = text[...]
    while let ampersand = rest.firstIndex(of: "&") {
      resolved += rest[..<ampersand]
      rest = rest[ampersand...].dropFirst()
      let name = rest.prefix(10).prefix { $0 != ";" }
      if rest[name.endIndex...].first == ";", let character = character(named: Substring(name)) {
        resolved += character
        rest = rest[name.endIndex...].dropFirst()
      } else {
        resolved += "&"
      }
    }
    return resolved + rest
  }

  private static func character(named name: Substring) -> String? {
    guard name.first == "#" else { return named[name] }
    let digits = name.dropFirst()
    let isHexadecimal = digits.first == "x" || digits.first == "X"
    let number = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
  }
}
