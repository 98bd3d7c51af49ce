import AuditModel
import Engine
import Facts
import Testing

@Suite("Planning")
struct PlanTests {
  @Test("checks with equal parameters share one look, others do not")
  func sharing() throws {
    let checks = try [
      check("a-1", expect: [("$.n", .equals, 1)]),
      check("a-2", expect: [("$.m", .equals, 1)]),
      check("a-3", with: ["deep": true], expect: [("$.m", .equals, 1)]),
    ]
    let plan = Plan(header(targets: ["x", "y"]), policy: everything, catalogue: catalogue(checks))
    #expect(plan.judgements.count == 6)
    #expect(plan.observations.count == 4)
  }

  @Test("a parameter of the check reaches the probe")
  func binding() throws {
    let parameter = CheckDefinition.Parameter(name: "path", schema: .string(), fallback: "/", unit: "path")
    let checks = try [
      check("a-1", with: ["path": "${path}"], expect: [("$.n", .equals, 1)], parameters: [parameter])
    ]
    let policy = Policy(id: "p", title: "", parameters: ["a-1": ["path": "/deep"]], gate: [])
    let plan = Plan(header(), policy: policy, catalogue: catalogue(checks))
    #expect(plan.observations.first?.parameters["path"] == "/deep")
  }

  @Test("what the ceiling forbids is unknown, not out of the sum")
  func ceilings() throws {
    let checks = try [check("a-1", expect: [("$.n", .equals, 1)], safety: .load)]
    func settled(_ header: RunHeader) -> Status? {
      let plan = Plan(header, policy: everything, catalogue: catalogue(checks))
      if case .settled(let status, _)? = plan.judgements.first?.basis { return status }
      return nil
    }
    #expect(settled(header(ceiling: .probe)) == .unknown)
    #expect(settled(header(ceiling: .load)) == nil)
    #expect(settled(header(ceiling: .load, environment: .production)) == .unknown)
    #expect(settled(header(ceiling: .probe, environment: .production, consented: [.load])) == nil)
  }

  @Test("load on this very machine needs no consent; on any other it does")
  func loopback() throws {
    func isPlanned(_ declaration: JSONObject, safety: SafetyClass = .load, ceiling: SafetyClass = .probe) throws -> Bool
    {
      let checks = try [check("a-1", expect: [("$.n", .equals, 1)], safety: safety)]
      let header = header(ceiling: ceiling, environment: .production, declaration: declaration)
      return Plan(header, policy: everything, catalogue: catalogue(checks)).observations.count == 1
    }
    for place in ["http://127.0.0.1:1/", "https://localhost/x", "http://[::1]:8080/", "http://user@127.9.9.9?a"] {
      #expect(try isPlanned(["target": .string(place)]), "\(place)")
    }
    for place in [
      "http://127.0.0.1.example/", "http://127.0.0.1@example/", "http://localhost.example/", "http://10.0.0.1/",
      "localhost",
      "http://[::2]/", "http://127.1/",
    ] {
      #expect(try !isPlanned(["target": .string(place)]), "\(place)")
    }
    #expect(try !isPlanned(["url": "http://127.0.0.1/", "load": ["hosts": ["example"]]]))
    #expect(try !isPlanned(["url": "http://127.0.0.1/", "target": "http://example/"]))
    #expect(try !isPlanned(["url": "http://127.0.0.1/"], safety: .mutate))
    #expect(try !isPlanned(["url": "http://127.0.0.1/"], ceiling: .observe))
    #expect(try !isPlanned([:]))
  }

  @Test("a condition on the declaration that does not hold puts the check out of scope, with the reason")
  func conditions() throws {
    let checks = try [check("a-1", expect: [("$.n", .equals, 1)], when: [("$.health", .exists, true)])]
    let without = Plan(header(), policy: everything, catalogue: catalogue(checks))
    guard case .settled(.notApplicable, "not declared")? = without.judgements.first?.basis else {
      Issue.record("expected not applicable")
      return
    }
    let with = Plan(
      header(declaration: ["health": "/up"]), policy: everything, catalogue: catalogue(checks))
    #expect(with.observations.count == 1)
  }

  @Test("a narrowed run keeps what it needs and says that the rest was deselected")
  func narrowing() throws {
    let checks = try [
      check("a-1", expect: [("$.n", .equals, 1)]), check("a-2", needs: ["a-1"], expect: [("$.n", .equals, 1)]),
      check("a-3", expect: [("$.n", .equals, 1)]),
    ]
    let plan = Plan(header(selection: ["a-2"]), policy: everything, catalogue: catalogue(checks))
    #expect(plan.judgements.map(\.check.id) == ["a-1", "a-2"])
    #expect(plan.partial == ["1 of 3 checks were deselected"])
  }
}
