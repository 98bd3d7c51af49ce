import DrivenPrograms
import Foundation
import Testing

/// Every format through the built command, from a report alone.
@Suite("Reports rendered by the command", .driving)
struct ReportFormatsTests {
  private static let root = BuiltCommand.package
  private static let report = "\(root)/reports/specimen/broken/report.json"

  private static let files = [
    "json": "report.json", "console": "console.txt", "markdown": "report.md", "html": "report.html",
    "comment": "comment.md",
    "gitlab": "gl-code-quality-report.json", "sarif": "report.sarif", "ctrf": "ctrf-report.json", "tap": "report.tap",
    "oscal": "oscal-assessment-results.json", "prometheus": "readiness.prom", "nagios": "nagios.txt",
  ]

  @Test("a format gives the specimen's bytes in any locale and time zone", arguments: files.keys.sorted())
  func specimen(format: String) throws {
    let name = try #require(Self.files[format])
    let file = Scratch.file(name)
    let outcome = try BuiltCommand.prodworthy.run(
      ["report", Self.report, "--format", format, "-o", file],
      environment: ["TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let written = try Data(contentsOf: URL(fileURLWithPath: file))
    let recorded = try Data(contentsOf: URL(fileURLWithPath: "\(Self.root)/reports/specimen/broken/\(name)"))
    #expect(written == recorded, "\(name) differs")
    // What is printed is what is written.
    guard format != "console" else { return }
    let printed = try BuiltCommand.prodworthy.run(["report", Self.report, "--format", format])
    #expect(printed.status == 0 && Data(printed.output.utf8) == recorded)
  }

  @Test("a folder takes all files of a format, and SARIF its profile")
  func folders() throws {
    let folder = Scratch.file("gitlab") + "/"
    #expect(try BuiltCommand.prodworthy.run(["report", Self.report, "--format", "gitlab", "-o", folder]).status == 0)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        == ["gl-code-quality-report.json", "gl-metrics.txt", "gl-readiness.env"])
    let full = try BuiltCommand.prodworthy.run(["report", Self.report, "--format", "sarif"])
    let github = try BuiltCommand.prodworthy.run([
      "report", Self.report, "--format", "sarif", "--sarif-profile", "github",
    ])
    #expect(github.status == 0 && github.output.utf8.count < full.output.utf8.count)
    #expect(
      try BuiltCommand.prodworthy.run(["report", Self.report, "--format", "sarif", "--sarif-profile", "x"]).status == 64
    )
  }

  @Test("a report with impossible numbers is refused")
  func damaged() throws {
    let text = try String(contentsOfFile: Self.report, encoding: .utf8)
    for (old, new) in [
      (#""weight" : 10"#, #""weight" : 9223372036854775807"#), (#""proven" : 19.7"#, #""proven" : 1e300"#),
      (#""durationMs" : 4321"#, #""durationMs" : -1"#),
    ] {
      #expect(text.contains(old))
      let file = Scratch.file("report.json")
      try text.replacingOccurrences(of: old, with: new).write(toFile: file, atomically: true, encoding: .utf8)
      let outcome = try BuiltCommand.prodworthy.run(["report", file, "--format", "html"])
      #expect(outcome.status == 65, "\(new): \(outcome.errors)")
    }
  }

  @Test("the Nagios plug-in ends as monitors expect")
  func plugin() throws {
    for (specimen, state) in [("healthy", 0), ("broken", 2), ("empty", 3), ("nowhere", 3)] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "\(Self.root)/deploy/nagios/check_prodworthy")
      process.arguments = ["--report", "\(Self.root)/reports/specimen/\(specimen)"]
      process.environment = ["PATH": "\(BuiltCommand.folder):/usr/bin:/bin"]
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == state, "\(specimen)")
    }
  }
}
