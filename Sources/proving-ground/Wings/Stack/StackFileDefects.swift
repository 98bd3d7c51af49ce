/// Small changes of the compose file, each of which one rule complains of.
private struct ComposeDefect {
  /// The id of the defect.
  let id: String
  let summary: String
  /// The service that is changed; nil for the file as a whole.
  let service: String?
  let old: String
  let new: String
  /// The checks that it turns red, with the status where that is not `fail`.
  let turns: [(check: String, status: String)]
  let isBlinding: Bool
  /// A second change that belongs to the first.
  let also: StackFiles.Edit?

  var edits: [StackFiles.Edit] {
    [StackFiles.Edit(file: StackFiles.compose, service: service, old: old, new: new)] + (also.map { [$0] } ?? [])
  }

  init(
    _ id: String, _ summary: String, in service: String?, _ old: String, becomes new: String,
    turns: (check: String, status: String)..., isBlinding: Bool = false,
    also: StackFiles.Edit? = nil
  ) {
    self.id = id
    self.summary = summary
    self.service = service
    self.old = old
    self.new = new
    self.turns = turns
    self.isBlinding = isBlinding
    self.also = also
  }
}

extension StackWing {
  static let fileDefects =
    composeDefects.map { each in
      Defect(
        id: each.id, summary: each.summary, part: Defect.Part("the stack: \(each.summary)", in: .stackFiles),
        isBlinding: each.isBlinding
      ) {
        $0[StackWing.self].edits += each.edits
        if each.id == "stack-name-scaled" { $0[StackWing.self].changes.append(Self.addSecondExtraction) }
      }
    } + [
      Defect(
        id: "stack-variables-readable", summary: "everybody on the host may read the containers' variables",
        part: Defect.Part("the stack: who may read variables", in: .stackFiles)
      ) { $0[StackWing.self].keepsVariablesPrivate = false }
    ]

  /// What the files ask for runs.
  private static let addSecondExtraction: @Sendable (inout [ContainerSettings]) -> Void = { containers in
    guard var second = containers.first(where: { $0.service == "extraction" }) else { return }
    second.id = id(of: "extraction 2")
    containers.append(second)
  }

  static let fileExpectations: [String: [ExpectedFinding]] = composeDefects.reduce(
    into: ["stack-variables-readable": [ExpectedFinding(check: "compose-env-files-private", target: "stack")]]
  ) { table, each in
    table[each.id] = each.turns.map { ExpectedFinding(check: $0.check, target: "stack", status: $0.status) }
  }

  private static let restart = "restart: unless-stopped"
  private static let dropped = "cap_drop: [ALL]"
  private static let nailed = "security_opt: [\"no-new-privileges:true\"]"

  private static let composeDefects: [ComposeDefect] = [
    // The file
    ComposeDefect(
      "stack-volume-undefined", "a volume that is used is not defined", in: nil, "  queue-data: {}\n", becomes: "",
      turns: ("compose-model-valid", "fail"), isBlinding: true),
    ComposeDefect(
      "stack-variable-unset", "a variable of the compose file has no value", in: "api", "DATABASE_HOST: pooler",
      becomes: "DATABASE_HOST: \"${DATABASE_HOST}\"", turns: ("compose-variables-set", "fail")),
    ComposeDefect(
      "stack-version", "the compose file says which version of the format it has", in: nil, "name: events-platform\n",
      becomes: "name: events-platform\nversion: \"3.8\"\n", turns: ("compose-version-absent", "warn")),
    ComposeDefect(
      "stack-links", "a service is linked to another", in: "processing", "networks: [data]",
      becomes: "networks: [data]\n    links: [extraction]", turns: ("compose-links-absent", "warn")),
    ComposeDefect(
      "stack-image-and-build", "a service is built, and named as an image too", in: "extraction",
      "build: { context: ., dockerfile: worker.Dockerfile }",
      becomes: "build: { context: ., dockerfile: worker.Dockerfile }\n    image: events/extraction:1.4.2",
      turns: ("compose-build-apart-from-image", "warn")),
    ComposeDefect(
      "stack-name-scaled", "two containers are to have one name", in: "extraction", restart,
      becomes: "restart: unless-stopped\n    container_name: extraction\n    deploy: { replicas: 2 }",
      turns: ("compose-container-names-scale", "fail")),

    // Running
    ComposeDefect(
      "stack-health-off", "a health check is switched off", in: "processing", "healthcheck: { ",
      becomes: "healthcheck: { disable: true, ", turns: ("compose-healthcheck-defined", "fail")),
    ComposeDefect(
      "stack-health-hollow", "a health check succeeds whatever happens", in: "api", "/health\"",
      becomes: "/health || exit 0\"", turns: ("compose-healthcheck-real", "fail")),
    ComposeDefect(
      "stack-health-slow", "a health check needs ten minutes to notice", in: "extraction", "interval: 10s",
      becomes: "interval: 200s", turns: ("compose-healthcheck-prompt", "warn")),
    ComposeDefect(
      "stack-impatient", "a service starts before its cache is ready", in: "api",
      "cache: { condition: service_healthy }", becomes: "cache: { condition: service_started }",
      turns: ("compose-dependencies-wait", "fail")),
    ComposeDefect(
      "stack-waits-in-vain", "a service waits for the health of what has no health check", in: "api",
      "migrate: { condition: service_completed_successfully }", becomes: "migrate: { condition: service_healthy }",
      turns: ("compose-dependencies-provable", "fail")),
    ComposeDefect(
      "stack-never-again", "a service has no restart policy", in: "extraction", "    \(restart)\n", becomes: "",
      turns: ("compose-restart-policy", "fail")),
    ComposeDefect(
      "stack-again-and-again", "a service is started again on failure without end", in: "processing", restart,
      becomes: "restart: on-failure", turns: ("compose-restart-bounded", "warn")),
    ComposeDefect(
      "stack-unlimited", "a service may take all memory", in: "processing", "    mem_limit: 256m\n", becomes: "",
      turns: ("compose-limits-set", "fail")),
    ComposeDefect(
      "stack-log-grows", "the log of a service grows without end", in: "pooler",
      "options: { max-size: 10m, max-file: \"3\" }",
      becomes: "options: { max-file: \"3\" }", turns: ("compose-logs-rotated", "fail")),
    ComposeDefect(
      "stack-killed-early", "the database is killed ten seconds after it was asked to stop", in: "db",
      "    stop_grace_period: 60s\n", becomes: "", turns: ("compose-shutdown-graceful", "warn")),

    // Images
    ComposeDefect(
      "stack-floating-tag", "an image has the tag latest", in: "edge",
      image("nginxinc/nginx-unprivileged:1.22.1-alpine"), becomes: "nginxinc/nginx-unprivileged:latest",
      turns: ("compose-image-pinned", "fail")),
    ComposeDefect(
      "stack-major-tag", "an image is pinned to a major version only", in: "cache", image("redis:7.0.15-bookworm"),
      becomes: "redis:7-bookworm", turns: ("compose-image-exact", "warn")),

    // Reachability
    ComposeDefect(
      "stack-database-published", "the port of the database is open on every interface", in: "db", "[\"127.0.0.1:",
      becomes: "[\"", turns: ("compose-datastore-ports-closed", "fail")),
    ComposeDefect(
      "stack-api-published", "the port of the api is open on every interface", in: "api", "[\"127.0.0.1:",
      becomes: "[\"", turns: ("compose-ports-bound", "fail")),
    ComposeDefect(
      "stack-low-port", "a service takes a port of the system", in: "extraction", "networks: [data]",
      becomes: "networks: [data]\n    ports: [\"127.0.0.1:843:8081\"]", turns: ("compose-ports-unprivileged", "warn")),
    ComposeDefect(
      "stack-port-twice", "two services want one port of the host", in: "pooler", "networks: [data]",
      becomes: "networks: [data]\n    ports: [\"127.0.0.1:17171:6432\"]", turns: ("compose-ports-distinct", "fail"),
      also: .init(
        file: StackFiles.compose, service: "cache", old: "networks: [data]",
        new: "networks: [data]\n    ports: [\"127.0.0.1:17171:6379\"]")),
    ComposeDefect(
      "stack-port-unquoted", "a port is written without quotes", in: "edge", ":8443\"]",
      becomes: ":8443\", 443:8444]", turns: ("compose-ports-quoted", "warn")),
    ComposeDefect(
      "stack-one-network", "the database is in the network of what the public reaches", in: "db", "networks: [data]",
      becomes: "networks: [front, data]", turns: ("compose-networks-separated", "fail")),

    // Secrets
    ComposeDefect(
      "stack-secret-written", "a password stands in the compose file", in: "processing",
      "DATABASE_PASSWORD: \"${EVENTS_APP_PASSWORD:?}\"", becomes: "DATABASE_PASSWORD: correct-horse-9f31",
      turns: ("compose-secrets-referenced", "fail")),
    ComposeDefect(
      "stack-default-password", "the database has the password that everybody tries first", in: "db",
      "POSTGRES_PASSWORD: \"${POSTGRES_PASSWORD:?}\"", becomes: "POSTGRES_PASSWORD: postgres",
      turns: ("compose-passwords-own", "fail")),

    ComposeDefect(
      "stack-variables-missing", "a file with variables of a container is not there", in: "api",
      "env_file: [services.env]",
      becomes: "env_file: [services.env, mail.env]", turns: ("compose-env-files-present", "fail"),
      ("compose-passwords-own", "unknown"), ("compose-secrets-referenced", "unknown")),

    // Confinement
    ComposeDefect(
      "stack-privileged", "a service is privileged", in: "processing", "read_only: true",
      becomes: "read_only: true\n    privileged: true", turns: ("compose-unprivileged", "fail")),
    ComposeDefect(
      "stack-administers", "a service may administer the host", in: "extraction", dropped,
      becomes: "cap_drop: [ALL]\n    cap_add: [SYS_ADMIN]", turns: ("compose-capabilities-harmless", "fail")),
    ComposeDefect(
      "stack-one-more-capability", "a service gets a capability on top of all the usual ones", in: "cache", dropped,
      becomes: "cap_add: [CHOWN]", turns: ("compose-capabilities-few", "warn"), ("compose-hardened", "warn")),
    ComposeDefect(
      "stack-processes-unlimited", "a service may start any number of processes", in: "queue",
      "    pids_limit: 100\n", becomes: "", turns: ("compose-hardened", "warn")),
    ComposeDefect(
      "stack-sees-the-host", "a service sees the processes of the host", in: "pooler", "read_only: true",
      becomes: "read_only: true\n    pid: host", turns: ("compose-namespaces-own", "fail")),
    ComposeDefect(
      "stack-group-of-its-own", "a service runs past the limits of the engine", in: "migrate", "read_only: true",
      becomes: "read_only: true\n    cgroup_parent: /events", turns: ("compose-control-group-own", "warn")),
    ComposeDefect(
      "stack-engine-handed-in", "a service gets the engine's socket", in: "migrate",
      "volumes: [", becomes: "volumes: [\"/var/run/docker.sock:/var/run/docker.sock:ro\", ",
      turns: ("compose-engine-socket-hidden", "fail")),
    ComposeDefect(
      "stack-unconfined", "a service may call everything of the kernel", in: "cache", nailed,
      becomes: "security_opt: [\"no-new-privileges:true\", \"seccomp:unconfined\"]",
      turns: ("compose-confinement-kept", "fail")),
    ComposeDefect(
      "stack-system-folder", "a service reads the settings of the host", in: "edge", "volumes: [",
      becomes: "volumes: [\"/etc:/host/etc:ro\", ", turns: ("compose-host-paths-harmless", "fail")),
    ComposeDefect(
      "stack-foreign-folder", "a service writes to a folder of the host that is nobody's", in: "pooler", "volumes: [",
      becomes: "volumes: [\"/srv/shared:/shared\", ", turns: ("compose-host-paths-apart", "warn")),
    ComposeDefect(
      "stack-mounts-pass", "mounts pass between a service and the host", in: "cache", "volumes: [",
      becomes: "volumes: [{ type: bind, source: ./spool, target: /spool, bind: { propagation: rshared } }, ",
      turns: ("compose-mounts-private", "fail")),
    ComposeDefect(
      "stack-device", "a service gets a device of the host", in: "api", "read_only: true",
      becomes: "read_only: true\n    devices: [\"/dev/fuse:/dev/fuse\"]", turns: ("compose-devices-absent", "fail")),

    // Data
    ComposeDefect(
      "stack-data-unkept", "nothing keeps the data of the database", in: "db",
      "    volumes: [\"db-data:/var/lib/postgresql/data\"]\n", becomes: "", turns: ("compose-data-persisted", "fail")),
    ComposeDefect(
      "stack-volume-shared", "two services write to one volume", in: "api", "networks: [front, data]",
      becomes: "networks: [front, data]\n    volumes: [\"cache-data:/cache\"]", turns: ("compose-volumes-own", "fail")),
  ]

  private static func image(_ name: String) -> String { StackFiles.image(name) }
}
