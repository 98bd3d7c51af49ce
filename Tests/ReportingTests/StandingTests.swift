import AuditModel
import Facts
import Testing

@testable import Reporting

/// What people said, what is new and what was carried reads the same in every format.
@Suite struct StandingTests {
  private let report = Specimen.acceptedReport

  private func text(_ format: any ReportFormat, _ index: Int = 0) throws -> String {
    String(decoding: try format.render(report, RenderingOptions())[index].bytes, as: UTF8.self)
  }

  private func json(_ format: any ReportFormat) throws -> JSONValue {
    try JSONText.parse(try format.render(report, RenderingOptions())[0].bytes)
  }

  @Test func everyFormatThatListsFindingsNamesTheAcceptance() throws {
    let acceptance = try #require(report.findings.first { $0.check == "http-version-hidden" }?.waiver)
    for name in ["markdown", "html", "junit", "sarif", "tap", "ctrf", "oscal", "comment"] {
      let format = try #require(ReportFormats.named(name))
      #expect(try text(format).contains(acceptance), "\(name)")
    }
    // What is accepted is no issue and no annotation.
    #expect(!(try text(GitLabFormat())).contains("Server tells nginx"))
    #expect(!(try text(GitHubFormat(), 1)).contains("Server tells nginx"))
  }

  @Test func whatWasRehearsedSaysSoWhereverItIsRead() throws {
    var rehearsed = report
    rehearsed.rehearsed = true
    let words = "its times are made up"
    for (name, place) in [
      ("markdown", words), ("html", words), ("console", words), ("comment", words), ("oscal", words),
      ("junit", "<property name=\"readiness.rehearsed\" value=\"the run went by"), ("json", "\"rehearsed\" : true"),
      ("sarif", "\"rehearsed\": true"), ("sarif", "\"text\": \"rehearsed: the run went by"), ("nagios", words),
      ("tap", words), ("gitlab", words), ("prometheus", "rehearsed=\"true\""), ("ctrf", "\"rehearsed\": true"),
    ] {
      let format = try #require(name == "console" ? ReportFormats.console : ReportFormats.named(name), "\(name)")
      func text(_ report: AuditReport) throws -> String {
        String(decoding: try format.render(report, RenderingOptions())[0].bytes, as: UTF8.self)
      }
      #expect(try text(rehearsed).contains(place), "\(name)")
      let plain = try text(report)
      #expect(!plain.contains(place), "\(name)")
    }
    // Whoever only counts tests, or watches a number, is told too.
    func text(_ name: String, _ index: Int = 0, _ report: AuditReport) throws -> String {
      String(
        decoding: try #require(ReportFormats.named(name)).render(report, RenderingOptions())[index].bytes, as: UTF8.self
      )
    }
    #expect(try text("tap", 0, rehearsed).contains("not ok 5 - readiness.rehearsal rehearsal events-platform\n"))
    #expect(try text("junit", 0, rehearsed).contains("name=\"readiness.rehearsal\" tests=\"1\" failures=\"1\""))
    let results = try JSONText.parse(Array(text("ctrf", 0, rehearsed).utf8))["results"]
    let tests = try #require(results?["tests"]?.array)
    #expect(tests.count { $0["suite"] == ["readiness.rehearsal"] && $0["status"] == "failed" } == 1)
    #expect(results?["summary"]?["tests"]?.integer == tests.count)
    #expect(results?["summary"]?["failed"]?.integer == tests.count { $0["status"] == "failed" })
    let issue = try #require(try JSONText.parse(Array(text("gitlab", 0, rehearsed).utf8))[0])
    #expect(issue["check_name"] == "run-real" && issue["description"]?.string?.contains(words) == true)
    #expect(try text("gitlab", 2, rehearsed).contains("READINESS_REHEARSED=true\n"))
    #expect(try text("gitlab", 2, report).contains("READINESS_REHEARSED=false\n"))
    #expect(try text("github", 1, rehearsed).contains("::warning title=rehearsal::events-platform: the run went by"))
    #expect(try text("github", 0, rehearsed).contains(words))
    let passed = Specimen.healthyReport
    var rehearsedPass = passed
    rehearsedPass.rehearsed = true
    #expect(try text("nagios", 0, passed).hasPrefix("READINESS OK - gate passed"))
    #expect(try text("nagios", 0, rehearsedPass).hasPrefix("READINESS UNKNOWN - REHEARSED, \(words): gate passed"))
    #expect(try text("nagios", 0, rehearsed).hasPrefix("READINESS CRITICAL - REHEARSED, \(words): gate failed"))
    for (name, index) in [("prometheus", 0), ("gitlab", 1)] {
      let samples = try text(name, index, rehearsed).split(separator: "\n").filter { !$0.hasPrefix("#") }
      #expect(!samples.isEmpty && samples.allSatisfy { $0.contains(",rehearsed=\"true\"}") }, "\(name)")
      #expect(!samples.contains { $0.contains("_timestamp_") || $0.contains("expiry") })
    }
    #expect(try text("prometheus", 0, rehearsed).contains("\nreadiness_run_rehearsed{"))
    #expect(try text("prometheus", 0, report).contains("readiness_last_run_timestamp_seconds{"))
    #expect(!(try text("prometheus", 0, report)).contains("rehearsed=\"true\""))
    var quiet = RenderingOptions()
    quiet.isQuiet = true
    let verdict = try ReportFormats.console.render(rehearsed, quiet)[0].bytes
    #expect(String(decoding: verdict, as: UTF8.self).contains(words))
    let bytes = try ReportDocument.encode(rehearsed)
    #expect(try ReportDocument.decode(bytes) == rehearsed)
    #expect(ReportDocument.schema.violations(of: try JSONText.parse(bytes)).isEmpty)
    let wrong = String(decoding: bytes, as: UTF8.self).replacing("\"rehearsed\" : true", with: "\"rehearsed\" : \"no\"")
    #expect(!ReportDocument.schema.violations(of: try JSONText.parse(Array(wrong.utf8))).isEmpty)
  }

  @Test func everyFormatThatJudgesWaiversMarksTheSameOnes() throws {
    let wrong = Set(report.waivers.filter { !$0.isSound }.map(\.waiver.id))
    #expect(wrong == ["W-2026-002", "W-2026-003"])
    func named(_ words: [String]) -> Set<String> {
      Set(report.waivers.map(\.waiver.id).filter { id in words.contains { $0.contains(id) } })
    }
    let issues = try #require(try json(GitLabFormat()).array)
      .filter { $0["check_name"]?.string == "waiver-sound" }
    #expect(named(issues.compactMap { $0["description"]?.string }) == wrong)
    #expect(issues.map { $0["location"]?["lines"]?["begin"]?.integer } == [14, 26])
    let notes = try json(SARIFFormat())["runs"]?[0]?["invocations"]?[0]?["toolConfigurationNotifications"]?.array ?? []
    #expect(named(notes.compactMap { $0["message"]?["text"]?.string }) == wrong)
    let tests = try json(CTRFFormat())["results"]?["tests"]?.array ?? []
    let failed = tests.filter { $0["suite"]?[0]?.string == "readiness.waivers" && $0["status"]?.string == "failed" }
    #expect(named(failed.compactMap { $0["name"]?.string }) == wrong)
    let points = try text(TAPFormat()).split(separator: "\n").filter { $0.contains(" - readiness.waivers ") }
    #expect(points.count == 3 && named(points.filter { $0.hasPrefix("not ok") }.map { String($0) }) == wrong)
    #expect(try text(NagiosFormat()).contains("2 waivers to mend"))
    #expect(try text(CommentFormat()).contains("<summary>Waivers to be mended: 2</summary>"))
    #expect(try text(GitLabFormat(), 2).contains("READINESS_WAIVERS_TO_MEND=2\n"))
  }

  @Test func sarifKnowsTheBaselineAndWhoAccepted() throws {
    let results = try #require(try json(SARIFFormat())["runs"]?[0]?["results"]?.array)
    func states(_ check: String) -> [String?] {
      results.filter { $0["ruleId"]?.string == check }.map { $0["baselineState"]?.string }
    }
    #expect(results.allSatisfy { $0["baselineState"]?.string != nil })
    #expect(states("postgres-duplicate-index") == ["new", "new"])
    #expect(states("http-version-hidden") == ["unchanged"])
    let absent = results.filter { $0["baselineState"]?.string == "absent" }
    #expect(absent.count == 1 && absent[0]["kind"]?.string == "pass" && absent[0]["level"]?.string == "none")
    #expect(absent[0]["partialFingerprints"]?["prodworthyFinding/v1"]?.string == "f1")
    let suppression = results.first { $0["ruleId"]?.string == "http-version-hidden" }?["suppressions"]?[0]
    #expect(suppression?["properties"]?["ticket"]?.string == "OPS-12")
    #expect(suppression?["properties"]?["approvedBy"]?.string == "a.lovelace")
    #expect(
      suppression?["location"]?["physicalLocation"]?["artifactLocation"]?["uri"]?.string == "waivers.yaml")
    // What code scanning compares by itself it gets no second answer about.
    let github = try SARIFFormat().render(report, RenderingOptions(sarifProfile: .github))[0].bytes
    let alerts = try #require(try JSONText.parse(github)["runs"]?[0]?["results"]?.array)
    #expect(!alerts.isEmpty && alerts.allSatisfy { $0["baselineState"]?.string != "absent" })
    // Without a baseline nothing is said of one.
    let plain = try SARIFFormat().render(Specimen.brokenReport, RenderingOptions())[0].bytes
    #expect(!String(decoding: plain, as: UTF8.self).contains("baselineState"))
  }

  @Test func anAttestationOnWhichNothingRestsIsAFindingOfItsOwn() throws {
    let words = "docs/runbooks.md cannot be read; ACC-5 no longer rests on it"
    let suites = try text(JUnitFormat())
    #expect(suites.contains("name=\"readiness.attestations\" tests=\"2\" failures=\"1\""))
    #expect(suites.contains("type=\"readiness.attestation.stale\"") && suites.contains(words))
    let stream = try text(TAPFormat())
    #expect(stream.contains(" - readiness.attestations A-2026-002 ops-runbook on web alerts\n"))
    #expect(stream.split(separator: "\n").contains { $0.hasPrefix("not ok") && $0.contains("A-2026-002") })
    #expect(stream.split(separator: "\n").contains { $0.hasPrefix("ok") && $0.contains("A-2026-001") })
    let tests = try #require(try json(CTRFFormat())["results"]?["tests"]?.array)
    let attested = tests.filter { $0["suite"]?[0]?.string == "readiness.attestations" }
    #expect(attested.map { $0["status"]?.string } == ["passed", "failed"])
    let issues = try #require(
      try GitLabFormat().render(report, RenderingOptions()).first { $0.name == "gl-code-quality-report.json" })
    let issue = try #require(
      try JSONText.parse(issues.bytes).array?.first { $0["check_name"]?.string == "attestation-holds" })
    #expect(issue["description"]?.string?.contains(words) == true)
    let files = try GitHubFormat().render(report, RenderingOptions())
    let annotations = String(decoding: files.flatMap(\.bytes), as: UTF8.self)
    #expect(annotations.contains("title=attestation A-2026-002::"))
    #expect(try text(NagiosFormat()).contains("attestations_to_mend=1;;;0"))
    #expect(try text(CommentFormat()).contains("To be attested again: 1"))
    // Renewed, it only stands there for the record.
    var renewed = report
    renewed.attestations[0].attestation.topic = renewed.attestations[1].attestation.topic
    #expect(renewed.attestationsToMend.isEmpty && report.attestationsToMend.count == 1)
    let green = try JUnitFormat().render(renewed, RenderingOptions())[0].bytes
    #expect(
      String(decoding: green, as: UTF8.self).contains("name=\"readiness.attestations\" tests=\"2\" failures=\"0\""))
  }

  @Test func oscalHoldsTheDeadlineTheFactorsAndTheStatements() throws {
    let result = try #require(try json(OSCALFormat())["assessment-results"]?["results"]?[0])
    let risk = try #require(result["risks"]?.array?.first { $0["status"]?.string == "deviation-approved" })
    #expect(risk["deadline"]?.string == Instant(seconds: 1_797_000_000).description)
    #expect(risk["mitigating-factors"]?[0]?["description"]?.string == "The check `http-health` passes on `api`.")
    let parts = (result["attestations"]?.array ?? []).compactMap { $0["parts"]?[0] }
    #expect(parts.compactMap { $0["prose"]?.string }.count == 2)
    #expect(parts[0]["prose"]?.string == "`It was rolled back, and it worked.`")
    let attested = result["observations"]?.array?.first {
      $0["props"]?.array?.contains { $0["name"]?.string == "attestation" } == true
    }
    #expect(attested?["methods"] == ["INTERVIEW"])
    #expect(
      result["observations"]?.array?.contains { $0["collected"]?.string == "2026-11-24T01:00:00Z" } == true,
      "what was carried was collected when it was seen")
  }

  @Test func numbersForMonitoring() throws {
    let exposition = try text(PrometheusFormat())
    let labels = #"system="events-platform",policy="pre-release""#
    let wide = #"system="events-platform",environment="staging",policy="pre-release""#
    let end = 1_797_000_000
    // Judged as of a day after that end, nothing is left of it; on the day of the run there are days.
    for line in [
      "readiness_waivers{\(labels),state=\"active\"} 1", "readiness_waivers{\(labels),state=\"unknown\"} 1",
      "readiness_waivers_to_mend{\(wide)} 2", "readiness_attestations{\(labels),state=\"stale\"} 1",
      "readiness_baseline_findings{\(labels),state=\"new\"} 2",
      "readiness_baseline_findings{\(labels),state=\"unverified\"} 2",
      "readiness_waiver_next_expiry_timestamp_seconds{\(wide)} \(end)",
      "readiness_waiver_next_expiry_seconds{\(wide)} 0", "readiness_carried_age_seconds{\(wide)} 32400",
      "readiness_shards_missing{\(wide)} 1",
    ] { #expect(exposition.contains("\n\(line)\n"), "\(line)") }
    var today = report
    today.asOf = nil
    #expect(today.daysToNextWaiverEnd == 17)
    let nothing = String(
      decoding: try PrometheusFormat().render(Specimen.healthyReport, RenderingOptions())[0].bytes, as: UTF8.self)
    for name in ["next_expiry", "baseline", "carried_age", "shards"] { #expect(!nothing.contains(name), "\(name)") }
    // A merge request compares no days left.
    #expect(!(try text(GitLabFormat(), 1)).contains("expiry"))
    let line = try text(NagiosFormat())
    #expect(line.contains("4 failing (2 new)") || line.contains("failing (2 new)"))
    #expect(line.contains("1 accepted (next ends 2026-12-11)") && line.contains(" new=2;;;0"))
  }

  @Test func theCommentBeginsWithWhatIsNew() throws {
    let text = try text(CommentFormat())
    #expect(text.contains("2 of them new"))
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| **new** |") || $0.hasPrefix("| — |") }
    #expect(rows.count >= 3 && rows[0].contains("postgres-duplicate-index") && rows[1].contains("**new**"))
    #expect(text.contains("1 finding accepted, the next acceptance ends with 2026-12-11, 2 waivers to be mended"))
    #expect(text.contains("**Divided run:** 2 of 3 parts of a divided run (1, 3)."))
    #expect(text.contains("Cheapest way to green: 2 fixes"))
  }

  @Test func thePageShowsAllOfIt() throws {
    let tree = try XMLTree(html: Array(try text(HTMLFormat()).utf8))
    func section(_ id: String) throws -> XMLTree {
      try #require(tree.all("section").first { $0["id"] == id }, "\(id)")
    }
    let waiver = try #require(try section("waivers").all("tr").first { $0["id"] == "waiver-1" })
    let words = waiver.children.map(\.words)
    for part in ["W-2026-001", "r.meyer", "a.lovelace", "OPS-12", "fix-scheduled: the edge is replaced in January"] {
      #expect(words.contains { $0.contains(part) }, "\(part)")
    }
    #expect(words.contains { $0.hasPrefix("2026-12-11") })
    #expect(words.contains { $0.contains("http-health on api passes") })
    #expect(try section("accepted").all("a").contains { $0["href"] == "#waiver-1" })
    #expect(try section("attestations").all("tr").count == 3)
    #expect(try section("forecast").all("tr").count == 4)
    #expect(try section("way-to-green").all("tr").count == 3)
    #expect(try section("carried").words.contains("9 h"))
    #expect(try section("carried").words.contains("changed since: compose.yaml"))
    #expect(try section("baseline").words.contains("events_date_idx"))
    let failing = try section("failing")
    #expect(failing.all("pre").contains { $0.words.contains("--check tls-certificate-lifetime --target web") })
    #expect(failing.all("p").contains { $0["class"] == "mark" && $0.words.contains("new") })
    #expect(try section("passed").words.contains("attested: A-2026-002"))
    #expect(tree.all("header").first?.words.contains("2 of 3 parts of a divided run (1, 3)") == true)
    // Nothing of it where there is nothing of it.
    let plain = try HTMLFormat().render(Specimen.healthyReport, RenderingOptions())[0].bytes
    let ids = try XMLTree(html: plain).all("section").compactMap { $0["id"] }
    for id in ["waivers", "attestations", "forecast", "way-to-green", "carried", "baseline"] {
      #expect(!ids.contains(id), "\(id)")
    }
  }

  @Test func floodsOfStandingFitTheirPlaces() throws {
    var flood = Specimen.large(5000)
    let row = try #require(report.waivers.first)
    flood.waivers = (0..<3000).map { number in
      var row = row
      row.waiver.id = "W-\(number)"
      row.waiver.justification = String(repeating: "| ` @x ", count: 40)
      row.findings = flood.findings.prefix(50).map(\.fingerprint)
      return row
    }
    flood.attestations = Array(repeating: report.attestations[0], count: 3000)
    flood.carried = Array(repeating: report.carried[1], count: 3000)
    flood.asOf = report.asOf
    flood.forecast = Array(repeating: try #require(report.forecast?.first), count: 3000)
    flood.baseline = AuditReport.BaselineComparison(
      writtenAt: Instant(seconds: 0), new: flood.findings.map(\.fingerprint), known: [], fixed: [], unverified: [],
      removed: [])
    for index in flood.findings.indices {
      flood.findings[index].reproduce = "prodworthy audit --check x --target web-\(index)"
    }
    let html = try HTMLFormat().render(flood, RenderingOptions())[0].bytes
    #expect(html.count <= HTMLFormat.budget)
    let least = HTMLFormat.text(of: flood, digest: "x", byteBudget: 1)
    #expect(least.utf8.count < 250_000 && least.contains("NOT READY"))
    let comment = try CommentFormat().render(flood, RenderingOptions())[0].bytes
    #expect(comment.count < CommentFormat.budget)
    #expect(try NagiosFormat().render(flood, RenderingOptions())[0].bytes.count <= 1024)
    #expect(MarkdownFormat.text(of: flood, byteBudget: 64 << 10).utf8.count <= 64 << 10)
  }
}
