import ArgumentParser
import AuditModel
import Engine
import Facts
import Reporting

/// `prodworthy diff`.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Tell what changed between two runs: new, fixed, still failing, unverified, reappeared, removed.",
    discussion: """
      Fixed is only what was evaluated and passes; what was not looked at or could not be decided is unverified. Where the
      catalogue or the policy changed, new checks are told apart and the scores are compared over what both runs checked.

      Exits 0; with --fail-on-new 1 where something new or reappeared fails, 2 where something is unverified or lost.

      EXAMPLE:
        prodworthy diff reports/runs/yesterday reports/runs/today
      """)

  @Argument(help: "The earlier run: its folder, or a report.json.", completion: .directory)
  var before: String

  @Argument(help: "The later run.", completion: .directory)
  var after: String

  @Option(help: "A run from before both, for what was fixed once already. Repeatable.", completion: .directory)
  var earlier: [String] = []

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(name: .customLong("fail-on-new"), help: "End in 1 where something new fails, in 2 where that cannot be told.")
  var failOnNew = false

  func run() throws {
    let (before, after) = (try RunFolder(path: before).report(), try RunFolder(path: after).report())
    guard before.system.name == after.system.name else {
      throw Failure(.badData, "the runs are about two systems: \(before.system.name) and \(after.system.name)")
    }
    var past: [AuditReport] = []
    for path in earlier { past.append(try RunFolder(path: path).report()) }
    let difference = Difference(before, after, earlier: past)
    let readout = DifferenceReadout(difference, before: before, after: after, earlier: past)
    try Output.print(json ? Output.text(of: readout.json) : readout.text)
    guard failOnNew else { return }
    if !difference.new.isEmpty || !difference.reappeared.isEmpty { throw ExitStatus.failed }
    if !difference.unverified.isEmpty || !difference.lost.isEmpty { throw ExitStatus.undecided }
  }
}

/// How a difference is shown.
struct DifferenceReadout {
  private let difference: Difference
  private let before: AuditReport
  private let after: AuditReport
  private let measures: [AuditReport.Measurement]
  private let lists: [(name: String, title: String, entries: [Difference.Entry])]

  /// The most findings of one list that people are shown.
  private static let mostShown = 50

  init(_ difference: Difference, before: AuditReport, after: AuditReport, earlier: [AuditReport]) {
    self.difference = difference
    self.before = before
    self.after = after
    measures = MeasuredDifference.measures(before: before, after: after, earlier: earlier)
    lists = [
      ("new", "NEW", difference.new), ("reappeared", "REAPPEARED", difference.reappeared),
      ("newlyChecked", "FAILING, NOT CHECKED BEFORE", difference.newlyChecked),
      ("unverified", "UNVERIFIED, failing before", difference.unverified),
      ("lost", "NO LONGER PROVEN", difference.lost), ("stillFailing", "STILL FAILING", difference.stillFailing),
      ("improved", "IMPROVED to a warning", difference.improved), ("fixed", "FIXED", difference.fixed),
      ("removed", "REMOVED", difference.removed),
    ]
  }

  private static func sentence(_ item: AuditReport.Measurement) -> String {
    let place = [item.target, item.subject].compactMap(\.self).joined(separator: " ")
    func number(_ value: Double?) -> String { value.map(HistoryText.number) ?? "none" }
    return "\(item.name)\(place.isEmpty ? "" : " on \(place)"): \(number(item.value)) \(item.unit), noise explains "
      + "\(number(item.lower)) to \(number(item.upper)) over \(item.earlier.count) runs"
  }

  /// Every list with all of its findings.
  var json: JSONValue {
    var object: JSONObject = [
      "before": run(before), "after": run(after), "demandsDiffer": .bool(difference.demandsDiffer),
      "likeForLike": [
        "checks": .integer(difference.likeForLike.checks), "before": score(difference.likeForLike.before),
        "after": score(difference.likeForLike.after),
      ],
    ]
    for list in lists { object[list.name] = .array(list.entries.map(Self.json)) }
    object["measures"] = .array(measures.map(Self.json))
    return .object(object)
  }

  private static func json(_ item: AuditReport.Measurement) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
    return [
      "probe": .string(item.probe), "target": JSONValue(item.target), "subject": JSONValue(item.subject),
      "name": .string(item.name), "unit": .string(item.unit), "value": number(item.value),
      "before": number(item.earlier.last?.value), "median": number(item.median), "lower": number(item.lower),
      "upper": number(item.upper), "runs": .integer(item.earlier.count), "verdict": .string(item.verdict.rawValue),
      "reason": JSONValue(item.reason),
    ]
  }

  private static func json(_ entry: Difference.Entry) -> JSONValue {
    let finding = entry.finding
    return [
      "check": .string(finding.check), "target": .string(finding.target), "subject": JSONValue(finding.subject),
      "status": .string(finding.status.rawValue), "severity": .string(finding.severity.rawValue),
      "message": .string(finding.message), "waiver": JSONValue(finding.waiver),
      "fingerprint": .string(finding.fingerprint), "reason": JSONValue(entry.reason),
    ]
  }

  private func run(_ report: AuditReport) -> JSONValue {
    var object: JSONObject = [
      "runID": .string(report.runID), "startedAt": .string(report.startedAt.description),
      "policy": .string(report.policy.id), "digest": .string(report.policy.digest), "score": score(report.score),
      "gate": .string(report.gate.status.rawValue),
    ]
    if report.rehearsed == true { object["rehearsed"] = true }
    return .object(object)
  }

  private func score(_ score: Score) -> JSONValue {
    func percent(_ perMille: Int?) -> JSONValue { perMille.map { .double(Double($0) / 10) } ?? .null }
    return [
      "proven": percent(score.proven), "possible": percent(score.possible), "coverage": percent(score.coverage),
    ]
  }

  /// For people.
  var text: String {
    var lines = [
      "\(Untrusted.line(after.system.name)): \(before.startedAt) (\(before.gate.status.rawValue)) to "
        + "\(after.startedAt) (\(after.gate.status.rawValue))"
    ]
    for (name, report) in [("earlier", before), ("later", after)] where report.rehearsed == true {
      lines.append("REHEARSED: the \(name) run went by the clock of a rehearsal, its times are made up")
    }
    let heading = lines.count
    for list in lists where !list.entries.isEmpty {
      lines.append("\(list.title) (\(list.entries.count))")
      for entry in list.entries.prefix(Self.mostShown) {
        let finding = entry.finding
        let place = [finding.target, finding.subject].compactMap(\.self).joined(separator: " ")
        lines.append(
          "  "
            + Untrusted.line(
              "\(finding.severity.rawValue) \(finding.check) on \(place): \(entry.reason ?? finding.message)"))
      }
      if list.entries.count > Self.mostShown { lines.append("  … and \(list.entries.count - Self.mostShown) more") }
    }
    for (verdict, title) in [(NoiseComparison.Verdict.regressed, "REGRESSED"), (.improved, "BETTER THAN BEFORE")] {
      let moved = measures.filter { $0.verdict == verdict }
      if !moved.isEmpty { lines.append("\(title), beyond what noise explains (\(moved.count))") }
      for item in moved.prefix(Self.mostShown) { lines.append("  " + Untrusted.line(Self.sentence(item))) }
      if moved.count > Self.mostShown { lines.append("  … and \(moved.count - Self.mostShown) more") }
    }
    if lines.count == heading { lines.append("nothing changed") }
    let like = difference.likeForLike
    if difference.demandsDiffer {
      lines.append(
        "what is demanded changed: over the \(like.checks) checks of both, the score went from \(Self.words(like.before)) "
          + "to \(Self.words(like.after)); as reported, from \(Self.words(before.score)) to \(Self.words(after.score))")
    } else {
      lines.append("score from \(Self.words(before.score)) to \(Self.words(after.score))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func words(_ score: Score) -> String {
    score.proven.map { "\($0 / 10).\($0 % 10)" } ?? "none"
  }
}
