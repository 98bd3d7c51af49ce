package import Facts

/// The place of a value among the variables: `event`, `event.id`, `rows[0].name`.
package struct VariablePath: Sendable, Hashable {
  /// A step into a value.
  package enum Step: Sendable, Hashable {
    /// To a member.
    case name(String)
    /// To an element, from 0.
    case index(Int)
  }

  /// The variable's name.
  package let name: String
  /// What follows it.
  package let steps: [Step]

  /// Reads a path; nil if it is none.
  package init?(_ text: some StringProtocol) {
    var rest = Array(text.unicodeScalars)[...]
    func word() -> String? {
      let word = rest.prefix { Self.isLetter($0) || Self.isDigit($0) || $0 == "-" }
      guard let first = word.first, Self.isLetter(first) else { return nil }
      rest = rest.dropFirst(word.count)
      return String(String.UnicodeScalarView(word))
    }
    guard let name = word() else { return nil }
    var steps: [Step] = []
    while let next = rest.first {
      rest = rest.dropFirst()
      if next == ".", let name = word() {
        steps.append(.name(name))
      } else if next == "[" {
        let digits = rest.prefix { Self.isDigit($0) }
        rest = rest.dropFirst(digits.count)
        guard rest.first == "]", (1...6).contains(digits.count),
          let index = Int(String(String.UnicodeScalarView(digits)))
        else { return nil }
        rest = rest.dropFirst()
        steps.append(.index(index))
      } else {
        return nil
      }
    }
    self.name = name
    self.steps = steps
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  /// The value there; nil where there is none.
  func value(in variables: JSONObject) -> JSONValue? {
    var value = variables[name]
    for step in steps {
      switch step {
      case .name(let name): value = value?[name]
      case .index(let index):
        guard let list = value?.array, list.indices.contains(index) else { return .none }
        value = list[index]
      }
    }
    return value
  }
}

/// A variable that has no value: what it was needed for cannot be done.
package struct MissingValue: Error, Sendable, Hashable {
  /// The place as it was written.
  package let path: String
}

/// Text with places for values: `/api/events/${eventId}`. `$${` stands for `${` itself.
package struct TextTemplate: Sendable {
  /// A stretch of it.
  package enum Piece: Sendable {
    /// As it stands.
    case text(String)
    /// The value there.
    case place(VariablePath, written: String)
  }

  /// Why a text is no template.
  package struct Malformed: Error, Sendable {
    /// In lower case.
    package let message: String
    /// What stands at the wrong place, for finding it in the line.
    package let excerpt: String
  }

  /// The stretches in order.
  package let pieces: [Piece]

  /// Reads a template.
  package init(_ text: String) throws(Malformed) {
    var pieces: [Piece] = []
    var plain = ""
    var rest = text[...]
    while let mark = rest.firstIndex(of: "$") {
      plain += rest[..<mark]
      rest = rest[mark...]
      if rest.hasPrefix("$${") {
        plain += "${"
        rest = rest.dropFirst(3)
        continue
      }
      guard rest.hasPrefix("${") else {
        plain += "$"
        rest = rest.dropFirst()
        continue
      }
      guard let end = rest.firstIndex(of: "}") else {
        throw Malformed(message: "`${` is not closed by `}`", excerpt: "${")
      }
      let inside = rest[..<end].dropFirst(2)
      guard let path = VariablePath(inside) else {
        let isReference = inside.hasPrefix("env:") || inside.hasPrefix("file:")
        throw Malformed(
          message: isReference
            ? "a workflow names secrets under `secrets`; whoever runs it says where they are"
            : "`${\(inside)}` is no name of a variable, with members as in ${event.id} or ${rows[0].id}",
          excerpt: String(rest[...end]))
      }
      if !plain.isEmpty { pieces.append(.text(plain)) }
      plain = ""
      pieces.append(.place(path, written: String(inside)))
      rest = rest[rest.index(after: end)...]
    }
    plain += rest
    if !plain.isEmpty { pieces.append(.text(plain)) }
    self.pieces = pieces
  }

  /// The places in it.
  package var places: [VariablePath] {
    pieces.compactMap { if case .place(let path, _) = $0 { path } else { nil } }
  }

  /// Whether it is known to be no absolute URL.
  package var isRelative: Bool { if case .text(let text)? = pieces.first { !text.contains("://") } else { false } }

  /// What it stands for: the value itself where it is nothing but one place, else text.
  package func value(in variables: JSONObject) throws(MissingValue) -> JSONValue {
    if pieces.count == 1, case .place(let path, let written) = pieces[0] {
      guard let value = path.value(in: variables) else { throw MissingValue(path: written) }
      return value
    }
    return .string(try text(in: variables))
  }

  /// The text with its places filled.
  package func text(in variables: JSONObject) throws(MissingValue) -> String {
    try filled(variables) { text, _ in text }
  }

  /// The text as part of a URL: values are percent-encoded, so that none becomes more than it is meant to be, but for one
  /// that the URL begins with.
  package func url(in variables: JSONObject) throws(MissingValue) -> String {
    try filled(variables) { text, isFirst in isFirst ? text : text.percentEncoded }
  }

  private func filled(
    _ variables: JSONObject, _ encoded: (String, Bool) -> String
  ) throws(MissingValue) -> String {
    var text = ""
    for (index, piece) in pieces.enumerated() {
      switch piece {
      case .text(let part): text += part
      case .place(let path, let written):
        guard let value = path.value(in: variables), !value.isNull else { throw MissingValue(path: written) }
        text += encoded(value.plainText, index == 0)
      }
    }
    return text
  }
}

extension String {
  /// Everything but unreserved characters percent-encoded (RFC 3986 section 2.3).
  package var percentEncoded: String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
      default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A JSON value whose texts are templates.
package indirect enum ValueTemplate: Sendable {
  /// As it stands.
  case literal(JSONValue)
  /// A text.
  case text(TextTemplate)
  /// A list.
  case list([ValueTemplate])
  /// An object; names stand as they are.
  case object([(name: String, value: ValueTemplate)])

  /// Reads a value.
  package init(_ value: JSONValue) throws(TextTemplate.Malformed) {
    switch value {
    case .string(let text): self = .text(try TextTemplate(text))
    case .array(let elements):
      var list: [ValueTemplate] = []
      for element in elements { list.append(try ValueTemplate(element)) }
      self = .list(list)
    case .object(let object):
      var members: [(String, ValueTemplate)] = []
      for (name, value) in object { members.append((name, try ValueTemplate(value))) }
      self = .object(members)
    default: self = .literal(value)
    }
  }

  /// What it stands for.
  package func value(in variables: JSONObject) throws(MissingValue) -> JSONValue {
    switch self {
    case .literal(let value): return value
    case .text(let template): return try template.value(in: variables)
    case .list(let elements):
      var list: [JSONValue] = []
      for element in elements { list.append(try element.value(in: variables)) }
      return .array(list)
    case .object(let members):
      var object = JSONObject()
      for (name, value) in members { object[name] = try value.value(in: variables) }
      return .object(object)
    }
  }
}
