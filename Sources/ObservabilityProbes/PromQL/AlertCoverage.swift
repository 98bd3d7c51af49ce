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

  /// The most selectors that are weighed, those of recording rules included.
  private static let most = 20_000
  /// How deep recording rules are followed.
  private static let deepest = 4

  /// One selector of a rule: what it watches for, and whom.
  private struct Watch {
    var rule: String
    var kinds: Set<CoverageKind>
    /// The metric; nil where only labels select.
    var metric: String?
    var isInAbsent: Bool
    /// On the label that names the service, from the selector and from those over what it records.
    var conditions: [Condition]
  }

  /// A condition on the service, with its pattern compiled.
  private struct Condition {
    var matcher: PromQLScan.Matcher
    var pattern: AnchoredPattern?

    init(_ matcher: PromQLScan.Matcher) {
      self.matcher = matcher
      if matcher.relation.hasSuffix("~") { pattern = AnchoredPattern(matcher.value) }
    }

    /// A pattern that cannot be read proves nothing.
    func accepts(_ service: String) -> Bool {
      switch matcher.relation {
      case "=": service == matcher.value
      case "!=": service != matcher.value
      case "=~": pattern?.matches(service) ?? false
      default: pattern.map { !$0.matches(service) } ?? false
      }
    }
  }

  private var watches: [Watch] = []
  /// The services that have a metric.
  private let services: [String: Set<String>]
  private let recordings: [String: [PromQLScan]]
  private let serviceLabel: String
  /// Whether all selectors were weighed.
  private(set) var isComplete = true

  /// Reads `rules`; `recordings` are the expressions of recording rules by the metric they make, `services` those that have a
  /// metric, and `serviceLabel` the label by which services are told apart.
  init(
    _ rules: [Rule], recordings: [String: [String]] = [:], serviceLabel: String = "job", services: [String: Set<String>]
  ) {
    self.services = services
    self.serviceLabel = serviceLabel
    self.recordings = recordings.mapValues { $0.map { PromQLScan($0) } }
    for rule in rules {
      var visited: Set<String> = []
      add(PromQLScan(rule.expression), of: rule.name, kinds: [], conditions: [], depth: 0, &visited)
    }
  }

  private mutating func add(
    _ scan: PromQLScan, of rule: String, kinds outer: Set<CoverageKind>, conditions above: [Condition], depth: Int,
    _ visited: inout Set<String>
  ) {
    if !scan.isUnderstood { isComplete = isComplete && scan.selectors.count < PromQLScan.mostSelectors }
    for selector in scan.selectors {
      guard watches.count < Self.most else {
        isComplete = false
        return
      }
      let conditions = above + selector.matchers.filter { $0.label == serviceLabel }.map { Condition($0) }
      let kinds = selector.isInAbsent ? [.absent] : outer.union(Self.kinds(of: selector, scan))
      watches.append(
        Watch(
          rule: rule, kinds: kinds, metric: selector.metric, isInAbsent: selector.isInAbsent, conditions: conditions))
      guard !selector.isInAbsent, let metric = selector.metric, let inner = recordings[metric], depth < Self.deepest,
        visited.insert(metric).inserted
      else { continue }
      for scan in inner { add(scan, of: rule, kinds: kinds, conditions: conditions, depth: depth + 1, &visited) }
    }
  }

  /// The names of the rules that watch `service` for each kind.
  func watchers(of service: String) -> [CoverageKind: Set<String>] {
    var found: [CoverageKind: Set<String>] = [:]
    for watch in watches where !watch.kinds.isEmpty && concerns(watch, service) {
      for kind in watch.kinds { found[kind, default: []].insert(watch.rule) }
    }
    return found
  }

  /// Whether a selector can select series of `service`. Where it names no service, it must be known that the service has the
  /// metric; and the absence of something that anybody may have says nothing about one service.
  private func concerns(_ watch: Watch, _ service: String) -> Bool {
    guard watch.conditions.allSatisfy({ $0.accepts(service) }) else { return false }
    if !watch.conditions.isEmpty { return true }
    if watch.isInAbsent { return false }
    guard let metric = watch.metric else { return false }
    return metric == "up" || services[metric]?.contains(service) ?? false
  }

  /// What a selector watches for, by the words in its metric's name and the conditions on its labels.
  private static func kinds(of selector: PromQLScan.Selector, _ scan: PromQLScan) -> Set<CoverageKind> {
    guard let metric = selector.metric else { return [] }
    var kinds: Set<CoverageKind> = []
    let words = Set(metric.lowercased().split { $0 == "_" || $0 == ":" }.map(String.init))
    if metric == "up" || metric == "probe_success" || metric.hasSuffix("_up") { kinds.insert(.up) }
    if selector.matchers.contains(where: selectsFailures) || !words.isDisjoint(with: errorWords) {
      kinds.insert(.errors)
    }
    let isTime = !words.isDisjoint(with: timeWords) && !metric.hasSuffix("_count")
    if isTime || scan.functions.contains("histogram_quantile") && metric.hasSuffix("_bucket") { kinds.insert(.latency) }
    if !words.isDisjoint(with: loadWords) || scan.functions.contains("predict_linear") { kinds.insert(.saturation) }
    return kinds
  }

  private static func selectsFailures(_ condition: PromQLScan.Matcher) -> Bool {
    let names = ["status", "code", "status_code", "http_status", "outcome", "result", "grpc_code"]
    guard names.contains(condition.label.lowercased()), condition.relation == "=" || condition.relation == "=~" else {
      return false
    }
    let value = condition.value.lowercased()
    return ["5", "(5", "[45]", "4", "^5"].contains { value.hasPrefix($0) }
      || ["error", "fail", "unavailable", "internal"].contains { value.contains($0) }
  }

  private static let errorWords: Set<String> = [
    "error", "errors", "failed", "failure", "failures", "exceptions", "exception", "panics", "5xx", "dropped",
    "rejected",
  ]
  private static let timeWords: Set<String> = ["latency", "duration", "durations", "responsetime", "elapsed"]
  private static let loadWords: Set<String> = [
    "cpu", "memory", "mem", "disk", "filesystem", "queue", "queued", "backlog", "pool", "connections", "lag", "load",
    "load1", "load5", "inflight", "flight", "threads", "fds", "heap", "saturation", "pending", "utilization", "usage",
    "waiting", "resident", "goroutines",
  ]
}
