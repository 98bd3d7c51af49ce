import AuditModel
import Facts
import HostileTexts
import Testing

@testable import Reporting

/// What holds for every output there is.
@Suite struct EveryFormatTests {
  @Test func whatIsPrintedIsObeyedByNobody() throws {
    for report in Naughty.reports {
      for format in ReportFormats.all {
        for file in try format.render(report, RenderingOptions()) {
          let text = String(decoding: file.bytes, as: UTF8.self)
          #expect(Array(text.utf8) == file.bytes, "\(file.name) is no UTF-8")
          // JSON keeps each text as it was, for programs; what stands in it of such characters is escaped or harmless.
          let controls = text.actingCharacters.filter { format.name != "json" || $0.value < 0xA0 }
          #expect(controls.isEmpty, "\(file.name) holds control characters")
          // The annotations are commands, of ours.
          guard file.name != "github-annotations.txt" else { continue }
          for line in text.split(separator: "\n") where line.contains("::") || line.contains("##") {
            #expect(!RunnerGrammar.obeys(String(line)), "\(file.name): \(line)")
          }
        }
      }
    }
  }

  @Test func everyPlaceThatTakesTextIsAttacked() throws {
    let document = try JSONText.parse(try ReportDocument.encode(Everywhere.full))
    let gaps = Everywhere.gaps(in: document, ReportDocument.schema)
    #expect(gaps.missing == [] && gaps.unknown == [], "\(gaps)")
    #expect(Naughty.everywhere.count >= 5)
    // Nothing is left of what stood there.
    let filled = String(decoding: try ReportDocument.encode(try Everywhere.filled(["x"])), as: UTF8.self)
    for word in ["events", "prodworthy", "meyer", "lovelace", "load-run", "restore", "team-", "yaml", "SEC-", "OPS-"] {
      #expect(!filled.contains(word), "\(word)")
    }
  }

  /// What `render` in its usual options does not make: the dialects and profiles.
  @Test func dialectsAndProfilesAreObeyedByNobodyEither() throws {
    for report in Naughty.everywhere {
      for dialect in JUnitDialect.allCases {
        for file in try JUnitFormat().render(report, RenderingOptions(junitDialect: dialect)) {
          let text = String(decoding: file.bytes, as: UTF8.self)
          #expect(text.actingCharacters.isEmpty, "\(dialect)")
          for line in text.split(separator: "\n") where line.contains("::") || line.contains("##") {
            #expect(!RunnerGrammar.obeys(String(line)), "\(dialect): \(line)")
          }
          _ = try XMLTree(file.bytes)
        }
      }
      for options in [RenderingOptions(usesColor: false, width: 30), RenderingOptions(sarifProfile: .github)] {
        for format in [ReportFormats.console as any ReportFormat, SARIFFormat()] {
          let text = String(decoding: try format.render(report, options)[0].bytes, as: UTF8.self)
          #expect(text.actingCharacters.isEmpty, "\(format.name)")
        }
      }
      #expect(MarkdownReader(MarkdownFormat.text(of: report, byteBudget: nil)).problems == [])
    }
  }

  @Test func theSameReportGivesTheSameBytes() throws {
    for report in Specimen.allCases.map(\.report) {
      let read = try ReportDocument.decode(try ReportDocument.encode(report))
      for format in ReportFormats.all {
        #expect(
          try format.render(read, RenderingOptions()) == format.render(report, RenderingOptions()), "\(format.name)")
      }
    }
  }

  @Test func everyFileHasOneOwnerAndNoTwoFormatsANameInCommon() throws {
    var names: Set<String> = []
    for format in ReportFormats.all {
      for file in try format.render(Specimen.brokenReport, RenderingOptions()) {
        #expect(names.insert(file.name).inserted, "\(file.name)")
        #expect(ReportFormats.all.filter { $0.wrote(file.name) }.map(\.name) == [format.name])
      }
    }
    for name in ["run.json", "observations.jsonl", "report", "x.html", "notes.md"] {
      #expect(!ReportFormats.all.contains { $0.wrote(name) })
    }
    for name in [
      "console", "json", "junit", "markdown", "github", "html", "sarif", "gitlab", "prometheus", "tap", "ctrf", "oscal",
      "nagios", "comment",
    ] { #expect(ReportFormats.named(name) != nil) }
  }

  @Test func numbersThatNoAuditComesToAreRefused() throws {
    func refused(_ change: (inout AuditReport) -> Void) throws -> Bool {
      var report = Specimen.brokenReport
      change(&report)
      let bytes = try ReportDocument.encode(report)
      do {
        _ = try ReportDocument.decode(bytes)
        return false
      } catch { return true }
    }
    #expect(!(try refused { _ in }))
    #expect(try refused { $0.durationMs = .max })
    #expect(try refused { $0.durationMs = -1 })
    #expect(try refused { $0.findings[0].durationMs = .min })
    #expect(try refused { $0.score.arithmetic.rows[0].weight = .max })
    #expect(try refused { $0.score.arithmetic.evaluatedWeight = .max })
    #expect(try refused { $0.traffic.total.bytesSent = -5 })
    #expect(try refused { $0.score.proven = 1_000_000 })
    // A cause that is not there is none.
    var report = Specimen.brokenReport
    report.findings[0].cause = 99
    report.findings[1].cause = -1
    for format in ReportFormats.all { #expect(!(try format.render(report, RenderingOptions())).isEmpty) }
  }
}
