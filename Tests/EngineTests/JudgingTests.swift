import AuditModel
import Engine
import Facts
import SeededRandomness
import Testing

@Suite("Judging")
struct JudgingTests {
  @Test("a met expectation passes, a missed one fails, a missed preference warns")
  func outcomes() throws {
    let check = try check("a-b", expect: [("$.n", .atLeast, 10)], prefer: [("$.n", .atLeast, 20)])
    func status(_ facts: JSONValue) -> Status? {
      Judge(check, parameters: [:]).rulings(on: facts, gaps: []).first?.status
    }
    #expect(status(["n": 25]) == .pass)
    #expect(status(["n": 15]) == .warn)
    #expect(status(["n": 5]) == .fail)
    #expect(status(["n": nil]) == .unknown)
    #expect(status([:]) == .unknown)
    #expect(status(["n": "text"]) == .error)
  }

  @Test("what was out of sight makes a selection unknown, never a pass")
  func hiddenSelections() throws {
    let none = try check(
      "a-sessions", each: ("$.sessions[?@.encrypted == false]", "{{ @.user }}", .pass),
      expect: [("@.encrypted", .equals, true)])
    let judge = Judge(none, parameters: [:])
    #expect(judge.rulings(on: ["sessions": []], gaps: []).map(\.status) == [.pass])
    #expect(judge.rulings(on: ["sessions": nil], gaps: []).map(\.status) == [.unknown])
    #expect(judge.rulings(on: [:], gaps: []).map(\.status) == [.unknown])
    let gap = Gap(path: "sessions.encrypted", reason: "needs pg_read_all_stats")
    let partly = judge.rulings(on: ["sessions": [["user": "a", "encrypted": true]]], gaps: [gap])
    #expect(partly.map(\.status) == [.unknown])
    #expect(partly.first?.message == "needs pg_read_all_stats")
    let both = judge.rulings(on: ["sessions": [["user": "a", "encrypted": false]]], gaps: [gap])
    #expect(both.map(\.status) == [.fail, .unknown])
  }

  @Test("a gap in part of every element touches what reads that part, and nothing else")
  func gapsOfAllElements() throws {
    let gap = Gap(path: "pools[*].open", reason: "hidden")
    func statuses(_ path: String, _ relation: Matcher.Relation, _ limit: JSONValue, _ facts: JSONValue) throws
      -> [Status]
    {
      let judge = Judge(try check("a-b", expect: [(path, relation, limit)]), parameters: [:])
      return judge.rulings(on: facts, gaps: [gap]).map(\.status)
    }
    let facts: JSONValue = ["pools": [["name": "a", "open": nil, "size": 3]]]
    #expect(try statuses("$.pools[?@.open > 5]", .countAtMost, 0, facts) == [.unknown])
    #expect(try statuses("$.pools[*]['open', 'size']", .atMost, 5, facts) == [.unknown])
    #expect(try statuses("$.pools[?count(@[?@ > 5]) > 0]", .countAtMost, 0, facts) == [.unknown])
    #expect(try statuses("$.pools[*][?@ > 5]", .countAtMost, 0, facts) == [.unknown])
    #expect(try statuses("$.pools[*].*", .countAtMost, 3, facts) == [.unknown])
    #expect(try statuses("$.pools..open[*]", .countAtMost, 0, facts) == [.unknown])
    #expect(try statuses("$..open[*]", .countAtMost, 0, facts) == [.unknown])
    #expect(try statuses("$.pools[?@.size > 5]", .countAtMost, 0, facts) == [.pass])
    #expect(try statuses("$.pools[*].size", .atMost, 5, facts) == [.pass])
    #expect(try statuses("$.others[*]", .countAtMost, 0, ["others": []]) == [.pass])
    let each = try check(
      "a-c", each: ("$.pools[?@.open > 5]", "{{ @.name }}", .pass), expect: [("@.size", .atLeast, 9)])
    #expect(Judge(each, parameters: [:]).rulings(on: facts, gaps: [gap]).map(\.message) == ["hidden"])
  }

  @Test("a gap of one element touches that one, by name or index, and every one where none is known by that name")
  func gapsOfOneElement() throws {
    let facts: JSONValue = [
      "items": [
        ["name": "GET /v1.0/[id]", "bad": [], "kind": "x"], ["name": "b", "bad": nil, "kind": "x"],
        ["name": "c", "bad": nil, "kind": "y"],
      ]
    ]
    func rulings(_ path: String, _ gaps: [String], each: String = "$.items[*]") throws -> [String] {
      let check = try check("a-b", each: (each, "{{ @.name }}", .pass), expect: [(path, .countAtMost, 0)])
      let gaps = gaps.map { Gap(path: $0, reason: "\($0) is hidden") }
      return Judge(check, parameters: [:]).rulings(on: facts, gaps: gaps).map { "\($0.subject ?? "-") \($0.status)" }
    }
    let first = "$.items[0:1]"
    #expect(try rulings("@.bad[*]", ["items[b].bad", "items[2].bad"]) == ["b unknown", "c unknown"])
    #expect(try rulings("@.bad[*]", ["items[b].bad"], each: first) == ["- pass"])
    #expect(try rulings("@.bad[*]", ["items[GET /v1.0/[id]].bad"], each: first) == ["GET /v1.0/[id] unknown"])
    #expect(try rulings("@.bad[*]", ["items[0].bad"], each: first) == ["GET /v1.0/[id] unknown"])
    #expect(try rulings("@.bad[*]", ["items[0].other"], each: first) == ["- pass"])
    #expect(try rulings("@.bad[*]", ["items[nobody].bad"], each: first) == ["GET /v1.0/[id] unknown"])
    // An element as a whole: the one that was selected speaks for itself, one that was not could be missing.
    #expect(try rulings("@.kind[*]", ["items[b]"]) == ["b unknown"])
    #expect(try rulings("@.kind[*]", ["items[nobody]"]).suffix(1) == ["- unknown"])
    #expect(try rulings("@.kind[*]", ["items[b]"], each: "$.items[?@.kind == 'y']") == ["- unknown"])
  }

  @Test("an element that is not selected for want of a part hides, unless another condition leaves it out anyway")
  func gapsOfUnselectedElements() throws {
    let facts: JSONValue = [
      "routes": [
        ["name": "/a", "kind": "open", "answer": ["status": nil], "well": true],
        ["name": "/b", "kind": "closed", "answer": ["status": 401], "well": true],
      ]
    ]
    func statuses(_ each: String, _ gap: String) throws -> [Status] {
      let check = try check("a-b", each: (each, "{{ @.name }}", .pass), expect: [("@.well", .equals, true)])
      return Judge(check, parameters: [:]).rulings(on: facts, gaps: [Gap(path: gap, reason: "silent")]).map(\.status)
    }
    #expect(try statuses("$.routes[?@.answer.status == 401]", "routes[/a].answer") == [.unknown])
    #expect(try statuses("$.routes[?@.answer.status == 401]", "routes[/b].answer") == [.pass])
    #expect(try statuses("$.routes[?@.kind == 'open' && @.answer.status == 401]", "routes[/a].answer") == [.unknown])
    #expect(try statuses("$.routes[?@.kind != 'open' && @.answer.status == 401]", "routes[/a].answer") == [.pass])
    #expect(try statuses("$.routes[?@.kind != 'open' || @.answer.status == 401]", "routes[/a].answer") == [.unknown])
    #expect(
      try statuses("$.routes[?@.answer.status == 403]", "routes[/b].answer") == [.pass], "that it is 401 was seen")
    #expect(try statuses("$.routes[?@.answer.status == $.wanted]", "routes[/b].answer") == [.unknown])
    #expect(try statuses("$.routes[?@.answer[0] == 403]", "routes[/b].answer") == [.unknown])
    #expect(try statuses("$.routes[?@.kind == 'closed']", "routes[/a].answer") == [.pass])
    #expect(try statuses("$.routes[?@.kind == 'a && answer']", "routes[/a].answer") == [.unknown])
  }

  @Test("counting and absence are only believed of a place that was seen")
  func absence() throws {
    let count = Judge(try check("a-b", expect: [("$.list[*]", .countAtMost, 0)]), parameters: [:])
    #expect(count.rulings(on: ["list": []], gaps: []).map(\.status) == [.pass])
    #expect(count.rulings(on: ["list": [1]], gaps: []).map(\.status) == [.fail])
    #expect(count.rulings(on: ["list": nil], gaps: []).map(\.status) == [.unknown])
    let absent = Judge(try check("a-c", expect: [("$.a.b", .exists, false)]), parameters: [:])
    #expect(absent.rulings(on: ["a": [:]], gaps: []).map(\.status) == [.pass])
    #expect(absent.rulings(on: ["a": nil], gaps: []).map(\.status) == [.unknown])
    #expect(absent.rulings(on: ["a": ["b": 1]], gaps: []).map(\.status) == [.fail])
  }

  @Test("every failing subject is a finding of its own with a name of its own, passing ones are one")
  func subjects() throws {
    let check = try check(
      "a-b", each: ("$.items[*]", "{{ @.name }}", .unknown), expect: [("@.ok", .equals, true)])
    let judge = Judge(check, parameters: [:])
    let mixed: JSONValue = [
      "items": [["name": "x", "ok": false], ["name": "y", "ok": true], ["name": "x", "ok": false]]
    ]
    #expect(judge.rulings(on: mixed, gaps: []).map(\.subject) == ["x", "x (2)"])
    let passing: JSONValue = ["items": [["name": "x", "ok": true], ["name": "y", "ok": true]]]
    let rulings = judge.rulings(on: passing, gaps: [])
    #expect(rulings.map(\.subject) == [nil])
    #expect(rulings.first?.message == "a-b holds: all 2 hold")
    #expect(judge.rulings(on: ["items": []], gaps: []).map(\.status) == [.unknown])
  }

  @Test("taking any fact away never turns an open ruling into a pass")
  func removal() throws {
    var random = SeededGenerator(seed: 7)
    let relations: [(Matcher.Relation, JSONValue)] = [
      (.equals, 3), (.notEquals, 3), (.atLeast, 3), (.atMost, 3), (.moreThan, 3), (.lessThan, 3), (.oneOf, [1, 3]),
      (.noneOf, [1, 3]), (.exists, true), (.countAtLeast, 1), (.countAtMost, 1), (.isEmpty, true), (.contains, 3),
    ]
    for _ in 0..<20_000 {
      let (relation, limit) = relations.randomElement(using: &random) ?? (.equals, 3)
      let path = ["$.a", "$.list[*]", "$.a.b", "$.list[?@.x > 1].x"].randomElement(using: &random) ?? "$.a"
      let judge = Judge(try check("a-b", expect: [(path, relation, limit)]), parameters: [:])
      let facts = Self.randomFacts(&random)
      let open = judge.rulings(on: facts, gaps: []).contains { $0.status == .fail }
      guard open, case .object(let object) = facts, let name = object.names.randomElement(using: &random) else {
        continue
      }
      var hidden = object
      hidden[name] = JSONValue.null
      #expect(
        judge.rulings(on: .object(hidden), gaps: []).allSatisfy { $0.status != .pass },
        "\(path) \(relation) \(limit) on \(facts) without \(name)")
    }
  }

  private static func randomFacts(_ random: inout SeededGenerator) -> JSONValue {
    let scalars: [JSONValue] = [1, 3, 5, "3", true, .array([]), .array([3]), ["b": 3], ["b": 5]]
    var object = JSONObject()
    object["a"] = scalars.randomElement(using: &random)
    object["list"] = .array(
      (0..<Int.random(in: 0...3, using: &random)).map { _ in
        Bool.random(using: &random) ? ["x": .integer(Int.random(in: 0...4, using: &random))] : 3
      })
    return .object(object)
  }
}
