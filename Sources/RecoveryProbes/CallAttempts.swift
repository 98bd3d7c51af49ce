import Facts
import FaultProxy

/// How often a service called what it depends on for one request to it, and how it waited in between: told from what passed
/// through the proxy between them. Pure.
struct CallAttempts: Sendable, Hashable {
  /// How many requests to the service caused at least one call.
  var requests = 0
  /// The most calls for one request.
  var mostPerRequest = 0
  /// The shortest pause between two calls for one request, in milliseconds; nil where there never were two.
  var shortestPause: Int?
  /// Whether there were three calls for one request and more, with pauses that do not grow.
  var isFlat = false
  /// The longest that a call went without an answer before the service gave it up, in milliseconds; nil where it never did.
  var givenUpAfter: Int?

  /// A pause is a longer one than the first from this factor on: clocks and schedulers are not exact.
  private static let growth = 1.3
  /// Calls that end a little after the request they serve still belong to it, in milliseconds.
  private static let slack = 100

  /// Reads what passed while the requests were under way in `windows`, in milliseconds of the proxy's clock. With `keys` only
  /// such calls count; nil counts connections, where what passes is not plain HTTP.
  init(_ record: ProxyRecord, during windows: [(from: Int, to: Int)], keys: Set<ProxyRecord.Call>?) {
    let calls = record.requests.filter { keys?.contains($0.call) ?? false }
    let spans =
      keys == nil
      ? record.connections.map { (from: $0, to: $0) } : calls.map { (from: $0.at, to: $0.endedAt ?? Int.max) }
    var growing: [Bool] = []
    for window in windows {
      let within = spans.filter { $0.from >= window.from && $0.from <= window.to + Self.slack }
      guard !within.isEmpty else { continue }
      requests += 1
      mostPerRequest = max(mostPerRequest, within.count)
      for pauses in Self.pauses(between: within) {
        if let least = pauses.min() { shortestPause = min(shortestPause ?? least, least) }
        if pauses.count >= 2, let first = pauses.first, let last = pauses.last {
          growing.append(Double(last) >= Double(max(1, first)) * Self.growth)
        }
      }
    }
    isFlat = growing.count(where: \.self) * 2 < growing.count
    let start = windows.map(\.from).min() ?? 0
    givenUpAfter = calls.filter { $0.at >= start && $0.end == .givenUp }.compactMap { call in
      call.endedAt.map { $0 - call.at }
    }.max()
  }

  /// The pauses from call to call. One that began while another was under way is no second try of it, but somebody else's:
  /// a request from before that is still tried, say. It continues, or begins, a series of its own.
  private static func pauses(between calls: [(from: Int, to: Int)]) -> [[Int]] {
    var series: [(last: (from: Int, to: Int), pauses: [Int])] = []
    for call in calls.sorted(by: { $0.from < $1.from }) {
      let ended = series.indices.filter { series[$0].last.to <= call.from }
      if let index = ended.min(by: { series[$0].last.to < series[$1].last.to }) {
        series[index].pauses.append(call.from - series[index].last.from)
        series[index].last = call
      } else {
        series.append((call, []))
      }
    }
    return series.map(\.pauses)
  }

  var facts: JSONValue {
    [
      "requests": .integer(requests), "mostPerRequest": .integer(mostPerRequest),
      "shortestPauseMs": JSONValue(shortestPause), "isFlat": .bool(isFlat),
      "givenUpAfterMs": JSONValue(givenUpAfter),
    ]
  }
}

extension ProxyRecord.Request {
  /// What kind of request it is.
  var call: ProxyRecord.Call { ProxyRecord.Call(method: method, path: path) }
}
