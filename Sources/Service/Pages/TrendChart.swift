import AuditModel
import History

/// The score over time as SVG, with a break wherever what is demanded changed.
enum TrendChart {
  private static let (width, height, left, bottom, top) = (800, 250, 56, 34, 14)

  /// The chart of a page: at most as many points as it has columns to tell apart.
  static func chart(_ trend: Trend, title: String) -> Markup {
    let points = trend.points
    guard points.count > 1 else { return "<p>A trend needs two runs.</p>" }
    let place = Place(count: points.count)
    var lines: [Markup] = []
    for segment in segments(points) {
      let upper = segment.compactMap { index in points[index].run.possible.map { "\(place.x(index)),\(place.y($0))" } }
      let lower = segment.compactMap { index in points[index].run.proven.map { "\(place.x(index)),\(place.y($0))" } }
      if segment.count > 1 {
        lines.append(
          "<polygon class=\"range\" points=\"\((upper + lower.reversed()).joined(separator: " "))\"/>")
        lines.append("<polyline class=\"trend\" points=\"\(lower.joined(separator: " "))\"/>")
      }
    }
    var marks: [Markup] = []
    for (index, point) in points.enumerated() {
      if index > 0, point.run.policyDigest != points[index - 1].run.policyDigest {
        let x = (place.x(index) + place.x(index - 1)) / 2
        marks.append("<line class=\"break\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(top)\" y2=\"\(height - bottom)\"/>")
      }
      if points.count <= 120, let proven = point.run.proven {
        marks.append(
          "<circle class=\"dot \(point.run.gate.rawValue)\" cx=\"\(place.x(index))\" cy=\"\(place.y(proven))\" r=\"3\"/>"
        )
      }
    }
    let grid = [0, 250, 500, 750, 1000].map { value -> Markup in
      """
      <line class="axis" x1="\(left)" x2="\(width)" y1="\(place.y(value))" y2="\(place.y(value))"/>\
      <text x="\(left - 6)" y="\(place.y(value) + 4)" text-anchor="end">\(value / 10)</text>
      """
    }
    let (first, last) = (points[0].run.startedAt.day, points[points.count - 1].run.startedAt.day)
    return """
      <svg viewBox="0 0 \(width) \(height)" role="img" aria-labelledby="trend-title trend-text">
      <title id="trend-title">\(title)</title><desc id="trend-text">\(points.count) runs from \(first) to \(last); the same \
      numbers stand in the table below.</desc>
      \(grid)\(lines)\(marks)
      <text x="\(left)" y="\(height - 6)">\(first)</text>
      <text x="\(width)" y="\(height - 6)" text-anchor="end">\(last)</text>
      </svg>
      """
  }

  /// A small one for a row of a table.
  static func spark(_ values: [Int?]) -> Markup {
    let known = values.enumerated().compactMap { index, value in value.map { (index, $0) } }
    guard known.count > 1 else { return "" }
    let points = known.map { "\($0.0 * 118 / max(1, values.count - 1) + 1),\(22 - $0.1 * 20 / 1000)" }
    return """
      <svg class="spark" viewBox="0 0 120 24" aria-hidden="true"><polyline class="trend" \
      points="\(points.joined(separator: " "))"/></svg>
      """
  }

  private struct Place {
    var count: Int
    func x(_ index: Int) -> Int { left + 8 + (width - left - 16) * index / max(1, count - 1) }
    func y(_ perMille: Int) -> Int { height - bottom - (height - bottom - top) * min(max(perMille, 0), 1000) / 1000 }
  }

  /// Runs of neighbouring points that compare and have a score.
  private static func segments(_ points: [Trend.Point]) -> [[Int]] {
    var segments: [[Int]] = []
    for (index, point) in points.enumerated() where point.run.proven != nil && point.run.possible != nil {
      if point.isComparable, let last = segments.last?.last, last == index - 1 {
        segments[segments.count - 1].append(index)
      } else {
        segments.append([index])
      }
    }
    return segments
  }
}
