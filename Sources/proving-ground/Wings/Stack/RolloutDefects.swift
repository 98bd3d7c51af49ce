import Facts

/// How the platform is rolled out: the programs that the inventory names.
struct RolloutPlan: Sendable {
  /// Whether everything is there that images are built from.
  var builds = true
  /// Whether the program that starts everything finds the engine.
  var findsEngine = true
  /// Whether what depends on something starts after it.
  var keepsOrder = true
  /// Whether the store is looked for where it is.
  var findsStore = true
  /// Whether the smoke test asks for what there is.
  var smokeIsRight = true

  /// Starts containers anew, one after the other, by the engine's API. It stands in for `docker compose up`, as there is
  /// no client of a container engine on every machine.
  static let script = """
    #!/bin/sh
    set -eu
    engine=$1
    shift
    for container in "$@"; do
      case $container in
        pause) sleep 1.2 ;;
        *) curl --fail --silent --show-error --request POST "$engine/containers/$container/restart" ;;
      esac
    done

    """

  func declaration(services: [String], id: (String) -> String, ports: Ports) -> JSONValue {
    var order = services.map(id)
    if !keepsOrder, let last = order.popLast() { order = [last, "pause"] + order }
    let engine = "http://127.0.0.1:\(findsEngine ? ports["engine"] : ports.unused)"
    let sources = ["api.Dockerfile", builds ? "worker.Dockerfile" : "mail.Dockerfile"]
    return [
      "build": JSONValue(["ls"] + sources), "up": JSONValue(["sh", "start-anew", engine] + order),
      "database": JSONValue(["redis-cli", "-e", "-p", String(findsStore ? ports["queue"] : ports.unused), "ping"]),
      "smoke": JSONValue([
        "curl", "--fail", "--silent", "--show-error",
        "http://127.0.0.1:\(ports["engine"])\(smokeIsRight ? "/version" : "/nothing-here")",
      ]), "patienceSeconds": 15,
    ]
  }
}

extension Defect.Realm {
  /// How the platform is rolled out.
  fileprivate static let rollout = Self("rollout")
}

extension StackWing {
  static let rolloutDefects = [
    Defect(
      id: "queue-forgets", summary: "the queue keeps what it takes in memory only",
      part: Defect.Part("whether the queue keeps data", in: .rollout)
    ) { $0[StackWing.self].queueKeepsData = false },
    Defect(
      id: "queue-stays-away", summary: "the queue does not get healthy after a restart",
      part: Defect.Part("whether the queue comes back", in: .rollout)
    ) { $0[StackWing.self].changes.append { onceRestarted("queue", &$0) } },
    Defect(
      id: "rollout-unbuildable", summary: "a file is missing that an image is built from",
      part: Defect.Part("what images are built from", in: .rollout), isBlinding: true
    ) { $0[StackWing.self].rollout.builds = false },
    Defect(
      id: "rollout-without-engine",
      summary: "the program that starts everything looks for the engine in the wrong place",
      part: Defect.Part("how everything is started", in: .rollout), isBlinding: true
    ) { $0[StackWing.self].rollout.findsEngine = false },
    Defect(
      id: "rollout-out-of-order", summary: "the edge is started before what it depends on",
      part: Defect.Part("in which order everything is started", in: .rollout)
    ) { $0[StackWing.self].rollout.keepsOrder = false },
    Defect(
      id: "rollout-never-healthy", summary: "a service does not get healthy after the rollout",
      part: Defect.Part("whether everything gets healthy", in: .rollout)
    ) { $0[StackWing.self].changes.append { onceRestarted("pooler", &$0) } },
    Defect(
      id: "rollout-store-unreached", summary: "the store is looked for in the wrong place after a rollout",
      part: Defect.Part("where the store is looked for", in: .rollout)
    ) { $0[StackWing.self].rollout.findsStore = false },
    Defect(
      id: "rollout-smoke-fails", summary: "what is tried after a rollout does not work",
      part: Defect.Part("what is tried after a rollout", in: .rollout)
    ) { $0[StackWing.self].rollout.smokeIsRight = false },
  ]

  private static func onceRestarted(_ service: String, _ containers: inout [ContainerSettings]) {
    for index in containers.indices where containers[index].service == service {
      containers[index].healthOnceRestarted = "starting"
    }
  }

  private static func unreached(_ checks: String...) -> [ExpectedFinding] {
    checks.map { ExpectedFinding(check: $0, target: "stack", status: "unknown") }
  }

  static let rolloutExpectations: [String: [ExpectedFinding]] = [
    "queue-forgets": [.init(check: "deployment-data-survives-restart", target: "stack")],
    "queue-stays-away": [.init(check: "deployment-returns-promptly", target: "stack")]
      + unreached("deployment-data-survives-restart"),
    "rollout-never-healthy": [
      .init(check: "rollout-healthy", target: "stack"), .init(check: "rollout-quick", target: "stack"),
    ],
    "rollout-out-of-order": [.init(check: "rollout-ordered", target: "stack")],
    "rollout-smoke-fails": [.init(check: "rollout-smoke-passes", target: "stack")],
    "rollout-store-unreached": [.init(check: "rollout-database-answers", target: "stack")],
    "rollout-unbuildable": [.init(check: "rollout-builds", target: "stack")]
      + unreached(
        "rollout-starts", "rollout-healthy", "rollout-database-answers", "rollout-smoke-passes", "rollout-ordered",
        "rollout-quick"),
    "rollout-without-engine": [.init(check: "rollout-starts", target: "stack")]
      + unreached(
        "rollout-healthy", "rollout-database-answers", "rollout-smoke-passes", "rollout-ordered", "rollout-quick"),
  ]
}
