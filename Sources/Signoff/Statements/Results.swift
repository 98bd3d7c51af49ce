package import AuditModel
import Facts

/// What other programs read of a report: the predicates of in-toto for test results and for simple verification.
package enum ResultStatements {
  /// in-toto's test result, version 0.1.
  package static let testResultType = "https://in-toto.io/attestation/test-result/v0.1"
  /// in-toto's simple verification result, version 0.2.
  package static let verificationType = "https://in-toto.io/attestation/svr/v0.2"

  /// Which checks passed. What was not decided is among the failed ones: there is no list of its own for it, and it is no
  /// pass.
  package static func testResult(
    _ report: AuditReport, subjects: [Statement.Subject], sources: AuditedSources?
  ) -> Statement {
    var worst: [String: Status] = [:]
    for finding in report.findings where finding.status.countsInScore {
      let name = "\(finding.check) \(finding.target)"
      if finding.status.badness > worst[name]?.badness ?? -1 { worst[name] = finding.status }
    }
    func names(_ isWanted: (Status) -> Bool) -> JSONValue {
      .array(worst.filter { isWanted($0.value) }.keys.sorted().map { .string($0) })
    }
    let result =
      switch report.gate.status {
      case .failed, .undecided: "FAILED"
      case .passed: worst.values.allSatisfy { $0 == .pass } ? "PASSED" : "WARNED"
      }
    let policy: JSONValue = [
      "digest": ["sha256": .string(report.policy.digest)], "name": .string("policy \(report.policy.id)"),
    ]
    return Statement(
      subjects: subjects, predicateType: testResultType,
      predicate: [
        "configuration": .array([policy] + (sources.map(SignOff.descriptors) ?? [])),
        "failedTests": names { $0.isOpen }, "passedTests": names { $0 == .pass }, "result": .string(result),
        "warnedTests": names { $0 == .warn },
      ])
  }

  /// What is proven of the subjects; nil where the gate did not pass, since such a statement knows only what holds.
  package static func verification(
    _ report: AuditReport, subjects: [Statement.Subject], at now: Instant
  ) -> Statement? {
    guard report.gate.status == .passed else { return nil }
    var properties = ["READINESS_GATE_PASSED"]
    let open = report.findings.filter(\.status.isOpen)
    for severity in [Severity.critical, .high, .medium] where !open.contains(where: { $0.severity >= severity }) {
      properties.append("READINESS_NO_OPEN_\(severity.rawValue.uppercased())")
    }
    return Statement(
      subjects: subjects, predicateType: verificationType,
      predicate: [
        "properties": .array(properties.map { .string($0) }), "timeCreated": .string(now.description),
        "verifier": [
          "id": .string("https://prodworthy.invalid/verifier/\(report.tool.version)"),
          "policies": [
            ["digest": ["sha256": .string(report.policy.digest)], "name": .string(report.policy.id)]
          ],
        ],
      ])
  }
}
