import AuditModel
import Facts
import LoopbackPostgres
import Postgres
import Probing
import Testing

@testable import DatabaseProbes

/// Rules on the data of a real database, in the words of the inventory.
@Suite(.serialized) struct DataQualityTests {
  /// Where the rows lie that the rules are about: made once.
  private static let database = Task {
    try await SurveyedDatabase(
      "quality", on: try PostgresServer.shared.get(),
      running: [
        "CREATE TABLE venues (id int PRIMARY KEY, name text)", "INSERT INTO venues VALUES (1, 'Hall'), (2, 'Club')",
        "CREATE TYPE mood AS ENUM ('glad', 'sad', 'odd')",
        """
        CREATE TABLE events (id int, title text, venue_id int, state varchar(10), price numeric(8, 2), mail text,
          mood mood, code char(5), starts timestamptz, day date)
        """,
        """
        INSERT INTO events VALUES
          (1, 'a', 1, 'open', 10, 'a@x.org', 'glad', 'ab', now() - interval '2 hours', '2026-01-01'),
          (2, 'b', 2, 'open', 20, 'b@x.org', 'sad', 'cd', now() - interval '3 hours', '2026-01-02'),
          (3, NULL, 7, 'shut', -5, 'nobody', 'odd', 'cd', now() + interval '90 days', '2026-01-03'),
          (3, 'b', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
        """, "CREATE TABLE empty (id int, name text, at timestamptz)", "CREATE SCHEMA \"Odd\"",
        "CREATE TABLE \"Odd\".\"T \"\"x\"\".y\" (\"a\"\"b; --\" int)",
        "INSERT INTO \"Odd\".\"T \"\"x\"\".y\" VALUES (1), (1)",
        "CREATE TABLE guarded (id int)", "INSERT INTO guarded VALUES (1)",
        "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
        "CREATE TABLE public.twin (id int)", "CREATE SCHEMA a", "CREATE SCHEMA b", "CREATE TABLE a.both (id int)",
        "CREATE TABLE b.both (id int)", "CREATE SCHEMA closed", "CREATE TABLE closed.t (id int)",
        "INSERT INTO closed.t VALUES (1)", "CREATE TABLE kept (id int)", "INSERT INTO kept VALUES (1)",
        "CREATE TABLE pairs (a int, b int)", "INSERT INTO pairs VALUES (1, 1), (1, 1), (1, 2), (1, NULL), (1, NULL)",
        "CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at)",
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2030-01-01')",
        "INSERT INTO parts VALUES (1, '2024-01-01'), (NULL, '2025-01-01')",
      ])
  }

  private func look(
    _ entries: JSONValue, as role: SurveyedDatabase.Role = .surveyor, timeout: Int? = nil
  ) async throws -> Look {
    let database = try await Self.database.value
    var settings = database.server.declaration(user: role.rawValue)
    settings["url"] = .string("postgresql://\(role.rawValue)@localhost:\(database.server.port)/quality")
    settings["quality"] = entries
    if !database.server.offersTLS { settings["sslmode"] = "disable" }
    settings["qualityTimeout"] = JSONValue(timeout)
    #expect(QualityDeclaration.fields[0].schema.violations(of: entries).isEmpty)
    #expect(QualityDeclaration.violations(in: settings).isEmpty)
    return await Look(
      PostgresDataQualityProbe(), settings, password: PostgresServer.password, timeout: 60_000)
  }

  /// What came of each rule: its name, whether it holds, and why not.
  private func outcomes(_ look: Look) -> [(name: String, holds: Bool?, reason: String?)] {
    (look["rules"]?.array ?? []).map { ($0["name"]?.string ?? "", $0["holds"]?.bool, $0["reason"]?.string) }
  }

  @Test func everyRuleOnGoodAndBadData() async throws {
    let look = try await look([
      [
        "table": "events", "notNull": ["id", "title"], "unique": ["id", ["id", "title"]],
        "acceptedValues": ["state": ["open", "shut"], "mood": ["glad", "sad", "unheard"], "code": ["ab", "cd"]],
        "range": [
          "price": ["atLeast": 0], "day": ["atLeast": "2026-01-01", "lessThan": "2026-01-03"], "id": ["atMost": 3],
        ],
        "pattern": ["mail": "^[^@]+@[^@]+$"], "rowCount": ["atLeast": 4, "atMost": 4],
        "freshness": ["column": "starts", "within": "3h"],
        "relationships": [["column": "venue_id", "to": "venues", "field": "id"]],
        "duplicates": [["columns": "title"], ["columns": ["title"], "atMost": 1]],
        "aggregate": [
          ["of": "avg", "column": "price", "atLeast": 5, "atMost": 9], ["of": "max", "column": "price", "atMost": 20],
          ["of": "countDistinct", "column": "state", "moreThan": 2], ["of": "min", "column": "title", "atLeast": "b"],
        ],
      ]
    ])
    let outcomes = outcomes(look)
    let expected: [(String, Bool, String?)] = [
      ("public.events id notNull", true, nil), ("public.events title notNull", false, "1 of 4 rows has no value"),
      ("public.events id unique", false, "2 of 4 rows share their values with others"),
      ("public.events id, title unique", true, nil), ("public.events state acceptedValues", true, nil),
      ("public.events mood acceptedValues", false, "1 of 3 rows has another value"),
      ("public.events code acceptedValues", true, nil),
      ("public.events price range", false, "1 of 3 rows is out of range"),
      ("public.events day range", false, "1 of 3 rows is out of range"), ("public.events id range", true, nil),
      ("public.events mail pattern", false, "1 of 3 rows does not match"), ("public.events rowCount", true, nil),
      ("public.events starts freshness", true, nil),
      ("public.events venue_id relationships", false, "1 of 3 rows refers to nothing in venues"),
      ("public.events title duplicates", false, "1 of 3 rows repeats another"),
      ("public.events title duplicates", true, nil),
      ("public.events price avg", true, nil), ("public.events price max", true, nil),
      ("public.events state countDistinct", false, "countDistinct of state is 2, not more than 2"),
      ("public.events title min", false, "min of title is not at least b"),
    ]
    for (outcome, (name, holds, reason)) in zip(outcomes, expected) {
      #expect(outcome.name == name)
      // Freshness is judged later, as of a day.
      if !name.hasSuffix("freshness") {
        #expect(outcome.holds == holds, "\(name): \(outcome.reason ?? "")")
        #expect(outcome.reason == reason, "\(name)")
      }
    }
    #expect(outcomes.count == expected.count)
    #expect(look.gaps.isEmpty)
    // One login, a clock, the catalogs, one reading for eleven rules, and one question for each of the others.
    #expect(look.traffic.connections == 1)
    #expect(look.traffic.requests < 30)
  }

  @Test func agesGrowWithTheDay() async throws {
    let look = try await look([
      ["table": "events", "freshness": ["column": "starts", "within": "3h"]],
      ["table": "events", "severity": "warn", "freshness": ["column": "day", "within": "7d"]],
    ])
    let facts = try #require(look.facts)
    let at = try #require(facts["checkedAt"]?.string.flatMap { Instant($0) })
    let now = QualityFacts.derive(facts, asOf: at)
    #expect(now["rules"]?.array?[0]["holds"] == true)
    #expect(now["rules"]?.array?[1]["broken"] == false)
    let later = QualityFacts.derive(facts, asOf: Instant(seconds: at.seconds + 7200))
    #expect(later["rules"]?.array?[0]["holds"] == false)
    #expect(later["rules"]?.array?[0]["broken"] == true)
    #expect(later["rules"]?.array?[0]["reason"] == "the newest row is 4 h old, 3 h is allowed")
  }

  @Test func nothingToJudgeIsNotEnough() async throws {
    let look = try await look([
      [
        "table": "empty", "notNull": "id", "unique": "id", "acceptedValues": ["name": ["x"]],
        "range": ["id": ["atLeast": 1]], "pattern": ["name": "x"],
        "relationships": [["column": "id", "to": "venues", "field": "id"]], "duplicates": [["columns": "id"]],
        "aggregate": [["of": "avg", "column": "id", "atLeast": 0]],
      ], ["table": "events", "where": "price > 1000", "notNull": "title"],
      ["table": "empty", "sql": [["name": "none", "query": "SELECT 1 FROM events WHERE price > 1000"]]],
    ])
    for outcome in outcomes(look) {
      #expect(outcome.holds == nil, "\(outcome.name)")
      #expect(outcome.reason != nil)
    }
    #expect((look["rules"]?.array ?? []).count == 10)
    let counted = try await self.look([
      ["table": "empty", "rowCount": ["atLeast": 1], "freshness": ["column": "at", "within": "1d"]],
      ["table": "empty", "rowCount": ["atMost": 0]],
    ])
    #expect(outcomes(counted).map(\.holds) == [false, false, true])
  }

  @Test func sharesAndConditions() async throws {
    let look = try await look([
      ["table": "events", "mostly": 0.75, "notNull": "title"], ["table": "events", "mostly": 0.76, "notNull": "title"],
      ["table": "events", "where": "id < 3 -- the first two", "notNull": "title", "unique": "venue_id"],
      ["table": "pairs", "unique": [["a", "b"]]], ["table": "pairs", "mostly": 0.3, "unique": [["a", "b"]]],
      ["table": "pairs", "duplicates": [["columns": ["a", "b"]]]],
      ["table": "parts", "notNull": "id", "rowCount": ["atLeast": 2]],
    ])
    #expect(outcomes(look).map(\.holds) == [true, false, true, true, false, true, false, false, true])
    #expect(look["rules"]?.array?[4]["failing"] == 2)
    #expect(look["rules"]?.array?[6]["failing"] == 1)
  }

  @Test func namesOfAllKinds() async throws {
    let odd = "\"Odd\".\"T \"\"x\"\".y\""
    let look = try await look([
      ["table": .string(odd), "notNull": "a\"b; --", "unique": "a\"b; --"],
      ["table": "nowhere", "notNull": "id"], ["table": "events", "notNull": "titel"],
      ["table": "both", "notNull": "id"], ["table": "a.both", "rowCount": ["atLeast": 0]],
      ["table": "pg_catalog.pg_class", "notNull": "relname"],
    ])
    let outcomes = outcomes(look)
    #expect(outcomes.map(\.holds) == [true, false, false, false, nil, true, true])
    #expect(outcomes[2].reason == "there is no table nowhere")
    #expect(outcomes[3].reason == "public.events has no column titel")
    #expect(outcomes[4].reason?.contains("a, b") == true)
  }

  @Test func whatTheRoleMayNotSeeNamesTheGrant() async throws {
    let look = try await look(
      [
        ["table": "closed.t", "notNull": "id"], ["table": "events", "notNull": ["id", "title"]],
        ["sql": [["name": "q", "query": "SELECT FROM public.events"]]],
      ], as: .stranger)
    let outcomes = outcomes(look)
    #expect(outcomes.map(\.holds) == [nil, nil, nil, nil])
    #expect(outcomes[0].reason?.contains("GRANT USAGE ON SCHEMA closed TO stranger") == true)
    #expect(outcomes[0].reason?.contains("GRANT SELECT ON closed.t TO stranger") == true)
    #expect(outcomes[1].reason?.contains("GRANT SELECT ON public.events TO stranger") == true)
    #expect(outcomes[3].reason?.contains("GRANT") == true)
    let guarded = try await self.look([
      ["table": "guarded", "rowCount": ["atLeast": 0]],
      ["sql": [["name": "q", "query": "SELECT FROM guarded WHERE false"]]],
    ])
    #expect(self.outcomes(guarded).map(\.holds) == [nil, nil])
    #expect(self.outcomes(guarded)[0].reason?.contains("ALTER ROLE surveyor BYPASSRLS") == true)
  }

  /// Text that tries to do more than ask.
  static let intrusions = [
    "WITH gone AS (DELETE FROM kept RETURNING id) SELECT id FROM gone",
    "SELECT id FROM kept FOR UPDATE", "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT 1) q; DROP TABLE kept; SELECT (1", "SELECT 1\n) q LIMIT 1) r UNION ALL SELECT 1, 2 FROM ((SELECT 1",
    "SELECT nextval('counter')", "SELECT lo_create(0)",
  ]

  @Test func queriesOnlyRead() async throws {
    let database = try await Self.database.value
    try await database.run([
      "CREATE SEQUENCE IF NOT EXISTS counter", "GRANT ALL ON SEQUENCE counter TO surveyor",
      "GRANT ALL ON kept TO surveyor",
    ])
    let questions = Self.intrusions.enumerated().filter { QualityDeclaration.query($1) != nil }.map {
      ["name": .string("q\($0.offset)"), "query": .string($0.element)] as JSONValue
    }
    #expect(questions.count >= 5)
    let look = try await look([
      ["sql": .array(questions)],
      [
        "sql": [
          [
            "name": "orphans",
            "query": "SELECT e.id FROM events e LEFT JOIN venues v ON v.id = e.venue_id WHERE v.id IS NULL; -- both",
          ],
          ["name": "none", "query": "TABLE empty"], ["name": "wrong", "query": "SELECT FROM"],
          ["name": "data", "query": "SELECT mail::int FROM events"],
        ]
      ], ["table": "kept", "rowCount": ["atLeast": 1, "atMost": 1]],
    ])
    let outcomes = outcomes(look)
    for outcome in outcomes.prefix(questions.count) { #expect(outcome.holds != true, "\(outcome.name)") }
    let rest = outcomes.dropFirst(questions.count)
    #expect(
      rest.map(\.holds) == [false, true, nil, false, true] || rest.map(\.holds) == [false, true, nil, nil, true])
    #expect(rest.first?.reason == "it finds 2 rows")
    // What the server says of data is not repeated.
    let said = JSONText.compact(look.facts ?? nil)
    #expect(!said.contains("x.org") && !said.contains("nobody"))
    let looked = try await self.look([["table": "events", "where": "mail::int > 0", "notNull": "id"]])
    let reason = self.outcomes(looked).first?.reason ?? ""
    #expect(reason.contains("22P02") && !reason.contains("x.org"))
  }

  @Test func aSlowRuleIsCalledOffAndTheNextOneJudged() async throws {
    let look = try await look(
      [
        ["sql": [["name": "slow", "query": "SELECT FROM pg_sleep(30)"]]],
        ["table": "events", "rowCount": ["atLeast": 4]],
      ], timeout: 1)
    #expect(outcomes(look).map(\.holds) == [nil, true])
    #expect(outcomes(look)[0].reason?.contains("within 1 s") == true)
  }

  @Test func aWrongRuleDoesNotTakeOthersWithIt() async throws {
    let look = try await look([
      [
        "table": "events", "notNull": "id", "range": ["mood": ["atLeast": 3]], "pattern": ["title": "("],
        "freshness": ["column": "id", "within": "1d"],
        "aggregate": [["of": "avg", "column": "title", "atLeast": 1], ["of": "sum", "column": "id", "atLeast": 9]],
      ]
    ])
    let outcomes = outcomes(look)
    #expect(outcomes.map(\.holds) == [true, outcomes[1].holds, nil, nil, nil, true])
    #expect(outcomes[2].reason?.contains("invalid regular expression") == true)
  }

  /// A declaration and what is wrong with it: where, and what kind.
  static let mistakes: [(JSONValue, String)] = [
    ([["table": "events"]], "0"), ([["notNull": "x"]], "0"), ([["table": "a.b.c", "notNull": "x"]], "0.table"),
    ([["table": "\"a", "notNull": "x"]], "0.table"), ([["table": "e", "range": ["x": [:]]]], "0.range.x"),
    ([["table": "e", "rowCount": [:]]], "0.rowCount"), ([["table": "e", "acceptedValues": [:]]], "0.acceptedValues"),
    ([["table": "e", "freshness": ["column": "a", "within": "1 day"]]], "0.freshness.within"),
    ([["table": "e", "freshness": ["column": "a", "within": "99999999999999999999d"]]], "0.freshness.within"),
    (
      [["table": "e", "relationships": [["column": ["a", "b"], "to": "v", "field": "id"]]]], "0.relationships.0.field"
    ),
    ([["table": "e", "relationships": [["column": "a", "to": "", "field": "id"]]]], "0.relationships.0.to"),
    ([["table": "e", "aggregate": [["of": "avg", "column": "a"]]]], "0.aggregate.0"),
    ([["sql": [["name": "a", "query": "DELETE FROM x"]]]], "0.sql.0.query"),
    ([["sql": [["name": "a", "query": "SELECT 1; SELECT 2"]]]], "0.sql.0.query"),
    ([["sql": [["name": "a", "query": "-- nothing"]]]], "0.sql.0.query"),
    ([["table": "e", "notNull": "x", "where": "a; DROP TABLE b"]], "0.where"),
    ([["where": "a", "sql": [["name": "a", "query": "SELECT 1"]]]], "0"),
  ]

  @Test(arguments: mistakes) func aMistakeIsToldAtItsPlace(_ entries: JSONValue, place: String) {
    let shape = QualityDeclaration.fields[0].schema.violations(of: entries).map(\.path)
    let found = shape + QualityDeclaration.violations(in: ["quality": entries]).map { Array($0.path.dropFirst()) }
    let places = found.map { path in
      path.map { step in
        switch step {
        case .name(let name): name
        case .index(let index): String(index)
        }
      }.joined(separator: ".")
    }
    #expect(places.first == place)
  }

  @Test func namesOfTables() {
    #expect(TableName("events").map { [$0.schema, $0.name] } == [nil, "events"])
    #expect(TableName("public.events")?.quoted == "\"public\".\"events\"")
    #expect(TableName("\"a\"\"b\".\"c.d\"").map { [$0.schema, $0.name] } == ["a\"b", "c.d"])
    for text in ["", ".", "a.", ".a", "a.b.c", "\"a", "a\"b", "\"\"", "\"a\"b", "a\0b"] {
      #expect(TableName(text) == nil)
    }
    #expect(PostgresArray.literal(["a\"b", nil, "c\\d", ""]) == #"{"a\"b",NULL,"c\\d",""}"#)
    #expect(["90s", "15m", "24h", "7d"].map(LengthOfTime.seconds) == [90, 900, 86_400, 604_800])
    for text in ["", "0s", "-1d", "1", "1w", "h", "1.5h"] { #expect(LengthOfTime.seconds(text) == nil) }
  }
}
