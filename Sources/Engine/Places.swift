import AuditModel

/// The worst that was found at each place, a check on a target. Made without copying findings, of which there are many.
struct Places {
  /// A check on a target.
  struct Place {
    let check: String
    let target: String
    var severity: Severity
    var status: Status
  }

  /// In the order of their first finding.
  private(set) var all: [Place] = []

  /// The places of `findings`; what somebody accepted counts as passing where `honoursWaivers`.
  init(_ findings: [Finding], honoursWaivers: Bool = false) {
    var indices: [String: [String: Int]] = [:]
    for index in findings.indices {
      let (check, target) = (findings[index].check, findings[index].target)
      let status = honoursWaivers && findings[index].waiver != nil ? .pass : findings[index].status
      if let known = indices[check]?[target] {
        if status.badness > all[known].status.badness {
          (all[known].severity, all[known].status) = (findings[index].severity, status)
        }
      } else {
        indices[check, default: [:]][target] = all.count
        all.append(Place(check: check, target: target, severity: findings[index].severity, status: status))
      }
    }
  }
}
