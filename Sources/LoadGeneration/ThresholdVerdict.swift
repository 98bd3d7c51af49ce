import Facts
package import LoadScripts

/// A threshold and what came of it.
package struct ThresholdVerdict: Sendable {
  /// What came of it.
  package enum Status: String, Sendable, Hashable {
    /// It holds.
    case pass
    /// It does not.
    case fail
    /// There are too few values to tell.
    case unknown
  }

  /// What had to hold.
  package var threshold: LoadThreshold
  /// What came of it.
  package var status: Status
  /// The figure that was compared, in milliseconds where it is a time; nil where it is not known.
  package var value: Double?
  /// Why it is not known; nil where it is.
  package var reason: String?

  /// Holds a threshold against a result.
  package init(_ threshold: LoadThreshold, of result: LoadResult) {
    self.threshold = threshold
    status = .unknown
    value = nil
    reason = nil
    switch threshold.form {
    case .bound(let metric, let comparison, let limit):
      switch result.value(of: metric) {
      case .known(let known):
        value = known
        status = comparison.holds(known, limit) ? .pass : .fail
      case .atLeast(let least, let why):
        // Too few to tell a percentile, but enough to tell that every one of them is beyond the limit.
        reason = why
        if [.less, .atMost].contains(comparison), !comparison.holds(least, limit) { status = .fail }
      case .unknown(let why): reason = why
      }
    case .errorRate(let limit):
      let figures = result.figures
      guard figures.started > 0 else {
        reason = "no user started"
        return
      }
      let rate = Double(figures.started - figures.completed) / Double(figures.started) * 100
      value = rate
      status = rate <= limit ? .pass : .fail
    case .expectations:
      guard result.figures.expectationsMet + result.figures.expectationsFailed > 0 else {
        reason = "no expectation was looked at"
        return
      }
      value = Double(result.figures.expectationsFailed)
      status = result.figures.expectationsFailed == 0 ? .pass : .fail
    case .condition(let expression):
      var missing: String?
      let holds = expression.holds { name in
        guard let metric = LoadMetric(artillery: name) else {
          missing = missing ?? "there is no metric \(name)"
          return nil
        }
        switch result.value(of: metric) {
        case .known(let known): return Int(exactly: known).map { .integer($0) } ?? .double(known)
        case .atLeast(_, let why), .unknown(let why):
          missing = missing ?? "\(name): \(why)"
          return nil
        }
      }
      reason = missing
      if missing == nil { status = holds ? .pass : .fail }
      value = missing == nil ? (holds ? 1 : 0) : nil
    }
  }

  var document: JSONValue {
    [
      "expression": .string(threshold.expression), "status": .string(status.rawValue),
      "value": value.map { Int(exactly: $0).map { .integer($0) } ?? .double($0) } ?? nil,
      "strict": .bool(threshold.isStrict), "syntax": .string(threshold.syntax.rawValue), "reason": JSONValue(reason),
    ]
  }
}

extension LoadThreshold {
  /// The threshold that a result's document names; nil where it names none.
  init?(document value: JSONValue) {
    guard let expression = value["expression"]?.string,
      let syntax = value["syntax"]?.string.flatMap(Syntax.init), let isStrict = value["strict"]?.bool,
      let read = Self.read(expression, syntax)
    else { return nil }
    self = read
    self.isStrict = isStrict
  }

  private static func read(_ expression: String, _ syntax: Syntax) -> LoadThreshold? {
    switch syntax {
    case .expect: return .expectations
    case .condition: return try? .condition(expression)
    case .k6, .ensure:
      guard let colon = expression.ranges(of: ": ").last else { return nil }
      let metric = String(expression[..<colon.lowerBound])
      let rest = String(expression[colon.upperBound...])
      if syntax == .k6 { return try? .k6(metric, rest) }
      guard let limit = Double(rest) else { return nil }
      return .legacy(metric, limit, written: rest) ?? (try? .ensured(metric, under: limit, written: rest))
    }
  }
}

extension LoadResult {
  /// A figure, as far as it is known.
  package enum Figure: Sendable, Equatable {
    /// It is this.
    case known(Double)
    /// There are too few values to tell it, but none is smaller than this.
    case atLeast(Double, String)
    /// It is not known, for this reason.
    case unknown(String)
  }

  /// The figure of a metric; times in milliseconds. Requests without an answer count as long as they were waited for.
  package func value(of metric: LoadMetric) -> Figure {
    switch metric {
    case .count(let counter): count(counter).map { .known(Double($0)) } ?? .unknown("there is nothing of that name")
    case .perSecond(let counter):
      if seconds > 0, let count = count(counter) { .known(Double(count) / seconds) } else { .unknown("no time passed") }
    case .failedShare(let selection):
      if let (requests, failed) = requests(of: selection), requests > 0 {
        .known(Double(failed) / Double(requests))
      } else {
        .unknown("no request was made")
      }
    case .summary(let series, let aggregate):
      if let histogram = histogram(series) {
        Self.figure(histogram, aggregate)
      } else {
        .unknown("there is nothing of that name")
      }
    }
  }

  private static func figure(_ histogram: LatencyHistogram, _ aggregate: LoadMetric.Aggregate) -> Figure {
    if aggregate == .count { return .known(Double(histogram.count)) }
    guard histogram.count > 0 else { return .unknown("there are no samples") }
    switch aggregate {
    case .count: return .known(Double(histogram.count))
    case .least: return .known(Double(histogram.least) / 1000)
    case .most: return .known(Double(histogram.most) / 1000)
    case .mean: return .known((histogram.mean ?? 0) / 1000)
    case .percentile(let share):
      let needed = LatencyHistogram.needed(for: share / 100)
      guard histogram.count >= needed, let value = histogram.quantile(share / 100) else {
        return .atLeast(
          Double(histogram.least) / 1000, "\(histogram.count) samples do not tell it: \(needed) are needed")
      }
      return .known(share == 0 ? Double(histogram.least) / 1000 : Double(value) / 1000)
    }
  }

  private func histogram(_ series: LoadMetric.Series) -> LatencyHistogram? {
    func whole(_ answered: LatencyHistogram, _ unanswered: LatencyHistogram) -> LatencyHistogram {
      var all = answered
      all.add(unanswered)
      return all
    }
    switch series {
    case .responseTime(.all): return whole(figures.responseTime, figures.unanswered)
    case .responseTime(.endpoint(let name)):
      var all: LatencyHistogram?
      for index in endpoints(named: name) {
        var part = whole(figures.endpoints[index].responseTime, figures.endpoints[index].unanswered)
        if let all { part.add(all) }
        all = part
      }
      return all
    case .responseTime(.scenario(let name)):
      return plan.scenarios.firstIndex(of: name).map {
        whole(figures.scenarios[$0].responseTime, figures.scenarios[$0].unanswered)
      }
    case .responseTime(.phase(let name)):
      return plan.phases.firstIndex(of: name).map {
        whole(figures.phases[$0].responseTime, figures.phases[$0].unanswered)
      }
    case .responseTimeOfClass(let number):
      return figures.byClass.indices.contains(number) ? figures.byClass[number] : nil
    case .serviceTime: return figures.serviceTime
    case .firstByte: return figures.firstByteTime
    case .sessionLength: return figures.sessionLength
    }
  }

  /// By their name, by method and URL, or by the URL as written.
  private func endpoints(named name: String) -> [Int] {
    plan.endpoints.indices.filter {
      let endpoint = plan.endpoints[$0]
      return endpoint.name == name || endpoint.url == name || "\(endpoint.method) \(endpoint.url)" == name
    }
  }

  private func count(_ counter: LoadMetric.Counter) -> Int? {
    switch counter {
    case .requests(let selection): requests(of: selection)?.requests
    case .responses: figures.requests
    case .iterations(.all), .completed: figures.completed
    case .iterations(.scenario(let name)): plan.scenarios.firstIndex(of: name).map { figures.scenarios[$0].completed }
    case .iterations(.phase(let name)): plan.phases.firstIndex(of: name).map { figures.phases[$0].completed }
    case .iterations(.endpoint): nil
    case .created: figures.started
    case .createdIn(let name): plan.scenarios.firstIndex(of: name).map { figures.scenarios[$0].started }
    case .failed: figures.failedUsers
    case .skipped: skipped
    case .status(let status): figures.statuses[status]
    case .downloadedBytes: figures.bytesReceived
    case .error(let name): figures.errors[name] ?? 0
    case .expectationsMet: figures.expectationsMet
    case .expectationsFailed: figures.expectationsFailed
    }
  }

  private func requests(of selection: LoadMetric.Selection) -> (requests: Int, failed: Int)? {
    func all(_ group: LoadFigures.Group) -> (Int, Int) { (group.requests + group.unanswered.count, group.failed) }
    switch selection {
    case .all:
      return (
        figures.requests + figures.unansweredCount, figures.endpoints.reduce(0) { $0 + $1.failed }
      )
    case .endpoint(let name):
      let found = endpoints(named: name)
      if found.isEmpty { return nil }
      return found.reduce((0, 0)) {
        ($0.0 + figures.endpoints[$1].requests + figures.endpoints[$1].errors, $0.1 + figures.endpoints[$1].failed)
      }
    case .scenario(let name): return plan.scenarios.firstIndex(of: name).map { all(figures.scenarios[$0]) }
    case .phase(let name): return plan.phases.firstIndex(of: name).map { all(figures.phases[$0]) }
    }
  }
}
