package import AuditModel

/// How a finding stood in a run.
package struct FindingState: Sendable, Hashable {
  /// Its status; `pass` also where the check listed its failing subjects and this one was not among them, `skipped` where
  /// the run did not look, `notApplicable` where its subjects are listed instead of it.
  package var status: Status
  /// As the policy weighed it.
  package var severity: Severity
  /// Whether a waiver covered it.
  package var isWaived: Bool

  /// A status at a severity.
  package init(_ status: Status, _ severity: Severity, isWaived: Bool = false) {
    self.status = status
    self.severity = severity
    self.isWaived = isWaived
  }
}

/// What it means that a finding stands otherwise than before. Only evidence makes something worse or better: what could
/// not be looked at is `unverified`, and never fixed.
package enum Change: String, Sendable, Hashable, CaseIterable {
  /// Fails, and had never been listed, though its check had looked at its target before.
  case new
  /// Fails, and its check looks at its target for the first time: the catalogue grew, not the trouble.
  case added
  /// Fails, and passed before.
  case regressed
  /// Fails again after having been repaired.
  case reappeared
  /// Is met after having failed.
  case recovered
  /// Is met with a reservation only, and was met without.
  case worsened
  /// Is met without the reservation it had.
  case improved
  /// Had been decided, and cannot be decided now.
  case unverified
  /// Had been looked at, and is not looked at any more.
  case removed

  /// Whether it is bad news about the system.
  package var isRegression: Bool { self == .new || self == .regressed || self == .reappeared }
}

/// Where a finding came from.
enum Introduction: String, Sendable {
  /// The first run of its stream: nothing to compare with.
  case first
  /// Its check had not looked at its target before.
  case added
  /// Its check had looked at its target and not listed it.
  case later
}

/// A row of runs in which a finding stood alike.
package struct Stretch: Sendable, Hashable {
  /// The number of its first run in the stream; it lasts up to the next stretch.
  package var ordinal: Int
  /// When that run began.
  package var startedAt: Instant
  /// How the finding stood.
  package var state: FindingState
  /// What was said of it in that run.
  package var message: String

  /// A stretch that begins with a run.
  package init(ordinal: Int, startedAt: Instant, state: FindingState, message: String = "") {
    self.ordinal = ordinal
    self.startedAt = startedAt
    self.state = state
    self.message = message
  }
}

/// What carrying a finding on from run to run has to remember.
struct TimelineCursor: Sendable, Hashable {
  /// The last status that evidence decided.
  var evaluated: Status?
  /// When the failure began that is not repaired yet.
  var openSince: Instant?
  /// When it failed first.
  var firstFailed: Instant?
  /// How often it began to fail.
  var episodes = 0
  /// What the last run saw of it.
  var sight = Sight.nothing

  /// What a run sees of a finding.
  enum Sight: Int, Sendable {
    /// It did not look.
    case nothing = 0
    /// It looked, and evidence did not decide.
    case undecided = 1
    /// Evidence decided.
    case decided = 2

    init(_ status: Status) {
      switch status {
      case .skipped, .notApplicable: self = .nothing
      default: self = status.isEvaluated ? .decided : .undecided
      }
    }
  }

  /// What a stretch with `status`, from a run at `startedAt` on, means after everything before.
  mutating func advance(
    to status: Status, at startedAt: Instant, _ introduction: Introduction
  ) -> (change: Change?, repairSeconds: Int?) {
    let before = self
    sight = Sight(status)
    switch status {
    case .fail:
      evaluated = .fail
      if before.evaluated == .fail { return (nil, nil) }
      episodes += 1
      openSince = startedAt
      if firstFailed == nil { firstFailed = startedAt }
      if before.episodes > 0 { return (.reappeared, nil) }
      if before.evaluated != nil { return (.regressed, nil) }
      switch introduction {
      case .first: return (nil, nil)
      case .added: return (.added, nil)
      case .later: return (.new, nil)
      }
    case .pass, .warn:
      evaluated = status
      guard let earlier = before.evaluated, earlier != status else { return (nil, nil) }
      if earlier == .fail {
        openSince = nil
        return (.recovered, before.openSince.map { max(0, startedAt.seconds(since: $0)) })
      }
      return (status == .warn ? .worsened : .improved, nil)
    case .error, .unknown, .blocked, .manual:
      return (before.sight == .decided ? .unverified : nil, nil)
    case .skipped: return (before.sight == .nothing ? nil : .removed, nil)
    case .notApplicable: return (nil, nil)
    }
  }
}

/// How one finding stood over the runs of its stream.
package struct Timeline: Sendable, Hashable {
  /// In the order of the runs; neighbours differ in their state.
  package private(set) var stretches: [Stretch] = []

  /// No run yet.
  package init() {}

  init(_ stretches: [Stretch]) { self.stretches = stretches }

  /// The state in a run; nil before the first one that knew of the finding.
  package func state(at ordinal: Int) -> FindingState? { stretches.last { $0.ordinal <= ordinal }?.state }

  /// Puts a run in at its place in the order: those from `ordinal` on move one further.
  ///
  /// `state` is nil where that run, being earlier, knew nothing of the finding. `next` is when the run began that now
  /// follows it, which a stretch that is cut in two goes on from.
  package mutating func insert(
    _ state: FindingState?, at ordinal: Int, startedAt: Instant, message: String, next: Instant?
  ) {
    let before = self.state(at: ordinal - 1)
    let after = self.state(at: ordinal)
    let isAcross = before != nil && !stretches.contains { $0.ordinal == ordinal }
    for index in stretches.indices where stretches[index].ordinal >= ordinal { stretches[index].ordinal += 1 }
    guard let state, state != before else { return }
    let position = stretches.firstIndex { $0.ordinal > ordinal } ?? stretches.count
    if position < stretches.count, stretches[position].ordinal == ordinal + 1, stretches[position].state == state {
      stretches[position].ordinal = ordinal
      stretches[position].startedAt = startedAt
      return
    }
    stretches.insert(Stretch(ordinal: ordinal, startedAt: startedAt, state: state, message: message), at: position)
    guard let next, !stretches.contains(where: { $0.ordinal == ordinal + 1 }) else { return }
    if isAcross, let after {
      let text = position > 0 ? stretches[position - 1].message : message
      stretches.insert(Stretch(ordinal: ordinal + 1, startedAt: next, state: after, message: text), at: position + 1)
    } else if after == nil {
      // The runs that follow did not list it; whether they had looked is not known any more.
      stretches.insert(
        Stretch(
          ordinal: ordinal + 1, startedAt: next, state: FindingState(.skipped, state.severity),
          message: "not looked at"), at: position + 1)
    }
  }
}

/// A stretch with what it means.
struct JudgedStretch: Sendable, Hashable {
  var stretch: Stretch
  var change: Change?
  var repairSeconds: Int?
}

extension Timeline {
  /// Every stretch with what it means after those before, and what is to be remembered at the end.
  func judged(_ introduction: Introduction) -> (stretches: [JudgedStretch], cursor: TimelineCursor) {
    var cursor = TimelineCursor()
    let judged = stretches.map { stretch in
      let (change, repair) = cursor.advance(to: stretch.state.status, at: stretch.startedAt, introduction)
      return JudgedStretch(stretch: stretch, change: change, repairSeconds: repair)
    }
    return (judged, cursor)
  }
}
