/// What a document is for, and what stands in a good one.
enum DocumentRole: String, CaseIterable, Sendable {
  /// What to do when an alert fires or a service misbehaves.
  case runbook
  /// How a release is taken back.
  case rollback
  /// Who does what in an incident.
  case incident
  /// Anything else.
  case other

  /// A part that a document must have, under any of several headings.
  struct Section: Sendable {
    /// Its name in facts.
    var name: String
    /// What a heading holds in lower case that begins it.
    var words: [String]
  }

  /// The parts that are asked for: those that incident reviews most often find missing (Site Reliability Engineering,
  /// chapters 11 to 15; data for rollback, since code alone is easily taken back).
  var sections: [Section] {
    switch self {
    case .runbook:
      [
        Section(
          name: "purpose",
          words: ["purpose", "overview", "summary", "about", "scope", "what it does", "description", "introduction"]),
        Section(name: "alerts", words: ["alert", "symptom", "trigger", "when to use", "alarm"]),
        Section(
          name: "dashboards", words: ["dashboard", "metrics", "monitoring", "where to look", "observability", "graphs"]),
        Section(
          name: "diagnosis",
          words: ["diagnos", "investigat", "troubleshoot", "triage", "procedure", "debug", "checks", "what to check"]),
        Section(
          name: "rollback",
          words: [
            "rollback", "roll back", "roll-back", "mitigat", "recover", "restore", "remediat", "revert", "resolution",
            "fix",
          ]),
        Section(name: "escalation", words: ["escalat", "on-call", "on call", "when to call"]),
        Section(name: "contacts", words: ["contact", "owner", "team", "who to call", "people", "on-call", "on call"]),
      ]
    case .rollback:
      [
        Section(name: "trigger", words: ["when", "trigger", "criteria", "decision", "decide", "condition"]),
        Section(
          name: "steps",
          words: [
            "step", "procedure", "how to", "instruction", "roll back", "rollback the", "rolling back", "commands",
            "application",
          ]),
        Section(name: "data", words: ["data", "migration", "schema", "backup", "restore"]),
        Section(name: "verification", words: ["verif", "validat", "confirm", "check", "smoke", "afterwards", "test"]),
        Section(
          name: "contacts", words: ["contact", "owner", "team", "who", "communicat", "escalat", "notify", "people"]),
      ]
    case .incident:
      [
        Section(name: "severity", words: ["severit", "priorit", "classif", "sev1", "impact", "levels"]),
        Section(name: "roles", words: ["role", "responsibilit", "commander", "who does"]),
        Section(
          name: "detection", words: ["detect", "declar", "report", "alert", "trigger", "identif", "triage", "start"]),
        Section(name: "response", words: ["respon", "mitigat", "contain", "procedure", "step", "during", "recover"]),
        Section(
          name: "communication", words: ["communicat", "status page", "notify", "stakeholder", "customers", "updates"]),
        Section(name: "escalation", words: ["escalat", "contact", "on-call", "on call"]),
        Section(
          name: "review",
          words: [
            "post-mortem", "postmortem", "post mortem", "retrospective", "review", "lessons", "follow-up", "learning",
            "afterwards",
          ]),
      ]
    case .other: []
    }
  }

  /// What a path says a document is for.
  init(path: String) {
    let lower = path.lowercased()
    let name = PathText.name(of: lower)
    if name.contains("rollback") || name.contains("roll-back") {
      self = .rollback
    } else if name.contains("incident") {
      self = .incident
    } else if lower.contains("runbook") || lower.contains("playbook") {
      // The index of a folder of runbooks is none.
      self = Self.isIndex(path) ? .other : .runbook
    } else {
      self = .other
    }
  }

  /// Whether a file lists or shapes the documents of a folder rather than being one.
  static func isIndex(_ path: String) -> Bool {
    ["readme.md", "index.md", "template.md", "_template.md"].contains(PathText.name(of: path).lowercased())
  }
}
