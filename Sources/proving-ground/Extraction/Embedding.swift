/// A text as a point on the unit sphere: its words, hashed to dimensions and signs. Texts that share words are near.
enum Embedding {
  /// The number of dimensions.
  static let dimensions = 128
  /// Words so common that sharing them says nothing.
  private static let common: Set<Substring> = [
    "a", "an", "and", "at", "by", "for", "in", "is", "of", "on", "the", "to", "with",
  ]

  /// The embedding of `text`, of length 1; of length 0 where it has no word that says something.
  static func of(_ text: String) -> [Double] {
    var vector = [Double](repeating: 0, count: dimensions)
    for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) where !common.contains(word) {
      let hash = hash(word.utf8)
      vector[Int(hash % UInt64(dimensions))] += hash >> 63 == 0 ? 1 : -1
    }
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length == 0 ? vector : vector.map { $0 / length }
  }

  /// FNV-1a, 64 bits: the same in every run, unlike Swift's own hashes.
  private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
