package import AuditModel
package import Facts
import FoundationEssentials

/// `report.json`: the canonical form of a report, of which every other format is a function.
package enum ReportDocument {
  /// The canonical bytes: names sorted, two-space indent, LF, one newline at the end.
  package static func encode(_ report: AuditReport) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return InertJSON.bytes(of: Array(try encoder.encode(report))) + [UInt8(ascii: "\n")]
  }

  /// The report in `bytes`; unknown members are passed over.
  ///
  /// Throws `DecodingError` for what is no report, `UnknownVersion` for a report of another major version, `Implausible`
  /// for numbers that no audit comes to.
  package static func decode(_ bytes: [UInt8]) throws -> AuditReport {
    let report = try JSONDecoder().decode(AuditReport.self, from: Data(bytes))
    let major = report.schemaVersion.prefix { $0 != "." }
    guard major == AuditReport.currentSchemaVersion.prefix(while: { $0 != "." }) else {
      throw UnknownVersion(version: report.schemaVersion)
    }
    try Plausibility.check(report)
    return report
  }

  /// A report whose shape this program does not know.
  package struct UnknownVersion: Error, CustomStringConvertible {
    /// What the report says it is.
    package let version: String
    /// One line for people.
    package var description: String {
      "its schema version is \(Untrusted.line(version)), known is \(AuditReport.currentSchemaVersion)"
    }
  }

  /// The JSON Schema (draft-07) of `report.json`.
  package static func jsonSchema() -> JSONValue { schema.jsonSchema() }
}

/// `report.json`.
struct JSONFormat: ReportFormat {
  let name = "json"
  let summary = "everything there is to know, canonical: every other format is made from it"

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    [ReportFile(name: "report.json", bytes: try ReportDocument.encode(report))]
  }

  func wrote(_ name: String) -> Bool { name == "report.json" }
}
