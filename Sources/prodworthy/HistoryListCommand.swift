import ArgumentParser
import AuditModel
import Facts
import History
import Probing
import Reporting

/// `prodworthy history list`.
struct HistoryListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The runs kept, newest first.",
    discussion: "EXAMPLE:\n  prodworthy history list --history history.db --system events-platform --limit 10")

  @OptionGroup var place: HistoryOptions
  @OptionGroup var stream: StreamOptions

  @Option(help: "At most this many runs of each system.")
  var limit = 50

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit runs from 1 to 1000000") }
  }

  func run() throws {
    let store = try place.required()
    let rehearsal = try RehearsalMark(of: store)
    var elements: [JSONValue] = []
    var text = rehearsal.line
    for state in try stream.streams(of: store) {
      let runs = try asking { () throws(HistoryFailure) in
        try store.runs(of: state.stream.id, limit: limit, before: Deadline(milliseconds: HistoryOptions.patience))
      }
      text += Untrusted.line(HistoryText.name(state.stream)) + "\n"
      for run in runs {
        text += "  \(HistoryText.line(run))\n"
        elements.append(
          rehearsal.marked(JSONObject(state.stream.json.filter { $0.name != "runs" } + Array(run.json))))
      }
    }
    try Output.print(json ? Output.line(of: .array(elements)) + "\n" : text)
  }
}

/// Runs as people read them.
enum HistoryText {
  /// A measured number with at most three digits behind the point.
  static func number(_ value: Double) -> String {
    let rounded = (value * 1000).rounded() / 1000
    guard rounded.isFinite else { return "\(value)" }
    return rounded.magnitude < 1e12 && rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  /// `events-platform (staging), policy nightly`.
  static func name(_ stream: RunStream) -> String {
    "\(stream.system) (\(stream.environment)), policy \(stream.policy)"
  }

  /// `2026-11-24T02:00:07Z  passed     93.4 (93.4–98.0) · 97 %  7c1e…  2 high open`.
  static func line(_ run: RunSummary) -> String {
    let gate = run.gate.rawValue
    let open = run.open.sorted { $0.key > $1.key }.map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
    let marks = [
      run.isPartial ? "partial" : nil, run.isInterrupted ? "interrupted" : nil, run.isPinned ? "pinned" : nil,
    ]
    .compactMap(\.self)
    return Untrusted.line(
      "\(run.startedAt)  \(gate)\(String(repeating: " ", count: max(1, 10 - gate.count)))"
        + "\(score(run))  \(run.runID.prefix(8))  \(open.isEmpty ? "nothing open" : "open: \(open)")"
        + (marks.isEmpty ? "" : "  [\(marks.joined(separator: ", "))]"))
  }

  /// `93.4 (93.4–98.0) · 97.0 %`; `no score` where nothing was in the sum.
  static func score(_ run: RunSummary) -> String {
    guard let proven = run.proven, let possible = run.possible, let coverage = run.coverage else { return "no score" }
    return "\(percent(proven)) (\(percent(proven))–\(percent(possible))) · \(percent(coverage)) %"
  }

  /// Per mille as a percentage with one decimal, never rounded.
  static func percent(_ perMille: Int) -> String {
    let magnitude = perMille.magnitude
    return "\(perMille < 0 ? "−" : "")\(magnitude / 10).\(magnitude % 10)"
  }

  /// `3 d 4 h`, `2 h 5 min`, `40 s`.
  static func duration(_ seconds: Int) -> String {
    switch seconds {
    case ..<60: "\(max(0, seconds)) s"
    case ..<3600: "\(seconds / 60) min"
    case ..<86_400: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    default: "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
    }
  }
}
