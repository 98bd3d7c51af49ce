/// Finds the word that was probably meant.
package enum Suggestion {
  /// The most words that are ever suggested.
  private static let most = 3
  /// The most words that are ever listed.
  private static let mostListed = 24
  /// Words beyond this are not compared, in Unicode scalars.
  private static let longest = 100

  /// The nearest of `known`, at most three, best first: those within a Damerau–Levenshtein distance of a third of the
  /// word's length, at least 1, upper and lower case alike.
  package static func nearest(to word: String, among known: [String]) -> [String] {
    let scalars = Array(word.lowercased().unicodeScalars)
    guard scalars.count <= longest else { return [] }
    let limit = max(1, scalars.count / 3)
    let near = known.compactMap { candidate -> (distance: Int, word: String)? in
      let other = Array(candidate.lowercased().unicodeScalars)
      guard abs(other.count - scalars.count) <= limit else { return nil }
      let distance = distance(scalars, other)
      return distance <= limit ? (distance, candidate) : nil
    }
    return near.sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }.prefix(most).map(\.word)
  }

  /// `did you mean …?`, or all of `known` under `label` where none is near and they are few enough to read.
  static func phrase(_ word: String, among known: [String], label: String = "known are") -> String? {
    let near = nearest(to: word, among: known)
    if !near.isEmpty { return "did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?" }
    return known.isEmpty || known.count > mostListed ? nil : "\(label) \(known.joined(separator: ", "))"
  }

  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i]
      for j in 1...b.count {
        var cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { cost = min(cost, beforeLast[j - 2] + 1) }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
