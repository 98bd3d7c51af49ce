/// What a service should be watched for.
enum CoverageKind: String, Sendable, CaseIterable {
  /// It does not answer.
  case up
  /// Nothing is heard of it: a rule over what is there is silent when nothing is.
  case absent
  case errors, latency, saturation
}

/// Which alerting rules watch which service for what. Pure.
struct AlertCoverage {
  /// A rule that alerts.
  struct Rule {
    var name: String
    var expression: String
  }

  /// The expressions of recording rules, by the name of the metric they make.
  var recordings: [String: [String]] = [:]
  /// The label by which services are told apart.
  var serviceLabel = "job"
  /// The services that have a metric; nil where that could not be asked.
  var services: [String: Set<String>]?

  /// How deep recording rules are followed.
  private static let deepest = 4

  /// The names of the rules that watch `service` for each kind.
  func watchers(of service: String, among rules: [Rule]) -> [CoverageKind: [String]] {
    var found: [CoverageKind: [String]] = [:]
    for rule in rules {
      for kind in kinds(of: rule.expression, for: service, depth: 0) { found[kind, default: []].append(rule.name) }
    }
    return found
  }

  private func kinds(of expression: String, for service: String, depth: Int) -> Set<CoverageKind> {
    let scan = PromQLScan(expression)
    var kinds: Set<CoverageKind> = []
    for selector in scan.selectors where concerns(selector, service) {
      if selector.isInAbsent {
        kinds.insert(.absent)
        continue
      }
      guard let metric = selector.metric else { continue }
      let inner = recordings[metric] ?? []
      guard inner.isEmpty || isMade(by: inner, for: service) else { continue }
      kinds.formUnion(Self.kinds(of: selector, metric, scan))
      guard depth < Self.deepest else { continue }
      for expression in inner { kinds.formUnion(self.kinds(of: expression, for: service, depth: depth + 1)) }
    }
    return kinds
  }

  /// Whether recording rules make series of `service`.
  private func isMade(by expressions: [String], for service: String) -> Bool {
    expressions.contains { PromQLScan($0).selectors.contains { concerns($0, service) } }
  }

  /// Whether a selector can select series of `service`. Where it names no service, it must be known that the service has the
  /// metric; and the absence of something that anybody may have says nothing about one service.
  private func concerns(_ selector: PromQLScan.Selector, _ service: String) -> Bool {
    let conditions = selector.matchers.filter { $0.label == serviceLabel }
    if !conditions.isEmpty { return conditions.allSatisfy { $0.accepts(service) ?? false } }
    if selector.isInAbsent { return false }
    guard let metric = selector.metric else { return false }
    if metric == "up" || recordings[metric] != nil { return true }
    return services?[metric]?.contains(service) ?? false
  }

  /// What a selector of `metric` watches for, by the words in its name and the conditions on its labels.
  private static func kinds(
    of selector: PromQLScan.Selector, _ metric: String, _ scan: PromQLScan
  ) -> Set<CoverageKind> {
    var kinds: Set<CoverageKind> = []
    let words = Set(metric.lowercased().split { $0 == "_" || $0 == ":" }.map(String.init))
    if metric == "up" || metric == "probe_success" || metric.hasSuffix("_up") { kinds.insert(.up) }
    let selectsFailures = selector.matchers.contains { condition in
      let isStatus = ["status", "code", "status_code", "http_status", "outcome", "result", "grpc_code"].contains(
        condition.label.lowercased())
      guard isStatus, condition.relation == "=" || condition.relation == "=~" else { return false }
      let value = condition.value.lowercased()
      return value.hasPrefix("5") || value.hasPrefix("(5") || value.hasPrefix("[45]") || value.hasPrefix("4")
        || ["error", "fail", "unavailable", "internal"].contains { value.contains($0) }
    }
    if selectsFailures || !words.isDisjoint(with: Self.errorWords) { kinds.insert(.errors) }
    let isTime = !words.isDisjoint(with: Self.timeWords) && !metric.hasSuffix("_count")
    if isTime || scan.functions.contains("histogram_quantile") && metric.hasSuffix("_bucket") { kinds.insert(.latency) }
    if !words.isDisjoint(with: Self.loadWords) || scan.functions.contains("predict_linear") {
      kinds.insert(.saturation)
    }
    return kinds
  }

  private static let errorWords: Set<String> = [
    "error", "errors", "failed", "failure", "failures", "exceptions", "exception", "panics", "5xx", "dropped",
    "rejected",
  ]
  private static let timeWords: Set<String> = ["latency", "duration", "durations", "responsetime", "elapsed"]
  private static let loadWords: Set<String> = [
    "cpu", "memory", "mem", "disk", "filesystem", "queue", "queued", "backlog", "pool", "connections", "lag", "load",
    "load1",
    "load5", "inflight", "flight", "threads", "fds", "heap", "saturation", "pending", "utilization", "usage", "waiting",
    "resident", "goroutines",
  ]
}
