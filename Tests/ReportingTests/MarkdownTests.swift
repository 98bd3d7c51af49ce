import AuditModel
import HostileTexts
import Testing

@testable import Reporting

@Suite struct MarkdownTests {
  private func text(_ report: AuditReport, budget: Int? = nil) -> String {
    MarkdownFormat.text(of: report, byteBudget: budget)
  }

  @Test func theVerdictComesFirstAndTheScoreIsNeverBare() throws {
    let lines = text(Specimen.brokenReport).split(separator: "\n")
    #expect(lines[0] == "# Production readiness: `events-platform` (staging)")
    #expect(lines[1].hasPrefix("**NOT READY** · gate failed (1 of 4 conditions) · score "))
    #expect(
      text(Specimen.healthyReport).contains(
        "**READY** · gate passed (2 conditions) · score 100.0 (100.0–100.0), 100 % evaluated"))
    #expect(
      text(Specimen.emptyReport).contains(
        "**CANNOT TELL** · gate undecided (1 of 1 condition) · score none, nothing was in the sum"))
    let proven = try #require(Specimen.brokenReport.score.proven)
    for line in lines where line.contains("score \(percent(proven))") { #expect(line.contains("% evaluated")) }
  }

  @Test(arguments: Specimen.allCases) func blocksAreBalancedAndTablesKeepTheirColumns(_ specimen: Specimen) {
    #expect(MarkdownReader(text(specimen.report)).problems == [])
  }

  @Test func nothingFromOutsideIsActive() {
    for texts in [Hostile.texts, Hostile.texts.reversed()] {
      let reader = MarkdownReader(text(Specimen.hostile(texts)))
      #expect(reader.problems == [])
      // Outside code there are only our own words, so none of these can be there.
      for active in [
        "@", "http", "www.", "<img", "<script", "<h1", "<!--", "](", "![", "#1", "$", "::", "##[", ":bomb", "~~~",
      ] {
        #expect(!reader.prose.contains(active), "\(active)")
      }
      #expect(reader.prose.utf8.allSatisfy { $0 != 0x1B })
    }
  }

  @Test(arguments: Hostile.texts) func aCodeSpanShowsExactlyTheText(_ raw: String) throws {
    // But for commands of runners and endless runs of backticks it shows the very text.
    let expected = MarkdownText.shown(Untrusted.oneLine(raw, limit: MarkdownText.spanLimit, joinedBy: "⏎"))
    let span = MarkdownText.code(raw)
    guard !expected.isEmpty else {
      #expect(span == "—")
      return
    }
    #expect(MarkdownReader.content(ofSpan: span) == expected)
    let cell = MarkdownText.cell(raw)
    #expect(MarkdownReader.cells(of: "| \(cell) | x |").count == 2)
    #expect(MarkdownReader.content(ofSpan: MarkdownReader.cells(of: "| \(cell) | x |")[0]) == expected)
  }

  @Test func randomTextStaysInsideItsSpanItsCellAndItsFence() {
    for raw in Hostile.random(5000) {
      let expected = MarkdownText.shown(
        Untrusted.oneLine(raw, limit: MarkdownText.spanLimit, joinedBy: "⏎"))
      if expected.isEmpty { continue }
      #expect(MarkdownReader.content(ofSpan: MarkdownText.code(raw))?.utf8.elementsEqual(expected.utf8) == true)
      let cells = MarkdownReader.cells(of: "| \(MarkdownText.cell(raw)) | x |")
      #expect(cells.count == 2)
      #expect(MarkdownReader.content(ofSpan: cells[0])?.utf8.elementsEqual(expected.utf8) == true)
      let fenced = MarkdownReader(MarkdownText.fenced(raw, limit: 1000) + "\nafter")
      #expect(fenced.problems == [] && fenced.prose == "after\n")
      let prose = MarkdownReader(MarkdownText.prose(raw)).prose
      #expect(!prose.utf8.contains { "@#<>[]`|*_~$&!\\".utf8.contains($0) }, "\(prose)")
      #expect(!RunnerGrammar.obeys(Untrusted.line(raw)))
    }
  }

  @Test func theScoreCanBeComputedAgainFromTheNumbersShown() throws {
    let report = Specimen.brokenReport
    let lines = text(report).split(separator: "\n").map(String.init)
    func figures(_ name: String) throws -> (quotient: (Int, Int), shown: String) {
      let cells = MarkdownReader.cells(of: try #require(lines.first { $0.hasPrefix("| \(name)") }))
      let numbers = cells[1].split { !$0.isNumber }.compactMap { Int($0) }
      return ((numbers[0], numbers[1]), cells[3])
    }
    let rows = lines.compactMap { line -> (weight: Int, credit: Int)? in
      let cells = MarkdownReader.cells(of: line)
      guard cells.count == 6, Status.allCases.map(\.word).contains(cells[2]), let weight = Int(cells[1]),
        let credit = Int(cells[3])
      else {
        return nil
      }
      return (weight, credit)
    }
    #expect(rows.count == report.score.arithmetic.rows.count)
    let earned = rows.reduce(0) { $0 + $1.weight * $1.credit }
    let total = rows.reduce(0) { $0 + $1.weight }
    let proven = try figures("proven")
    #expect(proven.quotient == (earned, total))
    // A critical check is open, so the proven score is capped at 39.0.
    #expect(proven.shown == percent(min(earned / total, 390)))
    #expect(proven.shown == percent(try #require(report.score.proven)))
    let possible = try figures("possible")
    #expect(possible.shown == percent(min(possible.quotient.0 / possible.quotient.1, 390)))
    #expect(try figures("evaluated").shown == percent(try #require(report.score.coverage)))
  }

  @Test func everyChecklistItemIsThereCoveredOrNot() {
    let report = Specimen.brokenReport
    let lines = text(report).split(separator: "\n")
    for row in report.checklist {
      #expect(lines.contains { $0.hasPrefix("| `\(row.id)` |") && $0.contains("| \(row.status.word) |") })
    }
    #expect(report.checklist.contains { $0.status == .notCovered })
  }

  @Test func everythingThatMattersIsSaid() {
    let text = text(Specimen.brokenReport)
    for part in [
      "`expires 2026-11-26T10:00:00Z, 2 days from now`", "**Why it matters:** An expired certificate",
      "**Fix** (low effort): Renew it", "```text\nCN=events.example\n```", "RFC 5280 section 4.1.2.5",
      "`could not be observed: password authentication failed for user auditor`", "`set ssl_stapling on`",
      "until 2027-01-31 by r.meyer", "the inventory names no application that connects", "deselected for this run",
      "nobody has attested it", "ended with signal 11", "| all | 14 | 11 |", "the server staples nothing",
    ] { #expect(text.contains(part), "\(part)") }
  }

  @Test(arguments: [1 << 20, 900 << 10, 64 << 10, 16 << 10, 4 << 10])
  func aBudgetIsKeptAndTheVerdictStays(_ budget: Int) {
    let report = Specimen.large(5000)
    let text = text(report, budget: budget)
    #expect(text.utf8.count <= budget)
    #expect(text.contains("**NOT READY**"))
    for condition in report.gate.conditions { #expect(text.contains("| `\(condition.id)` |")) }
    #expect(MarkdownReader(text).problems == [])
    if text.utf8.count < self.text(report).utf8.count { #expect(text.contains("**Shortened**")) }
  }

  @Test func theLadderGoesDownStepByStep() {
    let report = Specimen.large(400)
    let sizes = MarkdownDetail.allCases.map { MarkdownReport(report: report, detail: $0).text.utf8.count }
    #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(Set(sizes).count >= 5)
  }

  @Test func aThousandTargetsStayReadable() {
    let targets = (0..<1000).map {
      AuditReport.TargetSummary(id: "web-\($0)", kind: "https", address: "https://web-\($0).example", location: nil)
    }
    let findings = targets.flatMap { target in
      ["tls-certificate-lifetime", "tls-protocol-floor", "http-endpoint-answers", "http-health"].map {
        Specimen.finding($0, target.id, .pass, "as it should be")
      }
    }
    let report = Specimen.report(
      findings, targets: targets, conditions: Specimen.healthyReport.gate.conditions,
      traffic: Dictionary(uniqueKeysWithValues: targets.map { ($0.id, Traffic(connections: 3, requests: 4)) }))
    let text = text(report)
    #expect(text.utf8.count < 16 << 10)
    #expect(text.contains("and 997 more"))
    #expect(text.contains("| all | 3000 | 4000 |"))
  }
}

/// Reads our own Markdown as GFM does, as far as we use it: fences, folded parts, tables, code spans.
struct MarkdownReader {
  private(set) var problems: [String] = []
  /// What stands outside fences and code spans.
  private(set) var prose = ""

  init(_ text: String) {
    var fence: String?
    var depth = 0
    var columns: Int?
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (index, line) in lines.enumerated() {
      if let open = fence {
        // A closing fence is at least as long as the opening one and stands alone.
        if line.utf8.count >= open.utf8.count, line.utf8.allSatisfy({ $0 == UInt8(ascii: "`") }) { fence = nil }
        continue
      }
      let run = line.utf8.prefix { $0 == UInt8(ascii: "`") }.count
      if run >= 3, line.hasSuffix("text"), !line.dropFirst(run).utf8.contains(UInt8(ascii: "`")) {
        fence = String(repeating: "`", count: run)
        continue
      }
      if line == "<details>" {
        depth += 1
        if index + 2 >= lines.count || !lines[index + 2].isEmpty { problems.append("no blank line after the summary") }
      }
      if line == "</details>" {
        depth -= 1
        if !lines[index - 1].isEmpty { problems.append("no blank line before </details>") }
      }
      if depth < 0 { problems.append("line \(index + 1) closes nothing") }
      if line.hasPrefix("| ") {
        let count = Self.cells(of: line).count
        if let columns, columns != count { problems.append("line \(index + 1) has \(count) cells, not \(columns)") }
        columns = count
      } else {
        columns = nil
      }
      prose += Self.withoutSpans(line) + "\n"
    }
    if fence != nil { problems.append("a fence is open at the end") }
    if depth != 0 { problems.append("\(depth) folded parts are open at the end") }
  }

  /// The cells of a table row, `\|` being no border.
  static func cells(of line: String) -> [String] {
    var cells: [[UInt8]] = [[]]
    var previous: UInt8 = 0
    for byte in line.utf8.dropFirst() {
      if byte == UInt8(ascii: "|") {
        if previous == UInt8(ascii: "\\") {
          cells[cells.count - 1][cells[cells.count - 1].count - 1] = byte
        } else {
          cells.append([])
        }
      } else {
        cells[cells.count - 1].append(byte)
      }
      previous = byte
    }
    return cells.dropLast().map { cell in
      let text = String(decoding: cell, as: UTF8.self)
      return String(text.unicodeScalars.dropFirst().dropLast())
    }
  }

  /// What a text that is one code span shows; nil if it is none or more than one.
  static func content(ofSpan span: String) -> String? {
    let bytes = Array(span.utf8)
    let run = bytes.prefix { $0 == UInt8(ascii: "`") }.count
    guard run > 0, bytes.count > 2 * run else { return nil }
    let inside = bytes[run..<bytes.count - run]
    guard closing(run, in: bytes[run...]) == bytes.count - run else { return nil }
    let isPadded = inside.first == 0x20 && inside.last == 0x20 && inside.contains { $0 != 0x20 }
    return String(decoding: isPadded ? inside.dropFirst().dropLast() : inside, as: UTF8.self)
  }

  /// Where the next run of exactly `length` backticks starts.
  private static func closing(_ length: Int, in bytes: ArraySlice<UInt8>) -> Int? {
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let run = bytes[index...].prefix { $0 == UInt8(ascii: "`") }.count
      if run == length { return index }
      index += max(1, run)
    }
    return nil
  }

  private static func withoutSpans(_ line: String) -> String {
    let bytes = Array(line.utf8)
    var kept: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let run = bytes[index...].prefix { $0 == UInt8(ascii: "`") }.count
      if run > 0, let end = closing(run, in: bytes[(index + run)...]) {
        index = end + run
      } else {
        kept += bytes[index..<index + max(1, run)]
        index += max(1, run)
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
