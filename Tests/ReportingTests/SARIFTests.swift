import AuditModel
import Facts
import HostileTexts
import Testing

@testable import Reporting

@Suite struct SARIFTests {
  private func run(_ report: AuditReport, _ profile: SARIFProfile = .full) throws -> JSONValue {
    let file = try SARIFFormat().render(report, RenderingOptions(sarifProfile: profile))[0]
    return try #require(try JSONText.parse(file.bytes)["runs"]?[0])
  }

  private func results(_ run: JSONValue) -> [JSONValue] { run["results"]?.array ?? [] }

  private func result(_ run: JSONValue, _ rule: String, _ target: String) throws -> JSONValue {
    try #require(results(run).first { $0["ruleId"]?.string == rule && $0["properties"]?["target"]?.string == target })
  }

  @Test func everyStatusHasItsKindAndOnlyFailuresALevel() throws {
    let run = try run(Specimen.brokenReport)
    let kinds: [(String, String, String, String)] = [
      ("tls-certificate-lifetime", "web", "fail", "error"), ("tls-certificate-lifetime", "api", "pass", "none"),
      ("tls-protocol-floor", "web", "fail", "note"), ("http-health", "api", "open", "none"),
      ("postgres-traffic-encrypted", "db", "open", "none"), ("ops-runbook", "web", "review", "none"),
      ("plugin-disk", "disk", "open", "none"), ("postgres-pooling", "db", "notApplicable", "none"),
      ("postgres-duplicate-index", "db", "fail", "warning"), ("http-version-hidden", "web", "fail", "note"),
    ]
    for (rule, target, kind, level) in kinds {
      let result = try result(run, rule, target)
      #expect(result["kind"]?.string == kind && result["level"]?.string == level, "\(rule) \(target)")
    }
    // Deselected checks give no result; the run says that there are some.
    #expect(!results(run).contains { $0["ruleId"]?.string == "postgres-bloat" })
    let notes = run["invocations"]?[0]?["toolConfigurationNotifications"]?.array ?? []
    #expect(notes.contains { $0["message"]?["text"]?.string?.contains("deselected") == true })
    // A check that broke is told twice: as an open question and as something wrong with the run.
    #expect(run["invocations"]?[0]?["executionSuccessful"]?.bool == false)
    #expect(try self.run(Specimen.healthyReport)["invocations"]?[0]?["executionSuccessful"]?.bool == true)
  }

  @Test func anAcceptanceIsASuppressionAndNoResultIsWithoutTheMember() throws {
    let run = try run(Specimen.brokenReport)
    #expect(results(run).allSatisfy { $0["suppressions"]?.array != nil })
    let accepted = try result(run, "http-version-hidden", "web")["suppressions"]?[0]
    #expect(accepted?["status"]?.string == "accepted")
    #expect(accepted?["justification"]?.string?.hasPrefix("until 2027-01-31 by r.meyer") == true)
    #expect(results(run).count { $0["suppressions"]?.array?.isEmpty == false } == 1)
  }

  @Test func rulesCarryWhatCodeScanningShows() throws {
    let run = try run(Specimen.brokenReport)
    let rules = try #require(run["tool"]?["driver"]?["rules"]?.array)
    for result in results(run) {
      let index = try #require(result["ruleIndex"]?.integer)
      #expect(rules[index]["id"] == result["ruleId"])
    }
    let rule = try #require(rules.first { $0["id"]?.string == "tls-certificate-lifetime" })
    #expect(rule["properties"]?["security-severity"]?.string == "9.5")
    #expect(rule["properties"]?["tags"]?.array?.contains("security") == true)
    #expect(rule["help"]?["markdown"]?.string?.contains("**Fix** (low effort): Renew it") == true)
    #expect(rule["help"]?["text"]?.string?.contains("RFC 5280") == true)
    let taxa = run["taxonomies"]?[0]?["taxa"]?.array ?? []
    let item = try #require(rule["relationships"]?[0]?["target"]?["index"]?.integer)
    #expect(taxa[item]["id"]?.string == "SEC-3")
  }

  @Test func aFindingLiesWhereItsEvidenceSaysElseWhereItsTargetIsDeclared() throws {
    let finding = Specimen.finding(
      "tls-protocol-floor", "web", .fail, "locks the table", subject: "add column",
      evidence: [
        Finding.Evidence(label: "@.file", text: "./db/migrations/0007 add column.sql"),
        Finding.Evidence(label: "@.line", text: "12"), Finding.Evidence(label: "$.all[*].file", text: "other.sql"),
      ])
    var report = Specimen.report(
      [
        finding, Specimen.finding("http-health", "nowhere", .fail, "x"),
        Specimen.finding("http-health", "db", .fail, "x"),
      ],
      conditions: [])
    let place = { (run: JSONValue, index: Int) in run["results"]?[index]?["locations"]?[0] }
    var run = try run(report)
    let order = results(run).map { $0["properties"]?["target"]?.string }
    let (web, nowhere, db) = (
      try #require(order.firstIndex(of: "web")), try #require(order.firstIndex(of: "nowhere")),
      try #require(order.firstIndex(of: "db"))
    )
    let physical = place(run, web)?["physicalLocation"]
    #expect(physical?["artifactLocation"]?["uri"]?.string == "db/migrations/0007%20add%20column.sql")
    #expect(physical?["region"]?["startLine"]?.integer == 12)
    #expect(place(run, web)?["logicalLocations"]?[0]?["fullyQualifiedName"]?.string == "web/add column")
    #expect(place(run, db)?["physicalLocation"]?["region"]?["startLine"]?.integer == 13)
    #expect(place(run, nowhere)?["physicalLocation"] == nil)
    #expect(place(run, nowhere)?["logicalLocations"]?[0]?["name"]?.string == "nowhere")
    report.targets[2].location = SourceLocation(path: "/etc/prodworthy/a:b.yaml", line: .max, column: -4)
    run = try self.run(report)
    #expect(
      place(run, db)?["physicalLocation"]?["artifactLocation"]?["uri"]?.string == "file:///etc/prodworthy/a%3Ab.yaml")
    #expect(place(run, db)?["physicalLocation"]?["region"]?["startColumn"]?.integer == 1)
  }

  @Test func theProfileForGitHubHoldsWhatIsAnAlertThere() throws {
    let run = try run(Specimen.brokenReport, .github)
    #expect(results(run).count == 5)
    #expect(results(run).allSatisfy { $0["kind"]?.string == "fail" && $0["suppressions"]?.array == [] })
    #expect(results(run)[0]["level"]?.string == "error")
    // Too many are the worst of them.
    let document = SARIFDocument(Specimen.brokenReport, profile: .github, limit: 2)
    #expect(document.value["runs"]?[0]?["results"]?.array?.compactMap { $0["level"]?.string } == ["error", "error"])
    #expect(SARIFDocument.limit == 25_000)
  }

  @Test func nothingInAMessageIsALinkOrAPlaceholder() {
    #expect(SARIFText.plain("[x](http://x) {0} {a}", limit: 100) == "[x]\u{200B}(http://x) {\u{200B}0} {a}")
    for text in Naughty.texts {
      let plain = SARIFText.plain(text, limit: 4096)
      #expect(!plain.contains("](") && !plain.contains("{0}"))
    }
  }

  @Test func identifiersStayApartWhenSanitisingMakesThemAlike() {
    #expect(
      SARIFText.names(of: ["a\u{1}", "a\u{2}", "", "a\u{3}"]) == ["a\u{FFFD}", "a\u{FFFD} (2)", "—", "a\u{FFFD} (3)"])
  }
}
