import Facts

/// The rules that a Prometheus evaluates.
struct RuleSet {
  /// The most that are kept.
  static let most = 2000

  /// One rule.
  struct Rule {
    var group: String
    var name: String
    var isAlerting: Bool
    var query: String
    var health: String?
    var error: String?
    var forSeconds: Double?
    var labels: JSONObject
    var annotations: JSONObject
    var isFiring: Bool
  }

  /// One group.
  struct Group {
    var name: String
    var interval: Double?
    var evaluation: Double?
    var ruleCount: Int

    /// Whether an evaluation takes longer than there is time for it.
    var overruns: Bool? {
      guard let interval, let evaluation, interval > 0 else { return nil }
      return evaluation > interval
    }
  }

  let rules: [Rule]
  let groups: [Group]

  /// Reads the answer of `/api/v1/rules`.
  init(_ data: JSONValue) {
    var rules: [Rule] = []
    var groups: [Group] = []
    for group in data["groups"]?.array ?? [] {
      let name = group["name"]?.text() ?? ""
      let members = group["rules"]?.array ?? []
      groups.append(
        Group(
          name: name, interval: group["interval"]?.double, evaluation: group["evaluationTime"]?.double,
          ruleCount: members.count))
      for rule in members.prefix(max(0, Self.most - rules.count)) {
        rules.append(
          Rule(
            group: name, name: rule["name"]?.text() ?? "", isAlerting: rule["type"]?.string == "alerting",
            query: rule["query"]?.text(16_384) ?? "", health: rule["health"]?.text(20),
            error: rule["lastError"]?.text(300), forSeconds: rule["duration"]?.double,
            labels: rule["labels"]?.object ?? [:], annotations: rule["annotations"]?.object ?? [:],
            isFiring: rule["state"]?.string == "firing"))
      }
    }
    self.rules = rules
    self.groups = groups
  }

  var alerting: [Rule] { rules.filter(\.isAlerting) }

  /// Whether a rule fires all the time, so that its silence tells that the way of alerts is broken.
  var hasWatchdog: Bool {
    alerting.contains { rule in
      let scan = PromQLScan(rule.query)
      let isConstant = scan.selectors.isEmpty && scan.functions.isSubset(of: ["vector"])
      return rule.isFiring && (isConstant || rule.name.lowercased().contains("watchdog"))
    }
  }

  /// The expressions of recording rules, by the metric they make.
  var recordings: [String: [String]] {
    Dictionary(grouping: rules.filter { !$0.isAlerting }, by: \.name).mapValues { $0.map(\.query) }
  }
}
