import AuditModel
import Facts
import ProbeConformance
import Probing
import Testing

@testable import DocumentProbes

@Suite("Documents") struct DocumentsProbeTests {
  private static let runbook = """
    ---
    owner: platform
    last_reviewed: 2026-10-01
    ---
    # API runbook
    ## Purpose
    Serves events.
    ## Alerts
    [ApiDown](#alerts)
    ## Dashboards
    One.
    ## Diagnosis
    ```sh
    docker compose logs api
    docker compose restart web
    ```
    ## Rollback
    See [rollback](../rollback.md#steps) and [gone](../gone.md) and [bad](../rollback.md#nothing).
    ## Escalation
    ## Contacts
    Team. TODO number
    """

  private static func folder() throws -> Folder {
    try Folder([
      "docs/runbooks/api.md": runbook,
      "docs/runbooks/README.md": "# Index\n[api](api.md)",
      "docs/rollback.md":
        "# Rollback\nOwner: release\n## When\nx\n## Steps\ny\n## Data\nz\n## Verification\nw\n## Contacts\nv\n",
      "docs/log.md":
        "| 2026-10-02 | restore drill | ok |\n| 2026-11-01 | rollback | failed |\n\nNext restore planned 2027-01-01\n",
      "docs/plan.md": "---\nreviewed: 2026-11-01\n---\nCPU headroom at peak: 40 %\nWritten 2026-01-01 for growth.\n",
      "compose.yaml": "services:\n  api: {image: a}\n  db: {image: b}\n",
      "rules.yml": """
      groups:
        - name: g
          rules:
            - {record: "a:b", expr: "1"}
            - alert: ApiDown
              expr: up == 0
              labels: {severity: critical}
              annotations: {runbook_url: "https://docs.example/runbooks/api/#alerts"}
            - alert: DbDown
              expr: up == 0
              labels: {severity: critical}
              annotations: {runbook_url: "https://docs.example/runbooks/db/"}
            - {alert: Other, expr: "1", annotations: {runbook_url: "https://elsewhere.example/x"}}
            - {alert: NoURL, expr: "1", labels: {severity: critical}}
      """,
    ])
  }

  private static func settings(_ folder: Folder) -> JSONObject {
    [
      "folder": .string(folder.path + "/docs"), "compose": [.string(folder.path + "/compose.yaml")],
      "rules": [.string(folder.path + "/rules.yml")], "publishedAt": "https://docs.example/",
      "exercises": .string(folder.path + "/docs/log.md"), "capacityPlan": .string(folder.path + "/docs/plan.md"),
    ]
  }

  @Test("parts, owners, dates, links, commands, runbook URLs, exercises and plans are told as they are")
  func whole() async throws {
    let folder = try Self.folder()
    try await folder.git("init", "-q")
    try await folder.git("add", ".")
    try await folder.git("commit", "-qm", "first", at: "2026-05-01")
    let (facts, _) = try await facts(DocumentsProbe(), Self.settings(folder), kind: "documents")
    let documents = try #require(facts["documents"]?.array)
    let api = try #require(documents.first { $0["file"] == "runbooks/api.md" })
    #expect(api["role"] == "runbook")
    #expect(api["missing"] == ["escalation"])
    #expect(api["owner"] == "platform")
    #expect(api["reviewSource"] == "declared")
    #expect(api["ageDays"] == 54)
    #expect(api["isCurrent"] == true)
    #expect(api["placeholders"]?.array?.count == 1)
    let rollback = try #require(documents.first { $0["file"] == "rollback.md" })
    #expect(rollback["role"] == "rollback")
    #expect(rollback["missing"] == [])
    #expect(rollback["owner"] == "release")
    #expect(rollback["reviewSource"] == "git")
    #expect(rollback["reviewedOn"] == "2026-05-01")
    #expect(rollback["isCurrent"] == false)
    #expect(facts["runbooks"] == 1)
    #expect(facts["incidents"] == 0)
    let broken = facts["links"]?.array?.filter { $0["resolves"] == false }.compactMap { $0["destination"]?.string }
    #expect(broken == ["../gone.md", "../rollback.md#nothing"])
    #expect(facts["links"]?.array?.count == 5)
    #expect(facts["commands"]?.array?.map { $0["exists"]?.bool } == [true, false])
    #expect(
      facts["servicesCovered"] == [
        ["service": "api", "runbooks": ["runbooks/api.md"]], ["service": "db", "runbooks": []],
      ])
    #expect(facts["runbookURLs"]?.array?.map { $0["resolves"]?.bool } == [true, false, nil, false])
    let exercises = try #require(facts["exercises"]?.array)
    #expect(exercises.map { $0["result"]?.string } == ["succeeded", "failed", nil, nil])
    #expect(exercises.map { $0["ageDays"]?.integer } == [53, 23, nil, nil])
    #expect(facts["capacityPlan"]?["figures"]?.array?.count == 1)
    #expect(facts["capacityPlan"]?["isCurrent"] == true)
    #expect(facts["accessReview"] == .null)
  }

  @Test("a shallow clone and no repository tell no dates; a review that lies ahead is none")
  func dates() async throws {
    let folder = try Folder(["runbook-a.md": "# A\nx", "runbook-b.md": "# B\nLast reviewed: **2027-01-01**"])
    let (facts, gaps) = try await facts(DocumentsProbe(), ["folder": .string(folder.path)], kind: "documents")
    let documents = try #require(facts["documents"]?.array)
    #expect(documents.map { $0["isCurrent"] } == [.null, false])
    #expect(gaps.contains { $0.path == "reviews" })
    let origin = try Self.folder()
    try await origin.git("init", "-q")
    try await origin.git("add", ".")
    try await origin.git("commit", "-qm", "first")
    try await origin.git("commit", "-qm", "second", "--allow-empty")
    try await folder.git("clone", "-q", "--depth", "1", "file://\(origin.path)", "clone")
    let clone = try await DocumentProbesTests.facts(
      DocumentsProbe(), ["folder": .string(folder.path + "/clone/docs")], kind: "documents")
    #expect(clone.gaps.contains { $0.reason.contains("shallow") })
    #expect(clone.facts["documents"]?.array?.first { $0["file"] == "rollback.md" }?["reviewedOn"] == .null)
  }

  @Test("what is not named is not observed, with the way to make it visible")
  func unseen() async throws {
    let folder = try Folder(["a.md": "x"])
    let (facts, gaps) = try await facts(DocumentsProbe(), ["folder": .string(folder.path)], kind: "documents")
    for name in ["services", "servicesCovered", "commands", "runbookURLs", "exercises", "accessReview", "capacityPlan"]
    {
      #expect(facts[name] == .null)
      #expect(gaps.contains { $0.path == name && $0.remedy != nil })
    }
    let damaged = try Folder(["a.md": "x", "compose.yaml": "services: [", "rules.yml": "<html>"])
    let second = try await DocumentProbesTests.facts(
      DocumentsProbe(),
      [
        "folder": .string(damaged.path), "compose": [.string(damaged.path + "/compose.yaml")],
        "rules": [.string(damaged.path + "/rules.yml")],
      ], kind: "documents")
    #expect(second.facts["commands"] == .null)
    #expect(second.gaps.contains { $0.path == "runbookURLs" })
  }

  @Test("a secret in a document stands in no fact")
  func secrets() async throws {
    let token = "ghp_" + SecretScannerTests.drawn(36, from: SecretScannerTests.letters)
    let folder = try Folder(["runbook.md": "# Use \(token)\n[x](gone.md?t=\(token))\nTODO \(token)\n"])
    let (facts, gaps) = try await facts(DocumentsProbe(), ["folder": .string(folder.path)], kind: "documents")
    #expect(facts["links"]?.array?.count == 1)
    #expect(facts["documents"]?[0]?["placeholders"]?.array?.count == 1)
    #expect(!JSONText.compact(facts).contains(token) && !"\(gaps)".contains(token))
  }

  @Test func conforms() async throws {
    let folder = try Self.folder()
    let target = Target(id: "docs", kind: "documents", settings: Self.settings(folder))
    let impossible = Target(id: "docs", kind: "documents", settings: ["folder": "/nonexistent/docs"])
    #expect(await ProbeConformance.problems(with: DocumentsProbe(), target: target, impossible: impossible) == [])
  }
}
