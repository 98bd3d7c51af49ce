import AuditModel

/// What blocked findings wait for, as formats of tests need it: such a finding is passed over where what it waits for is red
/// itself. Where that was accepted, nothing else would say that the finding is not proven.
struct Blockers {
  private let accepted: Set<Int>

  init(_ report: AuditReport) {
    let causing = Dictionary(grouping: report.findings.filter { $0.status.isOpen && $0.cause == nil }) {
      Place($0.target, $0.check)
    }
    accepted = Set(
      report.causes.indices.filter { index in
        let cause = report.causes[index]
        guard let check = cause.check, let findings = causing[Place(cause.target, check)] else { return false }
        return findings.allSatisfy(\.isWaived)
      })
  }

  /// Whether what `finding` waits for shows as red.
  func isRed(for finding: Finding) -> Bool { finding.cause.map { !accepted.contains($0) } ?? true }

  private struct Place: Hashable {
    let target: String
    let check: String

    init(_ target: String, _ check: String) {
      self.target = target
      self.check = check
    }
  }
}
