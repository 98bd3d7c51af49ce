import AuditModel
import Facts
import ProbeConformance
import Testing

@testable import DocumentProbes

@Suite("Secrets in repositories") struct SecretScanProbeTests {
  private static let token = "ghp_" + SecretScannerTests.drawn(36, from: SecretScannerTests.letters)
  private static let old = "glpat-" + SecretScannerTests.drawn(20, from: SecretScannerTests.letters, seed: 11)
  private static let logged = "npm_" + SecretScannerTests.drawn(36, from: SecretScannerTests.letters, seed: 13)

  private static func repository() async throws -> Folder {
    let folder = try Folder([
      "deploy.sh": "#!/bin/sh\nexport TOKEN=\(token)\n", ".env": "PASSWORD=${OTHER}\n", ".env.example": "PASSWORD=\n",
      "old.txt": "one\ntwo \(old)\n", "server.key": "x", "app.py": "import os\nos.environ['X']\n",
      "blob.bin": "\u{0}\(token)",
      "vendor/x.txt": token,
    ])
    try await folder.git("init", "-q")
    try await folder.git("add", "-f", ".")
    try await folder.git("commit", "-qm", "first")
    try folder.remove("old.txt")
    try await folder.git("commit", "-qam", "second")
    // What Git is told to leave out is no part of the source.
    try folder.write(".gitignore", "local/\n")
    try folder.write("local/notes.txt", logged)
    try folder.write("untracked.txt", logged)
    try folder.write("logs/api.log", "12:00 sent \(logged)\n")
    return folder
  }

  @Test("tree, history and logs are told apart, masked, with accepted findings left out")
  func whole() async throws {
    let folder = try await Self.repository()
    let (facts, gaps) = try await facts(
      SecretScanProbe(),
      ["path": .string(folder.path), "logs": [.string(folder.path + "/logs")], "accepted": ["vendor/", "logs/"]],
      kind: "repository")
    let tree = try #require(facts["tree"]?.array)
    #expect(tree.map { $0["file"]?.string } == ["deploy.sh", "untracked.txt"])
    #expect(tree.first?["line"] == 2)
    #expect(tree.first?["column"] == 14)
    #expect(tree.first?["mask"] == "ghp_…")
    let history = try #require(facts["history"]?.array)
    #expect(history.map { $0["file"]?.string }.sorted { ($0 ?? "") < ($1 ?? "") } == ["deploy.sh", "old.txt"])
    let gone = try #require(history.first { $0["file"] == "old.txt" })
    #expect(gone["isInTree"] == false)
    #expect(gone["line"] == 2)
    #expect(gone["commit"]?.string?.count == 40)
    #expect(facts["logs"]?.array?.map { $0["rule"]?.string } == ["npm-access-token"])
    #expect(facts["environmentFiles"] == [".env"])
    #expect(facts["keyFiles"] == ["server.key"])
    #expect(facts["ignoresEnvironmentFiles"] == false)
    #expect(facts["commitsScanned"] == 2)
    #expect(facts["filesBinary"] == 1)
    #expect((facts["environmentReaders"]?.integer ?? 0) >= 1)
    #expect(gaps.isEmpty, "\(gaps)")
    let text = JSONText.compact(facts)
    for secret in [Self.token, Self.old, Self.logged] { #expect(!text.contains(secret.dropFirst(8))) }
  }

  @Test("a rule that leaves out environment files is told from one that takes them back")
  func leftOut() async throws {
    let cases = [
      (".env\n", true), (".env*\n!.env.example\n", true), ("*.env\n!.env\n", false), ("", false),
    ]
    for (rules, isLeftOut) in cases {
      let folder = try Folder([".gitignore": rules])
      try await folder.git("init", "-q")
      let (facts, gaps) = try await facts(SecretScanProbe(), ["path": .string(folder.path)], kind: "repository")
      #expect(facts["ignoresEnvironmentFiles"] == .bool(isLeftOut), "\(rules)")
      #expect(!gaps.contains { $0.path == "ignoresEnvironmentFiles" })
    }
  }

  @Test("no repository, no history, a shallow clone: not observed, and why")
  func blind() async throws {
    let plain = try Folder(["a.txt": "x"])
    let first = try await facts(SecretScanProbe(), ["path": .string(plain.path)], kind: "repository")
    for name in ["history", "environmentFiles", "keyFiles", "ignoresEnvironmentFiles", "logs"] {
      #expect(first.facts[name] == .null)
      #expect(first.gaps.contains { $0.path == name })
    }
    #expect(first.facts["tree"] == [])
    let origin = try await Self.repository()
    try await plain.git("clone", "-q", "--depth", "1", "file://\(origin.path)", "clone")
    let shallow = try await facts(SecretScanProbe(), ["path": .string(plain.path + "/clone")], kind: "repository")
    #expect(shallow.gaps.contains { $0.path == "history" && $0.reason.contains("shallow") })
  }

  @Test("a repository cannot make Git run its programs")
  func hostile() async throws {
    let folder = try await Self.repository()
    try folder.write("run.sh", "#!/bin/sh\ntouch \(folder.path)/ran\n")
    for name in [
      "core.fsmonitor", "diff.external", "core.pager", "core.sshCommand", "diff.x.textconv", "filter.x.clean",
    ] {
      try await folder.git("config", name, "sh \(folder.path)/run.sh")
    }
    try folder.write(".gitattributes", "* diff=x filter=x\n")
    _ = try await facts(SecretScanProbe(), ["path": .string(folder.path)], kind: "repository")
    #expect(!FileReading.exists(folder.path + "/ran"))
  }

  @Test func conforms() async throws {
    let folder = try await Self.repository()
    let target = Target(id: "source", kind: "repository", settings: ["path": .string(folder.path)])
    let impossible = Target(id: "source", kind: "repository", settings: ["path": "/nonexistent/source"])
    #expect(await ProbeConformance.problems(with: SecretScanProbe(), target: target, impossible: impossible) == [])
  }
}
