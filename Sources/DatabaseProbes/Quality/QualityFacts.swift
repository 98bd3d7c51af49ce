import AuditModel
import Facts
import Postgres

/// What the data of a database says to the rules declared for it, as facts.
struct QualityFacts {
  /// What came of a rule.
  struct Outcome: Sendable {
    /// Rows that were judged; nil where they were not counted.
    var rows: Int?
    /// Of these, rows with a value to judge.
    var present: Int?
    /// Rows that break the rule.
    var failing: Int?
    /// A figure made of all values.
    var value: Double?
    /// Whether the rule holds; nil where that was not seen.
    var holds: Bool?
    /// Why it does not hold, or was not seen.
    var reason: String?

    static func unseen(_ reason: String) -> Outcome { Outcome(reason: reason) }
  }

  /// How statements are run; the path is where names without a schema are looked for.
  typealias Reader = (_ statement: String, _ arguments: [String?], _ path: [String]) throws(PostgresFailure) ->
    PostgresRows

  private let rules: [QualityRule]
  private let role: String
  /// In seconds.
  private let timeout: Int
  private var tables = QualityTables()
  private var outcomes: [Outcome?]
  private var checkedAt: String?
  private(set) var gaps: [Gap] = []

  init(_ rules: [QualityRule], role: String, timeout: Int) {
    (self.rules, self.role, self.timeout) = (rules, role, timeout)
    outcomes = Array(repeating: nil, count: rules.count)
  }

  private static let clock = "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS now"

  /// Asks the server about every rule.
  mutating func read(with reader: Reader) {
    do throws(PostgresFailure) {
      checkedAt = try reader(Self.clock, [], []).first?["now"]
      let names = Array(Set(rules.flatMap(\.tables))).sorted { $0.quoted < $1.quoted }
      if !names.isEmpty {
        let arguments = [PostgresArray.literal(names.map(\.schema)), PostgresArray.literal(names.map(\.name))]
        tables = QualityTables(try reader(QualityTables.statement, arguments, []), of: names)
      }
    } catch {
      gaps.append(Gap(path: "rules", reason: error.description))
      return
    }
    var index = 0
    while index < rules.count {
      let end = endOfReading(from: index)
      if end - index > 1, case .success(let table)? = rules[index].table.map(tables.table) {
        readTogether(index..<end, of: table, with: reader)
      } else {
        for index in index..<end { outcomes[index] = outcome(of: rules[index], with: reader) }
      }
      index = end
    }
  }

  /// The rules from here on that one reading of a table answers.
  private func endOfReading(from start: Int) -> Int {
    func isLike(_ rule: QualityRule) -> Bool {
      QualityQuestion.isPart(rule) && rule.table == rules[start].table && rule.condition == rules[start].condition
    }
    guard isLike(rules[start]) else { return start + 1 }
    return start + rules[start...].prefix(50).prefix(while: isLike).count
  }

  private mutating func readTogether(_ range: Range<Int>, of table: QualityTables.Table, with reader: Reader) {
    let group = Array(rules[range])
    let question = QualityQuestion(reading: table, for: group)
    do throws(PostgresFailure) {
      guard let row = try reader(question.statement, question.arguments, path(group.first, table)).first else { return }
      for (offset, index) in range.enumerated() { outcomes[index] = outcome(of: rules[index], in: row, number: offset) }
    } catch {
      // One of them cannot be answered: which one shows when each is asked by itself.
      for index in range { outcomes[index] = outcome(of: rules[index], with: reader) }
    }
  }

  // MARK: One rule

  private func outcome(of rule: QualityRule, with reader: Reader) -> Outcome {
    var table: QualityTables.Table?
    if let name = rule.table {
      switch tables.table(name) {
      case .success(let found): table = found
      case .failure(let failure): return Self.outcome(of: name, failure.absence)
      }
      if let missing = rule.columns.first(where: { table?.columns[$0] == nil }), let table {
        return Outcome(holds: false, reason: "\(table.name.plain) has no column \(SessionFacts.quoted(missing))")
      }
    }
    var involved = [table].compactMap(\.self)
    let question: QualityQuestion
    switch (rule.demand, table) {
    case (.query(_, let sql), _):
      guard let query = QualityDeclaration.query(sql) else { return .unseen("the text is not one query") }
      question = QualityQuestion(query: query, beside: table)
    case (.unique(let columns), let table?):
      question = QualityQuestion(groups: columns, of: table, for: rule, beyondFirst: false)
    case (.duplicates(let columns, _), let table?):
      question = QualityQuestion(groups: columns, of: table, for: rule, beyondFirst: true)
    case (.relationship(let columns, let name, let fields), let table?):
      switch tables.table(name) {
      case .failure(let failure): return Self.outcome(of: name, failure.absence)
      case .success(let other):
        if let missing = fields.first(where: { other.columns[$0] == nil }) {
          return Outcome(holds: false, reason: "\(other.name.plain) has no column \(SessionFacts.quoted(missing))")
        }
        involved.append(other)
        question = QualityQuestion(references: columns, of: table, to: other, fields, for: rule)
      }
    case (_, let table?): question = QualityQuestion(reading: table, for: [rule])
    case (_, nil): return .unseen("the rule names no table")
    }
    do throws(PostgresFailure) {
      guard let row = try reader(question.statement, question.arguments, path(rule, table)).first else {
        return .unseen("the server gave no answer")
      }
      return outcome(of: rule, in: row, number: 0)
    } catch {
      return outcome(of: error, rule, involved)
    }
  }

  /// Where names without a schema are looked for: nowhere but in the server's own catalogs, unless people wrote SQL.
  private func path(_ rule: QualityRule?, _ table: QualityTables.Table?) -> [String] {
    guard let rule else { return [] }
    if rule.condition == nil, case .query = rule.demand {} else if rule.condition == nil { return [] }
    var path = table?.name.schema.map { [$0] } ?? []
    if path != ["public"] { path.append("public") }
    return path
  }

  private static func outcome(of name: TableName, _ absence: QualityTables.Absence) -> Outcome {
    switch absence {
    case .nowhere: Outcome(holds: false, reason: "there is no table \(name.plain)")
    case .several(let schemas):
      .unseen("\(name.plain) is in several schemas (\(schemas.joined(separator: ", "))): name the one that is meant")
    }
  }

  /// What the server's answer says.
  private func outcome(of rule: QualityRule, in row: PostgresRow, number: Int) -> Outcome {
    func count(_ name: String) -> Int? { row[name].flatMap { Int($0) } }
    var outcome = Outcome(rows: count("rows"), present: count("p\(number)"), failing: count("f\(number)"))
    outcome.value = row["v\(number)"].flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil }
    if rule.isAboutRows {
      guard let rows = outcome.rows, let failing = outcome.failing else { return .unseen("the server counted nothing") }
      if rows == 0 {
        outcome.reason = "there is no row to judge\(rule.condition == nil ? "" : " that meets the condition")"
        return outcome
      }
      let present = outcome.present ?? rows
      if case .duplicates(_, let most?) = rule.demand {
        outcome.holds = failing <= most
      } else {
        outcome.holds = present == 0 || Double(present - failing) / Double(present) >= rule.mostly
      }
      if outcome.holds == false { outcome.reason = Self.reason(failing, of: present, rule) }
      return outcome
    }
    switch rule.demand {
    case .rowCount(let bounds):
      outcome.holds = outcome.rows.map(bounds.hold)
      outcome.reason = outcome.holds == false ? "\(outcome.rows ?? 0) rows instead of \(bounds.words)" : nil
    case .freshness:
      // Judged in `derive`, since it depends on the day.
      outcome.holds = outcome.value == nil ? false : nil
      outcome.reason = outcome.value == nil ? "no row has a time that is not in the future" : nil
    case .aggregate(let function, let column, let bounds):
      guard outcome.present != 0 || [.count, .countDistinct].contains(function) else {
        outcome.reason = "there is no value to make a figure of"
        return outcome
      }
      outcome.holds = row["h\(number)"].map { $0 == "t" }
      let figure = outcome.value.map { " is \(Self.words($0)), not" } ?? " is not"
      outcome.reason =
        outcome.holds == nil
        ? "the figure is none"
        : outcome.holds == false
          ? "\(function.rawValue) of \(SessionFacts.quoted(column))\(figure) \(bounds.words)" : nil
    case .query:
      guard let failing = outcome.failing else { return .unseen("the server counted nothing") }
      let isMore = failing > QualityQuestion.mostRows
      outcome.failing = min(failing, QualityQuestion.mostRows)
      if failing == 0, outcome.rows == 0 {
        outcome.reason = "the table beside the query has no row"
      } else {
        outcome.holds = failing == 0
        outcome.reason =
          failing == 0
          ? nil : "it finds \(isMore ? "more than " : "")\(outcome.failing ?? 0) row\(failing == 1 ? "" : "s")"
      }
      // Only whether there is one was asked.
      outcome.rows = nil
    default: break
    }
    return outcome
  }

  private static func reason(_ failing: Int, of present: Int, _ rule: QualityRule) -> String {
    let what =
      switch rule.demand {
      case .notNull: failing == 1 ? "has no value" : "have no value"
      case .unique: "share their values with others"
      case .acceptedValues: failing == 1 ? "has another value" : "have other values"
      case .relationship(_, let table, _): "refer\(failing == 1 ? "s" : "") to nothing in \(table.plain)"
      case .pattern: failing == 1 ? "does not match" : "do not match"
      case .duplicates: "repeat\(failing == 1 ? "s" : "") another"
      default: failing == 1 ? "is out of range" : "are out of range"
      }
    return "\(failing) of \(present) rows \(what)"
  }

  static func words(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String((number * 1000).rounded() / 1000)
  }

  // MARK: Where the server refused

  private func outcome(of failure: PostgresFailure, _ rule: QualityRule, _ tables: [QualityTables.Table]) -> Outcome {
    guard case .server(let report) = failure else {
      if case .timedOut = failure { return .unseen(tooLong) }
      return .unseen(failure.description)
    }
    let state = report.sqlState ?? ""
    switch state {
    case "42501": return .unseen(denial(report, tables))
    case "42P01", "42703", "3F000": return Outcome(holds: false, reason: report.message)
    case "57014": return .unseen(tooLong)
    case "25006": return .unseen("it would write, and the auditor only reads: \(report.message)")
    case "2201B": return .unseen("the rule cannot be judged: \(report.message)")
    // What the server says of data may repeat it.
    case _ where state.hasPrefix("22"):
      return .unseen("the rule cannot be judged: a value is not of the type it is compared as (SQLSTATE \(state))")
    case _ where state.hasPrefix("42") || state.hasPrefix("0A") || state.hasPrefix("5"):
      return .unseen("the rule cannot be judged: \(report.description)")
    default: return .unseen("the rule cannot be judged (SQLSTATE \(state))")
    }
  }

  private var tooLong: String {
    "the server was not done within \(timeout) s: narrow the rule with where, or raise qualityTimeout"
  }

  private func denial(_ report: ServerReport, _ tables: [QualityTables.Table]) -> String {
    let role = SessionFacts.quoted(role)
    if let table = tables.first(where: \.isFiltered) {
      return "row-level security hides rows of \(table.name.plain) from this role, "
        + "a policy for it or ALTER ROLE \(role) BYPASSRLS would show them"
    }
    var grants: [String] = []
    for table in tables {
      if !table.isInReach, let schema = table.name.schema {
        grants.append("GRANT USAGE ON SCHEMA \(SessionFacts.quoted(schema)) TO \(role)")
      }
      if !table.isReadable { grants.append("GRANT SELECT ON \(table.name.plain) TO \(role)") }
    }
    if grants.isEmpty { grants = ["GRANT SELECT on what it reads, or GRANT pg_read_all_data TO \(role)"] }
    return "\(report.message), \(grants.joined(separator: "; ")) would show it"
  }
}

extension QualityRule {
  /// The tables it is about.
  var tables: [TableName] {
    if case .relationship(_, let other, _) = demand { return [table, other].compactMap(\.self) }
    return [table].compactMap(\.self)
  }

  /// What it is called in a report.
  func subject(in table: String?) -> String {
    var words = [table, columns.isEmpty ? nil : columns.map(SessionFacts.quoted).joined(separator: ", ")]
      .compactMap(\.self)
    switch demand {
    case .query(let name, _): words.append(name)
    case .aggregate(let function, _, _): words.append(function.rawValue)
    default: words.append(word)
    }
    if let label { words.append("(\(label))") }
    return words.joined(separator: " ")
  }
}

// MARK: As JSON

extension QualityFacts {
  static let schema = Schema.object([
    Schema.Field("checkedAt", .nullable(.string(.date)), required: true, "the server's clock"),
    Schema.Field(
      "rules",
      .nullable(
        .array(
          .object([
            Schema.Field("name", .string(), required: true, "table, columns and rule"),
            Schema.Field("rule", .string(.word(words)), required: true, "the word in the inventory"),
            Schema.Field("table", .nullable(.string()), required: true, "the table with its schema"),
            Schema.Field("columns", .array(.string()), required: true, "the columns"),
            Schema.Field("narrowed", .boolean, required: true, "only rows that meet a condition were judged"),
            Schema.Field("severity", .string(.word(["warn", "error"])), required: true, "what a miss is worth"),
            Schema.Field("expected", .string(), required: true, "what has to be"),
            Schema.Field("rows", .nullable(.integer(minimum: 0)), required: true, "rows that were judged"),
            Schema.Field(
              "present", .nullable(.integer(minimum: 0)), required: true, "of these, rows with a value to judge"),
            Schema.Field("failing", .nullable(.integer(minimum: 0)), required: true, "rows that break the rule"),
            Schema.Field("value", .nullable(.number()), required: true, "a figure made of all rows; an age in seconds"),
            Schema.Field(
              "limitSeconds", .nullable(.integer(minimum: 0)), required: true, "how old the newest row may be"),
            Schema.Field("holds", .nullable(.boolean), required: true, "whether the data is as the rule demands"),
            Schema.Field(
              "broken", .nullable(.boolean), required: true, "it does not hold, and is worth more than a warning"),
            Schema.Field("reason", .nullable(.string()), required: true, "why it does not hold, or was not seen"),
          ]))), required: true, "the rules of the inventory, in their order"),
  ])

  private static let words = [
    "notNull", "unique", "acceptedValues", "relationships", "range", "pattern", "rowCount", "freshness", "duplicates",
    "aggregate", "sql",
  ]

  var value: JSONValue {
    let isSeen = gaps.isEmpty
    return [
      "checkedAt": JSONValue(checkedAt),
      "rules": isSeen ? .array(zip(rules, outcomes).map { fact($0, $1 ?? .unseen("it was not asked")) }) : nil,
    ]
  }

  private func fact(_ rule: QualityRule, _ outcome: Outcome) -> JSONValue {
    var table = rule.table?.plain
    if let name = rule.table, case .success(let found) = tables.table(name) { table = found.name.plain }
    var limit: Int?
    if case .freshness(_, let seconds) = rule.demand { limit = seconds }
    return [
      "name": .string(rule.subject(in: table).bounded()), "rule": .string(rule.word),
      "table": JSONValue(table.map { $0.bounded() }), "columns": JSONValue(rule.columns.map { $0.bounded() }),
      "narrowed": .bool(rule.condition != nil), "severity": rule.isWarning ? "warn" : "error",
      "expected": .string(rule.expected.bounded()), "rows": JSONValue(outcome.rows),
      "present": JSONValue(outcome.present), "failing": JSONValue(outcome.failing),
      "value": outcome.value.map { .double($0) } ?? nil, "limitSeconds": JSONValue(limit),
      "holds": JSONValue(outcome.holds), "broken": JSONValue(outcome.holds.map { !$0 && !rule.isWarning }),
      "reason": JSONValue(outcome.reason.map { $0.bounded() }),
    ]
  }

  /// The facts with the ages of data as of a moment, and what follows from them. Pure.
  static func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var whole = facts.object, let rules = facts["rules"]?.array else { return facts }
    let passed = facts["checkedAt"]?.string.flatMap { Instant($0) }.map { max(0, now.seconds - $0.seconds) } ?? 0
    whole["rules"] = .array(
      rules.map { rule in
        guard let limit = rule["limitSeconds"]?.integer, let age = rule["value"]?.double, var object = rule.object
        else { return rule }
        let current = age + Double(passed)
        let holds = current <= Double(limit)
        object["value"] = .double((current * 1000).rounded() / 1000)
        object["holds"] = .bool(holds)
        object["broken"] = .bool(!holds && rule["severity"] == "error")
        object["reason"] =
          holds ? .null : .string("the newest row is \(inWords(current)) old, \(inWords(Double(limit))) is allowed")
        return .object(object)
      })
    return .object(whole)
  }

  /// An age in the largest unit of which it has two.
  private static func inWords(_ seconds: Double) -> String {
    for (unit, length) in [("days", 86_400.0), ("h", 3600), ("min", 60)] where seconds >= 2 * length {
      return "\(Int((seconds / length).rounded(.down))) \(unit)"
    }
    return "\(Int(seconds.rounded(.down))) s"
  }
}
