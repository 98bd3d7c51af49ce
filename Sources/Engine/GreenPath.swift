import AuditModel

/// Finds the cheapest set of fixes that turns a gate. Pure.
///
/// A fix is one check made to pass on one target, with everything that waited for it, or a probe let look. Where few sets
/// come into question all are tried; else fixes are taken away from the set of all of them, the dearest first, until none
/// can be left out.
struct GreenPath {
  private struct Fix {
    var step: AuditReport.WayToGreen.Step
    var cost: Int
    var weight: Int
    var findings: [Int]
  }

  /// More findings than this are too much to mend for a plan of single steps.
  private static let mostFindings = 4000
  /// More fixes than this likewise.
  private static let mostFixes = 250
  /// With more fixes than this only one set is looked for.
  private static let mostTried = 60
  /// So many findings may be judged in trying every set.
  private static let trials = 400_000

  private let findings: [Finding]
  private let decide: ([Finding]) -> Gate
  private let fixes: [Fix]
  private let goal: Set<String>
  private let beyond: [String]

  /// The way to turn `gate`; nil where it has passed or where there is too much to mend. `decide` gives the gate of other
  /// findings.
  static func way(
    from findings: [Finding], causes: [AuditReport.Cause], checks: [String: AuditReport.CheckSummary], gate: Gate,
    decide: @escaping ([Finding]) -> Gate
  ) -> AuditReport.WayToGreen? {
    guard gate.status != .passed else { return nil }
    return GreenPath(findings, causes, checks, gate, decide)?.way
  }

  private init?(
    _ all: [Finding], _ causes: [AuditReport.Cause], _ checks: [String: AuditReport.CheckSummary], _ gate: Gate,
    _ decide: @escaping ([Finding]) -> Gate
  ) {
    let open = all.indices.count { all[$0].status.countsInScore && all[$0].status != .pass }
    guard open <= Self.mostFindings else { return nil }
    findings = Self.representatives(of: all)
    guard findings.count <= Self.mostFindings else { return nil }
    self.decide = decide
    fixes = Self.fixes(for: findings, causes, checks)
    guard fixes.count <= Self.mostFixes, fixes.count * findings.count <= Self.trials else { return nil }
    let best = decide(Self.mended(findings, by: fixes))
    let passing = Set(best.conditions.filter { $0.status == .pass }.map(\.id))
    let wanted = gate.conditions.filter { $0.status != .pass }.map(\.id)
    goal = Set(gate.conditions.map(\.id)).intersection(passing)
    beyond = wanted.filter { !passing.contains($0) }
    // Where nothing of it can be mended there is no way.
    if wanted.count == beyond.count, fixes.isEmpty, beyond.isEmpty { return nil }
  }

  /// What is not passing, and one finding of each place that passes whole: the score asks for no more.
  private static func representatives(of findings: [Finding]) -> [Finding] {
    var places: Set<String> = []
    return findings.filter { finding in
      finding.status.countsInScore
        && (finding.status != .pass || places.insert("\(finding.check)\0\(finding.target)").inserted)
    }
  }

  private static func fixes(
    for findings: [Finding], _ causes: [AuditReport.Cause], _ checks: [String: AuditReport.CheckSummary]
  ) -> [Fix] {
    var byRoot: [String: Fix] = [:]
    for (index, finding) in findings.enumerated() where finding.status != .pass {
      let cause = finding.cause.flatMap { causes.indices.contains($0) ? causes[$0] : nil }
      // A place that fails by itself is its own root.
      let check = cause == nil ? finding.check : cause?.check
      let target = cause?.target ?? finding.target
      let key = "\(check ?? "")\0\(target)\0\(check == nil ? cause?.reason ?? "" : "")"
      // What nobody could see is first of all to be made visible, whatever its check says about mending it.
      let isHidden = cause == nil && finding.status.isOpen && !finding.status.isEvaluated
      let remediation = isHidden ? nil : check.flatMap { checks[$0]?.remediation }
      var fix =
        byRoot[key]
        ?? Fix(
          step: AuditReport.WayToGreen.Step(
            check: check, target: target, effort: remediation?.effort ?? .medium,
            what: Judge.bounded(remediation?.text ?? "let it be seen: \(cause?.reason ?? finding.message)", 300),
            settles: 0),
          cost: 0, weight: 0, findings: [])
      fix.findings.append(index)
      if finding.status.isOpen { fix.step.settles += 1 }
      fix.weight = max(fix.weight, checks[finding.check]?.weight ?? 0)
      fix.cost = fix.step.effort.hours
      byRoot[key] = fix
    }
    return byRoot.values.sorted {
      ($0.cost, $1.weight, $0.step.check ?? "", $0.step.target, $0.step.what)
        < ($1.cost, $0.weight, $1.step.check ?? "", $1.step.target, $1.step.what)
    }
  }

  private static func mended(_ findings: [Finding], by fixes: some Sequence<Fix>) -> [Finding] {
    var findings = findings
    for index in fixes.lazy.flatMap(\.findings) { findings[index].status = .pass }
    return findings
  }

  private func reaches(_ chosen: some Sequence<Int>) -> Bool {
    let gate = decide(Self.mended(findings, by: chosen.map { fixes[$0] }))
    let passing = Set(gate.conditions.filter { $0.status == .pass }.map(\.id))
    return goal.isSubset(of: passing)
  }

  private var way: AuditReport.WayToGreen {
    var chosen = Set(fixes.indices)
    leaveOut(Array(fixes.indices.reversed())[...], of: &chosen)
    // Without any one of these nothing helps: whatever is cheaper has them too.
    let isSmall = fixes.count <= Self.mostTried
    let necessary: Set<Int> = isSmall ? chosen.filter { fix in !reaches(fixes.indices.filter { $0 != fix }) } : []
    var isCheapest = necessary.count == chosen.count
    if !isCheapest, isSmall, let cheaper = cheaper(than: cost(chosen), with: necessary) {
      isCheapest = true
      if let cheaper { chosen = cheaper }
    }
    let steps = chosen.sorted().map { fixes[$0].step }
    return AuditReport.WayToGreen(steps: steps, isCheapest: isCheapest, beyond: beyond)
  }

  /// Takes out of `chosen` whatever of `candidates` can be left out, halves at a time.
  private func leaveOut(_ candidates: ArraySlice<Int>, of chosen: inout Set<Int>) {
    guard !candidates.isEmpty else { return }
    if reaches(chosen.subtracting(candidates)) {
      chosen.subtract(candidates)
    } else if candidates.count > 1 {
      let middle = candidates.startIndex + candidates.count / 2
      leaveOut(candidates[..<middle], of: &chosen)
      leaveOut(candidates[middle...], of: &chosen)
    }
  }

  private func cost(_ chosen: Set<Int>) -> Int { chosen.reduce(0) { $0 + fixes[$1].cost } }

  /// The cheapest set with all of `necessary` that costs less than `bound`, or none; nil where there are too many to try.
  private func cheaper(than bound: Int, with necessary: Set<Int>) -> Set<Int>?? {
    let free = fixes.indices.filter { !necessary.contains($0) }
    guard free.count <= 14, (1 << free.count) * max(1, findings.count) <= Self.trials else { return .none }
    let least = cost(necessary)
    var sets: [(cost: Int, bits: Int)] = []
    for bits in 0..<(1 << free.count) {
      let cost = free.indices.reduce(least) { $0 + (bits >> $1 & 1 == 1 ? fixes[free[$1]].cost : 0) }
      if cost < bound { sets.append((cost, bits)) }
    }
    sets.sort { ($0.cost, $0.bits.nonzeroBitCount, $0.bits) < ($1.cost, $1.bits.nonzeroBitCount, $1.bits) }
    for set in sets {
      let indices = necessary.union(free.indices.filter { set.bits >> $0 & 1 == 1 }.map { free[$0] })
      if reaches(indices) { return .some(indices) }
    }
    return .some(nil)
  }
}

extension CheckDefinition.Remediation.Effort {
  /// About how long it takes, in hours: minutes, hours, days.
  fileprivate var hours: Int {
    switch self {
    case .low: 1
    case .medium: 6
    case .high: 24
    }
  }
}
