import ArgumentParser
import AuditModel
import Facts
import History
import Probing
import Reporting

/// `prodworthy history findings`.
struct HistoryFindingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "findings",
    abstract: "What is open, since when and how often; what changed last; how long repairs take.",
    discussion: "EXAMPLE:\n  prodworthy history findings --history history.db --show flapping")

  /// What is listed.
  enum Selection: String, ExpressibleByArgument, CaseIterable { case failing, open, flapping, all, changes }

  @OptionGroup var place: HistoryOptions
  @OptionGroup var stream: StreamOptions

  @Option(help: "What to list: \(Selection.allCases.map(\.rawValue).joined(separator: ", ")).")
  var show = Selection.open

  @Option(help: "At most this many of each system.")
  var limit = 200

  @Option(help: "Repairs of this many days make the mean time to repair.")
  var days = 90

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit runs from 1 to 1000000") }
    guard (1...36_500).contains(days) else { throw ValidationError("--days runs from 1 to 36500") }
  }

  func run() throws {
    let store = try place.required()
    let deadline = Deadline(milliseconds: HistoryOptions.patience)
    let now = Instant.current()
    var documents: [JSONValue] = []
    let rehearsal = try RehearsalMark(of: store)
    var text = rehearsal.line
    for state in try stream.streams(of: store) {
      let stream = state.stream
      let repair = try asking { () throws(HistoryFailure) in
        try store.repairTimes(in: stream.id, since: Instant(seconds: now.seconds - days * 86_400), before: deadline)
      }
      var document = stream.json
      document["repair"] = .object(repair.json)
      text += Untrusted.line(HistoryText.name(stream)) + "\n" + Self.line(repair, days: days, now: now)
      if show == .changes {
        let changes = try asking { () throws(HistoryFailure) in
          try store.changes(in: stream, Change.allCases, limit: limit, before: deadline)
        }
        document["changes"] = .array(changes.map { .object($0.json) })
        text += changes.map { "  \(Self.line($0))\n" }.joined()
      } else {
        let findings = try asking { () throws(HistoryFailure) in
          try store.findings(of: stream, selection, limit: limit, before: deadline)
        }
        document["findings"] = .array(findings.map { .object($0.json) })
        text += findings.map { "  \(Self.line($0, now: now))\n" }.joined()
        if findings.isEmpty { text += "  none\n" }
      }
      documents.append(rehearsal.marked(document))
    }
    try Output.print(json ? Output.line(of: .array(documents)) + "\n" : text)
  }

  private var selection: HistoryStore.Selection {
    switch show {
    case .failing: .failing
    case .open, .changes: .open
    case .flapping: .flapping
    case .all: .all
    }
  }

  private static func line(_ repair: RepairTimes, days: Int, now: Instant) -> String {
    let mean = repair.meanSeconds.map { "\(HistoryText.duration($0)) on average" } ?? "no repair to measure"
    let oldest = repair.oldestOpen.map { ", the oldest for \(HistoryText.duration(now.seconds(since: $0)))" } ?? ""
    return "  repaired in \(days) days: \(repair.repaired), \(mean); failing now: \(repair.open)\(oldest)\n"
  }

  private static func name(_ finding: TrackedFinding) -> String {
    "\(finding.check) on \(finding.target)\(finding.subject.map { " · \($0)" } ?? "")"
  }

  private static func line(_ finding: TrackedFinding, now: Instant) -> String {
    let since = finding.openSince ?? finding.since
    let again = finding.episodes > 1 ? ", failed \(finding.episodes) times" : ""
    return Untrusted.line(
      "\(finding.state.severity.rawValue) \(finding.state.status.rawValue)\(finding.state.isWaived ? " (waived)" : ""): "
        + "\(name(finding)), since \(since.day) (\(HistoryText.duration(now.seconds(since: since)))\(again)): "
        + finding.message)
  }

  private static func line(_ change: FindingChange) -> String {
    let repair = change.repairSeconds.map { " after \(HistoryText.duration($0))" } ?? ""
    return Untrusted.line(
      "\(change.at)  \(change.kind.rawValue)\(repair): \(change.finding.state.severity.rawValue) \(name(change.finding)): "
        + change.finding.message)
  }
}
