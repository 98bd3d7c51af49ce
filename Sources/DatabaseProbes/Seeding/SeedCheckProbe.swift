import AuditModel
import ChildProcesses
import Facts
import Glibc
import Postgres
import Probing
import ScratchServers

/// Lets a seeder fill databases of a throw-away server: two empty ones, and the first of them once more.
///
/// It is told of no other database and gets no variable that could lead to one. The server listens on the loopback network with
/// a password made for it, and is removed with all that is in it however the check ends.
struct SeedCheckProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "seed-check", summary: "whether the seeder does the same in every empty database, and nothing the second time",
    targetKinds: ["postgres"], safety: .mutate, facts: SeedFacts.schema, timeout: 1_800_000,
    traffic: "a throw-away server on this host, in which the seeder runs three times")

  var targetKinds: [TargetKind] {
    [.adding([SeedPlan.field], to: "postgres", further: { SeedPlan.violations(in: $0) })]
  }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let plan = SeedPlan(target) else {
      return .unseen(Unseen(.malformed, "the target declares no seeder"))
    }
    guard let programs = ServerPrograms.find(major: nil, declared: plan.programs) else {
      return .unseen(Unseen(.broken, "the programs of a PostgreSQL server are not installed here"))
    }
    guard let account = ServerAccount() else {
      return .unseen(Unseen(.denied, "a server does not run as root, and there is no account postgres"))
    }
    guard let port = Self.freePort() else { return .unseen(Unseen(.broken, "no port is free on 127.0.0.1")) }
    guard
      let keeper = ScratchGuard(
        under: plan.scratch, named: "seed", server: Self.server(programs.folder, port: port), account: account)
    else { return .unseen(Unseen(.denied, "no throw-away folder could be made")) }
    let trial = SeedTrial(
      plan: plan, programs: programs.folder, account: account, keeper: keeper, port: port,
      password: Secret(Self.password()), home: target.folder, context: context)
    var facts = SeedFacts(plan)
    let obstacle = await trial.run(&facts)
    facts.isRemoved = await context.lane.run { keeper.remove() }
    if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was called off")) }
    let redactor = Redactor(secrets: Array(target.secrets.values) + [trial.password])
    if let obstacle { return .unseen(Unseen(.broken, redactor.redacted(obstacle))) }
    return redactor.redacted(.seen(facts.value))
  }

  private static func password() -> String {
    (0..<4).map { _ in String(UInt64.random(in: 0...UInt64.max), radix: 36) }.joined()
  }

  private static func freePort() -> Int? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
      }
    }
    return isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
  }

  private static func server(_ programs: String, port: Int) -> [String] {
    let settings = [
      "listen_addresses=127.0.0.1", "port=\(port)", "unix_socket_directories=", "fsync=off", "synchronous_commit=off",
      "full_page_writes=off", "logging_collector=off", "log_destination=stderr", "ssl=off", "shared_buffers=64MB",
      "max_wal_size=2GB", "dynamic_shared_memory_type=mmap", "cluster_name=seed-check", "timezone=UTC",
    ]
    return ["\(programs)/postgres", "-D", "FOLDER/data"] + settings.flatMap { ["-c", $0] }
  }
}

/// One trial of a seeder in a server of its own.
private struct SeedTrial: Sendable {
  let plan: SeedPlan
  let programs: String
  let account: ServerAccount
  let keeper: ScratchGuard
  let port: Int
  let password: Secret
  /// The inventory's folder.
  let home: String
  let context: ProbeContext

  private static let role = "seeder"
  /// Two runs begin at least this far apart, so that a clock that counts seconds shows in what they write.
  private static let distance = 1.1

  /// Why nothing could be tried; nil where the facts say what came of it.
  func run(_ facts: inout SeedFacts) async -> String? {
    if let problem = await start() { return "the throw-away server: \(problem)" }
    do {
      let version = try await query("template1", "SELECT current_setting('server_version') AS version")
      facts.serverVersion = version.first?["version"]
      for name in ["first", "fresh"] { try await query("template1", "CREATE DATABASE \(name)") }
    } catch {
      return "the throw-away server: \(error)"
    }
    var began = ContinuousClock.now
    for (name, database) in [("first", "first"), ("fresh", "fresh"), ("again", "first")] {
      let rest = Self.distance - Self.seconds(since: began)
      if !facts.runs.isEmpty, rest > 0 { await context.lane.run { _ = usleep(UInt32(rest * 1_000_000)) } }
      began = ContinuousClock.now
      var problem = name == "again" ? nil : await prepare(database)
      if problem == nil { problem = await command(plan.command, in: database) }
      let duration = Self.seconds(since: began)
      var digest: DatabaseDigest?
      if problem == nil {
        switch await read(database) {
        case .success(let read): digest = read
        case .failure(let failure): problem = "what it wrote cannot be read: \(failure)"
        }
      }
      facts.runs.append(.init(name: name, succeeded: problem == nil, duration: duration, reason: problem))
      switch name {
      case "first": facts.first = digest
      case "fresh": facts.fresh = digest
      default: facts.again = digest
      }
      if problem != nil, name == "first" { break }
    }
    return nil
  }

  private static func seconds(since start: ContinuousClock.Instant) -> Double {
    let elapsed = (ContinuousClock.now - start).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
  }

  // MARK: The server

  private func start() async -> String? {
    let file = "\(keeper.folder)/password"
    guard write(password.exposed, to: file) else { return "its folder cannot be written" }
    if let (user, group) = account.identity, chown(file, user, group) != 0 { return "its folder cannot be written" }
    let made = await child(
      account.prefix + [
        "\(programs)/initdb", "--pgdata=\(keeper.folder)/data", "--username=\(Self.role)", "--pwfile=\(file)",
        "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
      ], variables: account.identity == nil ? [:] : ["HOME": keeper.folder], timeout: 120)
    unlink(file)
    if let made { return made }
    keeper.startServer()
    while !context.deadline.hasPassed {
      if (try? await query("template1", "SELECT 1")) != nil { return nil }
      if let line = lastWords() { return line }
      await context.lane.run { _ = usleep(50_000) }
    }
    return context.deadline.isCancelled ? "the run was called off" : "it did not answer in time"
  }

  private func write(_ text: String, to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    return Glibc.write(descriptor, bytes, bytes.count) == bytes.count
  }

  /// Why the server gave up; nil while it has not.
  private func lastWords() -> String? {
    let descriptor = open("\(keeper.folder)/server.log", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
      count = max(0, Glibc.read(descriptor, buffer.baseAddress, 65_536))
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").last { line in
      line.contains("FATAL:") && !line.contains("the database system is") || line.hasPrefix("postgres: ")
    }.map(String.init)
  }

  // MARK: Sessions

  private func parameters(_ database: String) -> PostgresParameters {
    PostgresParameters(
      host: "127.0.0.1", port: port, user: Self.role, database: database, password: password, sslMode: .disable)
  }

  @discardableResult
  private func query(_ database: String, _ statement: String) async throws(PostgresFailure) -> PostgresRows {
    let parameters = parameters(database)
    return try await context.lane.run {
      Result { () throws(PostgresFailure) in
        context.traffic.add(connections: 1, requests: 1)
        var connection = try PostgresConnection.open(parameters, before: context.deadline.capped(milliseconds: 5000))
        return try connection.query(statement, before: context.deadline)
      }
    }.get()
  }

  private func read(_ database: String) async -> Result<DatabaseDigest, PostgresFailure> {
    let parameters = parameters(database)
    return await context.lane.run {
      Result { () throws(PostgresFailure) in
        context.traffic.add(connections: 1)
        var connection = try PostgresConnection.open(parameters, before: context.deadline)
        return try DatabaseDigest.read(&connection, masks: plan.masks, before: context.deadline)
      }
    }
  }

  // MARK: Commands

  private func prepare(_ database: String) async -> String? {
    if let schema = plan.schema {
      let words = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", schema]
      if let problem = await command(words, in: database) { return problem }
    }
    for words in plan.prepare {
      if let problem = await command(words, in: database) { return problem }
    }
    return nil
  }

  /// Runs one of the inventory's commands with the database in its environment; says what went wrong.
  private func command(_ words: [String], in database: String) async -> String? {
    var variables = plan.environment
    variables["DATABASE_URL"] =
      "postgresql://\(Self.role):\(password.exposed)@127.0.0.1:\(port)/\(database)?sslmode=disable"
    for (name, value) in [
      ("PGHOST", "127.0.0.1"), ("PGPORT", String(port)), ("PGUSER", Self.role), ("PGPASSWORD", password.exposed),
      ("PGDATABASE", database), ("PGSSLMODE", "disable"), ("PGOPTIONS", "-c client_min_messages=warning"),
    ] { variables[name] = value }
    return await child(words, variables: variables, timeout: plan.timeout)
  }

  /// Runs a program; says what went wrong. `timeout` in seconds.
  private func child(_ words: [String], variables: [String: String], timeout: Int) async -> String? {
    var variables = variables
    variables[ScratchGuard.mark] = keeper.folder
    let outcome = await ChildProcess.run(
      words, environment: ChildProcess.environment(adding: variables), in: home,
      deadline: context.deadline.capped(milliseconds: timeout * 1000), outputLimit: 16 << 20, on: context.lane)
    context.traffic.add(of: outcome)
    let program = words.first { !$0.hasPrefix("-") && $0 != "setpriv" }?.split(separator: "/").last ?? "it"
    switch outcome.ending {
    case .exited(0): return nil
    case .exited(let status): return outcome.withComplaint("\(program) ended with \(status)")
    case .timedOut: return outcome.withComplaint("\(program) was not done in time")
    default: return outcome.obstacle?.reason ?? "\(program) was ended by \(outcome.ending.words)"
    }
  }
}
