import AuditModel
import HostileTexts
import Testing

@testable import Reporting

@Suite struct JUnitTests {
  private func files(_ report: AuditReport, _ dialect: JUnitDialect) throws -> [ReportFile] {
    try JUnitFormat().render(report, RenderingOptions(junitDialect: dialect))
  }

  private func richTree(_ report: AuditReport) throws -> XMLTree { try XMLTree(files(report, .rich)[0].bytes) }

  @Test(arguments: Specimen.allCases) func everyDialectIsValidUnderItsSchemas(_ specimen: Specimen) throws {
    let schemas: [JUnitDialect: [String]] = [
      .rich: [Repository.richSchema], .jenkins: [Repository.schema("jenkins")],
      .ant: [Repository.schema("ant"), Repository.schema("jenkins")], .surefire: [Repository.schema("surefire")],
    ]
    for dialect in JUnitDialect.allCases {
      for file in try files(specimen.report, dialect) {
        for schema in schemas[dialect] ?? [] {
          #expect(try XMLTree.complaints(about: file.bytes, schema: schema) == [], "\(dialect) \(file.name)")
        }
      }
    }
  }

  @Test func theSchemasRefuseEachOthersDialects() throws {
    // A validator that accepts everything would make the test above worthless.
    let report = Specimen.brokenReport
    let rich = try files(report, .rich)[0].bytes
    let jenkins = try files(report, .jenkins)[0].bytes
    let surefire = try files(report, .surefire)[0].bytes
    #expect(try XMLTree.complaints(about: rich, schema: Repository.schema("jenkins")) != [])
    #expect(try XMLTree.complaints(about: jenkins, schema: Repository.schema("ant")) != [])
    #expect(try XMLTree.complaints(about: jenkins, schema: Repository.schema("surefire")) != [])
    #expect(try XMLTree.complaints(about: surefire, schema: Repository.schema("ant")) != [])
    #expect(try XMLTree.complaints(about: jenkins, schema: Repository.richSchema) != [])
  }

  @Test(arguments: Specimen.allCases, JUnitDialect.allCases)
  func countersAreTheElementsAndNamesAreUnique(_ specimen: Specimen, _ dialect: JUnitDialect) throws {
    for file in try files(specimen.report, dialect) {
      let root = try XMLTree(file.bytes)
      for suite in root.all("testsuite") + (dialect == .rich ? [root] : []) {
        #expect(suite["tests"] == String(suite.all("testcase").count))
        #expect(suite["failures"] == String(suite.all("failure").count))
        #expect(suite["errors"] == String(suite.all("error").count))
        #expect(suite["skipped"] == String(suite.all("skipped").count))
        #expect(!suite.all("testcase").isEmpty)
      }
      var names: Set<String> = []
      for testCase in root.all("testcase") {
        let name = try #require(testCase["name"])
        let className = try #require(testCase["classname"])
        #expect(names.insert(className + "\0" + name).inserted, "\(name)")
        #expect((1...512).contains(name.utf16.count))
        #expect(name.unicodeScalars.allSatisfy { $0.value <= 0xFFFF && $0.value >= 0x20 })
        #expect(className.split(separator: ".", omittingEmptySubsequences: false).count == 3)
        #expect(["failure", "error", "skipped"].reduce(0) { $0 + testCase.children($1).count } <= 1)
      }
    }
  }

  @Test func statusesBecomeWhatTheTableSays() throws {
    let root = try richTree(Specimen.brokenReport)
    func outcome(_ check: String, _ target: String) -> (XMLTree, XMLTree?)? {
      root.all("testcase").first {
        $0["name"]?.hasPrefix("\(check) ") == true && $0["name"]?.contains("[\(target)]") == true
      }
      .map { testCase in (testCase, testCase.children.first { ["failure", "error", "skipped"].contains($0.name) }) }
    }
    let failing = try #require(outcome("tls-certificate-lifetime", "web")?.1)
    #expect(failing.name == "failure")
    #expect(failing["type"] == "readiness.critical")
    #expect(failing["message"] == "expires 2026-11-26T10:00:00Z, 2 days from now")
    for part in ["expected: at least 0.2", "observed: 0.02", "fix (effort low): Renew it", "$.leaf.subject: CN=events"]
    {
      #expect(failing.text.contains(part))
    }
    let passing = try #require(outcome("tls-certificate-lifetime", "api"))
    #expect(passing.1 == nil)
    #expect(passing.0["file"] == "prodworthy.yaml")
    #expect(passing.0["line"] == "8")
    #expect(passing.0["time"] == "0.012")
    let warning = try #require(outcome("tls-protocol-floor", "web"))
    #expect(warning.1 == nil)
    #expect(warning.0.children("system-out").first?.text.hasPrefix("[WARN] TLS 1.1 is accepted") == true)
    #expect(outcome("postgres-traffic-encrypted", "db")?.1?.name == "error")
    #expect(outcome("postgres-traffic-encrypted", "db")?.1?["type"] == "readiness.unknown")
    #expect(outcome("plugin-disk", "disk")?.1?.name == "error")
    #expect(outcome("http-health", "api")?.1?["message"]?.hasPrefix("BLOCKED: waits for http-endpoint-answers") == true)
    #expect(outcome("postgres-pooling", "db")?.1?["message"]?.hasPrefix("N/A: ") == true)
    #expect(outcome("ops-runbook", "web")?.1?["type"] == "readiness.manual")
    #expect(
      outcome("http-version-hidden", "web")?.1?["message"]
        == "WAIVED until 2027-01-31 by r.meyer (OPS-12): the edge is replaced in January, actual status fail: "
        + "Server tells nginx/1.22.1")
    #expect(outcome("postgres-bloat", "db") == nil)
    // Every text also stands in the element's content, since some readers show nothing else.
    for element in root.all("failure") + root.all("error") + root.all("skipped") {
      #expect(element.text.hasPrefix(try #require(element["message"])))
    }
  }

  @Test(arguments: JUnitDialect.allCases) func theGateIsASuiteThatIsRedWhereAConditionDoesNotPass(
    _ dialect: JUnitDialect
  ) throws {
    let report = Specimen.brokenReport
    let suites = try files(report, dialect).flatMap { try XMLTree($0.bytes).all("testsuite") }
    let gate = try #require(suites.first { $0["name"] == "readiness.gate" })
    let cases = gate.children("testcase")
    #expect(cases.map { $0["name"] } == report.gate.conditions.map(\.id))
    for (testCase, condition) in zip(cases, report.gate.conditions) {
      let isRed = !testCase.children("failure").isEmpty || !testCase.children("error").isEmpty
      #expect(isRed == (condition.status != .pass))
    }
  }

  @Test func aGateWithoutConditionsIsRed() throws {
    var report = Specimen.emptyReport
    report.gate = Gate(conditions: [])
    #expect(try richTree(report).all("error").count == 1)
  }

  @Test func noTargetPassesForTheGate() throws {
    let findings = ["readiness.gate", " ", "web"].map { Specimen.finding("http-health", $0, .pass, "fine") }
    let report = Specimen.report(findings, targets: [], conditions: Specimen.brokenReport.gate.conditions)
    for dialect in JUnitDialect.allCases {
      let names = try files(report, dialect).flatMap { try XMLTree($0.bytes).all("testsuite").map { $0["name"] } }
      #expect(names == ["readiness.gate", "target readiness.gate", "unnamed", "web"])
    }
  }

  @Test func equalFindingsStillHaveNamesOfTheirOwn() throws {
    let long = String(repeating: "l", count: 700)
    let findings = (0..<500).map {
      Specimen.finding("http-health", "web", .pass, "fine", subject: $0 % 2 == 0 ? "same" : long)
    }
    let report = Specimen.report(findings, targets: [], conditions: [])
    let names = try richTree(report).all("testcase").compactMap { $0["name"] }
    #expect(Set(names).count == 501)
    #expect(names.allSatisfy { $0.utf16.count <= 512 })
  }

  @Test func randomTextIsWellFormedAndArrivesAsItWasShown() throws {
    let findings = Hostile.random(2000).enumerated().map { index, text in
      Specimen.finding("http-health", "web", .blocked, text, subject: "\(index)")
    }
    let report = Specimen.report(findings, targets: [], conditions: [])
    let skipped = try richTree(report).all("skipped")
    #expect(skipped.count == 2000)
    for (element, finding) in zip(skipped, report.findings) {
      let expected = "BLOCKED: " + Untrusted.oneLine(finding.message)
      #expect(element.text.utf8.elementsEqual(expected.utf8))
      #expect(element["message"]?.utf8.elementsEqual(expected.utf8) == true)
    }
  }

  @Test func surefireWritesOneFilePerSuite() throws {
    let names = try files(Specimen.brokenReport, .surefire).map(\.name)
    #expect(
      names == ["TEST-readiness.gate.xml", "TEST-web.xml", "TEST-api.xml", "TEST-db.xml", "TEST-disk.xml"])
    #expect(!JUnitFormat().writesOneFile(RenderingOptions(junitDialect: .surefire)))
    for file in try files(Specimen.hostile(Hostile.texts), .surefire) {
      #expect(file.name.utf8.allSatisfy { $0 != UInt8(ascii: "/") && $0 > 0x20 && $0 < 0x7F })
    }
  }

  /// How five readers in use decide; by the rules in their sources.
  @Test func readersAgreeOnWhatFailsAndWhatIsSkipped() throws {
    enum Verdict { case passed, failed, skipped }
    func has(_ testCase: XMLTree, _ name: String) -> Bool { !testCase.children(name).isEmpty }
    let readers: [String: (XMLTree) -> Verdict] = [
      "GitLab": { has($0, "failure") || has($0, "error") ? .failed : has($0, "skipped") ? .skipped : .passed },
      "Jenkins": { testCase in
        if has(testCase, "skipped") { return .skipped }
        // Its rule is that the element's text is not empty.
        return (testCase.children("error") + testCase.children("failure")).contains { !$0.text.isEmpty }
          ? .failed : .passed
      },
      "dorny": { has($0, "failure") || has($0, "error") ? .failed : has($0, "skipped") ? .skipped : .passed },
      "mikepenz": { has($0, "skipped") ? .skipped : has($0, "failure") || has($0, "error") ? .failed : .passed },
      "Azure": { has($0, "failure") || has($0, "error") ? .failed : has($0, "skipped") ? .skipped : .passed },
    ]
    for specimen in [Specimen.broken, .hostile] {
      let cases = try richTree(specimen.report).all("testcase")
      for (reader, verdict) in readers {
        for testCase in cases { #expect(verdict(testCase) == readers["GitLab"]?(testCase), "\(reader)") }
      }
      #expect(Set(cases.map { readers["GitLab"]?($0) }) == [.passed, .failed, .skipped])
    }
  }

  @Test(arguments: JUnitDialect.allCases) func hostileTextArrivesSanitisedAndBounded(_ dialect: JUnitDialect) throws {
    let texts = Hostile.texts + [String(repeating: "A", count: 20 << 20)]
    let report = Specimen.hostile(texts)
    var shown = ""
    for file in try files(report, dialect) {
      #expect(file.bytes.count < JUnitFormat.hardLimit)
      let root = try XMLTree(file.bytes)
      for element in ["failure", "error", "skipped", "system-out"].flatMap({ root.all($0) }) {
        #expect(element.text.utf8.count <= 64 << 10)
        shown += element.text
      }
    }
    #expect(!shown.utf8.contains(0x1B))
    for text in ["]]>", "<![CDATA[x]]>", "&lt;b&gt;&amp;&#64;team", "\\u{202E}reversed\\u{202C}"] {
      #expect(shown.contains(text), "\(text)")
    }
  }

  @Test func aLargeFileSaysLessAndThenIsSplit() throws {
    let evidence = [Finding.Evidence(label: "$.x", text: String(repeating: "evidence ", count: 400))]
    let findings = (0..<600).map { index in
      Specimen.finding(
        "tls-protocol-floor", "web-\(index % 7)", index % 2 == 0 ? .pass : .fail, "message \(index)",
        subject: "subject \(index)", evidence: evidence)
    }
    let report = Specimen.report(findings, targets: [], conditions: Specimen.brokenReport.gate.conditions)
    func documents(_ soft: Int, _ hard: Int) throws -> [XMLTree] {
      let files = try JUnitFormat().files(for: report, .rich, soft: soft, hard: hard)
      #expect(files.allSatisfy { $0.bytes.count <= hard })
      #expect(files[0].name == "junit.xml")
      for file in files { #expect(try XMLTree.complaints(about: file.bytes, schema: Repository.richSchema) == []) }
      return try files.map { try XMLTree($0.bytes) }
    }
    func isFinding(_ element: XMLTree) -> Bool { element["type"] == "readiness.medium" }
    let full = try documents(10 << 20, 25 << 20)
    #expect(full.count == 1)
    let quiet = try documents(full[0].all("failure").reduce(0) { $0 + $1.text.utf8.count } + 300_000, 25 << 20)
    #expect(quiet.count == 1)
    #expect(quiet[0].all("property").count < full[0].all("property").count)
    let heads = try documents(700_000, 25 << 20)
    #expect(heads[0].all("failure").filter(isFinding).allSatisfy { $0.text.contains("shortened, 3600 bytes") })
    let bare = try documents(1000, 25 << 20)
    #expect(bare.count == 1)
    #expect(
      bare[0].all("failure").filter(isFinding).allSatisfy { !$0.text.contains("evidence") && $0.text.contains("fix") })
    let split = try documents(1000, 60_000)
    #expect(split.count > 2)
    #expect(split.reduce(0) { $0 + $1.all("testcase").count } == 604)
  }
}
