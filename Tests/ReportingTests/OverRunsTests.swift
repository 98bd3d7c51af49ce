import AuditModel
import Facts
import Foundation
import Testing

@testable import Reporting

/// What a report shows of services and of measured numbers, and what waits for what.
@Suite struct OverRunsTests {
  private static let condition = Gate.Condition(id: "no-open-critical", status: .fail, detail: "1 open")

  private static func rendered(_ report: AuditReport, _ format: any ReportFormat) throws -> String {
    String(decoding: try #require(try format.render(report, RenderingOptions()).first).bytes, as: UTF8.self)
  }

  private static func format(_ name: String) throws -> any ReportFormat {
    try #require(ReportFormats.all.first { $0.name == name })
  }

  private static func waiting(acceptedCause: Bool) -> AuditReport {
    let check = Specimen.checks.keys.sorted()[0]
    let other = Specimen.checks.keys.sorted()[1]
    return Specimen.report(
      [
        Specimen.finding(check, "web", .fail, "broken", subject: "a", waiver: acceptedCause ? "W-1 until then" : nil),
        Specimen.finding(check, "web", .fail, "broken", subject: "b", waiver: acceptedCause ? "W-1 until then" : nil),
        Specimen.finding(other, "web", .blocked, "waits", cause: 0),
      ], conditions: [condition],
      causes: [
        AuditReport.Cause(
          target: "web", check: check, reason: "broken", dependents: [Specimen.fingerprint("\(other)\0web\0")])
      ])
  }

  @Test func whatWaitsForSomethingAcceptedIsRedItself() throws {
    for (accepted, blocked) in [(false, "ok 4 "), (true, "not ok 4 ")] {
      let report = Self.waiting(acceptedCause: accepted)
      let tap = try Self.rendered(report, try Self.format("tap"))
      let line = tap.split(separator: "\n").first {
        $0.contains(Specimen.checks.keys.sorted()[1]) && $0.contains("ok ")
      }
      #expect(line?.contains("# SKIP") == !accepted, "\(line ?? "") \(blocked)")
      #expect(line?.hasPrefix("not ok") == accepted)
      let junit = try Self.rendered(report, try Self.format("junit"))
      #expect(junit.contains("type=\"readiness.blocked\"") || junit.contains("BLOCKED: "))
      let errors = junit.components(separatedBy: "<error ").count - 1
      #expect(errors == (accepted ? 1 : 0), "\(junit)")
      #expect(junit.contains("errors=\"\(accepted ? 1 : 0)\""))
    }
  }

  @Test func whatWaitsIsToldOncePerCheck() throws {
    let text = try Self.rendered(Self.waiting(acceptedCause: false), try Self.format("console"))
    #expect(text.components(separatedBy: "1 finding waits for this").count == 2, "\(text)")
  }

  @Test func anAttestedItemIsNotOpen() throws {
    var report = Self.waiting(acceptedCause: false)
    report.checklist = [
      .init(id: "A-1", title: "One", area: "Area", status: .attested, findings: [], attestations: ["x"]),
      .init(id: "A-2", title: "Two", area: "Area", status: .notCovered, findings: []),
    ]
    #expect(try Self.rendered(report, try Self.format("markdown")).contains("Checklist: 1 of 2 items open"))
    #expect(try Self.rendered(report, try Self.format("html")).contains("1 of 2 items open"))
  }

  @Test func aPassedGateWithWaiversToMendIsAWarningToNagios() throws {
    let check = Specimen.checks.keys.sorted()[0]
    var report = Specimen.report(
      [Specimen.finding(check, "web", .pass, "fine")],
      conditions: [Gate.Condition(id: "no-open-critical", status: .pass, detail: "0 open")])
    #expect(try Self.rendered(report, try Self.format("nagios")).hasPrefix("READINESS OK"))
    let waiver = Waiver(
      id: "W-1", check: check, target: "web", subject: nil, justification: "because", owner: "team",
      approvedBy: "jane", ticket: "T-1", created: report.startedAt, expires: report.startedAt)
    report.waivers = [
      .init(waiver: waiver, state: .unused, findings: [], problems: [.init(.unused, "there is nothing to cover")])
    ]
    #expect(try Self.rendered(report, try Self.format("nagios")).hasPrefix("READINESS WARNING"))
  }

  @Test func hostileNamesOfServicesAndNumbersStayText() throws {
    var report = Self.waiting(acceptedCause: false)
    let hostile = "<script>alert(1)</script> | ``` \u{1B}[31m ${{ x }} ::error::"
    let fingerprint = report.findings[0].fingerprint
    report.matrix = .init(
      columns: [hostile, "tls"],
      services: [
        .init(
          name: hostile, owner: hostile,
          cells: [
            .init(column: hostile, status: .fail, message: hostile, findings: [fingerprint]),
            .init(column: "tls", status: nil, message: "no check speaks of it", findings: []),
          ])
      ],
      features: [
        .init(name: hostile, owner: nil, cells: [.init(column: hostile, status: .fail, message: hostile, findings: [])])
      ])
    var item = AuditReport.Measurement(
      probe: hostile, target: hostile, subject: hostile, name: hostile, unit: hostile, better: .lower, least: 0,
      value: 140, series: "s"
    ).compared(
      with: (0..<8).map { .init(runID: "r\($0)", at: Instant(seconds: $0), value: 100 + Double($0 % 3)) })
    #expect(item.verdict == .regressed)
    item.earlier[0].value = .greatestFiniteMagnitude
    report.measures = [item]
    for format in ReportFormats.all {
      #expect(!(try Self.rendered(report, format)).contains("\u{1B}"), "\(format.name)")
    }
    let markdown = try Self.rendered(report, try Self.format("markdown"))
    #expect(markdown.contains("**hole**") && markdown.contains("**regressed**"))
    let html = try Self.rendered(report, try Self.format("html"))
    #expect(html.contains("id=\"matrix\"") && html.contains("id=\"measures\""))
    #expect(!html.contains("<script>alert"))
    // The failing cell leads to its finding.
    let anchor = try #require(html.firstMatch(of: /<td><a href="#(f[0-9]+)"><span class="badge fail"/)?.1)
    #expect(html.contains("id=\"\(anchor)\""))
    let bytes = try ReportDocument.encode(report)
    #expect(try ReportDocument.decode(bytes) == report)
  }
}
