package import AuditModel

/// The score of a set of findings. Pure, integers only, floored.
///
/// One weight per check, however many targets it has: each target gives its worst finding's credit, the check their
/// mean, and at most half while any of its targets is open. Everything undecided earns nothing, stays in the sum and
/// caps like a failure, so that neither losing sight of something nor repairing it can move the score the wrong way.
package enum Scoring {
  /// The interval for `findings`; `weights` by check id, where they differ from the severity's own.
  package static func score(_ findings: [Finding], weights: [String: Int]) -> Score {
    let counted = Places(findings).all.filter { $0.status.countsInScore }
    var shares: [Share] = []
    for (check, places) in Dictionary(grouping: counted, by: \.check) {
      guard let severity = places.map(\.severity).max() else { continue }
      let weight = weights[check] ?? severity.weight
      guard weight > 0 else { continue }
      shares.append(Share(check: check, severity: severity, weight: weight, statuses: places.map(\.status)))
    }
    shares.sort { $0.check < $1.check }
    return score(shares)
  }

  /// A check's part in the sum: the worst status of each of its targets.
  struct Share {
    let check: String
    let severity: Severity
    let weight: Int
    let statuses: [Status]

    var worst: Status { statuses.max { $0.badness < $1.badness } ?? .error }

    /// In per mille; `undecided` is what a target earns that evidence did not decide.
    func credit(undecided: Int) -> Int {
      let credits = statuses.map { $0.isEvaluated ? $0.credit ?? 0 : undecided }
      let mean = credits.reduce(0, +) / max(1, credits.count)
      return credits.contains(0) ? min(500, mean) : mean
    }

    var isOpen: Bool { statuses.contains { $0.isOpen } }
    var isFailing: Bool { statuses.contains(.fail) }
    var isEvaluated: Bool { statuses.allSatisfy { $0.isEvaluated } }
  }

  private static func score(_ shares: [Share]) -> Score {
    let total = shares.reduce(0) { $0 + $1.weight }
    let earned = shares.reduce(0) { $0 + $1.weight * $1.credit(undecided: 0) }
    let earnable = shares.reduce(0) { $0 + $1.weight * $1.credit(undecided: 1000) }
    let evaluated = shares.reduce(0) { $0 + ($1.isEvaluated ? $1.weight : 0) }
    let provenCap = capping(shares.filter(\.isOpen))
    let possibleCap = capping(shares.filter(\.isFailing))
    func capped(_ sum: Int, by severity: Severity?) -> Int? {
      total == 0 ? nil : min(sum / total, severity?.cap ?? 1000)
    }
    let proven = capped(earned, by: provenCap)
    // How many open checks each cap rests on decides whether repairing one of them lifts it.
    var openBySeverity: [Severity: Int] = [:]
    for share in shares where share.isOpen { openBySeverity[share.severity, default: 0] += 1 }
    let rows = shares.map { share in
      var remaining = openBySeverity
      if share.isOpen { remaining[share.severity, default: 1] -= 1 }
      let cap = remaining.filter { $0.value > 0 }.keys.map(\.cap).min() ?? 1000
      let credit = share.credit(undecided: 0)
      let repaired = min((earned + share.weight * (1000 - credit)) / max(1, total), cap)
      return Score.Row(
        check: share.check, weight: share.weight, status: share.worst, credit: credit,
        gain: max(0, repaired - (proven ?? 0)))
    }
    return Score(
      proven: proven, possible: capped(earnable, by: possibleCap),
      coverage: total == 0 ? nil : evaluated * 1000 / total,
      arithmetic: Score.Arithmetic(
        totalWeight: total, earned: earned, earnable: earnable, evaluatedWeight: evaluated, provenCap: provenCap,
        possibleCap: possibleCap, rows: rows))
  }

  /// The severity with the lowest cap below the top, among `shares`.
  private static func capping(_ shares: [Share]) -> Severity? {
    shares.map(\.severity).filter { $0.cap < 1000 }.min { $0.cap < $1.cap }
  }
}
