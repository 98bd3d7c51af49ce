import Facts
import Postgres

/// Where a role's statements look for names.
struct SearchPath: Sendable {
  /// As `search_path` writes it.
  var text = "public"
  /// Whether it names a schema that the auditor may not use.
  var isBlocked = false
}

/// A counted statement with its plan, or the reason why it has none.
struct Planned: Sendable {
  /// How it came to its plan.
  enum How: String, Sendable, Hashable, CaseIterable {
    case asItIs
    case rewritten
    case readingPart
    /// It is a utility statement, which has no plan.
    case none
    case failed
  }

  var statement: CountedStatement
  var how: How
  /// The text that was planned.
  var text: String?
  var plan: StatementPlan?
  var reason: String?
  /// Whether a permission is what is missing.
  var isDenied = false

  /// A text is tried anew with one more parameter's type settled no more often than this.
  private static let mostAttempts = 64

  /// Plans `statement`, names looked up along `path`.
  init(_ statement: CountedStatement, path: SearchPath, tables: LargeTables, with session: inout PlanningSession) {
    self.statement = statement
    how = .failed
    plan(path.text, tables: tables, with: &session)
    // A schema that the role may not use is passed over, and its tables are not found.
    if how == .failed, isUnfound, path.isBlocked { isDenied = true }
  }

  /// Whether a table was not found.
  private var isUnfound = false

  private mutating func plan(_ path: String, tables: LargeTables, with session: inout PlanningSession) {
    guard let text = statement.text else {
      reason = "the server has dropped its text"
      return
    }
    guard let pieces = StatementText(text) else {
      reason = "its text is cut off"
      return
    }
    guard pieces.kind == .planned else {
      how = .none
      return
    }
    do throws(PostgresFailure) {
      try take(text, .asItIs, path, tables, &session)
    } catch {
      reason = error.description
      guard case .server(let report) = error else { return }
      isUnfound = report.sqlState == Self.unknownTable
      if report.sqlState == Self.denied {
        planReadingPart(of: pieces, path, tables, &session)
      } else {
        planMended(pieces.mended, .rewritten, path, tables, &session)
        if how == .failed, isDenied { planReadingPart(of: pieces, path, tables, &session) }
      }
    }
  }

  private static let denied = "42501"
  private static let writing = ["insert", "update", "delete", "merge"]
  private static let unknownTable = "42P01"
  private static let ambiguous = "42725"
  private static let undetermined = "42P18"

  private mutating func take(
    _ text: String, _ how: How, _ path: String, _ tables: LargeTables, _ session: inout PlanningSession
  ) throws(PostgresFailure) {
    let document = try session.plan(text, path: path)
    guard let plan = StatementPlan(document, largeRows: { tables[$0, $1]?.rows }) else {
      throw .invalid("the server's plan is not understood")
    }
    self.plan = plan
    self.text = text
    self.how = how
    reason = nil
    isDenied = false
  }

  private mutating func planMended(
    _ pieces: StatementText, _ how: How, _ path: String, _ tables: LargeTables, _ session: inout PlanningSession
  ) {
    var pieces = pieces
    for _ in 0..<Self.mostAttempts {
      do throws(PostgresFailure) {
        try take(pieces.text, how, path, tables, &session)
        return
      } catch {
        reason = error.description
        guard case .server(let report) = error else { return }
        isDenied = report.sqlState == Self.denied
        if report.sqlState == Self.ambiguous, pieces.guessed != pieces {
          pieces = pieces.guessed
        } else if report.sqlState == Self.undetermined, let number = Self.parameter(in: report.message) {
          pieces = pieces.withText(parameter: number)
        } else {
          return
        }
      }
    }
  }

  /// Whoever may not write may still plan what a writing statement looks for.
  private mutating func planReadingPart(
    of pieces: StatementText, _ path: String, _ tables: LargeTables, _ session: inout PlanningSession
  ) {
    isDenied = true
    switch pieces.mended.readingPart {
    case .nothing:
      how = .readingPart
      reason = nil
      isDenied = false
    case .query(let query): planMended(query, .readingPart, path, tables, &session)
    // A grant to read would not help where it is writing that is denied.
    case nil where pieces.tokens.contains(where: { token in Self.writing.contains { token.isWord($0) } }):
      isDenied = false
    case nil: break
    }
  }

  /// The number after the only dollar sign of a message, which is there in any language.
  private static func parameter(in message: String) -> Int? {
    message.split(separator: "$").dropFirst().first.flatMap { Int($0.prefix { $0.isASCII && $0.isNumber }) }
  }

  /// The facts.
  var value: JSONValue {
    [
      "id": JSONValue(statement.id), "text": .string(statement.summary), "calls": .integer(statement.calls),
      "meanMilliseconds": .double(statement.milliseconds / Double(max(1, statement.calls))),
      "shareOfLoad": .double(statement.shareOfLoad), "plan": .string(how.rawValue),
      "reason": JSONValue(reason.map { $0.bounded() }),
      "cost": plan.map { .double($0.cost) } ?? .null,
    ]
  }
}
