import AuditModel
import Facts
import FaultProxy
import Glibc
import Probing
import UndoJournal

/// Cuts one dependency off in one way, watches the service meanwhile and until it is well again, and puts everything back,
/// however it ends.
struct DependencyCut: Sendable {
  /// What all cuts of a target share.
  struct Scene: Sendable {
    let target: String
    let asker: Asker
    let readiness: DeclaredRequest?
    let liveness: DeclaredRequest?
    /// Asked where a dependency declares no request of its own.
    let request: DeclaredRequest
    let counters: CounterReader
    let journal: UndoJournal
    let context: ProbeContext
  }

  /// What came of it.
  struct Outcome: Sendable {
    var facts: JSONObject
    /// By member of the facts.
    var gaps: [(member: String, reason: String)] = []
    /// Whether the service is as well as before: else nothing further is cut.
    var isWell = true
  }

  /// Why it was not done, or not to the end.
  private struct Obstacle: Error {
    var reason: String
  }

  let scene: Scene
  let dependency: DeclaredDependency
  let way: DeclaredDependency.Way
  let proxy: FaultProxy?

  /// Between two looks at an endpoint, in milliseconds.
  private static let pace = 200
  /// How long readiness and liveness are waited for, in milliseconds: orchestrators wait a second or two.
  private static let healthPatience = 2000
  /// How long a command that stops something may take, in milliseconds.
  private static let stopPatience = 30_000
  /// How long putting a step back may take, in milliseconds, and how long where the run was interrupted.
  private static let undoPatience = 15_000
  private static let hastyUndoPatience = 3000
  /// How long a service may take to be well before anything is cut, in milliseconds.
  private static let settlingPatience = 10_000

  private var deadline: Deadline { scene.context.deadline }
  private var lane: BlockingLane { scene.context.lane }
  private var request: DeclaredRequest { dependency.request ?? scene.request }
  private var now: Int { scene.asker.now }

  /// Whether calls of the dependency arrive at the proxy meanwhile: refused ones do not.
  private var isCounted: Bool { if case .fault(let fault) = way { fault != .refuse } else { false } }

  /// What is told where it is not even tried.
  func leftOut(_ reason: String) -> Outcome {
    var outcome = blank
    noteGaps(reason, in: &outcome)
    outcome.isWell = false
    return outcome
  }

  private var blank: Outcome {
    Outcome(facts: [
      "dependency": .string(dependency.name), "how": .string(way.word), "isOutage": .bool(way.isOutage),
      "isSilent": .bool(way.isSilent), "isRequired": .bool(dependency.isRequired),
      "isNeeded": .bool(dependency.isNeeded), "isCounted": .bool(isCounted), "hasAlert": .bool(dependency.alert != nil),
      "hasWork": .bool(dependency.work != nil),
      "isDone": false, "heldMs": nil, "restored": nil, "readiness": nil,
      "liveness": nil, "answers": nil, "attempts": nil, "alert": nil, "recovery": nil, "work": nil,
    ])
  }

  private func noteGaps(_ reason: String, in outcome: inout Outcome) {
    var members = ["readiness", "liveness", "answers", "recovery", "restored"]
    if dependency.alert != nil { members.append("alert") }
    if dependency.work != nil { members.append("work") }
    if isCounted { members.append("attempts") }
    for member in members where outcome.facts[member]?.isNull ?? true { outcome.gaps.append((member, reason)) }
  }

  func carryOut() async -> Outcome {
    var outcome = blank
    do throws(Obstacle) {
      try await carryOut(into: &outcome)
    } catch {
      noteGaps(error.reason, in: &outcome)
    }
    return outcome
  }

  private func carryOut(into outcome: inout Outcome) async throws(Obstacle) {
    guard await isWell(within: Self.settlingPatience) else {
      outcome.isWell = false
      throw Obstacle(reason: "\(dependency.name) was not cut off: the service was not well before")
    }
    let keys = await callKeys()
    let before = await counts()
    let alertFiresAlready = await fires()
    let step = try await step()
    var entry: UndoJournal.Entry?
    if let step {
      do throws(StepFailure) { entry = try scene.journal.record(step) } catch {
        throw Obstacle(
          reason: "\(dependency.name) was not cut off: the undo journal cannot be written: \(error.reason)")
      }
    }
    let problem = await cut()
    let start = now
    let proxyStart = proxy?.now ?? 0
    // The call by which the calls were learnt to know may be a millisecond old, which is within what clocks are worth.
    let earlier = proxy?.record
    guard problem == nil else {
      outcome.facts["restored"] = .bool(await putBack(entry) == nil)
      outcome.isWell = await isWell(within: dependency.recovery)
      throw Obstacle(reason: "\(dependency.name) was not cut off: \(problem ?? "")")
    }
    let watched = await watch(from: start, waitsForAlert: dependency.alert != nil && alertFiresAlready == false)
    let end = now
    outcome.facts["isDone"] = true
    outcome.facts["heldMs"] = .integer(end - start)

    // Putting back goes on while the service is watched: a command in the foreground does not end.
    async let putBack = putBack(entry)
    let recovery = await recovery(from: end)
    let undoProblem = await putBack
    outcome.facts["restored"] = .bool(undoProblem == nil)
    if let undoProblem { outcome.gaps.append(("recovery", "it could not be put back: \(undoProblem)")) }
    if deadline.isCancelled { throw Obstacle(reason: "the run was interrupted") }

    fill(
      "readiness", CutFigures.readiness(watched.readiness.all, from: start, to: end), scene.readiness, into: &outcome)
    fill("liveness", CutFigures.liveness(watched.liveness.all, from: start, to: end), scene.liveness, into: &outcome)
    let answers = watched.answers.all.filter { $0.from >= start && $0.from < end }
    outcome.facts["answers"] = CutFigures.answers(answers, from: start, to: end) ?? .null
    if outcome.facts["answers"]?.isNull ?? true {
      outcome.gaps.append(("answers", "no request was answered or given up"))
    }
    if let proxy, let earlier, isCounted {
      let shift = proxyStart - start
      let windows = answers.map { ($0.from + shift, $0.to + shift) }
      let attempts = CallAttempts(proxy.record.later(than: earlier), during: windows, keys: keys)
      outcome.facts["attempts"] = attempts.requests > 0 ? attempts.facts : .null
      if attempts.requests == 0 {
        outcome.gaps.append(("attempts", "no request made the service call \(dependency.name) through the proxy"))
      }
    }
    if let alert = dependency.alert {
      if alertFiresAlready == nil {
        outcome.gaps.append(("alert", "\(alert.url) does not tell which alerts fire"))
      } else if alertFiresAlready == true {
        outcome.gaps.append(("alert", "\(alert.name) fired before the cut already"))
      } else {
        let fired = watched.fired.all.first.map { max(0, $0.to - start) }
        outcome.facts["alert"] = [
          "name": .string(alert.name), "hasFired": .bool(fired != nil), "firedAfterMs": JSONValue(fired),
        ]
      }
    }
    outcome.facts["recovery"] = recovery.facts
    outcome.isWell = recovery.isWell
    if let work = dependency.work {
      await followUp(work, before: before, handedIn: watched.work.all, from: end, into: &outcome)
    }
  }

  private func fill(_ member: String, _ facts: JSONValue?, _ asked: DeclaredRequest?, into outcome: inout Outcome) {
    outcome.facts[member] = facts ?? .null
    guard facts == nil else { return }
    outcome.gaps.append(
      (member, asked == nil ? "the inventory names no \(member) path" : "the \(member) endpoint was not asked in time"))
  }

  // MARK: Before

  private func ask(_ declared: DeclaredRequest, patience: Int) async -> Look {
    let (asker, deadline) = (scene.asker, deadline)
    return await lane.run { asker.look(declared, before: deadline.capped(milliseconds: patience)) }
  }

  /// Whether readiness is green and the request succeeds, within so many milliseconds.
  private func isWell(within patience: Int) async -> Bool {
    let limit = deadline.capped(milliseconds: patience)
    while true {
      let isReady =
        if let readiness = scene.readiness { await ask(readiness, patience: Self.healthPatience).isGood } else { true }
      if isReady, await ask(request, patience: dependency.patience).isGood { return true }
      if limit.hasPassed { return false }
      await pause(Self.pace, before: limit)
    }
  }

  /// The calls that a request causes at the dependency, and health checks do not; nil where what passes is not plain HTTP.
  private func callKeys() async -> Set<ProxyRecord.Call>? {
    guard let proxy else { return nil }
    func calls(since count: Int) -> Set<ProxyRecord.Call> { Set(proxy.record.requests.dropFirst(count).map(\.call)) }
    let quiet = proxy.record.requests.count
    for declared in [scene.readiness, scene.liveness].compactMap(\.self) {
      _ = await ask(declared, patience: Self.healthPatience)
    }
    await pause(300, before: deadline)
    let besides = calls(since: quiet)
    proxy.spared = besides
    let loud = proxy.record.requests.count
    _ = await ask(request, patience: dependency.patience)
    let caused = calls(since: loud).subtracting(besides)
    return caused.isEmpty && proxy.record.requestCount == 0 ? nil : caused
  }

  private func counts() async -> (pending: Int?, done: Int?, problem: String?) {
    guard let work = dependency.work else { return (nil, nil, nil) }
    let (counters, deadline) = (scene.counters, deadline)
    return await lane.run {
      var problem: String?
      func value(_ counter: DeclaredCounter?) -> Int? {
        guard let counter else { return nil }
        do throws(CounterReader.Failure) {
          return try counters.value(of: counter, before: deadline.capped(milliseconds: 5000))
        } catch {
          problem = error.reason
          return nil
        }
      }
      let (pending, done) = (value(work.pending), value(work.done))
      return (pending, done, problem)
    }
  }

  private func fires() async -> Bool? {
    guard let alert = dependency.alert else { return nil }
    let watch = AlertWatch(alert: alert, trust: scene.context.trust, traffic: scene.context.traffic)
    let deadline = deadline
    return await lane.run { watch.fires(before: deadline.capped(milliseconds: 5000)) }
  }

  // MARK: Cutting and putting back

  /// What is going to be done; nil where it ends with this process anyway.
  private func step() async throws(Obstacle) -> DisruptiveStep? {
    switch way {
    case .stop(_, let start):
      return DisruptiveStep(
        target: scene.target, what: "\(dependency.name) is stopped", compensation: .command(start))
    case .pause:
      let process = try process()
      return DisruptiveStep(
        target: scene.target, what: "\(dependency.name) is paused, process \(process.pid)",
        compensation: .resume(process))
    case .fault: return nil
    }
  }

  private func process() throws(Obstacle) -> RunningProcess {
    guard case .pause(let pid, let pidFile) = way else { throw Obstacle(reason: "there is no process to pause") }
    do throws(StepFailure) { return try RunningProcess.declared(pid: pid, pidFile: pidFile) } catch {
      throw Obstacle(reason: "\(dependency.name) was not cut off: \(error.reason)")
    }
  }

  /// Why it did not go; nil where it did.
  private func cut() async -> String? {
    let context = scene.context
    switch way {
    case .stop(let stop, _):
      context.traffic.add(processes: 1)
      let deadline = deadline.capped(milliseconds: Self.stopPatience)
      let ending = await lane.run { stop.run(before: deadline, stopsAtDeadline: true) }
      if case .failed(let reason) = ending { return "\(stop.words.joined(separator: " ")): \(reason)" }
    case .pause:
      do throws(Obstacle) {
        let process = try process()
        do throws(StepFailure) { try process.send(SIGSTOP) } catch { return error.reason }
      } catch {
        return error.reason
      }
    case .fault(let fault): proxy?.fault = fault
    }
    return nil
  }

  /// Why what was done could not be put back; nil where it was. Has time of its own: this happens also when the run's is over.
  private func putBack(_ entry: UndoJournal.Entry?) async -> String? {
    if case .fault = way { proxy?.fault = .none }
    guard let entry else { return nil }
    let journal = scene.journal
    let patience = deadline.isCancelled ? Self.hastyUndoPatience : Self.undoPatience
    if case .stop = way { scene.context.traffic.add(processes: 1) }
    return await lane.run {
      do throws(StepFailure) {
        try journal.undo(entry, patience: patience)
        return nil
      } catch {
        return error.reason
      }
    }
  }

  // MARK: Watching

  private struct Watched: Sendable {
    let readiness = Looks()
    let liveness = Looks()
    let answers = Looks()
    let work = Looks()
    let fired = Looks()
  }

  private func watch(from start: Int, waitsForAlert: Bool) async -> Watched {
    let watched = Watched()
    let isOver = Flag()
    await withTaskGroup(of: Void.self) { group in
      for (declared, looks, patience) in [
        (scene.readiness, watched.readiness, Self.healthPatience),
        (scene.liveness, watched.liveness, Self.healthPatience),
        (request, watched.answers, dependency.patience),
      ] {
        guard let declared else { continue }
        group.addTask { await repeatedly(declared, into: looks, patience: patience, until: isOver) }
      }
      if let work = dependency.work {
        group.addTask {
          for _ in 0..<work.count where !deadline.hasPassed {
            watched.work.add(await ask(work.request, patience: dependency.patience))
          }
        }
      }
      group.addTask {
        let alertLimit = dependency.alert.map(\.patience) ?? 0
        while !deadline.hasPassed {
          let held = now - start
          if waitsForAlert, watched.fired.all.isEmpty, await fires() == true {
            watched.fired.add(Look(from: start, to: now, end: .broken))
          }
          let waits = waitsForAlert && watched.fired.all.isEmpty && held < alertLimit
          let hasAnswer = !watched.answers.all.isEmpty || held > dependency.hold + dependency.patience
          if held >= dependency.hold, hasAnswer, !waits { break }
          await pause(waitsForAlert ? 500 : 100, before: deadline)
        }
        // Requests that are under way end by themselves first: one that hangs must not be saved by what is put back.
        isOver.raise()
      }
    }
    return watched
  }

  private func repeatedly(_ declared: DeclaredRequest, into looks: Looks, patience: Int, until isOver: Flag) async {
    while !isOver.isRaised, !deadline.hasPassed {
      looks.add(await ask(declared, patience: patience))
      await pause(Self.pace, before: deadline)
    }
  }

  private func recovery(from end: Int) async -> (facts: JSONValue, isWell: Bool) {
    let readiness = Looks()
    let answers = Looks()
    let limit = deadline.capped(milliseconds: dependency.recovery)
    var ready: Int?
    var answered: Int?
    while !limit.hasPassed {
      if let declared = scene.readiness { readiness.add(await ask(declared, patience: Self.healthPatience)) }
      answers.add(await ask(request, patience: dependency.patience))
      ready = CutFigures.steadyFrom(readiness.all, after: end)
      answered = CutFigures.steadyFrom(answers.all, after: end)
      if ready != nil || scene.readiness == nil, answered != nil { break }
      await pause(Self.pace, before: limit)
    }
    let isWell = (ready != nil || scene.readiness == nil) && answered != nil
    let times = [ready, answered].compactMap { $0.map { $0 - end } }
    return (
      [
        "hasRecovered": .bool(isWell), "recoveredAfterMs": isWell ? JSONValue(times.max()) : .null,
        "readinessAfterMs": JSONValue(ready.map { $0 - end }), "answersAfterMs": JSONValue(answered.map { $0 - end }),
        "limitMs": .integer(dependency.recovery),
      ], isWell
    )
  }

  private func followUp(
    _ work: DeclaredDependency.Work, before: (pending: Int?, done: Int?, problem: String?), handedIn: [Look],
    from end: Int, into outcome: inout Outcome
  ) async {
    let accepted = handedIn.count(where: \.isGood)
    let limit = deadline.capped(milliseconds: work.patience)
    var after = await counts()
    var drained: Int?
    while true {
      let isDrained = after.pending.flatMap { now in before.pending.map { now <= $0 } } ?? true
      let isDone = after.done.flatMap { now in before.done.map { now - $0 >= accepted } } ?? true
      if isDrained, drained == nil, after.pending != nil { drained = now - end }
      if isDrained, isDone || limit.hasPassed { break }
      if limit.hasPassed { break }
      await pause(500, before: limit)
      after = await counts()
    }
    let done = after.done.flatMap { now in before.done.map { now - $0 } }
    let hasDrained = after.pending.flatMap { now in before.pending.map { now <= $0 } }
    outcome.facts["work"] = [
      "accepted": .integer(accepted), "refused": .integer(handedIn.count - accepted), "done": JSONValue(done),
      "lost": JSONValue(done.map { max(0, accepted - $0) }), "pendingBefore": JSONValue(before.pending),
      "pendingAfter": JSONValue(after.pending), "hasDrained": JSONValue(hasDrained),
      "drainedAfterMs": hasDrained == true ? JSONValue(drained) : .null,
    ]
    let reason = before.problem ?? after.problem ?? "the inventory declares no counter for it"
    if done == nil { outcome.gaps.append(("work.lost", reason)) }
    if hasDrained == nil { outcome.gaps.append(("work.hasDrained", reason)) }
  }
}

extension RunningProcess {
  /// The process that an inventory names by its id or by a file with it. Throws why there is none that may be paused.
  static func declared(pid: Int?, pidFile: String?) throws(StepFailure) -> RunningProcess {
    var pid = pid
    if let pidFile {
      let descriptor = open(pidFile, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else { throw StepFailure(reason: "\(pidFile): \(String(cString: strerror(errno)))") }
      defer { close(descriptor) }
      var buffer = [UInt8](repeating: 0, count: 64)
      let count = read(descriptor, &buffer, buffer.count)
      pid = Int(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).prefix { $0.isNumber })
      if pid == nil { throw StepFailure(reason: "\(pidFile) holds no process id") }
    }
    // Neither the machine's first process nor the audit itself, and none of those it runs under.
    guard let pid, pid > 1, pid != Int(getpid()), pid != Int(getppid()), let process = RunningProcess(pid: pid) else {
      throw StepFailure(reason: "there is no process \(pid.map(String.init) ?? "") that may be paused")
    }
    return process
  }
}
