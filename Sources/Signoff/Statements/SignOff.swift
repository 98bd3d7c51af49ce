package import AuditModel
import Facts

/// What a person puts their name to: a decision on a report, and the digests of everything it speaks of.
package struct SignOff: Sendable, Hashable {
  /// The purpose that its SSH signatures are made for.
  package static let namespace = "readiness-signoff@v1"
  /// What the predicate is. The name is nobody's address: nothing is ever fetched there.
  package static let predicateType = "https://prodworthy.invalid/readiness-signoff/v1"
  /// Files of a run folder that a sign-off is bound to where they are there.
  package static let boundFiles = ["report.json", "observations.jsonl", "run.json"]
  /// The subject that stands for the commit.
  package static let commitSubject = "commit"
  /// The longest text a signer may add, in octets of UTF-8.
  package static let textLimit = 4096

  /// Whether the report is good enough for this person.
  package enum Decision: String, Sendable, Hashable, CaseIterable {
    case approve, reject
  }

  /// Why bytes are no sign-off.
  package struct Refusal: Error, Sendable, Hashable {
    /// One line in lower case.
    package let reason: String
  }

  /// For whom the person signs: `release`.
  package var role: String
  /// Yes or no.
  package var decision: Decision
  /// Who the person claims to be; nil where the key alone says it.
  package var identity: String?
  /// What the person has to say; may be empty.
  package var text: String
  /// When it was signed, by the signer's clock.
  package var timeCreated: Instant
  /// The last moment it holds; nil for no end.
  package var validUntil: Instant?
  /// Digests of the run's files.
  package var files: [Statement.Subject]
  /// The report's run.
  package var runID: String
  /// What the report's gate said.
  package var gate: Gate.Decision
  /// Configuration, commit and images.
  package var sources: AuditedSources?
  /// Waivers the report rests on.
  package var waivers: [String]

  /// A sign-off of `report`, whose files have these digests.
  package init(
    of report: AuditReport, files: [Statement.Subject], sources: AuditedSources?, role: String, decision: Decision,
    identity: String?, text: String, at now: Instant, validUntil: Instant?
  ) {
    self.role = role
    self.decision = decision
    self.identity = identity
    self.text = text
    self.timeCreated = now
    self.validUntil = validUntil
    self.files = files
    self.sources = sources
    runID = report.runID
    gate = report.gate.status
    waivers = Set(report.findings.compactMap(\.waiver)).sorted()
  }

  /// The in-toto statement, with what of `report` people and other programs want to read without it.
  package func statement(about report: AuditReport) -> Statement {
    var predicate: JSONObject = [
      "decision": .string(decision.rawValue), "gate": .string(gate.rawValue), "role": .string(role),
      "statement": .string(text), "timeCreated": .string(timeCreated.description),
      "policy": ["digest": ["sha256": .string(report.policy.digest)], "name": .string(report.policy.id)],
      "system": [
        "environment": .string(report.system.environment.rawValue), "name": .string(report.system.name),
      ],
      "score": [
        "coverage": Self.percent(report.score.coverage), "possible": Self.percent(report.score.possible),
        "proven": Self.percent(report.score.proven),
      ],
      "waivers": .array(waivers.map { .string($0) }),
    ]
    predicate["identity"] = identity.map { .string($0) }
    predicate["validUntil"] = validUntil.map { .string($0.description) }
    var run: JSONObject = ["finishedAt": .string(report.finishedAt.description), "id": .string(runID)]
    run["asOf"] = report.asOf.map { .string($0.description) }
    predicate["run"] = .object(run)
    if let sources {
      predicate["configuration"] = .array(Self.descriptors(of: sources))
      predicate["unbound"] = .array(
        sources.unbound.map { ["name": .string($0.name), "reason": .string($0.reason)] })
      if let commit = sources.commit {
        predicate["commit"] = [
          "id": .string(commit.id), "modified": commit.isModified.map { .bool($0) } ?? .null,
        ]
      }
    }
    return Statement(subjects: subjects, predicateType: Self.predicateType, predicate: .object(predicate))
  }

  /// What the statements of this sign-off are about: the run's files, the commit, the images.
  package var subjects: [Statement.Subject] {
    var subjects = files
    if let commit = sources?.commit {
      subjects.append(Statement.Subject(name: Self.commitSubject, algorithm: "gitCommit", digest: commit.id))
    }
    for image in sources?.images ?? [] {
      subjects.append(Statement.Subject(name: Self.subjectName(of: image), digest: image.sha256))
    }
    return subjects
  }

  /// An image with its digest: of one name there may be several.
  private static func subjectName(of image: AuditedSources.Image) -> String {
    "image \(image.name)@sha256:\(image.sha256)"
  }

  /// Resource descriptors of the files that said what to audit.
  static func descriptors(of sources: AuditedSources) -> [JSONValue] {
    sources.files.map {
      [
        "annotations": ["form": .string($0.form.rawValue), "role": .string($0.role)],
        "digest": ["sha256": .string($0.sha256)], "name": .string($0.path),
      ]
    }
  }

  private static func percent(_ perMille: Int?) -> JSONValue {
    perMille.map { $0 % 10 == 0 ? .integer($0 / 10) : .double(Double($0) / 10) } ?? .null
  }
}

extension SignOff {
  /// Reads a statement whose signature was verified. Throws `Refusal` for what is no sign-off.
  package init(_ bytes: [UInt8]) throws(Refusal) {
    let document: JSONValue
    do {
      document = try JSONText.parse(bytes)
    } catch {
      throw Refusal(reason: "not JSON: \(error.message)")
    }
    guard document["_type"]?.string == Statement.type, document["predicateType"]?.string == Self.predicateType else {
      throw Refusal(reason: "not a statement of a sign-off")
    }
    guard let predicate = document["predicate"], let role = predicate["role"]?.string, !role.isEmpty,
      let decision = predicate["decision"]?.string.flatMap(Decision.init),
      let gate = predicate["gate"]?.string.flatMap(Gate.Decision.init),
      let time = predicate["timeCreated"]?.string.flatMap(Instant.init), let run = predicate["run"]?["id"]?.string,
      let text = predicate["statement"]?.string
    else { throw Refusal(reason: "a part of the sign-off is missing or malformed") }
    self.role = role
    self.decision = decision
    self.gate = gate
    self.text = text
    timeCreated = time
    runID = run
    identity = try Self.optional(predicate["identity"]) { $0.string }
    validUntil = try Self.optional(predicate["validUntil"]) { $0.string.flatMap(Instant.init) }
    waivers = (predicate["waivers"]?.array ?? []).compactMap(\.string)

    var files: [Statement.Subject] = []
    var images: [AuditedSources.Image] = []
    var commitDigest: String?
    var names: Set<String> = []
    for subject in document["subject"]?.array ?? [] {
      guard let name = subject["name"]?.string, names.insert(name).inserted else {
        throw Refusal(reason: "a subject has no name of its own")
      }
      if name == Self.commitSubject {
        commitDigest = subject["digest"]?["gitCommit"]?.string
      } else if let digest = subject["digest"]?["sha256"]?.string {
        if Self.boundFiles.contains(name) {
          files.append(Statement.Subject(name: name, digest: digest))
        } else if name.hasPrefix("image ") {
          let image = AuditedSources.Image(name: String(name.dropFirst(6).dropLast(72)), sha256: digest)
          guard Self.subjectName(of: image) == name else { throw Refusal(reason: "an image is not the subject") }
          images.append(image)
        } else {
          throw Refusal(reason: "a subject of another kind")
        }
      } else {
        throw Refusal(reason: "a subject has no digest")
      }
    }
    self.files = files
    guard let configuration = predicate["configuration"]?.array else {
      sources = nil
      return
    }
    var sources = AuditedSources(folder: "", images: images)
    for descriptor in configuration {
      guard let name = descriptor["name"]?.string, let digest = descriptor["digest"]?["sha256"]?.string,
        let form = descriptor["annotations"]?["form"]?.string.flatMap(AuditedSources.File.Form.init),
        let role = descriptor["annotations"]?["role"]?.string
      else { throw Refusal(reason: "a configuration file has no digest") }
      sources.files.append(AuditedSources.File(path: name, role: role, form: form, sha256: digest))
    }
    if let commit = predicate["commit"], !commit.isNull {
      guard let id = commit["id"]?.string, id == commitDigest else {
        throw Refusal(reason: "the commit is not the subject")
      }
      sources.commit = AuditedSources.Commit(id: id, isModified: commit["modified"]?.bool)
    }
    self.sources = sources
  }

  private static func optional<Value>(
    _ member: JSONValue?, _ read: (JSONValue) -> Value?
  ) throws(Refusal) -> Value? {
    guard let member, !member.isNull else { return nil }
    guard let value = read(member) else { throw Refusal(reason: "a part of the sign-off is malformed") }
    return value
  }
}
