import AuditModel

/// What of each service is proven, and what was measured over the runs.
extension MarkdownReport {
  func writeMatrix(into page: inout MarkdownPage) {
    guard let matrix = report.matrix else { return }
    page.heading(2, "Services")
    page.block("Each cell has the worst status of the findings that speak of it; a hole has none.")
    table("service", matrix.columns, matrix.services, into: &page)
    if !matrix.features.isEmpty { table("feature", matrix.services.map(\.name), matrix.features, into: &page) }
    let open = matrix.services.flatMap { row in row.cells.filter { !$0.isProven }.map { (row.name, $0) } }
    guard !open.isEmpty else { return }
    page.table(
      ["service", "quality", "status", "why", "finding"],
      open.prefix(MarkdownDetail.rowLimit).map { name, cell in
        [
          MarkdownText.cell(name), MarkdownText.cell(cell.column), cell.status?.rawValue ?? "hole",
          MarkdownText.cell(cell.message),
          cell.findings.first.map { MarkdownText.cell(String($0.prefix(12))) } ?? "none",
        ]
      })
    writeRemainder(of: open.count, "cell", into: &page)
  }

  private func table(
    _ head: String, _ columns: [String], _ rows: [AuditReport.MatrixSummary.Row], into page: inout MarkdownPage
  ) {
    page.table(
      [head] + columns.map { MarkdownText.cell($0) },
      rows.prefix(MarkdownDetail.rowLimit).map { row in
        [MarkdownText.cell(row.name)]
          + columns.map { column in
            row.cells.first { $0.column == column }.map { $0.status?.rawValue ?? "**hole**" } ?? ""
          }
      })
    writeRemainder(of: rows.count, head, into: &page)
  }

  func writeMeasures(into page: inout MarkdownPage) {
    let measures = report.tellingMeasures
    guard !measures.isEmpty else { return }
    page.heading(2, "Measured")
    page.block("Held against the last comparable runs: the median plus and minus what their own scatter explains.")
    page.table(
      ["number", "where", "now", "noise explains", "verdict"],
      measures.prefix(MarkdownDetail.rowLimit).map {
        [
          MarkdownText.cell($0.name), MarkdownText.cell($0.place), MarkdownText.cell($0.valueWords),
          MarkdownText.cell($0.bandWords), $0.verdict == .regressed ? "**regressed**" : $0.verdict.words,
        ]
      })
    writeRemainder(of: measures.count, "number", into: &page)
  }
}
