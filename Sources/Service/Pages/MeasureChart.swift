import AuditModel
import History

/// What was measured over the runs of a system, each number as a small chart of its own scale.
enum MeasureChart {
  private static let (width, height) = (240, 48)
  /// More charts than this on a page are not looked at.
  private static let mostCharts = 60

  /// A table of numbers with their charts; nothing where none was measured twice.
  static func section(_ measures: [MeasureSeries]) -> Markup {
    let telling = measures.filter { $0.points.count > 1 && $0.probe != "run" }
    guard !telling.isEmpty else { return "" }
    let ordered = telling.filter { $0.verdict == .regressed } + telling.filter { $0.verdict != .regressed }
    let rows = ordered.prefix(mostCharts).map { series -> [Markup] in
      let values = series.points.map(\.value)
      return [
        "\(series.name)", "\(series.place)", "\(number(values.last ?? 0)) \(series.unit)",
        "\(number(values.min() ?? 0)) to \(number(values.max() ?? 0)) over \(values.count) runs", word(series.verdict),
        chart(values),
      ]
    }
    let title = ordered.count > mostCharts ? "Measured (\(mostCharts) of \(ordered.count) numbers)" : "Measured"
    return Page.table(title, ["Number", "Where", "Last", "Range", "Against noise", "Over the runs"], rows)
  }

  private static func word(_ verdict: NoiseComparison.Verdict) -> Markup {
    switch verdict {
    case .regressed: "<strong>regressed</strong>"
    case .improved: "improved"
    case .withinNoise: "within noise"
    case .notComparable: "not comparable"
    }
  }

  private static func number(_ value: Double) -> String {
    let rounded = (value * 1000).rounded() / 1000
    return rounded.magnitude < 1e12 && rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  private static func chart(_ values: [Double]) -> Markup {
    // A page shows as many points as it has columns.
    let shown = values.suffix(width)
    guard let low = shown.min(), let high = shown.max(), (high - low).isFinite else { return "" }
    let points = shown.enumerated().map { index, value in
      let x = index * (width - 4) / max(1, shown.count - 1) + 2
      let y = high > low ? height - 3 - Int((value - low) / (high - low) * Double(height - 6)) : height / 2
      return "\(x),\(y)"
    }
    return """
      <svg class="spark" viewBox="0 0 \(width) \(height)" aria-hidden="true"><polyline class="trend" \
      points="\(points.joined(separator: " "))"/></svg>
      """
  }
}
