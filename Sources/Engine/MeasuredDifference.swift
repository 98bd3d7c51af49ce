package import AuditModel

/// The numbers of two reports, held against each other as far as noise lets them be. Pure.
package enum MeasuredDifference {
  /// The numbers of `after`: against the runs that it was held against itself, and against those of `before` and `earlier`
  /// where these are more. Two runs alone say how far a number moved, and not whether that is more than noise.
  package static func measures(
    before: AuditReport, after: AuditReport, earlier: [AuditReport]
  ) -> [AuditReport.Measurement] {
    var known: [String: [String: AuditReport.Measurement.Point]] = [:]
    for report in earlier + [before] where report.runID != after.runID {
      for item in report.measures ?? [] {
        for point in item.earlier { known[item.series, default: [:]][point.runID] = point }
        guard let value = item.value else { continue }
        known[item.series, default: [:]][report.runID] = AuditReport.Measurement.Point(
          runID: report.runID, at: report.startedAt, value: value)
      }
    }
    return (after.measures ?? []).map { item in
      var points = known[item.series] ?? [:]
      for point in item.earlier { points[point.runID] = point }
      return item.compared(with: points.values.filter { $0.runID != after.runID && $0.at <= after.startedAt })
    }
  }
}
