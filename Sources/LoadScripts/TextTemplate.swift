package import Facts

/// Who knows variables and draws random values.
package protocol TemplateSource {
  /// The value of a variable; nil where there is none.
  func variable(_ name: String) -> JSONValue?
  /// A number from 0 to below `bound`.
  func random(below bound: Int) -> Int
}

/// Text with places for variables and random values: `/events/{{ eventId }}`.
package struct TextTemplate: Sendable, Hashable {
  /// One step from a value to one inside it.
  enum Step: Sendable, Hashable {
    case name(String)
    case index(Int)
  }

  /// A stretch of the text.
  enum Piece: Sendable, Hashable {
    case text(String)
    case variable(String, [Step])
    case randomString(Int)
    case randomNumber(Int, Int)
  }

  /// As written.
  package let text: String
  let pieces: [Piece]
  /// What stands in braces and means nothing here: functions that are not known, and what is no name.
  let unknown: [String]

  /// The most characters of `$randomString`.
  private static let longestRandom = 65_536

  /// Reads a text.
  package init(_ text: String) {
    self.text = text
    var pieces: [Piece] = []
    var unknown: [String] = []
    var rest = text[...]
    while let open = rest.firstRange(of: "{{") {
      var start = open.upperBound
      var closing = "}}"
      if rest[start...].hasPrefix("{") {
        start = rest.index(after: start)
        closing = "}}}"
      }
      guard let close = rest[start...].firstRange(of: closing) else { break }
      if open.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<open.lowerBound]))) }
      let inside = String(rest[start..<close.lowerBound]).trimmedOfSpaces
      if let piece = Self.piece(inside) { pieces.append(piece) } else { unknown.append(inside) }
      rest = rest[close.upperBound...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    self.pieces = pieces
    self.unknown = unknown
  }

  /// The text where nothing in it varies; nil where something does.
  package var plain: String? {
    if pieces.isEmpty { return unknown.isEmpty ? "" : nil }
    if pieces.count == 1, case .text(let text) = pieces[0] { return text }
    return nil
  }

  /// The names of the variables in it.
  var variables: [String] {
    pieces.compactMap { if case .variable(let name, _) = $0 { name } else { nil } }
  }

  /// The text with values in their places; a variable that does not exist is `undefined`, an object its JSON.
  package func text(from source: some TemplateSource) -> String {
    if let plain { return plain }
    var result = ""
    for piece in pieces {
      if case .text(let text) = piece {
        result += text
      } else {
        result += Self.written(Self.value(of: piece, source))
      }
    }
    return result
  }

  /// The value: where the text is a single place, the variable itself with its type; nil where that does not exist.
  package func value(from source: some TemplateSource) -> JSONValue? {
    if pieces.count == 1, let piece = pieces.first { return Self.value(of: piece, source) }
    return .string(text(from: source))
  }

  /// A value as it stands in a text.
  package static func written(_ value: JSONValue?) -> String {
    switch value {
    case nil: "undefined"
    case .string(let text)?: text
    case let other?: JSONText.compact(other)
    }
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

  private static func value(of piece: Piece, _ source: some TemplateSource) -> JSONValue? {
    switch piece {
    case .text(let text): return .string(text)
    case .randomString(let count):
      return .string(String((0..<count).map { _ in alphabet[source.random(below: alphabet.count)] }))
    case .randomNumber(let low, let high): return .integer(low + source.random(below: high - low + 1))
    case .variable(let name, let steps):
      var value = source.variable(name)
      for step in steps {
        switch step {
        case .name(let name):
          value = value?[name] ?? (name == "length" ? value?.array.map { .integer($0.count) } : nil)
        case .index(let index): value = value?[index] ?? value?[String(index)]
        }
      }
      return value
    }
  }

  // MARK: Reading

  private static func piece(_ text: String) -> Piece? {
    if text.hasSuffix(")"), let open = text.firstIndex(of: "(") {
      let arguments = text[text.index(after: open)...].dropLast().split(separator: ",").map {
        String($0).trimmedOfSpaces
      }
      let numbers = arguments.compactMap { Int($0) }
      guard numbers.count == arguments.count else { return nil }
      switch (String(text[..<open]).trimmedOfSpaces, numbers.count) {
      case ("$randomString", 0): return .randomString(10)
      case ("$randomString", 1) where (0...longestRandom).contains(numbers[0]): return .randomString(numbers[0])
      case ("$randomNumber", 2)
      where numbers[0] <= numbers[1] && numbers.allSatisfy({ (-1 << 53...1 << 53).contains($0) }):
        return .randomNumber(numbers[0], numbers[1])
      default: return nil
      }
    }
    return path(text).map { .variable($0.name, $0.steps) }
  }

  /// A path as in `a.b[0]['c'][d]`; nil if the text is none.
  static func path(_ text: String) -> (name: String, steps: [Step])? {
    var rest = text[...]
    let name = rest.prefix { $0 != "." && $0 != "[" }
    guard !name.isEmpty, name.allSatisfy(isNamePart) else { return nil }
    rest = rest.dropFirst(name.count)
    var steps: [Step] = []
    while let first = rest.first {
      if first == "." {
        let part = rest.dropFirst().prefix { $0 != "." && $0 != "[" }
        guard !part.isEmpty, part.allSatisfy(isNamePart) else { return nil }
        steps.append(Int(part).map { .index($0) } ?? .name(String(part)))
        rest = rest.dropFirst(part.count + 1)
      } else {
        guard first == "[", let close = rest.firstIndex(of: "]") else { return nil }
        let inside = rest[rest.index(after: rest.startIndex)..<close]
        if let index = Int(inside) {
          steps.append(.index(index))
        } else if !inside.isEmpty, inside.allSatisfy(isNamePart) {
          steps.append(.name(String(inside)))
        } else {
          guard inside.count >= 2, let quote = inside.first, quote == "'" || quote == "\"", inside.last == quote else {
            return nil
          }
          steps.append(.name(String(inside.dropFirst().dropLast())))
        }
        rest = rest[rest.index(after: close)...]
      }
    }
    return (String(name), steps)
  }

  private static func isNamePart(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "_$-".contains(character)
  }
}

extension String {
  /// Without spaces, tabs and line ends around it.
  var trimmedOfSpaces: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text.drop { $0.isWhitespace })
  }
}
