import AuditModel
import Facts

@testable import Reporting

/// Reports with text from elsewhere in every place that takes text, found by the schema and not by hand: a member that is
/// added is attacked from then on.
enum Everywhere {
  /// A report with every member that there is, so that none is left out for being absent.
  static let full: AuditReport = {
    var report = Specimen.acceptedReport
    report.rehearsed = true
    report.interrupted = true
    report.undone = [
      .init(target: "db", what: "stopped", at: "2026-11-24T02:00:00Z", undo: "start it", problem: "it is gone"),
      .init(target: "web", what: "cut off", at: "2026-11-24T03:00:00Z", undo: "let through", problem: nil),
    ]
    report.checklist.append(
      AuditReport.ChecklistRow(
        id: "OPS-9", title: "Incidents are rehearsed", area: "Operations", status: .notCovered, findings: [],
        awaiting: ["incident-rehearsed"]))
    report.baseline?.removed = ["f4"]
    let failing = report.findings.filter { $0.status == .fail }.map(\.fingerprint)
    report.matrix = .init(
      columns: ["health", "tls"],
      services: [
        .init(
          name: "api", owner: "team-api",
          cells: [
            .init(column: "health", status: .fail, message: "one fails", findings: failing),
            .init(column: "tls", status: nil, message: "no check speaks of it", findings: []),
          ]),
        .init(name: "extraction", owner: nil, cells: []),
      ],
      features: [
        .init(
          name: "search", owner: "team-search",
          cells: [.init(column: "api", status: .pass, message: "answers", findings: [report.findings[0].fingerprint])])
      ])
    var measure = AuditReport.Measurement(
      probe: "load-run", target: "api", subject: "GET /events", name: "p95", unit: "ms", better: .lower, least: 1,
      value: 180, series: "series-1")
    measure = measure.compared(
      with: (0..<8).map { .init(runID: "run-\($0)", at: Instant(seconds: 1_795_000_000 + $0), value: 90 + Double($0)) })
    report.measures = [
      measure,
      AuditReport.Measurement(
        probe: "restore-drill", target: "db", subject: nil, name: "time to restore", unit: "s", better: .lower,
        least: 1,
        value: nil, series: "series-2", reason: "nothing was restored"),
    ]
    for index in report.attestations.indices where report.attestations[index].attestation.location == nil {
      report.attestations[index].attestation.location = SourceLocation(path: "attestations.yaml", line: 20, column: 5)
    }
    for index in report.waivers.indices where index > 0 { report.waivers[index].waiver.compensating = [] }
    return report
  }()

  /// Members of `value` that `schema` knows and `value` nowhere has, and those that `schema` does not know.
  static func gaps(in value: JSONValue, _ schema: Schema) -> (missing: Set<String>, unknown: Set<String>) {
    var walk = Walk { text, _ in text }
    _ = walk.copied(value, schema, at: "$")
    var wanted: Set<String> = []
    collect(schema, at: "$", into: &wanted)
    return (wanted.subtracting(walk.seen), walk.unknown)
  }

  /// The report with `texts` in turn instead of what stands in its free places. What is equal there stays equal, so that
  /// findings keep their checks, waivers what they cover, and cells what they rest on.
  static func filled(_ texts: [String], from first: Int = 0) throws -> AuditReport {
    var names: [String: String] = [:]
    var walk = Walk { text, form in
      if let known = names[text] { return known }
      var chosen = texts[(first + names.count) % texts.count]
      if chosen.isEmpty, form == .nonEmpty { chosen = " " }
      names[text] = chosen
      return chosen
    }
    let document = try JSONText.parse(try ReportDocument.encode(full))
    return try ReportDocument.decode(
      Array(JSONText.compact(walk.copied(document, ReportDocument.schema, at: "$")).utf8))
  }

  private static func collect(_ schema: Schema, at path: String, into paths: inout Set<String>) {
    switch schema {
    case .array(let element, _): collect(element, at: path + "[]", into: &paths)
    case .nullable(let inner): collect(inner, at: path, into: &paths)
    case .object(let fields, let others):
      for field in fields { collect(field.schema, at: "\(path).\(field.name)", into: &paths) }
      if fields.isEmpty, let others { collect(others, at: path + "{}", into: &paths) }
    case .string: paths.insert(path)
    default: break
    }
  }

  /// One pass over a document beside its schema.
  private struct Walk {
    /// What a free text becomes.
    var replacement: (String, Schema.TextForm) -> String
    var seen: Set<String> = []
    var unknown: Set<String> = []

    init(_ replacement: @escaping (String, Schema.TextForm) -> String) { self.replacement = replacement }

    mutating func copied(_ value: JSONValue, _ schema: Schema, at path: String) -> JSONValue {
      switch (schema, value) {
      case (.nullable(let inner), _) where !value.isNull: return copied(value, inner, at: path)
      case (.array(let element, _), .array(let elements)):
        return .array(elements.map { copied($0, element, at: path + "[]") })
      case (.object(let fields, let others), .object(let object)):
        return .object(
          JSONObject(
            object.members.map { name, member in
              if let field = fields.first(where: { $0.name == name }) {
                return (name, copied(member, field.schema, at: "\(path).\(name)"))
              }
              guard fields.isEmpty, let others else {
                unknown.insert("\(path).\(name)")
                return (name, member)
              }
              return (replacement(name, .free), copied(member, others, at: path + "{}"))
            }))
      case (.string(let form), .string(let text)):
        seen.insert(path)
        // The version decides how the rest is read.
        guard form == .free || form == .nonEmpty, path != "$.schemaVersion" else { return value }
        return .string(replacement(text, form))
      default: return value
      }
    }
  }
}
