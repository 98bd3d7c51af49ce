public import Facts

/// One addressable thing of a system: an HTTPS endpoint, a database, a plug-in to run.
public struct Target: Sendable {
  /// Its permanent name in every report.
  public var id: String
  /// What it is: `https`, `postgres`, ….
  public var kind: String
  /// What the inventory declares, paths made absolute and `${env:…}` resolved, without any secret.
  public var settings: JSONObject
  /// The secrets the inventory refers to, by the name of their field.
  public var secrets: [String: Secret]
  /// Where the inventory declares it; nil for a target named on the command line.
  public var location: SourceLocation?

  /// A target of a kind with its declared settings.
  public init(
    id: String, kind: String, settings: JSONObject, secrets: [String: Secret] = [:], location: SourceLocation? = nil
  ) {
    self.id = id
    self.kind = kind
    self.settings = settings
    self.secrets = secrets
    self.location = location
  }

  /// What `when:` conditions may ask: the settings, and for each secret that it is declared, never its value.
  public var declaration: JSONValue {
    var declared = settings
    for name in secrets.keys { declared[name] = true }
    return .object(declared)
  }
}

/// A secret on its way to a probe: it has no textual form, so it cannot be printed or encoded by accident.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The secret itself; read only where it is handed to the audited system.
  public let exposed: String

  /// Wraps a resolved secret.
  public init(_ exposed: String) { self.exposed = exposed }

  /// Always `[secret]`.
  public var description: String { "[secret]" }
  /// Always `[secret]`.
  public var debugDescription: String { description }
  /// Shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A kind of target: what the inventory may say about one. Several rooms may add fields to one kind.
public struct TargetKind: Sendable {
  /// The word in `kind:`.
  public var name: String
  /// One line for people; empty where only fields are added to a kind of others.
  public var summary: String
  /// The fields beside `id` and `kind`.
  public var fields: [Schema.Field]
  /// The URL schemes by which a bare URL on the command line is this kind; empty if it never is.
  public var schemes: [String]

  /// What else is wrong with settings of the right shape: pure functions, each for the part of one room.
  public var further: [@Sendable (JSONObject) -> [Schema.Violation]]

  /// A kind called `name`; `further` finds what no shape can say.
  public init(
    name: String, summary: String, fields: [Schema.Field], schemes: [String] = [],
    further: (@Sendable (JSONObject) -> [Schema.Violation])? = nil
  ) {
    self.name = name
    self.summary = summary
    self.fields = fields
    self.schemes = schemes
    self.further = further.map { [$0] } ?? []
  }

  /// What is said about targets of the kind `name` beside what others say about it.
  public static func adding(
    _ fields: [Schema.Field], to name: String, further: (@Sendable (JSONObject) -> [Schema.Violation])? = nil
  ) -> TargetKind {
    TargetKind(name: name, summary: "", fields: fields, further: further)
  }

  /// Each name once: the union of the fields and schemes of kinds of one name, the first word on each counting. A field
  /// is required where anybody requires it.
  public static func joined(_ kinds: [TargetKind]) -> [TargetKind] {
    var joined: [TargetKind] = []
    for kind in kinds {
      guard let index = joined.firstIndex(where: { $0.name == kind.name }) else {
        joined.append(kind)
        continue
      }
      if joined[index].summary.isEmpty { joined[index].summary = kind.summary }
      for field in kind.fields {
        if let known = joined[index].fields.firstIndex(where: { $0.name == field.name }) {
          joined[index].fields[known].isRequired = joined[index].fields[known].isRequired || field.isRequired
        } else {
          joined[index].fields.append(field)
        }
      }
      joined[index].further += kind.further
      joined[index].schemes += kind.schemes.filter { !joined[index].schemes.contains($0) }
    }
    return joined
  }
}

/// What is audited as a whole: a name, an environment, its targets, and how far an audit may go.
public struct Inventory: Sendable {
  /// The system's name.
  public var system: String
  /// What it is used for.
  public var environment: Environment
  /// The roughest safety class that may run.
  public var ceiling: SafetyClass
  /// In the order of the file.
  public var targets: [Target]
  /// Consent above the ceiling.
  public var consents: [Consent]

  /// An inventory of `targets`.
  public init(
    system: String, environment: Environment, ceiling: SafetyClass = .probe, targets: [Target],
    consents: [Consent] = []
  ) {
    self.system = system
    self.environment = environment
    self.ceiling = ceiling
    self.targets = targets
    self.consents = consents
  }

  /// An explicit, dated permission for a safety class.
  public struct Consent: Sendable, Hashable {
    /// What is permitted.
    public var safety: SafetyClass
    /// Who permits it.
    public var by: String
    /// The last moment it holds.
    public var until: Instant

    /// Permission by a person until an instant, inclusive.
    public init(safety: SafetyClass, by: String, until: Instant) {
      self.safety = safety
      self.by = by
      self.until = until
    }
  }
}
