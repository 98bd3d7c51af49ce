import AuditModel
import HostileTexts
import Testing

@testable import Reporting

/// What ends up in a terminal or in a pipeline's log.
@Suite struct LogTests {
  private func console(_ report: AuditReport, _ options: RenderingOptions = RenderingOptions()) throws -> String {
    String(decoding: try ReportFormats.console.render(report, options)[0].bytes, as: UTF8.self)
  }

  private func annotations(_ report: AuditReport) throws -> [String] {
    let files = try GitHubFormat().render(report, RenderingOptions())
    return String(decoding: files[1].bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func whatToActOnComesBeforeTheVerdict() throws {
    let text = try console(Specimen.brokenReport)
    let failing = try #require(text.firstRange(of: "FAIL critical tls-certificate-lifetime"))
    let verdict = try #require(text.firstRange(of: "NOT READY: gate failed (1 of 4 conditions)"))
    #expect(failing.lowerBound < verdict.lowerBound)
    for part in [
      "web: expires 2026-11-26T10:00:00Z, 2 days from now", "fix (low effort): Renew it", "1 finding waits for this",
      "NOT PROVEN db", "password authentication failed", "WARN medium tls-protocol-floor", "fail open-critical:",
      "undecided minimum-coverage:", "what would raise the score most:", "% evaluated",
    ] { #expect(text.contains(part), "\(part)") }
    // Counted with its cause, not listed again.
    #expect(!text.contains("waits for http-endpoint-answers"))
    #expect(!text.contains("Server tells nginx"))
  }

  @Test func quietIsTheVerdictAlone() throws {
    let text = try console(Specimen.brokenReport, RenderingOptions(isQuiet: true))
    #expect(text.split(separator: "\n").count == 2)
    #expect(text.hasPrefix("NOT READY: "))
  }

  @Test(arguments: [40, 80, 200]) func linesKeepToTheWidth(_ width: Int) throws {
    for line in try console(Specimen.brokenReport, RenderingOptions(width: width)).split(separator: "\n")
    where line.hasPrefix("  │ ") && line.count > width {
      // Only a word that is longer than a line may stand out.
      #expect(!line.dropFirst(4).contains(" "))
    }
  }

  @Test func colourIsOursAndOnlyOnRequest() throws {
    let escape = UInt8(0x1B)
    for specimen in Specimen.allCases {
      #expect(!(try console(specimen.report)).utf8.contains(escape))
      let colored = try console(specimen.report, RenderingOptions(usesColor: true))
      #expect(colored.utf8.contains(escape))
      var rest = colored
      for code in ["[1m", "[31m", "[32m", "[33m", "[0m"] { rest = rest.replacing("\u{1B}\(code)", with: "") }
      #expect(rest == (try console(specimen.report)))
    }
  }

  @Test func noRunnerFindsACommandOfOthers() throws {
    for texts in [Hostile.texts, Hostile.texts.reversed()] {
      let report = Specimen.hostile(texts)
      for width in [40, 100] {
        for line in try console(report, RenderingOptions(width: width)).split(separator: "\n") {
          #expect(!RunnerGrammar.obeys(String(line)), "\(line)")
        }
      }
      for line in try annotations(report) {
        #expect(["::error ", "::warning ", "::error::and ", "::warning::and "].contains { line.hasPrefix($0) })
        #expect(!line.contains("##["))
        #expect(line.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x09 })
      }
    }
  }

  @Test func annotationsStayBelowTheLimitAndSayHowManyThereAre() throws {
    let findings =
      (0..<50).map {
        Specimen.finding("tls-protocol-floor", "web", $0 % 2 == 0 ? .fail : .warn, "message \($0)", subject: "s\($0)")
      } + [
        Specimen.finding("tls-certificate-lifetime", "db", .fail, "expired, 100% gone:\nyesterday", subject: "a,b:c")
      ]
    let lines = try annotations(Specimen.report(findings, conditions: []))
    #expect(lines.count { $0.hasPrefix("::error") } == 10)
    #expect(lines.count { $0.hasPrefix("::warning") } == 10)
    // The worst first, placed at the target's line of the inventory, everything escaped.
    #expect(
      lines[0]
        == "::error file=prodworthy.yaml,line=13,col=5,title=critical tls-certificate-lifetime::"
        + "db a,b:c: expired, 100%25 gone:%0Ayesterday")
    #expect(lines[9] == "::error::and 17 findings more, see the step summary")
    let escaped = WorkflowCommand(level: .error, properties: [("title", "a:b,c%d\ne")], message: "x").text
    #expect(escaped == "::error title=a%3Ab%2Cc%25d%0Ae::x\n")
  }

  @Test func theStepSummaryFitsAStep() throws {
    let report = Specimen.report(
      (0..<500).map {
        Specimen.finding(
          "check-\($0)", "web", .fail, "message",
          evidence: [Finding.Evidence(label: "x", text: String(repeating: "y", count: 4000))])
      }, conditions: [])
    let summary = try GitHubFormat().render(report, RenderingOptions())[0]
    #expect(summary.name == "github-summary.md")
    #expect(summary.bytes.count <= 900 << 10)
    #expect(MarkdownReader(String(decoding: summary.bytes, as: UTF8.self)).problems == [])
  }
}
