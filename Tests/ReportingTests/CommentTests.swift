import AuditModel
import HostileTexts
import Testing

@testable import Reporting

@Suite struct CommentTests {
  private func text(_ report: AuditReport) throws -> String {
    String(decoding: try CommentFormat().render(report, RenderingOptions())[0].bytes, as: UTF8.self)
  }

  @Test func theMarkerComesFirstAndTellsAuditsApart() throws {
    let lines = try text(Specimen.brokenReport).split(separator: "\n")
    #expect(lines[0].wholeMatch(of: /<!-- prodworthy eventsplatform staging prerelease [0-9a-f]{16} -->/) != nil)
    #expect(lines[1] == "## NOT READY: `events-platform` (staging)")
    var later = Specimen.brokenReport
    later.runID = "another"
    later.gate = Specimen.healthyReport.gate
    #expect(CommentPage.marker(for: later) == CommentPage.marker(for: Specimen.brokenReport))
    later.system.name = "events_platform"
    #expect(CommentPage.marker(for: later) != CommentPage.marker(for: Specimen.brokenReport))
    for text in Naughty.texts {
      later.system.name = text
      let marker = CommentPage.marker(for: later)
      #expect(marker.wholeMatch(of: /<!-- prodworthy [A-Za-z0-9._]* staging prerelease [0-9a-f]{16} -->/) != nil)
    }
  }

  @Test func whateverTheReportTheVerdictAndTheGateFit() throws {
    var flood = Specimen.large(5000)
    let long = String(repeating: "| ` @x ", count: 60)
    flood.gate = Gate(
      conditions: (0..<90).map {
        Gate.Condition(id: "\($0) \(long)", status: $0 % 2 == 0 ? .pass : .fail, detail: long)
      })
    flood.system.name = long
    flood.partial = Array(repeating: long, count: 40)
    for report in [Specimen.large(5000), flood] + Specimen.allCases.map(\.report) + Naughty.reports {
      let text = try text(report)
      #expect(text.utf8.count < 60_000)
      #expect(text.hasPrefix("<!-- prodworthy ") && text.contains("\n## \(report.verdict): "))
      #expect(text.contains(report.gate.conditions.isEmpty ? "names no condition" : "| condition | result |"))
      #expect(MarkdownReader(text).problems == [])
    }
    #expect(try text(Specimen.large(5000)).contains("| `open-critical` | **FAIL** |"))
    // The summary of a step has the same duty in a larger place.
    let summary = MarkdownFormat.text(of: flood, byteBudget: GitHubFormat.summaryBudget)
    #expect(summary.utf8.count < GitHubFormat.summaryBudget && summary.contains("**NOT READY**"))
    #expect(MarkdownFormat.text(of: flood, byteBudget: 64 << 10).utf8.count <= 64 << 10)
  }

  @Test func whatToDoIsSaid() throws {
    let text = try text(Specimen.brokenReport)
    for part in [
      "### Mend first", "### Failing: 4 findings", "`expires 2026-11-26T10:00:00Z, 2 days from now`",
      "<summary>How to fix them</summary>", "Renew it, and let a timer do so.",
      "<summary>Not proven: 3 findings</summary>",
      "<summary>Accepted: 1 finding</summary>", "until 2027-01-31 by r.meyer",
    ] { #expect(text.contains(part), "\(part)") }
  }
}

/// Markdown as GitHub's own renderer reads it.
@Suite(.enabled(if: Tool.isThere("/usr/bin/cmark-gfm"), "scripts/install-dependencies brings cmark-gfm"))
struct RenderedMarkdownTests {
  private static let elements: Set = [
    "html", "body", "h1", "h2", "h3", "p", "strong", "code", "pre", "table", "thead", "tbody", "tr", "th", "td",
    "details",
    "summary", "hr", "sub",
  ]

  @Test func nothingFromOutsideIsActiveAndNoTableBreaks() throws {
    for report in Specimen.allCases.map(\.report) + Naughty.reports {
      for (format, index) in [(MarkdownFormat() as any ReportFormat, 0), (GitHubFormat(), 0), (CommentFormat(), 0)] {
        let file = try format.render(report, RenderingOptions())[index]
        let html = try Tool.run(
          "/usr/bin/cmark-gfm", ["--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough", "-e", "tasklist"],
          input: String(decoding: file.bytes, as: UTF8.self))
        #expect(html.status == 0)
        let tree = try XMLTree(html: Array("<html><body>\(html.output)</body></html>".utf8))
        var problems: Set<String> = []
        tree.visit { element in
          if !Self.elements.contains(element.name) { problems.insert("<\(element.name)>") }
          for name in element.attributes.keys where name != "class" { problems.insert("\(element.name) \(name)") }
        }
        #expect(problems == [], "\(file.name)")
        for table in tree.all("table") {
          #expect(Set(table.all("tr").map(\.children.count)).count == 1, "\(file.name)")
        }
        #expect(tree.all("details").count == html.output.ranges(of: "</details>").count)
      }
    }
  }

  @Test func everyTextIsShownAsItWasSanitised() throws {
    // Renderers count no more than so many backticks.
    let texts =
      Naughty.texts + [40, 41, 79, 80, 81, 254, 255, 256, 600].map { String(repeating: "`", count: $0) + "<i>x</i>" }
    let rows = texts.map { "| \(MarkdownText.cell($0)) | x |" }.joined(separator: "\n")
    let html = try Tool.run(
      "/usr/bin/cmark-gfm", ["--unsafe", "-e", "table", "-e", "autolink"], input: "| a | b |\n| --- | --- |\n\(rows)\n")
    let tree = try XMLTree(html: Array("<html><body>\(html.output)</body></html>".utf8))
    let shown = try #require(tree.all("tbody").first).children("tr")
    #expect(shown.count == texts.count)
    for (text, row) in zip(texts, shown) {
      let wanted = MarkdownText.shown(Untrusted.oneLine(text, limit: MarkdownText.spanLimit, joinedBy: "⏎"))
      #expect(row.children.first?.words == (wanted.isEmpty ? "—" : wanted))
    }
    let blocks = texts.map { MarkdownText.fenced($0, limit: 4000) }.joined(separator: "\n\n")
    let fenced = try Tool.run("/usr/bin/cmark-gfm", ["--unsafe"], input: blocks)
    let pieces = try XMLTree(html: Array("<html><body>\(fenced.output)</body></html>".utf8)).all("pre")
    #expect(pieces.count == texts.count && !fenced.output.contains("<i>"))
    for (text, piece) in zip(texts, pieces) {
      let wanted = MarkdownText.shown(Untrusted.text(text, limit: 4000))
      #expect(piece.words == (wanted.hasSuffix("\n") ? wanted : wanted + "\n"))
    }
  }
}
