import Facts
import Glibc
import Probing

/// Builds a proving ground, one real part after the other, and waits for each until it answers.
struct Construction: Sendable {
  let blueprint: Blueprint
  let folder: Folder
  let ports: Ports
  let launcher: Launcher
  let mark: GroundMark

  /// Marks the empty folder as a proving ground. Nothing is started yet.
  init(_ blueprint: Blueprint, folder: Folder, inventory: String) throws(GroundFailure) {
    self.blueprint = blueprint
    self.folder = folder
    let account = try Account.forServers()
    launcher = Launcher(folder: folder, account: account)
    let databasePrograms = try DatabaseServer.programs()
    let programs =
      try Launcher.steps + [
        "/proc/self/exe", Launcher.path(of: "openssl"), Edge.program(), "\(databasePrograms)/postgres",
        "\(databasePrograms)/initdb", Launcher.path(of: "cp"), Pooler.program(),
        Launcher.path(of: "pgbackrest"), "\(databasePrograms)/pg_dump", "\(databasePrograms)/pg_dumpall",
      ] + Self.programsOfWings()
    mark = GroundMark(
      programs: programs.compactMap(Files.resolved), account: account, inventory: inventory)
    try mark.write(to: folder)
    ports = try Ports()
  }

  /// Builds everything, with a database from `databaseTemplate` if one is named. Throws where a part does not become ready
  /// before `deadline`.
  func run(databaseTemplate: String? = nil, before deadline: Deadline) throws(GroundFailure) {
    for path in [folder.home, folder.logs, folder.services] { try Files.makeFolder(path) }
    try requireAccess()
    let authority = try CertificateAuthority(
      launcher: launcher, leaves: blueprint.leaves, publishedAt: ports.plain, before: deadline)
    // The root is for everybody, and the folder of keys is not.
    try Files.write(authority.root(), to: folder.trust)
    let database = try DatabaseServer(
      launcher: launcher, port: ports.database, protection: blueprint.setUpSessions)
    try database.start(blueprint, authority: authority, template: databaseTemplate, before: deadline)
    let people = Person.everybody()
    try Person.writeCredentials(of: people, to: folder)
    try database.setUp(blueprint, outsidePort: ports.outside, people: people, before: deadline)
    try writeFiles()
    if let dumps = blueprint.dumps {
      try Dumps(
        launcher: launcher, programs: DatabaseServer.programs(), port: ports.database,
        protection: blueprint.setUpSessions, plan: dumps
      ).write(before: deadline)
    }
    let pooler = try Pooler.start(
      blueprint.pooler, certificate: .database, ports: ports, authority: authority, launcher: launcher)
    try launcher.wait(for: pooler, before: deadline) { Ports.isOpen(ports.pooler) }
    let services = ServiceName.overHTTP.filter { $0 != .processing || blueprint.processingRuns }
    var parts: [(service: ServiceName, part: StartedPart)] = []
    for service in services { parts.append((service, try start(service))) }
    try Files.write(authority.chain(of: blueprint.mail.ownCertificate, withIntermediate: true), to: folder.mailChain)
    let mail = try start(.mail)
    let site = Site(blueprint: blueprint, folder: folder, ports: ports, launcher: launcher, authority: authority)
    var awaited: [AwaitedPart] = []
    for wing in blueprint.plannedWings { awaited += try wing.start(in: site, before: deadline) }
    let edge = try Edge.start(blueprint, ports: ports, authority: authority, launcher: launcher)
    for (service, part) in parts {
      let answer = service == .processing ? blueprint.processingAnswer : "pass"
      try wait(for: service, part, toSay: answer, before: deadline)
    }
    try launcher.wait(for: edge, before: deadline) {
      (try? LoopbackHTTP.send(.get, port: ports.outside, path: "/luma.html", before: deadline))?.status == 200
    }
    try launcher.wait(for: mail, before: deadline) { MailFront.answers(on: ports.mail) }
    for each in awaited { try launcher.wait(for: each.part, before: deadline, until: each.isReady) }
    // The checks' own patience is five seconds.
    if blueprint.pooler.keepsClientsWaiting { sleep(8) }
    try database.damageRepository(blueprint, before: deadline)
    if !blueprint.databaseRuns {
      try database.stop(before: deadline)
      for (service, part) in parts where service != .extraction {
        try wait(for: service, part, toSay: "fail", before: deadline)
      }
    }
    try Files.write(InventoryFile(site).text, to: mark.inventory)
  }

  private static func programsOfWings() throws(GroundFailure) -> [String] {
    var programs: [String] = []
    for wing in Wings.all { programs += try wing.programs() }
    return programs
  }

  /// What the inventory refers to: the migrations, all tables in one file, the bucket's listing.
  private func writeFiles() throws(GroundFailure) {
    try Files.makeFolder(folder.migrations)
    for (name, text) in blueprint.migrations.files {
      let path = "\(folder.migrations)/\(name)"
      if let slash = name.firstIndex(of: "/") { try Files.makeFolder("\(folder.migrations)/\(name[..<slash])") }
      try Files.write(text + (blueprint.migrations.additions[name] ?? ""), to: path)
    }
    let tables = DatabaseSchema.migrations.flatMap(\.up).map { "\($0);\n" }
    try Files.write(tables.joined(separator: "\n"), to: folder.schema)
    try Files.write(blueprint.bucket.listing(now: time(nil)), to: folder.bucket)
  }

  private func start(_ service: ServiceName) throws(GroundFailure) -> StartedPart {
    var settings = ServiceSettings(name: service, port: ports.port(of: service))
    settings.watch = blueprint[WatchWing.self].settings(of: service, ports: ports)
    if service == .api {
      settings.api = blueprint.api
      settings.tokenKeyFile = folder.tokenKey
      settings.hoardedSessions = blueprint.hoardedSessions
      if blueprint.setUpSessions != .none, blueprint.pooler.clients > 0 {
        settings.pooledSessions = blueprint.pooler.clients
        settings.pooler = DatabaseAddress(
          port: ports.pooler, name: "events", user: "events_app", passwordFile: folder.servicesPassword,
          trust: folder.trust, protection: blueprint.pooler.clientTLS == "disable" ? .none : .verified)
      }
    }
    if service == .mail {
      settings.mail = MailSettings(
        nodes: Ports.mailNodes, tlsPort: ports.mailTLS, manner: blueprint.mail.manner, chainFile: folder.mailChain)
    }
    if service == .extraction, !blueprint[WatchWing.self].prometheus.hasIdleHour { settings.sitePort = ports.outside }
    if service == .api || service == .processing {
      settings.database = DatabaseAddress(
        port: ports.database, name: "events", user: "events_app", passwordFile: folder.servicesPassword,
        trust: folder.trust, protection: blueprint.serviceSessions)
    }
    if service == .processing {
      settings.extractionPort = ports.extraction
      settings.health = blueprint.processingHealth
      settings.queueMilliseconds = blueprint.queueMilliseconds
      // Nothing listens on port 1: the address of a database that has moved.
      if !blueprint.processingFindsDatabase { settings.database?.port = 1 }
    }
    return try launcher.start(settings)
  }

  /// Waits until the health endpoint says `status`, or answers with that status code where it says nothing.
  private func wait(for service: ServiceName, _ part: StartedPart, toSay status: String, before deadline: Deadline)
    throws(GroundFailure)
  {
    try launcher.wait(for: part, before: deadline) {
      let answer = try? LoopbackHTTP.send(.get, port: ports.port(of: service), path: "/health", before: deadline)
      return (answer?.json?["status"]?.string ?? answer.map { String($0.status) }) == status
    }
  }

  /// The servers' account must be able to reach the folder, also through the folders above it.
  private func requireAccess() throws(GroundFailure) {
    guard let account = launcher.account else { return }
    let reaches = account.looking { faccessat(AT_FDCWD, folder.home, X_OK, AT_EACCESS) == 0 }
    guard reaches else {
      throw GroundFailure(
        "the account \(account.name), which runs the servers, cannot enter \(folder.path): choose another --directory")
    }
  }
}
