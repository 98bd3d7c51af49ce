import AuditModel
import Facts
package import Probing
import Scenarios

/// Carries a workflow out.
package struct WorkflowRun: Sendable {
  private let settings: WorkflowSettings
  private let performer: StepPerformer
  private let onStep: @Sendable (StepReport) -> Void

  /// The most steps that are done in one run, repetitions counted.
  private static let mostSteps = 5000
  /// How long the steps at the end may take once the run was called off, in milliseconds.
  private static let grace = 3000
  /// What is held back for the steps at the end, in milliseconds.
  private static let reserve = 10_000
  /// The most of an answer that is shown, in Unicode scalars.
  private static let mostShown = 500

  /// A run that blocks on `lane` only; `onStep` is told of each step as it ends.
  package init(
    _ settings: WorkflowSettings, lane: BlockingLane, traffic: TrafficMeter,
    onStep: @escaping @Sendable (StepReport) -> Void = { _ in }
  ) {
    self.settings = settings
    performer = StepPerformer(settings: settings, lane: lane, traffic: traffic)
    self.onStep = onStep
  }

  /// Steps that were done, with the variables after them.
  private struct Stretch: Sendable {
    var reports: [StepReport] = []
    var variables: JSONObject
    /// Whether the steps behind may be done.
    var isSound = true
  }

  /// Does every step, and those at the end however it ends.
  package func report(until deadline: Deadline) async -> WorkflowReport {
    let workflow = settings.workflow
    let left = deadline.millisecondsLeft
    let main = workflow.cleanup.isEmpty ? deadline : deadline.capped(milliseconds: left - min(Self.reserve, left / 4))
    let began = ContinuousClock.now
    let done = await perform(workflow.steps, settings.variables, at: "", isCleanup: false, until: main)
    let took = Self.milliseconds(since: began)
    // Called off or out of time, what was left behind is taken away all the same.
    let end =
      deadline.isCancelled || deadline.hasPassed ? Deadline(milliseconds: Self.grace) : deadline
    let cleaned = await perform(workflow.cleanup, done.variables, at: "cleanup/", isCleanup: true, until: end)
    return WorkflowReport(
      workflow: workflow.id, title: workflow.title, seed: settings.seed, safety: workflow.safety.rawValue,
      steps: done.reports + cleaned.reports, milliseconds: took, limit: workflow.within)
  }

  // MARK: Steps in order

  private func perform(
    _ steps: [WorkflowStep], _ variables: JSONObject, at prefix: String, isCleanup: Bool, until deadline: Deadline
  ) async -> Stretch {
    var stretch = Stretch(variables: variables)
    for step in steps {
      guard stretch.isSound || isCleanup else {
        stretch.reports.append(report(step, prefix, isCleanup, .skipped))
        continue
      }
      guard !deadline.hasPassed else {
        var cut = report(step, prefix, isCleanup, .interrupted)
        cut.failures = [deadline.isCancelled ? "the run was interrupted" : "the run's time was over"]
        stretch.reports.append(cut)
        stretch.isSound = false
        continue
      }
      let done = await perform(step, stretch.variables, at: prefix, isCleanup: isCleanup, until: deadline)
      stretch.reports += done.reports
      stretch.variables = done.variables
      if !done.isSound, !step.continues { stretch.isSound = false }
    }
    return stretch
  }

  private func report(
    _ step: WorkflowStep, _ prefix: String, _ isCleanup: Bool, _ status: StepReport.Status
  ) -> StepReport {
    StepReport(
      path: prefix + step.name, title: step.title, kind: step.action.kind, isCleanup: isCleanup, status: status,
      milliseconds: nil, limit: step.within)
  }

  private func perform(
    _ step: WorkflowStep, _ variables: JSONObject, at prefix: String, isCleanup: Bool, until deadline: Deadline
  ) async -> Stretch {
    switch step.action {
    case .parallel(let steps):
      return await sideBySide(steps, of: step, variables, at: prefix, isCleanup: isCleanup, until: deadline)
    case .repeated(let repetition):
      return await again(repetition, of: step, variables, at: prefix, isCleanup: isCleanup, until: deadline)
    default: return await tried(step, variables, at: prefix, isCleanup: isCleanup, until: deadline)
    }
  }

  // MARK: Steps that hold others

  private func sideBySide(
    _ steps: [WorkflowStep], of step: WorkflowStep, _ variables: JSONObject, at prefix: String, isCleanup: Bool,
    until deadline: Deadline
  ) async -> Stretch {
    let began = ContinuousClock.now
    let inner = "\(prefix)\(step.name)/"
    let branches = await withTaskGroup(of: (Int, Stretch).self) { group in
      for (index, branch) in steps.enumerated() {
        group.addTask {
          (index, await perform(branch, variables, at: inner, isCleanup: isCleanup, until: deadline))
        }
      }
      var branches: [(Int, Stretch)] = []
      for await branch in group { branches.append(branch) }
      return branches.sorted { $0.0 < $1.0 }.map(\.1)
    }
    var whole = Stretch(variables: variables)
    for (branch, step) in zip(branches, steps) {
      whole.reports += branch.reports
      for (name, value) in branch.variables where variables[name] != value { whole.variables[name] = value }
      if !branch.isSound, !step.continues { whole.isSound = false }
    }
    var own = report(step, prefix, isCleanup, .passed)
    own.milliseconds = Self.milliseconds(since: began)
    own.attempts = 1
    whole.reports.insert(own, at: 0)
    return whole
  }

  private func again(
    _ repetition: WorkflowAction.Repetition, of step: WorkflowStep, _ variables: JSONObject, at prefix: String,
    isCleanup: Bool, until deadline: Deadline
  ) async -> Stretch {
    let began = ContinuousClock.now
    var own = report(step, prefix, isCleanup, .passed)
    own.attempts = 1
    let elements: [JSONValue]
    switch repetition.over {
    case .count(let count): elements = (1...max(1, count)).map { .integer($0) }
    case .list(let template):
      guard let list = (try? template.value(in: variables))?.array else {
        own.status = .failed
        own.failures = ["`each` is no list"]
        return Stretch(reports: [own], variables: variables, isSound: false)
      }
      elements = list
    }
    var whole = Stretch(variables: variables)
    if elements.isEmpty || elements.count * max(1, repetition.steps.count) > Self.mostSteps {
      own.status = .failed
      own.failures = [
        elements.isEmpty ? "`each` is empty: nothing was done" : "more than \(Self.mostSteps) steps are not done"
      ]
      whole.isSound = false
    } else {
      for (index, element) in elements.enumerated() {
        let inner = "\(prefix)\(step.name)[\(index + 1)]/"
        var scope = whole.variables
        scope[repetition.name] = element
        for value in repetition.random {
          scope[value.name] = value.value(seed: settings.seed, number: Self.number(of: inner))
        }
        let done = await perform(repetition.steps, scope, at: inner, isCleanup: isCleanup, until: deadline)
        whole.reports += done.reports
        whole.variables = done.variables
        for name in [repetition.name] + repetition.random.map(\.name) { whole.variables[name] = variables[name] }
        guard done.isSound else {
          whole.isSound = false
          own.questions = index + 1
          break
        }
        own.questions = index + 1
      }
    }
    own.milliseconds = Self.milliseconds(since: began)
    whole.reports.insert(own, at: 0)
    return whole
  }

  /// A number for a place, the same in every run.
  private static func number(of path: String) -> Int {
    Int(path.utf8.reduce(5381 as UInt64) { ($0 &* 33 &+ UInt64($1)) & 0x7FFF_FFFF_FFFF })
  }

  // MARK: One step

  private func tried(
    _ step: WorkflowStep, _ variables: JSONObject, at prefix: String, isCleanup: Bool, until deadline: Deadline
  ) async -> Stretch {
    var earlier: [StepReport.Attempt] = []
    var number = 1
    while true {
      var (report, kept) = await once(step, variables, at: prefix, isCleanup: isCleanup, until: deadline)
      report.attempts = number
      report.earlier = earlier
      guard report.status == .failed, number < step.attempts,
        deadline.millisecondsLeft > step.pause, await Self.pause(step.pause, until: deadline)
      else {
        onStep(report)
        var after = variables
        for (name, value) in kept { after[name] = value }
        return Stretch(reports: [report], variables: after, isSound: report.status == .passed)
      }
      earlier.append(.init(milliseconds: report.milliseconds ?? 0, failures: report.failures))
      number += 1
    }
  }

  private func once(
    _ step: WorkflowStep, _ variables: JSONObject, at prefix: String, isCleanup: Bool, until deadline: Deadline
  ) async -> (StepReport, kept: JSONObject) {
    let began = ContinuousClock.now
    var report = report(step, prefix, isCleanup, .passed)
    report.attempts = 1
    let limit = deadline.capped(milliseconds: step.timeout)
    var answer: StepAnswer?
    do throws(ActionFailure) {
      switch step.action {
      case .wait(let milliseconds):
        if !(await Self.pause(milliseconds, until: deadline)) {
          throw .interrupted(deadline.isCancelled ? "the run was interrupted" : "the run's time was over")
        }
      case .poll(let poll):
        (answer, report.outcomes, report.questions) = try await polled(poll, step, variables, until: limit)
      default:
        let came = try await performer.answer(to: step.action, safety: step.safety, variables, before: limit)
        answer = came
        report.outcomes = Self.outcomes(Self.demanded(step), on: came.facts, variables)
      }
      report.milliseconds = Self.milliseconds(since: began)
    } catch {
      report.milliseconds = Self.milliseconds(since: began)
      switch error {
      case .missing(let path):
        report.status = .blocked
        report.failures = ["`${\(path)}` has no value"]
        report.milliseconds = nil
        report.attempts = 0
      case .failed(let reason):
        // What the run's own end cut short says nothing about the system.
        report.status = deadline.hasPassed ? .interrupted : .failed
        report.failures = [reason]
      case .interrupted(let reason):
        report.status = .interrupted
        report.failures = [reason]
      }
      return (report, [:])
    }
    report.asked = answer.map { Self.short($0.asked, Self.mostShown) }
    report.failures = report.outcomes.compactMap { $0.holds ? nil : $0.message }
    // What a failed answer does not hold is no news; what it does hold may be needed to take it away.
    let isAsDemanded = report.failures.isEmpty
    var kept = JSONObject()
    for capture in step.captures {
      do throws(StepCapture.Failure) {
        kept[capture.name] = try capture.value(in: answer?.facts ?? nil, variables: variables)
        report.captured.append(capture.name)
      } catch {
        if isAsDemanded { report.failures.append("`\(capture.name)` cannot be kept: \(error.reason)") }
      }
    }
    if !report.failures.isEmpty {
      report.status = .failed
      report.excerpt = answer.flatMap { Self.excerpt(of: $0.facts) }
    }
    return (report, kept)
  }

  private func polled(
    _ poll: WorkflowAction.Poll, _ step: WorkflowStep, _ variables: JSONObject, until deadline: Deadline
  ) async throws(ActionFailure) -> (StepAnswer?, [StepExpectation.Outcome], Int) {
    var questions = 0
    var last: (StepAnswer?, [StepExpectation.Outcome])?
    var reason: String?
    while true {
      questions += 1
      do throws(ActionFailure) {
        // A question that hangs must not keep the others from being asked.
        let answer = try await performer.answer(
          to: poll.action, safety: step.safety, variables, before: deadline.capped(milliseconds: 10_000))
        let outcomes = Self.outcomes(poll.until, on: answer.facts, variables)
        last = (answer, outcomes)
        if outcomes.allSatisfy(\.holds) { return (answer, outcomes, questions) }
      } catch {
        guard case .failed(let why) = error else { throw error }
        reason = why
      }
      guard deadline.millisecondsLeft > poll.every, await Self.pause(poll.every, until: deadline) else { break }
    }
    if deadline.isCancelled { throw .interrupted("the run was interrupted") }
    guard let last else { throw .failed(reason ?? "there was no answer in time") }
    return (last.0, last.1, questions)
  }

  /// What the step demands, and that nothing is refused or broken unless it speaks of that itself.
  private static func demanded(_ step: WorkflowStep) -> [StepExpectation] {
    let relation: (Matcher.Relation, Int)? =
      switch step.action {
      case .http: (.atMost, 399)
      case .command: (.equals, 0)
      default: nil
      }
    guard let relation, !step.expectations.contains(where: { $0.path.leadingNames.first == "status" }),
      let path = try? JSONPath("$.status")
    else { return step.expectations }
    return [
      StepExpectation(path: path, relation: relation.0, limit: .value(.literal(.integer(relation.1))))
    ] + step.expectations
  }

  private static func outcomes(
    _ expectations: [StepExpectation], on answer: JSONValue, _ variables: JSONObject
  ) -> [StepExpectation.Outcome] {
    expectations.map { $0.outcome(on: answer, variables: variables) }
  }

  private static func excerpt(of facts: JSONValue) -> String? {
    let text = facts["text"]?.string ?? facts["rows"].map { JSONText.compact($0) }
    if let text { return short(text, mostShown) }
    let output = [facts["errors"]?.string, facts["output"]?.string].compactMap { $0 }.first { !$0.isEmpty }
    return output.map { short($0, mostShown) }
  }

  private static func short(_ text: String, _ most: Int) -> String {
    let scalars = text.unicodeScalars
    return scalars.count <= most ? text : String(String.UnicodeScalarView(scalars.prefix(most))) + "…"
  }

  /// Waits; false where the deadline came first.
  private static func pause(_ milliseconds: Int, until deadline: Deadline) async -> Bool {
    let whole = Deadline(milliseconds: milliseconds)
    while !whole.hasPassed {
      if deadline.hasPassed { return false }
      let step = min(50, whole.millisecondsLeft, deadline.millisecondsLeft)
      try? await Task.sleep(for: .milliseconds(max(1, step)))
    }
    return true
  }

  private static func milliseconds(since began: ContinuousClock.Instant) -> Double {
    StepPerformer.milliseconds(since: began).double ?? 0
  }
}
