package import AuditModel
import Facts

/// The shape of a file of attestations.
enum AttestationSchema {
  static let schema = Schema.object([
    .init("version", .integer(minimum: 1, maximum: 1), "the version of this shape"),
    .init("attestations", .array(attestation), required: true, "what people state, in any order"),
  ])

  private static let attestation = Schema.object([
    .init("id", .string(.identifier), required: true, "permanent: A-2026-003"),
    .init("attests", .string(.identifier), "the statement it makes, as the checklist names it"),
    .init("check", .string(.identifier), "or the check that waits for a person"),
    .init("target", .string(.identifier), "the target of that check"),
    .init("subject", .string(.nonEmpty), "the part of the target"),
    .init("statement", .string(.nonEmpty), required: true, "what is stated, word for word"),
    .init("by", .string(.nonEmpty), required: true, "who states it"),
    .init("reviewedBy", .string(.nonEmpty), "who looked at it too; somebody else"),
    .init("on", .string(.date), required: true, "the first day it holds"),
    .init(
      "expires", .string(.date), required: true,
      "the last day it holds, to its end in UTC; at most \(Attestation.longestDays) days after the first"),
    .init(
      "evidence", .array(.string(.nonEmpty), minimumCount: 1), required: true,
      "what it rests on: addresses, tickets, documents"),
    .init("texts", .array(text, minimumCount: 1), "the files it speaks of; it goes stale when one of them changes"),
  ])

  private static let text = Schema.object([
    .init("file", .string(.path), required: true, "the file, relative to this one"),
    .init("sha256", .string(.nonEmpty), required: true, "its SHA-256 when it was attested, 64 hexadecimal digits"),
  ])
}

extension Definitions {
  /// The attestations of a file, held against what the checklist asks for. `digest` gives the SHA-256 of the file at an
  /// absolute path, nil where it cannot be read.
  package static func attestations(
    _ file: SourceFile, checks: [CheckDefinition], checklist: [ChecklistItem], digest: (String) -> String?
  ) -> Loaded<[Attestation]> {
    let (root, found) = YAMLReader.read(file)
    var problems = found
    guard let root else { return Loaded(nil, problems.diagnostics) }
    Structure.check(root, against: AttestationSchema.schema, into: &problems)
    let requests = checklist.flatMap(\.attest)
    var lines: [String: Int] = [:]
    for value in root["attestations"]?.elements ?? [] {
      if let id = value["id"], let text = id.string {
        if let line = lines[text] {
          problems.add(
            "duplicate-id", "there is an attestation `\(text)` already", at: id.span,
            fix: "the first is in line \(line)")
        } else {
          lines[text] = id.span.line
        }
      }
      checkTopic(value, requests: requests, checks: checks, into: &problems)
      if let by = value["by"]?.string, let reviewer = value["reviewedBy"], let name = reviewer.string,
        by.isSamePerson(as: name)
      {
        problems.add("self-approved", "nobody reviews an attestation of their own", at: reviewer.span)
      }
      checkPeriod(
        value, from: "on", to: "expires", atMost: Attestation.longestDays, noun: "attestation", into: &problems)
      for digest in (value["texts"]?.elements ?? []).compactMap({ $0["sha256"] }) {
        guard let text = digest.string, !text.isEmpty, !text.isSHA256 else { continue }
        problems.add("malformed", "`sha256` must be 64 lower-case hexadecimal digits", at: digest.span)
      }
    }
    guard problems.isEmpty else { return Loaded(nil, problems.diagnostics) }
    do {
      var attestations: [Attestation] = []
      for element in root["attestations"]?.elements ?? [] {
        var attestation = try Attestation(
          definition: element.value, folder: FilePath.folder(of: file.path), digest: digest)
        attestation.location = SourceLocation(path: file.path, line: element.span.line, column: element.span.column)
        attestations.append(attestation)
      }
      return Loaded(attestations, [])
    } catch {
      problems.add("malformed", "the attestations cannot be read: \(error)", at: root.span)
      return Loaded(nil, problems.diagnostics)
    }
  }

  private static func checkTopic(
    _ value: LocatedValue, requests: [AttestationRequest], checks: [CheckDefinition], into problems: inout Problems
  ) {
    guard value.value.object != nil else { return }
    switch (value["attests"], value["check"]) {
    case (nil, nil):
      problems.add(
        "topic", "the attestation speaks of nothing", at: value.span,
        fix: "add attests: with a statement of the checklist, or check: and target:")
    case (.some, let check?):
      problems.add("topic", "an attestation speaks of a statement or of a check, not of both", at: check.span)
    case (let statement?, nil):
      for name in ["target", "subject"] {
        guard let member = value.member(name) else { continue }
        problems.add("topic", "a statement has no \(name)", at: member.nameSpan)
      }
      guard let id = statement.string, !requests.contains(where: { $0.id == id }) else { return }
      problems.add(
        "unknown-statement", "the checklist asks for no statement `\(id)`", at: statement.span,
        fix: Suggestion.phrase(id, among: requests.map(\.id)))
    case (nil, let check?):
      if let id = check.string, !checks.contains(where: { $0.id == id }) {
        problems.add(
          "unknown-check", "there is no check `\(id)`", at: check.span,
          fix: Suggestion.phrase(id, among: checks.map(\.id)))
      }
      if value["target"] == nil {
        problems.add("missing-key", "an attestation of a check needs the key `target`", at: value.span)
      }
    }
  }
}

extension String {
  fileprivate var isSHA256: Bool {
    utf8.count == 64
      && utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }
}

extension Attestation {
  fileprivate init(definition: JSONValue, folder: String, digest: (String) -> String?) throws(Malformed) {
    guard let on = Instant(try definition.text("on")), let expires = Instant(endOf: try definition.text("expires"))
    else { throw Malformed(description: "a date is no date") }
    let topic: Topic =
      if let statement = definition["attests"]?.string {
        .statement(statement)
      } else {
        .finding(
          check: try definition.text("check"), target: try definition.text("target"),
          subject: definition["subject"]?.string)
      }
    var texts: [Text] = []
    for text in definition["texts"]?.array ?? [] {
      let path = try text.text("file")
      texts.append(
        Text(file: path, sha256: try text.text("sha256"), found: digest(FilePath.absolute(path, in: folder))))
    }
    self.init(
      id: try definition.text("id"), topic: topic, statement: try definition.prose("statement"),
      by: try definition.text("by"), reviewedBy: definition["reviewedBy"]?.string, on: on, expires: expires,
      evidence: try definition.texts("evidence"), texts: texts)
  }
}
