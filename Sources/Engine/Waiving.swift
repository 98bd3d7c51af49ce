import AuditModel

/// Lays waivers over findings. Pure. It touches neither a status nor the score; only the gate looks at what it leaves.
struct Waiving {
  /// One row for each waiver, in their order.
  private(set) var rows: [AuditReport.WaiverRow] = []
  /// The waiver that covers a finding, by the finding's place in the list.
  private(set) var covering: [Int: Waiver] = [:]

  /// A waiver that ends within so many days is named.
  private static let soon = 14
  /// A pattern says too little with fewer letters than these before its `*`.
  private static let leastOfPattern = 3

  private struct Compensations {
    private var byCheck: [String: [String: Status]] = [:]

    init(_ findings: [Finding]) {
      for place in Places(findings).all { byCheck[place.check, default: [:]][place.target] = place.status }
    }

    func holds(_ compensation: Waiver.Compensation, at target: String) -> Bool {
      guard let places = byCheck[compensation.check], !places.isEmpty else { return false }
      if let status = places[compensation.target ?? target] { return status == .pass }
      return compensation.target == nil && places.values.allSatisfy { $0 == .pass }
    }
  }

  /// Lays `waivers` over `findings` as of `now`. `isPartial` tells that the run did not look at everything: then what it
  /// did not judge leaves no waiver without use.
  init(
    _ waivers: [Waiver], over findings: [Finding], rules: WaivingRules, catalogue: Catalogue, targets: Set<String>,
    isPartial: Bool, asOf now: Instant
  ) {
    guard !waivers.isEmpty else { return }
    let compensations = Compensations(waivers.contains { !$0.compensating.isEmpty } ? findings : [])
    let standing = findings.indices.filter { findings[$0].status.countsInScore && findings[$0].status != .pass }
    for waiver in waivers {
      var row = AuditReport.WaiverRow(waiver: waiver, state: .unused, findings: [], problems: [])
      let spoken = standing.filter { waiver.speaks(of: findings[$0]) }
      if now > waiver.expires {
        row.state = .expired
        row.add(
          .expired,
          "its last day was \(waiver.expires.day)"
            + (spoken.isEmpty ? ", and nothing is left for it" : ", and \(Self.counted(spoken.count)) again"))
      } else if now < waiver.created {
        row.state = .notYet
      } else if let problem = Self.misnamed(waiver, checks: catalogue.checks, targets: targets) {
        row.state = .unknown
        row.problems.append(problem)
      } else if waiver.days > rules.maximumDays {
        row.state = .void
        row.add(.forbidden, "holds \(waiver.days) days, and the policy allows \(rules.maximumDays)")
      } else {
        cover(&row, spoken, findings, rules, compensations)
        if row.state == .unused {
          noteIdleness(of: &row, findings, isPartial: isPartial)
        } else if row.state == .active, waiver.expires.seconds(since: now) < Self.soon * 86_400 {
          row.add(.endsSoon, "its last day is \(waiver.expires.day)")
        }
      }
      rows.append(row)
    }
  }

  private mutating func cover(
    _ row: inout AuditReport.WaiverRow, _ spoken: [Int], _ findings: [Finding], _ rules: WaivingRules,
    _ compensations: Compensations
  ) {
    let waiver = row.waiver
    if waiver.patterns.contains(where: { $0.count <= Self.leastOfPattern }) {
      row.add(
        .overBroad, "`\(waiver.patterns.joined(separator: "`, `"))` matches nearly everything: \(spoken.count) findings"
      )
    } else if spoken.count > rules.maximumCovered {
      row.add(.overBroad, "matches \(spoken.count) findings, and the policy allows \(rules.maximumCovered)")
    }
    for index in spoken where waiver.statuses.contains(findings[index].status) {
      if let problem = obstacle(to: waiver, over: findings[index], rules, compensations) {
        if !row.problems.contains(problem) { row.problems.append(problem) }
        if row.state == .unused { row.state = .void }
      } else if let other = covering[index] {
        row.add(.duplicate, "\(other.id) covers \(findings[index].place) already")
        if row.state == .unused { row.state = .void }
      } else {
        covering[index] = waiver
        row.findings.append(findings[index].fingerprint)
        row.state = .active
      }
    }
  }

  /// Why the waiver does not hold for this finding; nil where it does.
  private func obstacle(
    to waiver: Waiver, over finding: Finding, _ rules: WaivingRules, _ compensations: Compensations
  ) -> AuditReport.WaiverProblem? {
    typealias Problem = AuditReport.WaiverProblem
    if rules.forbidden.contains(finding.severity) {
      return Problem(.forbidden, "the policy lets nobody accept what is \(finding.severity.rawValue)")
    }
    if let accepted = waiver.severity, finding.severity > accepted {
      return Problem(
        .moreSevere, "\(finding.check) is \(finding.severity.rawValue) now, and \(accepted.rawValue) was accepted")
    }
    if finding.severity >= .high, waiver.check.hasSuffix("*") || waiver.target.hasSuffix("*") {
      return Problem(
        .overBroad, "\(finding.check) is \(finding.severity.rawValue): name its check and its target in full")
    }
    if let ceiling = waiver.ceiling {
      guard let value = finding.observed.flatMap(Double.init) else {
        return Problem(.aboveCeiling, "\(finding.place): no number was measured to hold against the ceiling")
      }
      guard ceiling.holds(value) else {
        return Problem(.aboveCeiling, "\(finding.place): \(finding.observed ?? "") does not keep \(ceiling.words)")
      }
    }
    for compensation in waiver.compensating where !compensations.holds(compensation, at: finding.target) {
      return Problem(
        .notCompensated,
        "\(compensation.check)\(compensation.target.map { " on \($0)" } ?? "") does not pass, and it has to")
    }
    return nil
  }

  private static func misnamed(
    _ waiver: Waiver, checks: [CheckDefinition], targets: Set<String>
  ) -> AuditReport.WaiverProblem? {
    if !checks.contains(where: { Policy.pattern(waiver.check, matches: $0.id) }) {
      return AuditReport.WaiverProblem(.unknown, "there is no check \(waiver.check)")
    }
    if !targets.contains(where: { Policy.pattern(waiver.target, matches: $0) }) {
      return AuditReport.WaiverProblem(.unknown, "there is no target \(waiver.target)")
    }
    return nil
  }

  /// Says why there is nothing to cover, as far as it can be told.
  private func noteIdleness(of row: inout AuditReport.WaiverRow, _ findings: [Finding], isPartial: Bool) {
    let waiver = row.waiver
    let there = findings.filter {
      Policy.pattern(waiver.check, matches: $0.check) && Policy.pattern(waiver.target, matches: $0.target)
    }
    if isPartial, there.allSatisfy({ $0.status == .skipped }) { return }
    let open = there.filter { $0.status.countsInScore && $0.status != .pass }
    if let other = open.first(where: { waiver.speaks(of: $0) }) {
      row.add(.unused, "the finding is \(other.status.rawValue), which it does not cover")
    } else if let other = open.first(where: { $0.subject != nil }), waiver.subject == nil {
      row.add(.unused, "the findings there have subjects, \(other.subject ?? "") among them: name one of them")
    } else if let other = open.first {
      row.add(.unused, "what is open there is \(other.subject ?? "the whole target")")
    } else {
      row.add(.unused, there.isEmpty ? "nothing judged it" : "nothing is open there any more: remove it")
    }
  }

  private static func counted(_ count: Int) -> String { count == 1 ? "1 finding counts" : "\(count) findings count" }
}

extension AuditReport.WaiverRow {
  fileprivate mutating func add(_ kind: AuditReport.WaiverProblem.Kind, _ message: String) {
    problems.append(AuditReport.WaiverProblem(kind, message))
  }
}

extension Waiver {
  fileprivate func speaks(of finding: Finding) -> Bool { speaks(of: finding.check, finding.target, finding.subject) }

  /// From the first day to the last.
  fileprivate var days: Int { expires.seconds(since: created) / 86_400 }

  /// What a finding that it covers says of it.
  var sentence: String {
    "\(id) until \(expires.day) by \(owner), approved by \(approvedBy) (\(ticket)): "
      + Judge.bounded(justification, 300)
  }
}

extension Waiver.Ceiling {
  fileprivate var words: String {
    [atLeast.map { "at least \($0)" }, atMost.map { "at most \($0)" }].compactMap(\.self).joined(separator: " and ")
  }
}

extension Finding {
  fileprivate var place: String { [check, "on", target, subject].compactMap(\.self).joined(separator: " ") }
}
