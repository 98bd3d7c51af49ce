import AuditModel
import BackupProbes
import BuiltInCatalogue
import DatabaseProbes
import Definitions
import DeploymentProbes
import DocumentProbes
import Engine
import HTTPProbes
import LoadProbes
import NetworkProbes
import ObservabilityProbes
import Probing
import ProcessProbes
import RecoveryProbes
import ScenarioProbes
import TLSProbes

/// Where everything meets: the one place that knows every room of probes.
enum Composition {
  /// The built-in rooms of probes; a new one is one line.
  static let probeSets: [ProbeSet] = [
    TLSProbes.set,
    HTTPProbes.set,
    DatabaseProbes.set,
    NetworkProbes.set,
    ProcessProbes.set,
    BackupProbes.set,
    ObservabilityProbes.set,
    LoadProbes.set,
    ScenarioProbes.set,
    RecoveryProbes.set,
    DeploymentProbes.set,
    DocumentProbes.set,
  ]

  /// The built-in probes without any check: enough to tell which looks are expensive.
  static let probesAlone = Catalogue(checks: [], probes: probeSets.flatMap(\.probes), checklist: [])

  /// Whether a file that a target names says how the system is made. What backups are made of is data: it changes every
  /// night, and a report is as good as before.
  static func isConfiguration(_ file: InventoryFile.NamedFile) -> Bool {
    !BackupProbes.set.targetKinds.contains { $0.name == file.kind } || file.field == "config"
  }

  /// The checks compiled into the program.
  static func builtInChecks() throws(Failure) -> [CheckDefinition] {
    var checks: [CheckDefinition] = []
    for entry in BuiltInCatalogue.checks {
      checks.append(try decoded(entry.id) { try Definitions.check(compiled: entry.json) })
    }
    return checks
  }

  /// The checklist compiled into the program.
  static func builtInChecklist() throws(Failure) -> [ChecklistItem] {
    try decoded("checklist") { try Definitions.checklist(compiled: BuiltInCatalogue.checklist) }
  }

  /// The ids of the policies compiled into the program.
  static let policyNames = BuiltInCatalogue.policies.map(\.id).sorted()

  /// The policy compiled into the program under this id; nil if there is none.
  static func builtInPolicy(_ id: String) throws(Failure) -> Policy? {
    guard let entry = BuiltInCatalogue.policies.first(where: { $0.id == id }) else { return nil }
    return try decoded(id) { try Definitions.policy(compiled: entry.json) }
  }

  private static func decoded<Value>(_ id: String, _ decode: () throws -> Value) throws(Failure) -> Value {
    do {
      return try decode()
    } catch {
      throw Failure(.ourFault, "the compiled-in definition \(id) cannot be read: \(error)")
    }
  }
}
