import DrivenPrograms
import Foundation
import Testing

/// A made-up secret in the form of a real one.
private struct Planted {
  /// The rule that has to find it.
  var rule: String
  var secret: String
  /// The line that holds it, without its end.
  var line: String

  /// One for each family of rules: by prefix, by form, by name, by place.
  static let all: [Planted] = {
    let letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    let hex = "0123456789abcdef"
    var number = UInt64(41)
    func drawn(_ count: Int, _ signs: String = letters) -> String {
      let signs = Array(signs)
      return String(
        (0..<count).map { _ in
          number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return signs[Int((number >> 33) % UInt64(signs.count))]
        })
    }
    func planted(_ rule: String, _ secret: String, _ line: (String) -> String) -> Planted {
      Planted(rule: rule, secret: secret, line: line(secret))
    }
    func assigned(_ name: String) -> (String) -> String { { "\(name): \"\($0)\"" } }
    return [
      planted("aws-access-token", "AKIA" + drawn(16, "ABCDEFGHJKLMNPQRSTUVWXYZ234567"), assigned("id")),
      planted("aws-secret-access-key", drawn(40), assigned("aws_secret_access_key")),
      planted("github-pat", "ghp_" + drawn(36), assigned("clone")),
      planted("github-fine-grained-pat", "github_pat_" + drawn(82), assigned("clone")),
      planted("gitlab-pat", "glpat-" + drawn(20), assigned("registry")),
      planted(
        "slack-bot-token", "xoxb-" + drawn(12, "123456789") + "-" + drawn(12, "123456789") + "-" + drawn(24),
        assigned("notify")),
      planted("slack-webhook-url", "hooks.slack.com/services/" + drawn(44), { "hook: https://\($0)" }),
      planted("stripe-access-token", "sk_" + "live_" + drawn(24), assigned("pay")),
      planted("gcp-api-key", "AI" + "za" + drawn(35), assigned("maps")),
      planted("openai-api-key", "sk-" + "proj-" + drawn(48), assigned("embed")),
      planted("sendgrid-api-token", "SG" + "." + drawn(22) + "." + drawn(43), assigned("mail")),
      planted("npm-access-token", "npm_" + drawn(36), { "//registry.example/:_authToken=\($0)" }),
      planted("grafana-service-account-token", "glsa_" + drawn(32) + "_" + drawn(8, hex), assigned("board")),
      planted("sentry-user-token", "sntryu_" + drawn(64, hex), assigned("errors")),
      planted("vault-service-token", "hvs." + drawn(90), assigned("store")),
      planted("jwt", "eyJ" + drawn(30) + ".ey" + drawn(60) + "." + drawn(43), assigned("session")),
      planted("url-password", drawn(18), { "database: postgresql://app:\($0)@db.internal/events" }),
      planted("authorization-header", drawn(40), { "curl -H 'Authorization: Bearer \($0)' https://api.internal/" }),
      planted("datadog-access-token", drawn(32, hex), assigned("datadog_api_key")),
      planted("generic-api-key", drawn(40), assigned("client_secret")),
      planted("password-assignment", drawn(16), assigned("smtp_password")),
      planted("private-key", drawn(64), { "-----BEGIN PRIVATE KEY-----\n\($0)\n-----END PRIVATE KEY-----" }),
    ]
  }()
}

@Suite("Planted secrets", .driving)
struct PlantedSecretsTests {
  /// Formats that a run can be told in.
  private static let formats = [
    "console", "json", "junit", "markdown", "github", "html", "sarif", "gitlab", "prometheus", "tap", "ctrf", "oscal",
    "nagios", "comment",
  ]

  private static func git(_ arguments: [String], in folder: String) throws {
    let git = BuiltCommand(path: "/usr/bin/git")
    let outcome = try git.run(
      [
        "-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false", "-c",
        "core.hooksPath=/dev/null",
      ]
        + arguments,
      environment: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"], folder: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  private static func write(_ text: String, _ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// A folder with every secret in files, in the history alone, in an environment file, in a log, and in texts that are
  /// quoted by reports.
  private static func system() throws -> String {
    let home = try Scratch.folder()
    let source = "\(home)/source"
    for (index, planted) in Planted.all.enumerated() {
      try write(planted.line + "\n", "\(source)/gone/\(index).yaml")
    }
    try write("x\n", "\(source)/a.txt")
    try git(["init", "-q", "."], in: source)
    try git(["add", "-A"], in: source)
    try git(["commit", "-qm", "one"], in: source)
    try git(["rm", "-rq", "gone"], in: source)
    for (index, planted) in Planted.all.enumerated() {
      try write(planted.line + "\n", "\(source)/config/\(index).yaml")
    }
    try write(Planted.all.map { "\($0.line)\n" }.joined(), "\(source)/production.env")
    try git(["add", "-Af"], in: source)
    try git(["commit", "-qm", "two"], in: source)
    try write(Planted.all.map { "12:00 sent \($0.line)\n" }.joined(), "\(home)/log/api.log")
    // What documents and pipelines say is quoted in reports.
    let quoted = Planted.all.filter { $0.rule != "private-key" }.map(\.line)
    try write(
      "# Runbook\n\n" + quoted.map { "TODO \($0)\n\n[\($0)](missing.md)\n\n" }.joined(), "\(home)/docs/runbook.md")
    try write(
      "jobs:\n  unit:\n    steps:\n"
        + quoted.map { "      - run: |\n          pytest --with '\($0)' || true\n" }.joined(),
      "\(home)/ci/.github/workflows/a.yml")
    try write(
      """
      system: planted
      environment: test
      targets:
        - { id: source, kind: repository, path: source, logs: [log] }
        - { id: docs, kind: documents, folder: docs, services: [api] }
        - { id: ci, kind: pipeline, path: ci }

      """, "\(home)/prodworthy.yaml")
    return home
  }

  private struct Finding: Decodable { var check: String, subject: String? }
  private struct Findings: Decodable { var findings: [Finding] }

  @Test("each family is found in tree, history, environment file and log, and told by none of our outputs")
  func planted() throws {
    let home = try Self.system()
    let out = "\(home)/run"
    let audit = try BuiltCommand.prodworthy.run(["audit", "-f", "\(home)/prodworthy.yaml", "--out", out])
    #expect(audit.status == 1, "\(audit.errors)")
    let findings = try JSONDecoder().decode(
      Findings.self, from: Data(contentsOf: URL(fileURLWithPath: "\(out)/report.json"))
    ).findings
    func subjects(_ check: String) -> [String] { findings.filter { $0.check == check }.compactMap(\.subject) }
    for (index, planted) in Planted.all.enumerated() {
      #expect(
        subjects("secrets-tree-clean").contains { $0.hasPrefix("config/\(index).yaml:") && $0.hasSuffix(planted.rule) },
        "\(planted.rule) in the tree")
      #expect(
        subjects("secrets-tree-clean").contains { $0.hasPrefix("production.env:") && $0.hasSuffix(planted.rule) },
        "\(planted.rule) in the environment file")
      #expect(
        subjects("secrets-logs-clean").contains { $0.hasPrefix("api.log:") && $0.hasSuffix(planted.rule) },
        "\(planted.rule) in the log")
    }
    var told = ["audit": audit.output + audit.errors]
    for format in Self.formats {
      let outcome = try BuiltCommand.prodworthy.run(["report", out, "--format", format])
      #expect(!outcome.output.isEmpty, "\(format)")
      told[format] = outcome.output + outcome.errors
    }
    let files = try #require(FileManager.default.enumerator(atPath: out)).compactMap { $0 as? String }
    #expect(files.contains("observations.jsonl"))
    for file in files {
      if let data = FileManager.default.contents(atPath: "\(out)/\(file)") {
        told[file] = String(decoding: data, as: UTF8.self)
      }
    }
    for planted in Planted.all {
      for form in Self.forms(of: planted.secret) {
        for (place, text) in told where text.contains(form) { Issue.record("\(planted.rule) stands in \(place)") }
      }
    }
  }

  @Test("what the history alone holds is found there")
  func history() throws {
    let home = try Self.system()
    // In the tree they are found as such; without them the history is what is left.
    try Self.git(["rm", "-rq", "config", "production.env"], in: "\(home)/source")
    try Self.git(["commit", "-qm", "three"], in: "\(home)/source")
    let out = "\(home)/run"
    let audit = try BuiltCommand.prodworthy.run([
      "audit", "-f", "\(home)/prodworthy.yaml", "--target", "source", "--out", out,
    ])
    #expect(audit.status == 1)
    let findings = try JSONDecoder().decode(
      Findings.self, from: Data(contentsOf: URL(fileURLWithPath: "\(out)/report.json"))
    ).findings
    for (index, planted) in Planted.all.enumerated() {
      #expect(
        findings.contains {
          $0.check == "secrets-history-clean" && $0.subject?.hasPrefix("gone/\(index).yaml:") == true
            && $0.subject?.hasSuffix(planted.rule) == true
        }, "\(planted.rule)")
    }
    #expect(!findings.contains { $0.check == "secrets-tree-clean" && $0.subject != nil })
  }

  /// A secret as itself, as parts of URLs have it, and in base64 at any offset; all but their first and last signs, which
  /// depend on what is around.
  private static func forms(of secret: String) -> [String] {
    let offsets = (0..<3).map { offset in
      let encoded = Data(([UInt8](repeating: 65, count: offset) + Array(secret.utf8))).base64EncodedString()
      return String(encoded.dropFirst(4).dropLast(4))
    }
    let escaped = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret
    // Four characters may be shown.
    return ([secret, escaped].map { String($0.dropFirst(4)) } + offsets).filter { $0.count >= 8 }
  }
}
