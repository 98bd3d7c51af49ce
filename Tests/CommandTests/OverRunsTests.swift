import Facts
import Foundation
import Testing

/// What a history adds to an audit, and what an inventory says of services, by the built command.
@Suite("Over the runs")
struct OverRunsTests {
  private func with(_ body: (ToySystem) throws -> Void) throws {
    let toy = try ToySystem()
    defer { toy.remove() }
    try body(toy)
  }

  @Test("what is expensive is carried out of the history by the newest run that still holds it")
  func carry() throws {
    try with { toy in
      let history = ["--history", "h.db"]
      #expect(try toy.prodworthy("audit", "--carry").status == 64)
      let empty = try toy.prodworthy(arguments: ["audit", "--out", "empty", "--carry"] + history)
      #expect(empty.status == 2, "\(empty.output)")
      #expect(try toy.prodworthy(arguments: ["audit", "-f", "loaded.yaml"] + history).status == 0)
      #expect(try toy.prodworthy(arguments: ["audit", "-f", "loaded.yaml"] + history).status == 0)
      #expect(toy.looks("pressure", at: "one") == 2)
      // The quick gate's own runs hold no load; those before do.
      for out in ["first", "second"] {
        let carried = try toy.prodworthy(arguments: ["audit", "--carry", "history", "--out", out] + history)
        #expect(carried.status == 0, "\(carried.output)")
      }
      #expect(toy.looks("pressure", at: "one") == 2)
      let report = try toy.report("second")
      #expect(report["carried"]?.array?.count == 2 && report["carried"]?[0]?["refused"] == nil)
      #expect(try toy.prodworthy("judge", "second", "--out", "again").status == 0)
      #expect(try toy.read("second/report.json") == toy.read("again/report.json"))
      // Another serial: nothing holds it any more; the old one again: the history still does.
      try toy.set("two", serial: "2")
      let changed = try toy.prodworthy(arguments: ["audit", "--carry", "--out", "changed"] + history)
      #expect(changed.status == 2 && changed.output.contains("not what it was"), "\(changed.output)")
      try toy.set("two")
      #expect(try toy.prodworthy(arguments: ["audit", "--carry", "--out", "back"] + history).status == 0)
      #expect(toy.looks("pressure", at: "one") == 2)
    }
  }

  @Test("a number that jumps is told in the report, the trend and the difference, and judged again to the same bytes")
  func regression() throws {
    try with { toy in
      for (night, milliseconds) in [100, 103, 98, 101, 99, 102, 100, 140].enumerated() {
        try toy.set("one", milliseconds: milliseconds)
        let run = try toy.prodworthy(
          "audit", "-f", "loaded.yaml", "--history", "h.db", "--out", "n\(night)", "--format", "html")
        #expect(run.status == 0, "\(run.output)")
        if night == 7 { #expect(run.output.contains("regressed: response time on one: 140 ms"), "\(run.output)") }
      }
      func measure(_ run: String, _ target: String) throws -> JSONValue? {
        try toy.report(run)["measures"]?.array?.first { $0["target"]?.string == target }
      }
      #expect(try measure("n5", "one")?["verdict"] == "notComparable")
      #expect(try measure("n6", "one")?["verdict"] == "withinNoise")
      #expect(try measure("n7", "one")?["verdict"] == "regressed")
      #expect(try measure("n7", "one")?["earlier"]?.array?.count == 7)
      #expect(try measure("n7", "two")?["verdict"] == "withinNoise")
      #expect(try toy.prodworthy("judge", "n7", "--out", "again").status == 0)
      #expect(try toy.read("n7/report.json") == toy.read("again/report.json"))
      #expect(try toy.read("n7/report.md").contains("**regressed**"))
      let html = try String(
        contentsOfFile: toy.folder + "/n7/"
          + (try #require(
            FileManager.default.contentsOfDirectory(atPath: toy.folder + "/n7").first { $0.hasSuffix(".html") })),
        encoding: .utf8)
      #expect(html.contains("response time over 8 runs, from 98 to 140 ms, last 140, regressed"))
      let trend = try toy.prodworthy("trend", "--history", "h.db")
      #expect(
        trend.answer.contains("response time on one: 140 ms, 98 to 140 over 8 runs, regressed"), "\(trend.answer)")
      let json = try JSONText.parse(Array(try toy.prodworthy("trend", "--history", "h.db", "--json").answer.utf8))
      let points = json[0]?["measures"]?.array?.first { $0["target"]?.string == "one" }?["points"]?.array
      #expect(points?.compactMap { $0["value"]?.double } == [100, 103, 98, 101, 99, 102, 100, 140])
      let diff = try toy.prodworthy("diff", "n6", "n7")
      #expect(diff.answer.contains("REGRESSED"), "\(diff.answer)")
      // Without a history each run stands alone, and two runs say how far a number moved but not whether that is noise.
      try toy.set("one", milliseconds: 100)
      for run in ["a", "b"] {
        _ = try toy.prodworthy("audit", "-f", "loaded.yaml", "--out", run)
        try toy.set("one", milliseconds: 150)
      }
      let two = try JSONText.parse(Array(try toy.prodworthy("diff", "a", "b", "--json").answer.utf8))
      let moved = two["measures"]?.array?.first { $0["target"]?.string == "one" }
      #expect(moved?["verdict"] == "notComparable" && moved?["before"]?.double == 100 && moved?["value"]?.double == 150)
      // A gate that allows no regression cannot tell without a history.
      try toy.write("gate.yaml", try toy.read("strict.yaml") + "  maxRegressions: 0\n")
      #expect(try toy.prodworthy("audit", "-f", "loaded.yaml", "--policy", "gate.yaml").status == 2)
    }
  }

  @Test("services and features of the inventory are a table in every report, and a hole fails where the policy asks")
  func matrix() throws {
    try with { toy in
      let inventory = try toy.read("prodworthy.yaml")
      let matrix = """
        matrix:
          services:
            - { name: api, targets: [one], owner: team-a }
            - { name: worker, targets: [two], owner: team-b, without: [parts] }
          features:
            - { name: search, services: [api] }
          columns:
            - { name: up, checks: [toy-up] }
            - { name: parts, checks: [toy-parts] }
            - { name: drilled, checks: [toy-drill*] }

        """
      try toy.write("with.yaml", inventory + matrix)
      try toy.write(
        "gate.yaml",
        try toy.read("strict.yaml").replacing("include: [toy-*]", with: "include: [toy-up, toy-parts]")
          + "  maxOpenCells: 0\n")
      let holes = try toy.prodworthy("audit", "-f", "with.yaml", "--policy", "gate.yaml", "--out", "holes")
      #expect(holes.status == 1 && holes.output.contains("api drilled (hole)"), "\(holes.output)")
      let report = try toy.report("holes")
      #expect(
        report["matrix"]?["services"]?[0]?["cells"]?.array?.map { $0["status"]?.string } == ["pass", "pass", nil])
      #expect(try toy.read("holes/report.md").contains("**hole**"))
      let command = try toy.prodworthy("matrix", "holes")
      #expect(command.status == 1 && command.answer.contains("| search | hole |  |"), "\(command.answer)")
      try toy.write(
        "whole.yaml", (inventory + matrix).replacing("    - { name: drilled, checks: [toy-drill*] }\n", with: ""))
      let whole = try toy.prodworthy("audit", "-f", "whole.yaml", "--policy", "gate.yaml", "--out", "whole")
      #expect(whole.status == 0, "\(whole.output)")
      try toy.set("one", broken: ["a"])
      let broken = try toy.prodworthy("audit", "-f", "whole.yaml", "--policy", "gate.yaml", "--out", "broken")
      #expect(broken.status == 1)
      let cell = try toy.report("broken")["matrix"]?["services"]?[0]?["cells"]?[1]
      #expect(cell?["status"] == "fail")
      let linked = cell?["findings"]?[0]?.string
      #expect(try toy.report("broken")["findings"]?.array?.contains { $0["fingerprint"]?.string == linked } == true)
      #expect(try toy.prodworthy("judge", "broken", "--out", "again").status == 1)
      #expect(try toy.read("broken/report.json") == toy.read("again/report.json"))
      // Without a matrix a policy that asks for one cannot tell; the command says what is missing.
      #expect(try toy.prodworthy("audit", "--policy", "gate.yaml", "--out", "none").status != 0)
      #expect(try toy.prodworthy("matrix", "none").status == 64)
      try toy.write("typo.yaml", (inventory + matrix).replacing("targets: [two]", with: "targets: [tow]"))
      let typo = try toy.prodworthy("audit", "-f", "typo.yaml")
      #expect(typo.status == 65 && typo.output.contains("there is no target `tow`"), "\(typo.output)")
    }
  }
}
