package import AuditModel
package import Definitions
package import History
package import Probing
import Scheduling

/// How an audit that runs by itself ended.
package enum AuditEnding: Sendable {
  /// With a report, its bytes as they were written, and what of the run a later one may carry on.
  case report(AuditReport, [UInt8], RunEvidence? = nil)
  /// Without one, and why.
  case broken(String)
  /// Called off before its end: its planned time is left to another instance.
  case calledOff
}

/// Runs what is due and tells what came of it. Time comes in with every tick; nothing here looks at a clock.
///
/// Any number of instances may share one history: it decides who runs a planned time, and each notice goes out once.
package actor AuditService {
  /// Runs one audit to its end, or until called off.
  package typealias Running = @Sendable (ServiceDefinition.Audit, Instant, Cancellation) async -> AuditEnding

  private let definition: ServiceDefinition
  private let store: HistoryStore
  private let instance: String
  private let isRehearsal: Bool
  private let counters: ServiceCounters
  private let running: Running
  private let log: @Sendable (String) -> Void
  /// The history answers, mostly within milliseconds, on threads of its own.
  private let lane = BlockingLane(width: 2)
  private let postLane = BlockingLane(width: 1)
  private let cancellation = Cancellation()

  /// An audit at work.
  private struct Work {
    var slot: Instant
    var renewed: Instant
    var task: Task<Void, Never>
    var cancellation: Cancellation
    /// Whether it is being let go of: then its planned time is nobody's because it is done with.
    var isEnding = false
  }

  private var works: [String: Work] = [:]
  /// Between these times nothing of an audit is due, as far as is known: the history is not asked.
  private var quiet: [String: ClosedRange<Instant>] = [:]
  private var toldLast: Instant?
  private var telling: Task<Void, Never>?
  private var lastPruned: Instant?

  /// So long an instance without a sign of life counts as working, in seconds.
  static let lease = 60
  /// So long the history is not asked anew where nothing seems due, in seconds.
  private static let quietest = 300
  /// So long notices of other instances that died wait at most, in seconds.
  private static let tellingPace = 10
  /// After this many instances died at it, a planned time is given up.
  private static let mostAttempts = 3
  /// How long the history may take for one answer, in milliseconds.
  private static let patience = 20_000

  /// A service over a history. `instance` tells it from others, and is not used twice; in a rehearsal every notice says
  /// that it is one.
  package init(
    _ definition: ServiceDefinition, store: HistoryStore, instance: String, isRehearsal: Bool = false,
    counters: ServiceCounters = .init(), log: @escaping @Sendable (String) -> Void = { _ in },
    running: @escaping Running
  ) {
    self.definition = definition
    self.store = store
    self.instance = instance
    self.isRehearsal = isRehearsal
    self.counters = counters
    self.log = log
    self.running = running
  }

  /// Does what is due at `now`: begins audits, gives signs of life for those at work, tells what waits to be told.
  package func tick(at now: Instant) async {
    if cancellation.isCalled { return }
    counters.note(tickAt: now)
    do throws(HistoryFailure) {
      for audit in definition.audits {
        if let work = works[audit.name] {
          try await renew(work, audit.name, at: now)
        } else {
          try await begin(audit, at: now)
        }
      }
      counters.note(historyFailure: nil)
    } catch {
      counters.note(historyFailure: error.description)
      log("the history does not answer: \(error)")
    }
    tell(at: now)
    prune(at: now)
  }

  /// Waits until nothing is at work any more.
  package func settle() async {
    while let work = works.values.first { await work.task.value }
    await telling?.value
  }

  /// Begins nothing more, calls off what is at work, and waits for its end.
  package func stop() async {
    cancellation.call()
    for work in works.values { work.cancellation.call() }
    await settle()
  }

  // MARK: Audits

  private func asking<Result: Sendable>(
    _ body: @escaping @Sendable (HistoryStore, Deadline) throws(HistoryFailure) -> Result
  ) async throws(HistoryFailure) -> Result {
    let store = store
    return try await lane.run {
      Swift.Result { () throws(HistoryFailure) in try body(store, Deadline(milliseconds: Self.patience)) }
    }.get()
  }

  private func begin(_ audit: ServiceDefinition.Audit, at now: Instant) async throws(HistoryFailure) {
    let name = audit.name
    if quiet[name]?.contains(now) == true { return }
    quiet[name] = nil
    let state = try await asking { store, deadline throws(HistoryFailure) in
      try store.schedule(name, now: now, before: deadline)
    }
    guard let slot = audit.schedule.due(after: state.lastSlot, at: now) else {
      let upcoming = audit.schedule.upcoming(after: state.lastSlot, at: now)?.seconds ?? Int.max
      let end = min(upcoming - 1, now.seconds + Self.quietest)
      if end >= now.seconds { quiet[name] = now...Instant(seconds: end) }
      return
    }
    if state.runningSlot != nil, let lease = state.leaseUntil, lease >= now {
      // Somebody else is at it; whether they live shows by then.
      quiet[name] = now...min(lease, Instant(seconds: now.seconds + Self.lease / 4))
      return
    }
    let instance = instance
    let attempts = try await asking { store, deadline throws(HistoryFailure) in
      try store.claim(name, slot: slot, owner: instance, now: now, leaseSeconds: Self.lease, before: deadline)
    }
    guard let attempts else { return }
    // While the history was asked, the service may have been told to stop, or have begun the same by another tick.
    guard !cancellation.isCalled, works[name] == nil else {
      _ = try await asking { store, deadline throws(HistoryFailure) in
        try store.finish(name, slot: slot, owner: instance, status: nil, before: deadline)
      }
      return
    }
    if attempts > Self.mostAttempts {
      await end(audit, slot, .broken("\(attempts - 1) instances ended while they ran it"), at: now)
      return
    }
    let calledOff = Cancellation()
    log("\(name): begins, planned for \(slot)")
    counters.began(name, at: now)
    let running = running
    let task = Task {
      let ending = await running(audit, slot, calledOff)
      await self.end(audit, slot, ending, at: now)
      self.works[name] = nil
    }
    works[name] = Work(slot: slot, renewed: now, task: task, cancellation: calledOff)
  }

  private func renew(_ work: Work, _ name: String, at now: Instant) async throws(HistoryFailure) {
    guard !work.isEnding, now.seconds(since: work.renewed) >= Self.lease / 4 || now < work.renewed else { return }
    let instance = instance
    let isOurs = try await asking { store, deadline throws(HistoryFailure) in
      try store.renew(
        name, slot: work.slot, owner: instance, now: now, leaseSeconds: Self.lease, before: deadline)
    }
    if isOurs {
      works[name]?.renewed = now
    } else if works[name]?.isEnding == false {
      // This instance slept for longer than its lease: somebody else is at it.
      log("\(name): taken over by another instance")
      work.cancellation.call()
    }
  }

  private func end(_ audit: ServiceDefinition.Audit, _ slot: Instant, _ ending: AuditEnding, at now: Instant) async {
    let (name, instance) = (audit.name, instance)
    let telling = Telling(
      channels: definition.channels, publicURL: definition.publicURL, firingUntil: firingUntil(audit, after: now),
      isRehearsal: isRehearsal)
    do throws(HistoryFailure) {
      let status: String?
      switch ending {
      case .report(let report, let document, let evidence):
        let key = RunEntry.key(
          system: report.system.name, environment: report.system.environment.rawValue, policy: report.policy.id,
          slot: "\(name) \(slot)")
        // An interrupted run is kept for what it saw, but its planned time is not done with.
        let entry = RunEntry(
          report: report, document: document, key: report.interrupted ? nil : key, evidence: evidence)
        let waivers = WaiverLine.lines(in: document)
        _ = try await asking { store, deadline throws(HistoryFailure) in
          try store.append(entry, before: deadline) { telling.notices($0) + telling.notices(waivers: waivers, $0) }
        }
        status = report.interrupted ? nil : report.gate.status.rawValue
      case .broken(let reason):
        log("\(name): could not be run: \(reason)")
        let notices = telling.notices(broken: name, slot: slot, reason: reason)
        try await asking { store, deadline throws(HistoryFailure) in try store.add(notices, before: deadline) }
        status = "broken"
      case .calledOff: status = nil
      }
      works[name]?.isEnding = true
      _ = try await asking { store, deadline throws(HistoryFailure) in
        try store.finish(name, slot: slot, owner: instance, status: status, before: deadline)
      }
      counters.ended(name, status ?? "calledOff", at: now)
      toldLast = nil
      log("\(name): \(status ?? "called off"), planned for \(slot)")
    } catch {
      // Whoever finds the lease run out does it again.
      counters.ended(name, "lost", at: now)
      counters.note(historyFailure: error.description)
      log("\(name): its run could not be kept: \(error)")
    }
  }

  /// An Alertmanager is told again by the next run; until then, and somewhat longer, what fails goes on firing.
  private func firingUntil(_ audit: ServiceDefinition.Audit, after now: Instant) -> Instant {
    let next = audit.schedule.next(after: now) ?? Instant(seconds: now.seconds + 86_400)
    let span = max(600, next.seconds(since: now) + audit.schedule.jitterSeconds + audit.deadlineSeconds)
    return Instant(seconds: now.seconds + span + span / 2)
  }

  // MARK: Notices and upkeep

  private func tell(at now: Instant) {
    guard telling == nil, !definition.channels.isEmpty else { return }
    if let toldLast, (0..<Self.tellingPace).contains(now.seconds(since: toldLast)) { return }
    toldLast = now
    let delivering = Delivering(
      channels: Dictionary(definition.channels.map { ($0.name, $0) }) { first, _ in first })
    let (store, counters, log, lane) = (store, counters, log, postLane)
    telling = Task {
      await lane.run {
        do throws(HistoryFailure) {
          // One by one, each taken just before it is told: an instance that dies has at most one in its hands.
          for _ in 0..<50 {
            let deadline = Deadline(milliseconds: Self.patience)
            guard
              let notice = try store.takeDueNotices(
                now: now, limit: 1, leaseSeconds: Self.lease, before: deadline
              ).first
            else { return }
            let delivery = delivering.deliver(notice, at: now)
            try store.settle(notice, delivery, before: Deadline(milliseconds: Self.patience))
            switch delivery {
            case .delivered: counters.count(notice: "delivered")
            case .again(let at, let reason):
              counters.count(notice: "failed")
              log("\(notice.channel): \(reason); again at \(at)")
            case .givenUp(let reason):
              counters.count(notice: "givenUp")
              log("\(notice.channel): \(reason); given up")
            }
          }
        } catch {
          log("notices: \(error)")
        }
      }
      self.told()
    }
  }

  private func told() { telling = nil }

  /// Once a day, by whichever instance comes first.
  private func prune(at now: Instant) {
    if let lastPruned, abs(now.seconds(since: lastPruned)) < 86_400 { return }
    lastPruned = now
    let retention = Retention(days: definition.days, dailyDays: definition.dailyDays)
    let (store, log, lane) = (store, log, lane)
    Task {
      await lane.run {
        do throws(HistoryFailure) {
          let count = try store.prune(retention, now: now, before: Deadline(milliseconds: 300_000))
          if count > 0 { log("\(count) old runs removed from the history") }
        } catch {
          log("old runs could not be removed: \(error)")
        }
      }
    }
  }
}
