public import AuditModel
public import Facts

/// A way of observing one kind of target. It returns facts, never an opinion.
public protocol Probe: Sendable {
  /// What everybody may know about it.
  var descriptor: ProbeDescriptor { get }

  /// The kinds of target that come with it, and the fields it adds to kinds of others (`TargetKind.adding`); what several
  /// probes of a room stand on is named in the room's set.
  var targetKinds: [TargetKind] { get }

  /// Looks at `target` once. Never throws: what cannot be seen is a sighting with a reason.
  ///
  /// Every wait ends at `context.deadline`; every connection, request and byte is counted in `context.traffic`.
  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting

  /// The facts with what follows from them at `now` added: days left, a grade, an advice. Pure.
  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue
}

extension Probe {
  /// It stands on what others declare.
  public var targetKinds: [TargetKind] { [] }

  /// Nothing depends on the day.
  public func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue { facts }
}

/// A probe that is made only of what is known at run time, such as a manifest. It stands in no room's list by being
/// declared: who knows what it is made of puts it among the others.
public protocol UnlistedProbe: Probe {}

/// What came of looking.
public enum Sighting: Sendable {
  /// Facts, and the parts of them that could not be seen.
  case seen(JSONValue, gaps: [Gap] = [])
  /// Nothing, and why.
  case unseen(Unseen)
}

/// What a probe is given beside its target.
public struct ProbeContext: Sendable {
  /// When it has to be done.
  public var deadline: Deadline
  /// Where it may block.
  public var lane: BlockingLane
  /// Where it counts what it sends.
  public var traffic: TrafficMeter
  /// Files with further roots to trust in this run.
  public var trust: [String]
  /// The safety classes that the inventory explicitly consents to today, beyond what its ceiling allows anyway.
  public var consented: [SafetyClass]

  /// The roughest safety class that may be used today, by the ceiling or by consent; for probes whose class depends on
  /// what the target declares.
  public var permitted: SafetyClass

  /// What a probe needs to look once.
  public init(
    deadline: Deadline, lane: BlockingLane, traffic: TrafficMeter, trust: [String] = [], consented: [SafetyClass] = [],
    permitted: SafetyClass = .probe
  ) {
    self.deadline = deadline
    self.lane = lane
    self.traffic = traffic
    self.trust = trust
    self.consented = consented
    self.permitted = permitted
  }
}

/// What one room of probes brings to the composition root.
public struct ProbeSet: Sendable {
  /// The kinds of target it knows; fields of one kind from several probes and rooms are joined.
  public var targetKinds: [TargetKind]
  /// Its probes.
  public var probes: [any Probe]
  /// The system libraries it stands on, with their versions, for `doctor`.
  public var libraries: [String]

  /// The contribution of one room: `targetKinds` are those that no probe brings along by itself.
  public init(targetKinds: [TargetKind] = [], probes: [any Probe], libraries: [String] = []) {
    self.targetKinds = TargetKind.joined(targetKinds + probes.flatMap(\.targetKinds))
    self.probes = probes
    self.libraries = libraries
  }
}
