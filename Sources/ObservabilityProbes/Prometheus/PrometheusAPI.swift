import AuditModel
import Facts
import HTTPExchange

/// The answers of Prometheus's HTTP API (v1), which Loki has too.
struct PrometheusAPI {
  let visit: ServiceVisit

  /// The member `data` of a successful answer.
  func data(_ path: String) throws(Obstacle) -> JSONValue {
    let answer = try visit.json(path)
    guard answer["status"]?.string == "success", let data = answer["data"] else {
      throw Obstacle(
        .malformed,
        "the service answers, and not as Prometheus does: \(answer["error"]?.text() ?? "no status of success")")
    }
    return data
  }

  /// One series with its values, oldest first.
  struct Series {
    var labels: JSONObject
    /// Seconds since 1970 and value; what is no number is left out.
    var points: [(time: Double, value: Double)]
  }

  /// The series that an expression selects now.
  func query(_ expression: String) throws(Obstacle) -> [Series] {
    Self.series(try data("/api/v1/query?query=\(HTTPURL.queryValue(expression))"))
  }

  /// The series that an expression selects from `start` to `end` (seconds since 1970), every `step` seconds.
  func query(_ expression: String, from start: Int, to end: Int, step: Int) throws(Obstacle) -> [Series] {
    Self.series(
      try data(
        "/api/v1/query_range?query=\(HTTPURL.queryValue(expression))&start=\(start)&end=\(end)&step=\(max(1, step))"))
  }

  private static func series(_ data: JSONValue) -> [Series] {
    let result = data["result"]
    if data["resultType"]?.string == "scalar", let list = result?.array {
      return [Series(labels: [:], points: [point(list)].compactMap { $0 })]
    }
    return (result?.array ?? []).map { entry in
      let pairs = entry["values"]?.array ?? [entry["value"] ?? nil]
      return Series(
        labels: entry["metric"]?.object ?? [:], points: pairs.compactMap { $0.array.flatMap { point($0) } })
    }
  }

  private static func point(_ pair: [JSONValue]) -> (time: Double, value: Double)? {
    guard pair.count == 2, let time = pair[0].double, let text = pair[1].string, let value = Double(text),
      value.isFinite
    else { return nil }
    return (time, value)
  }
}

/// Durations as Prometheus and Alertmanager write them: `1m30s`, `15d`.
enum PrometheusDuration {
  /// The duration in seconds; nil if it is none.
  static func seconds(_ text: String?) -> Double? {
    guard let text, !text.isEmpty else { return nil }
    if text == "0" { return 0 }
    var total = 0.0
    var rest = Substring(text)
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(unit.count)
      let factors = ["ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800, "y": 31_536_000]
      guard let number = Double(digits), let factor = factors[String(unit)] else { return nil }
      total += number * factor
    }
    return total
  }
}
