/// The order in which an English collation puts the sources of a policy: punctuation, symbols, digits, letters.
///
/// The Observatory merges several policies by comparing neighbours in that order, so that another one would give other
/// results. The order of the ASCII signs is that of the CLDR root collation.
struct SourceOrder: Comparable {
  private let ranks: [UInt32]

  /// The place of `source`, which is in lower case.
  init(_ source: String) {
    ranks = source.unicodeScalars.map(Self.rank(of:))
  }

  static func < (left: SourceOrder, right: SourceOrder) -> Bool { left.ranks.lexicographicallyPrecedes(right.ranks) }

  private static let signs = Array(
    "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz".unicodeScalars)

  private static let table: [UInt32] = {
    var table = [UInt32](repeating: 0, count: 128)
    for (rank, sign) in signs.enumerated() { table[Int(sign.value)] = UInt32(rank) + 1 }
    return table
  }()

  private static func rank(of scalar: Unicode.Scalar) -> UInt32 {
    scalar.value < 128 ? table[Int(scalar.value)] : scalar.value + 256
  }
}
