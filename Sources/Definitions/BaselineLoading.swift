package import AuditModel
import Facts

/// The shape of a baseline, which the program writes and people keep.
enum BaselineSchema {
  /// Larger files are refused where their places have to be found, in bytes.
  static let largest = 16 << 20

  static let schema = Schema.object([
    .init("baseline", .string(.word([Baseline.scheme])), required: true, "the scheme of its fingerprints"),
    .init("system", .string(), required: true, "the system it is about"),
    .init(
      "policy",
      .object([
        .init("id", .string(), required: true, "its id"), .init("title", .string(), required: true, "one line"),
        .init("digest", .string(), required: true, "what was demanded"),
      ]), required: true, "the policy it was judged under"),
    .init("writtenAt", .string(.date), required: true, "when it was written or last pruned"),
    .init("entries", .array(entry), required: true, "the known findings"),
  ])

  private static let entry = Schema.object([
    .init("fingerprint", .string(.nonEmpty), required: true, "the finding's identity between runs"),
    .init("check", .string(.nonEmpty), required: true, "the check's id"),
    .init("target", .string(.nonEmpty), required: true, "the target's id"),
    .init("subject", .nullable(.string()), "the part of the target"),
    .init("severity", .word(Severity.self), required: true, "as it was weighed then"),
    .init("firstSeen", .string(.date), required: true, "when it was first recorded"),
  ])
}

extension Definitions {
  /// The findings that a baseline knows.
  package static func baseline(_ file: SourceFile) -> Loaded<Baseline> {
    // A sound file is read quickly; only one with mistakes is read for their places.
    do throws(JSONText.SyntaxError) {
      let value = try JSONText.parse(file.bytes)
      if BaselineSchema.schema.violations(of: value).isEmpty, let baseline = try? Baseline(definition: value) {
        return Loaded(baseline, [])
      }
    } catch {
      var problems = Problems(
        in: SourceText(
          path: file.path, text: String(decoding: file.bytes.prefix(BaselineSchema.largest), as: UTF8.self)))
      problems.add("json-syntax", error.message, at: Span(line: error.line, column: error.column))
      return Loaded(nil, problems.diagnostics)
    }
    let (root, found) = YAMLReader.read(file, upTo: BaselineSchema.largest)
    var problems = found
    guard let root else { return Loaded(nil, problems.diagnostics) }
    Structure.check(root, against: BaselineSchema.schema, into: &problems)
    do {
      return Loaded(problems.isEmpty ? try Baseline(definition: root.value) : nil, problems.diagnostics)
    } catch {
      problems.add("malformed", "the baseline cannot be read: \(error)", at: root.span)
      return Loaded(nil, problems.diagnostics)
    }
  }

  /// The baseline as it is kept: one finding a line, so that a change of it can be read.
  package static func text(of baseline: Baseline) -> String {
    let head: [(String, JSONValue)] = [
      ("baseline", .string(baseline.baseline)), ("system", .string(baseline.system)),
      (
        "policy",
        [
          "id": .string(baseline.policy.id), "title": .string(baseline.policy.title),
          "digest": .string(baseline.policy.digest),
        ]
      ), ("writtenAt", .string(baseline.writtenAt.description)),
    ]
    let entries = baseline.entries.map { entry -> String in
      "    "
        + JSONText.compact([
          "check": .string(entry.check), "target": .string(entry.target), "subject": JSONValue(entry.subject),
          "severity": .string(entry.severity.rawValue), "firstSeen": .string(entry.firstSeen.description),
          "fingerprint": .string(entry.fingerprint),
        ])
    }
    let lines = head.map { "  \(JSONText.compact(.string($0))): \(JSONText.compact($1))," }
    return "{\n" + lines.joined(separator: "\n") + "\n  \"entries\": [\n" + entries.joined(separator: ",\n")
      + (entries.isEmpty ? "" : "\n") + "  ]\n}\n"
  }
}

extension Baseline {
  fileprivate init(definition: JSONValue) throws(Malformed) {
    func instant(_ value: JSONValue, _ name: String) throws(Malformed) -> Instant {
      guard let instant = Instant(try value.text(name)) else {
        throw Malformed(description: "`\(name)` is no time")
      }
      return instant
    }
    let policy = try definition.required("policy")
    self.init(
      system: try definition.text("system"),
      policy: AuditReport.PolicySummary(
        id: try policy.text("id"), title: try policy.text("title"), digest: try policy.text("digest")),
      writtenAt: try instant(definition, "writtenAt"),
      entries: try definition.list("entries") { (entry) throws(Malformed) in
        Entry(
          fingerprint: try entry.text("fingerprint"), check: try entry.text("check"), target: try entry.text("target"),
          subject: entry["subject"]?.string, severity: try entry.word("severity"),
          firstSeen: try instant(entry, "firstSeen"))
      })
  }
}
