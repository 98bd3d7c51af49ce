// The importer finds `sigset_t` in whichever module of this target it reads first: both are named.
import CEpoll
import Facts
import Glibc
import LoadScripts
package import Probing
import Synchronization

/// Runs a plan.
package enum LoadRun {
  /// Why nothing was run.
  package struct Failure: Error, Sendable {
    /// In one line of lower case.
    package var reason: String
  }

  /// Runs a plan to its end, and blocks until then. `log` gets what `log` steps say, from any thread.
  ///
  /// The deadline, or its being called off, stops the arrivals; users get three more seconds, and what was seen is told.
  package static func run(
    _ plan: LoadPlan, until deadline: Deadline, log: @escaping @Sendable (String) -> Void
  ) throws(Failure) -> LoadResult {
    raiseDescriptorLimit()
    let before = usage()
    let control = RunControl(until: deadline, log: log)
    var captured: JSONObject = [:]
    var outer = LoadFigures(
      endpoints: plan.endpoints.count, scenarios: plan.script.scenarios.count, phases: plan.script.phases.count)
    if !plan.script.before.isEmpty {
      let part = once(plan, control, { $0.before }, captured)
      outer.add(part.figures)
      if let failure = part.failure { throw Failure(reason: "the flow of `before` failed: \(failure)") }
      captured = part.captured
    }
    // All loops measure from one moment, once all of them are ready, so that the first arrivals are not late already.
    let line = StartLine()
    let parts = Mutex<[Part]>([])
    let constantCaptured = captured
    let threads = (0..<plan.threads).compactMap { index in
      LoopThread.start {
        let loop = LoadLoop(
          plan, control: control, index: index, captured: constantCaptured, evaluation: stopping(plan))
        loop.run(.arrivals, from: line.wait())
        parts.withLock { $0.append(Part(figures: loop.figures, intended: loop.intended, finishedAt: loop.finishedAt)) }
      }
    }
    guard threads.count == plan.threads else {
      control.end(.errors, "the system grants no thread")
      _ = line.open(for: threads.count)
      for thread in threads { thread.join() }
      throw Failure(reason: "the system grants no thread")
    }
    let start = line.open(for: plan.threads)
    for thread in threads { thread.join() }
    if !plan.script.after.isEmpty {
      outer.add(once(plan, RunControl(until: Deadline(milliseconds: 60_000), log: log), { $0.after }, captured).figures)
    }
    var figures = outer
    var (intended, finishedAt) = (0, start)
    for part in parts.withLock({ $0 }) {
      figures.add(part.figures)
      intended += part.intended
      finishedAt = max(finishedAt, part.finishedAt)
    }
    let after = usage()
    return LoadResult(
      plan: plan.resultPlan, shards: [plan.shard.number], intended: intended, figures: figures,
      // Rates are told over the time that was planned, also where the last answer came sooner.
      seconds: max(Double(finishedAt - start) / 1e9, control.reason == nil ? plan.resultPlan.seconds : 0),
      generatorCPU: after.cpu - before.cpu, generatorMemory: after.memory,
      thresholds: plan.script.thresholds, ended: control.reason,
      endedByThreshold: control.state == .threshold ? control.reason : nil)
  }

  private struct Part: Sendable {
    var figures: LoadFigures
    var intended: Int
    var finishedAt: Int
  }

  private struct Once: Sendable {
    var figures: LoadFigures
    var captured: JSONObject
    var failure: String?
  }

  private static func once(
    _ plan: LoadPlan, _ control: RunControl, _ stretch: @escaping @Sendable (FlowProgram) -> Range<Int>,
    _ captured: JSONObject
  ) -> Once {
    let outcome = Mutex<Once?>(nil)
    let thread = LoopThread.start {
      let loop = LoadLoop(plan, control: control, index: 0, captured: captured)
      loop.runOnce(stretch)
      outcome.withLock {
        $0 = Once(figures: loop.figures, captured: loop.capturedByOnce, failure: loop.failureOfOnce)
      }
    }
    thread?.join()
    return outcome.withLock { $0 }
      ?? Once(
        figures: LoadFigures(endpoints: 0, scenarios: 0, phases: 0), captured: [:],
        failure: "the system grants no thread")
  }

  /// Tells which threshold, of those that end a run, is missed; nil where there is none such.
  private static func stopping(_ plan: LoadPlan) -> ((LoadFigures, Int) -> LoadThreshold?)? {
    let thresholds = plan.script.thresholds.filter { $0.stopsAfter != nil }
    guard !thresholds.isEmpty else { return nil }
    var next = 0
    return { figures, start in
      let now = monotonicNow()
      guard now >= next else { return nil }
      next = now + 500_000_000
      let result = LoadResult(
        plan: plan.resultPlan, shards: [plan.shard.number], intended: figures.started, figures: figures,
        seconds: Double(now - start) / 1e9, generatorCPU: 0, generatorMemory: 0, thresholds: [], ended: nil,
        endedByThreshold: nil)
      return thresholds.first {
        Double(now - start) / 1e9 >= ($0.stopsAfter ?? 0) && ThresholdVerdict($0, of: result).status == .fail
      }
    }
  }

  /// Users without a pool take a descriptor each: as many as the system grants.
  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = min(limit.rlim_max, 1 << 17)
    setrlimit(resource, &limit)
  }

  private static func usage() -> (cpu: Double, memory: Int) {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    let micro = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
    return (Double(seconds) + Double(micro) / 1e6, usage.ru_maxrss * 1024)
  }
}

/// Where loops wait until all of them are ready.
private final class StartLine: Sendable {
  private let ready = Atomic<Int>(0)
  private let moment = Atomic<Int>(0)

  /// Gives the moment of the first arrival once it is fixed.
  func wait() -> Int {
    ready.add(1, ordering: .acquiringAndReleasing)
    while true {
      let fixed = moment.load(ordering: .acquiring)
      if fixed != 0 { return fixed }
      usleep(200)
    }
  }

  /// Waits for `count` loops and fixes the moment, a little ahead.
  func open(for count: Int) -> Int {
    while ready.load(ordering: .acquiring) < count { usleep(200) }
    let fixed = monotonicNow() + 10_000_000
    moment.store(fixed, ordering: .releasing)
    return fixed
  }
}

/// A thread that can be waited for, with SIGPIPE blocked: libssl writes to sockets that may be closed.
private struct LoopThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let raw: pthread_t

  /// Runs `body` on a thread of its own; nil if the system grants none.
  static func start(_ body: @escaping @Sendable () -> Void) -> LoopThread? {
    let body = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        var blocked = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &blocked, nil)
        // Where the system grants it: a start that waits for somebody else's work is late.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, -10)
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    if status != 0 { body.release() }
    return status == 0 ? LoopThread(raw: thread) : nil
  }

  func join() { pthread_join(raw, nil) }
}
