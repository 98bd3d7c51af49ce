/// An interoperable regular expression (I-Regexp, RFC 9485), matched in time linear in the text.
///
/// `^` and `$` outside brackets stand for the start and the end of the text, as in every engine that RFC 9485 section
/// 5 maps to.
package struct Regexp: Sendable {
  private let program: RegexpProgram

  /// Compiles the pattern; nil if it is no I-Regexp, or one that needs more than 20 000 steps.
  package init?(_ pattern: String) {
    guard let branches = RegexpParser.parse(pattern), let program = RegexpProgram(branches) else { return nil }
    self.program = program
  }

  /// Whether the text as a whole matches.
  package func matches(_ text: String) -> Bool { program.run(on: text.unicodeScalars, anywhere: false) }

  /// Whether any part of the text matches.
  func occurs(in text: String) -> Bool { program.run(on: text.unicodeScalars, anywhere: true) }
}

/// One part of a regular expression.
indirect enum RegexpNode {
  /// One scalar of a set.
  case scalar(ScalarSet)
  /// The start of the text.
  case start
  /// The end of the text.
  case end
  /// One after the other.
  case sequence([RegexpNode])
  /// One of these.
  case alternatives([RegexpNode])
  /// Again and again; nil for no upper bound.
  case repeated(RegexpNode, minimum: Int, maximum: Int?)
}

/// A set of Unicode scalars: ranges and general categories, or everything else.
struct ScalarSet: Sendable {
  var ranges: [ClosedRange<Unicode.Scalar>] = []
  /// A bit per general category.
  var categories: UInt32 = 0
  var isInverted = false

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let isListed =
      ranges.contains { $0.contains(scalar) }
      || (categories != 0 && categories & Self.bit(of: scalar.properties.generalCategory) != 0)
    return isListed != isInverted
  }

  static func bit(of category: Unicode.GeneralCategory) -> UInt32 {
    guard let index = order.firstIndex(where: { $0.category == category }) else { return 0 }
    return 1 << UInt32(index)
  }

  /// The categories whose short name starts with `prefix`; nil if I-Regexp knows none.
  static func categories(named prefix: String) -> UInt32? {
    var bits: UInt32 = 0
    for (index, entry) in order.enumerated() where entry.name.hasPrefix(prefix) { bits |= 1 << UInt32(index) }
    return bits == 0 || prefix.isEmpty ? nil : bits
  }

  // Surrogates (Cs) are no scalars and have no place here.
  private static let order: [(name: String, category: Unicode.GeneralCategory)] = [
    ("Lu", .uppercaseLetter), ("Ll", .lowercaseLetter), ("Lt", .titlecaseLetter), ("Lm", .modifierLetter),
    ("Lo", .otherLetter), ("Mn", .nonspacingMark), ("Mc", .spacingMark), ("Me", .enclosingMark),
    ("Nd", .decimalNumber), ("Nl", .letterNumber), ("No", .otherNumber), ("Pc", .connectorPunctuation),
    ("Pd", .dashPunctuation), ("Ps", .openPunctuation), ("Pe", .closePunctuation), ("Pi", .initialPunctuation),
    ("Pf", .finalPunctuation), ("Po", .otherPunctuation), ("Sm", .mathSymbol), ("Sc", .currencySymbol),
    ("Sk", .modifierSymbol), ("So", .otherSymbol), ("Zs", .spaceSeparator), ("Zl", .lineSeparator),
    ("Zp", .paragraphSeparator), ("Cc", .control), ("Cf", .format), ("Co", .privateUse), ("Cn", .unassigned),
  ]
}
