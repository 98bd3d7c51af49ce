import Cryptography
import Facts
import Glibc
import Probing

/// How the platform is deployed: a compose file with what belongs to it, and the engine that its containers run in.
struct StackWing: Wing {
  /// What is changed in its files.
  var edits: [StackFiles.Edit] = []
  /// Whether the file of the containers' variables is for its owner alone.
  var keepsVariablesPrivate = true
  /// What the engine shows of a service, where it is not what the files say.
  var changes: [@Sendable (inout [ContainerSettings]) -> Void] = []
  /// Whether the queue writes down what it takes.
  var queueKeepsData = true

  /// How it is rolled out.
  var rollout = RolloutPlan()

  static let ports = ["engine", "queue"]
  static func programs() throws(GroundFailure) -> [String] { [try Launcher.path(of: "redis-server")] }

  func start(in site: Site, before deadline: Deadline) throws(GroundFailure) -> [AwaitedPart] {
    let folder = Self.folder(in: site)
    try Files.makeFolder(folder)
    var files = StackFiles(ports: site.ports, secret: Accounts.newSession)
    for edit in edits { try files.make(edit) }
    for (name, text) in files.texts {
      let isSecret = name == ".env" || name == "services.env" && keepsVariablesPrivate
      try Files.write(text, to: "\(folder)/\(name)", mode: isSecret ? 0o600 : 0o644)
    }
    try Files.write(RolloutPlan.script, to: "\(folder)/start-anew")
    try Files.makeFolder("\(folder)/queue-data", mode: 0o700)
    try site.launcher.account?.own("\(folder)/queue-data")

    var containers = try containers(files, site)
    for change in changes { change(&containers) }
    var settings = ServiceSettings(name: .engine, port: site.ports["engine"])
    settings.folder = site.folder.path
    settings.engine = EngineSettings(project: StackFiles.project, containers: containers)
    let part = try site.launcher.start(settings)
    let port = settings.port
    return [AwaitedPart(part: part) { Ports.isOpen(port) }]
  }

  func targets(in site: Site) -> [InventoryTarget] {
    [
      [
        ("id", "stack"), ("kind", "compose"), ("file", .string("\(Self.folder(in: site))/\(StackFiles.compose)")),
        ("socket", .string("tcp://127.0.0.1:\(site.ports["engine"])")),
        ("persistence", .array([persistence(in: site)])),
        ("rollout", rollout.declaration(services: Self.services, id: Self.id, ports: site.ports)),
      ]
    ]
  }

  private static func folder(in site: Site) -> String { "\(site.folder.path)/stack" }

  /// What runs: a container for each service.
  private func containers(_ files: StackFiles, _ site: Site) throws(GroundFailure) -> [ContainerSettings] {
    let ports = site.ports
    let bindings: [String: [ContainerSettings.PortBinding]] = [
      "edge": [.init(inside: 8443, address: "127.0.0.1", outside: ports.web)],
      "api": [.init(inside: 8080, address: "127.0.0.1", outside: ports.api)],
      "db": [.init(inside: 5432, address: "127.0.0.1", outside: ports.database)],
      "queue": [.init(inside: 6379, address: "127.0.0.1", outside: ports["queue"])],
    ]
    let volumes = [
      "db": ["/var/lib/postgresql/data": "db-data"], "cache": ["/data": "cache-data"], "queue": ["/data": "queue-data"],
    ]
    return try Self.services.map { service throws(GroundFailure) in
      var container = ContainerSettings(
        id: Self.id(of: service), service: service,
        image: files.value(of: "image", in: service) ?? "\(StackFiles.project)-\(service)",
        restartPolicy: (files.value(of: "restart", in: service) ?? "no").filter { $0 != "\"" })
      container.volumes = volumes[service] ?? [:]
      container.ports = bindings[service] ?? []
      if service == "migrate" { (container.state, container.health) = ("exited", nil) }
      if service == "queue" { container.process = try queue(site) }
      return container
    }
  }

  /// In the order of their dependencies.
  private static let services = [
    "db", "migrate", "pooler", "cache", "queue", "extraction", "processing", "api", "edge",
  ]

  /// The identifier of a service's container.
  static func id(of service: String) -> String { String(SHA256.hex(service.utf8).prefix(12)) }

  /// What is stored in the queue before a restart, and asked for after it.
  private func persistence(in site: Site) -> JSONValue {
    func client(_ words: String...) -> JSONValue {
      JSONValue(["redis-cli", "-p", String(site.ports["queue"])] + words)
    }
    return [
      "service": "queue", "plant": client("set", "prodworthy", "{word}"), "look": client("get", "prodworthy"),
      "clean": client("del", "prodworthy"), "patienceSeconds": 10,
    ]
  }

  private func queue(_ site: Site) throws(GroundFailure) -> ContainerSettings.ProcessSettings {
    let port = site.ports["queue"]
    let keeping = queueKeepsData ? ["--appendonly", "yes"] : ["--appendonly", "no"]
    return ContainerSettings.ProcessSettings(
      command: [
        try Launcher.path(of: "redis-server"), "--bind", "127.0.0.1", "--port", String(port), "--daemonize", "no",
        "--databases", "1", "--save", "", "--dir", "\(Self.folder(in: site))/queue-data",
      ] + keeping, port: port, asAccount: true, log: "queue")
  }
}

extension Defect.Realm {
  /// The files of the deployment.
  static let stackFiles = Self("the files of the stack")
  /// The engine and what runs in it.
  static let engine = Self("engine")
}

extension StackWing {
  static let defects = fileDefects + imageDefects + engineDefects + rolloutDefects

  static let expectations = [fileExpectations, imageExpectations, engineExpectations, rolloutExpectations].reduce(
    into: [:]) { all, each in
      all.merge(each) { _, later in later }
    }
}
