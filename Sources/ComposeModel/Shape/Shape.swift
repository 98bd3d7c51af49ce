/// What may stand at a place of a compose file.
indirect enum Shape: Sendable {
  /// Anything.
  case any
  /// One of these kinds of scalar.
  case scalar(Set<ScalarKind>)
  /// A text out of a list.
  case word([String])
  /// A whole number in a range, or text that may hold a variable.
  case whole(ClosedRange<Int>, orText: Bool)
  /// A map with known keys; keys with `x-` in front are free unless `isClosed`.
  case object([String: Shape], required: [String] = [], isClosed: Bool = false)
  /// A map with names that people choose.
  case map(Shape, names: NameRule = .any)
  /// A list; of unique elements where `isUnique`.
  case list(Shape, isUnique: Bool = false)
  /// What fits any of these; problems are told of the one that fits in kind.
  case either([Shape])

  enum ScalarKind: String, Sendable {
    case text = "text"
    case boolean = "true or false"
    case whole = "a whole number"
    case number = "a number"
    case null = "nothing"
  }

  /// Which names a map takes.
  enum NameRule: Sendable {
    case any
    /// Letters, digits, `.`, `_` and `-`.
    case resource
  }

  // MARK: The usual ones

  static let text = Shape.scalar([.text])
  static let flag = Shape.scalar([.boolean, .text])
  static let quantity = Shape.scalar([.number, .whole, .text])
  static let count = Shape.scalar([.whole, .text])
  static let texts = Shape.list(.text)
  static let uniqueTexts = Shape.list(.text, isUnique: true)
  static let textOrTexts = Shape.either([.text, .uniqueTexts])
  /// `KEY=VALUE` lists and maps.
  static let pairs = Shape.either([
    .map(.scalar([.text, .whole, .number, .boolean, .null])), .list(.text, isUnique: true),
  ])
  static let options = Shape.map(.scalar([.text, .whole, .number]))
  static let command = Shape.either([.scalar([.null]), .text, .texts])
}
