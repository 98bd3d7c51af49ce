import AuditModel
import Definitions
import Facts
import Testing

@Suite("Sound files")
struct SoundFilesTests {
  @Test("a check comes out as it was written")
  func check() throws {
    let loaded = Fixtures.load(check: Fixtures.check)
    #expect(loaded.diagnostics.map { $0.rendered() } == [])
    let check = try #require(loaded.value?.first)
    #expect(check.id == "demo-answers")
    #expect(check.area == "demo")
    #expect(check.severity == .high)
    #expect(check.parameters.map(\.schema) == [.integer(minimum: 1, maximum: 1000)])
    #expect(check.with == ["deep": true])
    #expect(check.when.first?.matcher == Matcher(.exists, .literal(true)))
    #expect(check.expect.first?.matcher == Matcher(.atMost, .parameter("limit")))
    #expect(
      check.expect.first?.otherwise?.filled(facts: ["milliseconds": 7], subject: nil, parameters: ["limit": 3])
        == "took 7 ms, more than 3")
    #expect(check.remediation == .init(effort: .low, text: "Mend it."))
    #expect(check.examples.map(\.status) == [.pass, .fail])
  }

  @Test("a check over subjects keeps what an empty selection and a missing value mean")
  func subjects() throws {
    let loaded = Fixtures.load(check: Fixtures.subjectCheck, path: "sessions.yaml")
    #expect(loaded.diagnostics.map { $0.rendered() } == [])
    let check = try #require(loaded.value?.first)
    #expect(check.each?.ifNone.status == .pass)
    #expect(check.expect.first?.fact.origin == .subject)
    #expect(check.expect.first?.ifMissing?.status == .fail)
    #expect(check.safety == .observe)
  }

  @Test("a compiled check is the check")
  func compiled() throws {
    let catalogue = Definitions.catalogue([
      Fixtures.file(Fixtures.checklist, "checklist.yaml"),
      Fixtures.file(Fixtures.check.replacing(first: "needs: [demo-reachable]\n", with: ""), "answers.yaml"),
      Fixtures.file(Fixtures.subjectCheck, "sessions.yaml"),
      Fixtures.file(Fixtures.policy, "release.yaml"),
    ])
    #expect(catalogue.diagnostics.map { $0.rendered() } == [])
    let text = try #require(catalogue.value)
    #expect(text.checks.map(\.id) == ["demo-answers", "demo-sessions"])
    #expect(text.checks.map(\.probe) == ["demo", "demo"])
    #expect(try Definitions.check(compiled: text.checks[0].json).expect.first?.fact.text == "$.milliseconds")
    #expect(
      try Definitions.policy(compiled: text.policies[0].json).gate
        == (Fixtures.load(policy: Fixtures.policy).value?.gate))
    #expect(try Definitions.checklist(compiled: text.checklist).map(\.id) == ["SEC-1", "SEC-2"])
    #expect(throws: (any Error).self) { try Definitions.check(compiled: "{}") }
    #expect(throws: (any Error).self) { try Definitions.check(compiled: "{") }
  }

  @Test("an inventory has its references resolved and its paths made absolute")
  func inventory() throws {
    let loaded = Fixtures.load(inventory: Fixtures.inventory)
    #expect(loaded.diagnostics.map { $0.rendered() } == [])
    let file = try #require(loaded.value)
    #expect(file.policy == "pre-release")
    #expect(file.checks == ["more/checks"])
    let inventory = file.inventory
    #expect(inventory.environment == .staging)
    #expect(inventory.ceiling == .probe)
    #expect(
      inventory.consents == [
        .init(safety: .load, by: "jane@example.com", until: try #require(Instant("2026-12-31T23:59:59Z")))
      ])
    let web = inventory.targets[0]
    #expect(web.settings == ["url": "https://api.example:8443/", "trust": "/audit/ca.pem", "port": 8443])
    #expect(web.secrets["bearer"]?.exposed == "t0ken-canary")
    #expect(web.location == SourceLocation(path: "/audit/prodworthy.yaml", line: 9, column: 5))
    #expect(inventory.targets[1].secrets["password"]?.exposed == "file-canary")
    #expect(inventory.targets[1].declaration["password"] == true)
    #expect(Definitions.checkFolders(ofInventory: Fixtures.file(Fixtures.inventory, "x")) == ["more/checks"])
  }

  @Test("the least inventory leaves the ceiling at probe")
  func leastInventory() throws {
    let text = "system: s\nenvironment: production\ntargets: [{ id: a, kind: web, url: 'https://a/' }]"
    let inventory = try #require(Fixtures.load(inventory: text).value?.inventory)
    #expect(inventory.ceiling == .probe)
    #expect(inventory.targets[0].settings == ["url": "https://a/"])
  }

  @Test("a policy's gate becomes rules in a fixed order, percentages per mille")
  func policy() throws {
    let loaded = Fixtures.load(policy: Fixtures.policy)
    #expect(loaded.diagnostics.map { $0.rendered() } == [])
    let policy = try #require(loaded.value)
    #expect(policy.id == "release")
    #expect(policy.selects("demo-answers") && !policy.selects("demo-sessions"))
    #expect(policy.parameters == ["demo-answers": ["limit": 50]])
    #expect(policy.weights == ["demo-answers": 20])
    #expect(
      policy.gate == [
        .maximumOpen(.critical, 0), .maximumOpen(.high, 1), .maximumNotEvaluated(.critical, 0), .minimumScore(855),
        .minimumCoverage(900), .requiredChecks(["demo-answers"]), .requiredItems(["SEC-1"]),
      ])
  }

  @Test("a manifest becomes a descriptor with nullable facts")
  func manifest() throws {
    let loaded = Definitions.probeManifest(Fixtures.file(Fixtures.manifest, "disk.probe.yaml"))
    #expect(loaded.diagnostics.map { $0.rendered() } == [])
    let manifest = try #require(loaded.value)
    #expect(manifest.command == ["./disk-space", "--json"])
    #expect(manifest.outputLimit == 65536)
    #expect(manifest.descriptor.timeout == 2500)
    #expect(
      manifest.descriptor.parameters.map(\.schema) == [
        .integer(minimum: 1, maximum: 9), .string(.word(["fast", "full"])),
      ])
    #expect(manifest.targetFields.map(\.schema) == [.string(), .string(.secretReference)])
    #expect(manifest.targetFields.map(\.isRequired) == [true, false])
    let facts = manifest.descriptor.facts
    #expect(facts.violations(of: ["host": nil, "mounts": [["path": "/", "free": 0.5, "tags": ["a"]]]]).isEmpty)
    #expect(!facts.violations(of: ["mounts": [["path": 1]]]).isEmpty)
    #expect(!facts.violations(of: ["status": "pass"]).isEmpty)
    #expect(try !JSONPath("$.mounts[*].free").possibleSchemas(in: facts).isEmpty)
  }

  @Test("a foreign document is read leniently")
  func document() {
    let text =
      "x-base: &base { restart: no }\nservices:\n  a:\n    <<: *base\n    ports: !reset ['80:80']\n    mode: 0644\n"
    let loaded = Definitions.document(Fixtures.file(text, "compose.yaml"))
    #expect(loaded.diagnostics.map { $0.rendered() } == [])
    #expect(loaded.value?["services"]?["a"]?["restart"] == "no")
    #expect(loaded.value?["services"]?["a"]?["ports"]?[0] == "80:80")
    #expect(loaded.value?["services"]?["a"]?["mode"] == "0644")
  }

  @Test("kinds of one name are joined")
  func joinedKinds() {
    let more = TargetKind(
      name: "web", summary: "other",
      fields: [.init("path", .string(), required: true, ""), .init("new", .boolean, "")],
      schemes: ["https", "wss"])
    let joined = Vocabulary(targetKinds: [Fixtures.web, more], probes: [], checklist: []).targetKinds
    #expect(joined.count == 1)
    #expect(joined[0].fields.map(\.name) == ["url", "trust", "path", "port", "bearer", "new"])
    #expect(joined[0].fields[2].isRequired)
    #expect(joined[0].schemes == ["https", "wss"])
  }
}
