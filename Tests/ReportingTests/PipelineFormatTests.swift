import AuditModel
import Facts
import HostileTexts
import Testing

@testable import Reporting

/// What pipelines and monitoring read: Code Quality, metrics, TAP, CTRF, OSCAL, the plug-in line.
@Suite struct PipelineFormatTests {
  private func text(_ format: any ReportFormat, _ report: AuditReport, _ index: Int = 0) throws -> String {
    String(decoding: try format.render(report, RenderingOptions())[index].bytes, as: UTF8.self)
  }

  private func json(_ format: any ReportFormat, _ report: AuditReport) throws -> JSONValue {
    try JSONText.parse(try format.render(report, RenderingOptions())[0].bytes)
  }

  // MARK: GitLab

  @Test func codeQualityListsWhatWantsAttentionWithItsPlace() throws {
    let issues = try #require(try json(GitLabFormat(), Specimen.brokenReport).array)
    let severities = Dictionary(
      grouping: issues, by: { $0["check_name"]?.string ?? "" }
    ).mapValues { $0.compactMap { $0["severity"]?.string } }
    #expect(
      severities == [
        "tls-certificate-lifetime": ["blocker"], "http-endpoint-answers": ["critical"], "tls-protocol-floor": ["info"],
        "postgres-duplicate-index": ["major", "major"], "postgres-traffic-encrypted": ["blocker"],
        "plugin-disk": ["critical"], "ops-runbook": ["major"],
      ])
    #expect(issues[0]["location"] == ["path": "prodworthy.yaml", "lines": ["begin": 4]])
    #expect(try json(GitLabFormat(), Specimen.healthyReport) == [])
    for report in Naughty.reports {
      let prints = try #require(try json(GitLabFormat(), report).array).map { $0["fingerprint"]?.string }
      #expect(Set(prints).count == prints.count)
    }
  }

  @Test func variablesForLaterJobsHoldNoTextFromElsewhere() throws {
    for report in [Specimen.brokenReport, Specimen.hostileReport, Specimen.emptyReport] {
      let lines = try text(GitLabFormat(), report, 2).split(separator: "\n")
      #expect(lines.count == 11)
      for line in lines { #expect(line.wholeMatch(of: /READINESS_[A-Z_]+=[a-z0-9.]+/) != nil, "\(line)") }
    }
    #expect(
      try text(GitLabFormat(), Specimen.brokenReport, 2).hasPrefix(
        "READINESS_GATE=failed\nREADINESS_REHEARSED=false\nREADINESS_SCORE=19.7\n"))
  }

  // MARK: Metrics

  /// The samples of an exposition, by name and labels, and what is wrong with it.
  private func samples(_ exposition: String) -> (values: [String: String], problems: [String]) {
    var values: [String: String] = [:]
    var problems: [String] = []
    var family = ""
    for line in exposition.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if line.hasPrefix("# ") {
        if line.hasPrefix("# TYPE ") { family = String(line.split(separator: " ")[2]) }
        continue
      }
      guard let match = line.wholeMatch(of: /([a-z_]+)(\{.*\})? (-?[0-9]+(?:\.[0-9]+)?)/) else {
        problems.append("not a sample: \(line)")
        continue
      }
      if match.1 != family { problems.append("\(line) stands among \(family)") }
      if values.updateValue(String(match.3), forKey: String(match.1) + String(match.2 ?? "")) != nil {
        problems.append("twice: \(line)")
      }
    }
    return (values, problems)
  }

  @Test func gaugesSayWhatTheReportSays() throws {
    let (values, problems) = samples(try text(PrometheusFormat(), Specimen.brokenReport))
    #expect(problems == [])
    let labels = #"system="events-platform",environment="staging",policy="pre-release""#
    for (name, value) in [
      ("readiness_gate_passed", "0"), ("readiness_score_percent", "19.7"), ("readiness_score_possible_percent", "39.0"),
      ("readiness_coverage_ratio", "0.479"), ("readiness_failing", "4"), ("readiness_not_proven", "4"),
      ("readiness_run_partial", "1"), ("readiness_run_duration_seconds", "4.321"),
      ("readiness_last_run_timestamp_seconds", "1795514404"),
    ] { #expect(values["\(name){\(labels)}"] == value, "\(name)") }
    #expect(
      values[#"readiness_findings{system="events-platform",policy="pre-release",status="fail",severity="critical"}"#]
        == "1")
    #expect(
      values[
        #"readiness_gate_condition_passed{system="events-platform",policy="pre-release",condition="minimum-coverage"}"#]
        == "0")
    // What has no number has no series, so that an alert on its absence can see it.
    #expect(!(try text(PrometheusFormat(), Specimen.emptyReport)).contains("readiness_score_percent"))
  }

  @Test func aMergeRequestSeesNoNumberThatEveryRunChanges() throws {
    let text = try text(GitLabFormat(), Specimen.brokenReport, 1)
    #expect(text.hasSuffix("# EOF\n") && text.contains("readiness_score_percent"))
    for name in ["timestamp", "duration", "traffic"] { #expect(!text.contains(name)) }
    var later = Specimen.brokenReport
    later.runID = "9f1d2c9e-0b7a-4e0e-9a55-3d1f0c5b7e21"
    later.finishedAt = Instant(seconds: later.finishedAt.seconds + 86_400)
    #expect(try self.text(GitLabFormat(), later, 1) == text)
  }

  @Test(.enabled(if: Tool.isThere("/usr/bin/promtool"), "scripts/install-dependencies brings promtool"))
  func promtoolAcceptsEveryExposition() throws {
    for report in Specimen.allCases.map(\.report) + Naughty.reports {
      let exposition = try text(PrometheusFormat(), report)
      #expect(samples(exposition).problems == [])
      let outcome = try Tool.run("/usr/bin/promtool", ["check", "metrics"], input: exposition)
      #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome.errors)")
    }
  }

  // MARK: TAP

  /// The points of a stream and what is wrong with it, by the grammar of TAP 14.
  private func points(_ stream: String) throws -> (
    points: [(isOK: Bool, text: String, directive: String?)], problems: [String]
  ) {
    var problems: [String] = []
    var points: [(isOK: Bool, text: String, directive: String?)] = []
    var plan = -1
    var isInBlock = false
    for (index, line) in stream.split(separator: "\n", omittingEmptySubsequences: false).dropLast().enumerated() {
      if index == 0 {
        if line != "TAP version 14" { problems.append("no version") }
      } else if index == 1 {
        plan = Int(line.dropFirst(3)) ?? -1
      } else if isInBlock {
        if line == "  ..." {
          isInBlock = false
        } else if let match = line.wholeMatch(of: /\ \ [a-z_]+: (.*)/) {
          if (try? JSONText.parse(Array(match.1.utf8))) == nil { problems.append("no value: \(line)") }
          if match.1.unicodeScalars.contains("\u{FEFF}") { problems.append("a byte order mark: \(line)") }
        } else {
          problems.append("no member: \(line)")
        }
      } else if line == "  ---" {
        isInBlock = true
      } else if line.hasPrefix("Bail out!") {
        continue
      } else if let match = line.wholeMatch(of: /(ok|not ok) (\d+) - (.*)/) {
        if Int(match.2) != points.count + 1 { problems.append("out of order: \(line)") }
        var text = ""
        var directive: String?
        var isEscaped = false
        for scalar in match.3.unicodeScalars {
          if let begun = directive {
            directive = begun + String(scalar)
          } else if isEscaped {
            text.unicodeScalars.append(scalar)
            isEscaped = false
          } else if scalar == "\\" {
            isEscaped = true
          } else if scalar == "#" {
            directive = ""
          } else {
            text.unicodeScalars.append(scalar)
          }
        }
        points.append((match.1 == "ok", text, directive))
      } else {
        problems.append("not TAP: \(line)")
      }
    }
    if plan != points.count { problems.append("planned \(plan), found \(points.count)") }
    if isInBlock { problems.append("a block is open at the end") }
    return (points, problems)
  }

  @Test func tapPointsAreTheConditionsAndTheFindings() throws {
    let (points, problems) = try points(try text(TAPFormat(), Specimen.brokenReport))
    #expect(problems == [])
    #expect(points.count == 4 + 14)
    #expect(points[0].isOK && points[0].text == "readiness.gate something-checked")
    #expect(!points[2].isOK && !points[3].isOK)
    let accepted = try #require(points.first { $0.text.hasPrefix("http-version-hidden") })
    #expect(!accepted.isOK && accepted.directive?.hasPrefix(" TODO accepted until 2027-01-31") == true)
    let blocked = try #require(points.first { $0.text.hasPrefix("http-health") })
    #expect(blocked.isOK && blocked.directive?.hasPrefix(" SKIP blocked: ") == true)
    #expect(points.filter { !$0.isOK && $0.directive == nil }.count == 2 + 4 + 3)
    // Nothing asked is nothing passed.
    let empty = try self.points(try text(TAPFormat(), Specimen.report([], conditions: [])))
    #expect(empty.points.count == 1 && !empty.points[0].isOK)
    var interrupted = Specimen.healthyReport
    interrupted.interrupted = true
    #expect(
      try text(TAPFormat(), interrupted).hasSuffix(
        "\nBail out! the run was interrupted before everything was looked at\n"))
  }

  @Test func tapKeepsItsGrammarWhateverItShows() throws {
    for report in Naughty.reports {
      let (points, problems) = try points(try text(TAPFormat(), report))
      #expect(problems == [])
      // A directive is only where we put one.
      let wanted = report.findings.count { $0.isWaived || [.blocked, .notApplicable, .skipped].contains($0.status) }
      #expect(points.count { $0.directive != nil } == wanted)
    }
  }

  // MARK: CTRF

  @Test func ctrfCountsWhatItLists() throws {
    for report in Specimen.allCases.map(\.report) + [Specimen.report([], conditions: [])] {
      let results = try #require(try json(CTRFFormat(), report)["results"])
      let tests = try #require(results["tests"]?.array)
      #expect(results["summary"]?["tests"]?.integer == tests.count)
      for outcome in CTRFDocument.Outcome.allCases {
        #expect(
          results["summary"]?[outcome.rawValue]?.integer == tests.count { $0["status"]?.string == outcome.rawValue })
      }
      #expect(results["environment"]?["healthy"]?.bool == (report.gate.status == .passed))
    }
    let tests = try #require(try json(CTRFFormat(), Specimen.brokenReport)["results"]?["tests"]?.array)
    let outcomes = Dictionary(
      tests.map { ($0["labels"]?["check"]?.string ?? $0["name"]?.string ?? "", $0["status"]?.string ?? "") },
      uniquingKeysWith: { first, _ in first })
    for (check, outcome) in [
      ("open-critical", "failed"), ("minimum-coverage", "other"), ("http-version-hidden", "skipped"),
      ("ops-runbook", "pending"), ("plugin-disk", "other"), ("tls-protocol-floor", "passed"), ("http-health", "other"),
    ] { #expect(outcomes[check] == outcome, "\(check)") }
  }

  // MARK: OSCAL

  @Test func oscalReferencesResolveAndFollowFromTheReport() throws {
    for report in Specimen.allCases.map(\.report) + Naughty.reports.prefix(3) {
      let document = try #require(try json(OSCALFormat(), report)["assessment-results"])
      let result = try #require(document["results"]?[0])
      func ids(_ name: String) -> [String] { result[name]?.array?.compactMap { $0["uuid"]?.string } ?? [] }
      let (observations, risks) = (Set(ids("observations")), Set(ids("risks")))
      #expect(observations.count == ids("observations").count && risks.count == ids("risks").count)
      for finding in result["findings"]?.array ?? [] {
        for link in finding["related-observations"]?.array ?? [] {
          #expect(observations.contains(link["observation-uuid"]?.string ?? ""))
        }
        for link in finding["related-risks"]?.array ?? [] { #expect(risks.contains(link["risk-uuid"]?.string ?? "")) }
      }
      #expect(
        document["import-ap"]?["href"]?.string
          == document["back-matter"]?["resources"]?[0]?["uuid"]?.string.map { "#\($0)" })
    }
    let result = try #require(try json(OSCALFormat(), Specimen.brokenReport)["assessment-results"]?["results"]?[0])
    let states = Dictionary(
      (result["findings"]?.array ?? []).map {
        ($0["target"]?["target-id"]?.string ?? "", $0["target"]?["status"]?["reason"]?.string ?? "")
      }, uniquingKeysWith: { first, _ in first })
    // What nothing looked at is not satisfied, what does not apply is not assessed.
    for (item, reason) in [("SEC-3", "fail"), ("SEC-4", "other"), ("MON-4", "other")] {
      #expect(states[item] == reason)
    }
    #expect(states["PERF-2"] == nil)
    #expect(states["plugin-disk"] == "other", "a check that serves no item of the list has a finding of its own")
    let accepted = (result["risks"]?.array ?? []).filter { $0["status"]?.string == "deviation-approved" }
    #expect(accepted.count == 1)
  }

  @Test func namesGiveTheSameUUIDsAsTheStandardSays() {
    // RFC 9562 appendix A.4: www.example.com in the namespace of domain names.
    #expect(Identity.isUUID("2ed6657d-e927-568b-95e1-2665a8aea6a2"))
    #expect(Identity.uuid("a", "b") == Identity.uuid("a", "b"))
    #expect(Identity.uuid("a", "b") != Identity.uuid("ab"))
    for text in [
      "", "2ed6657d-e927-568b-95e1-2665a8aea6a", "2ed6657d-e927-668b-95e1-2665a8aea6a2",
      "zed6657d-e927-568b-95e1-2665a8aea6a2",
    ] {
      #expect(!Identity.isUUID(text))
    }
  }

  // MARK: Nagios

  @Test func thePluginLineIsOneLineWithOneBar() throws {
    let reports = Specimen.allCases.map(\.report) + Naughty.reports
    for report in reports {
      let line = try text(NagiosFormat(), report)
      #expect(line.utf8.count <= 1024 && line.hasSuffix("\n") && line.count { $0 == "\n" } == 1)
      let parts = line.split(separator: "|", omittingEmptySubsequences: false)
      #expect(parts.count == 2 && !parts[0].contains("<") && !parts[0].contains("$"))
      for datum in parts[1].split(whereSeparator: \.isWhitespace) {
        #expect(datum.wholeMatch(of: /[a-z_]+=[0-9]+(\.[0-9]+)?[%s]?;;;0(;100)?/) != nil, "\(datum)")
      }
    }
    #expect(
      try text(NagiosFormat(), Specimen.brokenReport).hasPrefix(
        "READINESS CRITICAL - gate failed (1 of 4 conditions), score 19.7"))
    #expect(try text(NagiosFormat(), Specimen.healthyReport).hasPrefix("READINESS OK - "))
    #expect(try text(NagiosFormat(), Specimen.emptyReport).hasPrefix("READINESS UNKNOWN - "))
    var ready = Specimen.healthyReport
    ready.findings[0].status = .warn
    #expect(try text(NagiosFormat(), ready).hasPrefix("READINESS WARNING - "))
  }
}
