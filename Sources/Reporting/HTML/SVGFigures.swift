import AuditModel
import Facts

/// The score as a bar from 0 to 100: what is proven, and beyond it what is possible. The numbers stand beside it in words.
struct ScoreGauge {
  private let score: Score

  init(_ score: Score) { self.score = score }

  var svg: String {
    let proven = min(max(0, score.proven ?? 0), 1000)
    let possible = min(max(proven, score.possible ?? 0), 1000)
    return
      "<svg class=\"gauge\" viewBox=\"0 0 1000 40\" role=\"img\" preserveAspectRatio=\"none\"><title>"
      + "\(HTMLText.encoded("Score: \(score.sentence)"))</title><rect class=\"track\" width=\"1000\" height=\"40\"></rect>"
      + "<rect class=\"possible\" width=\"\(possible)\" height=\"40\"></rect>"
      + "<rect class=\"proven\" width=\"\(proven)\" height=\"40\"></rect></svg>"
  }
}

/// Counts as parts of one bar, in the order pass, warn, fail, not proven, accepted.
struct StackedBar {
  private let counts: [Int]

  init(_ counts: [Int]) { self.counts = counts }

  var svg: String {
    let names = ["pass", "warn", "fail", "open", "accept"]
    let total = max(1, counts.reduce(0, +))
    var position = 0
    var parts = ""
    for (name, count) in zip(names, counts) where count > 0 {
      let end = position + count
      let (from, to) = (position * 1000 / total, end * 1000 / total)
      parts += "<rect class=\"\(name)\" x=\"\(from)\" width=\"\(to - from)\" height=\"40\"></rect>"
      position = end
    }
    let words = zip(["pass", "warn", "fail", "not proven", "accepted"], counts).filter { $0.1 > 0 }
      .map { "\($0.1) \($0.0)" }
    return
      "<svg class=\"bar\" viewBox=\"0 0 1000 40\" role=\"img\" preserveAspectRatio=\"none\"><title>"
      + "\(words.joined(separator: ", "))</title>\(parts)</svg>"
  }
}

/// A line through the numbers of an evidence text that is a series: a JSON array of numbers, of pairs of numbers, or a
/// number on each line.
struct SeriesPlot {
  /// In the order of the text; `x` counts from 0 where the text has no pairs.
  private let points: [(x: Double, y: Double)]

  /// The fewest points worth a line, and the most that one is drawn through.
  private static let counts = 6...4000

  /// Nil where `text` is no series.
  init?(_ text: String) {
    guard let first = text.utf8.first,
      first == UInt8(ascii: "[") || first == UInt8(ascii: "-") || (48...57).contains(first),
      text.utf8.count <= 64 << 10
    else { return nil }
    var points: [(x: Double, y: Double)] = []
    let values =
      (try? JSONText.parse(Array(text.utf8)))?.array
      ?? text.split(separator: "\n").map { line in Double(line).map { .double($0) } ?? .null }
    for (index, value) in values.prefix(Self.counts.upperBound + 1).enumerated() {
      if let number = value.double {
        points.append((Double(index), number))
      } else if let pair = value.array, pair.count == 2, let x = pair[0].double, let y = pair[1].double {
        points.append((x, y))
      } else {
        return nil
      }
    }
    guard Self.counts.contains(points.count), points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return nil }
    self.points = points
  }

  /// The line with its smallest, largest and last value in words; the numbers themselves stand in the text beside it.
  func figure(of label: String) -> String {
    let (xs, ys) = (points.map(\.x), points.map(\.y))
    guard let left = xs.min(), let right = xs.max(), let low = ys.min(), let high = ys.max(), let last = ys.last,
      (right - left).isFinite, (high - low).isFinite
    else { return "" }
    func place(_ value: Double, _ from: Double, _ to: Double, _ size: Int) -> Int {
      to > from ? Int((value - from) / (to - from) * Double(size)) : size / 2
    }
    let line = points.map { "\(place($0.x, left, right, 600)),\(110 - place($0.y, low, high, 100))" }
      .joined(separator: " ")
    let words = "\(points.count) values, smallest \(low), largest \(high), last \(last)"
    return
      "<figure><svg class=\"plot\" viewBox=\"-4 0 608 120\" role=\"img\"><title>\(HTMLText.inline("\(label): \(words)"))</title>"
      + "<line class=\"axis\" x1=\"0\" y1=\"112\" x2=\"600\" y2=\"112\"></line><polyline class=\"line\" points=\"\(line)\">"
      + "</polyline></svg><figcaption>\(HTMLText.inline(words))</figcaption></figure>\n"
  }
}
