import ArgumentParser
import AuditModel
import Facts
import History
import Probing
import Reporting

/// `prodworthy trend`.
struct TrendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trend",
    abstract: "How the score went from run to run.",
    discussion: """
      A line stands for the runs that compare: a change of checks, weights or parameters breaks it, and across the break \
      only the checks that both runs have are compared.

      EXAMPLE:
        prodworthy trend --history history.db --system events-platform --runs 30
      """)

  @OptionGroup var place: HistoryOptions
  @OptionGroup var stream: StreamOptions

  @Option(help: "The newest runs of each system to look at.")
  var runs = 60

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs runs from 1 to 1000000") }
  }

  /// The most breaks of one line whose reports are compared, newest first.
  private static let mostBreaks = 20

  func run() throws {
    let store = try place.required()
    let deadline = Deadline(milliseconds: HistoryOptions.patience)
    var documents: [JSONValue] = []
    let rehearsal = try RehearsalMark(of: store)
    var text = rehearsal.line
    for state in try stream.streams(of: store) {
      let (newestFirst, repair) = try asking { () throws(HistoryFailure) in
        (
          try store.runs(of: state.stream.id, limit: runs, before: deadline),
          try store.repairTimes(in: state.stream.id, since: Instant(seconds: 0), before: deadline)
        )
      }
      let trend = Trend(newestFirst.reversed())
      let measures = try asking { () throws(HistoryFailure) in
        try newestFirst.last.map { oldest throws(HistoryFailure) in
          try store.measures(of: state.stream.id, since: oldest.startedAt, before: deadline)
        } ?? []
      }
      let breaks = try breaks(of: trend, in: store, before: deadline)
      var document = state.stream.json
      for (name, value) in trend.json { document[name] = value }
      document["breaks"] = .array(breaks.map(\.json))
      document["measures"] = .array(measures.map { .object($0.json) })
      document["repair"] = .object(repair.json)
      documents.append(rehearsal.marked(document))
      text += Untrusted.line(HistoryText.name(state.stream)) + "\n" + Self.text(trend, breaks) + Self.text(measures)
    }
    try Output.print(json ? Output.line(of: .array(documents)) + "\n" : text)
  }

  /// A change of what is demanded, and what the system did across it.
  private struct Break {
    var run: RunSummary
    var comparison: LikeForLike

    var json: JSONValue {
      func percentage(_ perMille: Int?) -> JSONValue { perMille.map { .double(Double($0) / 10) } ?? .null }
      return [
        "runID": .string(run.runID), "at": .string(run.startedAt.description),
        "commonChecks": .integer(comparison.common), "before": percentage(comparison.before),
        "after": percentage(comparison.after),
      ]
    }
  }

  private func breaks(
    of trend: Trend, in store: HistoryStore, before deadline: Deadline
  ) throws(Failure) -> [Break] {
    var breaks: [Break] = []
    for (earlier, later) in zip(trend.points, trend.points.dropFirst()).reversed()
    where earlier.run.policyDigest != later.run.policyDigest && breaks.count < Self.mostBreaks {
      guard let before = try rows(of: earlier.run, in: store, before: deadline),
        let after = try rows(of: later.run, in: store, before: deadline)
      else { continue }
      breaks.append(Break(run: later.run, comparison: LikeForLike(before: before, after: after)))
    }
    return breaks.reversed()
  }

  private func rows(
    of run: RunSummary, in store: HistoryStore, before deadline: Deadline
  ) throws(Failure) -> [Score.Row]? {
    let bytes = try asking { () throws(HistoryFailure) in try store.document(ofRun: run.runID, before: deadline) }
    return try bytes.map { bytes throws(Failure) in
      try StoredReport.decoded(bytes, named: run.runID).score.arithmetic.rows
    }
  }

  /// The most numbers of one stream that are shown, the worst first.
  private static let mostMeasures = 40

  private static func text(_ measures: [MeasureSeries]) -> String {
    let telling = measures.filter { $0.probe != "run" && $0.points.count > 1 }
    let ordered = telling.filter { $0.verdict == .regressed } + telling.filter { $0.verdict != .regressed }
    var lines = ordered.prefix(mostMeasures).map { series in
      let values = series.points.map(\.value)
      // Blocks are whole numbers of an eight-part scale.
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      let blocks = Sparkline.text(values.map { high > low ? Int((($0 - low) / (high - low) * 1000).rounded()) : 0 })
      let verdict = series.verdict == .regressed ? ", regressed" : series.verdict == .improved ? ", improved" : ""
      return Untrusted.line(
        "\(blocks)  \(series.name) on \(series.place): \(HistoryText.number(values.last ?? 0)) \(series.unit), "
          + "\(HistoryText.number(low)) to \(HistoryText.number(high)) over \(values.count) runs\(verdict)")
    }
    if ordered.count > mostMeasures { lines.append("… and \(ordered.count - mostMeasures) more numbers") }
    return lines.map { "  \($0)\n" }.joined()
  }

  private static func text(_ trend: Trend, _ breaks: [Break]) -> String {
    var line = ""
    // Breaks stand as a bar between the blocks; the blocks share one scale.
    let blocks = Array(Sparkline.text(trend.points.map(\.run.proven)))
    for (index, point) in trend.points.enumerated() where index < blocks.count {
      if index > 0, point.run.policyDigest != trend.points[index - 1].run.policyDigest { line += "│" }
      line.append(blocks[index])
    }
    let scores = trend.points.compactMap(\.run.proven)
    let range =
      scores.isEmpty
      ? "no score"
      : "\(HistoryText.percent(scores.min() ?? 0)) to \(HistoryText.percent(scores.max() ?? 0))"
    var lines = ["score  \(line)  \(range), \(trend.points.count) run\(trend.points.count == 1 ? "" : "s")"]
    let gates = trend.points.map { point in
      switch point.run.gate {
      case .passed: "✔"
      case .failed: "✘"
      case .undecided: "?"
      }
    }
    lines.append("gate   \(gates.joined())")
    if let last = trend.points.last {
      let moved = trend.movement.map { ", \($0 < 0 ? "" : "+")\(HistoryText.percent($0)) over the runs that compare" }
      lines.append("latest \(HistoryText.line(last.run))\(moved ?? "")")
    }
    switch trend.duration.verdict {
    case .regressed: lines.append("       the last run took longer than the noise of those before explains")
    case .improved: lines.append("       the last run took less time than the noise of those before explains")
    case .withinNoise, .notComparable: break
    }
    for item in breaks {
      let before = item.comparison.before.map(HistoryText.percent) ?? "none"
      let after = item.comparison.after.map(HistoryText.percent) ?? "none"
      lines.append(
        "break  \(item.run.startedAt.day): what is demanded changed; the \(item.comparison.common) checks that both "
          + "runs have went from \(before) to \(after)")
    }
    return lines.map { "  \($0)\n" }.joined()
  }
}
