/// A figure of a run, by the names under which scripts ask for it. Times are in milliseconds.
package enum LoadMetric: Sendable, Hashable {
  /// How often something happened.
  case count(Counter)
  /// How often it happened in a second of the run.
  case perSecond(Counter)
  /// The share of requests that failed: no answer, or a status from 400.
  case failedShare(Selection)
  /// A figure of many times.
  case summary(Series, Aggregate)

  /// Something that is counted.
  package enum Counter: Sendable, Hashable {
    /// Requests that were answered or failed.
    case requests(Selection)
    /// Requests that were answered.
    case responses
    /// Users that went through their flow.
    case iterations(Selection)
    /// Users that started.
    case created
    /// Users that started in a scenario.
    case createdIn(String)
    /// Users that went through their flow.
    case completed
    /// Users that an error ended.
    case failed
    /// Arrivals that came to nothing.
    case skipped
    /// Answers with a status.
    case status(Int)
    /// Bytes of answers.
    case downloadedBytes
    /// Errors of a kind.
    case error(String)
    /// Expectations that held.
    case expectationsMet
    /// Expectations that did not.
    case expectationsFailed
  }

  /// Times of a kind.
  package enum Series: Sendable, Hashable {
    /// From the moment a request was due to the end of its answer.
    case responseTime(Selection)
    /// The same, of answers with a status of this class: 2 for 200 to 299.
    case responseTimeOfClass(Int)
    /// From the real sending to the end of the answer.
    case serviceTime
    /// From the moment a request was due to the first byte of its answer.
    case firstByte
    /// How long users took for their flow.
    case sessionLength
  }

  /// Which requests.
  package enum Selection: Sendable, Hashable {
    /// All.
    case all
    /// Those with a name, or with this URL as written.
    case endpoint(String)
    /// Those of a scenario.
    case scenario(String)
    /// Those of users that arrived in a phase.
    case phase(String)
  }

  /// What is made of many times.
  package enum Aggregate: Sendable, Hashable {
    /// The smallest.
    case least
    /// The largest.
    case most
    /// The mean.
    case mean
    /// How many there are.
    case count
    /// The smallest that so many of a hundred do not exceed.
    case percentile(Double)
  }

  /// The figure that Artillery calls `name`; nil if there is none of that name.
  package init?(artillery name: String) {
    var name = name[...]
    for prefix in ["engine.", "core."] where name.hasPrefix(prefix) { name = name.dropFirst(prefix.count) }
    let byEndpoint = "plugins.metrics-by-endpoint.response_time."
    if name.hasPrefix(byEndpoint) {
      let rest = name.dropFirst(byEndpoint.count)
      guard let dot = rest.lastIndex(of: "."), let aggregate = Aggregate(artillery: rest[rest.index(after: dot)...]),
        dot > rest.startIndex
      else { return nil }
      self = .summary(.responseTime(.endpoint(String(rest[..<dot]))), aggregate)
      return
    }
    if let counter = Counter(artillery: name) {
      self = .count(counter)
      return
    }
    if name.hasSuffix(".total"), let counter = Counter(artillery: name.dropLast(6)) {
      self = .count(counter)
      return
    }
    if name == "http.request_rate" {
      self = .perSecond(.requests(.all))
      return
    }
    guard let dot = name.lastIndex(of: "."), let aggregate = Aggregate(artillery: name[name.index(after: dot)...])
    else {
      return nil
    }
    switch name[..<dot] {
    case "http.response_time": self = .summary(.responseTime(.all), aggregate)
    case "http.service_time": self = .summary(.serviceTime, aggregate)
    case "http.first_byte": self = .summary(.firstByte, aggregate)
    case "vusers.session_length": self = .summary(.sessionLength, aggregate)
    case "http.response_time.2xx": self = .summary(.responseTimeOfClass(2), aggregate)
    case "http.response_time.3xx": self = .summary(.responseTimeOfClass(3), aggregate)
    case "http.response_time.4xx": self = .summary(.responseTimeOfClass(4), aggregate)
    case "http.response_time.5xx": self = .summary(.responseTimeOfClass(5), aggregate)
    default: return nil
    }
  }
}

extension LoadMetric.Counter {
  fileprivate init?(artillery name: Substring) {
    switch name {
    case "vusers.created": self = .created
    case "vusers.completed": self = .completed
    case "vusers.failed": self = .failed
    case "vusers.skipped": self = .skipped
    case "http.requests": self = .requests(.all)
    case "http.responses": self = .responses
    case "http.downloaded_bytes": self = .downloadedBytes
    case "plugins.expect.ok": self = .expectationsMet
    case "plugins.expect.failed": self = .expectationsFailed
    default:
      if name.hasPrefix("vusers.created_by_name.") {
        self = .createdIn(String(name.dropFirst("vusers.created_by_name.".count)))
      } else if name.hasPrefix("errors."), name.count > 7 {
        self = .error(String(name.dropFirst(7)))
      } else if name.hasPrefix("http.codes."), let code = Int(name.dropFirst(11)), (100...599).contains(code) {
        self = .status(code)
      } else {
        return nil
      }
    }
  }
}

extension LoadMetric.Aggregate {
  init?(artillery name: Substring) {
    switch name {
    case "min": self = .least
    case "max": self = .most
    case "mean", "avg": self = .mean
    case "count": self = .count
    case "median", "p50": self = .percentile(50)
    case "p75": self = .percentile(75)
    case "p90": self = .percentile(90)
    case "p95": self = .percentile(95)
    case "p99": self = .percentile(99)
    case "p999": self = .percentile(99.9)
    default: return nil
    }
  }
}
