import AuditModel
import Facts
import Glibc
import Testing

@testable import Reporting

/// Every renderer against the files under `reports/specimen`; `RECORD=1` writes them anew and fails.
@Suite struct GoldenTests {
  @Test(arguments: Specimen.allCases) func specimenIsRenderedAsRecorded(_ specimen: Specimen) throws {
    let report = specimen.report
    var files: [ReportFile] = []
    for format in ReportFormats.all where format.name != "junit" {
      files += try format.render(report, RenderingOptions())
    }
    // A file per hostile target name would say nothing that the other dialects do not.
    for dialect in JUnitDialect.allCases where !(specimen == .hostile && dialect == .surefire) {
      for file in try JUnitFormat().render(report, RenderingOptions(junitDialect: dialect)) {
        let isAlone = file.name == "junit.xml"
        files.append(
          ReportFile(name: isAlone ? "junit-\(dialect).xml" : "junit-\(dialect)/\(file.name)", bytes: file.bytes))
      }
    }
    for file in files { try Golden.compare(file.bytes, with: "reports/specimen/\(specimen)/\(file.name)") }
  }

  @Test func schemaIsTheOneCommitted() throws {
    try Golden.compare(
      Array(JSONText.canonical(ReportDocument.jsonSchema()).utf8), with: "reports/schema/report.schema.json")
  }
}

enum Golden {
  static func compare(_ bytes: [UInt8], with path: String) throws {
    if getenv("RECORD") != nil {
      try Repository.write(bytes, to: path)
      Issue.record("recorded \(path); run the tests again without RECORD")
      return
    }
    let recorded = try #require(Repository.bytes(path), "\(path) is missing; RECORD=1 writes it")
    // The first line that differs says more than two whole files.
    guard bytes != recorded else { return }
    let (now, then) = (lines(bytes), lines(recorded))
    let index = zip(now, then).enumerated().first { $1.0 != $1.1 }?.offset ?? min(now.count, then.count)
    Issue.record(
      "\(path):\(index + 1) was \(then.indices.contains(index) ? then[index] : "(end)"), is \(now.indices.contains(index) ? now[index] : "(end)")"
    )
  }

  private static func lines(_ bytes: [UInt8]) -> [Substring] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }
}
