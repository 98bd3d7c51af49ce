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
            .required("name", .string(), "the service"),
            .required("how", .string(.word(["restarted", "recreated"])), "what was done to it"),
            .required("planted", .nullable(.boolean), "the word was there before"),
            .required("back", .nullable(.boolean), "it runs again, and is healthy where it has a health check"),
            .required("backSeconds", .nullable(.number(minimum: 0)), "after how long"),
            .required("survived", .nullable(.boolean), "the word is still there"),
            .required("putBack", .boolean, "the container of before was put back, with its data"),
            .required("why", .string(), "what stood in the way; empty where nothing did"),
          ])), required: true, "the services that were started again")
    ]), timeout: 600_000,
    traffic: "some 10 requests to the engine for each service, 3 programs where they are declared, and a restart")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let orders = target.settings["persistence"]?.array, !orders.isEmpty else {
      return .unseen(Unseen(.malformed, "the inventory does not say what to plant (persistence)"))
    }
    let disrupted: DisruptedProject
    do throws(EngineClient.Failure) {
      disrupted = try await DisruptedProject(target, context)
      try await disrupted.demandEngine(on: context.lane)
    } catch {
      return .unseen(error.unseen)
    }
    var services: [JSONValue] = []
    var gaps: [Gap] = []
    for order in orders {
      if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was called off")) }
      var trial = PersistenceTrial(
        order, project: disrupted.project, client: disrupted.client, context: context)
      await trial.run()
      if let gap = trial.gap { gaps.append(gap) }
      services.append(trial.facts)
    }
    return .seen(["services": .array(services)], gaps: gaps)
  }
}
