import Facts
import SeededRandomness
import Testing

@Suite("Matchers judge every value, and silence never passes")
struct MatcherTests {
  private func verdict(
    _ relation: Matcher.Relation, _ values: [JSONValue], _ limit: JSONValue
  ) -> Matcher.Verdict {
    Matcher(relation, .literal(limit)).verdict(on: values, limit: limit)
  }

  private struct Case: Sendable {
    var relation: Matcher.Relation
    var limit: JSONValue
    var holds: [JSONValue]
    var fails: [JSONValue]
    var incomparable: [JSONValue] = []
  }

  private static let cases: [Case] = [
    Case(relation: .equals, limit: 1, holds: [1, 1.0], fails: [2, "1", true, []]),
    Case(relation: .equals, limit: ["a": [1, "x"]], holds: [["a": [1.0, "x"]]], fails: [["a": ["x", 1]], [:]]),
    Case(relation: .notEquals, limit: "a", holds: ["b", "", 1], fails: ["a"]),
    Case(
      relation: .atLeast, limit: 0.2, holds: [0.2, 1, .integer(.max)], fails: [0, 0.19], incomparable: ["1", true, []]),
    Case(relation: .atMost, limit: 3, holds: [3, 3.0, -1], fails: [3.5, 4], incomparable: ["1", [:]]),
    Case(relation: .moreThan, limit: 3, holds: [3.1, 4], fails: [3, 3.0], incomparable: [false]),
    Case(relation: .lessThan, limit: 3, holds: [2.9, -4], fails: [3, 3.0], incomparable: ["2"]),
    Case(relation: .atLeast, limit: "TLSv1.2", holds: ["TLSv1.2", "TLSv1.3"], fails: ["TLSv1.1"], incomparable: [1]),
    Case(relation: .oneOf, limit: ["a", 1], holds: ["a", 1.0], fails: ["b", true]),
    Case(relation: .noneOf, limit: ["a", 1], holds: ["b", 2], fails: ["a", 1]),
    Case(
      relation: .contains, limit: "b", holds: ["abc", ["a", "b"]], fails: ["ac", ["abc"], []], incomparable: [1, [:]]),
    Case(relation: .contains, limit: 1, holds: [[1.0]], fails: [["1"]], incomparable: ["1", 1]),
    Case(relation: .contains, limit: "", holds: ["", "a"], fails: [["a"]]),
    Case(
      relation: .excludes, limit: "e", holds: ["\u{E9}", "x", ["ab"]], fails: ["e\u{301}", ["e"]], incomparable: [true]),
    Case(relation: .matches, limit: "a.*", holds: ["a", "abc"], fails: ["xa", ""], incomparable: [1, ["a"]]),
    Case(relation: .matchesNot, limit: "a.*", holds: ["xa", ""], fails: ["a"], incomparable: [1]),
    Case(
      relation: .isEmpty, limit: true, holds: [[], [:], ""], fails: [[0], ["a": 1], " "], incomparable: [0, false]),
    Case(relation: .isEmpty, limit: false, holds: [[0], ["a": 1], " "], fails: [[], [:], ""], incomparable: [0]),
  ]

  @Test("each relation", arguments: 0..<cases.count)
  func relations(index: Int) {
    let relation = Self.cases[index].relation
    let limit = Self.cases[index].limit
    for value in Self.cases[index].holds {
      #expect(verdict(relation, [value], limit) == .satisfied, "\(relation) \(limit) on \(value)")
    }
    for value in Self.cases[index].fails {
      #expect(verdict(relation, [value], limit) == .violated(observed: value), "\(relation) \(limit) on \(value)")
    }
    for value in Self.cases[index].incomparable {
      guard case .incomparable(let reason) = verdict(relation, [value], limit) else {
        Issue.record("\(relation) \(limit) on \(value) was compared")
        continue
      }
      #expect(!reason.isEmpty)
    }
  }

  @Test("nothing and null are missing", arguments: 0..<cases.count)
  func missing(index: Int) {
    let relation = Self.cases[index].relation
    let limit = Self.cases[index].limit
    #expect(verdict(relation, [], limit) == .missing)
    #expect(verdict(relation, [nil], limit) == .missing)
    #expect(verdict(relation, [nil, nil], limit) == .missing)
    for value in Self.cases[index].holds { #expect(verdict(relation, [value, nil], limit) == .missing) }
    for value in Self.cases[index].fails {
      #expect(verdict(relation, [nil, value, nil], limit) == .violated(observed: value))
    }
  }

  @Test("a violation outweighs what cannot be compared, and that outweighs null")
  func precedence() {
    #expect(verdict(.atLeast, ["x", 1, nil], 2) == .violated(observed: 1))
    #expect(verdict(.atLeast, [5, 1, 0], 2) == .violated(observed: 1))
    guard case .incomparable = verdict(.atLeast, [nil, "x", 3], 2) else {
      Issue.record("a text was compared with a number")
      return
    }
  }

  @Test("null is a value where the limit names it")
  func explicitNull() {
    #expect(verdict(.equals, [nil], nil) == .satisfied)
    #expect(verdict(.equals, [1], nil) == .violated(observed: 1))
    #expect(verdict(.notEquals, [nil], nil) == .violated(observed: nil))
    #expect(verdict(.oneOf, [nil, 1], [nil, 1]) == .satisfied)
    #expect(verdict(.noneOf, [1, nil], [nil]) == .violated(observed: nil))
    #expect(verdict(.equals, [], nil) == .missing)
  }

  @Test("a limit that is a fact and was not observed decides nothing", arguments: Matcher.Relation.allCases)
  func unobservedLimit(relation: Matcher.Relation) throws {
    let matcher = Matcher(relation, .fact(try FactPath("$.other")))
    #expect(matcher.verdict(on: [1], limit: nil) == .missing)
    #expect(matcher.verdict(on: [], limit: nil) == .missing)
  }

  @Test("existence")
  func existence() {
    #expect(verdict(.exists, [0], true) == .satisfied)
    #expect(verdict(.exists, [nil, 0], true) == .satisfied)
    #expect(verdict(.exists, [], true) == .violated(observed: nil))
    #expect(verdict(.exists, [nil], true) == .missing)
    #expect(verdict(.exists, [], false) == .satisfied)
    #expect(verdict(.exists, [nil], false) == .missing)
    #expect(verdict(.exists, [nil, "x"], false) == .violated(observed: "x"))
  }

  @Test("counting takes null for what may or may not be there")
  func counting() {
    #expect(verdict(.countAtLeast, [1, 2], 2) == .satisfied)
    #expect(verdict(.countAtLeast, [1], 2) == .violated(observed: 1))
    #expect(verdict(.countAtLeast, [], 1) == .violated(observed: 0))
    #expect(verdict(.countAtLeast, [], 0) == .satisfied)
    #expect(verdict(.countAtLeast, [1, nil], 2) == .missing)
    #expect(verdict(.countAtLeast, [nil, nil], 3) == .violated(observed: 2))
    #expect(verdict(.countAtMost, [], 0) == .satisfied)
    #expect(verdict(.countAtMost, [1, 2], 1) == .violated(observed: 2))
    #expect(verdict(.countAtMost, [1, nil], 1) == .missing)
    #expect(verdict(.countAtMost, [nil], 1) == .satisfied)
  }

  @Test(
    "a limit of the wrong kind is said to be one",
    arguments: [
      (.oneOf, "a"), (.matches, "["), (.matches, 1), (.isEmpty, 1), (.exists, "yes"), (.countAtLeast, 1.5),
      (.atLeast, true),
    ] as [(Matcher.Relation, JSONValue)])
  func unfitLimits(relation: Matcher.Relation, limit: JSONValue) {
    guard case .incomparable = verdict(relation, ["x"], limit) else {
      Issue.record("\(relation) took \(limit)")
      return
    }
  }

  @Test("losing sight of values never turns a violation into a pass", arguments: 0..<30 as Range<UInt64>)
  func monotonicity(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let pool: [JSONValue] = [0, 1, 2, 0.5, "a", "ab", "", [], [1], ["a"], true, [:], nil]
    for relation in Matcher.Relation.allCases {
      for _ in 0..<40 {
        let limit: JSONValue =
          switch relation {
          case .oneOf, .noneOf: [1, "a"]
          case .exists, .isEmpty: .bool(Bool.random(using: &generator))
          case .countAtLeast, .countAtMost: .integer(Int.random(in: 0...3, using: &generator))
          case .matches, .matchesNot: "a.*"
          default: pool.dropLast().randomElement(using: &generator) ?? 1
          }
        let values = (0..<Int.random(in: 1..<4, using: &generator)).map { _ in
          pool.randomElement(using: &generator) ?? nil
        }
        let before = verdict(relation, values, limit)
        let hidden = values.map { Bool.random(using: &generator) ? $0 : .null }
        if verdict(relation, hidden, limit) == .satisfied {
          #expect(before == .satisfied, "\(relation) \(limit) on \(values), then \(hidden)")
        }
        if ![.exists, .countAtLeast, .countAtMost].contains(relation) {
          #expect(verdict(relation, [], limit) == .missing)
        }
      }
    }
  }

  @Test(
    "sentences",
    arguments: [
      (.equals, true, "true"), (.equals, nil, "null"), (.equals, "", "\"\""), (.notEquals, "md5", "anything but md5"),
      (.atLeast, 0.2, "at least 0.2"), (.atMost, 90, "at most 90"), (.moreThan, 0, "more than 0"),
      (.lessThan, 5, "less than 5"),
      (.oneOf, ["TLSv1.2", "TLSv1.3"], "one of TLSv1.2, TLSv1.3"), (.oneOf, ["on"], "on"),
      (.noneOf, ["a", nil], "none of a, null"),
      (.contains, "x", "containing x"), (.excludes, "x", "not containing x"), (.matches, "a.*", "matching a.*"),
      (.matchesNot, "a", "not matching a"), (.exists, true, "present"), (.exists, false, "absent"),
      (.isEmpty, true, "empty"),
      (.isEmpty, false, "not empty"), (.countAtLeast, 2, "at least 2 values"), (.countAtMost, 1, "at most 1 value"),
      (.countAtMost, 0, "none"),
    ] as [(Matcher.Relation, JSONValue, String)])
  func sentences(relation: Matcher.Relation, limit: JSONValue, sentence: String) {
    #expect(Matcher(relation, .literal(limit)).sentence(limit: limit) == sentence)
  }
}
