import AuditModel
import Facts
import Foundation
import HostileTexts
import Testing

@testable import Reporting

@Suite struct HTMLTests {
  private func text(_ report: AuditReport) throws -> String {
    String(decoding: try HTMLFormat().render(report, RenderingOptions())[0].bytes, as: UTF8.self)
  }

  private func tree(_ report: AuditReport) throws -> XMLTree { try XMLTree(html: Array(try text(report).utf8)) }

  private static let elements: Set = [
    "html", "head", "meta", "title", "style", "body", "a", "header", "p", "h1", "span", "div", "dl", "dt", "dd", "svg",
    "rect", "nav", "ul", "li", "main", "section", "h2", "table", "caption", "thead", "tbody", "tr", "th", "td",
    "article",
    "h3", "code", "details", "summary", "pre", "label", "input", "select", "option", "button", "output", "footer",
    "script",
    "figure", "figcaption", "line", "polyline",
  ]

  private static let attributes: Set = [
    "lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "role", "tabindex", "aria-label",
    "aria-labelledby", "aria-hidden", "aria-live", "aria-pressed", "scope", "colspan", "data-s", "data-v", "data-t",
    "data-card", "viewBox", "viewbox", "preserveAspectRatio", "preserveaspectratio", "width", "height", "x", "y", "x1",
    "x2",
    "y1",
    "y2", "points", "hidden", "type", "value", "autocomplete",
  ]

  /// What is in a page that we do not put there.
  private func strangers(in tree: XMLTree) -> [String] {
    var ids: Set<String> = []
    var problems: [String] = []
    tree.visit { element in
      if !Self.elements.contains(element.name) { problems.append("<\(element.name)>") }
      for (name, value) in element.attributes {
        if !Self.attributes.contains(name) { problems.append("\(element.name) \(name)=\(value)") }
        if name == "href", value.wholeMatch(of: /#[a-z0-9-]+/) == nil { problems.append("href \(value)") }
        if name == "id", !ids.insert(value).inserted { problems.append("two elements are \(value)") }
      }
    }
    if tree.all("script").map(\.text) != [HTMLScript.source] { problems.append("scripts") }
    if tree.all("style").count != 1 { problems.append("styles") }
    for link in tree.all("a") where !ids.contains(String(link["href"]?.dropFirst() ?? "")) {
      problems.append("a link to nothing: \(link["href"] ?? "")")
    }
    return problems
  }

  @Test func nothingFromOutsideIsActive() throws {
    for report in Specimen.allCases.map(\.report) + Naughty.reports {
      let strangers = strangers(in: try tree(report))
      #expect(strangers == [], "\(strangers.prefix(5))")
    }
  }

  private static let browser = ProcessInfo.processInfo.environment["PRODWORTHY_TEST_BROWSER"]

  @Test(.enabled(if: browser != nil, "PRODWORTHY_TEST_BROWSER names no Chromium"))
  func aBrowserSeesNothingElseAndRunsOurScriptOnly() throws {
    let browser = try #require(Self.browser)
    for report in [Specimen.brokenReport, Specimen.hostileReport] + Naughty.reports {
      let file = FileManager.default.temporaryDirectory.appending(path: "page-\(UUID().uuidString).html")
      defer { try? FileManager.default.removeItem(at: file) }
      try Data(try text(report).utf8).write(to: file)
      let outcome = try Tool.run(
        browser, ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", file.absoluteString], input: "")
      #expect(outcome.status == 0)
      let tree = try XMLTree(html: Array(outcome.output.utf8))
      #expect(strangers(in: tree) == [])
      // The script ran, so the policy lets it.
      let filters = try #require(tree.all("div").first { $0["id"] == "filters" })
      #expect(filters["hidden"] == nil)
    }
  }

  @Test func everyTextIsReadBackAsItWasSanitised() throws {
    for texts in stride(from: 0, to: Naughty.texts.count, by: 80).map({
      Naughty.texts[$0..<min($0 + 80, Naughty.texts.count)]
    }) {
      let findings = texts.map {
        Specimen.finding(
          "tls-protocol-floor", "web", .fail, $0, subject: $0, evidence: [Finding.Evidence(label: "$.x", text: $0)])
      }
      let tree = try tree(Specimen.report(findings, conditions: []))
      let card = try #require(tree.all("article").first)
      let rows = try #require(card.all("tbody").first).children("tr")
      let evidence = card.all("pre")
      #expect(rows.count == texts.count && evidence.count == texts.count)
      for (text, (row, block)) in zip(texts, zip(rows, evidence)) {
        let shown = Untrusted.oneLine(text, limit: HTMLText.lineLimit, joinedBy: "⏎")
        let wanted = shown.isEmpty ? "—" : shown
        let cells = row.children("td")
        #expect(cells.count == 4 && cells[0].text == wanted && cells[1].text == wanted)
        #expect(block.text.trimmed == Untrusted.text(text, limit: 16 << 10).trimmed)
      }
    }
  }

  @Test func thePolicyAllowsOurStyleAndScriptAndNothingElse() throws {
    let html = try text(Specimen.brokenReport)
    let tree = try XMLTree(html: Array(html.utf8))
    let meta = try #require(tree.all("meta").first { $0["http-equiv"] == "Content-Security-Policy" })
    let policy = try #require(meta["content"])
    let style = try #require(html.firstMatch(of: /<style>((?s).*?)<\/style>/)).1
    let script = try #require(html.firstMatch(of: /<script>((?s).*?)<\/script>/)).1
    #expect(
      policy == "default-src 'none'; style-src 'sha256-\(HTMLPolicy.digest(of: String(style)))'; script-src "
        + "'sha256-\(HTMLPolicy.digest(of: String(script)))'; base-uri 'none'; form-action 'none'")
    // Of the empty text, by FIPS 180-4.
    #expect(HTMLPolicy.digest(of: "") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    for outside in ["http://", "https://www", "url(", "@import", "src="] {
      #expect(!HTMLStyle.css.contains(outside) && !HTMLScript.source.contains(outside))
    }
    for maker in ["innerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "localStorage"] {
      #expect(!HTMLScript.source.contains(maker))
    }
  }

  @Test(arguments: Specimen.allCases) func structureServesPeopleWhoDoNotSeeIt(_ specimen: Specimen) throws {
    let tree = try tree(specimen.report)
    #expect(tree["lang"] == "en" && tree.all("h1").count == 1 && tree.all("main").count == 1)
    #expect(tree.all("title").first?.text.hasPrefix(specimen.report.verdict) == true)
    var level = 0
    var problems: [String] = []
    tree.visit { element in
      if element.name.count == 2, element.name.hasPrefix("h"), let now = Int(element.name.dropFirst()) {
        if now > level + 1 { problems.append("h\(level) is followed by h\(now)") }
        level = now
      }
      if element.name == "th", element["scope"] == nil { problems.append("a heading cell without scope") }
      if element.name == "svg", element["role"] != "img" || element.children("title").first?.text.isEmpty != false {
        problems.append("a figure without words")
      }
      if element.name == "table", element.children("caption").count != 1 { problems.append("a table without caption") }
    }
    #expect(problems == [])
    for table in tree.all("table") {
      let widths = Set(
        table.all("tr").map { row in
          row.children.reduce(0) { $0 + (Int($1["colspan"] ?? "1") ?? 1) }
        })
      #expect(widths.count == 1, "\(table.children("caption").first?.text ?? "")")
    }
    for control in tree.all("input") + tree.all("select") {
      #expect(tree.all("label").contains { label in label.all(control.name).contains { $0["id"] == control["id"] } })
    }
    // Controls that need the script are out of sight without it.
    for filters in tree.all("div").filter({ $0["id"] == "filters" }) { #expect(filters["hidden"] != nil) }
  }

  @Test func coloursHaveEnoughContrastInBothSchemes() throws {
    for scheme in [HTMLStyle.light, HTMLStyle.dark] {
      let colors = Dictionary(scheme.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
      for background in ["paper", "card"] {
        let ground = try #require(colors[background])
        for ink in ["ink", "soft", "link", "pass", "warn", "fail", "open", "accept"] {
          #expect(contrast(try #require(colors[ink]), ground) >= 4.5, "\(ink) on \(background)")
        }
        #expect(contrast(try #require(colors["edge"]), ground) >= 3, "edge on \(background)")
      }
    }
    #expect(abs(contrast("#000000", "#ffffff") - 21) < 0.01)
  }

  /// By WCAG 2.2's definitions of contrast ratio and relative luminance.
  private func contrast(_ one: String, _ other: String) -> Double {
    func luminance(_ color: String) -> Double {
      let value = Int(color.dropFirst(), radix: 16) ?? 0
      let parts = [value >> 16 & 255, value >> 8 & 255, value & 255].map { part in
        let share = Double(part) / 255
        // The exponent 2.4 as 12/5, without a mathematics library: a fifth root by Newton's method.
        guard share > 0.04045 else { return share / 12.92 }
        let base = (share + 0.055) / 1.055
        var root = base
        for _ in 0..<60 { root -= (root * root * root * root * root - base) / (5 * root * root * root * root) }
        return base * base * root * root
      }
      return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
    let (a, b) = (luminance(one), luminance(other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }

  @Test func everythingThatMattersIsSaid() throws {
    let text = try text(Specimen.brokenReport)
    for part in [
      "NOT READY", "gate failed (1 of 4 conditions)", "19.7", "minimum-coverage", "expires 2026-11-26T10:00:00Z",
      "An expired certificate locks", "Fix (low effort)", "CN=events.example", "until 2027-01-31 by r.meyer",
      "nobody has attested it", "the server staples nothing", "set ssl_stapling on", "SHA-256 of report.json",
      try ReportDigest.of(Specimen.brokenReport), "Partial run: 1 of 12 checks were deselected",
    ] { #expect(text.contains(part), "\(part)") }
    let matrix = try #require(try tree(Specimen.brokenReport).all("section").first { $0["id"] == "checklist" })
    let row = try #require(matrix.all("tr").first { $0.children("th").first?.text == "SEC-3" })
    #expect(
      row.children("td").map { $0.words } == [
        "Certificates are valid and renewed", "✕ FAIL", "✕ fail", "✓ pass", "— nothing looked", "— nothing looked",
      ])
  }

  @Test func aSeriesInTheEvidenceIsDrawn() throws {
    for text in ["[12, 14.5, 13, 99, 12, 11]", "1\n2\n3\n4\n5\n6", "[[0,1],[60,2],[120,9],[180,2],[240,1],[300,1]]"] {
      #expect(SeriesPlot(text) != nil, "\(text)")
    }
    for text in [
      "", "[]", "[1,2,3]", "[1,2,3,4,5,\"6\"]", "2026-11-26", "1\n2\n3\n4\n5\nsix", "[[1,2],[3]]", "{}",
      "[1,2,3,4,5,1e999]",
    ] {
      #expect(SeriesPlot(text) == nil, "\(text)")
    }
    let plot = try #require(SeriesPlot("[5,5,5,5,5,5]")).figure(of: "$.p95")
    #expect(plot.contains("6 values, smallest 5.0, largest 5.0, last 5.0"))
    let finding = Specimen.finding(
      "http-health", "web", .fail, "slow",
      evidence: [Finding.Evidence(label: "$.p95", text: "[12, 14.5, 13, 99, 12, 11]")])
    let figures = try tree(Specimen.report([finding], conditions: [])).all("figure")
    #expect(figures.count == 1 && figures[0].all("polyline").first?["points"]?.split(separator: " ").count == 6)
  }

  @Test func fiveThousandFindingsFitAndKeepTheirRows() throws {
    let report = Specimen.large(5000)
    let html = try text(report)
    #expect(html.utf8.count < 5_000_000)
    let tree = try XMLTree(html: Array(html.utf8))
    #expect(tree.all("tr").count { ["failing", "not-proven", "warnings"].contains($0["data-s"]) } == 4000)
    #expect(html.contains("Shortened: evidence is cut to"))
    for condition in report.gate.conditions { #expect(html.contains(condition.id)) }
    // However little room there is, the verdict and the gate stay.
    let least = HTMLFormat.text(of: report, digest: "x", byteBudget: 1)
    #expect(least.utf8.count < 200_000 && least.contains("NOT READY") && least.contains("open-critical"))
  }
}

extension String {
  fileprivate var trimmed: Substring {
    var text = self[...]
    while text.last == "\n" { text.removeLast() }
    while text.first == "\n" { text.removeFirst() }
    return text
  }
}
