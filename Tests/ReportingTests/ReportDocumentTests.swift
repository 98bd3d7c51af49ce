import AuditModel
import Facts
import Testing

@testable import Reporting

@Suite struct ReportDocumentTests {
  @Test(arguments: Specimen.allCases) func readingAndWritingGiveTheSameBytes(_ specimen: Specimen) throws {
    let bytes = try ReportDocument.encode(specimen.report)
    let report = try ReportDocument.decode(bytes)
    #expect(report == specimen.report)
    #expect(try ReportDocument.encode(report) == bytes)
    #expect(bytes.last == UInt8(ascii: "\n"))
    for format in ReportFormats.all {
      let options = RenderingOptions()
      #expect(try format.render(report, options) == format.render(specimen.report, options))
    }
  }

  @Test(arguments: Specimen.allCases) func everyReportFitsTheSchemaAndTheSchemaNamesEveryMember(
    _ specimen: Specimen
  ) throws {
    let document = try JSONText.parse(ReportDocument.encode(specimen.report))
    #expect(ReportDocument.schema.violations(of: document) == [])
    #expect(Self.unnamed(document, in: ReportDocument.schema, at: "$") == [])
  }

  @Test func theSchemaRefusesWhatIsNoReport() throws {
    var document = try #require(JSONText.parse(ReportDocument.encode(Specimen.brokenReport)).object)
    document["findings"] = "none"
    #expect(!ReportDocument.schema.violations(of: .object(document)).isEmpty)
    document["findings"] = nil
    #expect(!ReportDocument.schema.violations(of: .object(document)).isEmpty)
  }

  @Test func unknownMembersPassAndOtherMajorVersionsDoNot() throws {
    var document = try #require(JSONText.parse(ReportDocument.encode(Specimen.brokenReport)).object)
    document["addedLater"] = [1, 2]
    document["schemaVersion"] = "1.7"
    #expect(try ReportDocument.decode(Array(JSONText.compact(.object(document)).utf8)).schemaVersion == "1.7")
    document["schemaVersion"] = "2.0"
    #expect(throws: ReportDocument.UnknownVersion.self) {
      try ReportDocument.decode(Array(JSONText.compact(.object(document)).utf8))
    }
    let bytes = try ReportDocument.encode(Specimen.brokenReport)
    for end in [0, 1, bytes.count / 2, bytes.count - 3] {
      #expect(throws: (any Error).self) { try ReportDocument.decode(Array(bytes[..<end])) }
    }
  }

  @Test func formatsAreFoundByName() {
    #expect(Set(ReportFormats.all.map(\.name)).count == ReportFormats.all.count)
    #expect(ReportFormats.named("junit")?.name == "junit")
    #expect(ReportFormats.named("nothing") == nil)
  }

  /// Members of `value` that the schema lets pass without naming them.
  private static func unnamed(_ value: JSONValue, in schema: Schema, at path: String) -> [String] {
    switch (schema, value) {
    case (.nullable(let schema), _): return unnamed(value, in: schema, at: path)
    case (.array(let schema, _), .array(let elements)):
      return elements.flatMap { unnamed($0, in: schema, at: path + "[]") }
    case (.object(let fields, let others), .object(let object)):
      return object.flatMap { name, value -> [String] in
        if let field = fields.first(where: { $0.name == name }) {
          return unnamed(value, in: field.schema, at: "\(path).\(name)")
        }
        guard let others, others != .any else { return ["\(path).\(name)"] }
        return unnamed(value, in: others, at: "\(path).*")
      }
    default: return []
    }
  }
}
