/// Something that has to hold at the end of a run.
package struct LoadThreshold: Sendable, Hashable {
  /// In which words it was written.
  package enum Syntax: String, Sendable, Hashable, CaseIterable {
    /// A metric and a condition, as k6 has them.
    case k6
    /// A metric and a limit that it stays under, or a rule of Artillery's.
    case ensure
    /// A condition over metrics.
    case condition
    /// Every expectation of every request.
    case expect
  }

  /// What is compared.
  package enum Form: Sendable, Hashable {
    /// A figure with a limit.
    case bound(LoadMetric, Comparison, Double)
    /// The users that did not complete, of a hundred: at most so many.
    case errorRate(Double)
    /// A condition over figures.
    case condition(LoadExpression)
    /// No expectation fails.
    case expectations
  }

  /// How a figure stands to a limit.
  package enum Comparison: String, Sendable, Hashable, CaseIterable {
    /// At most.
    case atMost = "<="
    /// At least.
    case atLeast = ">="
    /// The same.
    case equal = "=="
    /// Another.
    case notEqual = "!="
    /// Less.
    case less = "<"
    /// More.
    case more = ">"

    /// Whether `value` stands so to `limit`.
    package func holds(_ value: Double, _ limit: Double) -> Bool {
      switch self {
      case .atMost: value <= limit
      case .atLeast: value >= limit
      case .equal: value == limit
      case .notEqual: value != limit
      case .less: value < limit
      case .more: value > limit
      }
    }
  }

  /// As written: the metric and the condition.
  package var expression: String
  /// In which words.
  package var syntax: Syntax
  /// What it means.
  package var form: Form
  /// Whether missing it fails the run.
  package var isStrict = true
  /// The seconds after which missing it ends the run; nil where it does not.
  package var stopsAfter: Double?

  /// Why a text is no threshold.
  package struct SyntaxError: Error, Sendable, Hashable {
    /// In one line of lower case.
    package var message: String
  }

  // MARK: k6

  /// A condition such as `p(95)<200` on a metric such as `http_req_duration{name:list}`.
  package static func k6(_ metric: String, _ condition: String) throws(SyntaxError) -> LoadThreshold {
    let (name, selection) = try k6Metric(metric)
    let compact = condition.filter { !$0.isWhitespace }
    guard let start = compact.firstIndex(where: { "<>=!".contains($0) }) else {
      throw SyntaxError(message: "`\(condition)` compares nothing: write one such as p(95)<200")
    }
    var signs = String(compact[start...].prefix { "<>=!".contains($0) })
    let limitText = compact[start...].dropFirst(signs.count)
    if signs == "===" { signs = "==" }
    guard let comparison = Comparison(rawValue: signs) else {
      throw SyntaxError(message: "`\(signs)` is no comparison: there are < <= > >= == !=")
    }
    guard let limit = Double(limitText), limit.isFinite, !limitText.lowercased().contains("x") else {
      throw SyntaxError(message: "`\(limitText)` is no number")
    }
    let aggregate = String(compact[..<start])
    return LoadThreshold(
      expression: "\(metric): \(condition)", syntax: .k6,
      form: .bound(try metricValue(name, selection, aggregate), comparison, limit))
  }

  private static let k6Names = ["http_reqs", "http_req_duration", "http_req_failed", "iterations"]

  private static func k6Metric(_ text: String) throws(SyntaxError) -> (String, LoadMetric.Selection) {
    let name = String(text.prefix { $0 != "{" }).trimmedOfSpaces
    guard k6Names.contains(name) else {
      throw SyntaxError(message: "there is no metric `\(name)`: there are \(k6Names.joined(separator: ", "))")
    }
    let rest = text.dropFirst(text.prefix { $0 != "{" }.count)
    guard !rest.isEmpty else { return (name, .all) }
    guard rest.hasSuffix("}"), let colon = rest.firstIndex(of: ":") else {
      throw SyntaxError(message: "`\(rest)` is no tag: write {name:VALUE}")
    }
    let tag = String(rest[rest.index(after: rest.startIndex)..<colon]).trimmedOfSpaces
    let value = String(rest[rest.index(after: colon)...].dropLast()).trimmedOfSpaces
    guard !value.isEmpty else { throw SyntaxError(message: "the tag `\(tag)` has no value") }
    switch tag {
    case "name": return (name, .endpoint(value))
    case "scenario": return (name, .scenario(value))
    case "phase": return (name, .phase(value))
    default: throw SyntaxError(message: "there is no tag `\(tag)`: there are name, scenario, phase")
    }
  }

  private static func metricValue(
    _ name: String, _ selection: LoadMetric.Selection, _ aggregate: String
  ) throws(SyntaxError) -> LoadMetric {
    switch (name, aggregate) {
    case ("http_reqs", "count"): return .count(.requests(selection))
    case ("http_reqs", "rate"): return .perSecond(.requests(selection))
    case ("iterations", "count"): return .count(.iterations(selection))
    case ("iterations", "rate"): return .perSecond(.iterations(selection))
    case ("http_req_failed", "rate"): return .failedShare(selection)
    case ("http_req_duration", "avg"): return .summary(.responseTime(selection), .mean)
    case ("http_req_duration", "min"): return .summary(.responseTime(selection), .least)
    case ("http_req_duration", "max"): return .summary(.responseTime(selection), .most)
    case ("http_req_duration", "med"): return .summary(.responseTime(selection), .percentile(50))
    case ("http_req_duration", "count"): return .summary(.responseTime(selection), .count)
    case ("http_req_duration", _) where aggregate.hasPrefix("p(") && aggregate.hasSuffix(")"):
      guard let share = Double(aggregate.dropFirst(2).dropLast()), (0...100).contains(share) else {
        throw SyntaxError(message: "`\(aggregate)` is no percentile: it runs from p(0) to p(100)")
      }
      return .summary(.responseTime(selection), .percentile(share))
    default:
      let known =
        switch name {
        case "http_req_duration": "avg, min, max, med, p(N), count"
        case "http_req_failed": "rate"
        default: "count, rate"
        }
      throw SyntaxError(message: "`\(name)` has no `\(aggregate)`: it has \(known)")
    }
  }

  // MARK: Artillery

  /// A metric that has to stay under a limit.
  package static func ensured(_ metric: String, under limit: Double, written: String) throws(SyntaxError)
    -> LoadThreshold
  {
    guard let figure = LoadMetric(artillery: metric) else { throw unknown(metric) }
    return LoadThreshold(
      expression: "\(metric): \(written)", syntax: .ensure, form: .bound(figure, .less, limit))
  }

  /// A condition over metrics.
  package static func condition(_ text: String) throws(SyntaxError) -> LoadThreshold {
    let expression: LoadExpression
    do throws(LoadExpression.SyntaxError) {
      expression = try LoadExpression(text)
    } catch {
      throw SyntaxError(message: "at character \(error.offset + 1): \(error.message)")
    }
    if let name = expression.names.first(where: { LoadMetric(artillery: $0) == nil }) { throw unknown(name) }
    return LoadThreshold(expression: text, syntax: .condition, form: .condition(expression))
  }

  /// The rule of Artillery's called `name`: a percentile of the response time, or `maxErrorRate`; nil for another word.
  package static func legacy(_ name: String, _ limit: Double, written: String) -> LoadThreshold? {
    let expression = "\(name): \(written)"
    if name == "maxErrorRate" {
      return LoadThreshold(expression: expression, syntax: .ensure, form: .errorRate(limit))
    }
    guard let aggregate = LoadMetric.Aggregate(artillery: name[...]), aggregate != .count, aggregate != .mean else {
      return nil
    }
    return LoadThreshold(
      expression: expression, syntax: .ensure, form: .bound(.summary(.responseTime(.all), aggregate), .less, limit))
  }

  /// That every expectation holds.
  package static let expectations = LoadThreshold(
    expression: "plugins.expect.failed: 0", syntax: .expect, form: .expectations)

  private static func unknown(_ metric: String) -> SyntaxError {
    SyntaxError(
      message:
        "there is no metric `\(metric)`: there are http.response_time.p95 (min max mean median p75 p90 p95 p99 p999), http.requests, http.codes.200, http.request_rate, vusers.created, vusers.failed, errors.NAME and their like"
    )
  }
}
