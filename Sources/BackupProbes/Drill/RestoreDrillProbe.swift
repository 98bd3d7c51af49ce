import AuditModel
import ChildProcesses
import Compression
import Facts
import Glibc
import Probing
import ScratchServers

/// Restores a backup into a throw-away cluster and asks it questions.
///
/// Nothing of the audited system is written to: the cluster lies in a new folder, archives nothing, listens on a socket in
/// that folder only, and is removed however the drill ends. A backup may hold code that runs in the restored server, with
/// the rights of its account; that is why a drill takes consent.
struct RestoreDrillProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "restore-drill", summary: "whether the newest backup restores, how fast, and with what in it",
    targetKinds: ["pg-dump", "pgbackrest", "base-backup"], safety: .mutate, facts: DrillFacts.schema,
    timeout: 3_600_000,
    traffic: "reads one backup whole; a throw-away server and some 20 processes on this host",
    measures: Measures([.init("$.restoreSeconds", "time to restore", unit: "s", least: 0.5)], sound: "$.restored"))

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let drill: RestoreDrill
    switch await RestoreDrill.prepare(target, context) {
    case .failure(let obstacle):
      return Redactor(secrets: target.secrets.values).redacted(Sighting.unseen(obstacle.unseen))
    case .success(let ready): drill = ready
    }
    var facts = await drill.run()
    facts.isRemoved = await context.lane.run { drill.keeper.remove() }
    if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was called off")) }
    var gaps: [Gap] = []
    if drill.plan.heartbeat == nil {
      gaps.append(
        Gap(
          path: "heartbeatAt", reason: "the inventory declares no heartbeat query",
          remedy: "declare drill.heartbeat: a query for the newest row known to be written"))
    }
    return .seen(Redactor(secrets: target.secrets.values).redacted(facts.value), gaps: gaps)
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue { DrillFacts.derive(facts, asOf: now) }
}

/// One drill: a backup, the programs to restore it with, and the folder it happens in.
struct RestoreDrill: Sendable {
  /// Where the backup is.
  enum Source: Sendable {
    case dump(path: String, format: DumpInspection.Format)
    case folder(path: String)
    case pgBackRest(config: String?, stanza: String)
  }

  struct Obstacle: Error {
    var unseen: Unseen
  }

  let source: Source
  let name: String
  let plan: DrillPlan
  let programs: ServerPrograms.Found
  let account: ServerAccount
  let keeper: ScratchGuard
  let context: ProbeContext
  let redactor: Redactor
  /// The inventory's folder.
  let home: String

  // MARK: Getting ready

  static func prepare(_ target: Target, _ context: ProbeContext) async -> Result<RestoreDrill, Obstacle> {
    let plan = DrillPlan(target)
    func no(_ kind: Unseen.Kind, _ reason: String) -> Result<RestoreDrill, Obstacle> {
      .failure(Obstacle(unseen: Unseen(kind, reason)))
    }
    let source: Source
    var major: Int?
    let name: String
    switch target.kind {
    case "pgbackrest":
      guard let stanza = target.settings["stanza"]?.string, !stanza.hasPrefix("-") else {
        return no(.malformed, "the inventory names no stanza")
      }
      let config = target.settings["config"]?.string
      let sight = await PgBackRest(config: config, stanza: stanza, verifies: false, run: ToolRun(target, context))
        .sight()
      switch sight {
      case .unseen(let unseen): return .failure(Obstacle(unseen: unseen))
      case .facts(let facts):
        guard
          let newest = facts.backups.filter({ $0.state == .complete }).max(by: {
            ($0.point ?? Instant(seconds: 0)) < ($1.point ?? Instant(seconds: 0))
          })
        else { return no(.malformed, "the stanza holds no backup to restore") }
        name = newest.name
        major = facts.systems.first?.version.flatMap { Int($0.prefix { $0 != "." }) }
      }
      source = .pgBackRest(config: config, stanza: stanza)
    case "base-backup":
      guard let path = target.settings["path"]?.string, let folder = newest(path, isBase: true) else {
        return no(.malformed, "there is no base backup to restore")
      }
      guard let version = version(of: folder) else {
        return no(.malformed, "\(folder) holds no PG_VERSION: it is no plain base backup")
      }
      (source, name, major) = (.folder(path: folder), String(folder.split(separator: "/").last ?? "/"), version)
    default:
      let format = target.settings["format"]?.string.flatMap(DumpInspection.Format.init) ?? .custom
      guard let path = target.settings["path"]?.string,
        let file = format == .directory && FolderListing.entry(at: "\(path)/toc.dat") != nil
          ? path : newest(path, isBase: false)
      else { return no(.malformed, "there is no dump to restore") }
      if format == .plain, let form = PlainScript.form(of: file, before: context.deadline) {
        do throws(CompressedForm.Unread) { _ = try form.inflation() } catch { return no(.broken, error.reason) }
      }
      (source, name) = (.dump(path: file, format: format), String(file.split(separator: "/").last ?? "/"))
    }
    guard let programs = ServerPrograms.find(major: major, declared: plan.programs) else {
      return no(.broken, "the programs of a PostgreSQL \(major.map { "\($0) " } ?? "")server are not installed here")
    }
    guard let account = ServerAccount() else {
      return no(.denied, "a server does not run as root, and there is no account postgres")
    }
    guard let keeper = ScratchGuard(under: plan.scratch, named: "drill", server: server(programs), account: account)
    else {
      return no(.denied, "no throw-away folder could be made")
    }
    return .success(
      RestoreDrill(
        source: source, name: name, plan: plan, programs: programs, account: account, keeper: keeper, context: context,
        redactor: Redactor(secrets: target.secrets.values), home: target.folder))
  }

  /// The newest file or folder in a folder; the path itself where it is one backup.
  private static func newest(_ path: String, isBase: Bool) -> String? {
    guard let entry = FolderListing.entry(at: path) else { return nil }
    if entry.isFile { return isBase ? nil : path }
    if isBase, FolderListing.entry(at: "\(path)/PG_VERSION") != nil { return path }
    let unfinished = [".tmp", ".part", ".partial"]
    return (FolderListing.entries(of: path) ?? [])
      .filter { entry in
        !entry.name.hasPrefix(".") && !unfinished.contains { entry.name.hasSuffix($0) }
          && (isBase ? entry.isFolder : true)
          && !entry.name.lowercased().contains("globals")
      }
      .max { $0.modifiedAt < $1.modifiedAt }?.path
  }

  private static func version(of folder: String) -> Int? {
    let deadline = Deadline(milliseconds: 1000)
    guard let source = try? OctetSource("\(folder)/PG_VERSION", before: deadline), source.size < 100,
      let bytes = try? source.bytes(source.size, of: "PG_VERSION")
    else { return nil }
    return Int(String(decoding: bytes, as: UTF8.self).prefix { $0.isNumber })
  }

  /// The server: settings on the command line outrank those that came with the backup.
  private static func server(_ programs: ServerPrograms.Found) -> [String] {
    let settings = [
      "config_file=FOLDER/drill.conf", "hba_file=FOLDER/drill.hba", "ident_file=FOLDER/drill.ident",
      "listen_addresses=",
      "unix_socket_directories=FOLDER", "port=5432", "archive_mode=off", "hot_standby=off", "primary_conninfo=",
      "ssl=off",
      "fsync=off", "shared_preload_libraries=", "session_preload_libraries=", "local_preload_libraries=",
      "logging_collector=off", "log_destination=stderr", "max_logical_replication_workers=0",
      "external_pid_file=FOLDER/server.pid",
      "shared_buffers=64MB", "dynamic_shared_memory_type=mmap", "cluster_name=restore-drill",
      "recovery_target_action=promote",
    ]
    return ["\(programs.folder)/postgres", "-D", "FOLDER/data"] + settings.flatMap { ["-c", $0] }
  }

  // MARK: The steps

  /// Restores, starts, asks. What is left is for the keeper to remove.
  func run() async -> DrillFacts {
    var facts = DrillFacts(backup: name)
    let began = ContinuousClock.now
    guard write() else {
      facts.steps.append(
        DrillFacts.Step(name: "prepare", succeeded: false, duration: 0, reason: "the folder cannot be written"))
      return facts
    }
    var database = plan.database ?? "postgres"
    switch source {
    case .dump(let path, let format):
      guard await step("initdb", &facts, initialize) else { return facts }
      guard await step("start", &facts, start) else { return facts }
      database = "drill"
      // The clock of a restore into a server that is there starts here; what came before prepared that server.
      guard await step("restore", &facts, { await load(path, format) }) else { return facts }
    case .folder(let path):
      guard await step("copy", &facts, { await copy(path) }) else { return facts }
      guard await step("recover", &facts, start) else { return facts }
    case .pgBackRest(let config, let stanza):
      guard await step("restore", &facts, { await restore(config, stanza) }) else { return facts }
      guard await step("recover", &facts, start) else { return facts }
    }
    await ask(&database, &facts)
    facts.restoreSeconds = Self.seconds(since: began)
    return facts
  }

  private func step(_ name: String, _ facts: inout DrillFacts, _ body: () async -> String?) async -> Bool {
    let began = ContinuousClock.now
    let problem = await body()
    facts.steps.append(
      DrillFacts.Step(name: name, succeeded: problem == nil, duration: Self.seconds(since: began), reason: problem))
    return problem == nil
  }

  private static func seconds(since began: ContinuousClock.Instant) -> Double {
    let elapsed = (ContinuousClock.now - began).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
  }

  /// Settings of the drill's own: those of the audited system name its folders and its archive.
  private func write() -> Bool {
    let files = [
      "drill.conf": "# Nothing: all is said on the command line.\n", "drill.hba": "local all all trust\n",
      "drill.ident": "",
    ]
    for (name, text) in files {
      let file = open("\(keeper.folder)/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      guard file >= 0 else { return false }
      defer { close(file) }
      let bytes = Array(text.utf8)
      guard Glibc.write(file, bytes, bytes.count) == bytes.count else { return false }
    }
    return true
  }

  private func initialize() async -> String? {
    await command(
      account.prefix + [
        "\(programs.folder)/initdb", "--pgdata=\(keeper.folder)/data", "--username=\(plan.role)", "--auth=trust",
        "--encoding=UTF8",
        "--no-locale", "--no-sync",
      ]
    ).problem
  }

  private func copy(_ path: String) async -> String? {
    if let problem = await command(["cp", "-a", "--", path, "\(keeper.folder)/data"]).problem { return problem }
    var steps = [["chmod", "0700", "\(keeper.folder)/data"]]
    if let (user, group) = account.identity {
      steps.append(["chown", "-R", "\(user):\(group)", "\(keeper.folder)/data"])
    }
    for step in steps { if let problem = await command(step).problem { return problem } }
    // A tablespace's link leads out of the copy, into what another server may be using.
    if FolderListing.entries(of: "\(keeper.folder)/data/pg_tblspc")?.isEmpty == false {
      return "the backup has tablespaces outside its folder, which a drill does not touch"
    }
    return nil
  }

  private func restore(_ config: String?, _ stanza: String) async -> String? {
    let tool =
      ["pgbackrest"] + (config.map { ["--config=\($0)"] } ?? []) + [
        "--stanza=\(stanza)", "--pg1-path=\(keeper.folder)/data",
      ]
    let locks = "--lock-path=\(keeper.folder)/lock"
    // The tool's own command would share the spool of the real server where that fetches in advance.
    let words = tool + [locks, "--no-archive-async"]
    guard words.allSatisfy(Self.isPlain) else {
      return "a path of the drill or the stanza's name holds special characters"
    }
    let fetch = words.map { "\"\($0)\"" }.joined(separator: " ") + " archive-get %f \"%p\""
    return await command(
      account.prefix + tool + [
        locks, "--archive-mode=off", "--log-level-console=off", "--log-level-file=off", "--log-level-stderr=error",
        "--tablespace-map-all=\(keeper.folder)/tablespaces", "--type=default",
        "--recovery-option=restore_command=\(fetch)",
        "restore",
      ]
    ).problem
  }

  /// Whether a word means itself between double quotes of the shell, in a file of settings and in a restore command:
  /// pgBackRest writes the command there as it is.
  private static func isPlain(_ word: String) -> Bool {
    word.unicodeScalars.allSatisfy { $0.value >= 32 && !"\"'\\$`%".unicodeScalars.contains($0) }
  }

  private func load(_ path: String, _ format: DumpInspection.Format) async -> String? {
    let login = ["-h", keeper.folder, "-U", plan.role]
    if let problem = await command(["\(programs.folder)/createdb"] + login + ["-T", "template0", "drill"]).problem {
      return problem
    }
    guard format == .plain else {
      return await command(
        ["\(programs.folder)/pg_restore"] + login + [
          "--no-owner", "--no-privileges", "--exit-on-error", "-d", "drill", path,
        ]
      ).problem
    }
    let script: String
    switch await uncompressed(path) {
    case .success(let path): script = path
    case .failure(let problem): return problem.words
    }
    return await command(
      ["sh", "-c", "file=$1; shift; \"$@\" <\"$file\"", "sh", script, "\(programs.folder)/psql"] + login
        + ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", "drill"]
    ).problem
  }

  /// Why a script cannot be given to psql.
  private struct Unusable: Error { var words: String }

  /// The script itself, or what it holds, in a file of the drill's folder.
  private func uncompressed(_ path: String) async -> Result<String, Unusable> {
    let (target, deadline) = ("\(keeper.folder)/script.sql", context.deadline)
    return await context.lane.run {
      guard let form = PlainScript.form(of: path, before: deadline) else { return .success(path) }
      do throws(CompressedForm.Unread) {
        let inflation = try form.inflation()
        do throws(ReadingFault) {
          try PlainScript.uncompress(path, inflation, to: target, before: deadline)
          return .success(target)
        } catch {
          switch error {
          case .truncated(let what): return .failure(Unusable(words: "the dump ends within \(what)"))
          case .outOfTime: return .failure(Unusable(words: "the dump could not be uncompressed in time"))
          case .corrupt(let reason), .foreign(let reason), .newer(let reason), .unreadable(let reason):
            return .failure(Unusable(words: reason))
          }
        }
      } catch {
        return .failure(Unusable(words: error.reason))
      }
    }
  }

  /// Has the server started and waits until it answers, which it does once recovery is over.
  private func start() async -> String? {
    keeper.startServer()
    while !context.deadline.hasPassed {
      let answer = await query("SELECT pg_is_in_recovery()", in: "template1")
      if answer.text == "f" { return nil }
      if let line = lastWords() { return line }
      await context.lane.run { _ = usleep(100_000) }
    }
    return context.deadline.isCancelled ? "the run was called off" : "the server did not answer in time"
  }

  /// Why the server gave up; nil while it has not.
  private func lastWords() -> String? {
    let deadline = Deadline(milliseconds: 1000)
    guard let source = try? OctetSource("\(keeper.folder)/server.log", before: deadline), source.size < 4 << 20,
      let bytes = try? source.bytes(source.size, of: "the log")
    else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let fatal = lines.last { line in
      (line.contains("FATAL:") && !line.contains("the database system is")) || line.contains("PANIC:")
        || line.hasPrefix("postgres: ") || line.hasPrefix("setpriv: ")
    }
    return fatal.map { String($0).bounded() }
  }

  // MARK: Questions

  private func ask(_ database: inout String, _ facts: inout DrillFacts) async {
    if case .dump = source {
    } else if plan.database == nil {
      let largest = """
        SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate
        ORDER BY pg_catalog.pg_database_size(oid) DESC, datname LIMIT 1
        """
      if let name = await query(largest, in: "template1").text, !name.isEmpty { database = name }
    }
    let settings = await query(
      "SELECT current_setting('archive_mode') || ' ' || current_setting('listen_addresses') || '|' || current_setting('server_version')",
      in: database)
    let halves = settings.text?.split(separator: "|", maxSplits: 1).map(String.init) ?? []
    if halves.count == 2 {
      facts.isIsolated = halves[0] == "off "
      facts.serverVersion = halves[1]
    }
    let tables = """
      SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'
      """
    facts.tables = await query(tables, in: database).text.flatMap { Int($0) }
    facts.assertions.append(await number("user tables", tables, atLeast: 1, atMost: nil, in: database))
    let invalid = "SELECT count(*) FROM pg_catalog.pg_index WHERE NOT indisvalid"
    facts.assertions.append(await number("invalid indexes", invalid, atLeast: nil, atMost: 0, in: database))
    for table in plan.tables {
      let name = table.name.split(separator: ".").map {
        "\"\($0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
      }
      facts.assertions.append(
        await number(
          "rows of \(table.name)", "SELECT count(*) FROM \(name.joined(separator: "."))",
          atLeast: Double(table.minimumRows),
          atMost: nil, in: database))
    }
    for query in plan.queries {
      facts.assertions.append(
        await number(query.name, query.sql, atLeast: query.atLeast, atMost: query.atMost, in: database))
    }
    if let heartbeat = plan.heartbeat {
      let answer = await query("SELECT floor(extract(epoch FROM (\(heartbeat))::timestamptz))::bigint", in: database)
      facts.heartbeatAt = answer.text.flatMap { Int($0) }.map { Instant(seconds: $0) }
      if facts.heartbeatAt == nil {
        facts.assertions.append(
          DrillFacts.Assertion(
            name: "heartbeat", expected: "a time", observed: nil, holds: false,
            reason: answer.problem ?? "no row came back"))
      }
    }
  }

  /// Asks for a number. What is no number is not repeated: it may be somebody's data.
  private func number(_ name: String, _ sql: String, atLeast: Double?, atMost: Double?, in database: String) async
    -> DrillFacts.Assertion
  {
    let answer = await query(sql, in: database)
    let limits = [atLeast.map { "at least \(Self.words($0))" }, atMost.map { "at most \(Self.words($0))" }].compactMap {
      $0
    }
    var assertion = DrillFacts.Assertion(
      name: name, expected: limits.isEmpty ? "a number" : limits.joined(separator: ", "))
    guard let value = answer.text.flatMap({ Double($0) }), value.isFinite else {
      assertion.holds = answer.problem == nil ? nil : false
      assertion.reason = answer.problem ?? "the answer is no number"
      return assertion
    }
    assertion.observed = value
    let holds = (atLeast.map { value >= $0 } ?? true) && (atMost.map { value <= $0 } ?? true)
    assertion.holds = holds
    if !holds { assertion.reason = "\(Self.words(value)) instead of \(assertion.expected)" }
    return assertion
  }

  private static func words(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? String(number) }

  /// The one value a query answers with, in a session that cannot write.
  private func query(_ sql: String, in database: String) async -> (text: String?, problem: String?) {
    let result = await command(
      [
        "\(programs.folder)/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", keeper.folder, "-U", plan.role, "-d",
        database, "-c", sql,
      ],
      adding: ["PGOPTIONS": "-c default_transaction_read_only=on -c statement_timeout=60s", "PGCONNECT_TIMEOUT": "5"])
    guard result.problem == nil else { return (nil, result.problem) }
    return (result.output.split(separator: "\n").first.map(String.init) ?? "", nil)
  }

  private func command(_ words: [String], adding variables: [String: String] = [:]) async -> (
    output: String, problem: String?
  ) {
    var variables = variables
    variables[ScratchGuard.mark] = keeper.folder
    if let (_, _) = account.identity, words.first == "setpriv" { variables["HOME"] = keeper.folder }
    let outcome = redactor.redacted(
      await ChildProcess.run(
        words, environment: ChildProcess.environment(adding: variables), in: home, deadline: context.deadline,
        outputLimit: 4 << 20, on: context.lane), andOutput: true)
    context.traffic.add(of: outcome)
    let output = String(decoding: outcome.output, as: UTF8.self)
    let program = words.first { $0.contains("postgresql") || !$0.hasPrefix("-") && $0 != "setpriv" } ?? "it"
    switch outcome.ending {
    case .exited(0): return (output, nil)
    case .exited(let status):
      return (output, outcome.withComplaint("\(program.split(separator: "/").last ?? "") ended with \(status)"))
    default: return (output, outcome.obstacle?.reason ?? "ended by \(outcome.ending.words)")
    }
  }
}
