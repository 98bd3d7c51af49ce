import AuditModel
import Facts
import Foundation
import Glibc
import LoadGeneration
import LoadScripts
import Postgres
import Probing
import Synchronization
import Transport

/// Puts the declared load on a system, and watches its processes and its database meanwhile.
struct LoadRunProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "load-run", summary: "how the system bears the load that the inventory declares",
    targetKinds: ["load", "https", "http"], safety: .load, facts: LoadSchema.facts, timeout: 7_200_000,
    traffic: "what the declared script sends",
    measures: Measures(
      [
        .init("$.responseTime.p50", "response time, p50", unit: "ms", least: 1),
        .init("$.responseTime.p95", "response time, p95", unit: "ms", least: 1),
        .init("$.responseTime.p99", "response time, p99", unit: "ms", least: 2),
        .init("$.requestsPerSecond", "throughput", unit: "requests/s", better: .higher),
        .init("$.failedShare", "share of failed requests", unit: "of 1", least: 0.005),
        .init("$.p95", "response time, p95", unit: "ms", least: 1, each: "$.endpoints[*]"),
      ], shape: ["$.shape"], sound: "$.valid"))

  var targetKinds: [TargetKind] { LoadTarget.kinds }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Look.run(target, context) }
  }
}

/// One look: everything here blocks.
private struct Look {
  /// Held back for the end of a run: users finish, counters are read.
  private static let reserve = 8_000

  static func run(_ target: Target, _ context: ProbeContext) -> Sighting {
    let redactor = Redactor(secrets: target.secrets.values)
    let variables = ProcessInfo.processInfo.environment
    let declared: LoadTarget
    let trust: TrustStore
    let plan: LoadPlan
    do throws(LoadTarget.Invalid) {
      declared = try LoadTarget(target, trust: context.trust, variables: variables)
      trust = try roots(declared.trust)
      plan = try self.plan(declared, trust, variables, context)
    } catch {
      return .unseen(Unseen(error.kind, redactor.redacted(error.reason)))
    }
    let needed = Int((declared.script.seconds ?? 0) * 1000) + Self.reserve
    guard context.deadline.millisecondsLeft > needed else {
      if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was interrupted")) }
      return .unseen(
        Unseen(
          .timeout,
          "the load takes \(needed / 1000) s, and the run has \(context.deadline.millisecondsLeft / 1000) s left: give it a later --deadline"
        ))
    }
    return look(declared, plan, trust, target, context, redactor)
  }

  private static func look(
    _ declared: LoadTarget, _ plan: LoadPlan, _ trust: TrustStore, _ target: Target, _ context: ProbeContext,
    _ redactor: Redactor
  ) -> Sighting {
    let watch = Watch(
      (declared.load["watch"]?.array ?? []).map { Watched($0) },
      database: target.settings["database"]?.string.map { url in
        Watch.Database(
          url: url, password: target.secrets["databasePassword"],
          sslMode: target.settings["databaseSSLMode"]?.string.flatMap(SSLMode.init) ?? .verifyFull,
          trust: context.trust + [target.settings["databaseTrust"]?.string].compactMap { $0 })
      }, trust: trust, context)
    let result: LoadResult
    do throws(LoadRun.Failure) {
      result = try LoadRun.run(plan, until: context.deadline) { _ in }
    } catch {
      _ = watch.stop(requests: 0)
      return .unseen(Unseen(.unreachable, redactor.redacted(error.reason)))
    }
    let figures = result.figures
    context.traffic.add(
      connections: figures.connections, requests: figures.sent, bytesSent: figures.bytesSent,
      bytesReceived: figures.bytesReceived)
    let watched = watch.stop(requests: figures.requests + figures.unansweredCount)
    if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was interrupted")) }
    guard figures.requests > 0 || figures.started > 0 else {
      return .unseen(Unseen(.broken, "nothing was started"))
    }
    var facts = LoadFacts(
      result, instanceHeader: declared.load["instanceHeader"]?.string,
      meantUsers: declared.load["users"]?.integer ?? 1
    ).members
    facts["processes"] = .array(watched.processes.map(\.facts))
    facts["database"] = watched.database
    var gaps = watched.gaps
    if figures.requests == 0 {
      gaps.append(Gap(path: "responseTime", reason: "no request was answered"))
    }
    return .seen(redactor.redacted(.object(facts)), gaps: gaps)
  }

  private static func roots(_ files: [String]) throws(LoadTarget.Invalid) -> TrustStore {
    do throws(TrustStore.Failure) {
      return try TrustStore.including(files)
    } catch {
      throw LoadTarget.Invalid(reason: error.sentence)
    }
  }

  private static func plan(
    _ declared: LoadTarget, _ trust: TrustStore, _ variables: [String: String], _ context: ProbeContext
  ) throws(LoadTarget.Invalid) -> LoadPlan {
    let files: PayloadFiles
    do throws(PayloadFiles.Failure) {
      files = try PayloadFiles(of: declared.script, in: declared.folder)
    } catch {
      throw LoadTarget.Invalid(reason: "\(error.path): \(error.reason)")
    }
    // Consent for load is consent for the target's own host; others are named one by one.
    let hosts = (declared.load["hosts"]?.array ?? []).compactMap { $0.string?.lowercased() }
    let own = LoadURL(declared.url).map { [$0.origin.host] } ?? []
    do throws(LoadPlan.Failure) {
      return try LoadPlan(
        declared.script, target: declared.url, hosts: hosts + own, files: files, digest: declared.digest,
        seed: UInt64(declared.load["seed"]?.integer ?? 1), environment: variables, folder: declared.folder,
        trust: trust, instanceHeader: declared.load["instanceHeader"]?.string, deadline: context.deadline)
    } catch {
      switch error {
      case .unusable(let reason): throw LoadTarget.Invalid(reason: reason)
      case .unreachable(let reason): throw LoadTarget.Invalid(kind: .unreachable, reason: reason)
      case .notPermitted(let host):
        throw LoadTarget.Invalid(
          kind: .denied, reason: "the script loads \(host), which the inventory does not name among `hosts`")
      }
    }
  }
}

/// Looks at processes and the database again and again, on a thread of its own, until it is stopped.
private final class Watch: Sendable {
  struct Database: Sendable {
    var url: String
    var password: Secret?
    var sslMode: SSLMode
    var trust: [String]
  }

  struct Outcome: Sendable {
    var processes: [WatchedFacts]
    var database: JSONValue
    var gaps: [Gap]
  }

  private let watched: [Watched]
  private let database: Database?
  private let trust: TrustStore
  private let context: ProbeContext
  private let isOver = Atomic<Bool>(false)
  private let requests = Atomic<Int>(0)
  private let outcome = Mutex<Outcome?>(nil)
  private let thread = Mutex<UInt>(0)
  /// Set once the counters before the load are read.
  private let isReady = Atomic<Bool>(false)

  init(_ watched: [Watched], database: Database?, trust: TrustStore, _ context: ProbeContext) {
    self.watched = watched
    self.database = database
    self.trust = trust
    self.context = context
    let body = Unmanaged.passRetained(self)
    var raw = pthread_t()
    let status = pthread_create(
      &raw, nil,
      { argument in
        if let argument { Unmanaged<Watch>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    if status == 0 {
      thread.withLock { $0 = UInt(raw) }
      // The load must not begin before what it is held against was seen.
      while !isReady.load(ordering: .acquiring) { usleep(2000) }
    } else {
      body.release()
    }
  }

  /// Ends it and gives what it saw.
  func stop(requests count: Int) -> Outcome {
    requests.store(count, ordering: .relaxed)
    isOver.store(true, ordering: .releasing)
    let raw = thread.withLock { $0 }
    if raw != 0 { pthread_join(pthread_t(raw), nil) }
    return outcome.withLock { $0 }
      ?? Outcome(processes: [], database: nil, gaps: [Gap(path: "processes", reason: "the system grants no thread")])
  }

  private func run() {
    var gaps: [Gap] = []
    var samples: [[Watched.Sample]] = watched.map { _ in [] }
    var due = watched.map { _ in ContinuousClock.now }
    func look() {
      for (index, thing) in watched.enumerated() where ContinuousClock.now >= due[index] {
        due[index] = .now + .milliseconds(thing.interval)
        if let sample = thing.sample(trust: trust, before: context.deadline, traffic: context.traffic),
          samples[index].count < 40_000
        {
          samples[index].append(sample)
        }
      }
    }
    var facts: JSONValue = nil
    if let database {
      do throws(DatabaseWork.Failure) {
        var work = try DatabaseWork.begun(
          database.url, password: database.password, sslMode: database.sslMode, trust: database.trust,
          before: context.deadline.capped(milliseconds: 10_000), traffic: context.traffic)
        look()
        isReady.store(true, ordering: .releasing)
        var next = ContinuousClock.now
        while !isOver.load(ordering: .acquiring) {
          if ContinuousClock.now >= next {
            work.look(before: context.deadline, traffic: context.traffic)
            next = .now + .seconds(1)
          }
          look()
          usleep(50_000)
        }
        facts = try work.facts(
          requests: requests.load(ordering: .relaxed), before: context.deadline.capped(milliseconds: 10_000),
          traffic: context.traffic)
      } catch {
        gaps.append(Gap(path: "database", reason: error.reason, remedy: error.remedy))
      }
    } else {
      gaps.append(
        Gap(
          path: "database", reason: "the inventory names no database behind it",
          remedy: "declare a target of the kind load with database: postgresql://…"))
    }
    look()
    isReady.store(true, ordering: .releasing)
    while !isOver.load(ordering: .acquiring) {
      look()
      usleep(50_000)
    }
    due = watched.map { _ in ContinuousClock.now }
    look()
    let processes = zip(watched, samples).map { WatchedFacts($0, $1) }
    for (index, process) in processes.enumerated() {
      if let reason = process.missing { gaps.append(Gap(path: "processes[\(index)]", reason: reason)) }
    }
    outcome.withLock { $0 = Outcome(processes: processes, database: facts, gaps: gaps) }
  }
}
