package import AuditModel
package import Facts

/// How a stream went over its runs.
package struct Trend: Sendable, Hashable {
  /// One run in it.
  package struct Point: Sendable, Hashable {
    /// The run.
    package var run: RunSummary
    /// Whether its score may be compared with the point before: the same checks, weights and parameters, and both whole.
    /// False for the first.
    package var isComparable: Bool
    /// By how much the proven score moved since the point before, in per mille; nil where not comparable.
    package var movement: Int?
  }

  /// Oldest first.
  package var points: [Point]
  /// The newest run's duration against those before it, in milliseconds.
  package var duration: NoiseComparison.Outcome

  /// The trend over `runs`, oldest first.
  package init(_ runs: [RunSummary]) {
    var points: [Point] = []
    for run in runs {
      let before = points.last?.run
      let isComparable = before.map { $0.policyDigest == run.policyDigest && $0.isWhole && run.isWhole } ?? false
      var movement: Int?
      if isComparable, let now = run.proven, let then = before?.proven { movement = now - then }
      points.append(Point(run: run, isComparable: isComparable, movement: movement))
    }
    self.points = points
    let alike = runs.dropLast().filter { $0.isWhole && $0.policyDigest == runs.last?.policyDigest }
    duration = NoiseComparison.outcome(
      of: runs.last.flatMap { $0.isWhole ? Double($0.durationMs) : nil }, against: alike.map { Double($0.durationMs) },
      better: .lower, NoiseComparison.Settings(leastShare: 0.2, least: 500))
  }

  /// The movement over all points from the last break on, in per mille; nil where fewer than two are comparable.
  package var movement: Int? {
    guard let last = points.last, last.isComparable, let now = last.run.proven else { return nil }
    let start = points.lastIndex { !$0.isComparable } ?? 0
    return points[start].run.proven.map { now - $0 }
  }

  /// As commands and the service print it.
  package var json: JSONObject {
    func percentage(_ perMille: Int?) -> JSONValue { perMille.map { .double(Double($0) / 10) } ?? .null }
    return [
      "points": .array(
        points.map { point in
          var object = point.run.json
          object["comparable"] = .bool(point.isComparable)
          object["movement"] = percentage(point.movement)
          return .object(object)
        }),
      "movement": percentage(movement), "duration": .object(duration.json),
    ]
  }
}

extension RunSummary {
  /// Whether it looked at everything the policy asks for.
  package var isWhole: Bool { !isPartial && !isInterrupted }
}

/// What two runs say of the checks that both have: a step that the catalogue made is not one that the system made.
package struct LikeForLike: Sendable, Hashable {
  /// How many checks both have.
  package var common: Int
  /// What was proven of those before, in per mille of their weight, without caps; nil where they weigh nothing.
  package var before: Int?
  /// What is proven of them now.
  package var after: Int?

  /// Compares the rows of two scores, by the weights of the newer one; the arithmetic is floored, as that of scores.
  package init(before: [Score.Row], after: [Score.Row]) {
    let earlier = Dictionary(before.map { ($0.check, $0) }) { first, _ in first }
    let rows = after.filter { earlier[$0.check] != nil }
    common = rows.count
    let weight = rows.reduce(0) { $0 + $1.weight }
    func share(_ credit: (Score.Row) -> Int) -> Int? {
      weight == 0 ? nil : rows.reduce(0) { $0 + $1.weight * credit($1) } / weight
    }
    self.before = share { earlier[$0.check]?.credit ?? 0 }
    self.after = share { $0.credit }
  }
}

/// A row of numbers as a row of blocks.
package enum Sparkline {
  private static let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// One block a value, from the lowest value to the highest; a dot where there is none.
  package static func text(_ values: [Int?]) -> String {
    let known = values.compactMap(\.self)
    guard let low = known.min(), let high = known.max() else { return String(repeating: "·", count: values.count) }
    return String(
      values.map { value in
        guard let value else { return "·" }
        // A line that never moved lies in the middle.
        return low == high ? blocks[3] : blocks[(value - low) * (blocks.count - 1) / (high - low)]
      })
  }
}
