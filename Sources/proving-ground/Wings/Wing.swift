import Facts
import Probing

/// A part of the platform that stands beside its core: its own servers and files, what the inventory says about them, and
/// what can be wrong with them. A new one is a folder here and a line in `Wings.all`.
protocol Wing: Sendable {
  /// The healthy one.
  init()

  /// The ports on which it listens, by names that no other wing uses.
  static var ports: [String] { get }
  /// What can be wrong with it.
  static var defects: [Defect] { get }
  /// What each of its defects turns red, by the defect's name.
  static var expectations: [String: [ExpectedFinding]] { get }

  /// The paths of the programs it starts, by which what they left can be found and ended. Throws where one is missing.
  static func programs() throws(GroundFailure) -> [String]

  /// Writes its files and starts its servers, once the database is set up and the services are on their way. What it
  /// returns is waited for at the end, beside the rest of the platform.
  func start(in site: Site, before deadline: Deadline) throws(GroundFailure) -> [AwaitedPart]

  /// What the inventory says about it, once everything runs.
  func targets(in site: Site) -> [InventoryTarget]

  /// What the inventory says for its sake before it lists targets.
  func inventoryHead(in site: Site) -> InventoryTarget
}

extension Wing {
  static var ports: [String] { [] }
  static func programs() throws(GroundFailure) -> [String] { [] }
  func inventoryHead(in site: Site) -> InventoryTarget { [] }
}

/// A server that was started, and how it is known to be ready.
struct AwaitedPart: Sendable {
  let part: StartedPart
  let isReady: @Sendable () -> Bool
}

/// What a wing finds when it is built.
struct Site: Sendable {
  let blueprint: Blueprint
  let folder: Folder
  let ports: Ports
  let launcher: Launcher
  let authority: CertificateAuthority
}

/// The wings that the platform has.
enum Wings {
  /// One line each.
  static let all: [any Wing.Type] = [
    CacheWing.self,
    PapersWing.self,
    CoolifyWing.self,
    StackWing.self,
    InstancesWing.self,
    WorkflowWing.self,
    WatchWing.self,
    RecoveryWing.self,
    BalancingWing.self,
  ]

  /// The names of their ports.
  static let ports = all.flatMap { $0.ports }
  /// Their defects.
  static let defects = all.flatMap { $0.defects }
  /// What these turn red.
  static let expectations = all.reduce(into: [String: [ExpectedFinding]]()) { table, wing in
    table.merge(wing.expectations) { _, later in later }
  }
}

extension Blueprint {
  /// A wing as it is to be built: the healthy one, until a defect changes it.
  subscript<Kind: Wing>(_ kind: Kind.Type) -> Kind {
    get { wings[ObjectIdentifier(kind)] as? Kind ?? Kind() }
    set { wings[ObjectIdentifier(kind)] = newValue }
  }

  /// All wings as they are to be built, in their order.
  var plannedWings: [any Wing] { Wings.all.map { wings[ObjectIdentifier($0)] ?? $0.init() } }
}
