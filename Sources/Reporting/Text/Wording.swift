import AuditModel

/// The words for a verdict and its numbers, the same in every report.
extension AuditReport {
  /// The gate in two words.
  var verdict: String {
    switch gate.status {
    case .passed: "READY"
    case .failed: "NOT READY"
    case .undecided: "CANNOT TELL"
    }
  }

  /// Why the gate decided so, in a few words.
  var decision: String {
    let all = gate.conditions.count
    let failed = gate.conditions.count { $0.status == .fail }
    let undecided = gate.conditions.count { $0.status == .undecided }
    return switch gate.status {
    case .passed: "gate passed (\(counted(all, "condition")))"
    case .failed: "gate failed (\(failed) of \(counted(all, "condition")))"
    case .undecided where all == 0: "gate undecided (the policy names no condition)"
    case .undecided: "gate undecided (\(undecided) of \(counted(all, "condition")))"
    }
  }

  /// How much of the checklist is proven: a full score says nothing about what no check looked at.
  var checklistSentence: String {
    let attested = checklist.count { $0.status == .attested }
    return "checklist \(checklist.count { $0.status == .pass || $0.status == .warn }) of "
      + "\(counted(checklist.count, "item")) proven" + (attested > 0 ? ", \(attested) attested" : "")
  }

  /// How many items of the checklist neither checks nor people vouch for.
  var openItems: Int {
    checklist.count { ![.pass, .warn, .notApplicable, .attested].contains($0.status) }
  }

  /// How many findings there are of each status: `1 pass, 2 fail`.
  var findingCounts: String { countsByStatus(findings.lazy.map(\.status)) }
}

extension Score {
  /// Never a bare number: `62.1 (62.1–88.0), 74 % evaluated`.
  var sentence: String {
    guard let proven, let possible, let coverage else { return "none, nothing was in the sum" }
    return "\(percent(proven)) (\(percent(proven))–\(percent(possible))), \(coverage / 10) % evaluated"
  }
}

extension Finding {
  /// Whether somebody has to act on it and nobody has accepted it.
  var isFailing: Bool { status == .fail && waiver == nil }
  /// Whether evidence did not decide it and nobody has accepted it.
  var isNotProven: Bool { status.isOpen && !status.isEvaluated && waiver == nil }
  /// Whether it is met with a reservation that nobody has accepted.
  var isWarning: Bool { status == .warn && waiver == nil }
  /// The accepted state it overlays, if it does.
  var isWaived: Bool { waiver != nil && status.countsInScore && status != .pass }
}

extension Status {
  /// The status as people read it.
  var word: String { self == .notApplicable ? "not applicable" : rawValue }
}

extension AuditReport.ChecklistRow.Coverage {
  /// The state as people read it.
  var word: String {
    switch self {
    case .pass: "pass"
    case .warn: "warn"
    case .fail: "FAIL"
    case .notProven: "NOT PROVEN"
    case .notApplicable: "not applicable"
    case .attested: "attested"
    case .notCovered: "not covered"
    }
  }
}

extension AuditReport.WaiverRow {
  /// Whether there is something to do about it.
  var isSound: Bool { problems.allSatisfy { $0.kind == .endsSoon } }
  /// What is wrong with it, in one line; nothing where nothing is.
  var complaint: String {
    if problems.isEmpty, state == .notYet { return "its first day is \(waiver.created.day)" }
    return problems.map { "\($0.kind.word): \($0.message)" }.joined(separator: "; ")
  }
  /// What it is about.
  var place: String { [waiver.check, "on", waiver.target, waiver.subject].compactMap(\.self).joined(separator: " ") }
}

extension AuditReport.WaiverRow.State {
  /// The state as people read it.
  var word: String { self == .notYet ? "not yet" : rawValue }
}

extension AuditReport.WaiverProblem.Kind {
  /// The problem as people read it.
  var word: String {
    switch self {
    case .expired, .unused, .duplicate, .unknown, .forbidden: rawValue
    case .overBroad: "over-broad"
    case .aboveCeiling: "ceiling not kept"
    case .notCompensated: "not compensated"
    case .moreSevere: "more severe"
    case .endsSoon: "ends soon"
    }
  }
}

extension AuditReport.AttestationRow {
  /// What it is about.
  var topic: String {
    switch attestation.topic {
    case .statement(let id): id
    case .finding(let check, let target, let subject):
      [check, "on", target, subject].compactMap(\.self).joined(separator: " ")
    }
  }

  /// What is wrong with it and what rests on it no more, in one line; empty where it holds.
  var complaint: String {
    guard let problem else { return "" }
    return items.isEmpty ? problem : "\(problem); \(items.joined(separator: ", ")) no longer rests on it"
  }
}

extension AuditReport.AttestationRow.State {
  /// The state as people read it.
  var word: String { self == .notYet ? "not yet" : rawValue }
}

extension AuditReport.WayToGreen {
  /// How many steps of each effort: `2 low, 1 high`.
  var efforts: String {
    CheckDefinition.Remediation.Effort.allCases.compactMap { effort in
      let count = steps.count { $0.effort == effort }
      return count > 0 ? "\(count) \(effort.rawValue)" : nil
    }.joined(separator: ", ")
  }

  /// What the steps come to, in one line.
  var sentence: String {
    if steps.isEmpty { return "no fix turns it" }
    return
      "\(counted(steps.count, "fix", "fixes")) (\(efforts) effort)\(isCheapest ? "" : ", none of which can be left out")"
  }
}

extension AuditReport.CarriedEvidence {
  /// Its age at the time judged for: `9 h`, `3 d`.
  var age: String {
    let hours = max(0, ageSeconds) / 3600
    return hours < 48 ? "\(hours) h" : "\(hours / 24) d"
  }
}

/// The most severe first, else in the order they have.
func bySeverity(_ findings: [Finding]) -> [Finding] {
  findings.enumerated()
    .sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }.map(\.element)
}

/// Per mille as a percentage with one decimal, never rounded.
func percent(_ perMille: Int) -> String { "\(perMille / 10).\(perMille % 10)" }

/// `1 pass, 2 fail`; `none` for none.
func countsByStatus(_ statuses: some Sequence<Status>) -> String {
  var counts: [Status: Int] = [:]
  for status in statuses { counts[status, default: 0] += 1 }
  let words = Status.allCases.compactMap { status in counts[status].map { "\($0) \(status.word)" } }
  return words.isEmpty ? "none" : words.joined(separator: ", ")
}

/// `1 finding`, `2 findings`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// `1 fix`, `2 fixes`.
func counted(_ count: Int, _ noun: String, _ plural: String) -> String { "\(count) \(count == 1 ? noun : plural)" }

/// Milliseconds in seconds with three decimals and a point, whatever the locale.
func seconds(_ milliseconds: Int) -> String {
  let whole = max(0, milliseconds)
  let thousandths = String(whole % 1000)
  return "\(whole / 1000)." + String(repeating: "0", count: 3 - thousandths.count) + thousandths
}

extension Sequence {
  /// The elements by `key`, both in the order of first appearance.
  func grouped<Key: Hashable>(by key: (Element) -> Key) -> [(key: Key, elements: [Element])] {
    var positions: [Key: Int] = [:]
    var groups: [(key: Key, elements: [Element])] = []
    for element in self {
      let key = key(element)
      if let position = positions[key] {
        groups[position].elements.append(element)
      } else {
        positions[key] = groups.count
        groups.append((key, [element]))
      }
    }
    return groups
  }
}
