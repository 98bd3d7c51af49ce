import AuditModel
import Cryptography

@testable import Signoff

/// People with keys, a report, and a world around both.
enum Samples {
  struct Person {
    var name: String
    var key: PrivateKey
    var publicKey: SSHPublicKey

    func sign(_ message: [UInt8]) throws -> SSHKeySignature {
      guard let signature = SSHKeySignature(by: key, over: message) else { throw Unusable() }
      return signature
    }
  }

  struct Unusable: Error {}

  /// The same person for the same number, with a key of Ed25519.
  static func person(_ number: UInt8) -> Person {
    let seed = [UInt8](repeating: number, count: 32)
    return person(
      number, DER.sequence(DER.integer([0]), DER.sequence(DER.ed25519), DER.octetString(DER.octetString(seed))))
  }

  /// The same person for the same number, with a key on P-256.
  static func personOnP256(_ number: UInt8) -> Person {
    let secret = [UInt8](repeating: number, count: 32)
    return person(
      number,
      DER.sequence(
        DER.integer([0]), DER.sequence(DER.ellipticCurveKey, NISTCurve.p256.identifier),
        DER.octetString(DER.sequence(DER.integer([1]), DER.octetString(secret)))))
  }

  private static func person(_ number: UInt8, _ information: [UInt8]) -> Person {
    guard let key = PrivateKey(privateKeyInfo: information), let publicKey = try? SSHPublicKey(of: key) else {
      preconditionFailure("a sample key cannot be made")
    }
    return Person(name: "person\(number)@example.com", key: key, publicKey: publicKey)
  }

  static func instant(_ text: String) -> Instant {
    guard let instant = Instant(text) else { preconditionFailure("\(text) is no time") }
    return instant
  }

  /// A time of day without a zone, as if the machine stood in UTC.
  static func utc(_ parts: [Int]) -> Instant? {
    let texts = parts.map { $0 < 10 ? "0\($0)" : "\($0)" }
    return Instant("\(texts[0])-\(texts[1])-\(texts[2])T\(texts[3]):\(texts[4]):\(texts[5])Z")
  }

  /// Hexadecimal digits; `-` for none.
  static func octets(_ digits: String) -> [UInt8]? {
    if digits == "-" { return [] }
    let values = digits.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard values.count == digits.utf8.count, values.count % 2 == 0 else { return nil }
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }

  /// When the sample report was finished.
  static let finished = instant("2026-11-24T10:00:00Z")

  static func report(gate: Gate.Condition.Outcome = .pass, asOf: Instant? = nil) -> AuditReport {
    func finding(_ check: String, _ status: Status, waiver: String? = nil) -> Finding {
      Finding(
        check: check, target: "web", status: status, severity: .high, message: "it is", waiver: waiver,
        fingerprint: "f", durationMs: 1)
    }
    return AuditReport(
      tool: AuditReport.Tool(name: "prodworthy", version: "1.0.0"), runID: "6f1d2c9e-0b7a-4e0e-9a55-3d1f0c5b7e21",
      system: AuditReport.System(name: "events", environment: .staging),
      policy: AuditReport.PolicySummary(
        id: "pre-release", title: "A release", digest: String(repeating: "a", count: 64)),
      asOf: asOf, startedAt: finished, finishedAt: finished, durationMs: 4, interrupted: false, partial: [],
      targets: [], checks: [:],
      score: Score(
        proven: 985, possible: 1000, coverage: 1000,
        arithmetic: Score.Arithmetic(
          totalWeight: 1, earned: 1, earnable: 1, evaluatedWeight: 1, provenCap: nil, possibleCap: nil, rows: [])),
      gate: Gate(conditions: [Gate.Condition(id: "no-open-critical", status: gate, detail: "0 open")]),
      findings: [
        finding("a", .pass), finding("b", .warn), finding("c", .unknown, waiver: "W-1"), finding("d", .notApplicable),
      ],
      checklist: [], causes: [], traffic: AuditReport.TrafficReport(total: Traffic(), byTarget: [:]), notSeen: [])
  }

  static let files = [
    Statement.Subject(name: "report.json", digest: String(repeating: "1", count: 64)),
    Statement.Subject(name: "observations.jsonl", digest: String(repeating: "2", count: 64)),
    Statement.Subject(name: "run.json", digest: String(repeating: "3", count: 64)),
  ]

  static let commit = String(repeating: "c", count: 40)

  static let sources = AuditedSources(
    folder: "/srv/events", fromRun: "..",
    files: [
      AuditedSources.File(
        path: "compose.yaml", role: "stack.file", form: .file, sha256: String(repeating: "4", count: 64)),
      AuditedSources.File(
        path: "prodworthy.yaml", role: "inventory", form: .file, sha256: String(repeating: "5", count: 64)),
    ],
    commit: AuditedSources.Commit(id: commit, isModified: false),
    images: [AuditedSources.Image(name: "registry.example/api:1.4", sha256: String(repeating: "6", count: 64))])
}

/// A run that people sign, and a policy it is held against.
struct SigningTable {
  var report = Samples.report()
  var files = Samples.files
  var sources: AuditedSources? = Samples.sources
  var candidates: [SignedRun.Candidate] = []
  var policy = SignOffPolicy(
    signers: "signers",
    required: [
      SignOffPolicy.Role(name: "release", people: []), SignOffPolicy.Role(name: "security", people: []),
    ])
  /// Lines of the signers file.
  var signers: [String] = []
  var now = Samples.finished
  /// What the files are now, by path; those of the sources where nothing else is said.
  var states: [String: Surroundings.FileState] = [:]
  var commit = Surroundings.CommitState.at(Samples.commit)
  var images: [String] = []
  var commitAsked: String?

  /// Everybody from 1 to 4 may sign.
  init() { signers = (1...4).map { Self.line(Samples.person($0)) } }

  static func line(_ person: Samples.Person, _ options: String = "") -> String {
    "\(person.name) \(options)\(options.isEmpty ? "" : " ")\(person.publicKey.line)"
  }

  mutating func sign(
    _ person: Samples.Person, for role: String, decision: SignOff.Decision = .approve, as identity: String? = nil,
    at time: Instant = Samples.finished, until end: Instant? = nil, namespace: String = SignOff.namespace
  ) throws {
    let signOff = SignOff(
      of: report, files: files, sources: sources, role: role, decision: decision, identity: identity, text: "fine",
      at: time, validUntil: end)
    let signed = SignedFiles(signOff, about: report, signer: person.publicKey.fingerprint)
    let signature = try SSHSignature(over: signed.statement, for: namespace, by: person.publicKey, person.sign)
    candidates.append(
      SignedRun.Candidate(
        name: signed.statementName, statement: signed.statement, signature: Array(signature.armored.utf8),
        envelopes: try SignedFiles.envelopes(
          signed.statement, signOff, about: report, by: person.publicKey, person.sign)))
  }

  var verdict: SignOffVerdict {
    let (read, problems) = AllowedSigners.read(Array((signers.joined(separator: "\n") + "\n").utf8)) { Samples.utc($0) }
    precondition(problems.isEmpty, "\(problems)")
    let states = states
    return SignOffVerification.verdict(
      on: SignedRun(report: report, files: files, sources: sources, candidates: candidates), policy: policy,
      signers: read,
      in: Surroundings(now: now, commit: commit, images: images, commitAsked: commitAsked) {
        states[$0.path] ?? .sha256($0.sha256)
      })
  }

  /// The outcome and the ids of the reasons.
  var told: [String] { [verdict.outcome.rawValue] + verdict.reasons.map(\.id) }
}
