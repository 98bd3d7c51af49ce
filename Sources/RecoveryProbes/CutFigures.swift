import Facts

/// What the looks during a cut, and after it, come to. Pure.
enum CutFigures {
  /// When readiness turned red and what it said; times count from `start` to `end` of the cut.
  static func readiness(_ looks: [Look], from start: Int, to end: Int) -> JSONValue? {
    let seen = looks.filter { $0.from >= start && $0.from < end && $0.end != .calledOff }
    guard !seen.isEmpty else { return nil }
    // Red counts from the first look after which it never was green again while the cut lasted.
    let lastGreen = seen.lastIndex(where: \.isGood)
    let red = lastGreen.map { $0 + 1 < seen.count ? seen[$0 + 1] : nil } ?? seen[0]
    return [
      "looks": .integer(seen.count), "turnedRed": .bool(red != nil),
      "redAfterMs": JSONValue(red.map { max(0, $0.to - start) }), "statuses": statuses(seen),
      "hung": .integer(seen.count { $0.end == .hung }),
    ]
  }

  /// Whether liveness stayed green.
  static func liveness(_ looks: [Look], from start: Int, to end: Int) -> JSONValue? {
    let seen = looks.filter { $0.from >= start && $0.from < end && $0.end != .calledOff }
    guard !seen.isEmpty else { return nil }
    return [
      "looks": .integer(seen.count), "failed": .integer(seen.count { !$0.isGood }), "statuses": statuses(seen),
      "slowestMs": JSONValue(seen.map(\.took).max()),
    ]
  }

  /// How requests were answered.
  static func answers(_ looks: [Look], from start: Int, to end: Int) -> JSONValue? {
    let seen = looks.filter { $0.from >= start && $0.from < end && $0.end != .calledOff }
    guard !seen.isEmpty else { return nil }
    return [
      "sent": .integer(seen.count), "succeeded": .integer(seen.count(where: \.isGood)),
      "refused": .integer(seen.count { if case .status = $0.end { !$0.isGood } else { false } }),
      "broken": .integer(seen.count { $0.end == .broken }), "hung": .integer(seen.count { $0.end == .hung }),
      "slowestMs": JSONValue(seen.map(\.took).max()), "statuses": statuses(seen.filter { !$0.isGood }),
    ]
  }

  /// When the first of so many good looks in a row began that all looks after `start` end with; nil where they do not.
  static func steadyFrom(_ looks: [Look], after start: Int, streak: Int = 3) -> Int? {
    let seen = looks.filter { $0.from >= start }
    guard seen.count >= streak, seen.suffix(streak).allSatisfy(\.isGood) else { return nil }
    let lastBad = seen.lastIndex { !$0.isGood }
    return seen[lastBad.map { $0 + 1 } ?? 0].to
  }

  private static func statuses(_ looks: [Look]) -> JSONValue {
    let statuses = looks.compactMap { look in if case .status(let status) = look.end { status } else { nil } }
    return .array(Set(statuses).sorted().map { .integer($0) })
  }
}
