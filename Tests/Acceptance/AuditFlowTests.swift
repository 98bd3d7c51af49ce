import DrivenPrograms
import Foundation
import Testing

/// The main job through every room, on a real system.
@Suite("An audit from end to end", .serialized, .driving)
struct AuditFlowTests {
  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test("a run leaves its reports; judged or rendered again it gives the very bytes")
  func reproducible() throws {
    try Ground.with { ground in
      let (outcome, report, folder) = try ground.audit()
      #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
      #expect(report.checklist.count == 27)
      // Every item is looked at or attested; a warning is what servers of an older system lack.
      #expect(report.checklist.allSatisfy { ["pass", "warn"].contains($0.status) }, "\(report.checklist)")
      let again = Scratch.file("again")
      let judged = try BuiltCommand.prodworthy.run(
        ["judge", folder, "--out", again], environment: ["TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"])
      #expect(judged.status == 0)
      for name in ["report.json", "junit.xml", "report.md", "observations.jsonl", "run.json"] {
        #expect(try text("\(folder)/\(name)") == text("\(again)/\(name)"), "\(name) differs")
      }
      for (format, name) in [("json", "report.json"), ("junit", "junit.xml"), ("markdown", "report.md")] {
        let file = Scratch.file(name)
        #expect(try BuiltCommand.prodworthy.run(["report", folder, "--format", format, "-o", file]).status == 0)
        #expect(try text(file) == text("\(folder)/\(name)"), "\(name) differs")
      }
      // The database's password was used, and stands nowhere.
      let password = try text("\(ground.folder)/auditor.password")
      #expect(password.count >= 16)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        #expect(!(try text("\(folder)/\(name)").contains(password)), "the password stands in \(name)")
      }
      #expect(!outcome.output.contains(password) && !outcome.errors.contains(password))
      // A year from now no certificate of today is left.
      let later = try BuiltCommand.prodworthy.run(["judge", folder, "--as-of", "2099-01-01"])
      #expect(later.status == 1)
      #expect(later.output.contains("tls-certificate"))
      // The same run without its facts cannot pass.
      let blind = try Scratch.folder()
      for name in ["run.json", "report.json"] {
        try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(blind)/\(name)")
      }
      _ = FileManager.default.createFile(atPath: "\(blind)/observations.jsonl", contents: nil)
      #expect(try BuiltCommand.prodworthy.run(["judge", blind]).status == 2)
    }
  }

  @Test("a check dropped into a folder runs without a build; a mistake in it is a diagnostic")
  func ownCheck() throws {
    try Ground.with { ground in
      let folder = try Scratch.folder()
      let check = """
        id: http-teapot
        title: Front page is a teapot
        severity: low
        probe: http-exchange
        targets: [https]
        safety: observe
        expect:
          - fact: $.response.status
            equals: 418
            otherwise: "the front page answers {{ response.status }}"
        rationale: It would be fun.
        remediation: { effort: high, text: Build a teapot. }
        examples:
          - { name: teapot, facts: { response: { status: 418 } }, status: pass }
          - { name: page, facts: { response: { status: 200 } }, status: fail }

        """
      try check.write(toFile: "\(folder)/teapot.yaml", atomically: true, encoding: .utf8)
      let (outcome, report, _) = try ground.audit(["--checks", folder, "--check", "http-teapot"])
      #expect(report.findings.contains { $0.check == "http-teapot" && $0.status == "fail" }, "\(outcome.errors)")
      try check.replacingOccurrences(of: "$.response.status\n", with: "$.response.statos\n")
        .write(toFile: "\(folder)/teapot.yaml", atomically: true, encoding: .utf8)
      let broken = try BuiltCommand.prodworthy.run(["checks", "--checks", folder])
      #expect(broken.status == 65)
      #expect(broken.errors.contains("teapot.yaml:8:"), "\(broken.errors)")
    }
  }

  @Test("an executable beside its manifest is a probe, and cannot pass itself")
  func ownProbe() throws {
    let folder = try Scratch.folder()
    try "#!/bin/sh\ncat >/dev/null\necho '{\"facts\": {\"depth\": 7}}'\n".write(
      toFile: "\(folder)/queue", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/queue")
    try """
    probe: queue-depth
    summary: Reads how many jobs wait.
    command: [./queue]
    targets: [http]
    safety: observe
    timeoutSeconds: 5
    facts:
      depth: integer

    """.write(toFile: "\(folder)/queue.probe.yaml", atomically: true, encoding: .utf8)
    try """
    id: queue-short
    title: Few jobs wait
    severity: high
    probe: queue-depth
    targets: [http]
    safety: observe
    expect:
      - fact: $.depth
        atMost: 5
        otherwise: "{{ depth }} jobs wait"
    rationale: A long queue is a late answer.
    remediation: { effort: medium, text: Add workers. }
    examples:
      - { name: short, facts: { depth: 1 }, status: pass }
      - { name: long, facts: { depth: 9 }, status: fail }

    """.write(toFile: "\(folder)/queue-short.yaml", atomically: true, encoding: .utf8)
    func audit() throws -> (Int32, Report) {
      let out = Scratch.file("run")
      let outcome = try BuiltCommand.prodworthy.run(
        ["audit", "http://127.0.0.1:1/", "--checks", folder, "--check", "queue-short", "--out", out])
      return (outcome.status, try Report(folder: out))
    }
    let (status, report) = try audit()
    #expect(status == 1)
    #expect(report.findings.map(\.message) == ["7 jobs wait"])
    // Killed, silent or lying: never green.
    for script in [
      "#!/bin/sh\nkill -9 $$\n", "#!/bin/sh\nexit 0\n", "#!/bin/sh\necho '{\"facts\": {\"depth\": \"none\"}}'\n",
      "#!/bin/sh\necho '{\"status\": \"pass\"}'\n", "#!/bin/sh\nsleep 60\n",
      "#!/bin/sh\necho '{\"facts\": {\"depth\": 1}}'\nexit 1\n",
    ] {
      try script.write(toFile: "\(folder)/queue", atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/queue")
      let (status, report) = try audit()
      #expect(status == 2, "\(script)")
      #expect(report.findings.allSatisfy { ["error", "unknown"].contains($0.status) }, "\(script)")
    }
  }

  @Test("what init drafts from the platform's compose file can be audited at once, and finds what runs")
  func drafted() throws {
    try Ground.with { ground in
      let folder = "\(ground.folder)/stack"
      let made = try BuiltCommand.prodworthy.run(["init", "--from", "docker-compose.yml"], folder: folder)
      #expect(made.status == 0, "\(made.errors)")
      let out = Scratch.file("run")
      let outcome = try BuiltCommand.prodworthy.run(
        ["audit", "-f", "\(folder)/prodworthy.yaml", "--out", out], folder: folder)
      // A verdict: the certificates are not trusted, and the database's password is still to be given.
      #expect(outcome.status == 1, "\(outcome.errors)")
      let report = try Report(folder: out)
      #expect(Set(report.findings.map(\.target)) == ["stack", "edge", "api", "db", "queue"])
      #expect(report.red.contains("tls-chain-trusted edge"))
      #expect(report.red.contains("postgres-login-works db"))
      let passed = Set(report.findings.filter { $0.status == "pass" }.map { "\($0.check) \($0.target)" })
      for answer in ["http-endpoint-answers api", "redis-endpoint-answers queue", "compose-model-valid stack"] {
        #expect(passed.contains(answer), "\(answer)")
      }
    }
  }

  @Test("plan sends nothing, doctor tells what is out of reach, init writes what the loader takes")
  func companions() throws {
    let folder = try Scratch.folder()
    try """
    services:
      web: { image: nginx, ports: ["8443:443"], healthcheck: { test: [CMD, curl, -f, "https://localhost/health"] } }
      api: { build: ., ports: ["3000:3000"] }
      db: { image: "postgres:16", environment: { POSTGRES_USER: shop, POSTGRES_DB: shop }, ports: ["5432:5432"] }

    """.write(toFile: "\(folder)/compose.yaml", atomically: true, encoding: .utf8)
    let made = try BuiltCommand.prodworthy.run(["init", "--system", "shop"], folder: folder)
    #expect(made.status == 0, "\(made.errors)")
    let plan = try BuiltCommand.prodworthy.run(["plan"], environment: ["DB_PASSWORD": "hunter22"], folder: folder)
    #expect(plan.status == 0, "\(plan.errors)")
    for word in ["web (https)", "api (http)", "db (postgres)", "tls-endpoint", "health-endpoint"] {
      #expect(plan.output.contains(word), "\(word) in \(plan.output)")
    }
    #expect(!plan.output.contains("hunter22"))
    #expect(try BuiltCommand.prodworthy.run(["plan"], folder: folder).status == 0, "nothing has to be set first")
    #expect(try BuiltCommand.prodworthy.run(["init"], folder: folder).status == 73, "nothing is overwritten")
    let doctor = try BuiltCommand.prodworthy.run(["doctor", "http://127.0.0.1:1/", "--json"])
    #expect(doctor.status == 69)
    #expect(doctor.output.contains("refused"))
    try Ground.with { ground in
      let well = try BuiltCommand.prodworthy.run(["doctor", "-f", ground.inventory, "--out", folder])
      #expect(well.status == 0, "\(well.output)")
      #expect(well.output.contains("OpenSSL"))
    }
  }

  @Test("flags win over the environment, that over the inventory")
  func precedence() throws {
    let folder = try Scratch.folder()
    let text = """
      system: x
      environment: test
      policy: nightly
      targets:
        - { id: t, kind: http, url: "http://127.0.0.1:1/" }

      """
    try text.write(toFile: "\(folder)/prodworthy.yaml", atomically: true, encoding: .utf8)
    func policy(_ arguments: [String], _ environment: [String: String] = [:]) throws -> String {
      try BuiltCommand.prodworthy.run(["plan"] + arguments, environment: environment, folder: folder).output
    }
    #expect(try policy([]).contains("policy nightly"))
    #expect(try policy([], ["PRODWORTHY_POLICY": "sign-off"]).contains("policy sign-off"))
    #expect(
      try policy(["--policy", "pre-release"], ["PRODWORTHY_POLICY": "sign-off"]).contains("policy pre-release"))
    let deeper = "\(folder)/a/b"
    try FileManager.default.createDirectory(atPath: deeper, withIntermediateDirectories: true)
    #expect(try BuiltCommand.prodworthy.run(["plan"], folder: deeper).status == 0, "found above the working folder")
    #expect(
      try BuiltCommand.prodworthy.run(
        ["plan"], environment: ["PRODWORTHY_FILE": "\(folder)/prodworthy.yaml"], folder: "/"
      )
      .status == 0)
  }

  @Test("a database or a service killed in mid-run never ends in 0", arguments: ["postgres", "proving-ground"])
  func midRun(_ victim: String) throws {
    try Ground.with { ground in
      let folder = ground.folder
      // The first target of the run pulls the plug on the others while it is being looked at.
      let trigger = try HostileServer { connection in
        _ = HostileServer.readSome(from: connection)
        Victim.kill(victim, of: folder)
        HostileServer.send(
          Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8), to: connection)
      }
      let rest = try text(ground.inventory)
      let inventory = "\(folder)/mid-run.yaml"
      try rest.replacingOccurrences(
        of: "targets:\n",
        with: "targets:\n  - { id: trigger, kind: http, url: \"http://127.0.0.1:\(trigger.port)/\" }\n"
      ).write(toFile: inventory, atomically: true, encoding: .utf8)
      let out = Scratch.file("run")
      // A few checks are enough to tell, and every request to the trigger kills once more.
      let checks = ["http-endpoint-answers", "health-reports-up", "postgres-login-works"].flatMap { ["--check", $0] }
      let audit = try BuiltCommand.prodworthy.run(
        ["audit", "-f", inventory, "--out", out, "--concurrency", "1"] + checks)
      #expect([1, 2].contains(audit.status), "\(audit.status)")
      #expect(try Report(folder: out).gate.status != "passed")
    }
  }

  @Test("the generated catalogue is fresh")
  func catalogue() throws {
    let page = try text("\(BuiltCommand.package)/docs/checks.md")
    #expect(try BuiltCommand.prodworthy.run(["checks", "--markdown"]).output == page, "run `make docs`")
  }

  @Test("completions are made for bash, zsh and fish", arguments: ["bash", "zsh", "fish"])
  func completions(_ shell: String) throws {
    let script = try BuiltCommand.prodworthy.run(["--generate-completion-script", shell])
    #expect(script.status == 0)
    #expect(script.output.contains("audit"))
  }
}
