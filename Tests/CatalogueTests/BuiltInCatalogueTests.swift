import AuditModel
import BackupProbes
import BuiltInCatalogue
import DatabaseProbes
import Definitions
import DeploymentProbes
import DocumentProbes
import Engine
import Facts
import Foundation
import HTTPProbes
import LoadProbes
import NetworkProbes
import ObservabilityProbes
import Probing
import ProcessProbes
import RecoveryProbes
import ScenarioProbes
import TLSProbes
import Testing

@Suite("The built-in catalogue")
struct BuiltInCatalogueTests {
  static let sets = [
    TLSProbes.set, HTTPProbes.set, DatabaseProbes.set, NetworkProbes.set, ProcessProbes.set, BackupProbes.set,
    ObservabilityProbes.set, LoadProbes.set, DeploymentProbes.set, DocumentProbes.set, ScenarioProbes.set,
    RecoveryProbes.set,
  ]
  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func checks() throws -> [CheckDefinition] {
    try BuiltInCatalogue.checks.map { try Definitions.check(compiled: $0.json) }
  }

  static func vocabulary() throws -> Vocabulary {
    Vocabulary(
      targetKinds: sets.flatMap(\.targetKinds), probes: sets.flatMap(\.probes).map(\.descriptor),
      checklist: try Definitions.checklist(compiled: BuiltInCatalogue.checklist))
  }

  @Test("every probe has an id of its own, looks at kinds of target that there are, and every kind says what it is")
  func probes() throws {
    let probes = Self.sets.flatMap(\.probes).map(\.descriptor)
    #expect(Set(probes.map(\.id)).count == probes.count)
    let kinds = try Self.vocabulary().targetKinds
    for probe in probes {
      #expect(probe.targetKinds.allSatisfy { name in kinds.contains { $0.name == name } }, "\(probe.id)")
    }
    for kind in kinds { #expect(!kind.summary.isEmpty, "\(kind.name)") }
  }

  @Test("every number that a probe has followed over the runs is one among its facts")
  func measures() throws {
    var count = 0
    for descriptor in Self.sets.flatMap(\.probes).map(\.descriptor) {
      func schemas(_ path: String, _ roots: [Schema]) throws -> [Schema] {
        let query = try FactPath(path).query
        return roots.flatMap { query.possibleSchemas(in: $0) }
      }
      let measures = descriptor.measures
      for path in measures.shape + [measures.sound].compactMap(\.self) {
        #expect(try !schemas(path, [descriptor.facts]).isEmpty, "\(descriptor.id) \(path)")
      }
      for measure in measures.all {
        count += 1
        let parts = try measure.each.map { try schemas($0, [descriptor.facts]) } ?? [descriptor.facts]
        let numbers = try schemas(measure.fact, parts)
        #expect(!numbers.isEmpty, "\(descriptor.id) \(measure.fact)")
        for schema in numbers {
          var inner = schema
          if case .nullable(let value) = inner { inner = value }
          switch inner {
          case .number, .integer: break
          default: Issue.record("\(descriptor.id) \(measure.fact) is no number")
          }
        }
        if measure.each != nil { #expect(try !schemas(measure.label, parts).isEmpty, "\(descriptor.id)") }
      }
    }
    #expect(count >= 10)
  }

  static func sources() throws -> [SourceFile] {
    let folder = package.appendingPathComponent("checks")
    let files =
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "yaml" } ?? []
    return try files.sorted { $0.path < $1.path }.map {
      SourceFile(path: $0.path, bytes: Array(try Data(contentsOf: $0)))
    }
  }

  @Test("every file of checks/ holds against the facts its probe declares")
  func valid() throws {
    let loaded = Definitions.checks(try Self.sources(), vocabulary: try Self.vocabulary(), knownCheckIDs: [])
    #expect(loaded.diagnostics.isEmpty, "\(loaded.diagnostics.map { $0.rendered() }.joined(separator: "\n"))")
    #expect(loaded.value?.isEmpty == false)
  }

  @Test("the published schema of inventories knows the targets of every room of probes")
  func inventorySchema() throws {
    for schema in Definitions.publishedSchemas(targetKinds: Self.sets.flatMap(\.targetKinds))
    where schema.name.contains("inventory") {
      let file = Self.package.appendingPathComponent("policies/schema/\(schema.name)")
      if ProcessInfo.processInfo.environment["RECORD"] == "1" {
        try schema.text.write(to: file, atomically: true, encoding: .utf8)
        Issue.record("recorded \(schema.name)")
      }
      #expect(try String(contentsOf: file, encoding: .utf8) == schema.text, "run `make record`")
    }
  }

  @Test("what is compiled in is what the files say")
  func fresh() throws {
    let loaded = Definitions.checks(try Self.sources(), vocabulary: try Self.vocabulary(), knownCheckIDs: [])
    #expect(Set(try Self.checks().map(\.id)) == Set((loaded.value ?? []).map(\.id)))
    #expect(try Self.checks().count >= 20)
  }

  @Test("every example gets the status it names")
  func examples() throws {
    for check in try Self.checks() {
      let parameters = JSONObject(check.parameters.map { ($0.name, $0.fallback) })
      #expect(
        check.examples.contains { $0.status == .pass }
          && check.examples.contains { $0.status == .fail || $0.status == .warn })
      for example in check.examples {
        var values = parameters
        for (name, value) in example.parameters { values[name] = value }
        let rulings = Judge(check, parameters: values).rulings(on: example.facts, gaps: [])
        let worst = rulings.map(\.status).max { $0.badness < $1.badness }
        #expect(worst == example.status, "\(check.id), \(example.name): \(rulings.first?.message ?? "")")
      }
    }
  }

  @Test("taking away the facts of a failing example never makes it pass")
  func blindExamples() throws {
    for check in try Self.checks() {
      let parameters = JSONObject(check.parameters.map { ($0.name, $0.fallback) })
      for facts in [JSONValue.object([:]), .null] {
        let rulings = Judge(check, parameters: parameters).rulings(on: facts, gaps: [])
        #expect(rulings.allSatisfy { $0.status != .pass && $0.status != .warn }, "\(check.id) on \(facts)")
      }
    }
  }

  @Test("every policy holds against the checks")
  func policies() throws {
    let checks = try Self.checks()
    for entry in BuiltInCatalogue.policies {
      let path = Self.package.appendingPathComponent("policies/\(entry.id).yaml")
      let loaded = Definitions.policy(
        SourceFile(path: path.path, bytes: Array(try Data(contentsOf: path))), checks: checks,
        checklist: try Self.vocabulary().checklist)
      #expect(loaded.diagnostics.isEmpty, "\(loaded.diagnostics.map { $0.rendered() }.joined(separator: "\n"))")
    }
  }

  @Test("the checklist has its 21 items and six acceptance lines")
  func checklist() throws {
    let items = try Definitions.checklist(compiled: BuiltInCatalogue.checklist)
    #expect(items.count == 27)
    #expect(items.filter { $0.id.hasPrefix("ACC-") }.count == 6)
    #expect(Set(items.map(\.id)).count == 27)
  }

  @Test("prerequisites lead somewhere and never in a circle, on a kind of target that both know")
  func prerequisites() throws {
    let byID = Dictionary(uniqueKeysWithValues: try Self.checks().map { ($0.id, $0) })
    for check in byID.values {
      var path = [check.id]
      var open = check.needs
      while let id = open.popLast() {
        #expect(id != check.id, "\(path.joined(separator: " → ")) leads back to \(id)")
        let needed = try #require(byID[id], "\(check.id) needs \(id), which does not exist")
        if path.contains(id) { continue }
        path.append(id)
        open += needed.needs
      }
    }
  }
}
