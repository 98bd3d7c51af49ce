import DrivenPrograms
import Foundation
import Testing

/// A row of `prodworthy checks --by checklist --json`.
private struct ListedRow: Decodable {
  var id: String, title: String
  var checks: [String], attestations: [String]

  static let all: [ListedRow] = {
    let listed = try? BuiltCommand.prodworthy.run(["checks", "--by", "checklist", "--json"])
    return (try? JSONDecoder().decode([ListedRow].self, from: Data((listed?.output ?? "").utf8))) ?? []
  }()
}

@Suite("The 27 rows of the checklist", .serialized, .driving)
struct ChecklistTests {
  /// One audit of the healthy platform, and the same run judged once everything that people attested has run out.
  private struct Runs {
    var healthy: Report
    var page: String
    var later: Report
    var done: (status: Int32, words: String)
  }

  private static let runs = Result {
    try Ground.with { ground in
      let (_, _, folder) = try ground.audit(["--policy", "definition-of-done"])
      let page = try String(contentsOfFile: "\(folder)/report.md", encoding: .utf8)
      let later = Scratch.file("later")
      let end = Date.now.addingTimeInterval(300 * 86_400).formatted(.iso8601.year().month().day())
      _ = try BuiltCommand.prodworthy.run(["judge", folder, "--as-of", end, "--out", later])
      let done = try BuiltCommand.prodworthy.run(["judge", folder, "--policy", "definition-of-done"])
      return Runs(
        healthy: try Report(folder: folder), page: page, later: try Report(folder: later),
        done: (done.status, done.output + done.errors))
    }
  }

  @Test("the command lists each row with what serves it, in both forms")
  func table() throws {
    #expect(ListedRow.all.count == 27)
    #expect(Set(ListedRow.all.map(\.id)).count == 27)
    let text = try BuiltCommand.prodworthy.run(["checks", "--by", "checklist"])
    #expect(text.status == 0)
    let known = Set(ListedCheck.all.map(\.id))
    for row in ListedRow.all {
      #expect(!row.checks.isEmpty || !row.attestations.isEmpty, "nothing serves \(row.id)")
      #expect(text.output.contains("\(row.id)  \(row.title)\n"))
      #expect(Set(row.checks).isSubset(of: known))
    }
  }

  @Test("the healthy platform proves every row, and its report shows each")
  func healthy() throws {
    let runs = try Self.runs.get()
    #expect(runs.healthy.checklist.map(\.id) == ListedRow.all.map(\.id))
    for row in runs.healthy.checklist {
      #expect(["pass", "warn", "attested"].contains(row.status), "\(row.id) is \(row.status)")
      #expect(runs.page.contains(row.id))
    }
    for row in ListedRow.all { #expect(runs.page.contains(row.title), "\(row.title)") }
    // All that the checklist asks people for is attested, in its words.
    #expect(runs.healthy.checklist.flatMap(\.awaiting) == [])
    #expect(runs.healthy.attestations.filter { $0.state != "valid" }.compactMap(\.problem) == [])
    #expect(runs.done.status == 0, "\(runs.done.words)")
  }

  @Test("for each row something of the proving ground turns it red")
  func failing() throws {
    let runs = try Self.runs.get()
    let broken = Set(Defect.all.flatMap { $0.expected.filter { $0.status != "warn" }.map(\.check) })
    for row in ListedRow.all {
      if !broken.isDisjoint(with: row.checks) { continue }
      // What people alone speak for ends with what they attested.
      let before = try #require(runs.healthy.checklist.first { $0.id == row.id })
      let after = try #require(runs.later.checklist.first { $0.id == row.id })
      #expect(before.status == "attested" && after.status == "notCovered", "no defect serves \(row.id)")
    }
  }

  @Test("a service for which nobody answers is a hole in the matrix, and what is done has none")
  func ownerless() throws {
    let group = DefectGroup(defects: Defect.all.filter { $0.id == "service-without-owner" })
    #expect(group.ids.count == 1)
    try Ground.with(group.ids) { ground in
      let (_, _, folder) = try ground.audit(ListedCheck.options(for: group))
      let out = Scratch.file("done")
      let judged = try BuiltCommand.prodworthy.run(["judge", folder, "--policy", "definition-of-done", "--out", out])
      #expect(judged.status == 1)
      let condition = try #require(try Report(folder: out).gate.conditions.first { $0.id == "matrix-proven" })
      #expect(condition.status == "fail" && condition.detail.contains("extraction owner (hole)"), "\(condition)")
    }
  }

  @Test("once what people attested has run out, nothing rests on it any more")
  func expired() throws {
    let runs = try Self.runs.get()
    #expect(runs.later.attestations.count == runs.healthy.attestations.count)
    let states = Set(runs.later.attestations.map(\.state))
    #expect(states == ["expired"])
    let resting = runs.later.checklist.filter { $0.status == "attested" || !$0.attestations.isEmpty }.map(\.id)
    #expect(resting == [])
  }
}
