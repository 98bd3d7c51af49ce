import AuditModel

/// What of each service is proven, and what was measured over the runs.
extension HTMLReport {
  /// Service × quality and feature × service, each cell with its worst status and a way to the finding behind it.
  func write(_ matrix: AuditReport.MatrixSummary, into page: inout HTMLPage) {
    page.element(
      "p", ["class": "note"], "Each cell has the worst status of the findings that speak of it; a hole has none.")
    page.table("Services", ["Service"] + matrix.columns) { page in
      for row in matrix.services.prefix(detail.rowLimit) { write(row, matrix.columns, into: &page) }
    }
    page.remainder(of: matrix.services.count, "service", limit: detail.rowLimit)
    guard !matrix.features.isEmpty else { return }
    let services = matrix.services.map(\.name)
    page.table("Features", ["Feature"] + services) { page in
      for row in matrix.features.prefix(detail.rowLimit) { write(row, services, into: &page) }
    }
    page.remainder(of: matrix.features.count, "feature", limit: detail.rowLimit)
  }

  private func write(_ row: AuditReport.MatrixSummary.Row, _ columns: [String], into page: inout HTMLPage) {
    page.markup("<tr><th scope=\"row\">\(HTMLText.inline(row.name))")
    if let owner = row.owner { page.element("p", ["class": "mark"], owner) }
    page.markup("</th>")
    for column in columns {
      guard let cell = row.cells.first(where: { $0.column == column }) else {
        page.markup("<td></td>")
        continue
      }
      let kind =
        switch cell.status {
        case .pass: "pass"
        case .warn: "warn"
        case .fail, nil: "fail"
        case .notApplicable: "none"
        default: "open"
        }
      let badge = Self.badge(kind, cell.status.map { $0 == .notApplicable ? "n/a" : $0.rawValue } ?? "hole")
      page.markup("<td>")
      if let anchor = cell.findings.lazy.compactMap({ anchors[$0] }).first {
        page.markup("<a href=\"#\(anchor)\">\(badge)</a>")
      } else {
        page.markup(badge)
      }
      if !cell.isProven { page.element("p", ["class": "mark"], cell.message) }
      page.markup("</td>")
    }
    page.markup("</tr>\n")
  }

  /// Each number with what noise explains, and its course over the runs where there are enough of them.
  func write(_ measures: [AuditReport.Measurement], into page: inout HTMLPage) {
    page.element(
      "p", ["class": "note"],
      "Held against the last comparable runs: the median plus and minus what their own scatter explains.")
    page.table("Measured", ["Number", "Where", "Now", "Noise explains", "Verdict", "Over the runs"]) { page in
      for item in measures.prefix(detail.rowLimit) {
        page.markup("<tr><th scope=\"row\">\(HTMLText.inline(item.name))</th><td>\(HTMLText.inline(item.place))</td>")
        page.markup("<td>\(HTMLText.inline(item.valueWords))</td><td>\(HTMLText.inline(item.bandWords))</td>")
        let kind =
          switch item.verdict {
          case .regressed: "fail"
          case .improved, .withinNoise: "pass"
          case .notComparable: "none"
          }
        page.markup("<td>\(Self.badge(kind, item.verdict.words))</td>")
        page.markup("<td>\(MeasurePlot(item)?.svg ?? "")</td></tr>\n")
      }
    }
    page.remainder(of: measures.count, "number", limit: detail.rowLimit)
  }
}

/// A number over the runs, the band of noise behind it; the newest run is the last point.
struct MeasurePlot {
  private let item: AuditReport.Measurement
  private let values: [Double]

  /// Nil where fewer than three runs measured it.
  init?(_ item: AuditReport.Measurement) {
    values = (item.earlier.map(\.value) + [item.value].compactMap(\.self)).filter(\.isFinite)
    guard values.count >= 3 else { return nil }
    self.item = item
  }

  var svg: String {
    let band = [item.lower, item.upper].compactMap(\.self)
    guard let low = (values + band).min(), let high = (values + band).max(), (high - low).isFinite else { return "" }
    func y(_ value: Double) -> Int { high > low ? 110 - Int((value - low) / (high - low) * 100) : 60 }
    func x(_ index: Int) -> Int { index * 600 / max(1, values.count - 1) }
    let line = values.enumerated().map { "\(x($0)),\(y($1))" }.joined(separator: " ")
    var parts = ""
    if let lower = item.lower, let upper = item.upper {
      parts +=
        "<rect class=\"track\" x=\"0\" y=\"\(y(upper))\" width=\"600\" height=\"\(max(1, y(lower) - y(upper)))\"></rect>"
    }
    let words =
      "\(item.name) over \(values.count) runs, from \(Figure.text(values.min() ?? 0)) to "
      + "\(Figure.text(values.max() ?? 0)) \(item.unit), last \(Figure.text(values.last ?? 0)), \(item.verdict.words)"
    return
      "<svg class=\"plot\" viewBox=\"-4 0 608 120\" role=\"img\"><title>\(HTMLText.inline(words))</title>\(parts)"
      + "<polyline class=\"line\" points=\"\(line)\"></polyline></svg>"
  }
}
