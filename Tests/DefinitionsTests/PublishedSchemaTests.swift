import AuditModel
import Facts
import Foundation
import Testing

@testable import Definitions

@Suite("Published JSON Schemas")
struct PublishedSchemaTests {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "policies/schema")

  /// The inventory's depends on every room of probes and is held against them where those are known.
  @Test(
    "the committed schemas are those of the shapes",
    arguments: [
      "attestations", "check", "checklist", "policy", "probe", "service", "sign-off-policy", "waivers", "workflow",
    ])
  func fresh(_ name: String) throws {
    let file = Self.folder.appending(path: "\(name).schema.json")
    let text = try #require(
      Definitions.publishedSchemas(targetKinds: []).first { $0.name == "\(name).schema.json" }?.text)
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      try Data(text.utf8).write(to: file)
      Issue.record("\(file.lastPathComponent) was written anew")
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text, "run the tests with RECORD=1 and commit")
  }

  /// A document, and whether the loader finds its structure sound.
  struct Document: Sendable {
    var schema: String
    var value: JSONValue
    var isSound: Bool
  }

  private static func document(_ schema: String, _ text: String) -> Document? {
    let file = SourceFile(path: "x", bytes: Array(text.utf8))
    guard let root = YAMLReader.read(file).root else { return nil }
    let shape =
      switch schema {
      case "check": CheckSchema.schema
      case "policy": PolicySchema.schema
      case "checklist": ChecklistSchema.schema
      case "waivers": WaiverSchema.schema
      case "attestations": AttestationSchema.schema
      default: ManifestSchema.schema
      }
    return Document(schema: schema, value: root.value, isSound: shape.violations(of: root.value).isEmpty)
  }

  private static func inventory(_ text: String) -> Document? {
    guard let root = YAMLReader.read(SourceFile(path: "x", bytes: Array(text.utf8))).root else { return nil }
    let structural: Set = [
      "unknown-key", "missing-key", "wrong-type", "out-of-range", "unknown-word", "malformed", "too-few",
      "secret-literal", "unknown-target-kind",
    ]
    let diagnostics = Fixtures.load(inventory: text).diagnostics
    // What a variable stands for is known to the loader only.
    if diagnostics.contains(where: { $0.code == "malformed" && $0.sourceLine.contains("${env:") }) { return nil }
    let codes = diagnostics.map(\.code)
    return Document(schema: "inventory", value: root.value, isSound: structural.isDisjoint(with: codes))
  }

  static let documents: [Document] = {
    let checks = BrokenChecksTests.structure + BrokenChecksTests.words + BrokenChecksTests.judgement
    let sound = [
      document("check", Fixtures.check), document("check", Fixtures.subjectCheck), inventory(Fixtures.inventory),
      document("policy", Fixtures.policy), document("checklist", Fixtures.checklist),
      document("probe", Fixtures.manifest), document("waivers", OverlayFileTests.waivers),
      document("attestations", OverlayFileTests.attestations),
    ]
    let broken =
      checks.map { document("check", Fixtures.check.replacing(first: $0.part, with: $0.other)) }
      + BrokenInventoriesTests.breakages.map {
        inventory(Fixtures.inventory.replacing(first: $0.part, with: $0.other))
      }
      + BrokenPoliciesTests.policies.map {
        document("policy", Fixtures.policy.replacing(first: $0.part, with: $0.other))
      }
      + BrokenPoliciesTests.checklists.map {
        document("checklist", Fixtures.checklist.replacing(first: $0.part, with: $0.other))
      }
      + BrokenPoliciesTests.manifests.map {
        document("probe", Fixtures.manifest.replacing(first: $0.part, with: $0.other))
      }
    let overlays =
      OverlayFileTests.brokenWaivers.map {
        document("waivers", OverlayFileTests.waivers.replacing(first: $0.part, with: $0.other))
      }
      + OverlayFileTests.brokenAttestations.map {
        document("attestations", OverlayFileTests.attestations.replacing(first: $0.part, with: $0.other))
      }
    return (sound + broken + overlays).compactMap { $0 }
  }()

  @Test("another validator accepts and rejects the same documents")
  func equivalent() throws {
    let schemas = JSONObject(
      try Definitions.publishedSchemas(targetKinds: Fixtures.vocabulary.targetKinds).map {
        (String($0.name.prefix { $0 != "." }), try JSONText.parse(Array($0.text.utf8)))
      })
    let input: JSONValue = [
      "schemas": .object(schemas),
      "documents": .array(Self.documents.map { ["schema": .string($0.schema), "value": $0.value] }),
    ]
    let verdicts = try #require(try JSONText.parse(Python.run(Self.script, input: JSONText.compact(input))).array)
    #expect(verdicts.count == Self.documents.count)
    #expect(Self.documents.count { $0.isSound } > 20)
    #expect(Self.documents.count { !$0.isSound } > 40)
    for (document, verdict) in zip(Self.documents, verdicts) where !Self.isBeyondJSONSchema(document) {
      #expect(verdict.bool == document.isSound, "\(document.schema): \(JSONText.compact(document.value))")
    }
  }

  /// A JSONPath that only starts like one cannot be told by a JSON Schema.
  private static func isBeyondJSONSchema(_ document: Document) -> Bool {
    document.schema == "check"
      && CheckSchema.schema.violations(of: document.value).contains {
        if case .malformed(let meaning) = $0.kind { meaning.hasPrefix("a JSONPath") } else { false }
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
    print(json.dumps([validators[d["schema"]].is_valid(d["value"]) for d in given["documents"]]))
    """
}

/// Debian's Python, for which scripts/install-dependencies installs the validator.
private enum Python {
  static func run(_ script: String, input: String) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = ["-W", "ignore", "-c", script]
    let file = FileManager.default.temporaryDirectory.appending(path: "schemas-\(UUID().uuidString).json")
    try Data(input.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let output = Pipe()
    process.standardInput = try FileHandle(forReadingFrom: file)
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = Array(output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    return bytes
  }
}
