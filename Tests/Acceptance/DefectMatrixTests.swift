import Foundation
import Testing

/// Every defect of the proving ground with the findings it must cause.
struct Defect: Decodable, Sendable, CustomTestStringConvertible {
  struct Expected: Decodable, Sendable { var check: String, target: String, status: String }
  var id: String
  var expected: [Expected]
  var testDescription: String { id }

  static let all: [Defect] = {
    let listed = try? BuiltCommand.provingGround.run(["defects", "--json"])
    return (try? JSONDecoder().decode([Defect].self, from: Data((listed?.output ?? "").utf8))) ?? []
  }()
}

@Suite("The defect matrix", .serialized)
struct DefectMatrixTests {
  @Test("the healthy system is green, and nothing is in doubt")
  func healthy() throws {
    try Ground.with { ground in
      let (outcome, report, _) = try ground.audit()
      #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
      #expect(report.gate.status == "passed")
      #expect(report.red.isEmpty, "\(report.red.sorted())")
      #expect(
        !report.findings.contains { ["warn", "blocked"].contains($0.status) },
        "\(report.findings.filter { $0.status == "warn" })")
      #expect(report.score.coverage == 100)
    }
  }

  @Test("each defect turns exactly its checks red", arguments: Defect.all)
  func defect(_ defect: Defect) throws {
    try Ground.with([defect.id]) { ground in
      let (_, report, _) = try ground.audit()
      let reds = Set(
        report.findings.filter { ["fail", "error", "unknown", "warn"].contains($0.status) }
          .map { "\($0.check) \($0.target) \($0.status)" })
      #expect(reds == Set(defect.expected.map { "\($0.check) \($0.target) \($0.status)" }))
      // Whatever is blocked waits for one of the findings above.
      for finding in report.findings where finding.status == "blocked" {
        let cause = try #require(finding.cause.map { report.causes[$0] })
        #expect(report.red.contains("\(cause.check ?? "") \(cause.target)") || cause.check == nil)
      }
    }
  }

  @Test("time is a defect too: a healthy run judged as of a later day is red where something has run out")
  func calendar() throws {
    let reds = try Self.redByTime()
    #expect(reds.contains("postgres-version-supported db"))
    #expect(reds.contains("tls-certificate-valid web") && reds.contains("tls-certificate-valid db"))
  }

  /// What is red once the certificates have expired and the database's version is no longer maintained.
  private static func redByTime() throws -> Set<String> {
    try Ground.with { ground in
      let (_, _, folder) = try ground.audit()
      let later = Scratch.file("later")
      let judged = try BuiltCommand.prodworthy.run(["judge", folder, "--as-of", "2040-01-01", "--out", later])
      #expect(judged.status == 1)
      return try Report(folder: later).red
    }
  }

  @Test("every check has a defect that turns it red")
  func everyCheck() throws {
    let listed = try BuiltCommand.prodworthy.run(["checks", "--json"])
    struct Check: Decodable { var id: String }
    let checks = try JSONDecoder().decode([Check].self, from: Data(listed.output.utf8)).map(\.id)
    let covered = Set(Defect.all.flatMap { $0.expected.map(\.check) })
    let byTime = Set(try Self.redByTime().compactMap { $0.split(separator: " ").first.map(String.init) })
    #expect(checks.count >= 20)
    #expect(Defect.all.allSatisfy { !$0.expected.isEmpty })
    #expect(Set(checks).subtracting(covered).subtracting(byTime).isEmpty)
  }
}
