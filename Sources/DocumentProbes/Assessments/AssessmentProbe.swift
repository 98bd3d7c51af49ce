import AuditModel
import Facts
import Probing

/// Takes in the report of a vulnerability scanner.
struct AssessmentProbe: Probe {
  static let kind = TargetKind(
    name: "assessment",
    summary: "the report of a vulnerability scanner: SARIF, CycloneDX, Trivy, Grype or npm audit, as JSON",
    fields: [
      Schema.Field("report", .string(.path), required: true, "the report"),
      Schema.Field("vex", .array(.string(.path)), "statements of exploitability: OpenVEX or CycloneDX"),
      Schema.Field("scannedOn", .string(.date), "when the scanner ran, for a report that does not say"),
    ])

  /// Larger reports are not read, in bytes.
  private static let largest = 256 << 20
  /// How many open vulnerabilities are told one by one at most, the worst first.
  private static let most = 2_000
  private static let severities = ["critical", "high", "medium", "low", "info", "unknown"]

  private static let entry: Schema = .object([
    Schema.Field("id", .string(), required: true, "CVE, GHSA or the scanner's rule"),
    Schema.Field("severity", .string(.word(severities)), required: true, "in one scale for all scanners"),
    Schema.Field("component", .string(), required: true, "what it is in"),
    Schema.Field("version", .nullable(.string()), required: true, "which version is there"),
    Schema.Field("fixedIn", .nullable(.string()), required: true, "which version mends it"),
    Schema.Field(
      "isFixable", .nullable(.boolean), required: true, "whether there is one; null where the report does not say"),
    Schema.Field(
      "status", .nullable(.string()), required: true, "what a statement says of it: not_affected, accepted, …"),
    Schema.Field("justification", .nullable(.string()), required: true, "why"),
    Schema.Field("isJustified", .boolean, required: true, "whether somebody said why"),
  ])

  let descriptor = ProbeDescriptor(
    id: "vulnerability-assessment", summary: "the vulnerabilities that a scanner found, and when it looked",
    targetKinds: [kind.name], safety: .observe,
    facts: .object([
      Schema.Field("format", .string(), required: true, "of the report"),
      Schema.Field("tool", .nullable(.string()), required: true, "the scanner"),
      Schema.Field("scannedOn", .nullable(.string(.date)), required: true, "when it looked"),
      Schema.Field("ageDays", .nullable(.integer()), "whole days from then to now"),
      Schema.Field("isComplete", .boolean, required: true, "whether the scanner says that it succeeded"),
      Schema.Field("open", .array(entry), required: true, "what counts, the worst first"),
      Schema.Field("suppressed", .array(entry), required: true, "what does not count, since somebody said so"),
      Schema.Field(
        "counts",
        .object(severities.map { Schema.Field($0, .integer(minimum: 0), required: true, "how many are open") }),
        required: true, "open ones by severity"),
    ]), timeout: 60_000, traffic: "reads files")

  var targetKinds: [TargetKind] { [Self.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let path = target.settings["report"]?.string else {
      return .unseen(Unseen(.malformed, "the inventory names no report"))
    }
    let settings = target.settings
    context.traffic.add(requests: 1)
    return await context.lane.run { Self.sighting(path, settings, context) }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var object = facts.object else { return facts }
    let scanned = object["scannedOn"]?.string.flatMap { Instant($0) }
    object["ageDays"] = JSONValue(scanned.map { DocumentFacts.wholeDays(from: $0, to: now) })
    return .object(object)
  }

  private enum Reading {
    case document(JSONValue)
    case trouble(Unseen)
  }

  private static func document(_ path: String, _ context: ProbeContext) -> Reading {
    if context.deadline.hasPassed { return .trouble(Unseen(.timeout, "the time was up")) }
    let name = PathText.name(of: path)
    let bytes: [UInt8]
    do throws(FileTrouble) {
      bytes = try FileReading.bytes(of: path, limit: largest)
    } catch {
      return .trouble(Unseen(error == .missing ? .unreachable : .malformed, "\(name): \(error.reason)"))
    }
    context.traffic.add(bytesReceived: bytes.count)
    do throws(JSONText.SyntaxError) {
      return .document(try JSONText.parse(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes))
    } catch {
      return .trouble(Unseen(.malformed, "\(name):\(error.line):\(error.column): this is no JSON: \(error.message)"))
    }
  }

  private static func sighting(_ path: String, _ settings: JSONObject, _ context: ProbeContext) -> Sighting {
    let assessment: Assessment
    switch document(path, context) {
    case .trouble(let unseen): return .unseen(unseen)
    case .document(let root):
      guard let read = AssessmentReading.read(root) else {
        return .unseen(
          Unseen(.malformed, "\(PathText.name(of: path)) is no report of SARIF, CycloneDX, Trivy, Grype or npm audit"))
      }
      assessment = read
    }
    var statements = ExploitabilityStatements()
    var gaps: [Gap] = []
    for path in settings["vex"]?.array?.compactMap(\.string) ?? [] {
      switch document(path, context) {
      case .trouble(let unseen): gaps.append(Gap(path: "suppressed", reason: unseen.reason))
      case .document(let root):
        if !statements.add(root) {
          gaps.append(Gap(path: "suppressed", reason: "\(PathText.name(of: path)) is neither OpenVEX nor CycloneDX"))
        }
      }
    }
    let all = assessment.vulnerabilities.map(statements.applied)
    // Without a reason it is a wish, and counts.
    let open = all.filter { $0.suppression?.justification == nil }
      .sorted { (rank($0.severity), $0.id, $0.component) < (rank($1.severity), $1.id, $1.component) }
    let suppressed = all.filter { $0.suppression?.justification != nil }
    let scanned = assessment.scannedAt ?? settings["scannedOn"]?.string.flatMap { Instant($0) }
    if scanned == nil {
      gaps.append(
        Gap(path: "scannedOn", reason: "the report does not say when it was made", remedy: "declare scannedOn:"))
    }
    if open.count > most { gaps.append(Gap(path: "open", reason: "only the worst \(most) of \(open.count) are told")) }
    var counts = JSONObject()
    for severity in severities { counts[severity] = .integer(open.count { $0.severity == severity }) }
    return .seen(
      [
        "format": .string(assessment.format), "tool": JSONValue(assessment.tool), "scannedOn": JSONValue(scanned?.day),
        "isComplete": .bool(assessment.incomplete == nil), "open": .array(open.prefix(most).map(fact)),
        "suppressed": .array(suppressed.prefix(most).map(fact)), "counts": .object(counts),
      ], gaps: gaps)
  }

  private static func rank(_ severity: String) -> Int { severities.firstIndex(of: severity) ?? severities.count }

  private static func fact(_ entry: Assessment.Vulnerability) -> JSONValue {
    [
      "id": .string(String(entry.id.prefix(200))), "severity": .string(entry.severity),
      "component": .string(String(entry.component.prefix(300))),
      "version": JSONValue(entry.version.map { String($0.prefix(100)) }),
      "fixedIn": JSONValue(entry.fixedIn.map { String($0.prefix(100)) }), "isFixable": JSONValue(entry.isFixable),
      "status": JSONValue(entry.suppression?.status.prefix(100).description),
      "justification": JSONValue(entry.suppression?.justification?.prefix(300).description),
      "isJustified": .bool(entry.suppression?.justification != nil),
    ]
  }
}
