import AuditModel
import Engine
import Facts
import Testing

@Suite("Assessment")
struct AssessmentTests {
  @Test("a failed prerequisite blocks what needs it, through any number of steps, and is the one cause")
  func blocked() throws {
    let checks = try [
      check("a-answers", severity: .critical, expect: [("$.up", .equals, true)]),
      check("a-speaks", needs: ["a-answers"], expect: [("$.speaks", .equals, true)]),
      check("a-sings", needs: ["a-speaks"], expect: [("$.sings", .equals, true)]),
    ]
    let report = report(checks, facts: ["t": ["up": false, "speaks": nil, "sings": nil]])
    #expect(report.findings.map(\.status) == [.fail, .blocked, .blocked])
    #expect(report.causes.count == 1)
    #expect(report.causes.first?.check == "a-answers")
    #expect(report.causes.first?.dependents.count == 2)
    #expect(report.gate.status == .failed)
  }

  @Test("an unseen target is one cause, however many checks wait for it")
  func unseen() throws {
    let checks = try [
      check("a-answers", severity: .critical, expect: [("$.up", .equals, true)]),
      check("a-speaks", needs: ["a-answers"], expect: [("$.speaks", .equals, true)]),
      check("a-alone", expect: [("$.alone", .equals, true)]),
    ]
    let report = report(checks, facts: ["t": nothingSeen])
    #expect(Set(report.findings.map(\.status)) == [.unknown, .blocked])
    #expect(report.causes.count == 1)
    #expect(report.causes.first?.dependents.count == 3)
    #expect(report.gate.status == .undecided)
    #expect(report.notSeen.map(\.reason) == ["silence for 2 s"])
  }

  @Test("a checklist item that nothing serves is shown as not covered")
  func checklist() throws {
    let check = try check("a-b", expect: [("$.n", .equals, 1)], checklist: ["SEC-1"])
    let items = ["SEC-1", "SEC-2"].map { ChecklistItem(id: $0, title: $0, area: "Security") }
    let rows = report([check], facts: ["t": ["n": 1]], items: items).checklist
    #expect(rows.map(\.status) == [.pass, .notCovered])
  }

  @Test("a run narrowed to some of the checks of an item does not prove it")
  func narrowedChecklist() throws {
    let checks = try [
      check("a-b", expect: [("$.n", .equals, 1)], checklist: ["SEC-1", "SEC-2"]),
      check("a-c", expect: [("$.n", .equals, 1)], checklist: ["SEC-1"]),
    ]
    let items = ["SEC-1", "SEC-2"].map { ChecklistItem(id: $0, title: $0, area: "Security") }
    let rows = report(checks, facts: ["t": ["n": 1]], items: items, selection: ["a-b"]).checklist
    #expect(rows.map(\.status) == [.notProven, .pass])
  }

  @Test("the same run judged twice gives equal reports, judged later gives the later day")
  func repeatable() throws {
    let check = try check("a-b", expect: [("$.n", .equals, 1)])
    #expect(report([check], facts: ["t": ["n": 1]]) == report([check], facts: ["t": ["n": 1]]))
  }
}
