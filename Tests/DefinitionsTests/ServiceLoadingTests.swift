import AuditModel
import Foundation
import Testing

@testable import Definitions

@Suite("The service's file")
struct ServiceLoadingTests {
  private func load(_ text: String) -> Loaded<ServiceDefinition> {
    let resolver = SecretResolver(environment: [
      "TOKEN": "0123456789abcdef0123", "SHORT": "short", "HOOK": "https://hooks.example/T0/B0/canary",
      "PW": "canary-pw",
    ]) { _ in .failure(.init(reason: "no file")) }
    return Definitions.service(
      SourceFile(path: "/etc/prodworthy/serve.yaml", bytes: Array(text.utf8)), resolve: resolver
    ) {
      name in FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)").map { Array($0) }
    }
  }

  private static let audit = """
    audits:
      - { name: nightly, inventory: prodworthy.yaml, schedule: "0 2 * * *", timezone: Europe/Berlin }

    """

  @Test("the least file and the fullest")
  func sound() throws {
    let least = try #require(load(Self.audit).value)
    #expect(least.address == "127.0.0.1" && least.port == 8642 && least.history == "/etc/prodworthy/history.db")
    #expect(least.audits.first?.inventory == "/etc/prodworthy/prodworthy.yaml" && least.isOpenOnLoopback)
    let full = load(
      """
      listen: "[::]:443"
      tls: { certificate: cert.pem, key: /keys/key.pem }
      tokens: [{ name: ops, token: "${env:TOKEN}" }]
      publicURL: https://audit.example/
      history: postgresql://me@db.example/history?trust=/ca.pem
      historyPassword: ${env:PW}
      runs: /var/lib/runs
      retention: { days: 30, dailyDays: 400, runDays: 7 }
      audits:
        - { name: nightly, inventory: a.yaml, policy: nightly, schedule: "@daily", jitterSeconds: 600, catchUpSeconds: 0 }
        - { name: own, inventory: b.yaml, policy: mine.yaml, checks: [checks], schedule: "*/30 8-18 * * MON-FRI", carry: true }
      notify:
        - { name: chat, kind: slack, url: "${env:HOOK}", severity: critical, events: [regression] }
        - { name: hook, kind: webhook, url: https://hook.example/x, key: "${env:TOKEN}" }
        - { name: alerts, kind: alertmanager, url: http://am.example:9093 }
        - name: mail
          kind: email
          server: mail.example:587
          user: me
          password: ${env:PW}
          from: audit@example.org
          to: [team@example.org]
      """)
    #expect(full.diagnostics.isEmpty, "\(full.diagnostics.map { $0.rendered() })")
    let definition = try #require(full.value)
    #expect(definition.address == "::" && definition.port == 443 && definition.publicURL == "https://audit.example")
    #expect(definition.audits.map(\.policy) == ["nightly", "/etc/prodworthy/mine.yaml"])
    #expect(definition.audits.map(\.carries) == [false, true])
    #expect(definition.channels.map(\.name) == ["chat", "hook", "alerts", "mail"])
    #expect(definition.secrets.count == 7)
  }

  @Test(
    "every mistake has its place",
    arguments: [
      ("listen: 0.0.0.0:80\n", "no-authentication", 1), ("listen: example:80\n", "malformed", 1),
      ("listen: 127.0.0.1\n", "malformed", 1), ("listen: 127.0.0.1:70000\n", "malformed", 1),
      ("listen: 0.0.0.0:80\ntokens: [{ name: a, token: \"${env:TOKEN}\" }]\n", "no-tls", 1),
      ("tokens: [{ name: a, token: \"${env:SHORT}\" }]\n", "weak-token", 1),
      ("tokens: [{ name: a, token: canary-literal }]\n", "malformed", 1),
      ("tokens: [{ name: a, token: \"${env:NONE}\" }]\n", "secret", 1), ("port: 80\n", "unknown-key", 1),
      ("notify: [{ name: a, kind: slack }]\n", "missing-key", 1),
      ("notify: [{ name: a, kind: slack, url: \"${env:HOOK}\", key: \"${env:TOKEN}\" }]\n", "unknown-key", 1),
      ("notify: [{ name: a, kind: email, server: mail.example, from: a@b.c, to: [\"x y@z\"] }]\n", "malformed", 1),
      (
        "notify: [{ name: a, kind: email, server: mail.example, security: none, from: a@b.c, to: [d@e.f] }]\n",
        "no-tls", 1
      ),
    ])
  func mistakes(_ text: String, _ code: String, _ line: Int) {
    let loaded = load(text + Self.audit)
    #expect(loaded.value == nil)
    #expect(loaded.diagnostics.map(\.code).contains(code), "\(loaded.diagnostics.map { $0.rendered() })")
    #expect(loaded.diagnostics.first?.location.line == line)
    let shown = loaded.diagnostics.map { $0.rendered() }.joined()
    #expect(!shown.contains("canary"), "\(shown)")
  }

  @Test("schedules and zones are checked when the file is read")
  func schedules() {
    func codes(_ schedule: String, _ zone: String) -> [String] {
      load("audits: [{ name: a, inventory: b.yaml, schedule: \"\(schedule)\", timezone: \(zone) }]\n").diagnostics.map(
        \.code)
    }
    #expect(codes("0 2 * *", "UTC") == ["schedule"])
    #expect(codes("0 2 * * *", "Europe/Berln") == ["timezone"])
    #expect(codes("0 2 * * *", "../../etc/passwd") == ["timezone"])
    #expect(codes("0 2 * * *", "Europe/Berlin") == [])
    let twice =
      "audits:\n  - { name: a, inventory: b, schedule: '@daily' }\n  - { name: a, inventory: b, schedule: '@daily' }\n"
    #expect(load(twice).diagnostics.map(\.code) == ["duplicate-name"])
    #expect(load("listen: 127.0.0.1:1\n").diagnostics.map(\.code) == ["missing-key"])
  }
}
