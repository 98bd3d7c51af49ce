import AuditModel
import Facts
import Testing

@testable import Definitions

/// The files in which people say something about findings.
@Suite("Waivers, attestations and baselines")
struct OverlayFileTests {
  static let waivers = """
    version: 1
    waivers:
      - id: W-2026-007
        check: demo-answers
        target: web
        reason: accepted-risk
        justification: It is slow until the cache is there.
        owner: team-platform
        approvedBy: jane@example
        ticket: OPS-123
        created: 2026-01-05
        expires: 2026-03-01
        ceiling: 300
        compensating: [demo-sessions, { check: demo-answers, target: db }]
        severity: high
      - { id: W-2, check: demo-*, target: web, subject: root*, reason: false-positive,
          justification: The root user is not an application, owner: a, approvedBy: b, ticket: T,
          created: 2026-01-05T12:00:00Z, expires: 2026-01-06T00:00:00Z, statuses: [fail, unknown] }

    """

  static let attestations = """
    attestations:
      - id: A-1
        attests: network-reviewed
        statement: The rules were read.
        by: jane
        reviewedBy: joe
        on: 2026-01-05
        expires: 2026-06-30
        evidence: [https://wiki.example/12]
        texts:
          - { file: rules.md, sha256: 98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4 }
      - { id: A-2, check: demo-answers, target: web, subject: x, statement: It answers., by: jane,
          on: 2026-01-05, expires: 2026-01-05, evidence: [OPS-1] }

    """

  private static func load(waivers text: String) -> Loaded<[Waiver]> {
    Definitions.waivers(Fixtures.file(text, "waivers.yaml"))
  }

  private static func load(attestations text: String) -> Loaded<[Attestation]> {
    let checks = Fixtures.load(check: Fixtures.check).value ?? []
    let items = [
      ChecklistItem(
        id: "SEC-6", title: "", area: "",
        attest: [AttestationRequest(id: "network-reviewed", statement: "The rules were read.")])
    ]
    return Definitions.attestations(
      Fixtures.file(text, "/audit/attestations.yaml"), checks: checks, checklist: items,
      digest: { $0 == "/audit/rules.md" ? "found" : nil })
  }

  @Test("sound files say what they say")
  func sound() throws {
    let waivers = try #require(Self.load(waivers: Self.waivers).value)
    #expect(waivers.map(\.id) == ["W-2026-007", "W-2"])
    #expect(
      waivers[0].expires.description == "2026-03-01T23:59:59Z"
        && waivers[0].created.description == "2026-01-05T00:00:00Z")
    #expect(waivers[0].ceiling == Waiver.Ceiling(atMost: 300) && waivers[0].severity == .high)
    #expect(waivers[0].compensating == [.init(check: "demo-sessions"), .init(check: "demo-answers", target: "db")])
    #expect(waivers[0].statuses == [.fail, .warn] && waivers[0].subject == nil)
    #expect(waivers[0].location == SourceLocation(path: "waivers.yaml", line: 3, column: 5))
    #expect(waivers[1].expires.description == "2026-01-06T00:00:00Z" && waivers[1].statuses == [.fail, .unknown])
    let attestations = try #require(Self.load(attestations: Self.attestations).value)
    #expect(
      attestations.map(\.topic) == [
        .statement("network-reviewed"), .finding(check: "demo-answers", target: "web", subject: "x"),
      ])
    #expect(attestations[0].texts.map(\.found) == ["found"] && attestations[0].reviewedBy == "joe")
    #expect(attestations[1].expires.description == "2026-01-05T23:59:59Z")
    #expect(Self.load(waivers: "waivers: []").value == [])
    #expect(Self.load(attestations: "attestations: []").value == [])
  }

  static let brokenWaivers = [
    Breakage(
      "target: web", "taget: web",
      ["3:5 missing-key: element 1 of `waivers` needs the key `target`", "5:5 unknown-key: unknown key `taget`"]),
    Breakage("reason: accepted-risk", "reason: risk", ["6:13 unknown-word: `reason` cannot be `risk`"]),
    Breakage(
      "It is slow until the cache is there.", "It is     slow.",
      ["7:20 justification: the justification is too short to judge by"],
      fix: "say in at least 20 characters why this can be lived with until then"),
    Breakage(
      "approvedBy: jane@example", "approvedBy: Team-Platform",
      ["9:17 self-approved: nobody approves a waiver of their own"]),
    Breakage("expires: 2026-03-01", "expires: 2026-01-04", ["12:14 period: `expires` comes before `created`"]),
    Breakage(
      "expires: 2026-03-01", "expires: 2026-04-06", ["12:14 period: the waiver holds 91 days, and 90 are the most"],
      fix: "at the latest 2026-04-05"),
    Breakage(
      "expires: 2026-03-01", "expires: 2026-02-30",
      ["12:14 malformed: `expires` must be a day like 2026-11-24 or a time like 2026-11-24T10:00:00Z (RFC 3339)"]),
    Breakage(
      "        expires: 2026-03-01\n".dropping(4), "",
      ["3:5 missing-key: element 1 of `waivers` needs the key `expires`"]),
    Breakage(
      "id: W-2,", "id: W-2026-007,", ["16:11 duplicate-id: there is a waiver `W-2026-007` already"],
      fix: "the first is in line 3"),
    Breakage("check: demo-*", "check: '*-answers'", ["16:23 pattern: `check` may have a * at its end only"]),
    Breakage("[fail, unknown]", "[unknown]", ["18:80 statuses: what covers `unknown` has to cover `fail` too"]),
    Breakage("[fail, unknown]", "[pass]", ["18:80 unknown-word: element 1 of `statuses` cannot be `pass`"]),
    Breakage("[fail, unknown]", "[]", ["18:79 too-few: `statuses` needs at least 1 element"]),
    Breakage("ceiling: 300", "ceiling: {}", ["13:14 ceiling: the ceiling has no bound"]),
    Breakage("[demo-sessions,", "[demo-answers,", ["14:20 compensating: a check cannot compensate for itself"]),
    Breakage("version: 1", "version: 2", ["1:10 out-of-range: `version` must be at least 1 and at most 1"]),
  ]

  static let brokenAttestations = [
    Breakage(
      "attests: network-reviewed", "attests: network-review",
      ["3:14 unknown-statement: the checklist asks for no statement `network-review`"],
      fix: "did you mean `network-reviewed`?"),
    Breakage("    attests: network-reviewed\n", "", ["2:5 topic: the attestation speaks of nothing"]),
    Breakage("by: jane\n", "by: Joe\n", ["6:17 self-approved: nobody reviews an attestation of their own"]),
    Breakage(
      "expires: 2026-06-30", "expires: 2027-01-07",
      ["8:14 period: the attestation holds 367 days, and 366 are the most"]),
    Breakage(
      "evidence: [https://wiki.example/12]", "evidence: []", ["9:15 too-few: `evidence` needs at least 1 element"]),
    Breakage("sha256: 98ea", "sha256: 98EA", ["11:35 malformed: `sha256` must be 64 lower-case hexadecimal digits"]),
    Breakage(
      "check: demo-answers, target: web", "check: demo-answer, target: web",
      ["12:23 unknown-check: there is no check `demo-answer`"]),
    Breakage(
      "check: demo-answers, target: web, subject: x", "check: demo-answers",
      ["12:5 missing-key: an attestation of a check needs the key `target`"]),
    Breakage(
      "attests: network-reviewed", "attests: network-reviewed\n    target: web",
      ["4:5 topic: a statement has no target"]),
    Breakage("id: A-2", "id: A-1", ["12:11 duplicate-id: there is an attestation `A-1` already"]),
  ]

  @Test("each mistake in waivers is told once, at its place", arguments: brokenWaivers)
  func waiver(_ breakage: Breakage) {
    breakage.expect(Self.load(waivers: Self.waivers.replacing(first: breakage.part, with: breakage.other)).diagnostics)
  }

  @Test("each mistake in attestations is told once, at its place", arguments: brokenAttestations)
  func attestation(_ breakage: Breakage) {
    breakage.expect(
      Self.load(attestations: Self.attestations.replacing(first: breakage.part, with: breakage.other)).diagnostics)
  }

  @Test("ninety days are the most, to the day")
  func longest() {
    let text = Self.waivers.replacing(first: "expires: 2026-03-01", with: "expires: 2026-04-05")
    #expect(Self.load(waivers: text).value?.first?.expires.description == "2026-04-05T23:59:59Z")
  }

  @Test("a policy says what waivers may do, what is new and how long evidence lasts")
  func policy() throws {
    let text = Fixtures.policy.replacing(
      first: "  requireItems: [SEC-1]\n",
      with: """
          newFailures: { severity: medium, max: 2 }
          waivers: { maxActive: 3, maxWeightPercent: 12.5, maxDays: 30, maxCovered: 4, forbidSeverities: [critical], refuse: [expired, overBroad] }
        waivers: waivers.yaml
        evidence: { maxAgeHours: 24, byProbe: { rough: 2 } }

        """)
    let policy = try #require(
      Fixtures.load(policy: text).value, "\(Fixtures.load(policy: text).diagnostics.map(\.summary))")
    #expect(
      policy.gate.suffix(4) == [
        .maximumNewFailures(.medium, 2), .maximumWaivers(3), .maximumWaivedWeight(125),
        .refusedWaiverProblems([.expired, .overBroad]),
      ])
    #expect(policy.waiving == WaivingRules(maximumDays: 30, forbidden: [.critical], maximumCovered: 4))
    #expect(policy.shelfLife == ShelfLife(hours: 24, byProbe: ["rough": 2]) && policy.waivers == "waivers.yaml")
    let empty = Fixtures.policy.replacing(
      first:
        "  maxOpen: { critical: 0, high: 1 }\n  maxNotEvaluated: { critical: 0 }\n  minScore: 85.5\n  minCoverage: 90\n  requireChecks: [demo-answers]\n  requireItems: [SEC-1]\n",
      with: "  waivers: { maxActive: 3 }\n")
    #expect(Fixtures.load(policy: empty).diagnostics.map(\.code) == ["empty-gate"])
  }

  @Test("an inventory names the files and what tells one state of the system from another")
  func inventory() throws {
    let text = Fixtures.inventory.replacing(
      first: "policy: pre-release\n",
      with: """
        policy: pre-release
        waivers: waivers.yaml
        attestations: attestations.yaml
        identity:
          files: [compose.yaml, nginx]
          values: { image: "${env:HOST}@sha256:1" }

        """)
    let file = try #require(Fixtures.load(inventory: text).value)
    #expect(file.waivers == "waivers.yaml" && file.attestations == "attestations.yaml")
    #expect(
      file.identityFiles == ["compose.yaml", "nginx"] && file.identityValues == ["image": "api.example@sha256:1"])
  }

  // MARK: Baselines

  static let baseline = Baseline(
    system: "s \"quoted\"", policy: .init(id: "p", title: "t", digest: "d"), writtenAt: Instant(seconds: 1_800_000_000),
    entries: [
      .init(fingerprint: "f1", check: "a", target: "t", subject: nil, severity: .high, firstSeen: Instant(seconds: 0)),
      .init(
        fingerprint: "f2", check: "a", target: "t", subject: "x\n\u{202E}\"", severity: .low,
        firstSeen: Instant(seconds: 86_400)),
    ])

  @Test("a baseline comes back as it was, one finding a line")
  func roundTrip() throws {
    let text = Definitions.text(of: Self.baseline)
    #expect(Definitions.baseline(Fixtures.file(text, "baseline.json")).value == Self.baseline)
    #expect(text.split(separator: "\n").count { $0.contains("fingerprint") } == 2)
    var none = Self.baseline
    none.entries = []
    #expect(Definitions.baseline(Fixtures.file(Definitions.text(of: none), "baseline.json")).value == none)
  }

  @Test("a damaged baseline is told with its place")
  func damaged() throws {
    let text = Definitions.text(of: Self.baseline)
    func summaries(_ text: String) -> [String] {
      Definitions.baseline(Fixtures.file(text, "baseline.json")).diagnostics.map(\.summary)
    }
    #expect(
      summaries(text.replacing(first: "\"high\"", with: "\"hgih\"")) == [
        "7:57 unknown-word: `severity` cannot be `hgih`"
      ])
    #expect(summaries(text.replacing(first: "prodworthy-baseline/1", with: "prodworthy-baseline/2")).count == 1)
    #expect(summaries(text.replacing(first: "\"fingerprint\":\"f1\"", with: "\"finger\":1")).count == 2)
    for cut in stride(from: 0, to: text.utf8.count - 2, by: 7) {
      let found = summaries(String(decoding: text.utf8.prefix(cut), as: UTF8.self))
      #expect(found.count == 1 && found[0].contains("json-syntax"), "\(cut): \(found)")
    }
  }
}

extension String {
  fileprivate func dropping(_ count: Int) -> String { String(dropFirst(count)) }
}
