import Facts
import Postgres

/// The large scans of all statements together, each with an index that would serve and what that would save.
struct ScanSurvey {
  private struct Entry {
    var table: LargeTables.Table
    var scan: StatementPlan.Scan
    var columns: String
    var advice: String?
    var isProven: Bool?
    var bytes: Int?
    var shareOfLoad = 0.0
    var savedShare: Double?
    var statements = 0
    var text: String
    var largestShare = 0.0
  }

  private let load: Double
  private let tables: LargeTables
  private var entries: [[String]: Entry] = [:]
  /// Plans asked for with an index that is not there.
  private var trials = 0

  /// No more of them are asked for.
  private static let mostTrials = 150
  /// An index is worth its while from this saving on.
  private static let leastGain = 0.5

  init(load: Double, tables: LargeTables) {
    self.load = load
    self.tables = tables
  }

  /// Adds the scans of one plan.
  mutating func take(_ planned: Planned, path: String, with session: inout PlanningSession) {
    guard let plan = planned.plan, let text = planned.text else { return }
    var seen: Set<[String]> = []
    for scan in plan.scans {
      guard let table = tables[scan.schema, scan.table] else { continue }
      let proposals = IndexProposal.all(for: scan, columns: table.columns)
      let trial = attempt(proposals, for: scan, of: table, plan: plan, text: text, path: path, with: &session)
      let name = table.root ?? table.name
      let columns = trial?.proposal.definition ?? proposals.first?.definition ?? scan.condition
      let key = [name, columns]
      // The partitions of one table are one scan.
      guard seen.insert(key).inserted else { continue }
      var entry =
        entries[key]
        ?? Entry(table: table, scan: scan, columns: columns, text: planned.statement.summary)
      entry.statements += 1
      entry.shareOfLoad += planned.statement.shareOfLoad
      if planned.statement.shareOfLoad > entry.largestShare {
        entry.largestShare = planned.statement.shareOfLoad
        entry.text = planned.statement.summary
        entry.scan = scan
      }
      if let definition = trial?.proposal.definition ?? proposals.first?.definition {
        entry.advice = "CREATE INDEX CONCURRENTLY ON \(name) \(definition)"
      }
      if let trial {
        entry.isProven = (entry.isProven ?? false) || trial.gain >= Self.leastGain
        entry.savedShare = (entry.savedShare ?? 0) + trial.gain * planned.statement.shareOfLoad
        entry.bytes = trial.bytes ?? entry.bytes
      }
      entries[key] = entry
    }
  }

  private struct Trial {
    var proposal: IndexProposal
    /// Of the plan's cost.
    var gain: Double
    var bytes: Int?
  }

  /// The proposal that saves most, the shorter of two that are alike; nil if none was tried.
  private mutating func attempt(
    _ proposals: [IndexProposal], for scan: StatementPlan.Scan, of table: LargeTables.Table, plan: StatementPlan,
    text: String, path: String, with session: inout PlanningSession
  ) -> Trial? {
    guard session.hypothetical != nil, plan.cost > 0 else { return nil }
    var best: Trial?
    for proposal in proposals where proposal.isPlain && trials < Self.mostTrials {
      trials += 1
      let index = "CREATE INDEX ON \(table.name) \(proposal.definition)"
      guard let document = try? session.plan(text, path: path, with: index),
        let after = StatementPlan(document, largeRows: { _, _ in nil })
      else { continue }
      let trial = Trial(proposal: proposal, gain: max(0, 1 - after.cost / plan.cost))
      guard let known = best else {
        best = trial
        continue
      }
      let isShorter = proposal.definition.utf8.count < known.proposal.definition.utf8.count
      if trial.gain > known.gain + 0.02 || trial.gain > known.gain - 0.02 && isShorter { best = trial }
    }
    if let hypothetical = session.hypothetical, var found = best, found.gain >= Self.leastGain {
      let size = """
        SELECT \(hypothetical).hypopg_relation_size(i.indexrelid) AS bytes FROM \(hypothetical).hypopg_create_index($1) i
        """
      found.bytes = (try? session.rows(size, ["CREATE INDEX ON \(table.name) \(found.proposal.definition)"]))?.first?[
        "bytes"
      ]
      .flatMap { Int($0) }
      _ = try? session.rows("SELECT \(hypothetical).hypopg_reset()")
      best = found
    }
    return best
  }

  /// The facts, the costliest first.
  var value: JSONValue {
    .array(
      entries.sorted { ($1.value.shareOfLoad, $0.key[0]) < ($0.value.shareOfLoad, $1.key[0]) }.map { key, entry in
        [
          "table": .string(key[0]), "columns": .string(entry.columns), "kind": .string(entry.scan.kind.rawValue),
          "condition": .string(entry.scan.condition.bounded()),
          "rows": .double(entry.table.rows), "rowsWanted": .double(entry.scan.rows),
          "shareOfLoad": .double(entry.shareOfLoad), "statements": .integer(entry.statements),
          "text": .string(entry.text), "advice": JSONValue(entry.advice), "isProven": JSONValue(entry.isProven),
          "savedShare": entry.savedShare.map { .double($0) } ?? .null, "adviceBytes": JSONValue(entry.bytes),
        ]
      })
  }
}
