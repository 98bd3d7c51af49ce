import AuditModel

extension ReportDocument {
  /// A number that no audit comes to. Renderers add and multiply; a report from elsewhere must not make them overflow.
  package struct Implausible: Error, CustomStringConvertible {
    /// Where it stands.
    package let member: String
    /// The number.
    package let number: Int
    /// One line for people.
    package var description: String { "\(member) cannot be \(number)" }
  }

  /// Holds the numbers of a report against what can be.
  enum Plausibility {
    /// Some thirty years in milliseconds, and some petabytes.
    private static let most = (1 << 40)...(1 << 50)

    static func check(_ report: AuditReport) throws(Implausible) {
      try require("durationMs", report.durationMs, atMost: most.lowerBound)
      for finding in report.findings {
        try require("findings.durationMs", finding.durationMs, atMost: most.lowerBound)
      }
      for check in report.checks.values { try require("checks.weight", check.weight, atMost: 1000) }
      let sum = report.score.arithmetic
      for (name, number) in [
        ("totalWeight", sum.totalWeight), ("earned", sum.earned), ("earnable", sum.earnable),
        ("evaluatedWeight", sum.evaluatedWeight),
      ] { try require("score.arithmetic.\(name)", number, atMost: most.lowerBound) }
      for row in sum.rows {
        try require("score.arithmetic.rows.weight", row.weight, atMost: 1000)
        try require("score.arithmetic.rows.credit", row.credit, atMost: 1000)
        try require("score.arithmetic.rows.gain", row.gain, atMost: 1000)
      }
      for traffic in [report.traffic.total] + report.traffic.byTarget.values {
        for number in [
          traffic.connections, traffic.requests, traffic.bytesSent, traffic.bytesReceived, traffic.processes,
        ] { try require("traffic", number, atMost: most.upperBound) }
      }
    }

    private static func require(_ member: String, _ number: Int, atMost limit: Int) throws(Implausible) {
      guard (0...limit).contains(number) else { throw Implausible(member: member, number: number) }
    }
  }
}
