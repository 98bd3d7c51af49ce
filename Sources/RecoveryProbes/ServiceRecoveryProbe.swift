import AuditModel
import Facts
import FaultProxy
import Glibc
import HTTPExchange
import Probing
import UndoJournal

/// Cuts off what a service depends on, one after the other, and measures what the service does meanwhile and afterwards.
struct ServiceRecoveryProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "service-recovery", summary: "what a service does while it is cut off from what it depends on, and afterwards",
    targetKinds: ["https", "http"], safety: .disrupt, facts: RecoverySchema.facts, timeout: 3_600_000,
    traffic: "up to 15 requests a second while a dependency is cut off and until the service is well again")

  /// Where the undo journal is; nil for where the environment says.
  var journals: JournalFolder?

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let destination: Destination
    do throws(Destination.Invalid) { destination = try Destination(target, trust: context.trust) } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    let folder = target.folder
    let dependencies = (target.settings["dependencies"]?.array ?? []).compactMap {
      DeclaredDependency($0, folder: folder)
    }
    guard !dependencies.isEmpty else {
      return .unseen(Unseen(.malformed, "the inventory declares no dependencies of it"))
    }
    let disruption: Disruption
    switch await Disruption.begun(in: journals, system: target.id, context) {
    case .success(let begun): disruption = begun
    case .failure(let obstacle): return .unseen(obstacle.unseen)
    }
    defer { disruption.journal.close() }
    let readiness = target.settings["readiness"]?.string ?? destination.healthPath
    let liveness = target.settings["liveness"]?.string
    let scene = DependencyCut.Scene(
      target: target.id, asker: Asker(destination: destination, traffic: context.traffic),
      readiness: readiness.map { DeclaredRequest(path: $0) }, liveness: liveness.map { DeclaredRequest(path: $0) },
      request: DeclaredRequest(path: destination.url.target),
      counters: CounterReader(
        target: target, destination: destination, trust: context.trust, traffic: context.traffic),
      journal: disruption.journal, context: context)
    let (rows, gaps) = await rows(dependencies, scene)
    if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was interrupted")) }
    return .seen(
      [
        "readinessPath": JSONValue(readiness), "livenessPath": JSONValue(liveness),
        "cuts": .array(rows.map { .object($0) }),
      ], gaps: gaps)
  }

  private func rows(
    _ dependencies: [DeclaredDependency], _ scene: DependencyCut.Scene
  ) async -> (rows: [JSONObject], gaps: [Gap]) {
    var gaps: [Gap] = []
    // All proxies stand before anything is cut: the service is not well without any of them.
    var proxies: [FaultProxy?] = []
    var problem: String?
    for dependency in dependencies {
      guard let places = dependency.proxy else {
        proxies.append(nil)
        continue
      }
      let deadline = scene.context.deadline.capped(milliseconds: 10_000)
      let made = await scene.context.lane.run {
        Result { () throws(FaultProxy.Failure) in
          try FaultProxy(listeningOn: places.listen, forwardingTo: places.forward, before: deadline)
        }
      }
      switch made {
      case .success(let proxy): proxies.append(proxy)
      case .failure(let failure):
        proxies.append(nil)
        problem = "there is no proxy before \(dependency.name): \(failure.reason)"
      }
    }
    defer { for proxy in proxies { proxy?.stop() } }
    var rows: [JSONObject] = []
    for (dependency, proxy) in zip(dependencies, proxies) {
      for way in dependency.ways {
        let cut = DependencyCut(scene: scene, dependency: dependency, way: way, proxy: proxy)
        let outcome: DependencyCut.Outcome
        if let problem {
          outcome = cut.leftOut(problem)
        } else {
          outcome = await cut.carryOut()
          if !outcome.isWell { problem = "nothing more was cut off: the service was not well after \(dependency.name)" }
        }
        gaps += outcome.gaps.map { Gap(path: "cuts[\(rows.count)].\($0.member)", reason: $0.reason) }
        rows.append(outcome.facts)
      }
    }
    return (rows, gaps)
  }
}

/// What every disruption needs first: a journal, and that nobody else cuts anything off meanwhile.
struct Disruption: Sendable {
  /// Why nothing may be disrupted.
  struct Obstacle: Error {
    var unseen: Unseen
  }

  let journal: UndoJournal
  private let lock: CuttingLock

  /// How long is waited for another run, in milliseconds.
  private static let patience = 300_000

  static func begun(
    in folder: JournalFolder?, system: String, _ context: ProbeContext
  ) async -> Result<Disruption, Obstacle> {
    guard !context.deadline.hasPassed else {
      return .failure(
        Obstacle(
          unseen: context.deadline.isCancelled
            ? Unseen(.interrupted, "the run was interrupted") : Unseen(.timeout, "there was no time left for it")))
    }
    guard let folder = folder ?? JournalFolder.own else {
      return .failure(
        Obstacle(
          unseen: Unseen(
            .denied, "nothing is cut off without an undo journal: set \(JournalFolder.variable) to a folder")))
    }
    let deadline = context.deadline.capped(milliseconds: patience)
    return await context.lane.run {
      do throws(StepFailure) {
        guard let lock = try CuttingLock.taken(in: folder, before: deadline) else {
          let isInterrupted = deadline.isCancelled
          return .failure(
            Obstacle(
              unseen: isInterrupted
                ? Unseen(.interrupted, "the run was interrupted")
                : Unseen(.timeout, "another run was cutting something off all the while")))
        }
        return .success(Disruption(journal: try UndoJournal(in: folder, system: system), lock: lock))
      } catch {
        return .failure(
          Obstacle(
            unseen: Unseen(
              .denied, "nothing is cut off without an undo journal, which cannot be written: \(error.reason)")))
      }
    }
  }
}
