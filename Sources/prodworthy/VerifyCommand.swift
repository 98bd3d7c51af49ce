import ArgumentParser
import AuditModel
import Certificates
import Cryptography
import Definitions
import Facts
import Glibc
import Reporting
import Signoff

/// `prodworthy verify`.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Tell whether a kept run is signed as a policy demands, and still speaks of what is there.",
    discussion: """
      Ends with 0 where it is verified, 1 where it is not, 2 where that cannot be told, for example because nobody signed \
      yet. With --raw, a signature in a file is verified by a public key: 0 valid, 1 not valid.

      EXAMPLES:
        prodworthy verify reports/runs/today --policy sign-off.yaml
        prodworthy verify --raw --scheme ed25519 --key key.pem --signature message.sig message
      """)

  @Argument(help: "The folder of a run; with --raw, the file that was signed.", completion: .file())
  var subject: String

  @Option(help: "Whose signatures it takes, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var policy: String?

  @Option(help: "The folder of the inventory, where that is elsewhere now.", completion: .directory)
  var root: String?

  @Option(help: "An image about to be deployed: NAME@sha256:DIGEST or sha256:DIGEST. Repeatable.")
  var image: [String] = []

  @Option(help: "The commit about to be deployed, its whole id.")
  var commit: String?

  @Option(help: "The time to verify for (RFC 3339). Left out: now.")
  var at: String?

  @Flag(help: "Verify a bare signature.")
  var raw = false

  @Option(help: "With --raw: \(RawSignature.Scheme.allCases.map(\.rawValue).joined(separator: ", ")).")
  var scheme: RawSignature.Scheme?

  @Option(help: "With --raw: how a signature of ECDSA is written: der, raw.")
  var encoding: ECDSAEncoding = .der

  @Option(help: "With --raw: the public key, a PEM file.", completion: .file())
  var key: String?

  @Option(help: "With --raw: the signature, as bytes in a file.", completion: .file())
  var signature: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if raw {
      guard scheme != nil, key != nil, signature != nil else {
        throw ValidationError("--raw takes --scheme, --key and --signature")
      }
      guard policy == nil, root == nil, image.isEmpty, commit == nil, at == nil else {
        throw ValidationError("--raw looks at one signature alone: no policy, root, image, commit or time goes with it")
      }
    } else {
      guard policy != nil else { throw ValidationError("name the policy with --policy, or write --raw") }
      guard scheme == nil, key == nil, signature == nil else {
        throw ValidationError("--scheme, --key and --signature go with --raw")
      }
    }
  }

  func run() async throws {
    if raw { try verifyRaw() } else { try await verifyRun() }
  }

  // MARK: A bare signature

  private func verifyRaw() throws {
    guard let scheme, let key, let signature else {
      throw Failure(.usage, "--raw takes --scheme, --key and --signature")
    }
    let (blocks, problems) = PEM.read(try Input.bytes(of: key))
    if let problem = problems.first { throw Failure(.badData, "\(key):\(problem.line): \(problem.message)") }
    guard blocks.count == 1, let block = blocks.first, block.label == "PUBLIC KEY" else {
      throw Failure(.badData, "\(key): not one PEM block PUBLIC KEY")
    }
    let octets = try Input.bytes(of: signature)
    let message = try Input.bytes(of: subject)
    let isValid: Bool
    do throws(RawSignature.Refusal) {
      isValid = try RawSignature.verifies(octets, over: message, by: block.octets, scheme, encoding: encoding)
    } catch {
      throw Failure(.badData, "\(key): \(error.reason)")
    }
    try Output.print(json ? "{\"valid\":\(isValid)}\n" : isValid ? "valid\n" : "not valid\n")
    if !isValid { throw ExitStatus.failed }
  }

  // MARK: A run

  private func verifyRun() async throws {
    var now = Instant.current()
    if let at {
      guard let read = Instant(at) else { throw Failure(.usage, "\(at) is no RFC 3339 time") }
      now = read
    }
    let images = try image.map { try Self.digest(ofImage: $0) }
    let (policy, signers) = try Self.rules(self.policy ?? "")
    let folder = try SignedFolder(subject)
    let candidates = try folder.candidates()
    let report: AuditReport
    do throws(Failure) {
      report = try folder.report()
    } catch {
      // It was a report when somebody signed it.
      guard candidates.contains(where: { $0.signature != nil }) else { throw error }
      return try tell(.unreadable(error.message), nil)
    }
    let place = try folder.configurationFolder(root: root)
    let reading = place.map { SourceReading(folder: $0) }
    let commitNow: Surroundings.CommitState
    switch await reading?.commit() {
    case .success(let id)?: commitNow = .at(id)
    case .failure(let obstacle)?: commitNow = .unseen("the commit of the work tree is not known: \(obstacle.reason)")
    case nil: commitNow = .unseen(Self.nowhere)
    }
    let surroundings = Surroundings(now: now, commit: commitNow, images: images, commitAsked: commit) { file in
      switch reading?.digest(of: file) {
      case .success(let digest)?: .sha256(digest)
      case .failure(.missing)?: .missing
      case .failure(let obstacle)?: .unseen("\(file.path) cannot be compared: \(obstacle.reason)")
      case nil: .unseen(Self.nowhere)
      }
    }
    let verdict = SignOffVerification.verdict(
      on: SignedRun(report: report, files: folder.files, sources: folder.sources, candidates: candidates),
      policy: policy, signers: signers,
      in: surroundings)
    try tell(verdict, report)
  }

  private static let nowhere = "the audited files are not where they were: name the folder of the inventory with --root"

  private static func digest(ofImage image: String) throws(Failure) -> String {
    guard let read = SourceReading.image(image) else {
      throw Failure(.usage, "\(image) names no digest: write NAME@sha256:DIGEST")
    }
    return read.sha256
  }

  /// The policy, and the signers it names. Throws `Failure` (65, 66) with every problem of both.
  private static func rules(_ path: String) throws(Failure) -> (SignOffPolicy, AllowedSigners) {
    let loaded = Definitions.signOffPolicy(SourceFile(path: path, bytes: try Input.bytes(of: path)))
    guard let policy = loaded.value else {
      throw Failure(.badData, loaded.diagnostics.map { $0.rendered() }.joined(separator: "\n"))
    }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let file = policy.signers.hasPrefix("/") ? policy.signers : folder + policy.signers
    let (signers, problems) = AllowedSigners.read(try Input.bytes(of: file), localTime: localTime)
    guard problems.isEmpty else {
      throw Failure(
        .badData,
        problems.map { "\(file):\($0.line):\($0.column): \(Untrusted.line($0.message))" }.joined(separator: "\n"))
    }
    return (policy, signers)
  }

  /// A time of day in the zone of this machine, as ssh-keygen takes it.
  private static func localTime(_ parts: [Int]) -> Instant? {
    guard parts.count == 6 else { return nil }
    var time = tm()
    time.tm_year = Int32(clamping: parts[0] - 1900)
    time.tm_mon = Int32(clamping: parts[1] - 1)
    time.tm_mday = Int32(clamping: parts[2])
    time.tm_hour = Int32(clamping: parts[3])
    time.tm_min = Int32(clamping: parts[4])
    time.tm_sec = Int32(clamping: parts[5])
    time.tm_isdst = -1
    let seconds = mktime(&time)
    return seconds == -1 ? nil : Instant(seconds: seconds)
  }

  // MARK: Telling

  private func tell(_ verdict: SignOffVerdict, _ report: AuditReport?) throws {
    try Output.print(json ? Output.line(of: Self.document(verdict, report)) + "\n" : Self.text(verdict))
    switch verdict.outcome {
    case .verified: break
    case .notVerified: throw ExitStatus.failed
    case .cannotTell: throw ExitStatus.undecided
    }
  }

  private static func text(_ verdict: SignOffVerdict) -> String {
    var lines: [String]
    switch verdict.outcome {
    case .verified: lines = ["verified"]
    case .notVerified: lines = ["not verified"]
    case .cannotTell: lines = ["cannot tell"]
    }
    lines += verdict.reasons.map { "  \($0.id): \($0.message)" }
    for entry in verdict.roles {
      let people = entry.people.isEmpty ? "nobody" : entry.people.joined(separator: ", ")
      lines.append("role \(entry.role.name): \(entry.people.count) of \(entry.role.minimum): \(people)")
    }
    for entry in verdict.entries {
      let who = [entry.person, entry.key].compactMap { $0 }.joined(separator: " ")
      let why = entry.reasons.map { "\($0.id): \($0.message)" }.joined(separator: "; ")
      lines.append(
        "\(entry.file): \(entry.state.rawValue)" + (who.isEmpty ? "" : ", \(who)") + (why.isEmpty ? "" : " (\(why))"))
      if let text = entry.signOff?.text, !text.isEmpty, entry.state == .counts || entry.state == .rejects {
        lines.append("  \(text)")
      }
    }
    if let step = nextStep(after: verdict) { lines.append("next: \(step)") }
    return lines.map { Untrusted.line($0) + "\n" }.joined()
  }

  /// What has to be done for another answer, where that is plain; nil where it is not, or nothing has to be.
  private static func nextStep(after verdict: SignOffVerdict) -> String? {
    let reasons = Set(verdict.reasons.map(\.id))
    let isOver = reasons.contains { id in
      ["gate-", "report-expired", "configuration-changed", "configuration-missing", "commit-", "rehearsed"].contains {
        id.hasPrefix($0)
      }
    }
    if verdict.outcome != .verified, isOver { return "audit what is there now, and let that run be signed" }
    if verdict.outcome == .notVerified, verdict.entries.contains(where: { $0.state == .void }) {
      return "find out who made or changed what is void above, and remove it"
    }
    if reasons == ["role-unfilled"] {
      let open = verdict.roles.filter { !$0.isFilled }.map(\.role.name)
      return "a person who may sign for \(open.joined(separator: ", ")) runs `prodworthy sign` with --role"
    }
    return nil
  }

  private static func document(_ verdict: SignOffVerdict, _ report: AuditReport?) -> JSONValue {
    func reasons(_ reasons: [SignOffVerdict.Reason]) -> JSONValue {
      .array(reasons.map { ["id": .string($0.id), "message": .string($0.message)] })
    }
    return [
      "verdict": .string(verdict.outcome.rawValue), "reasons": reasons(verdict.reasons),
      "report": report.map { ["runID": .string($0.runID), "gate": .string($0.gate.status.rawValue)] } ?? .null,
      "roles": .array(
        verdict.roles.map {
          [
            "role": .string($0.role.name), "minimum": .integer($0.role.minimum), "filled": .bool($0.isFilled),
            "people": .array($0.people.map { .string($0) }),
          ]
        }),
      "signOffs": .array(
        verdict.entries.map { entry in
          [
            "file": .string(entry.file), "state": .string(entry.state.rawValue), "role": JSONValue(entry.role),
            "person": JSONValue(entry.person), "key": JSONValue(entry.key),
            "decision": JSONValue(entry.signOff?.decision.rawValue), "statement": JSONValue(entry.signOff?.text),
            "timeCreated": JSONValue(entry.signOff?.timeCreated.description),
            "validUntil": JSONValue(entry.signOff?.validUntil?.description), "reasons": reasons(entry.reasons),
          ]
        }),
    ]
  }
}

extension RawSignature.Scheme: ExpressibleByArgument {}

extension ECDSAEncoding: ExpressibleByArgument {
  /// The words of the command line.
  public init?(argument: String) {
    switch argument {
    case "der": self = .der
    case "raw": self = .raw
    default: return nil
    }
  }
}
