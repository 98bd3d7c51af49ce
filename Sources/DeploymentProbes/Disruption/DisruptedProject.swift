import AuditModel
import ComposeModel
import Facts
import Probing

/// A compose project that may be disturbed, and the engine that runs it.
struct DisruptedProject: Sendable {
  let project: ComposeProject
  let client: EngineClient

  /// What a target declares. Throws where it declares too little.
  init(_ target: Target, _ context: ProbeContext) async throws(EngineClient.Failure) {
    guard let door = target.settings["socket"]?.string.flatMap({ EngineClient.Door($0) }) else {
      throw Self.malformed("the inventory names no socket of an engine")
    }
    guard let sources = DeploymentTargets.sources(of: target) else {
      throw Self.malformed("the inventory names neither file nor files")
    }
    client = EngineClient(door: door, deadline: context.deadline, traffic: context.traffic)
    project = await context.lane.run { ComposeProject.loaded(from: sources) }
    guard !project.services.isEmpty else {
      throw Self.malformed(project.problems.first?.line ?? "the compose file has no services")
    }
  }

  /// Throws where what answers is no container engine.
  func demandEngine(on lane: BlockingLane) async throws(EngineClient.Failure) {
    let client = client
    try await lane.run {
      Result { () throws(EngineClient.Failure) in
        guard try client.get("/version")["ApiVersion"]?.string != nil else {
          throw Self.malformed("what answers is no container engine")
        }
      }
    }.get()
  }

  private static func malformed(_ reason: String) -> EngineClient.Failure {
    EngineClient.Failure(unseen: Unseen(.malformed, reason))
  }
}
