import Facts
import Foundation
import Testing

/// Waivers, attestations, baselines, shards and carried evidence as people drive them.
@Suite("Verdict commands", .serialized)
struct VerdictCommandTests {
  private func with(_ body: (ToySystem) throws -> Void) throws {
    let toy = try ToySystem()
    defer { toy.remove() }
    try body(toy)
  }

  /// The arguments that every waiver needs beside its place.
  private static let words = [
    "--reason", "accepted-risk", "--justification", "It is mended before the release", "--owner", "team",
    "--approved-by", "jane", "--ticket", "OPS-1",
  ]

  @Test(
    "a waiver is written, opens the gate, keeps score and status, is judged again from the run, and can be left out")
  func waive() throws {
    try with { toy in
      try toy.set("one", broken: ["b"])
      let failing = try toy.prodworthy("audit", "-f", "loaded.yaml", "--out", "run")
      #expect(failing.status == 1, "\(failing.output)")
      func waive(_ place: String...) throws -> ToySystem.Outcome {
        try toy.prodworthy(arguments: ["waive", "run"] + place + Self.words)
      }
      #expect(try waive("--check", "toy-parts", "--target", "two", "--days", "9").status == 64)
      #expect(
        try waive("--check", "toy-part", "--target", "one", "--days", "9").output.contains("did you mean toy-parts"))
      #expect(try waive("--check", "toy-parts", "--target", "one", "--days", "9").output.contains("--subject, b"))
      #expect(try waive("--check", "toy-parts", "--target", "one", "--subject", "b", "--days", "91").status == 64)
      #expect(!FileManager.default.fileExists(atPath: "\(toy.folder)/waivers.yaml"))
      let written = try waive("--check", "toy-parts", "--target", "one", "--subject", "b", "--days", "90")
      #expect(written.status == 0, "\(written.output)")
      let passing = try toy.prodworthy("audit", "-f", "loaded.yaml", "--waivers", "waivers.yaml", "--out", "waived")
      #expect(passing.status == 0, "\(passing.output)")
      let (before, after) = (try toy.report("run"), try toy.report("waived"))
      #expect(before.findings == after.findings && before["score"] == after["score"])
      #expect(after["findings"]?[0]?["waiver"]?.string?.hasPrefix("W-") == true)
      #expect(after["waivers"]?[0]?["state"] == "active")
      #expect(
        before["findings"]?[0]?["reproduce"]?.string == "prodworthy audit -f loaded.yaml --check toy-parts --target one"
      )
      // The inventory may name the file, and so may the policy, each seen from its own folder.
      try toy.write("named.yaml", try toy.read("loaded.yaml") + "waivers: waivers.yaml\n")
      #expect(try toy.prodworthy("audit", "-f", "named.yaml").status == 0)
      #expect(try toy.prodworthy("audit", "-f", "named.yaml", "--no-waivers").status == 1)
      try toy.write("forgiving.yaml", try toy.read("strict.yaml") + "waivers: waivers.yaml\n")
      #expect(try toy.prodworthy("audit", "-f", "loaded.yaml", "--policy", "forgiving.yaml").status == 0)
      // Judged again it is the same, to the byte, without the file.
      try FileManager.default.removeItem(atPath: "\(toy.folder)/waivers.yaml")
      #expect(
        try toy.prodworthy("judge", "waived", "--out", "again").status
          == 0)
      for name in ["report.json", "junit.xml", "report.md", "overlays.json"] {
        #expect(try toy.read("waived/\(name)") == toy.read("again/\(name)"), "\(name) differs")
      }
      let bare = try toy.prodworthy("judge", "waived", "--no-waivers")
      #expect(bare.status == 1)
      let later = try toy.prodworthy(
        "judge", "waived", "--as-of", "2099-01-01")
      #expect(later.status == 1 && later.output.contains("waiver W-") && later.output.contains("expired"))
      #expect(try toy.prodworthy("audit", "-f", "loaded.yaml", "--waivers", "waivers.yaml").status == 66)
      try toy.write("waivers.yaml", "waivers:\n  - { id: W-1, chek: toy-up }\n")
      let broken = try toy.prodworthy("audit", "-f", "loaded.yaml", "--waivers", "waivers.yaml")
      #expect(broken.status == 65 && broken.output.contains("waivers.yaml:2:16"), "\(broken.output)")
    }
  }

  @Test("waivers can be added to a file that people keep, whatever its indentation, and to no other")
  func append() throws {
    try with { toy in
      try toy.set("one", broken: ["a", "b"])
      _ = try toy.prodworthy("audit", "-f", "loaded.yaml", "--out", "run")
      func waive(_ subject: String) throws -> ToySystem.Outcome {
        try toy.prodworthy(
          arguments: ["waive", "run", "--check", "toy-parts", "--target", "one", "--subject", subject, "--days", "5"]
            + Self.words)
      }
      #expect(try waive("a").status == 0)
      let first = try toy.read("waivers.yaml")
      let entry = first.split(separator: "\n").dropFirst().map(String.init)
      for layout in [
        first, "# kept by hand\n" + first + "# the end\n",
        "waivers:\n" + entry.map { $0.dropFirst(2) }.joined(separator: "\n"),
        "version: 1\nwaivers: # all of them\n" + entry.map { "  \($0)\n" }.joined(), "waivers: []\n", "",
      ] {
        try toy.write("waivers.yaml", layout)
        let added = try waive("b")
        #expect(added.status == 0, "\(layout)\(added.output)")
        let ids = try toy.read("waivers.yaml").split(separator: "\n").filter { $0.contains("id: ") }
        #expect(ids.count == (layout.contains("id:") ? 2 : 1))
        #expect(try toy.read("waivers.yaml").hasPrefix(layout.contains("[]") ? "waivers:" : layout))
      }
      for layout in ["waivers: [ ]\n", "waivers: []\nversion: 1\n", first + "version: 1\n", "other: 1\n", "waivers: {"]
      {
        try toy.write("waivers.yaml", layout)
        #expect(try waive("b").status == 65, "\(layout)")
        #expect(try toy.read("waivers.yaml") == layout)
      }
    }
  }

  @Test("a baseline knows what failed; only what is new decides, and it shrinks on demand only")
  func baseline() throws {
    try with { toy in
      try toy.set("one", broken: ["b"])
      _ = try toy.prodworthy("audit", "-f", "loaded.yaml", "--out", "one")
      #expect(try toy.prodworthy("baseline", "write", "one").status == 0)
      #expect(try toy.prodworthy("baseline", "write", "one").status == 73)
      let known = try toy.prodworthy(
        "audit", "-f", "loaded.yaml", "--policy", "no-new-failures", "--baseline", "baseline.json", "--out", "two")
      #expect(known.status == 0, "\(known.output)")
      try toy.set("one", broken: ["a"])
      let new = try toy.prodworthy(
        "audit", "-f", "loaded.yaml", "--policy", "no-new-failures", "--baseline", "baseline.json", "--out", "three")
      #expect(new.status == 1, "\(new.output)")
      let comparison = try toy.report("three")["baseline"]
      #expect(comparison?["new"]?.array?.count == 1 && comparison?["fixed"]?.array?.count == 1)
      #expect(try toy.prodworthy("audit", "-f", "loaded.yaml", "--policy", "no-new-failures").status == 2)
      let difference = try JSONText.parse(Array(try toy.prodworthy("diff", "one", "three", "--json").answer.utf8))
      #expect(difference.names("new", "subject") == ["a"] && difference.names("fixed", "subject") == ["b"])
      #expect(try toy.prodworthy("diff", "one", "three", "--fail-on-new").status == 1)
      try toy.set("one", broken: ["b"])
      _ = try toy.prodworthy("audit", "-f", "loaded.yaml", "--out", "four")
      let again = try JSONText.parse(
        Array(try toy.prodworthy("diff", "three", "four", "--earlier", "one", "--json").answer.utf8))
      #expect(again.names("reappeared", "subject") == ["b"] && again.names("new", "subject") == [])
      try toy.set("one", up: false, broken: ["b"])
      _ = try toy.prodworthy("audit", "-f", "loaded.yaml", "--out", "five")
      let blind = try JSONText.parse(Array(try toy.prodworthy("diff", "four", "five", "--json").answer.utf8))
      #expect(blind.names("unverified", "check") == ["toy-parts"] && blind.names("fixed", "check") == [])
      #expect(
        try toy.prodworthy("baseline", "prune", "baseline.json", "five").output.contains("0 findings taken out, 1 left")
      )
      #expect(
        try toy.prodworthy("baseline", "prune", "baseline.json", "three").output.contains(
          "1 findings taken out, 0 left"))
      try toy.write("baseline.json", "{\n  \"baseline\": \"prodworthy-baseline/1\",\n")
      let cut = try toy.prodworthy("audit", "-f", "loaded.yaml", "--baseline", "baseline.json")
      #expect(cut.status == 65 && cut.output.contains("baseline.json:"), "\(cut.output)")
      #expect(try toy.prodworthy("audit", "-f", "loaded.yaml", "--baseline", "none.json").status == 66)
    }
  }

  @Test("an attestation serves its item and goes stale with the text it speaks of")
  func attest() throws {
    try with { toy in
      try toy.write("rollback.md", "Roll back.\n")
      func attest(_ statement: String, _ more: String...) throws -> ToySystem.Outcome {
        try toy.prodworthy(
          arguments: ["attest", statement, "--by", "jane", "--evidence", "OPS-9", "--days", "30"] + more)
      }
      #expect(try attest("rollback-rehersed").output.contains("did you mean rollback-rehearsed"))
      #expect(try attest("rollback-rehearsed", "--text", "none.md").status == 66)
      #expect(try attest("rollback-rehearsed", "--text", "rollback.md").status == 0)
      func status() throws -> String? {
        let outcome = try toy.prodworthy(
          "audit", "-f", "loaded.yaml", "--attestations", "attestations.yaml", "--out", "run")
        #expect(outcome.status == 0, "\(outcome.output)")
        return try toy.report("run")["checklist"]?.array?.first { $0["id"] == "OPS-2" }?["status"]?.string
      }
      #expect(try status() == "attested")
      try toy.write("rollback.md", "Roll back, but otherwise.\n")
      #expect(try status() == "notCovered")
      #expect(try toy.report("run")["attestations"]?[0]?["state"] == "stale")
      let listed = try JSONText.parse(Array(try toy.prodworthy("checks", "--by", "checklist", "--json").answer.utf8))
      let item = listed.array?.first { $0["id"] == "OPS-2" }
      #expect(item?["attestations"] == ["rollback-rehearsed"])
      #expect(listed.array?.count == 27)
    }
  }

  @Test("shards merged in any order are the whole run; one alone, or one missing, cannot tell")
  func shards() throws {
    try with { toy in
      try toy.set("two", broken: ["a"])
      #expect(try toy.prodworthy("audit", "-f", "loaded.yaml", "--out", "whole").status == 1)
      for index in 1...3 {
        let outcome = try toy.prodworthy("audit", "-f", "loaded.yaml", "--shard", "\(index)/3", "--out", "part\(index)")
        #expect(outcome.status == 1 || outcome.status == 2, "\(outcome.output)")
      }
      #expect(toy.looks("toy", at: "one") == 2 && toy.looks("toy", at: "two") == 2)
      func merge(_ parts: [String], into out: String) throws -> ToySystem.Outcome {
        try toy.prodworthy(
          arguments: ["merge"] + parts + ["--out", out])
      }
      #expect(try merge(["part1", "part2", "part3"], into: "m1").status == 1)
      #expect(try merge(["part3", "part1", "part2", "part1"], into: "m2").status == 1)
      for name in ["report.json", "run.json", "observations.jsonl", "junit.xml"] {
        #expect(try toy.read("m1/\(name)") == toy.read("m2/\(name)"), "\(name) differs")
      }
      let (whole, merged) = (try toy.report("whole"), try toy.report("m1"))
      for member in ["score", "gate", "checklist", "causes", "partial", "policy", "wayToGreen"] {
        #expect(whole[member] == merged[member], "\(member) differs")
      }
      #expect(whole.findings == merged.findings)
      try toy.set("two")
      _ = try toy.prodworthy("audit", "-f", "loaded.yaml", "--shard", "1/2", "--out", "half")
      let missing = try merge(["half"], into: "m3")
      #expect(missing.status == 2, "\(missing.output)")
      #expect(try toy.report("m3")["shard"]?["present"] == [1])
      try FileManager.default.removeItem(atPath: "\(toy.folder)/part1/report.json")
      #expect(try merge(["part1", "part2", "part3"], into: "m4").status != 0)
      for wrong in ["0/3", "4/3", "1", "a/b", "1/0", "-1/3", "1/3/3", "1/99999999999999999999"] {
        #expect(try toy.prodworthy("audit", "-f", "loaded.yaml", "--shard", wrong).status == 64, "\(wrong)")
      }
      try toy.write("strict.yaml", try toy.read("strict.yaml").replacingOccurrences(of: "low: 0", with: "low: 1"))
      #expect(try merge(["half"], into: "m7").output.contains("--policy"))
      #expect(try merge(["whole"], into: "m5").status == 65)
      #expect(try merge(["nowhere"], into: "m6").status == 66)
    }
  }

  @Test(
    "a run of load is carried into a quick gate while it is fresh and the system the same; the failed ones are run again"
  )
  func carry() throws {
    try with { toy in
      let loaded = try toy.prodworthy("audit", "-f", "loaded.yaml", "--out", "sunday")
      #expect(loaded.status == 0, "\(loaded.output)")
      #expect(toy.looks("pressure", at: "one") == 1)
      // The quick gate may not put the system under load: what it cannot see it cannot tell.
      #expect(try toy.prodworthy("audit", "--out", "quick").status == 2)
      let carried = try toy.prodworthy("audit", "--carry", "sunday", "--out", "carried")
      #expect(carried.status == 0, "\(carried.output)")
      #expect(toy.looks("pressure", at: "one") == 1)
      let report = try toy.report("carried")
      #expect(report["carried"]?.array?.count == 2 && report["carried"]?[0]?["refused"] == nil)
      #expect(
        report["findings"]?.array?.contains { $0["check"] == "toy-quick" && $0["carriedFrom"]?.string != nil } == true)
      let again = try toy.prodworthy(
        "judge", "carried", "--out", "again")
      #expect(again.status == 0)
      #expect(try toy.read("carried/report.json") == toy.read("again/report.json"))
      let late = try toy.prodworthy(
        "judge", "carried", "--as-of", "2099-01-01")
      #expect(late.status == 2 && late.output.contains("evidence pressure"), "\(late.output)")
      // Another certificate, say: the load run says nothing about this system.
      try toy.set("two", serial: "2")
      let changed = try toy.prodworthy("audit", "--carry", "sunday", "--out", "changed")
      #expect(changed.status == 2 && changed.output.contains("not what it was"), "\(changed.output)")
      // Where it is permitted, what cannot be carried is looked at.
      let looked = try toy.prodworthy("audit", "-f", "loaded.yaml", "--carry", "sunday", "--out", "looked")
      #expect(looked.status == 0 && toy.looks("pressure", at: "one") == 2, "\(looked.output)")
      // What did not pass is run again alone.
      try toy.set("one", broken: ["a"])
      _ = try toy.prodworthy("audit", "-f", "loaded.yaml", "--out", "broken")
      let looks = toy.looks("toy", at: "two")
      let failed = try toy.prodworthy("audit", "-f", "loaded.yaml", "--failed", "broken", "--out", "failed")
      #expect(failed.status == 1 && toy.looks("toy", at: "two") == looks, "\(failed.output)")
      #expect(try toy.report("failed").findings == ["toy-parts one a: fail", "toy-up one: pass"])
      #expect(try toy.prodworthy("audit", "-f", "loaded.yaml", "--target", "tow").output.contains("did you mean two"))
      #expect(try toy.prodworthy("audit", "-f", "loaded.yaml", "--failed", "nowhere").status == 66)
    }
  }

  @Test("a run at a time made up says so wherever it is read, is not signed, carried, merged or kept among real ones")
  func rehearsed() throws {
    try with { toy in
      let rehearsal = ["--rehearsed-at", "2026-01-01T02:00:00Z"]
      let run = try toy.prodworthy(
        arguments: ["audit", "-f", "loaded.yaml", "--out", "rehearsed", "--format", "html"] + rehearsal)
      #expect(run.status == 0 && run.answer.contains("its times are made up"), "\(run.output)")
      #expect(try toy.report("rehearsed")["rehearsed"] == true)
      #expect(try toy.report("rehearsed")["startedAt"]?.string?.hasPrefix("2026-01-01T02:00:0") == true)
      for name in ["report.md", "report.html", "junit.xml"] {
        #expect(try toy.read("rehearsed/\(name)").contains("its times are made up"), "\(name)")
      }
      // Judged again it still does.
      #expect(try toy.prodworthy("judge", "rehearsed", "--out", "again").status == 0)
      #expect(try toy.read("rehearsed/report.json") == toy.read("again/report.json"))
      // Nobody signs it, also where its report was made to forget.
      let signed = try toy.prodworthy("sign", "rehearsed", "--prepare", "--role", "release")
      #expect(signed.status == 65 && signed.output.contains("was rehearsed"), "\(signed.output)")
      try toy.write(
        "again/report.json", toy.read("again/report.json").replacing("  \"rehearsed\" : true,\n", with: ""))
      #expect(try toy.report("again")["rehearsed"] == nil)
      #expect(try toy.prodworthy("sign", "again", "--prepare", "--role", "release").status == 65)
      // What it found is neither known nor accepted from then on.
      for folder in ["rehearsed", "again"] {
        let known = try toy.prodworthy("baseline", "write", folder, "-o", "known.json")
        #expect(known.status == 65 && known.output.contains("was rehearsed"), "\(known.output)")
        #expect(throws: (any Error).self) { try toy.read("known.json") }
      }
      let waived = try toy.prodworthy(
        "waive", "rehearsed", "--check", "toy-up", "--target", "one", "--reason", "accepted-risk", "--justification",
        "It is only for the time being.", "--owner", "a", "--approved-by", "b", "--ticket", "T-1", "--days", "3")
      #expect(waived.status == 65 && waived.output.contains("was rehearsed"), "\(waived.output)")
      let apart = try toy.prodworthy("diff", "rehearsed", "rehearsed")
      #expect(apart.status == 0 && apart.answer.contains("REHEARSED: the earlier run"), "\(apart.output)")
      #expect(try toy.prodworthy("report", "rehearsed", "--format", "nagios").answer.hasPrefix("READINESS UNKNOWN - "))
      // Its load is no evidence for a real run, though for another rehearsal.
      let soon = ["--rehearsed-at", "2026-01-01T03:00:00Z"]
      let another = try toy.prodworthy(arguments: ["audit", "--carry", "rehearsed", "--out", "another"] + soon)
      #expect(another.status == 0 && toy.looks("pressure", at: "one") == 1, "\(another.output)")
      let today = Date.now.formatted(.iso8601)
      _ = try toy.prodworthy(
        "audit", "-f", "loaded.yaml", "--out", "fresh", "--rehearsed-at", today)
      let real = try toy.prodworthy("audit", "--carry", "fresh", "--out", "real")
      #expect(real.status == 2 && real.output.contains("it was rehearsed"), "\(real.output)")
      #expect(try toy.report("real")["rehearsed"] == nil)
      // A real history takes neither it nor its folder.
      #expect(try toy.prodworthy("audit", "-f", "loaded.yaml", "--history", "h.db").status == 0)
      let kept = try toy.prodworthy(arguments: ["audit", "--history", "h.db"] + rehearsal)
      #expect(kept.status == 65 && kept.output.contains("no rehearsal's history"), "\(kept.output)")
      #expect(try toy.prodworthy("history", "add", "rehearsed", "--history", "h.db").status == 65)
      // Half a real run and half a rehearsed one are no run.
      #expect(try toy.prodworthy("audit", "--shard", "1/2", "--out", "half").status >= 0)
      _ = try toy.prodworthy(arguments: ["audit", "--shard", "2/2", "--out", "other"] + rehearsal)
      let merged = try toy.prodworthy("merge", "half", "other")
      #expect(merged.status == 65 && merged.output.contains("one was rehearsed"), "\(merged.output)")
    }
  }
}
