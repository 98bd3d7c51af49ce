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
    let times = keys == nil ? record.connections : calls.map(\.at)
    var growing: [Bool] = []
    for window in windows {
      let within = times.filter { $0 >= window.from && $0 <= window.to + Self.slack }.sorted()
      guard !within.isEmpty else { continue }
      requests += 1
      mostPerRequest = max(mostPerRequest, within.count)
      let pauses = zip(within, within.dropFirst()).map { $1 - $0 }
      if let least = pauses.min() { shortestPause = min(shortestPause ?? least, least) }
      if pauses.count >= 2, let first = pauses.first, let last = pauses.last {
        growing.append(Double(last) >= Double(max(1, first)) * Self.growth)
      }
    }
    isFlat = growing.count(where: \.self) * 2 < growing.count
    let start = windows.map(\.from).min() ?? 0
    givenUpAfter = calls.filter { $0.at >= start && $0.end == .givenUp }.compactMap { call in
      call.endedAt.map { $0 - call.at }
    }.max()
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
