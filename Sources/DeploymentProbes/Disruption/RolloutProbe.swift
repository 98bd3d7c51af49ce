import AuditModel
import ComposeModel
import Facts
import Probing

/// Builds a compose project, starts it, waits until everything is healthy, and tries it. By consent: what runs of it is
/// replaced.
struct RolloutProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "compose-rollout",
    summary: "whether the project can be built and started, gets healthy in the order of its dependencies, and works",
    targetKinds: ["compose"], safety: .disrupt, facts: RolloutFacts.schema, timeout: 600_000,
    traffic:
      "the programs that the inventory names, and a look at each container every half second until all is healthy")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let order = target.settings["rollout"] else {
      return .unseen(Unseen(.malformed, "the inventory does not say how it is started (rollout)"))
    }
    let disrupted: DisruptedProject
    do throws(EngineClient.Failure) {
      disrupted = try await DisruptedProject(target, context)
    } catch {
      return .unseen(error.unseen)
    }
    let project = disrupted.project
    guard let up = DeclaredProgram(order["up"], in: project.folder) else {
      return .unseen(Unseen(.malformed, "the inventory names no program that starts the project (rollout.up)"))
    }
    do throws(EngineClient.Failure) {
      try await disrupted.demandEngine(on: context.lane)
    } catch {
      return .unseen(error.unseen)
    }
    let patience = order["patienceSeconds"]?.integer ?? 240
    var run = RolloutRun(project: project, client: disrupted.client, context: context, patience: patience)
    await run.go(
      build: DeclaredProgram(order["build"], in: project.folder), up: up,
      database: DeclaredProgram(order["database"], in: project.folder),
      smoke: DeclaredProgram(order["smoke"], in: project.folder))
    if let down = DeclaredProgram(order["down"], in: project.folder) {
      // However it went, and also where the time is over.
      _ = await down.run(before: Deadline(milliseconds: 60_000), on: context.lane, context.traffic)
    }
    if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was called off")) }
    return .seen(run.facts, gaps: run.gaps)
  }
}

/// One rollout on its way.
struct RolloutRun {
  /// What became of one step.
  struct Step {
    var done: Bool?
    var seconds: Double?
    var why = ""
  }

  /// What was seen of one service.
  struct Service {
    /// After how many seconds it was as it is meant to be; nil while it is not.
    var readySeconds: Double?
    /// In the engine's words.
    var state = "absent"
    var startedAt: String?
    var finishedAt: String?
    /// When its health check succeeded first, as far as the engine remembers.
    var healthyAt: String?
    var hasHealthcheck = false
  }

  let project: ComposeProject
  let client: EngineClient
  let context: ProbeContext
  /// How long it may take until everything is healthy, in seconds.
  let patience: Int

  private(set) var build: Step?
  private(set) var up = Step()
  private(set) var healthy = Step()
  private(set) var database: Step?
  private(set) var smoke: Step?
  private(set) var services: [String: Service] = [:]
  private(set) var totalSeconds: Double?

  init(project: ComposeProject, client: EngineClient, context: ProbeContext, patience: Int) {
    self.project = project
    self.client = client
    self.context = context
    self.patience = patience
  }

  mutating func go(
    build buildProgram: DeclaredProgram?, up upProgram: DeclaredProgram, database databaseProgram: DeclaredProgram?,
    smoke smokeProgram: DeclaredProgram?
  ) async {
    let begun = ContinuousClock.now
    if databaseProgram != nil { database = Step(why: "it was not reached") }
    if smokeProgram != nil { smoke = Step(why: "it was not reached") }
    healthy.why = "it was not reached"
    if let buildProgram {
      let step = await carryOut(buildProgram)
      build = step
      up.why = "it was not reached"
      if step.done != true { return }
    }
    let started = ContinuousClock.now
    up = await carryOut(upProgram)
    if up.done != true { return }
    healthy = await waitUntilHealthy(since: started)
    // What is not healthy is tried all the same: how far it goes is worth knowing.
    if healthy.done != nil, let databaseProgram { database = await carryOut(databaseProgram, patiently: true) }
    if healthy.done != nil, let smokeProgram { smoke = await carryOut(smokeProgram) }
    totalSeconds = begun.secondsAgo
  }

  private func carryOut(_ program: DeclaredProgram, patiently: Bool = false) async -> Step {
    let begun = ContinuousClock.now
    let deadline = context.deadline
    let patience = deadline.capped(milliseconds: patiently ? 15_000 : 0)
    while true {
      let outcome = await program.run(before: deadline, on: context.lane, context.traffic)
      let isOver = outcome.succeeded || outcome.obstacle != nil
      if !isOver, await patience.rest(milliseconds: 300) { continue }
      return Step(
        done: outcome.obstacle == nil || outcome.obstacle?.kind == .timeout ? outcome.succeeded : nil,
        seconds: begun.secondsAgo, why: outcome.complaint)
    }
  }

  private mutating func waitUntilHealthy(since started: ContinuousClock.Instant) async -> Step {
    let deadline = context.deadline.capped(milliseconds: patience * 1000)
    repeat {
      let client = self.client
      let name = project.name
      let result = await context.lane.run {
        Result { () throws(EngineClient.Failure) in try client.containers(of: name, atMost: 200).looked }
      }
      switch result {
      case .failure(let failure): return Step(done: nil, seconds: started.secondsAgo, why: failure.unseen.reason)
      case .success(let containers):
        note(containers, at: started.secondsAgo)
        if services.values.allSatisfy({ $0.readySeconds != nil }) {
          return Step(done: true, seconds: started.secondsAgo)
        }
      }
    } while await deadline.rest(milliseconds: 500)
    let waiting = services.filter { $0.value.readySeconds == nil }.map { "\($0.key) (\($0.value.state))" }.sorted()
    return Step(done: false, seconds: started.secondsAgo, why: "not ready: \(waiting.joined(separator: ", "))")
  }

  /// Takes down what the engine shows.
  private mutating func note(_ containers: [JSONValue], at seconds: Double) {
    for entry in project.services where entry.value["provider"] == nil {
      var service = services[entry.name] ?? Service()
      let own = containers.filter {
        $0["Config"]?["Labels"]?["com.docker.compose.service"]?.string == entry.name
          && $0["Config"]?["Labels"]?["com.docker.compose.oneoff"]?.string != "True"
      }
      let wanted = entry.value["deploy"]?["replicas"]?.integer ?? entry.value["scale"]?.integer ?? 1
      let running = own.filter { $0["State"]?["Status"]?.string == "running" }
      let done = own.filter { $0["State"]?["Status"]?.string == "exited" && $0["State"]?["ExitCode"]?.integer == 0 }
      let health = own.compactMap { $0["State"]?["Health"]?["Status"]?.string }.filter { $0 != "none" }
      service.hasHealthcheck = !health.isEmpty
      service.state =
        health.first { $0 != "healthy" } ?? own.compactMap { $0["State"]?["Status"]?.string }.first ?? "absent"
      service.startedAt = own.compactMap { Self.moment($0["State"]?["StartedAt"]) }.min()
      service.finishedAt = done.compactMap { Self.moment($0["State"]?["FinishedAt"]) }.max()
      let successes = own.flatMap { $0["State"]?["Health"]?["Log"]?.array ?? [] }
        .filter { $0["ExitCode"]?.integer == 0 }.compactMap { Self.moment($0["End"]) }
      service.healthyAt = [service.healthyAt, successes.min()].compactMap { $0 }.min()
      let endsByItself = ComposeLint.endsByItself(entry.name, in: project)
      let isReady =
        running.count >= wanted && health.allSatisfy { $0 == "healthy" } || endsByItself && !done.isEmpty
      if isReady { service.readySeconds = service.readySeconds ?? seconds } else { service.readySeconds = nil }
      services[entry.name] = service
    }
  }

  /// A moment in a form whose order is that of time: RFC 3339 in UTC with nine digits of a second.
  private static func moment(_ value: JSONValue?) -> String? {
    guard let text = value?.string, !text.hasPrefix("0001"), text.hasSuffix("Z") else { return nil }
    let parts = text.dropLast().split(separator: ".", maxSplits: 1)
    guard let whole = parts.first, whole.utf8.count == 19 else { return nil }
    let fraction = parts.count > 1 ? String(parts[1].prefix(9)) : ""
    return whole + "." + fraction + String(repeating: "0", count: 9 - fraction.utf8.count)
  }

  // MARK: Facts

  var gaps: [Gap] {
    var gaps: [Gap] = []
    for (name, step) in [("build", build), ("up", up), ("healthy", healthy), ("database", database), ("smoke", smoke)] {
      if let step, step.done == nil { gaps.append(Gap(path: name, reason: step.why.isEmpty ? "not told" : step.why)) }
    }
    return gaps
  }

  var facts: JSONValue {
    func fact(_ step: Step?) -> JSONValue {
      guard let step else { return .null }
      return [
        "done": JSONValue(step.done), "seconds": step.seconds.map { .double($0) } ?? .null, "why": .string(step.why),
      ]
    }
    return [
      "build": fact(build), "up": fact(up), "healthy": fact(healthy), "database": fact(database), "smoke": fact(smoke),
      "totalSeconds": totalSeconds.map { .double($0) } ?? .null,
      "services": .array(
        project.services.compactMap { entry in
          services[entry.name].map { service in
            [
              "name": .string(entry.name), "state": .string(service.state),
              "readySeconds": service.readySeconds.map { .double($0) } ?? .null,
              "tooEarly": tooEarly(entry.name, entry.value).map { JSONValue($0) } ?? .null,
            ]
          }
        }),
    ]
  }

  /// What a service did not wait for although its file says so.
  private func tooEarly(_ name: String, _ service: ComposeNode) -> [String]? {
    guard let started = services[name]?.startedAt else { return nil }
    var found: [String] = []
    for dependency in service["depends_on"]?.map?.entries ?? [] {
      guard let other = services[dependency.name] else { continue }
      let moment: (what: String, at: String?) =
        switch dependency.value["condition"]?.text {
        case "service_completed_successfully": ("was done", other.finishedAt)
        case "service_healthy": ("was healthy", other.healthyAt ?? other.startedAt)
        default: ("was started", other.startedAt)
        }
      if let at = moment.at, started < at { found.append("\(dependency.name) \(moment.what)") }
    }
    return found
  }
}

/// The shape of what a rollout shows.
enum RolloutFacts {
  static let schema = Schema.object([
    .required("build", .nullable(step), "building the images; null where no program for it is named"),
    .required("up", step, "starting the project"),
    .required("healthy", step, "until every service runs and is healthy, from the beginning of the start"),
    .required("database", .nullable(step), "reaching the database; null where no program for it is named"),
    .required("smoke", .nullable(step), "the most important way; null where no program for it is named"),
    .required("totalSeconds", .nullable(.number(minimum: 0)), "from the first step to the end of the last"),
    .required(
      "services",
      .array(
        .object([
          .required("name", .string(), "the service"),
          .required("state", .string(), "its state or its health, in the engine's words"),
          .required(
            "readySeconds", .nullable(.number(minimum: 0)), "after how long it was ready; null where it never was"),
          .required(
            "tooEarly", .nullable(.array(.string())),
            "what it did not wait for although its file says so; null where it did not start"),
        ])), "every service of the files"),
  ])

  private static let step = Schema.object([
    .required("done", .nullable(.boolean), "whether it succeeded; null where it was not reached or could not be run"),
    .required("seconds", .nullable(.number(minimum: 0)), "how long it took"),
    .required("why", .string(), "why it did not; empty where it did"),
  ])
}
