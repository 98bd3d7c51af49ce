public import Facts

/// What one probe saw of one target, or why it could not look. Recorded once per run, redacted.
public struct Observation: Sendable, Hashable {
  /// Probe, target and parameters as one word: equal observations have equal keys.
  public var key: String
  /// The probe's id.
  public var probe: String
  /// The target's id.
  public var target: String
  /// The target's kind.
  public var kind: String
  /// What the inventory declared about the target, without secrets.
  public var declaration: JSONValue
  /// The parameters the probe was given.
  public var parameters: JSONValue
  /// What it saw; nil if it could not look at all. A `null` inside was not observable.
  public var facts: JSONValue?
  /// The parts it could not see, with reasons.
  public var gaps: [Gap]
  /// Why it could not look at all.
  public var unseen: Unseen?
  /// When it began.
  public var startedAt: Instant
  /// How long it took, in milliseconds.
  public var durationMs: Int
  /// What it really sent and received.
  public var traffic: Traffic
  /// The run that made it, where that is an earlier one than the run it belongs to.
  public var carriedFrom: String?

  /// An observation by a probe of a target.
  public init(
    key: String, probe: String, target: String, kind: String, declaration: JSONValue, parameters: JSONValue,
    facts: JSONValue?, gaps: [Gap] = [], unseen: Unseen? = nil, startedAt: Instant, durationMs: Int,
    traffic: Traffic = Traffic(), carriedFrom: String? = nil
  ) {
    self.key = key
    self.probe = probe
    self.target = target
    self.kind = kind
    self.declaration = declaration
    self.parameters = parameters
    self.facts = facts
    self.gaps = gaps
    self.unseen = unseen
    self.startedAt = startedAt
    self.durationMs = durationMs
    self.traffic = traffic
    self.carriedFrom = carriedFrom
  }
}

/// A part of the facts that could not be observed.
public struct Gap: Sendable, Hashable {
  /// The dotted path of the part: `sessions`, `leaf.ocsp`.
  public var path: String
  /// Why, in one line.
  public var reason: String
  /// What would make it visible: a grant, a setting.
  public var remedy: String?

  /// A gap at `path`.
  public init(path: String, reason: String, remedy: String? = nil) {
    self.path = path
    self.reason = reason
    self.remedy = remedy
  }
}

/// Why a probe could not look at a target at all.
public struct Unseen: Sendable, Hashable {
  /// The nature of the obstacle.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Nothing came before the deadline.
    case timeout
    /// Name, network or permission kept it from the target.
    case unreachable
    /// The target needs a permission the auditor lacks.
    case denied
    /// What came back is not of the expected kind.
    case malformed
    /// The probe itself broke.
    case broken
    /// The run was interrupted first.
    case interrupted
  }

  /// The nature of the obstacle.
  public var kind: Kind
  /// One line for people.
  public var reason: String

  /// An obstacle with its reason.
  public init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }
}

/// What was sent to and received from a target.
public struct Traffic: Sendable, Hashable, Codable {
  /// TCP connections opened.
  public var connections: Int
  /// Requests or statements sent.
  public var requests: Int
  /// Bytes sent, as far as the probe sees them.
  public var bytesSent: Int
  /// Bytes received, as far as the probe sees them.
  public var bytesReceived: Int
  /// Child processes started.
  public var processes: Int

  /// Nothing, unless said otherwise.
  public init(
    connections: Int = 0, requests: Int = 0, bytesSent: Int = 0, bytesReceived: Int = 0, processes: Int = 0
  ) {
    self.connections = connections
    self.requests = requests
    self.bytesSent = bytesSent
    self.bytesReceived = bytesReceived
    self.processes = processes
  }

  /// The sum, part by part.
  public static func + (left: Traffic, right: Traffic) -> Traffic {
    Traffic(
      connections: left.connections + right.connections, requests: left.requests + right.requests,
      bytesSent: left.bytesSent + right.bytesSent, bytesReceived: left.bytesReceived + right.bytesReceived,
      processes: left.processes + right.processes)
  }
}
