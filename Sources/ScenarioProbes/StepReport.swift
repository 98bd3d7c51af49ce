package import Facts
package import Scenarios

/// What came of one step.
package struct StepReport: Sendable {
  /// How it ended.
  package enum Status: String, Sendable, CaseIterable {
    /// As demanded.
    case passed
    /// Not as demanded.
    case failed
    /// Not done: a value it needs was not captured.
    case blocked
    /// Not done: a step before it failed.
    case skipped
    /// Cut short or not done: time was over, or the run was called off.
    case interrupted
  }

  /// One try that did not succeed.
  package struct Attempt: Sendable, Hashable {
    /// How long it took, in milliseconds.
    package var milliseconds: Double
    /// What was wrong.
    package var failures: [String]
  }

  /// Where it stands: `order`, `batch[2]/order`, `cleanup/remove`.
  package var path: String
  /// What it does, in words.
  package var title: String?
  /// The kind of action.
  package var kind: String
  /// Whether it is one of those at the end.
  package var isCleanup: Bool
  /// How it ended.
  package var status: Status
  /// How long it took, the last try only, in milliseconds; nil where it was not done.
  package var milliseconds: Double?
  /// The most it may take, in milliseconds.
  package var limit: Int?
  /// The tries before the last.
  package var earlier: [Attempt] = []
  /// How often it was tried; 0 where it was not done.
  package var attempts = 0
  /// How often a poll asked.
  package var questions = 0
  /// What was asked, in one line.
  package var asked: String?
  /// What came of each expectation.
  package var outcomes: [StepExpectation.Outcome] = []
  /// Everything that was wrong in the last try.
  package var failures: [String] = []
  /// The names of what was kept.
  package var captured: [String] = []
  /// The beginning of an answer that was not as demanded.
  package var excerpt: String?

  /// Whether it passed only on a later try.
  package var isFlaky: Bool { status == .passed && attempts > 1 }

  /// Whether it took no longer than it may; nil where that is not known or not asked.
  package var isWithinTime: Bool? {
    guard let limit, let milliseconds, status == .passed || status == .failed else { return nil }
    return milliseconds <= Double(limit)
  }

  /// As facts.
  package var facts: JSONValue {
    let passed: JSONValue =
      switch status {
      case .passed: true
      case .failed: false
      case .blocked, .skipped, .interrupted: nil
      }
    return [
      "path": .string(path), "title": JSONValue(title), "kind": .string(kind), "cleanup": .bool(isCleanup),
      "status": .string(status.rawValue), "passed": passed, "milliseconds": milliseconds.map { .double($0) } ?? nil,
      "limitMilliseconds": JSONValue(limit), "withinTime": JSONValue(isWithinTime), "attempts": .integer(attempts),
      "questions": .integer(questions), "flaky": .bool(isFlaky), "asked": JSONValue(asked),
      "expectations": .array(
        outcomes.map {
          ["fact": .string($0.fact), "wanted": .string($0.wanted), "got": JSONValue($0.got), "holds": .bool($0.holds)]
        }),
      "failures": JSONValue(failures), "captured": JSONValue(captured), "answer": JSONValue(excerpt),
      "earlier": .array(
        earlier.map { ["milliseconds": .double($0.milliseconds), "failures": JSONValue($0.failures)] }),
    ]
  }
}

/// What came of a workflow.
package struct WorkflowReport: Sendable {
  /// The workflow's name.
  package var workflow: String
  /// What it shows when it passes.
  package var title: String
  /// What random values depended on.
  package var seed: Int
  /// The class of its steps.
  package var safety: String
  /// What came of each step, in the order of the file.
  package var steps: [StepReport]
  /// How long all steps took but those at the end, in milliseconds.
  package var milliseconds: Double
  /// The most they may take, in milliseconds.
  package var limit: Int?

  /// Whether everything was as demanded: nil where something was not done and nothing failed.
  package var passed: Bool? {
    if steps.contains(where: { $0.status == .failed || $0.isWithinTime == false }) || isWithinTime == false {
      return false
    }
    return steps.allSatisfy { $0.status == .passed } ? true : nil
  }

  /// Whether all steps together took no longer than they may; nil where that is not asked or not all were done.
  package var isWithinTime: Bool? {
    guard let limit else { return nil }
    if milliseconds > Double(limit) { return false }
    return steps.allSatisfy { $0.isCleanup || $0.status == .passed } ? true : nil
  }

  /// As facts.
  package var facts: JSONValue {
    func count(_ status: StepReport.Status) -> JSONValue { .integer(steps.count { $0.status == status }) }
    return [
      "workflow": .string(workflow), "title": .string(title), "seed": .integer(seed), "safety": .string(safety),
      "passed": JSONValue(passed), "milliseconds": .double(milliseconds), "limitMilliseconds": JSONValue(limit),
      "withinTime": JSONValue(isWithinTime),
      "counts": [
        "passed": count(.passed), "failed": count(.failed), "blocked": count(.blocked), "skipped": count(.skipped),
        "interrupted": count(.interrupted), "flaky": .integer(steps.count { $0.isFlaky }),
      ],
      "steps": .array(steps.map(\.facts)),
    ]
  }
}
