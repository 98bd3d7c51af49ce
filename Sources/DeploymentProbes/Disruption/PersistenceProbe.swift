import AuditModel
import ComposeModel
import Facts
import Probing

/// Plants a word in a service, starts the service again, and looks whether the word is still there. By consent: the service
/// is away meanwhile.
struct PersistenceProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "compose-persistence", summary: "whether what a service was given is still there after it was started again",
    targetKinds: ["compose"], safety: .disrupt,
    facts: .object([
      Schema.Field(
        "services",
        .array(
          .object([
            field("name", .string(), "the service"),
            field("how", .string(.word(["restarted", "recreated"])), "what was done to it"),
            field("planted", .nullable(.boolean), "the word was there before"),
            field("back", .nullable(.boolean), "it runs again, and is healthy where it has a health check"),
            field("backSeconds", .nullable(.number(minimum: 0)), "after how long"),
            field("survived", .nullable(.boolean), "the word is still there"),
            field("putBack", .boolean, "the container of before was put back, with its data"),
            field("why", .string(), "what stood in the way; empty where nothing did"),
          ])), required: true, "the services that were started again")
    ]), timeout: 600_000,
    traffic: "some 10 requests to the engine for each service, 3 programs where they are declared, and a restart")

  private static func field(_ name: String, _ schema: Schema, _ summary: String) -> Schema.Field {
    Schema.Field(name, schema, required: true, summary)
  }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let orders = target.settings["persistence"]?.array, !orders.isEmpty else {
      return .unseen(Unseen(.malformed, "the inventory does not say what to plant (persistence)"))
    }
    guard let door = target.settings["socket"]?.string.flatMap({ EngineClient.Door($0) }) else {
      return .unseen(Unseen(.malformed, "the inventory names no socket of an engine"))
    }
    guard let sources = DeploymentTargets.sources(of: target) else {
      return .unseen(Unseen(.malformed, "the inventory names neither file nor files"))
    }
    let project = await context.lane.run { ComposeProject.loaded(from: sources) }
    guard !project.services.isEmpty else {
      return .unseen(Unseen(.malformed, project.problems.first?.line ?? "the compose file has no services"))
    }
    let client = EngineClient(door: door, deadline: context.deadline, traffic: context.traffic)
    do throws(EngineClient.Failure) {
      try await context.lane.run { Result { () throws(EngineClient.Failure) in try client.demandEngine() } }.get()
    } catch {
      return .unseen(error.unseen)
    }
    var services: [JSONValue] = []
    var gaps: [Gap] = []
    for order in orders {
      if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was called off")) }
      var trial = PersistenceTrial(order, project: project, client: client, context: context)
      await trial.run()
      if let gap = trial.gap { gaps.append(gap) }
      services.append(trial.facts)
    }
    return .seen(["services": .array(services)], gaps: gaps)
  }
}

extension EngineClient {
  /// Throws where what answers is no container engine.
  func demandEngine() throws(Failure) {
    guard try get("/version")["ApiVersion"]?.string != nil else {
      throw Failure(unseen: Unseen(.malformed, "what answers is no container engine"))
    }
  }
}
