import AuditModel

/// JUnit XML: a suite `readiness.gate` with a case per condition, then a suite per target with a case per finding.
struct JUnitFormat: ReportFormat {
  let name = "junit"
  let summary = "JUnit XML for pipelines, in the dialect that --junit-dialect names"

  /// Above this a file says less about each case, step by step.
  static let softLimit = 10 << 20
  /// Above this the cases go into several files: readers in use refuse larger ones.
  static let hardLimit = 25 << 20

  func writesOneFile(_ options: RenderingOptions) -> Bool { options.junitDialect != .surefire }

  func wrote(_ name: String) -> Bool { name.hasSuffix(".xml") && (name.hasPrefix("junit") || name.hasPrefix("TEST-")) }

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    try files(for: report, options.junitDialect, soft: Self.softLimit, hard: Self.hardLimit)
  }

  func files(for report: AuditReport, _ dialect: JUnitDialect, soft: Int, hard: Int) throws -> [ReportFile] {
    let suites = JUnitSuite.suites(of: report)
    guard dialect == .surefire else {
      return try documents(suites, of: report, dialect, soft: soft, hard: hard).enumerated().map { index, bytes in
        ReportFile(name: index == 0 ? "junit.xml" : "junit-\(index + 1).xml", bytes: bytes)
      }
    }
    var files: [ReportFile] = []
    var names: Set<String> = []
    for suite in suites {
      for bytes in try documents([suite], of: report, dialect, soft: soft, hard: hard) {
        files.append(ReportFile(name: Self.fileName(for: suite, unlike: &names), bytes: bytes))
      }
    }
    return files
  }

  /// One document, or several where one would be larger than `hard` even at its tersest.
  private func documents(
    _ suites: [JUnitSuite], of report: AuditReport, _ dialect: JUnitDialect, soft: Int, hard: Int
  ) throws -> [[UInt8]] {
    func document(_ suites: [JUnitSuite], _ detail: JUnitDetail, limit: Int) throws -> [UInt8]? {
      try JUnitDocument(report, dialect: dialect, detail: detail, limit: limit).written(suites)
    }
    func tersest(_ suites: [JUnitSuite]) throws -> [[UInt8]] {
      if let bytes = try document(suites, .noEvidence, limit: hard) { return [bytes] }
      let halves = JUnitSuite.halves(of: suites)
      // A single case is never too large, because every text in it is bounded.
      guard let second = halves.second else { return [try document(suites, .noEvidence, limit: .max) ?? []] }
      return try tersest(halves.first) + tersest(second)
    }
    // The tersest has only the hard limit to keep; the others need no trying where even names alone are too much.
    let names = suites.reduce(0) { $0 + $1.leastBytes(in: report) }
    for detail in JUnitDetail.allCases.dropLast() where names <= soft {
      if let bytes = try document(suites, detail, limit: soft) { return [bytes] }
    }
    return try tersest(suites)
  }

  /// `TEST-<suite>.xml` with nothing in it that a file system or shell minds.
  private static func fileName(for suite: JUnitSuite, unlike names: inout Set<String>) -> String {
    let plain = suite.name.unicodeScalars.prefix(100).map { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_.".unicodeScalars.contains(scalar))
        ? scalar : "_"
    }
    let stem = "TEST-" + String(String.UnicodeScalarView(plain))
    var name = stem
    var number = 1
    while !names.insert(name).inserted {
      number += 1
      name = "\(stem)-\(number)"
    }
    return name + ".xml"
  }
}
