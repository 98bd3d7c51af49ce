import ArgumentParser
import AuditModel
import Engine
import Facts
import FoundationEssentials
import Glibc
import History
import Probing
import Reporting
import Transport

/// `prodworthy audit`.
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Look at a system, judge what was seen, decide the gate.",
    discussion: """
      TARGET is a bare URL (an audit with no file at all) or the path of an inventory. Without one, prodworthy.yaml is
      looked for here and above.

      EXAMPLES:
        prodworthy audit https://127.0.0.1:8443 --trust ca.pem
        prodworthy audit -f prodworthy.yaml --policy pre-release --out reports/runs/today
        prodworthy audit --failed reports/runs/today           only what did not pass
        prodworthy audit --as-of 2026-12-24                    will it still pass on the day of the release?
        prodworthy audit --carry reports/runs/sunday           with the load run and the drill of Sunday
        prodworthy audit --history history.db --carry history  the same, from the newest run that still holds them

      Flags win over the environment (PRODWORTHY_FILE, PRODWORTHY_POLICY, PRODWORTHY_OUT, PRODWORTHY_CHECKS), that wins
      over the inventory, that over the defaults.

      \(ExitStatus.table)
      """)

  @Argument(help: "A bare URL, or the path of an inventory.", completion: .file(extensions: ["yaml", "yml"]))
  var targets: [String] = []

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var said: OverlayOptions
  @OptionGroup var rendering: ReportOptions
  @OptionGroup var place: HistoryOptions

  @Option(help: "The planned time this run is for, in any words: of two runs for one, the history keeps the first.")
  var slot: String?

  @Flag(
    name: .customLong("only-compare"),
    help: "Hold the run against --history, and add nothing to it: for runs of changes that are not in yet.")
  var onlyCompare = false

  @Option(help: "Further roots to trust in this run, a PEM file.", completion: .file())
  var trust: [String] = []

  @Option(help: "Narrow the run to this check and what it needs. Repeatable.")
  var check: [String] = []

  @Option(help: "Narrow the run to this target, by its id. Repeatable.")
  var target: [String] = []

  @Option(help: "Narrow the run to what did not pass in an earlier one: its folder.", completion: .directory)
  var failed: String?

  @Option(
    help: """
      Use what an earlier run saw of load, writing and disruption while it is fresh: its folder, or `history` for \
      whatever run of --history holds it. Repeatable; without a value it is `history`.
      """, completion: .directory)
  var carry: [String] = []

  @Option(help: "Look at part I of N of the targets, I/N: `prodworthy merge` puts the parts together.")
  var shard: String?

  @Option(help: "The folder that gets report.json, observations.jsonl, junit.xml, report.md.", completion: .directory)
  var out: String?

  @Option(name: .customLong("as-of"), help: "Judge as of this day (YYYY-MM-DD) or time (RFC 3339).")
  var asOf: String?

  /// The option's name, for the service that rehearses.
  static let rehearsalOption = "rehearsed-at"

  @Option(
    name: .customLong(rehearsalOption), help: ArgumentHelp("The time at which the run begins.", visibility: .hidden))
  var rehearsedAt: String?

  @Option(help: "Targets looked at side by side.")
  var concurrency = 16

  @Option(help: "Seconds after which the run stops looking.")
  var deadline = 600

  @Option(help: "How to tell progress on standard error: auto, line, plain, none.")
  var progress: String = Progress.Mode.auto.rawValue

  @Flag(name: .shortAndLong, help: "Print only the verdict.")
  var quiet = false

  func validate() throws {
    guard (1...1024).contains(concurrency) else { throw ValidationError("--concurrency runs from 1 to 1024") }
    guard (1...86_400).contains(deadline) else { throw ValidationError("--deadline runs from 1 to 86400 seconds") }
    guard shard == nil || part != nil else {
      throw ValidationError("--shard is I/N, such as 2/3 for the second of three, not \(shard ?? "")")
    }
    guard Progress.Mode(rawValue: progress) != nil else {
      throw ValidationError("--progress is auto, line, plain or none, not \(progress)")
    }
  }

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let day = try Day.read(asOf)
    let formats = try rendering.furtherFormats()
    for path in trust { try Self.requireRoots(in: path) }
    var request = selection.request
    request.targets = targets
    request.said = said.files
    let workspace = try Workspace.load(request, environment: environment)
    guard let inventory = workspace.inventory else { throw Failure(.ourFault, "no inventory was loaded") }
    try workspace.requireChecks(check)
    let narrowing = try narrowing(to: inventory)
    var earlier: [RecordedRun] = []
    for folder in carry where folder != Self.fromHistory {
      let kept = RunFolder(path: folder)
      let run = try kept.run()
      guard kept.isWhole else {
        throw Failure(.badData, "\(folder) was not written to its end: nothing of it is carried")
      }
      earlier.append(run)
    }
    let folder = out ?? environment["PRODWORTHY_OUT"].flatMap { $0.isEmpty ? nil : $0 }
    // A place that cannot be written is found out before any traffic is sent.
    if let folder { try RunFolder(path: folder).claim() }
    let history = try history(asOf: day)
    guard history != nil || !carry.contains(Self.fromHistory) else {
      throw Failure(.usage, "--carry history takes a history: name it with --history")
    }
    let certificates = try history.map { store throws(Failure) in
      try EarlierCertificates(of: inventory.system, in: inventory.environment.rawValue, from: store)
    }

    let redactor = Redactor(secrets: inventory.targets.flatMap(\.secrets.values))
    // What a run that died has left stopped would be found wanting by this one.
    let undone = await Undoing.replayAtStart()
    var run = try await observed(
      inventory, workspace, narrowing, earlier: earlier, redactor: redactor,
      history: carry.contains(Self.fromHistory) ? history : nil)
    run.header.undone = undone
    certificates?.put(into: &run)
    // Whatever becomes of the history, the verdict is shown.
    let known = Result { () throws(Failure) in
      if let history { try recall(in: history, for: &run, under: workspace) }
    }
    if let folder, let path = workspace.inventoryPath {
      run.header.sources = await SourceReading(inventory: path, run: folder).sources(
        of: workspace.sources + trust.map { ("trust", Input.absolute($0)) })
    }
    let report = Audit.report(run, policy: workspace.policy, catalogue: workspace.catalogue, asOf: day)

    let options = rendering.options(color: false)
    if let folder {
      try RunFolder(path: folder).write(
        run, report, formats: formats + ReportOptions.written(further: formats), options: options)
    }
    try GitHubActions.publish(report, environment: environment, options: options)
    let kept = Result { () throws(Failure) in
      if let history, !onlyCompare { try keep(report, of: run, in: history, catalogue: workspace.catalogue) }
    }
    if folder == nil, let format = formats.first {
      let files = try rendered(report, as: format, options)
      for file in format.leadStandsAlone(options) ? Array(files.prefix(1)) : files { try Output.print(file.bytes) }
    } else {
      var console = rendering.options(
        color: Terminal.takesColor(STDOUT_FILENO, environment: environment, asked: rendering.color))
      console.isQuiet = quiet
      for file in try rendered(report, as: ReportFormats.console, console) { try Output.print(file.bytes) }
      if let folder, !quiet { try Output.print("\nreports: \(folder)\n") }
    }
    try known.get()
    try kept.get()
    throw Interruption.shared.status ?? report.gate.exitStatus
  }

  /// The history that gets this run, opened and brought up to date before any traffic is sent; nil for none.
  private func history(asOf day: Instant?) throws(Failure) -> HistoryStore? {
    guard let store = try place.store(.creating) else {
      guard slot == nil, !onlyCompare else {
        throw Failure(.usage, "\(slot == nil ? "--only-compare" : "--slot") goes with --history")
      }
      return nil
    }
    guard day == nil else {
      throw Failure(
        .usage, "a run that is judged for another day is not kept: --as-of and --history do not go together")
    }
    try asking { () throws(HistoryFailure) in
      let deadline = Deadline(milliseconds: HistoryOptions.patience)
      try store.prepare(before: deadline)
      try store.requirePlace(forRehearsed: rehearsedAt != nil, before: deadline)
    }
    return store
  }

  /// The arguments with the word for the history after each `--carry` that has no value: the parser knows no option
  /// whose value may be left out.
  static func completed(_ arguments: [String]) -> [String] {
    guard arguments.first == configuration.commandName else { return arguments }
    var completed: [String] = []
    for (index, argument) in arguments.enumerated() {
      completed.append(argument)
      guard argument == "--carry" else { continue }
      let next = index + 1 < arguments.count ? arguments[index + 1] : nil
      if next?.hasPrefix("-") != false { completed.append(fromHistory) }
    }
    return completed
  }

  /// The word that stands for the history among the folders to carry from.
  static let fromHistory = "history"

  /// Puts into the run's header what earlier runs measured of the same numbers.
  private func recall(in store: HistoryStore, for run: inout RecordedRun, under workspace: Workspace) throws(Failure) {
    let series = Measuring.measurements(of: run, policy: workspace.policy, catalogue: workspace.catalogue)
      .filter { $0.value != nil }.map(\.series)
    let header = run.header
    run.header.measured = try asking { () throws(HistoryFailure) in
      try store.measured(
        series, of: header.system, policy: workspace.policy.id, before: header.startedAt,
        limit: NoiseComparison.Settings().window, deadline: Deadline(milliseconds: HistoryOptions.patience))
    }
  }

  /// The runs of a history that looked at what `plan` asks for and is expensive to look at.
  private func earlier(
    in store: HistoryStore, for plan: Plan, header: RunHeader, catalogue: Catalogue
  ) throws(Failure) -> [RecordedRun] {
    let looks = Carrying.wanted(by: plan, catalogue: catalogue)
    guard !looks.isEmpty else { return [] }
    let documents = try asking { () throws(HistoryFailure) in
      try store.evidence(
        of: looks, system: header.system, until: header.startedAt,
        before: Deadline(milliseconds: HistoryOptions.patience))
    }
    var runs: [RecordedRun] = []
    for document in documents { runs.append(try RunEvidence.run(in: document, of: store.place.name)) }
    return runs
  }

  private func keep(
    _ report: AuditReport, of run: RecordedRun, in store: HistoryStore, catalogue: Catalogue
  ) throws(Failure) {
    let bytes: [UInt8]
    do {
      bytes = try ReportDocument.encode(report)
    } catch {
      throw Failure(.ourFault, "cannot encode the report: \(error)")
    }
    let key = slot.map {
      RunEntry.key(
        system: report.system.name, environment: report.system.environment.rawValue, policy: report.policy.id, slot: $0)
    }
    let evidence = try RunEvidence(of: run, catalogue: catalogue)
    let outcome = try asking { () throws(HistoryFailure) in
      try store.append(
        RunEntry(report: report, document: bytes, key: key, evidence: evidence),
        before: Deadline(milliseconds: HistoryOptions.patience))
    }
    if case .superseded(let other) = outcome {
      Output.note("prodworthy: not kept: \(other) was kept for the same planned time\n")
    }
  }

  /// Throws `Failure` (66, 65) where `path` is no file with certificates: a root that is not read must not go unnoticed.
  private static func requireRoots(in path: String) throws(Failure) {
    guard Input.exists(path) else { throw Failure(.missingInput, "there is no file \(path)") }
    do throws(TrustStore.Failure) {
      _ = try TrustStore.including([path], systemRoots: false)
    } catch {
      throw Failure(.badData, error.sentence)
    }
  }

  /// Which part of how many this run is; nil where none is asked for, or where it is written wrongly.
  private var part: (index: Int, total: Int)? {
    guard let words = shard?.split(separator: "/", omittingEmptySubsequences: false), words.count == 2,
      words.allSatisfy({ $0.count <= 5 && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      let index = Int(words[0]), let total = Int(words[1]), total >= 1, total <= 10_000, (1...total).contains(index)
    else { return nil }
    return (index, total)
  }

  /// The places the run is narrowed to; nil for all. Throws `Failure` (64 for a target that there is not, 65, 66).
  private func narrowing(to inventory: Inventory) throws(Failure) -> [NarrowedPlace]? {
    let known = inventory.targets.map(\.id)
    for id in target where !known.contains(id) {
      throw Failure(.usage, "there is no target \(id)\(DidYouMean.phrase(id, among: known))")
    }
    guard let failed else { return target.isEmpty ? nil : target.map { NarrowedPlace(target: $0) } }
    let open = try RunFolder(path: failed).report().findings.filter { $0.status.isOpen }
    var places: [NarrowedPlace] = []
    for finding in open where target.isEmpty || target.contains(finding.target) {
      let place = NarrowedPlace(check: finding.check, target: finding.target)
      if !places.contains(place) { places.append(place) }
    }
    return places
  }

  private func observed(
    _ inventory: Inventory, _ workspace: Workspace, _ narrowing: [NarrowedPlace]?, earlier folders: [RecordedRun],
    redactor: Redactor, history: HistoryStore?
  ) async throws -> RecordedRun {
    let clock = ServiceClock(from: try Day.read(rehearsedAt))
    let startedAt = clock.now
    let began = ContinuousClock.now
    let catalogue = workspace.catalogue
    var header = RunHeader(
      asking: inventory, runID: UUID().uuidString.lowercased(), selection: check, at: startedAt)
    header.rehearsed = clock.isOwn ? true : nil
    header.places = narrowing
    header.identity = workspace.identity.isEmpty ? nil : workspace.identity.mapValues { redactor.redacted($0) }
    header.matrix = workspace.matrix
    header.policyFile = workspace.policyFile
    header.checkFolders = workspace.checkFolders.isEmpty ? nil : workspace.checkFolders
    header.invocation = workspace.invocation + trust.flatMap { ["--trust", $0] }
    for index in header.targets.indices {
      header.targets[index].declaration = redactor.redacted(header.targets[index].declaration)
      header.targets[index].address = header.targets[index].address.map { redactor.redacted($0) }
    }
    var plan = Plan(header, policy: workspace.policy, catalogue: catalogue)
    if let part {
      let mine = Sharding.targets(ofPart: part.index, of: part.total, in: plan, targets: header.targets.map(\.id))
      header.shard = Shard(
        total: part.total, parts: [Shard.Part(index: part.index, runID: header.runID, targets: mine)])
      plan = Plan(header, policy: workspace.policy, catalogue: catalogue)
    }
    var earlier = folders
    if let history { earlier += try self.earlier(in: history, for: plan, header: header, catalogue: catalogue) }
    let candidates = Carrying.candidates(
      for: plan, header: header, from: earlier, catalogue: catalogue, shelfLife: workspace.policy.shelfLife,
      at: startedAt)
    if !candidates.isEmpty {
      header.carried = candidates
      plan = Plan(header, policy: workspace.policy, catalogue: catalogue)
    }
    let progress = Progress(Progress.Mode(rawValue: progress) ?? .none, total: plan.observations.count)
    let observer = Observer(
      catalogue: catalogue, limits: Observer.Limits(concurrency: concurrency, deadline: deadline * 1000),
      cancellation: Interruption.shared.cancellation, redactor: redactor,
      trust: trust.map(Input.absolute), consented: header.consented,
      permitted: SafetyClass.allCases.last(where: header.permits) ?? .observe, clock: { clock.now })
    var observations = await observer.observations(
      of: plan, targets: inventory.targets, seen: Carrying.observations(candidates, from: earlier)
    ) { progress.note($0) }
    let confirmed = Carrying.confirmed(
      candidates, seen: observations, from: earlier, header: header, catalogue: catalogue)
    if confirmed != candidates {
      // What may not be used after all is looked at, where that is permitted.
      let refused = Set(confirmed.filter { $0.refused != nil }.map(\.key))
      header.carried = confirmed
      plan = Plan(header, policy: workspace.policy, catalogue: catalogue)
      observations = await observer.observations(
        of: plan, targets: inventory.targets, seen: observations.filter { !refused.contains($0.key) }
      ) { progress.note($0) }
    }
    progress.finish()
    let elapsed = (ContinuousClock.now - began).components
    header.finishedAt = clock.now
    header.durationMs = Int(elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000)
    header.interrupted = Interruption.shared.status != nil
    return RecordedRun(header: header, observations: observations, overlays: workspace.overlays)
  }
}

extension Gate {
  /// The exit status that follows from the decision, and from nothing else.
  var exitStatus: ExitStatus {
    switch status {
    case .passed: .passed
    case .failed: .failed
    case .undecided: .undecided
    }
  }
}

extension Instant {
  /// Now, by the system's clock.
  static func current() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(seconds: time.tv_sec)
  }
}

/// A day or time from the command line.
enum Day {
  /// The instant `text` names; nil for none. Throws `Failure` (64).
  static func read(_ text: String?) throws(Failure) -> Instant? {
    guard let text else { return nil }
    guard let instant = Instant(text) else {
      throw Failure(.usage, "\(text) is neither a day (2026-11-24) nor a time (2026-11-24T10:00:00Z)")
    }
    return instant
  }
}
