import AuditModel
import Facts

/// The stream, its plan first: a stream that was cut off is short of points and known to be.
struct TAPStream {
  private let report: AuditReport
  private let places: FilePlaces
  private let marks: BaselineMarks
  private let blockers: Blockers

  init(_ report: AuditReport) {
    self.report = report
    places = FilePlaces(report)
    marks = BaselineMarks(report)
    blockers = Blockers(report)
  }

  /// The whole stream.
  var text: String {
    let conditions = report.gate.conditions
    // A gate without conditions decides nothing, and a stream without a failing point would look green.
    let gate =
      conditions.isEmpty
      ? [Gate.Condition(id: "gate", status: .undecided, detail: "the policy names no condition")] : conditions
    let said = report.saidOfRehearsal + report.saidInWaivers + report.saidInAttestations
    var text = "TAP version 14\n1..\(gate.count + said.count + report.findings.count)\n"
    var number = 0
    for condition in gate {
      number += 1
      text += point(number, isOK: condition.status == .pass, "readiness.gate \(condition.id)", directive: nil)
      if condition.status != .pass {
        text += block([
          ("message", .line(condition.detail)), ("severity", "fail"), ("status", .string(condition.status.rawValue)),
        ])
      }
    }
    for item in said {
      number += 1
      text += point(number, isOK: item.isSound, "\(item.suite) \(item.id) \(item.topic)", directive: nil)
      if !item.complaint.isEmpty {
        text += block(
          [
            ("message", .line(item.complaint)), ("severity", item.isSound ? "comment" : "fail"),
            ("status", .string(item.state)),
          ] + (item.expires.map { [("expires", .string($0.description))] } ?? []))
      }
    }
    for finding in report.findings {
      number += 1
      text += point(for: finding, number)
    }
    if report.interrupted { text += "Bail out! the run was interrupted before everything was looked at\n" }
    return text
  }

  private func point(for finding: Finding, _ number: Int) -> String {
    let title = report.checks[finding.check]?.title
    let description = [finding.check, "[\(finding.target)]", finding.subject, title].compactMap(\.self).joined(
      separator: " ")
    if let acceptance = finding.acceptance {
      // A point that is not OK but to do counts against nobody: just what an acceptance is.
      return point(number, isOK: false, description, directive: ("TODO", "accepted \(acceptance)"))
        + block(for: finding)
    }
    switch finding.status {
    case .pass:
      return point(number, isOK: true, description, directive: nil) + (finding.origin == nil ? "" : block(for: finding))
    case .warn: return point(number, isOK: true, description, directive: nil) + block(for: finding)
    case .fail, .error, .unknown, .manual:
      return point(number, isOK: false, description, directive: nil) + block(for: finding)
    case .blocked where !blockers.isRed(for: finding):
      return point(number, isOK: false, description, directive: nil) + block(for: finding)
    case .blocked, .notApplicable, .skipped:
      return point(number, isOK: true, description, directive: ("SKIP", "\(finding.status.word): \(finding.message)"))
    }
  }

  private func point(_ number: Int, isOK: Bool, _ description: String, directive: (word: String, reason: String)?)
    -> String
  {
    let words = TAPText.description(description)
    let end = directive.map { " # \($0.word) \(TAPText.description($0.reason))" } ?? ""
    return "\(isOK ? "ok" : "not ok") \(number) - \(words)\(end)\n"
  }

  private func block(for finding: Finding) -> String {
    let check = report.checks[finding.check]
    var members: [(String, JSONValue)] = [
      ("message", .line(finding.message)), ("severity", severity(of: finding)),
      ("status", .string(finding.status.rawValue)), ("level", .string(finding.severity.rawValue)),
      ("check", .line(finding.check)), ("target", .line(finding.target)),
    ]
    if let subject = finding.subject { members.append(("subject", .line(subject))) }
    if let expected = finding.expected { members.append(("expected", .line(expected))) }
    if let observed = finding.observed { members.append(("actual", .line(observed))) }
    if let place = places.place(of: finding) {
      members.append(
        (
          "at",
          ["file": .line(place.path), "line": .integer(place.boundedLine), "column": .integer(place.boundedColumn)]
        ))
    }
    if let fix = check?.remediation {
      members.append(("fix", .line(fix.text)))
      members.append(("effort", .string(fix.effort.rawValue)))
    }
    if let items = check?.checklist, !items.isEmpty { members.append(("checklist", .array(items.map { .line($0) }))) }
    if !finding.evidence.isEmpty {
      members.append(
        (
          "evidence",
          .array(finding.evidence.map { ["label": .line($0.label), "text": .shown($0.text, limit: 2 << 10)] })
        ))
    }
    if let origin = finding.origin { members.append(("origin", .line(origin))) }
    if let mark = marks[finding] { members.append(("baseline", .string(mark.rawValue))) }
    if let command = finding.reproduce { members.append(("look_again", .line(command))) }
    members.append(("fingerprint", .line(finding.fingerprint)))
    members.append(("duration_ms", .integer(finding.durationMs)))
    return block(members)
  }

  private func severity(of finding: Finding) -> JSONValue {
    switch finding.status {
    case .pass: "comment"
    case .warn: "warning"
    default: finding.isWaived ? "todo" : "fail"
    }
  }

  private func block(_ members: [(name: String, value: JSONValue)]) -> String {
    "  ---\n" + members.map { "  \($0.name): \(TAPText.yaml($0.value))\n" }.joined() + "  ...\n"
  }
}
