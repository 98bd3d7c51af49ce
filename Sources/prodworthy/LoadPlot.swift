import LoadGeneration

/// Response time over time: the 95th percentile and the largest of each stretch.
struct LoadPlot {
  private struct Column {
    var middle: Int
    var high: Int
    var most: Int
    var count: Int
    var failed: Int
  }

  private let columns: [Column]
  private let seconds: Int

  /// The most columns of a plot in text.
  private static let width = 72
  private static let height = 8

  init(_ result: LoadResult) {
    let bins = result.figures.bins
    let group = max(1, (bins.count + Self.width - 1) / Self.width)
    seconds = group * result.plan.binSeconds
    columns = stride(from: 0, to: bins.count, by: group).map { start in
      var times = LatencyHistogram(bits: 6)
      var failed = 0
      for bin in bins[start..<min(start + group, bins.count)] {
        times.add(bin.responseTime)
        failed += bin.failed
      }
      return Column(
        middle: times.quantile(0.5) ?? 0, high: times.quantile(0.95) ?? 0, most: times.most, count: times.count,
        failed: failed)
    }
  }

  private var top: Int { max(1, columns.map(\.most).max() ?? 1) }

  /// The plot as lines of text.
  var lines: [String] {
    guard !columns.isEmpty else { return [] }
    var lines = ["response time over time, a column for \(seconds) s (█ to p95, ░ to the largest)"]
    let label = LoadReadout.time(top)
    for row in stride(from: Self.height, to: 0, by: -1) {
      let margin = row == Self.height ? label : row == 1 ? "0" : ""
      // A time just above the level of the row below fills this row.
      let level = (row - 1) * top / Self.height
      let marks = columns.map { column -> Character in
        column.count == 0 ? " " : column.high > level ? "█" : column.most > level ? "░" : " "
      }
      lines.append(
        String(repeating: " ", count: max(0, label.count - margin.count)) + margin + " │" + String(marks))
    }
    lines.append(
      String(repeating: " ", count: label.count) + " └" + String(columns.map { $0.failed > 0 ? "✗" : "─" }))
    return lines
  }

  /// The plot as an SVG document that stands alone.
  var svg: String {
    let (width, height, left, bottom) = (720.0, 240.0, 60.0, 200.0)
    let step = (width - left - 10) / Double(max(1, columns.count))
    func y(_ value: Int) -> Double { bottom - (bottom - 20) * Double(value) / Double(top) }
    func line(_ value: (Column) -> Int, _ colour: String) -> String {
      let points = columns.enumerated().filter { $0.element.count > 0 }.map {
        "\(Self.short(left + step * (Double($0.offset) + 0.5))),\(Self.short(y(value($0.element))))"
      }
      return
        "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.5\" points=\"\(points.joined(separator: " "))\"/>\n"
    }
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(height))" role="img" \
      aria-label="Response time over time" font-family="sans-serif" font-size="11">
      <rect width="100%" height="100%" fill="#fff"/>
      <line x1="\(left)" y1="\(bottom)" x2="\(width - 10)" y2="\(bottom)" stroke="#888"/>
      <line x1="\(left)" y1="20" x2="\(left)" y2="\(bottom)" stroke="#888"/>
      <text x="\(left - 6)" y="24" text-anchor="end">\(LoadReadout.time(top))</text>
      <text x="\(left - 6)" y="\(bottom)" text-anchor="end">0</text>
      <text x="\(left)" y="\(bottom + 16)">0 s</text>
      <text x="\(width - 10)" y="\(bottom + 16)" text-anchor="end">\(columns.count * seconds) s</text>

      """
    text += line({ $0.most }, "#bbb") + line({ $0.high }, "#c33") + line({ $0.middle }, "#36c")
    for (index, column) in columns.enumerated() where column.failed > 0 {
      text +=
        "<circle cx=\"\(Self.short(left + step * (Double(index) + 0.5)))\" cy=\"\(bottom)\" r=\"3\" fill=\"#c33\"><title>\(column.failed) failed</title></circle>\n"
    }
    for (index, (name, colour)) in [("p50", "#36c"), ("p95", "#c33"), ("largest", "#888")].enumerated() {
      text +=
        "<text x=\"\(left + 10 + Double(index) * 60)\" y=\"\(height - 6)\" fill=\"\(colour)\">\(name)</text>\n"
    }
    return text + "</svg>\n"
  }

  private static func short(_ value: Double) -> String { String((value * 10).rounded() / 10) }
}
