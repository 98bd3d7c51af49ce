import AuditModel

/// How much a page shows.
struct HTMLDetail: Hashable {
  /// The most bytes of one evidence text; 0 for none.
  let evidenceLimit: Int
  /// The most rows of a table.
  let rowLimit: Int
  /// The most checks under one heading.
  let checkLimit: Int

  /// What fits nearly anywhere: verdict, gate, counts and the first few of everything.
  static let least = HTMLDetail(evidenceLimit: 0, rowLimit: 3, checkLimit: 50)

  /// Most first.
  static let ladder =
    [16 << 10, 1 << 10, 256, 0].map { HTMLDetail(evidenceLimit: $0, rowLimit: .max, checkLimit: .max) }
    + [1000, 200, 50, 10].map { HTMLDetail(evidenceLimit: 0, rowLimit: $0, checkLimit: .max) } + [least]

  /// What was left out, in words; nil for nothing.
  func omission(in report: AuditReport) -> String? {
    if rowLimit < .max { return "evidence is left out, and of each table only the first \(rowLimit) rows are shown" }
    guard report.findings.contains(where: { $0.evidence.contains { $0.text.utf8.count > evidenceLimit } }) else {
      return nil
    }
    return evidenceLimit == 0 ? "evidence is left out" : "evidence is cut to \(evidenceLimit) bytes"
  }

  /// The least that the evidence of `report` comes to.
  func evidenceBytes(of report: AuditReport) -> Int {
    guard evidenceLimit > 0 else { return 0 }
    return report.findings.lazy.filter { $0.status != .pass }.reduce(0) { sum, finding in
      finding.evidence.reduce(sum) { $0 + min($1.text.utf8.count, evidenceLimit) }
    }
  }
}
