import AuditModel
import Facts
import Glibc
import HTTPExchange
import Probing
import UndoJournal

/// How requests to one address spread over the instances behind it.
struct InstanceSpreadProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "instance-spread", summary: "how requests to one address spread over the instances behind it",
    targetKinds: ["https", "http"], safety: .probe,
    facts: .object([
      Schema.Field("requests", .integer(minimum: 0), required: true, "requests sent"),
      Schema.Field("failed", .integer(minimum: 0), required: true, "requests without success"),
      Schema.Field("named", .integer(minimum: 0), required: true, "answers that name their instance"),
      Schema.Field("count", .nullable(.integer(minimum: 0)), required: true, "instances that answered"),
      Schema.Field(
        "imbalance", .nullable(.number(minimum: 0)), required: true, "the busiest instance's answers, in even shares"),
      Schema.Field(
        "least", .nullable(.number(minimum: 0)), required: true, "the idlest instance's answers, in even shares"),
      Schema.Field(
        "each",
        .array(
          .object([
            Schema.Field("name", .string(), required: true, "what it calls itself"),
            Schema.Field("answers", .integer(minimum: 0), required: true, "its answers"),
            Schema.Field("share", .number(minimum: 0, maximum: 1), required: true, "its share of the named answers"),
          ])), required: true, "by instance, the busiest first"),
    ]), timeout: 120_000, traffic: "the declared number of requests, 60 by default")

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let declared = DeclaredInstances(target) else {
      return .unseen(Unseen(.malformed, "the inventory declares no instances"))
    }
    let destination: Destination
    do throws(Destination.Invalid) { destination = try Destination(target, trust: context.trust) } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    let looks = await context.lane.run {
      let asker = Asker(destination: destination, traffic: context.traffic)
      var looks: [Look] = []
      while looks.count < declared.requests, !context.deadline.hasPassed {
        looks.append(
          asker.look(declared.request, before: context.deadline.capped(milliseconds: 5000), naming: declared.name))
        // Nothing answers at all: the rest would only wait.
        if looks.count == 5, !looks.contains(where: \.isGood) { break }
      }
      return looks
    }
    if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was interrupted")) }
    guard looks.contains(where: \.isGood) else {
      return .unseen(Unseen(.unreachable, "none of \(looks.count) requests succeeded"))
    }
    let named = looks.count { $0.isGood && $0.instance != nil }
    let shares = InstanceShares.facts(looks)
    let gaps =
      named > 0
      ? []
      : ["count", "imbalance", "least"].map {
        Gap(path: $0, reason: "no answer names its instance", remedy: "let each instance send the declared field")
      }
    return .seen(
      [
        "requests": .integer(looks.count), "failed": .integer(looks.count { !$0.isGood }), "named": .integer(named),
        "count": named > 0 ? .integer(shares.count) : .null,
        "imbalance": shares.evenest.map { .double($0) } ?? .null, "least": shares.least.map { .double($0) } ?? .null,
        "each": shares.each,
      ], gaps: gaps)
  }
}

/// What becomes of a steady stream of requests when one of the instances that answer it goes away and comes back, or when one
/// is added.
struct InstanceRemovalProbe: Probe {
  private static let count = Schema.integer(minimum: 0)

  let descriptor = ProbeDescriptor(
    id: "instance-removal", summary: "what becomes of requests when an instance is taken away or added",
    targetKinds: ["https", "http"], safety: .disrupt,
    facts: .object([
      Schema.Field(
        "changes",
        .array(
          .object([
            Schema.Field("member", .string(), required: true, "the instance"),
            Schema.Field("isAddition", .boolean, required: true, "whether it was added, and not taken away"),
            Schema.Field("restored", .nullable(.boolean), required: true, "whether what was done was put back"),
            Schema.Field("shareBefore", .nullable(.number()), required: true, "its share of the answers before"),
            Schema.Field("requests", .nullable(count), required: true, "requests sent while it was away, or there"),
            Schema.Field("failed", .nullable(count), required: true, "those without success"),
            Schema.Field("failedShare", .nullable(.number()), required: true, "their share"),
            Schema.Field(
              "carriedAfterMs", .nullable(count), required: true,
              "how long until the others carried everything, in milliseconds; null where they never did"),
            Schema.Field("isCarried", .nullable(.boolean), required: true, "whether the others carried everything"),
            Schema.Field(
              "joinedAfterMs", .nullable(count), required: true,
              "from its start to its first answer, in milliseconds; null where it never answered"),
            Schema.Field("hasJoined", .nullable(.boolean), required: true, "whether it answered once it was started"),
            Schema.Field("shareAfter", .nullable(.number()), required: true, "its share of the answers from then on"),
          ])), required: true, "each instance that was taken away or added, in order")
    ]), timeout: 1_800_000, traffic: "the declared rate of requests, 20 a second by default")

  /// Where the undo journal is; nil for where the environment says.
  var journals: JournalFolder?

  /// How long is looked before, and how long an instance may take to answer once it is started, in milliseconds.
  private static let before = 2000
  private static let joining = 30_000
  private static let patience = 3000
  private static let atOnce = 32

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    guard let declared = DeclaredInstances(target), !declared.members.isEmpty else {
      return .unseen(Unseen(.malformed, "the inventory names no instances that may be taken away"))
    }
    let destination: Destination
    do throws(Destination.Invalid) { destination = try Destination(target, trust: context.trust) } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    let disruption: Disruption
    switch await Disruption.begun(in: journals, system: target.id, context) {
    case .success(let begun): disruption = begun
    case .failure(let obstacle): return .unseen(obstacle.unseen)
    }
    defer { disruption.journal.close() }
    let asker = Asker(destination: destination, traffic: context.traffic)
    var rows: [JSONValue] = []
    var gaps: [Gap] = []
    var problem: String?
    for member in declared.members {
      let change = InstanceChange(
        target: target.id, declared: declared, member: member, asker: asker, journal: disruption.journal,
        context: context)
      let outcome = if let problem { change.leftOut(problem) } else { await change.carryOut() }
      let (facts, reason, isWell) = outcome
      if let reason {
        for name in ["failedShare", "isCarried", "hasJoined", "shareAfter", "restored"]
        where facts[name]?.isNull ?? true {
          gaps.append(Gap(path: "changes[\(rows.count)].\(name)", reason: reason))
        }
      }
      if !isWell, problem == nil { problem = "nothing more was changed: \(member.name) did not come back well" }
      rows.append(.object(facts))
    }
    if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was interrupted")) }
    return .seen(["changes": .array(rows)], gaps: gaps)
  }

  /// Takes one instance away, or adds one, under steady requests.
  struct InstanceChange: Sendable {
    let target: String
    let declared: DeclaredInstances
    let member: DeclaredInstances.Member
    let asker: Asker
    let journal: UndoJournal
    let context: ProbeContext

    var blank: JSONObject {
      [
        "member": .string(member.name), "isAddition": .bool(member.isSpare), "restored": nil, "shareBefore": nil,
        "requests": nil, "failed": nil, "failedShare": nil, "carriedAfterMs": nil, "isCarried": nil,
        "joinedAfterMs": nil, "hasJoined": nil, "shareAfter": nil,
      ]
    }

    func leftOut(_ reason: String) -> (facts: JSONObject, reason: String?, isWell: Bool) { (blank, reason, false) }

    func carryOut() async -> (facts: JSONObject, reason: String?, isWell: Bool) {
      let looks = Looks()
      let isOver = Flag()
      return await withTaskGroup(of: Void.self) { group in
        group.addTask { await steadily(into: looks, until: isOver) }
        let outcome = await change(looks)
        isOver.raise()
        await group.waitForAll()
        return outcome
      }
    }

    private func change(_ looks: Looks) async -> (facts: JSONObject, reason: String?, isWell: Bool) {
      var facts = blank
      await pause(InstanceRemovalProbe.before, before: context.deadline)
      let first = looks.all
      guard !first.isEmpty, first.allSatisfy(\.isGood) else {
        return (facts, "nothing was changed: requests failed before already", false)
      }
      let shareBefore = InstanceShares.share(of: member.name, in: first)
      facts["shareBefore"] = shareBefore.map { .double($0) } ?? .null
      let (doing, undoing): (Action, Compensation)
      do throws(StepFailure) { (doing, undoing) = try actions() } catch { return (facts, error.reason, true) }
      let entry: UndoJournal.Entry
      do throws(StepFailure) {
        entry = try journal.record(
          DisruptiveStep(
            target: target, what: "instance \(member.name) is \(member.isSpare ? "started" : "taken away")",
            compensation: undoing))
      } catch {
        return (facts, "the undo journal cannot be written: \(error.reason)", false)
      }
      let start = asker.now
      if let problem = await carryOut(doing) {
        let left = await undo(entry)
        facts["restored"] = .bool(left == nil)
        return (facts, problem, left == nil)
      }
      if member.isSpare {
        await waitForJoining(looks, from: start)
        await pause(declared.away, before: context.deadline)
        fill(&facts, looks.all.filter { $0.from >= start })
        join(&facts, looks.all, from: start)
        facts["restored"] = .bool(await undo(entry) == nil)
        return (facts, nil, facts["restored"]?.bool == true)
      }
      await pause(declared.away, before: context.deadline)
      let end = asker.now
      // Requests under way end by themselves before their instance comes back: what it left hanging stays failed.
      await pause(InstanceRemovalProbe.patience, before: context.deadline)
      let away = looks.all.filter { $0.from >= start && $0.from < end && $0.end != .calledOff }
      async let undone = undo(entry)
      let returned = asker.now
      await waitForJoining(looks, from: returned)
      await pause(declared.away, before: context.deadline)
      facts["restored"] = .bool(await undone == nil)
      fill(&facts, away)
      let lastBad = away.filter { !$0.isGood }.map(\.to).max()
      // Carried is what ends with a second or so of nothing but good answers.
      let tail = away.sorted { $0.from < $1.from }.suffix(max(3, declared.rate / 2))
      let isCarried = !tail.isEmpty && tail.allSatisfy { $0.isGood && $0.instance != member.name }
      facts["isCarried"] = .bool(isCarried)
      facts["carriedAfterMs"] = isCarried ? .integer(max(0, (lastBad ?? start) - start)) : .null
      join(&facts, looks.all, from: returned)
      return (facts, nil, facts["restored"]?.bool == true && facts["hasJoined"]?.bool == true)
    }

    private enum Action {
      case command(ServiceCommand, stops: Bool)
      case pause(RunningProcess)
    }

    private func actions() throws(StepFailure) -> (Action, Compensation) {
      if let commands = member.stop.commands {
        return member.isSpare
          ? (.command(commands.start, stops: false), .command(commands.stop))
          : (.command(commands.stop, stops: true), .command(commands.start))
      }
      let process = try RunningProcess.declared(pid: member.stop.pid, pidFile: member.stop.pidFile)
      return (.pause(process), .resume(process))
    }

    private func carryOut(_ action: Action) async -> String? {
      switch action {
      case .pause(let process):
        do throws(StepFailure) { try process.send(SIGSTOP) } catch { return error.reason }
      case .command(let command, let stops):
        context.traffic.add(processes: 1)
        let deadline = context.deadline.capped(milliseconds: 30_000)
        // One that starts something in the foreground does not end.
        let limit = stops ? deadline : deadline.capped(milliseconds: 5000)
        let ending = await context.lane.run { command.run(before: limit, stopsAtDeadline: stops) }
        if case .failed(let reason) = ending { return "\(command.words.joined(separator: " ")): \(reason)" }
      }
      return nil
    }

    private func undo(_ entry: UndoJournal.Entry) async -> String? {
      let journal = journal
      let patience = context.deadline.isCancelled ? 3000 : 15_000
      return await context.lane.run {
        do throws(StepFailure) {
          try journal.undo(entry, patience: patience)
          return nil
        } catch {
          return error.reason
        }
      }
    }

    private func waitForJoining(_ looks: Looks, from start: Int) async {
      let limit = context.deadline.capped(milliseconds: InstanceRemovalProbe.joining)
      while !limit.hasPassed,
        !looks.all.contains(where: { $0.from >= start && $0.isGood && $0.instance == member.name })
      {
        await pause(100, before: limit)
      }
    }

    private func fill(_ facts: inout JSONObject, _ looks: [Look]) {
      let failed = looks.count { !$0.isGood }
      facts["requests"] = .integer(looks.count)
      facts["failed"] = .integer(failed)
      facts["failedShare"] =
        looks.isEmpty ? .null : .double(InstanceShares.rounded(Double(failed) / Double(looks.count)))
    }

    private func join(_ facts: inout JSONObject, _ looks: [Look], from start: Int) {
      let first = looks.filter { $0.from >= start && $0.isGood && $0.instance == member.name }.map(\.to).min()
      facts["hasJoined"] = .bool(first != nil)
      facts["joinedAfterMs"] = JSONValue(first.map { max(0, $0 - start) })
      let since = looks.filter { $0.from >= first ?? start }
      facts["shareAfter"] = InstanceShares.share(of: member.name, in: since).map { .double($0) } ?? .null
    }

    /// Sends requests at the declared rate, whatever becomes of those before, as far as the lane has room.
    private func steadily(into looks: Looks, until isOver: Flag) async {
      let interval = max(5, 1000 / max(1, declared.rate))
      await withTaskGroup(of: Void.self) { group in
        var running = 0
        while !isOver.isRaised, !context.deadline.hasPassed {
          if running >= InstanceRemovalProbe.atOnce {
            await group.next()
            running -= 1
          }
          running += 1
          group.addTask {
            let (asker, declared, deadline) = (asker, declared, context.deadline)
            looks.add(
              await context.lane.run {
                asker.look(
                  declared.request, before: deadline.capped(milliseconds: InstanceRemovalProbe.patience),
                  naming: declared.name)
              })
          }
          await pause(interval, before: context.deadline)
        }
      }
    }
  }
}
