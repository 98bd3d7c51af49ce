public import Facts

/// One check: which probe, what is expected of its facts, and everything people need to act on it.
public struct CheckDefinition: Sendable {
  /// Permanent; its first word is the area.
  public var id: String
  /// States a fact: "Certificate is renewed well before it expires".
  public var title: String
  /// How much a failure matters.
  public var severity: Severity
  /// The checklist items it serves.
  public var checklist: [String]
  /// The probe whose facts it judges.
  public var probe: String
  /// The kinds of target it applies to.
  public var targets: [String]
  /// The safety class of looking.
  public var safety: SafetyClass
  /// What a policy may adjust.
  public var parameters: [Parameter]
  /// What the probe is asked; `${name}` stands for a parameter.
  public var with: JSONObject
  /// Conditions on what the inventory declares; any that does not hold makes the check not applicable.
  public var when: [Condition]
  /// Checks on the same target that must pass first.
  public var needs: [String]
  /// The subjects judged one by one; nil judges the facts as a whole.
  public var each: Subjects?
  /// What must hold.
  public var expect: [Expectation]
  /// What should hold; a miss is a warning.
  public var prefer: [Expectation]
  /// Facts worth showing beside a finding.
  public var evidence: [FactPath]
  /// Why it matters.
  public var rationale: String
  /// How to fix it.
  public var remediation: Remediation
  /// Where the rule comes from.
  public var references: [String]
  /// Facts it passes and facts it fails: documentation, tests and self-test at once.
  public var examples: [Example]

  /// The first word of the id.
  public var area: String { String(id.prefix { $0 != "-" }) }

  /// A check with all its parts.
  public init(
    id: String, title: String, severity: Severity, checklist: [String] = [], probe: String, targets: [String],
    safety: SafetyClass = .observe, parameters: [Parameter] = [], with: JSONObject = [:], when: [Condition] = [],
    needs: [String] = [], each: Subjects? = nil, expect: [Expectation], prefer: [Expectation] = [],
    evidence: [FactPath] = [], rationale: String, remediation: Remediation, references: [String] = [],
    examples: [Example] = []
  ) {
    self.id = id
    self.title = title
    self.severity = severity
    self.checklist = checklist
    self.probe = probe
    self.targets = targets
    self.safety = safety
    self.parameters = parameters
    self.with = with
    self.when = when
    self.needs = needs
    self.each = each
    self.expect = expect
    self.prefer = prefer
    self.evidence = evidence
    self.rationale = rationale
    self.remediation = remediation
    self.references = references
    self.examples = examples
  }

  /// A value that a policy may adjust.
  public struct Parameter: Sendable, Hashable {
    /// Its name in `${name}`.
    public var name: String
    /// What it may be.
    public var schema: Schema
    /// What it is unless a policy says otherwise.
    public var fallback: JSONValue
    /// Its unit or meaning, in words.
    public var unit: String

    /// A parameter with its bounds and default.
    public init(name: String, schema: Schema, fallback: JSONValue, unit: String) {
      self.name = name
      self.schema = schema
      self.fallback = fallback
      self.unit = unit
    }
  }

  /// The parts of a target that are judged one by one.
  public struct Subjects: Sendable {
    /// Selects them.
    public var path: FactPath
    /// Names one of them; its `{{ @.name }}` reads the subject.
    public var name: MessageTemplate
    /// What an empty selection means.
    public var ifNone: Absence

    /// Subjects selected by `path`.
    public init(path: FactPath, name: MessageTemplate, ifNone: Absence) {
      self.path = path
      self.name = name
      self.ifNone = ifNone
    }
  }

  /// What it means that there is nothing to judge.
  public struct Absence: Sendable {
    /// The status it gives.
    public var status: Status
    /// The sentence in the report.
    public var because: MessageTemplate

    /// A status with its reason.
    public init(status: Status, because: MessageTemplate) {
      self.status = status
      self.because = because
    }
  }

  /// A condition on what the inventory declares about the target.
  public struct Condition: Sendable {
    /// Reads the declaration: `$.sslmode`.
    public var declared: FactPath
    /// What it must be.
    public var matcher: Matcher
    /// The reason shown when it does not hold.
    public var otherwise: String

    /// A condition with the reason shown when it does not hold.
    public init(declared: FactPath, matcher: Matcher, otherwise: String) {
      self.declared = declared
      self.matcher = matcher
      self.otherwise = otherwise
    }
  }

  /// One comparison of facts with a limit.
  public struct Expectation: Sendable {
    /// The facts compared; a path from `@` reads the subject. Every selected value must match.
    public var fact: FactPath
    /// What they must be.
    public var matcher: Matcher
    /// The message when they are not.
    public var otherwise: MessageTemplate?
    /// What it means that the path selects nothing or only `null`; nil means unknown.
    public var ifMissing: Absence?

    /// A comparison of the values at `fact`.
    public init(fact: FactPath, matcher: Matcher, otherwise: MessageTemplate? = nil, ifMissing: Absence? = nil) {
      self.fact = fact
      self.matcher = matcher
      self.otherwise = otherwise
      self.ifMissing = ifMissing
    }
  }

  /// How to fix it.
  public struct Remediation: Sendable, Hashable, Codable {
    /// How much work it is, in words.
    public enum Effort: String, Sendable, Hashable, Codable, CaseIterable {
      /// Minutes: a setting.
      case low
      /// Hours: a change with a test.
      case medium
      /// Days: a change of design.
      case high
    }

    /// How much work it is.
    public var effort: Effort
    /// What to do.
    public var text: String

    /// A fix of some effort.
    public init(effort: Effort, text: String) {
      self.effort = effort
      self.text = text
    }
  }

  /// Recorded facts with the status they must get.
  public struct Example: Sendable {
    /// What is special about it.
    public var name: String
    /// The facts after derivation.
    public var facts: JSONValue
    /// What the inventory declares, if it matters.
    public var declaration: JSONValue
    /// Parameter values other than the defaults.
    public var parameters: JSONObject
    /// The status the check must give.
    public var status: Status

    /// Facts and the status they must get.
    public init(
      name: String, facts: JSONValue, declaration: JSONValue = [:], parameters: JSONObject = [:], status: Status
    ) {
      self.name = name
      self.facts = facts
      self.declaration = declaration
      self.parameters = parameters
      self.status = status
    }
  }
}
