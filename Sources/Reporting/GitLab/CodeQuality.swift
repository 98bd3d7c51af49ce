import AuditModel
import Facts

/// GitLab's Code Quality report, an array of what is wrong and where. The merge request shows what differs from the
/// target branch.
struct CodeQuality {
  private let report: AuditReport
  private let places: FilePlaces

  init(_ report: AuditReport) {
    self.report = report
    places = FilePlaces(report)
  }

  /// The array.
  var value: JSONValue {
    var fingerprints: Set<String> = []
    let issues: [JSONValue] =
      bySeverity(report.findings.filter(\.wantsAttention)).map { finding in
        // What has the fingerprint of another is not shown at all.
        var fingerprint = Untrusted.oneLine(finding.fingerprint, limit: 200)
        var number = 1
        while fingerprint.isEmpty || !fingerprints.insert(fingerprint).inserted {
          number += 1
          fingerprint = Identity.uuid("finding", finding.fingerprint, finding.check, finding.place, String(number))
        }
        let place = places.place(of: finding)
        return [
          "check_name": .string(filled(finding.check, limit: 255)),
          "description": .string(filled("\(lead(finding))\(finding.place): \(finding.message)", limit: 2 << 10)),
          "fingerprint": .string(fingerprint), "severity": .string(Self.severity(of: finding)),
          "location": [
            "path": .string(Self.path(of: place)), "lines": ["begin": .integer(place?.boundedLine ?? 1)],
          ],
        ]
      }
    return .array(
      complaints(report.saidOfRehearsal, checkName: "run-real") + issues
        + complaints(report.saidInWaivers, checkName: "waiver-sound")
        + complaints(report.saidInAttestations, checkName: "attestation-holds"))
  }

  /// Accepted findings are no issues, and nothing that holds is; what does not hold as it was written is one, on the
  /// line where somebody said it.
  private func complaints(_ said: [Said], checkName: String) -> [JSONValue] {
    said.filter { !$0.isSound }.enumerated().map { index, item in
      let place = item.location
      let kind = item.kind.rawValue
      return [
        "check_name": .string(checkName),
        "description": .string(
          filled(
            item.kind == .rehearsal
              ? "\(item.word): \(item.complaint)"
              : "\(kind) \(item.id) (\(item.topic)): \(item.word), \(item.complaint)", limit: 2 << 10)),
        // By its position too, since two may have one id: that is a complaint of its own.
        "fingerprint": .string(Identity.uuid(kind, item.id, String(index))), "severity": "major",
        "location": ["path": .string(Self.path(of: place)), "lines": ["begin": .integer(place?.boundedLine ?? 1)]],
      ]
    }
  }

  private func filled(_ raw: String, limit: Int) -> String {
    let text = Untrusted.oneLine(raw, limit: limit)
    return text.isEmpty ? "—" : text
  }

  private func lead(_ finding: Finding) -> String { finding.isNotProven ? "not proven: " : "" }

  /// Relative to the repository's root, where GitLab looks for it: an absolute path tells nothing there, so its last
  /// name has to do.
  private static func path(of place: SourceLocation?) -> String {
    guard let place else { return "prodworthy.yaml" }
    let path = Untrusted.oneLine(place.path, limit: 1024)
    let names = path.split(separator: "/").filter { $0 != "." }
    guard let last = names.last, !names.contains("..") else { return names.last.map(String.init) ?? "prodworthy.yaml" }
    return path.hasPrefix("/") ? String(last) : names.joined(separator: "/")
  }

  private static func severity(of finding: Finding) -> String {
    if finding.status == .warn { return "info" }
    return switch finding.severity {
    case .critical: "blocker"
    case .high: "critical"
    case .medium: "major"
    case .low: "minor"
    case .info: "info"
    }
  }
}
