extension StackWing {
  /// What can be wrong with what runs, whatever the files say.
  static let engineDefects =
    [
      change("container-privileged", "a container is privileged, and the files do not say so", "cache") {
        $0.isPrivileged = true
      },
      change("container-data-nameless", "a container keeps its data in a volume without a name", "cache") {
        $0.volumes = ["/data": String(repeating: "9f31c07a", count: 8)]
      },
      change("container-without-health", "the engine knows no health check of a container", "processing") {
        $0.health = nil
      },
      change("container-outdated", "a container runs an older image than the files name", "pooler") {
        $0.image = StackFiles.image("edoburu/pgbouncer:1.17.0")
      },
      change("container-log-grows", "the log of a container grows without end", "extraction") {
        $0.hasBoundedLog = false
      },
      change("container-out-of-memory", "a container was killed for its memory", "processing") {
        $0.wasKilledForItsMemory = true
      },
      change("container-port-extra", "a container takes a port of the host that no file gives it", "cache") {
        $0.ports.append(.init(inside: 6379, address: "0.0.0.0", outside: 6379))
      },
      change("container-restarting", "a container was started again fourteen times", "extraction") {
        $0.restarts = 14
      },
      change("container-unhealthy", "a container is unhealthy", "extraction") { $0.health = "unhealthy" },
      change("container-gone", "a container of the files does not run", "processing") { $0.state = "exited" },
    ] + [
      Defect(
        id: "container-left-over", summary: "a container runs that no file knows",
        part: Defect.Part("the engine: what runs beside the files", in: .engine)
      ) {
        $0[StackWing.self].changes.append { containers in
          containers.append(
            ContainerSettings(
              id: "5ca1ab1e0001", service: "old-worker", image: StackFiles.image("events/worker:0.9.0"),
              restartPolicy: "unless-stopped"))
        }
      }
    ]

  static let engineExpectations: [String: [ExpectedFinding]] = [
    "container-data-nameless": [.init(check: "deployment-data-named", target: "stack")],
    "container-gone": [.init(check: "deployment-services-running", target: "stack")],
    "container-left-over": [.init(check: "deployment-services-declared", target: "stack")],
    "container-log-grows": [.init(check: "deployment-logs-bounded", target: "stack")],
    "container-out-of-memory": [.init(check: "deployment-memory-suffices", target: "stack")],
    "container-outdated": [.init(check: "deployment-images-current", target: "stack")],
    "container-port-extra": [.init(check: "deployment-ports-declared", target: "stack")],
    "container-privileged": [.init(check: "deployment-confinement-declared", target: "stack")],
    "container-restarting": [.init(check: "deployment-restarts-rare", target: "stack")],
    "container-unhealthy": [.init(check: "deployment-services-healthy", target: "stack")],
    "container-without-health": [.init(check: "deployment-health-defined", target: "stack")],
  ]

  private static func change(
    _ id: String, _ summary: String, _ service: String,
    _ change: @escaping @Sendable (inout ContainerSettings) -> Void
  ) -> Defect {
    Defect(id: id, summary: summary, part: Defect.Part("the engine: \(summary)", in: .engine)) {
      $0[StackWing.self].changes.append { containers in
        for index in containers.indices where containers[index].service == service { change(&containers[index]) }
      }
    }
  }
}
