import Facts
import Foundation
import HostileTexts
import Testing

/// What the command prints of a system, and of files, that attack whoever reads the terminal or the log of a pipeline.
@Suite("Hostile text", .serialized)
struct HostileTextTests {
  private func with(_ body: (ToySystem) throws -> Void) throws {
    let toy = try ToySystem()
    defer { toy.remove() }
    try body(toy)
  }

  /// `text` as it stands in JSON and in YAML.
  private func quoted(_ text: String) -> String { JSONText.compact(.string(text)) }

  /// `text` without the one character of the attacks that no YAML takes.
  private func allowed(_ text: String) -> String { text.replacing("\u{FFFE}", with: "") }

  /// Nothing acts in what was said.
  private func check(_ outcome: ToySystem.Outcome, _ what: String, _ statuses: ClosedRange<Int32>) {
    #expect(statuses.contains(outcome.status), "\(what) ended in \(outcome.status): \(outcome.output.prefix(2000))")
    // JSON keeps texts as they were: what acts there is what is no control character.
    let isJSON = what.contains("--json") || what.contains("export")
    let acting = outcome.output.actingCharacters.filter { !isJSON || $0.value < 0xA0 }
    #expect(acting.isEmpty, "\(what)")
    for line in outcome.output.split(separator: "\n") where line.contains("::") || line.contains("##") {
      #expect(!RunnerGrammar.obeys(String(line)), "\(what): \(line)")
    }
  }

  @Test("a hostile system is shown by every command that shows a run, and nothing of it acts") func runs() throws {
    try with { toy in
      let texts = Naughty.attacks + Naughty.texts
      // A plug-in that says what it was given, also where it fails.
      try toy.write(
        "plug/toy",
        """
        #!/usr/bin/python3
        import json, sys
        state = json.load(open(json.load(sys.stdin)["target"]["settings"]["state"]))
        if "error" in state: sys.exit(state["error"])
        json.dump({"facts": state["toy"]}, sys.stdout)

        """)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: toy.folder + "/plug/toy")
      try toy.write(
        "prodworthy.yaml",
        toy.read("prodworthy.yaml").replacing("system: toy", with: "system: \(quoted(allowed(Naughty.attacks[2])))"))
      func set(_ texts: [String], isSound: Bool) throws {
        let parts = texts.map { "{\"name\": \(quoted($0)), \"sound\": \(isSound)}" }.joined(separator: ",")
        try toy.write(
          "one.json", "{\"toy\": {\"up\": true, \"serial\": \(quoted(Naughty.attacks[5])), \"parts\": [\(parts)]}}")
      }
      try toy.write("two.json", "{\"error\": \(quoted(Naughty.attacks.joined(separator: " ")))}")
      try set(texts, isSound: true)
      check(try toy.prodworthy("audit", "--out", "before", "--history", "h.db"), "audit", 1...2)
      try set(texts, isSound: false)
      check(try toy.prodworthy("audit", "--out", "after", "--history", "h.db"), "audit", 1...1)
      #expect(try toy.report("after").findings.count > texts.count * 9 / 10)
      for arguments in [
        ["report", "after", "--format", "console"], ["diff", "before", "after"], ["diff", "before", "after", "--json"],
        ["history", "list", "--history", "h.db"], ["history", "findings", "--history", "h.db"],
        ["history", "findings", "--history", "h.db", "--show", "changes"],
        ["history", "findings", "--history", "h.db", "--json"], ["history", "export", "--history", "h.db"],
        ["history", "show", "latest", "--history", "h.db"], ["trend", "--history", "h.db"],
        ["trend", "--history", "h.db", "--json"], ["judge", "after", "--out", "again"],
        ["audit", "--failed", "after"], ["plan", "-f", "prodworthy.yaml"],
        ["baseline", "write", "after", "-o", "baseline.json"], ["baseline", "prune", "baseline.json", "before"],
        [
          "waive", "after", "--check", "toy-parts", "--target", "one", "--reason", "accepted-risk", "--justification",
          "It is only for the time being.", "--owner", "a", "--approved-by", "b", "--ticket", "T", "--days", "3",
        ],
      ] {
        check(try toy.prodworthy(arguments: arguments), arguments.joined(separator: " "), 0...65)
      }
    }
  }

  @Test("a file with hostile names and words is complained of with its place, and nothing of it acts") func files()
    throws
  {
    try with { toy in
      let sound = try toy.read("prodworthy.yaml")
      let waiver = """
        waivers:
          - { id: W-1, check: toy-up, target: one, reason: accepted-risk, justification: It is mended before the release,
              owner: team, approvedBy: jane, ticket: T-1, created: 2026-11-20, expires: 2026-11-30 }

        """
      let attack = Naughty.attacks[2]
      let text = quoted(allowed(attack))
      let inventories = [
        sound + "\(text): 1\n", sound.replacing("system: toy", with: "system: [\(text)]"),
        sound.replacing("environment: staging", with: "environment: \(text)"),
        sound.replacing("id: one", with: "id: \(text)"), sound.replacing("kind: toy", with: "kind: \(text)"),
        sound.replacing("state: one.json", with: "state: \(text)"), sound + "policy: \(text)\n",
        sound.replacing("policy: strict.yaml", with: "policy: \(text)"),
        sound.replacing("checks: [plug]", with: "checks: [\(text)]"), sound + "waivers: \(text)\n",
        sound + "matrix: { \(text): 1 }\n", sound + attack, sound + "# \(attack)\nconsent: \(text)\n",
      ]
      for (index, inventory) in inventories.enumerated() {
        try toy.write("hostile.yaml", inventory)
        // A folder or a file of such a name is just not there.
        check(try toy.prodworthy("audit", "-f", "hostile.yaml"), "inventory \(index)", 0...66)
      }
      for (index, words) in [
        waiver.replacing("check: toy-up", with: "check: \(text)"),
        waiver.replacing("target: one", with: "target: \(text)"),
        waiver.replacing("id: W-1", with: "id: \(text)"), waiver.replacing("team", with: text),
        waiver.replacing("reason: accepted-risk", with: "reason: \(text)"),
        waiver.replacing("created: 2026-11-20", with: "created: \(text)"), waiver + "\(text): 2\n",
      ].enumerated() {
        try toy.write("hostile.yaml", words)
        check(try toy.prodworthy("audit", "--waivers", "hostile.yaml"), "waiver \(index)", 0...66)
      }
      // Arguments hold no octet zero.
      let word = attack.replacing("\u{0}", with: "")
      for arguments in [
        ["audit", "--check", word], ["audit", "--target", word], ["audit", "--policy", word], ["report", word],
        ["explain", word], ["audit", "--format", word], ["diff", word, word], ["report", "x", "--format", word],
      ] {
        check(try toy.prodworthy(arguments: arguments), arguments.prefix(3).joined(separator: " "), 64...77)
      }
    }
  }
}
