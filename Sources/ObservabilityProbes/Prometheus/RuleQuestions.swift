import AuditModel
import Facts
import HTTPExchange

/// What has to be asked of the server to tell whether rules speak of metrics that exist, and of which services.
struct RuleQuestions {
  /// The most metrics that are asked for in one question.
  private static let batch = 50
  /// The most metrics of rules that are asked for at all.
  private static let mostMetrics = 400

  var rules: RuleSet?
  var serviceLabel: String
  var api: PrometheusAPI
  var now: Instant

  /// Facts about the rules one by one.
  func facts(of rules: RuleSet, _ notes: inout Notes) -> JSONValue {
    let known = notes.attempt("rules.items[*].unknownMetrics") { () throws(Obstacle) in
      Set(
        (try api.data("/api/v1/label/__name__/values?start=\(now.seconds - 3600)").array ?? []).compactMap(\.string))
    }
    let recorded = Set(rules.recordings.keys)
    return [
      "alerting": .integer(rules.alerting.count), "recording": .integer(rules.rules.count - rules.alerting.count),
      "groups": .array(
        rules.groups.prefix(500).map { group in
          [
            "name": .string(group.name), "intervalSeconds": .number(group.interval),
            "evaluationSeconds": .number(group.evaluation), "rules": .integer(group.ruleCount),
            "overruns": JSONValue(group.overruns),
          ]
        }),
      "items": .array(rules.rules.map { facts(of: $0, known: known, recorded: recorded) }),
    ]
  }

  private func facts(of rule: RuleSet.Rule, known: Set<String>?, recorded: Set<String>) -> JSONValue {
    let scan = PromQLScan(rule.query)
    let asked = Set(scan.selectors.filter { !$0.isInAbsent }.compactMap(\.metric))
      .subtracting(["ALERTS", "ALERTS_FOR_STATE"]).subtracting(recorded)
    let runbook = (rule.annotations["runbook_url"] ?? rule.annotations["runbook"])?.text(300)
    let texts = ["summary", "description", "message"].compactMap { rule.annotations[$0]?.string }
    return [
      "group": .string(rule.group), "name": .string(rule.name), "alerting": .bool(rule.isAlerting),
      "healthy": JSONValue(rule.health == "ok" ? true : rule.health == "err" ? false : nil),
      "error": JSONValue(rule.error), "forSeconds": .number(rule.forSeconds),
      "severity": JSONValue(rule.labels["severity"]?.text(60)),
      "graded": .bool(rule.labels["severity"]?.string.map { !$0.isEmpty } ?? false),
      "described": .bool(texts.contains { !$0.isEmpty }),
      "runbook": JSONValue(runbook), "linked": .bool(runbook.map { !$0.isEmpty } ?? false),
      "conditional": .bool(
        scan.hasComparison || scan.selectors.isEmpty || scan.functions.contains { $0.hasPrefix("absent") }
          || scan.selectors.contains { $0.metric == "ALERTS" || $0.metric.map { recorded.contains($0) } ?? false }),
      "valueInLabels": .bool(rule.labels.contains { $0.value.string?.contains("$value") ?? false }),
      "firing": .bool(rule.isFiring), "query": .string(rule.query.bounded(500)),
      "unknownMetrics": known.map { JSONValue(asked.subtracting($0).sorted()) } ?? nil,
    ]
  }

  /// One object a service: which rules watch it for what.
  func coverage(of services: [String], _ notes: inout Notes) -> JSONValue {
    guard let rules else {
      notes.add("coverage", "the rules could not be read")
      return nil
    }
    guard
      let known = notes.attempt("coverage", { () throws(Obstacle) in try servicesByMetric(rules) })
    else { return nil }
    let coverage = AlertCoverage(
      rules.alerting.map { AlertCoverage.Rule(name: $0.name, expression: $0.query) }, recordings: rules.recordings,
      serviceLabel: serviceLabel, services: known)
    guard coverage.isComplete else {
      notes.add("coverage", "there are too many rules, or too long ones, to be weighed")
      return nil
    }
    return .array(
      services.prefix(500).map { service in
        let found = coverage.watchers(of: service)
        var row: JSONObject = ["service": .string(service)]
        for kind in CoverageKind.allCases { row[kind.rawValue] = .bool(found[kind] != nil) }
        row["missing"] = JSONValue(CoverageKind.allCases.filter { found[$0] == nil }.map(\.rawValue))
        row["share"] = .double(Double(found.count) / Double(CoverageKind.allCases.count))
        row["rules"] = JSONValue(Set(found.values.flatMap { $0 }).sorted())
        return .object(row)
      })
  }

  /// The services that have each metric the rules ask for.
  private func servicesByMetric(_ rules: RuleSet) throws(Obstacle) -> [String: Set<String>] {
    let metrics = Set(rules.rules.flatMap { PromQLScan($0.query).selectors.compactMap(\.metric) })
      .filter { $0.utf8.allSatisfy(PromQLScan.isWord) }
      .sorted().prefix(Self.mostMetrics)
    var found: [String: Set<String>] = [:]
    for start in stride(from: 0, to: metrics.count, by: Self.batch) {
      let names = metrics[start..<min(start + Self.batch, metrics.count)].joined(separator: "|")
      for series in try api.query("count by (__name__, \(serviceLabel)) ({__name__=~\"\(names)\"})") {
        guard let metric = series.labels["__name__"]?.string, let service = series.labels[serviceLabel]?.string else {
          continue
        }
        found[metric, default: []].insert(service)
      }
    }
    return found
  }
}
