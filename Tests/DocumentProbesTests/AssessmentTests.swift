import AuditModel
import Facts
import ProbeConformance
import Testing

@testable import DocumentProbes

@Suite("Vulnerability assessments") struct AssessmentTests {
  static let trivy = """
    {"SchemaVersion":2,"CreatedAt":"2026-11-20T10:00:00.123456789+01:00","ArtifactName":"api","Results":[{"Target":"api (debian)","Vulnerabilities":[
    {"VulnerabilityID":"CVE-1","PkgName":"openssl","PkgIdentifier":{"PURL":"pkg:deb/debian/openssl@3.0.1?arch=amd64"},"InstalledVersion":"3.0.1","FixedVersion":"3.0.2","Severity":"CRITICAL"},
    {"VulnerabilityID":"CVE-2","PkgName":"zlib","InstalledVersion":"1","Severity":"HIGH"},
    {"VulnerabilityID":"CVE-3","PkgName":"x","InstalledVersion":"1","Severity":"UNKNOWN"}]}]}
    """
  static let vex = """
    {"@context":"https://openvex.dev/ns/v0.2.0","statements":[
    {"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:deb/debian/openssl@3.0.1"}],"status":"not_affected","justification":"vulnerable_code_not_in_execute_path"},
    {"vulnerability":{"name":"CVE-2"},"status":"not_affected"}]}
    """

  private func read(_ text: String, vex: String? = nil, _ more: JSONObject = [:]) async throws -> (
    facts: JSONValue, gaps: [Gap]
  ) {
    let folder = try Folder(["report.json": text])
    var settings = more
    settings["report"] = .string(folder.path + "/report.json")
    if let vex {
      try folder.write("vex.json", vex)
      settings["vex"] = [.string(folder.path + "/vex.json")]
    }
    return try await facts(AssessmentProbe(), settings, kind: "assessment")
  }

  @Test(
    "each scanner's report gives the same facts",
    arguments: [
      (trivy, "trivy", ["critical", "high", "unknown"], 3),
      (
        #"{"matches":[{"vulnerability":{"id":"GHSA-1","severity":"Critical","fix":{"state":"fixed","versions":["2"]}},"artifact":{"name":"a","version":"1","purl":"pkg:npm/a@1"}},{"vulnerability":{"id":"CVE-9","severity":"Negligible","fix":{"state":"unknown"}},"artifact":{"name":"b"}}],"descriptor":{"name":"grype","timestamp":"2026-11-20T10:00:00Z"}}"#,
        "grype", ["critical", "info"], 4
      ),
      (
        #"{"auditReportVersion":2,"vulnerabilities":{"lodash":{"severity":"high","range":"<4","fixAvailable":true,"via":[{"source":1,"url":"https://github.com/advisories/GHSA-x","severity":"moderate"},"other"]}},"metadata":{}}"#,
        "npm-audit", ["medium"], nil
      ),
      (
        #"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"s","rules":[{"id":"r1","properties":{"security-severity":"9.8"}},{"id":"r2","defaultConfiguration":{"level":"error"}}]}},"invocations":[{"executionSuccessful":true,"endTimeUtc":"2026-11-20T10:00:00Z"}],"results":[{"ruleId":"r1"},{"ruleIndex":1},{"ruleId":"r3","kind":"pass"},{"ruleId":"r1","suppressions":[{"kind":"external","justification":"not reachable"}]},{"ruleId":"r1","suppressions":[{"kind":"inSource"}]}]}]}"#,
        "sarif", ["critical", "critical", "high"], 4
      ),
      (
        #"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"timestamp":"2026-11-20T10:00:00Z"},"vulnerabilities":[{"id":"CVE-4","ratings":[{"severity":"low"},{"score":9.1}],"affects":[{"ref":"pkg:npm/a@1"}],"analysis":{"state":"exploitable"}},{"id":"CVE-5","ratings":[{"severity":"high"}],"analysis":{"state":"not_affected","justification":"code_not_reachable"}},{"id":"CVE-6","ratings":[{"severity":"high"}],"analysis":{"state":"not_affected"}}]}"#,
        "cyclonedx", ["critical", "high"], 4
      ),
    ] as [(String, String, [String], Int?)])
  func formats(text: String, format: String, severities: [String], age: Int?) async throws {
    let (facts, gaps) = try await read(text)
    #expect(facts["format"]?.string == format)
    #expect(facts["open"]?.array?.compactMap { $0["severity"]?.string } == severities)
    #expect(facts["isComplete"] == true)
    #expect((facts["ageDays"]?.integer == nil) == (age == nil))
    #expect(gaps.contains { $0.path == "scannedOn" } == (age == nil))
  }

  @Test("a statement with a reason takes a vulnerability out; one without does not")
  func vex() async throws {
    let (facts, _) = try await read(Self.trivy, vex: Self.vex)
    #expect(facts["open"]?.array?.compactMap { $0["id"]?.string } == ["CVE-2", "CVE-3"])
    #expect(facts["suppressed"]?.array?.compactMap { $0["id"]?.string } == ["CVE-1"])
    let other = Self.vex.replacing("openssl@3.0.1", with: "openssl@2.0.0")
    #expect(try await read(Self.trivy, vex: other).facts["counts"]?["critical"] == 1)
    #expect(try await read(Self.trivy, vex: "{}").gaps.contains { $0.path == "suppressed" })
  }

  @Test(
    "what is no report is not observed",
    arguments: ["", "<html></html>", "[]", "{}", #"{"runs":1}"#, "{\"matches\":[]}", "null"])
  func malformed(text: String) async throws {
    await #expect(throws: Folder.Trouble.self) { _ = try await read(text) }
  }

  @Test("damaged parts never crash")
  func damaged() async throws {
    for piece in ["\"CRITICAL\"", "[{\"Target\"", "\"CVE-1\"", "{\"PURL\""] {
      for other in ["null", "[]", "1", "{}"] {
        _ = try? await read(Self.trivy.replacing(piece, with: piece.hasPrefix("\"") ? other : piece))
      }
    }
  }

  @Test func conforms() async throws {
    let folder = try Folder(["r.json": Self.trivy])
    let target = Target(id: "scan", kind: "assessment", settings: ["report": .string(folder.path + "/r.json")])
    let impossible = Target(id: "scan", kind: "assessment", settings: ["report": "/nonexistent/r.json"])
    #expect(await ProbeConformance.problems(with: AssessmentProbe(), target: target, impossible: impossible) == [])
  }
}
