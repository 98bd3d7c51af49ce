import Facts
import MigrationAnalysis
import Postgres
import Probing

/// Migrations run one after the other on an empty database, the last of them up, down and up again.
struct MigrationRehearsal: ~Copyable {
  /// What came of one migration.
  struct Step: Sendable, Hashable {
    var file: String
    /// Whether the server took it.
    var isAccepted: Bool
    var reason: String?
    /// Whether the way down led back to the schema before; nil where there is none, or it was not tried.
    var returned: Bool?
    /// Whether it could be run again after that.
    var isRepeatable: Bool?
    /// What was not as before, by name.
    var differences: [String] = []

    init(file: String) { (self.file, isAccepted) = (file, false) }
  }

  private var connection: PostgresConnection
  private let deadline: Deadline
  private let traffic: TrafficMeter
  /// How many of the last migrations are taken back.
  private static let drillCount = 5

  init(_ connection: consuming PostgresConnection, before deadline: Deadline, traffic: TrafficMeter) {
    self.connection = connection
    (self.deadline, self.traffic) = (deadline, traffic)
  }

  /// Runs them all, up to the first that the server does not take.
  mutating func run(_ scripts: [MigrationScript]) throws(PostgresFailure) -> [Step] {
    var steps: [Step] = []
    let drilled = Set(scripts.suffix(Self.drillCount).map(\.file))
    for script in scripts {
      var step = Step(file: script.file)
      let before = drilled.contains(script.file) && script.down != nil ? try snapshot() : nil
      step.reason = try refusal(script.sql ?? "", inTransaction: script.isInTransaction)
      step.isAccepted = step.reason == nil
      if step.isAccepted, let before, let down = script.down {
        try drill(script, down, before, &step)
      }
      steps.append(step)
      if !step.isAccepted { break }
    }
    return steps
  }

  private mutating func drill(
    _ script: MigrationScript, _ down: String, _ before: SchemaSnapshot, _ step: inout Step
  ) throws(PostgresFailure) {
    let after = try snapshot()
    if let reason = try refusal(down, inTransaction: script.isInTransaction) {
      (step.returned, step.reason) = (false, reason)
      return
    }
    step.differences = try snapshot().differences(from: before)
    step.returned = step.differences.isEmpty
    if let reason = try refusal(script.sql ?? "", inTransaction: script.isInTransaction) {
      (step.isRepeatable, step.reason) = (false, reason)
      return
    }
    let again = try snapshot().differences(from: after)
    step.isRepeatable = again.isEmpty
    if step.differences.isEmpty { step.differences = again }
  }

  /// Why the server does not take a text; nil if it does.
  private mutating func refusal(_ text: String, inTransaction: Bool) throws(PostgresFailure) -> String? {
    let statements = SQLTexts.statements(of: text)
    do throws(PostgresFailure) {
      if inTransaction { try query("BEGIN") }
      for statement in statements {
        do throws(PostgresFailure) {
          try query(statement.text)
        } catch {
          guard case .server(let report) = error else { throw error }
          // Where no transaction is open, that only warns.
          try query("ROLLBACK")
          return "line \(statement.line): \(report.description)"
        }
      }
      if inTransaction { try query("COMMIT") }
    } catch {
      guard case .server(let report) = error else { throw error }
      return report.description
    }
    return nil
  }

  private mutating func snapshot() throws(PostgresFailure) -> SchemaSnapshot {
    SchemaSnapshot(
      try query(SchemaSnapshot.statement).map { ($0["object"] ?? "", $0["definition"] ?? "") })
  }

  @discardableResult
  private mutating func query(_ statement: String) throws(PostgresFailure) -> PostgresRows {
    traffic.add(requests: 1)
    return try connection.query(statement, before: deadline)
  }
}
