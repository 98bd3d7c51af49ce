import Facts
import MigrationAnalysis

/// What the inventory may demand of the data of a database.
enum QualityDeclaration {
  static let fields = [
    Schema.Field("quality", .array(entry, minimumCount: 1), "rules on the data, table by table"),
    Schema.Field(
      "qualityTimeout", .integer(minimum: 1, maximum: 600), "seconds that the server may work on one rule",
      default: .integer(defaultTimeout)),
  ]

  /// In seconds.
  static let defaultTimeout = 15

  private static let name = Schema.string(.nonEmpty)
  private static let oneOrMore = Schema.either([name, .array(name, minimumCount: 1)])
  private static let scalar = Schema.either([name, .number(), .boolean])
  private static let limits = [
    Schema.Field("atLeast", .either([.number(), name]), "the least there may be"),
    Schema.Field("atMost", .either([.number(), name]), "the most there may be"),
    Schema.Field("moreThan", .either([.number(), name]), "there has to be more"),
    Schema.Field("lessThan", .either([.number(), name]), "there has to be less"),
  ]
  private static let counts = limits.map { field in
    Schema.Field(field.name, .integer(minimum: 0), field.summary)
  }

  private static let entry = Schema.object([
    Schema.Field("table", name, "the table or view: schema.name, or its name alone"),
    Schema.Field("name", name, "what tells these rules from others on the same columns"),
    Schema.Field("where", name, "a condition in SQL: only rows that meet it are judged"),
    Schema.Field(
      "mostly", .number(minimum: 0, maximum: 1), "the least share of rows that hold; rows without a value left out",
      default: 1),
    Schema.Field("severity", .string(.word(["warn", "error"])), "what a miss is worth", default: "error"),
    Schema.Field("notNull", oneOrMore, "columns that have a value in every row"),
    Schema.Field(
      "unique", .either([name, .array(oneOrMore, minimumCount: 1)]), "columns, or lists of columns, that repeat nothing"
    ),
    Schema.Field(
      "acceptedValues", .object([], others: .array(scalar, minimumCount: 1)), "the values that a column may have"),
    Schema.Field(
      "relationships",
      .array(
        .object([
          Schema.Field("column", oneOrMore, required: true, "the column, or the columns, that refer"),
          Schema.Field("to", name, required: true, "the table referred to"),
          Schema.Field("field", oneOrMore, required: true, "its column, or its columns in the same order"),
        ]), minimumCount: 1), "columns whose values are those of another table"),
    Schema.Field("range", .object([], others: .object(limits)), "between which limits a column's values lie"),
    Schema.Field(
      "pattern", .object([], others: name),
      "what a column's text matches: a regular expression of PostgreSQL, anywhere unless it begins with ^ and ends with $"
    ),
    Schema.Field("rowCount", .object(counts), "how many rows there are"),
    Schema.Field(
      "freshness",
      .object([
        Schema.Field("column", name, required: true, "a column with the time of each row"),
        Schema.Field("within", name, required: true, "how old the newest may be: 90s, 15m, 24h or 7d"),
      ]), "how old the newest row is"),
    Schema.Field(
      "duplicates",
      .array(
        .object([
          Schema.Field("columns", oneOrMore, required: true, "the columns that are compared"),
          Schema.Field("atMost", .integer(minimum: 0), "how many rows may repeat others; else as mostly says"),
        ]), minimumCount: 1), "rows that repeat others"),
    Schema.Field(
      "aggregate",
      .array(
        .object(
          [
            Schema.Field(
              "of", .string(.word(QualityRule.Function.allCases.map(\.rawValue))), required: true,
              "what is made of all values"),
            Schema.Field("column", name, required: true, "the column"),
          ] + limits), minimumCount: 1), "what all values of a column come to"),
    Schema.Field(
      "sql",
      .array(
        .object([
          Schema.Field("name", name, required: true, "what is asked"),
          Schema.Field("query", name, required: true, "a query for the rows that should not be there"),
        ]), minimumCount: 1), "queries that should find nothing; a `table` beside them has to have rows"),
  ])

  /// What is wrong with the rules that their shape cannot say.
  static func violations(in settings: JSONObject) -> [Schema.Violation] {
    (settings["quality"]?.array ?? []).enumerated().flatMap { index, entry in
      violations(of: entry).map { violation in
        Schema.Violation(path: [.name("quality"), .index(index)] + violation.path, kind: violation.kind)
      }
    }
  }

  private static let about = ["table", "name", "where", "mostly", "severity"]

  private static func violations(of entry: JSONValue) -> [Schema.Violation] {
    var found: [Schema.Violation] = []
    func add(_ path: [Schema.Violation.Step], _ kind: Schema.Violation.Kind) {
      found.append(Schema.Violation(path: path, kind: kind))
    }
    func addName(_ text: String?, _ path: [Schema.Violation.Step]) {
      if let text, TableName(text) == nil { add(path, .malformed("a table: schema.name, or its name alone")) }
    }
    let rules = (entry.object?.names ?? []).filter { !about.contains($0) }
    if rules.isEmpty { add([], .malformed("at least one rule: notNull, unique, range, rowCount, …")) }
    if entry["table"] == nil, rules.contains(where: { $0 != "sql" }) || entry["where"] != nil {
      add([], .missingName("table"))
    }
    addName(entry["table"]?.string, [.name("table")])
    for (index, relation) in (entry["relationships"]?.array ?? []).enumerated() {
      addName(relation["to"]?.string, [.name("relationships"), .index(index), .name("to")])
      if QualityRule.names(relation["column"]).count != QualityRule.names(relation["field"]).count {
        add([.name("relationships"), .index(index), .name("field")], .malformed("as many columns as in `column`"))
      }
    }
    for member in entry["range"]?.object?.members ?? [] where QualityRule.Bounds(member.value).limits.isEmpty {
      add([.name("range"), .name(member.name)], .malformed(limitWords))
    }
    if let count = entry["rowCount"], QualityRule.Bounds(count).limits.isEmpty {
      add([.name("rowCount")], .malformed(limitWords))
    }
    for (index, aggregate) in (entry["aggregate"]?.array ?? []).enumerated()
    where QualityRule.Bounds(aggregate).limits.isEmpty {
      add([.name("aggregate"), .index(index)], .malformed("given a limit: \(limitWords)"))
    }
    for name in ["acceptedValues", "range", "pattern"] where entry[name]?.object?.isEmpty == true {
      add([.name(name)], .malformed("given at least one column"))
    }
    if let text = entry["freshness"]?["within"]?.string, LengthOfTime.seconds(text) == nil {
      add([.name("freshness"), .name("within")], .malformed("a length of time like 90s, 15m, 24h or 7d"))
    }
    if let condition = entry["where"]?.string, SQLTexts.statements(of: condition).count != 1 || condition.contains(";")
    {
      add([.name("where")], .malformed("one condition in SQL, without a semicolon"))
    }
    for (index, question) in (entry["sql"]?.array ?? []).enumerated() {
      guard let text = question["query"]?.string, query(text) == nil else { continue }
      add([.name("sql"), .index(index), .name("query")], .malformed("one query: SELECT, WITH, VALUES or TABLE"))
    }
    return found
  }

  private static let limitWords = "one of atLeast, atMost, moreThan and lessThan"

  /// A text that is one query, without what ends it; nil for anything else.
  static func query(_ text: String) -> String? {
    let statements = SQLTexts.statements(of: text)
    guard statements.count == 1, let statement = statements.first?.text,
      let word = SQLTexts.beginning(of: statement), ["select", "with", "values", "table", "("].contains(word)
    else { return nil }
    return statement
  }
}
