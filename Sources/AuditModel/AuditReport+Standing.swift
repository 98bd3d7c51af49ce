/// What people have said about findings, and what time does to it.
extension AuditReport {
  /// One waiver as it stands.
  public struct WaiverRow: Sendable, Hashable, Codable {
    /// Its state.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
      /// It covers a finding.
      case active
      /// It holds, and there is nothing for it to cover.
      case unused
      /// Its last day has passed.
      case expired
      /// Its first day is to come.
      case notYet
      /// It speaks of a finding, but a condition of it does not hold.
      case void
      /// It names a check or target that there is not.
      case unknown
    }

    /// The waiver.
    public var waiver: Waiver
    /// Its state.
    public var state: State
    /// Fingerprints of the findings it covers.
    public var findings: [String]
    /// What is wrong with it; findings of their own.
    public var problems: [WaiverProblem]

    /// A waiver in its state.
    public init(waiver: Waiver, state: State, findings: [String], problems: [WaiverProblem]) {
      self.waiver = waiver
      self.state = state
      self.findings = findings
      self.problems = problems
    }
  }

  /// Something wrong with a waiver.
  public struct WaiverProblem: Sendable, Hashable, Codable {
    /// What kind of wrong.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
      /// Its last day has passed while there is still a finding for it.
      case expired
      /// There is nothing for it to cover.
      case unused
      /// Another waiver covers the same finding.
      case duplicate
      /// Its patterns reach further than an acceptance may.
      case overBroad
      /// It names a check or target that there is not.
      case unknown
      /// The measured value does not keep the ceiling, or is no number.
      case aboveCeiling
      /// A compensating check does not pass.
      case notCompensated
      /// The policy forbids it.
      case forbidden
      /// The finding is more severe than what was accepted.
      case moreSevere
      /// It ends within fourteen days.
      case endsSoon
    }
    /// What kind of wrong.
    public var kind: Kind
    /// One line for people.
    public var message: String

    /// A problem in words.
    public init(_ kind: Kind, _ message: String) {
      self.kind = kind
      self.message = message
    }
  }

  /// One attestation as it stands.
  public struct AttestationRow: Sendable, Hashable, Codable {
    /// Its state.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
      /// It holds.
      case valid
      /// Its last day has passed.
      case expired
      /// Its first day is to come.
      case notYet
      /// What it speaks of has changed since.
      case stale
    }

    /// The attestation.
    public var attestation: Attestation
    /// Its state.
    public var state: State
    /// Why it does not hold; nil where it does.
    public var problem: String?
    /// The checklist items it serves.
    public var items: [String]

    /// An attestation in its state.
    public init(attestation: Attestation, state: State, problem: String?, items: [String]) {
      self.attestation = attestation
      self.state = state
      self.problem = problem
      self.items = items
    }
  }

  /// What is new against the findings already known, by fingerprint.
  public struct BaselineComparison: Sendable, Hashable, Codable {
    /// When the baseline was written.
    public var writtenAt: Instant
    /// Failing, and not in the baseline.
    public var new: [String]
    /// Failing, and in the baseline.
    public var known: [String]
    /// In the baseline, evaluated now and passing.
    public var fixed: [String]
    /// In the baseline, and evidence did not decide it now.
    public var unverified: [String]
    /// In the baseline, and its check or target takes no part any more.
    public var removed: [String]

    /// A comparison with a baseline.
    public init(
      writtenAt: Instant, new: [String], known: [String], fixed: [String], unverified: [String], removed: [String]
    ) {
      self.writtenAt = writtenAt
      self.new = new
      self.known = known
      self.fixed = fixed
      self.unverified = unverified
      self.removed = removed
    }
  }

  /// One thing that ends between the run and the day it is judged for.
  public struct Expiry: Sendable, Hashable, Codable {
    /// What ends.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
      /// A finding that passes now stops passing.
      case finding
      /// A certificate.
      case certificate
      /// A waiver.
      case waiver
      /// An attestation.
      case attestation
      /// Evidence carried from an earlier run.
      case evidence
    }
    /// What ends.
    public var kind: Kind
    /// The last second it holds, or the first day on which a finding no longer passes.
    public var at: Instant
    /// Its name: a check, a waiver's id, a fact's path.
    public var what: String
    /// Where; nil for the whole system.
    public var target: String?
    /// One line for people.
    public var message: String

    /// Something that ends.
    public init(kind: Kind, at: Instant, what: String, target: String?, message: String) {
      self.kind = kind
      self.at = at
      self.what = what
      self.target = target
      self.message = message
    }
  }

  /// The cheapest set of fixes that turns the gate.
  public struct WayToGreen: Sendable, Hashable, Codable {
    /// One thing to mend.
    public struct Step: Sendable, Hashable, Codable {
      /// The check to make pass; nil where a probe has to be let look.
      public var check: String?
      /// Where.
      public var target: String
      /// How much work it is, as its check says; medium where no check does.
      public var effort: CheckDefinition.Remediation.Effort
      /// What to do, in one line.
      public var what: String
      /// How many open findings it settles, those that wait for it included.
      public var settles: Int

      /// A thing to mend.
      public init(
        check: String?, target: String, effort: CheckDefinition.Remediation.Effort, what: String, settles: Int
      ) {
        self.check = check
        self.target = target
        self.effort = effort
        self.what = what
        self.settles = settles
      }
    }
    /// In the order of their effort.
    public var steps: [Step]
    /// Whether no other set is cheaper; else only that none of the steps can be left out.
    public var isCheapest: Bool
    /// The conditions that no fix turns, and therefore still stand.
    public var beyond: [String]

    /// A way to green.
    public init(steps: [Step], isCheapest: Bool, beyond: [String]) {
      self.steps = steps
      self.isCheapest = isCheapest
      self.beyond = beyond
    }
  }

  /// An observation that an earlier run made.
  public struct CarriedEvidence: Sendable, Hashable, Codable {
    /// Where.
    public var target: String
    /// Which probe looked.
    public var probe: String
    /// The run that looked.
    public var runID: String
    /// When it looked.
    public var observedAt: Instant
    /// The last second it may be used.
    public var expires: Instant
    /// How old it is at the time judged for, in seconds.
    public var ageSeconds: Int
    /// Why it may not be used; nil where it is.
    public var refused: String?

    /// Evidence of an earlier run.
    public init(
      target: String, probe: String, runID: String, observedAt: Instant, expires: Instant, ageSeconds: Int,
      refused: String?
    ) {
      self.target = target
      self.probe = probe
      self.runID = runID
      self.observedAt = observedAt
      self.expires = expires
      self.ageSeconds = ageSeconds
      self.refused = refused
    }
  }

  /// Which parts of a divided run it rests on.
  public struct ShardSummary: Sendable, Hashable, Codable {
    /// Into how many parts the run was divided.
    public var total: Int
    /// Those that are here, from 1.
    public var present: [Int]

    /// Parts of a divided run.
    public init(total: Int, present: [Int]) {
      self.total = total
      self.present = present
    }
  }
}
