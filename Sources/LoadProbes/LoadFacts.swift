import Facts
import LoadGeneration
import LoadScripts

/// A result as facts; times in milliseconds.
struct LoadFacts {
  private let result: LoadResult
  private let instanceHeader: String?
  private let meantUsers: Int

  init(_ result: LoadResult, instanceHeader: String?, meantUsers: Int) {
    self.result = result
    self.meantUsers = meantUsers
    self.instanceHeader = instanceHeader
  }

  /// Everything but what was watched beside it.
  var members: JSONObject {
    let figures = result.figures
    let all = figures.requests + figures.unansweredCount
    let failed = figures.endpoints.reduce(0) { $0 + $1.failed }
    return [
      "shape": .string(result.plan.digest), "valid": .bool(result.isValid), "invalidBecause": JSONValue(result.faults),
      "arrivals": [
        "intended": .integer(result.intended), "started": .integer(figures.started),
        "skipped": .integer(result.skipped),
      ],
      "users": [
        "completed": .integer(figures.completed), "failed": .integer(figures.failedUsers), "cut": .integer(figures.cut),
        "mostAtOnce": .integer(figures.mostUsers),
        "missingAtOnce": .integer(max(0, meantUsers - figures.mostUsers)),
      ],
      "requests": .integer(figures.requests), "unanswered": .integer(figures.unansweredCount),
      "unansweredShare": Self.share(figures.unansweredCount, of: all), "failed": .integer(failed),
      "failedShare": Self.share(failed, of: all),
      "requestsPerSecond": result.seconds > 0 ? Self.number(Double(figures.requests) / result.seconds) : nil,
      "seconds": Self.number(result.seconds), "startError": Self.lag(figures.startError),
      "responseTime": .object(Self.times(figures.responseTime)),
      "serviceTime": .object(Self.times(figures.serviceTime)),
      "endpoints": .array(
        zip(result.plan.endpoints, figures.endpoints).filter { $1.requests + $1.errors > 0 }.map {
          .object(Self.endpoint($0, $1))
        }),
      "phases": .array(Self.groups(result.plan.phases, figures.phases)),
      "scenarios": .array(Self.groups(result.plan.scenarios, figures.scenarios)),
      "thresholds": .array(
        result.verdicts.map { verdict in
          [
            "expression": .string(verdict.threshold.expression), "strict": .bool(verdict.threshold.isStrict),
            "holds": verdict.status == .unknown ? nil : .bool(verdict.status == .pass),
            "value": verdict.value.map { Self.number($0) } ?? nil, "reason": JSONValue(verdict.reason),
          ]
        }),
      "errors": .array(
        figures.errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(20).map {
          ["name": .string($0.key), "count": .integer($0.value)]
        }),
      "instances": instances, "timeline": .array(timeline),
    ]
  }

  private var instances: JSONValue {
    guard instanceHeader != nil else { return nil }
    let counts = result.figures.instances
    let all = counts.values.reduce(0, +)
    let named = Self.named(counts)
    guard all > 0, !named.isEmpty else { return ["count": 0, "mostShare": nil, "imbalance": nil, "each": []] }
    let most = named.values.max() ?? 0
    return [
      "count": .integer(named.count), "mostShare": Self.share(most, of: all),
      // How much more the busiest had than an even spread would give it.
      "imbalance": Self.number(Double(most) * Double(named.count) / Double(all)),
      "each": .array(
        counts.sorted { $0.key < $1.key }.map { name, answers in
          let bins = result.figures.bins
          return [
            "name": .string(name), "answers": .integer(answers), "share": Self.share(answers, of: all),
            "firstSecond": second(bins.firstIndex { $0.instances[name] != nil }),
            "lastSecond": second(bins.lastIndex { $0.instances[name] != nil }),
          ]
        }),
    ]
  }

  /// Those that said who they are.
  private static func named(_ instances: [String: Int]) -> [String: Int] { instances.filter { $0.key != "unnamed" } }

  /// The second at which a stretch of the run begins.
  private func second(_ bin: Int?) -> JSONValue { JSONValue(bin.map { $0 * result.plan.binSeconds }) }

  private var timeline: [JSONValue] {
    result.figures.bins.enumerated().map { index, bin in
      [
        "second": .integer(index * result.plan.binSeconds), "started": .integer(bin.started),
        "answers": .integer(bin.responseTime.count),
        "failed": .integer(bin.failed), "p50": Self.told(bin.responseTime, 0.5),
        "p95": Self.told(bin.responseTime, 0.95),
        "max": bin.responseTime.count > 0 ? Self.milliseconds(bin.responseTime.most) : nil,
        "instances": instanceHeader == nil ? nil : .integer(Self.named(bin.instances).count),
      ]
    }
  }

  private static func endpoint(_ endpoint: LoadEndpoint, _ figures: LoadFigures.Endpoint) -> JSONObject {
    // What was given up counts as long as it was waited for.
    var whole = figures.responseTime
    whole.add(figures.unanswered)
    var members: JSONObject = [
      "name": .string(endpoint.name), "method": .string(endpoint.method), "url": .string(endpoint.url),
      "requests": .integer(figures.requests), "unanswered": .integer(figures.errors),
      "failedShare": share(figures.failed, of: figures.requests + figures.errors),
    ]
    for (name, value) in times(whole) { members[name] = value }
    return members
  }

  private static func groups(_ names: [String], _ groups: [LoadFigures.Group]) -> [JSONValue] {
    zip(names, groups).map { name, group in
      var whole = group.responseTime
      whole.add(group.unanswered)
      var members: JSONObject = [
        "name": .string(name), "started": .integer(group.started), "completed": .integer(group.completed),
        "requests": .integer(group.requests),
      ]
      for (name, value) in times(whole) { members[name] = value }
      return .object(members)
    }
  }

  private static func times(_ histogram: LatencyHistogram) -> JSONObject {
    [
      "p50": told(histogram, 0.5), "p90": told(histogram, 0.9), "p95": told(histogram, 0.95),
      "p99": told(histogram, 0.99), "max": histogram.count > 0 ? milliseconds(histogram.most) : nil,
      "n": .integer(histogram.count),
    ]
  }

  private static func lag(_ histogram: LatencyHistogram) -> JSONValue {
    [
      "p50": histogram.quantile(0.5).map { milliseconds($0) } ?? nil,
      "p99": histogram.quantile(0.99).map { milliseconds($0) } ?? nil, "max": milliseconds(histogram.most),
    ]
  }

  private static func told(_ histogram: LatencyHistogram, _ q: Double) -> JSONValue {
    guard histogram.count >= LatencyHistogram.needed(for: q), let value = histogram.quantile(q) else { return nil }
    return milliseconds(value)
  }

  private static func milliseconds(_ microseconds: Int) -> JSONValue { .double(Double(microseconds) / 1000) }

  private static func share(_ part: Int, of whole: Int) -> JSONValue {
    whole > 0 ? .double(Double(part) / Double(whole)) : nil
  }

  private static func number(_ value: Double) -> JSONValue {
    value.isFinite ? .double((value * 1000).rounded() / 1000) : nil
  }
}
