import AuditModel
import Definitions
import Facts

/// A vocabulary and sound files in it; tests break them in one place.
enum Fixtures {
  static let facts = Schema.object([
    .init("state", .string(.word(["up", "down"])), "the state"),
    .init("milliseconds", .nullable(.integer(minimum: 0)), "how long it took"),
    .init("reason", .nullable(.string()), "why not"),
    .init(
      "sessions",
      .nullable(
        .array(.object([.init("user", .string(), "who"), .init("encrypted", .nullable(.boolean), "whether")]))),
      "who is there"),
  ])

  static let probe = ProbeDescriptor(
    id: "demo", summary: "looks", targetKinds: ["web", "db"], safety: .observe,
    parameters: [
      .init("deep", .boolean, "whether to look closely"),
      .init("depth", .integer(minimum: 0, maximum: 9), "how closely"),
    ], facts: facts, traffic: "1 connection")

  static let rough = ProbeDescriptor(
    id: "rough", summary: "presses", targetKinds: ["web"], safety: .load, facts: facts, traffic: "many requests")

  static let web = TargetKind(
    name: "web", summary: "an endpoint",
    fields: [
      .init("url", .string(.url(schemes: ["https"])), required: true, "where"),
      .init("trust", .string(.path), "roots"), .init("path", .string(.nonEmpty), "the path"),
      .init("port", .integer(minimum: 0, maximum: 65535), "the port"),
      .init("bearer", .string(.secretReference), "a token"),
    ], schemes: ["https"])

  static let database = TargetKind(
    name: "db", summary: "a database",
    fields: [
      .init("url", .string(.url(schemes: ["postgresql", "postgres"])), required: true, "where"),
      .init("password", .string(.secretReference), "the auditor's password"),
      .init("sslmode", .string(.word(["prefer", "require", "verify-full"])), "how the application connects"),
    ])

  static let vocabulary = Vocabulary(
    targetKinds: [web, database], probes: [probe, rough],
    checklist: [
      ChecklistItem(id: "SEC-1", title: "API rate limiting configured", area: "Security"),
      ChecklistItem(id: "SEC-2", title: "Authentication working", area: "Security"),
    ])

  static let check = """
    id: demo-answers
    title: It answers
    severity: high
    checklist: [SEC-1]
    probe: demo
    targets: [web]
    safety: observe
    parameters:
      limit: { type: integer, default: 100, minimum: 1, maximum: 1000, unit: ms }
    with: { deep: true }
    when:
      - { declared: $.path, exists: true, otherwise: no path is declared }
    needs: [demo-reachable]
    expect:
      - fact: $.milliseconds
        atMost: ${limit}
        otherwise: "took {{ milliseconds }} ms, more than {{ ${limit} }}"
    evidence: [$.state]
    rationale: It matters.
    remediation: { effort: low, text: Mend it. }
    references: [RFC 9110]
    examples:
      - { name: quick, facts: { milliseconds: 5 }, status: pass }
      - { name: slow, facts: { milliseconds: 5000 }, status: fail }

    """

  static let subjectCheck = """
    id: demo-sessions
    title: Sessions are encrypted
    severity: medium
    probe: demo
    targets: [web, db]
    each: $.sessions[?@.user != 'root']
    subject: "{{ @.user }}"
    ifNone: { status: pass, because: nobody was there }
    expect:
      - fact: "@.encrypted"
        equals: true
        otherwise: "{{ @.user }} is in plaintext, {{ state }}"
        ifMissing: { status: fail, because: nobody knows }
    rationale: It matters.
    remediation: { effort: high, text: Mend it. }
    examples:
      - { name: encrypted, facts: { sessions: [{ user: a, encrypted: true }] }, status: pass }
      - { name: plaintext, facts: { sessions: [{ user: a, encrypted: false }] }, status: fail }

    """

  static let inventory = """
    system: events-platform
    environment: staging
    ceiling: probe
    policy: pre-release
    checks: [more/checks]
    consent:
      - { safety: load, by: jane@example.com, until: 2026-12-31 }
    targets:
      - id: web
        kind: web
        url: https://${env:HOST}:8443/
        trust: ca.pem
        port: 8443
        bearer: ${env:API_TOKEN}
      - id: db
        kind: db
        url: postgresql://auditor@db.example:5432/events
        password: ${file:password.txt}
        sslmode: verify-full

    """

  static let policy = """
    policy: release
    title: Nothing is open
    checks:
      include: [demo-*]
      exclude: [demo-sessions]
    parameters:
      demo-answers: { limit: 50 }
    weights: { demo-answers: 20 }
    gate:
      maxOpen: { critical: 0, high: 1 }
      maxNotEvaluated: { critical: 0 }
      minScore: 85.5
      minCoverage: 90
      requireChecks: [demo-answers]
      requireItems: [SEC-1]

    """

  static let manifest = """
    probe: disk-space
    summary: looks at file systems
    command: [./disk-space, --json]
    targets: [host]
    targetFields:
      address: { type: string, required: true, summary: where }
      key: { type: secret, summary: the key }
    safety: observe
    timeoutSeconds: 2.5
    outputLimit: 65536
    parameters:
      depth: { type: integer, default: 3, minimum: 1, maximum: 9, summary: how deep }
      mode: { type: string, words: [fast, full], summary: how }
    facts:
      host: string
      checkedAt: time
      mounts:
        - { path: string, free: number, tags: [string] }

    """

  static let checklist = """
    checklist:
      - { id: SEC-1, area: Security, title: API rate limiting configured }
      - { id: SEC-2, area: Security, title: Authentication working }

    """

  static func file(_ text: String, _ path: String) -> SourceFile { SourceFile(path: path, bytes: Array(text.utf8)) }

  static func load(check text: String, path: String = "checks/demo/answers.yaml") -> Loaded<[CheckDefinition]> {
    Definitions.checks([file(text, path)], vocabulary: vocabulary, knownCheckIDs: ["demo-reachable"])
  }

  static let resolver = SecretResolver(
    environment: ["HOST": "api.example", "API_TOKEN": "t0ken-canary", "EMPTY": "", "URL": "https://u:pw-canary@h/"]
  ) { path in
    path.hasSuffix("/password.txt")
      ? .success("file-canary\n") : .failure(SecretResolver.Unreadable(reason: "no such file"))
  }

  static func load(inventory text: String) -> Loaded<InventoryFile> {
    Definitions.inventory(file(text, "/audit/prodworthy.yaml"), vocabulary: vocabulary, resolve: resolver)
  }

  static func load(policy text: String) -> Loaded<Policy> {
    let checks =
      (load(check: check).value ?? []) + (load(check: subjectCheck, path: "checks/demo/sessions.yaml").value ?? [])
    return Definitions.policy(file(text, "policies/release.yaml"), checks: checks, checklist: vocabulary.checklist)
  }
}

extension Diagnostic {
  /// Place, code and message on one line.
  var summary: String { "\(location.line):\(location.column) \(code): \(message)" }
}

extension String {
  /// The text with the first occurrence of `part` replaced.
  func replacing(first part: String, with other: String) -> String {
    guard let range = firstRange(of: part) else { return self }
    return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
  }
}
