import DrivenPrograms
import Foundation
import Testing

/// Every defect of the proving ground with the findings it must cause.
struct Defect: Decodable, Sendable {
  struct Expected: Decodable, Sendable { var check: String, target: String, status: String }
  var id: String
  /// What it changes: two defects of one part exclude each other.
  var parts: [String]
  /// Where it lies, and whether it hides there what else may be wrong.
  var realm: String, blinding: Bool
  /// Whether its check does not exist yet.
  var awaited: Bool
  var expected: [Expected]

  static let all: [Defect] = {
    let listed = try? BuiltCommand.provingGround.run(["defects", "--json"])
    return (try? JSONDecoder().decode([Defect].self, from: Data((listed?.output ?? "").utf8))) ?? []
  }()

  /// The defects in the groups in which they are built.
  static let groups = DefectGroup.groups(
    of: all, single: ProcessInfo.processInfo.environment["DEFECTS"] == "single")
}

/// The built-in checks, as far as the matrix needs to know them.
struct ListedCheck: Decodable, Sendable {
  var id: String
  var probe: String

  /// Probes that take seconds, since they wait for what they look at: only platforms that are about them pay for them.
  private static let patientProbes: Set = [
    "compose-persistence", "compose-rollout", "http-rate-limit", "instance-removal", "instance-spread", "load-run",
    "postgres-migration-rehearsal", "restore-drill", "seed-check", "service-recovery", "workflow-run",
  ]

  static let all: [ListedCheck] = {
    let listed = try? BuiltCommand.prodworthy.run(["checks", "--json"])
    return (try? JSONDecoder().decode([ListedCheck].self, from: Data((listed?.output ?? "").utf8))) ?? []
  }()

  /// The options of an audit of a group: everything but the probes that take long and that it is not about.
  static func options(for group: DefectGroup) throws -> [String] {
    let expected = Set(group.defects.flatMap(\.expected).map(\.check))
    var wanted = Set(all.filter { expected.contains($0.id) }.map(\.probe))
    if group.defects.contains(where: { $0.parts.contains("the rate limit of the edge") }) {
      wanted.insert("http-rate-limit")
    }
    let patient = all.filter { patientProbes.contains($0.probe) && !wanted.contains($0.probe) }.map(\.id)
    if patient.isEmpty { return [] }
    let policy = try Scratch.write(
      "policy: matrix\ntitle: All but what takes long\nchecks: { exclude: [postgres-style-*, \(patient.joined(separator: ", "))] }\n"
        + "gate: { maxOpen: { critical: 0, high: 0 } }\n",
      named: "policy.yaml")
    return ["--policy", policy]
  }
}

@Suite("The defect matrix")
struct DefectMatrixTests {
  /// Post-quantum key exchange needs OpenSSL 3.5; the servers of an older system lack it, healthy or not.
  private static func isBeyondServers(_ check: String) -> Bool { check == "tls-post-quantum" }

  @Test("the healthy system is green, and nothing is in doubt", .drivingAlone)
  func healthy() throws {
    try Ground.with { ground in
      let (outcome, report, _) = try ground.audit()
      #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
      #expect(report.gate.status == "passed")
      #expect(report.red.isEmpty, "\(report.red.sorted())")
      let doubtful = report.findings.filter {
        ["warn", "blocked", "manual"].contains($0.status) && !Self.isBeyondServers($0.check)
      }
      #expect(doubtful.isEmpty, "\(doubtful)")
      #expect(report.score.coverage == 100)
      let cells = (report.matrix?.services ?? []).flatMap { service in service.cells.map { (service.name, $0) } }
      #expect(cells.count == 40)
      let open = cells.filter { !["pass", "warn", "notApplicable"].contains($0.1.status) }
      #expect(report.attestations.allSatisfy { $0.state == "valid" })
      #expect(open.isEmpty, "\(open.map { "\($0.0) \($0.1.column)" })")
    }
  }

  @Test("each defect turns exactly its checks red", .driving, arguments: Defect.groups.filter { !$0.isThorough })
  func defects(_ group: DefectGroup) throws { try expectExactly(group) }

  @Test(
    "each defect of what goes through the whole platform turns exactly its checks red", .drivingAlone,
    arguments: Defect.groups.filter(\.isThorough))
  func thoroughDefects(_ group: DefectGroup) throws { try expectExactly(group) }

  private func expectExactly(_ group: DefectGroup) throws {
    try Ground.with(group.ids) { ground in
      let (outcome, report, _) = try ground.audit(ListedCheck.options(for: group))
      let reds = Set(
        report.findings.filter {
          ["fail", "error", "unknown", "warn", "manual"].contains($0.status) && !Self.isBeyondServers($0.check)
        }
        .map { "\($0.check) \($0.target) \($0.status)" }
      ).union(Self.ownerless(report) + Self.lapsed(report))
      #expect(reds.subtracting(group.expected).isEmpty, "not expected")
      #expect(group.expected.subtracting(reds).isEmpty, "missing: \(outcome.errors)")
      // Whatever is blocked waits for one of the findings above.
      for finding in report.findings where finding.status == "blocked" {
        let cause = try #require(finding.cause.map { report.causes[$0] })
        #expect(report.red.contains("\(cause.check ?? "") \(cause.target)") || cause.check == nil)
      }
    }
  }

  /// The services for which nobody answers; what else the matrix shows as a hole depends on what was not looked at here.
  private static func ownerless(_ report: Report) -> [String] {
    (report.matrix?.services ?? []).flatMap { service in
      service.cells.filter { $0.column == "owner" && $0.status == nil }.map {
        "matrix \(service.name) \($0.column) hole"
      }
    }
  }

  /// The statements of the checklist that were attested and on which nothing rests any more.
  private static func lapsed(_ report: Report) -> [String] {
    report.attestations.filter { ["expired", "stale"].contains($0.state) && $0.attestation.topic.statement != nil }
      .map { "attestation \($0.attestation.id) \($0.state)" }
  }

  @Test("defects share a platform only where none undoes, hides or stands in for another")
  func grouping() {
    #expect(Defect.groups.flatMap(\.ids).sorted() == Defect.all.map(\.id).sorted())
    for group in Defect.groups {
      let parts = group.defects.flatMap(\.parts)
      #expect(Set(parts).count == parts.count)
      #expect(group.expected.count == group.defects.flatMap(\.findings).count)
      for defect in group.defects where defect.blinding {
        #expect(defect.realm != "everything" || group.defects.count == 1)
        #expect(group.defects.count { $0.realm == defect.realm } == 1)
      }
    }
  }

  @Test("time is a defect too: a healthy run judged as of a later day is red where something has run out", .driving)
  func calendar() throws {
    let reds = try Self.redByTime.get()
    #expect(reds.contains("postgres-version-supported db"))
    #expect(reds.contains("tls-certificate-valid web") && reds.contains("tls-certificate-valid db"))
  }

  /// What is red once the certificates have expired and the database's version is no longer maintained.
  private static let redByTime = Result {
    try Ground.with { ground in
      let (_, _, folder) = try ground.audit()
      let later = Scratch.file("later")
      let judged = try BuiltCommand.prodworthy.run(["judge", folder, "--as-of", "2040-01-01", "--out", later])
      #expect(judged.status == 1)
      return try Report(folder: later).red
    }
  }

  @Test("every check has a defect that turns it red", .driving)
  func everyCheck() throws {
    let covered = Set(Defect.all.flatMap { $0.expected.map(\.check) })
    let byTime = Set(try Self.redByTime.get().compactMap { $0.split(separator: " ").first.map(String.init) })
    #expect(ListedCheck.all.count >= 20)
    let without = ListedCheck.all.map(\.id).filter {
      !covered.contains($0) && !byTime.contains($0) && !Self.isBeyondServers($0)
    }
    #expect(Set(without) == UnbrokenChecks.all)
  }

  @Test("every defect turns something red, but for those whose check is still to come")
  func everyDefect() {
    #expect(Defect.all.count >= 50)
    #expect(Defect.all.filter(\.expected.isEmpty).map(\.id) == Defect.all.filter(\.awaited).map(\.id))
  }
}
