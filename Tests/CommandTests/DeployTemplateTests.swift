import AuditModel
import Definitions
import Facts
import Foundation
import Testing

/// The templates under `deploy/`, carried out as those do that read them: nothing of a template is left to be believed.
@Suite("Templates of pipelines and timers")
struct DeployTemplateTests {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "deploy")

  private static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  private static func yaml(_ name: String) throws -> JSONValue {
    let file = SourceFile(path: name, bytes: Array(try text(name).utf8))
    return try #require(LocatedDocument.read(file).value).root.value
  }

  /// A system whose sources lie in `repository`, with the program as a file that a runner can install.
  private func with(_ body: (ToySystem, Bench) throws -> Void) throws {
    let toy = try ToySystem()
    defer { toy.remove() }
    try toy.write("prodworthy.yaml", try toy.read("loaded.yaml"))
    let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    try FileManager.default.createDirectory(atPath: toy.folder + "/tools", withIntermediateDirectories: true)
    try toy.write("tools/prodworthy", "#!/bin/sh\nexec '\(programs.path)/prodworthy' \"$@\"\n")
    let bench = Bench(folder: NSTemporaryDirectory() + "prodworthy-runner-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(atPath: bench.folder) }
    for name in ["home", "tools", "files"] { try bench.make(name) }
    for path in [toy.folder + "/tools/prodworthy"] {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    try body(toy, bench)
  }

  // MARK: GitHub

  @Test("the job of GitHub Actions is green, red and undecided as the gate is, and comments once")
  func gitHub() throws {
    let workflow = try Self.yaml("github/readiness.yml")
    let job = try #require(workflow["jobs"]?["readiness"])
    try with { toy, bench in
      // What the service behind `gh` knows, as a program that keeps what it is told.
      try bench.program(
        "gh",
        """
        #!/bin/bash
        printf '%s\\n' "$*" >> "$BENCH/gh.calls"
        [ -n "$GH_TOKEN" ] || exit 4
        case "$*" in
          *--paginate*) cat "$BENCH/gh.comments" 2>/dev/null || true ;;
          *PATCH*) ;;
          *) echo 77 > "$BENCH/gh.comments" ;;
        esac

        """)
      let first = try GitHubRunner(bench, sources: toy.folder, event: "pull_request").run(job)
      #expect(first.conclusion == "success", "\(first.log)")
      #expect(first.ran == ["Bring the program", "Audit", "Comment on the pull request"])
      #expect(first.used == ["actions/checkout", "github/codeql-action/upload-sarif", "actions/upload-artifact"])
      #expect(first.summary.contains("Production readiness") && first.summary.contains("**READY**"))
      #expect(first.artifacts.contains("report.json") && first.artifacts.contains("comment.md"))
      let calls = try bench.read("gh.calls")
      #expect(calls.contains("repos/team/shop/issues/7/comments -F body=@readiness/comment.md"))
      // A failing system fails the job, and its reports are kept and told all the same; the comment is written over.
      try toy.set("one", up: false)
      let failed = try GitHubRunner(bench, sources: toy.folder, event: "pull_request").run(job)
      #expect(failed.conclusion == "failure" && failed.exitStatus == 1, "\(failed.log)")
      #expect(failed.used.contains("actions/upload-artifact") && failed.summary.contains("**NOT READY**"))
      #expect(failed.log.contains("::error"))
      #expect(try bench.read("gh.calls").contains("-X PATCH repos/team/shop/issues/comments/77"))
      // What cannot be seen is no pass either.
      try toy.write("one.json", "{")
      let blind = try GitHubRunner(bench, sources: toy.folder, event: "schedule").run(job)
      #expect(blind.conclusion == "failure" && blind.exitStatus == 2, "\(blind.log)")
      #expect(!blind.ran.contains("Comment on the pull request"))
      // A fork's request has no right to comment.
      let fork = try GitHubRunner(bench, sources: toy.folder, event: "pull_request", head: "somebody/shop").run(job)
      #expect(!fork.ran.contains("Comment on the pull request"))
      // Bad configuration leaves no report: nothing is uploaded in its name.
      try toy.write("prodworthy.yaml", "system: [\n")
      let broken = try GitHubRunner(bench, sources: toy.folder, event: "schedule").run(job)
      #expect(broken.exitStatus == 65 && broken.used == ["actions/checkout"], "\(broken.log)")
    }
  }

  // MARK: GitLab

  @Test("the job of GitLab runs where its rules say, ends as the gate does and hands on reports and variables")
  func gitLab() throws {
    let job = try #require(try Self.yaml("gitlab/readiness.gitlab-ci.yml")["readiness"])
    let rules = (job["rules"]?.array ?? []).compactMap { $0["if"]?.string }
    func runs(_ variables: [String: String]) throws -> Bool {
      try rules.contains { try Condition($0, variables).isTrue() }
    }
    #expect(try runs(["CI_PIPELINE_SOURCE": "merge_request_event"]))
    #expect(try runs(["CI_PIPELINE_SOURCE": "schedule"]))
    #expect(try runs(["CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"]))
    #expect(try !runs(["CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "other", "CI_DEFAULT_BRANCH": "main"]))
    try with { toy, bench in
      try FileManager.default.copyItem(atPath: toy.folder + "/tools/prodworthy", toPath: bench.path("tools/prodworthy"))
      for (up, status, gate) in [(true, Int32(0), "passed"), (false, 1, "failed")] {
        try toy.set("one", up: up)
        let work = try bench.checkout(toy.folder)
        let script = (job["script"]?.array ?? []).compactMap(\.string).joined(separator: "\n")
        let outcome = try bench.bash(
          "set -eo pipefail\n" + script, in: work, ["CI": "true", "GITLAB_CI": "true", "CI_PROJECT_DIR": work])
        #expect(outcome.status == status, "\(outcome.output)")
        #expect(job["artifacts"]?["when"] == "always")
        for path in (job["artifacts"]?["paths"]?.array ?? []).compactMap(\.string) {
          #expect(FileManager.default.fileExists(atPath: "\(work)/\(path)"), "\(path)")
        }
        let reports = try #require(job["artifacts"]?["reports"]?.object)
        for (kind, path) in reports {
          #expect(FileManager.default.fileExists(atPath: "\(work)/\(path.string ?? "")"), "\(kind)")
        }
        // A later job has what the file of variables says: one a line, no spaces around the name.
        let lines = try bench.read("\(work)/\(reports["dotenv"]?.string ?? "")").split(separator: "\n")
        #expect(lines.allSatisfy { $0.firstMatch(of: /^[A-Za-z_][A-Za-z0-9_]*=/) != nil })
        #expect(lines.contains("READINESS_GATE=\(gate)"))
        let quality = try JSONText.parse(
          Array(try bench.read("\(work)/\(reports["codequality"]?.string ?? "")").utf8))
        #expect((quality.array?.isEmpty == true) == up)
      }
    }
  }

  // MARK: systemd

  /// The words of a unit's command, its places moved into `bench`.
  private static func command(_ unit: String, _ bench: Bench) throws -> [String] {
    let joined = unit.replacing("\\\n", with: " ")
    let line = try #require(joined.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
    return line.dropFirst("ExecStart=".count).split(separator: " ").map { bench.moved(String($0)) }
  }

  @Test("the units of systemd are sound to systemd itself, and the timer's command audits")
  func systemd() throws {
    try with { toy, bench in
      try FileManager.default.copyItem(atPath: toy.folder + "/tools/prodworthy", toPath: bench.path("tools/prodworthy"))
      var units: [String] = []
      for name in ["prodworthy-audit.service", "prodworthy-audit.timer", "prodworthy-serve.service"] {
        try bench.write("files/\(name)", bench.moved(try Self.text("systemd/\(name)")))
        units.append(bench.path("files/\(name)"))
      }
      if FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze") {
        let verified = try bench.run("/usr/bin/systemd-analyze", ["verify"] + units)
        #expect(verified.status == 0 && verified.output == "", "\(verified.output)")
        // It would have said so.
        try bench.write("files/broken.service", "[Service]\nExecStart=nowhere --at all\nNoSuchThing=yes\n")
        let broken = try bench.run("/usr/bin/systemd-analyze", ["verify", bench.path("files/broken.service")])
        #expect(broken.status != 0 || broken.output != "")
      }
      let unit = try Self.text("systemd/prodworthy-audit.service")
      let words = try Self.command(unit, bench)
      try bench.make("var")
      _ = try bench.checkout(toy.folder, into: "etc")
      // Two nights: the history has both, the folder the newer.
      for night in 1...2 {
        let outcome = try bench.run(words[0], Array(words.dropFirst()))
        #expect([0, 1, 2].contains(outcome.status), "\(outcome.output)")
        let report = try JSONText.parse(Array(try bench.read("var/latest/report.json").utf8))
        #expect(report["policy"]?["id"] == "nightly")
        let runs = try bench.run(words[0], ["history", "list", "--history", bench.path("var/history.db"), "--json"])
        #expect(runs.output.components(separatedBy: "\"runID\"").count == night + 1, "\(runs.output)")
      }
      let serve = try Self.command(try Self.text("systemd/prodworthy-serve.service"), bench)
      // Wrong configuration ends in a status that the unit does not start again after.
      try bench.write("etc/serve.yaml", "nonsense: [\n")
      let refused = try bench.run(serve[0], Array(serve.dropFirst()))
      let prevented = try #require(
        try Self.text("systemd/prodworthy-serve.service").firstMatch(of: /RestartPreventExitStatus=([0-9 ]+)/)?.1)
      #expect(prevented.split(separator: " ").contains("\(refused.status)"), "\(refused.output)")
    }
  }

  // MARK: Kubernetes

  @Test(
    "the CronJob's command audits, one run is kept of two pods of one Job, and its failure policy fits the statuses")
  func kubernetes() throws {
    let job = try Self.yaml("kubernetes/cronjob.yaml")
    let specification = try #require(job["spec"]?["jobTemplate"]?["spec"])
    let pod = try #require(specification["template"]?["spec"])
    let container = try #require(pod["containers"]?[0])
    #expect(job["apiVersion"] == "batch/v1" && job["kind"] == "CronJob" && pod["restartPolicy"] == "Never")
    let rule = specification["podFailurePolicy"]?["rules"]?[0]?["onExitCodes"]
    #expect(rule?["containerName"] == container["name"])
    #expect(rule?["values"]?.array?.compactMap(\.integer) == [1, 2, 64, 65, 66])
    // Everything that the command writes lies where the container may write.
    let mounts = (container["volumeMounts"]?.array ?? [])
    #expect(container["securityContext"]?["readOnlyRootFilesystem"] == true)
    let writable = mounts.filter { $0["readOnly"] != true }.compactMap { $0["mountPath"]?.string }
    let volumes = Set((pod["volumes"]?.array ?? []).compactMap { $0["name"]?.string })
    #expect(mounts.allSatisfy { volumes.contains($0["name"]?.string ?? "") })
    let arguments = (container["args"]?.array ?? []).compactMap(\.string)
    let out = try #require(arguments.first { $0.hasPrefix("--out=") }?.dropFirst(6))
    #expect(writable.contains { out.hasPrefix($0 + "/") })
    try with { toy, bench in
      _ = try bench.checkout(toy.folder, into: "etc")
      try bench.make("tmp")
      var kept: [String] = []
      for slot in ["prodworthy-29000000", "prodworthy-29000000", "prodworthy-29001440"] {
        let words = arguments.map { word in
          word.hasPrefix("--history=")
            ? "--history=" + bench.path("h.db")
            : word.replacing("$(SLOT)", with: slot).replacing("=/tmp/", with: "=" + bench.path("tmp") + "/")
              .replacing("/etc/prodworthy", with: bench.path("etc"))
        }
        let outcome = try bench.run(toy.folder + "/tools/prodworthy", words)
        #expect([0, 1, 2].contains(outcome.status), "\(outcome.output)")
        kept.append(outcome.output.contains("not kept") ? "no" : "yes")
      }
      #expect(kept == ["yes", "no", "yes"])
    }
  }
}
