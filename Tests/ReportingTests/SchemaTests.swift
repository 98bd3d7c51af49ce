import AuditModel
import Facts
import Foundation
import HostileTexts
import Testing

@testable import Reporting

/// JSON formats against schemas of them, by a validator that is not ours.
@Suite struct SchemaTests {
  private static let formats: [(schema: String, format: any ReportFormat)] = [
    ("sarif", SARIFFormat()), ("ctrf", CTRFFormat()), ("oscal", OSCALFormat()), ("code-quality", GitLabFormat()),
  ]

  private static func documents(of reports: [AuditReport], _ options: RenderingOptions) throws -> [JSONValue] {
    try formats.flatMap { schema, format in
      try reports.map { report in
        ["schema": .string(schema), "value": try JSONText.parse(try format.render(report, options)[0].bytes)]
      }
    }
  }

  @Test func everyDocumentIsValidAndASpoiledOneIsNot() throws {
    var documents = try Self.documents(of: Specimen.allCases.map(\.report) + Naughty.reports, RenderingOptions())
    documents += try Self.documents(of: [Specimen.brokenReport], RenderingOptions(sarifProfile: .github))
    let sound = documents.count
    // The schemas must be able to refuse: each document again with a member of our own at its root or its first element.
    for document in documents.prefix(40) {
      guard let schema = document["schema"], let value = document["value"] else { continue }
      if var object = value.object {
        object["madeUp"] = 1
        documents.append(["schema": schema, "value": .object(object)])
      } else if var first = value[0]?.object {
        first["severity"] = "dreadful"
        documents.append(["schema": schema, "value": [.object(first)]])
      }
    }
    #expect(documents.count > sound + 20)
    var schemas: JSONObject = [:]
    for (name, _) in Self.formats {
      let bytes = try #require(Repository.bytes("Tests/ReportingTests/Schemas/\(name).schema.json"))
      schemas[name] = try JSONText.parse(bytes)
    }
    let outcome = try Tool.run(
      "/usr/bin/python3", ["-W", "ignore", "-c", Self.script],
      input: JSONText.compact(["schemas": .object(schemas), "documents": .array(documents)]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let verdicts = try #require(try JSONText.parse(Array(outcome.output.utf8)).array)
    #expect(verdicts.count == documents.count)
    for (index, verdict) in verdicts.enumerated() {
      let schema = documents[index]["schema"]?.string ?? ""
      if index < sound {
        #expect(verdict.isNull, "\(schema) \(index): \(verdict.string ?? "")")
      } else {
        #expect(!verdict.isNull, "\(schema) \(index) is spoiled and passes")
      }
    }
  }

  private static let script = """
    import json, sys
    from jsonschema import Draft7Validator
    given = json.load(sys.stdin)
    validators = {}
    for name, schema in given["schemas"].items():
        Draft7Validator.check_schema(schema)
        validators[name] = Draft7Validator(schema)
    def complaint(document):
        for error in validators[document["schema"]].iter_errors(document["value"]):
            return "/".join(map(str, error.absolute_path)) + ": " + error.message[:300]
    print(json.dumps([complaint(document) for document in given["documents"]]))
    """
}
