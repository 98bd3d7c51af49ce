import AuditModel

/// The gate's conditions as a table.
struct MarkdownGate {
  let report: AuditReport
  /// Whether its size is bounded, so that it fits a place that bounds the whole: what holds is left out first.
  let isTerse: Bool
  /// Of its heading.
  var level = 2

  /// The most conditions of a bounded table.
  private static let rowLimit = 40

  func write(into page: inout MarkdownPage) {
    page.heading(level, "Gate")
    guard !report.gate.conditions.isEmpty else {
      page.block("The policy names no condition, so nothing decides.")
      return
    }
    let all = report.gate.conditions
    var shown = all
    if isTerse, all.count > Self.rowLimit {
      shown = Array((all.filter { $0.status == .fail } + all.filter { $0.status == .undecided }).prefix(Self.rowLimit))
    }
    page.table(
      ["condition", "result", "limit and what was found"],
      shown.map { condition in
        let result =
          condition.status == .pass ? "pass" : "**\(condition.status == .fail ? "FAIL" : "UNDECIDED")**"
        return isTerse
          ? [
            MarkdownText.cell(condition.id, limit: 120), result,
            MarkdownText.prose(condition.detail, inTable: true, limit: 300),
          ] : [MarkdownText.cell(condition.id), result, MarkdownText.prose(condition.detail, inTable: true)]
      })
    if shown.count < all.count { page.block("… and \(counted(all.count - shown.count, "condition")) more.") }
  }
}
