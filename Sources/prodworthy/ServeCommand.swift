import ArgumentParser
import AuditModel
import ChildProcesses
import Definitions
import FoundationEssentials
import Glibc
import History
import Probing
import Reporting
import Scheduling
import Service
import Transport

/// `prodworthy serve`.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run audits by a schedule, keep their history, show it, and tell of regressions and recoveries.",
    discussion: """
      Runs until SIGTERM or SIGINT, then calls off what is at work and ends. Several instances may share one history: \
      each planned time is run once.

      EXAMPLES:
        prodworthy serve --config serve.yaml
        prodworthy serve --config rehearsal.yaml --rehearse 600 --from 2026-10-24
                                                               a weekend with a change of clocks, in five minutes
      """)

  @Option(help: "The service's file.", completion: .file(extensions: ["yaml", "yml"]))
  var config = "serve.yaml"

  @Flag(name: .customLong("check"), help: "Only read the file and what it names, and say what would run when.")
  var onlyChecks = false

  @Option(
    help: """
      Let so many seconds pass in each, to live through schedules and notices in advance. Only with a history and a \
      folder of runs of its own: what was planned until then counts as done there, and what is old then is removed.
      """)
  var rehearse: Int?

  @Option(help: "The day or time (RFC 3339) at which --rehearse begins; now where it is left out.")
  var from: String?

  /// How often is looked at what is due, in milliseconds of the service's time.
  private static let pace = 1000
  /// The same in real time at the least.
  private static let leastPace = 10

  func validate() throws {
    guard rehearse.map((1...ServiceClock.fastest).contains) != false else {
      throw ValidationError("--rehearse runs from 1 to \(ServiceClock.fastest)")
    }
    guard from == nil || rehearse != nil else {
      throw ValidationError("--from goes with --rehearse: without it, audits run by the clock")
    }
  }

  func run() async throws {
    let definition = try Self.definition(config)
    let environment = ProcessInfo.processInfo.environment
    for audit in definition.audits {
      // What cannot be audited is found out now, and not at two in the morning.
      let request = Workspace.Request(
        targets: [audit.inventory], policy: audit.policy, checkFolders: audit.checks)
      _ = try Workspace.load(request, environment: environment)
    }
    let place: HistoryPlace
    do throws(HistoryFailure) {
      let folder = PathText.folder(of: Input.absolute(config))
      place = try HistoryPlace(definition.history, password: definition.historyPassword, in: folder)
    } catch {
      throw Failure(.badData, "\(config): \(error)")
    }
    let beginning = try Day.read(from)
    let clock = rehearse.map { ServiceClock(from: beginning ?? .current(), rate: $0) } ?? ServiceClock()
    if onlyChecks { return try Output.print(Self.plan(of: definition, at: clock.now)) }
    let store = HistoryStore(place)
    let runs = RunsFolder(path: definition.runs)
    // Before anything is touched: a time made up must not decide about what is real.
    try runs.requirePlace(forRehearsal: clock.isOwn, config: config)
    do throws(HistoryFailure) {
      let deadline = Deadline(milliseconds: HistoryOptions.patience)
      try store.prepare(before: deadline)
      if clock.isOwn {
        try store.rehearse(before: deadline)
      } else {
        try store.requirePlace(forRehearsed: false, before: deadline)
      }
    } catch {
      var reason = error.description
      if clock.isOwn, case .misplaced = error {
        reason += "; give \(config) a `history` of its own for rehearsing, one that is not there yet"
      }
      throw Failure(error.exitStatus, reason)
    }
    try Output.makeFolder(definition.runs)
    if clock.isOwn { try runs.mark() }
    let counters = ServiceCounters()
    let site = Site(
      definition, store: HistoryStore(place), counters: counters, version: Prodworthy.version,
      isRehearsal: clock.isOwn, clock: { clock.now })
    let server: WebServer
    do throws(TransportFailure) {
      server = try WebServer(site)
    } catch {
      throw Failure(.unavailable, "cannot serve on \(definition.address) port \(definition.port): \(error.sentence)")
    }
    let redactor = Redactor(secrets: definition.secrets)
    let log: @Sendable (String) -> Void = { line in
      Output.note("\(clock.now) \(Untrusted.line(redactor.redacted(line)))\n")
    }
    let runner = ScheduledAudit(
      definition: definition, folder: Input.absolute(config + "/.."), environment: environment, clock: clock)
    let service = AuditService(
      definition, store: store, instance: UUID().uuidString.lowercased(), isRehearsal: clock.isOwn,
      counters: counters, log: log
    ) { await runner.run($0, slot: $1, cancellation: $2) }
    log(
      "serving on \(definition.tls == nil ? "http" : "https")://\(Self.host(definition.address)):\(server.port), "
        + "\(definition.audits.count) audit\(definition.audits.count == 1 ? "" : "s")"
        + (clock.isOwn ? ", rehearsing from \(clock.now) at \(clock.rate) times the pace" : ""))
    let cancellation = Interruption.shared.cancellation
    await withDiscardingTaskGroup { group in
      group.addTask { await server.run(until: cancellation) }
      group.addTask {
        while !cancellation.isCalled {
          await service.tick(at: clock.now)
          try? await Task.sleep(for: .milliseconds(max(Self.leastPace, Self.pace / clock.rate)))
        }
        await service.stop()
      }
    }
    log("ended")
    // To be asked to end is how a service ends.
    throw ExitStatus.passed
  }

  private static func host(_ address: String) -> String { address.contains(":") ? "[\(address)]" : address }

  private static func definition(_ path: String) throws(Failure) -> ServiceDefinition {
    let file = SourceFile(path: path, bytes: try Input.bytes(of: path))
    let resolver = SecretResolver(environment: ProcessInfo.processInfo.environment) { path in
      do throws(Failure) {
        return .success(String(decoding: try Input.bytes(of: path), as: UTF8.self))
      } catch {
        return .failure(SecretResolver.Unreadable(reason: error.message))
      }
    }
    let loaded = Definitions.service(file, resolve: resolver) { name in
      ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"].lazy.compactMap { folder in
        try? Input.bytes(of: "\(folder)/\(name)")
      }.first
    }
    guard let definition = loaded.value else {
      throw Failure(.badData, loaded.diagnostics.map { $0.rendered() }.joined(separator: "\n"))
    }
    return definition
  }

  /// A time as the clocks of a zone show it (RFC 3339), for whoever planned by those.
  private static func local(_ time: Instant, in zone: TimeZoneRules) -> String {
    let offset = zone.offset(at: time.seconds)
    guard offset != 0 else { return time.description }
    let minutes = abs(offset) / 60
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return Instant(seconds: time.seconds + offset).description.dropLast()
      + "\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
  }

  private static func plan(of definition: ServiceDefinition, at now: Instant) -> String {
    definition.audits.map { audit in
      var times: [String] = []
      var time = now
      while times.count < 3, let next = audit.schedule.next(after: time) {
        times.append(Self.local(audit.schedule.start(of: next), in: audit.schedule.zone))
        time = next
      }
      return "\(audit.name): \(times.isEmpty ? "never" : times.joined(separator: ", ")), …\n"
    }.joined()
  }
}

/// An audit in a process of its own: what it leaves behind is gone with it, and if it dies, the service lives.
private struct ScheduledAudit: Sendable {
  let definition: ServiceDefinition
  let environment: [String: String]
  private let lane = BlockingLane(width: 16)
  private let clock: ServiceClock

  /// The folder of the service's configuration.
  private let configurationFolder: String

  init(definition: ServiceDefinition, folder: String, environment: [String: String], clock: ServiceClock) {
    self.definition = definition
    self.clock = clock
    configurationFolder = folder
    self.environment = environment
  }

  /// How much longer than its own deadline a run may take, in milliseconds.
  private static let grace = 60_000
  /// What a run may say, in bytes.
  private static let mostOutput = 1 << 20

  func run(_ audit: ServiceDefinition.Audit, slot: Instant, cancellation: Cancellation) async -> AuditEnding {
    let folder = "\(definition.runs)/\(audit.name)-\(slot.description.filter { $0 != ":" })"
    removeOld(audit.name)
    guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
      return .broken("the program does not find itself")
    }
    // The folder of an attempt that died holds nothing that counts.
    unlink("\(folder)/report.json")
    var arguments = [
      program, "audit", audit.inventory, "--out", folder, "--progress", "none", "--quiet", "--deadline",
      String(audit.deadlineSeconds), "--history", definition.history, "--only-compare",
    ]
    if clock.isOwn { arguments += ["--\(AuditCommand.rehearsalOption)", clock.now.description] }
    if let policy = audit.policy { arguments += ["--policy", policy] }
    if audit.carries { arguments += ["--carry", AuditCommand.fromHistory] }
    for checks in audit.checks { arguments += ["--checks", checks] }
    for trust in audit.trust { arguments += ["--trust", trust] }
    // The inventory's references to secrets need the environment; what steers other commands must not steer this one.
    var variables = environment
    for name in ["FILE", "POLICY", "OUT", "CHECKS", "HISTORY", "HISTORY_PASSWORD"] {
      variables["PRODWORTHY_\(name)"] = nil
    }
    variables["PRODWORTHY_HISTORY_PASSWORD"] = definition.historyPassword?.exposed
    let outcome = await ChildProcess.run(
      // The history's URL may name a file beside the configuration.
      arguments, environment: variables, in: configurationFolder,
      deadline: Deadline(
        milliseconds: audit.deadlineSeconds * 1000 + Self.grace, cancellation: cancellation),
      outputLimit: Self.mostOutput, on: lane)
    if cancellation.isCalled { return .calledOff }
    let said = String(decoding: outcome.errors.prefix(2000), as: UTF8.self)
    switch outcome.ending {
    case .exited(let status) where (0...2).contains(status): break
    case .exited(let status): return .broken("it ended with \(status): \(said)")
    case .killed(let signal): return .broken("it was killed by signal \(signal)")
    case .timedOut: return .broken("it did not end in time")
    case .cancelled: return .calledOff
    case .tooMuchOutput: return .broken("it did not stop talking")
    case .notStarted(let reason): return .broken(reason)
    }
    do throws(Failure) {
      let bytes = try Input.bytes(of: "\(folder)/report.json")
      let kept = RunFolder(path: folder)
      return .report(
        try kept.report(), bytes, try RunEvidence(of: try kept.run(), catalogue: Composition.probesAlone))
    } catch {
      return .broken(error.message)
    }
  }

  /// Removes this audit's folders that are older than they are kept; what else lies there is left alone.
  private func removeOld(_ name: String) {
    let limit = clock.now.seconds - definition.runDays * 86_400
    for entry in (try? FileManager.default.contentsOfDirectory(atPath: definition.runs)) ?? [] {
      guard entry.hasPrefix("\(name)-"), entry.utf8.count == name.utf8.count + 19 else { continue }
      let stamp = Array(entry.utf8.dropFirst(name.utf8.count + 1))
      // 2026-11-24T020000Z
      let text =
        String(decoding: stamp.prefix(13), as: UTF8.self) + ":" + String(decoding: stamp[13..<15], as: UTF8.self)
        + ":" + String(decoding: stamp[15..<18], as: UTF8.self)
      if let time = Instant(text), time.seconds < limit {
        try? FileManager.default.removeItem(atPath: "\(definition.runs)/\(entry)")
      }
    }
  }
}
