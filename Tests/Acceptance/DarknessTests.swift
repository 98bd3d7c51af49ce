import DrivenPrograms
import Foundation
import Testing

/// What keeps an audit from seeing anything.
private enum Darkness: String, CaseIterable, CustomTestStringConvertible {
  case away, shut, unauthorized, forbidden, empty, page, old, noise

  var testDescription: String { rawValue }

  /// What a server answers to whatever it is told; nil for none at all.
  var answer: [UInt8]? {
    func http(_ status: String, _ type: String, _ body: String, _ fields: String = "") -> [UInt8] {
      Array(
        """
        HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)Connection: close\
        \r\n\r\n\(body)
        """.utf8)
    }
    return switch self {
    case .away: nil
    case .shut: []
    case .unauthorized: http("401 Unauthorized", "text/plain", "who", "WWW-Authenticate: Basic realm=\"x\"\r\n")
    case .forbidden: http("403 Forbidden", "text/plain", "not you")
    case .empty: http("200 OK", "application/json", "")
    case .page: http("200 OK", "text/html", Self.html)
    case .old: http("404 Not Found", "text/plain", "404 page not found")
    case .noise: Array(repeating: UInt8(0)...UInt8(255), count: 4).flatMap { Array($0) }
    }
  }

  private static let html = "<!DOCTYPE html><html><body>Welcome</body></html>"

  /// What stands in every file; nil where there is none.
  var content: String? {
    switch self {
    case .away, .shut, .noise: nil
    case .unauthorized, .forbidden, .empty: ""
    case .page: Self.html
    case .old: "{\"version\":\"0.0.1\"}"
    }
  }

  /// Whether a web server answers: one that answers shows its header fields and refusals, whatever it says.
  var isWebServer: Bool { ![Self.away, .shut, .noise].contains(self) }

  /// What passes or warns nevertheless, since just that was seen, with the reason.
  var proofs: Set<String> {
    var proofs: Set = [
      // Our own side of a load: that it was sent in time is known even where nobody answers.
      "load-run-valid load", "load-users-at-once load",
      // The seeder is a program of this machine that is run against a throw-away server.
      "data-seed-works postgres",
    ]
    if content != nil {
      // A file is where the inventory says, and in the clear, whatever is wrong with it.
      proofs.formUnion(["backups-repository-readable dump", "backups-encrypted dump"])
    }
    if isWebServer { proofs.insert("load-all-answered load") }
    // The first password is refused.
    if self == .unauthorized { proofs.insert("grafana-default-password-changed grafana") }
    if self == .empty || self == .page {
      // The workflow and the load ask for nothing but an answer of 2xx, and the metrics are on loopback.
      proofs.formUnion([
        "load-error-rate load", "workflow-step-passes workflow", "workflow-not-flaky workflow",
        "metrics-not-exposed metrics",
      ])
    }
    return proofs
  }
}

/// Every check over every probe, through the whole program, where nothing can be seen.
@Suite("In the dark, through the whole program", .serialized, .driving)
struct DarknessTests {
  /// Beginnings of the names of checks that are tried here without exception: the stack around a system, and what is
  /// declared of it against what is measured.
  private static let wholeAreas = [
    "compose-", "dockerfile-", "deployment-", "rollout-", "coolify-", "prometheus-", "alerts-", "alertmanager-",
    "grafana-",
    "logs-", "errors-", "collector-", "metrics-", "documents-", "pipeline-", "secrets-", "capacity-",
    "vulnerabilities-",
    "people-", "http-caching-", "postgres-pools-",
  ]

  /// Kinds of targets that are web servers themselves: they are judged by any answer.
  private static let webKinds: Set<String> = ["http"]

  /// The targets, one of each kind, on a server at `port` and on files called after `name`.
  private static func targets(_ port: Int, isWebServer: Bool, file name: (String) -> String) -> [(
    kind: String, line: String
  )] {
    let url = "http://127.0.0.1:\(port)"
    let lines = [
      "id: alertmanager, kind: alertmanager, url: \"\(url)\", drill: { sink: \"\(url)/sink\", patienceSeconds: 1 }",
      "id: prometheus, kind: prometheus, url: \"\(url)\", services: [api], businessMetrics: [{ query: x_total }], "
        + "capacity: { growth: 2, services: [{ service: api, instances: 1, memoryMiB: 1 }] }",
      "id: grafana, kind: grafana, url: \"\(url)\", tryDefaultPassword: true",
      "id: coolify, kind: coolify, url: \"\(url)\", release: 0123abc",
      "id: loki, kind: loki, url: \"\(url)\", services: [api], trail: { url: \"\(url)/x\", patienceSeconds: 1 }",
      "id: sentry, kind: sentry, url: \"\(url)\", organization: a, project: b, dsn: \"${file:dsn}\", testEvent: true",
      "id: glitchtip, kind: glitchtip, url: \"\(url)\", organization: a, project: b, dsn: \"${file:dsn}\", testEvent: true",
      "id: collector, kind: otel-collector, url: \"\(url)\", otlp: \"\(url)\", testTrace: true",
      "id: metrics, kind: metrics, url: \"\(url)/metrics\", expect: [x_total]",
      "id: https, kind: https, url: \"https://127.0.0.1:\(port)/\", caching: [{ path: /x, seconds: 1, shared: true }]",
      "id: tls, kind: tls, host: 127.0.0.1, port: \(port)",
      "id: smtp, kind: tls, host: 127.0.0.1, port: \(port), starttls: smtp",
      "id: postgres, kind: postgres, url: \"postgresql://a@127.0.0.1:\(port)/x\", migrations: m, role: app, "
        + "quality: [{ table: public.t, notNull: [a] }], scratch: \"postgresql://a@127.0.0.1:\(port)/y\", "
        + "seed: { command: [/bin/true], rows: { t: 1 } }, pools: [{ name: a, size: 1, role: app }]",
      "id: pgbouncer, kind: pgbouncer, url: \"postgresql://a@127.0.0.1:\(port)/\"",
      "id: redis, kind: redis, url: \"redis://127.0.0.1:\(port)\"",
      "id: mysql, kind: mysql, url: \"mysql://127.0.0.1:\(port)\"",
      "id: nagios, kind: nagios, command: [/nowhere/check]",
      "id: pgbackrest, kind: pgbackrest, config: \(name("b.conf")), stanza: x",
      "id: barman, kind: barman, config: \(name("barman.conf")), server: x",
      "id: wal-g, kind: wal-g, config: \(name("walg.json"))", "id: restic, kind: restic, repository: \(name("restic"))",
      "id: borg, kind: borg, repository: \(name("borg"))",
      "id: dump, kind: pg-dump, path: \(name("x.dump")), format: custom",
      "id: base, kind: base-backup, path: \(name("base"))", "id: files, kind: backup-files, path: \(name("list.json"))",
      "id: compose, kind: compose, file: \(name("compose.yaml"))",
      "id: project, kind: compose, project: x, socket: \(name("sock")), "
        + "persistence: [{ service: a, file: /x }], rollout: { build: [/bin/true], up: [/bin/true], database: [/bin/false], "
        + "smoke: [/bin/false], patienceSeconds: 1 }",
      "id: dockerfile, kind: dockerfile, file: \(name("Dockerfile"))",
      "id: documents, kind: documents, folder: \(name("docs"))",
      "id: repository, kind: repository, path: \(name("src"))",
      "id: assessment, kind: assessment, report: \(name("scan.json"))",
      "id: pipeline, kind: pipeline, path: \(name("ci.yml"))",
      "id: manifests, kind: kubernetes-manifests, path: \(name("k8s.yaml"))",
      "id: images, kind: image-archive, path: \(name("image.tar"))", "id: people, kind: people",
      "id: load, kind: load, target: \"\(url)\", script: load.yaml",
      "id: workflow, kind: workflow, file: workflow.yaml, target: \"\(url)\"",
      "id: host, kind: host, host: host.invalid, open: [443]",
      "id: http, kind: http, url: \"\(url)\", health: /health, rateLimit: { routes: [/] }, "
        + "routes: [{ path: /x, access: protected }], caching: [{ path: /x, seconds: 1, shared: true }]",
    ]
    return lines.map { line in
      (line.components(separatedBy: "kind: ")[1].components(separatedBy: ",")[0], line)
    }.filter { !isWebServer || !webKinds.contains($0.kind) }
  }

  @Test("each check ends unknown, error or red, whatever is in the way", arguments: Darkness.allCases)
  fileprivate func dark(_ darkness: Darkness) throws {
    let answer = darkness.answer
    let server = try HostileServer { connection in
      guard let answer else { return }
      if darkness.isWebServer { _ = HostileServer.readSome(from: connection) }
      HostileServer.send(answer, to: connection)
    }
    // Nothing listens on port 1.
    let port = answer == nil ? 1 : server.port
    let folder = try Scratch.folder()
    var files: [String] = []
    let targets = Self.targets(port, isWebServer: darkness.isWebServer) { name in
      files.append(name)
      return name
    }
    for name in files {
      if let content = darkness.content {
        try content.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      }
    }
    try "workflow: w\ntitle: t\nsteps:\n  - step: a\n    http: { url: / }\n"
      .write(toFile: "\(folder)/workflow.yaml", atomically: true, encoding: .utf8)
    try "config: { phases: [{ duration: 1, arrivalRate: 1 }] }\nscenarios: [{ flow: [{ get: { url: / } }] }]\n"
      .write(toFile: "\(folder)/load.yaml", atomically: true, encoding: .utf8)
    try "http://0123abc@127.0.0.1:\(port)/42".write(toFile: "\(folder)/dsn", atomically: true, encoding: .utf8)
    let inventory = "\(folder)/prodworthy.yaml"
    try "system: dark\nenvironment: test\nconsent: [{ safety: disrupt, by: a, until: 2099-01-01 }]\ntargets:\n"
      .appending(targets.map { "  - { \($0.line) }\n" }.joined())
      .write(toFile: inventory, atomically: true, encoding: .utf8)
    let out = "\(folder)/run"
    let outcome = try BuiltCommand.prodworthy.run([
      "audit", "-f", inventory, "--policy", "definition-of-done", "--out", out,
    ])
    #expect([1, 2].contains(outcome.status), "\(outcome.errors)")
    let report = try Report(folder: out)
    let seen = Set(
      report.findings.filter { ["pass", "warn"].contains($0.status) }.map { "\($0.check) \($0.target)" })
    #expect(seen.subtracting(darkness.proofs) == [])
    // A check that is left out here was not tried at all.
    let tried = Set(report.findings.filter { !["notApplicable", "skipped"].contains($0.status) }.map(\.check))
    let leftOut = Set(report.findings.map(\.check)).subtracting(tried)
      .filter { check in Self.wholeAreas.contains { check.hasPrefix($0) } }
    #expect(leftOut == [])
    withExtendedLifetime(server) {}
  }

  @Test("every kind of target that a check knows is tried in the dark")
  func complete() throws {
    struct Kinds: Decodable { var targets: [String] }
    let listed = try BuiltCommand.prodworthy.run(["checks", "--json"])
    let kinds = try JSONDecoder().decode([Kinds].self, from: Data(listed.output.utf8)).flatMap(\.targets)
    let tried = Self.targets(1, isWebServer: false) { $0 }.map(\.kind)
    #expect(Set(kinds) == Set(tried))
  }
}
