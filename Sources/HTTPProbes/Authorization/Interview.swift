import AuditModel
import Glibc
import HTTPExchange
import Probing

/// The run was called off in the middle of a look.
struct CalledOff: Error {}

/// Asks one target many questions politely: within a budget of requests, slower once a rate limiter objects, and not for
/// ever. Blocks: only on a lane.
struct Interview {
  /// What came of one question.
  enum Reply {
    case answered(HTTPResponse, from: HTTPURL)
    /// The server did not prove who it is, so that no secret was sent.
    case withheld
    /// There was no answer, and why.
    case none(reason: String)
  }

  /// The longest one question may take, in milliseconds.
  private static let patience = 10_000
  /// The longest that is waited for rate limiters in all, in milliseconds.
  private static let mostWaiting = 20_000
  /// How often in a row the same obstacle is met before it is taken for granted.
  private static let mostObstacles = 5
  /// The most redirects that are followed to another spelling of the same path.
  private static let mostHops = 3

  private let client: Client
  /// The most requests that are sent.
  let limit: Int
  /// How many were sent.
  private(set) var sent = 0
  /// Whether a rate limiter answered instead of the target.
  private(set) var wasLimited = false
  /// Before each request, in milliseconds.
  private var pause: Int
  private var waited = 0
  private var obstacles = 0
  private var givenUp: String?

  /// An interview of at most `limit` requests, `pause` milliseconds apart until a rate limiter wants more.
  init(with client: Client, limit: Int, pause: Int) {
    self.client = client
    self.limit = limit
    self.pause = pause
  }

  /// The declared URL.
  var url: HTTPURL { client.destination.url }

  /// Sends `request` and what redirects lead to the same path spelt otherwise.
  ///
  /// Throws where the run was called off.
  mutating func ask(_ request: HTTPRequest, presenting presented: Presented = .nothing) throws(CalledOff) -> Reply {
    var request = request
    for _ in 0..<Self.mostHops {
      let reply = try askOnce(request, presented)
      guard case .answered(let response, let url) = reply, let next = Self.redirect(of: response, from: url),
        next != url, Self.isSamePath(next, url), next.host == self.url.host
      else { return reply }
      request.url = next
    }
    return try askOnce(request, presented)
  }

  /// Where a redirect leads; nil for any other answer.
  static func redirect(of response: HTTPResponse, from url: HTTPURL) -> HTTPURL? {
    guard let status = response.status, [301, 302, 303, 307, 308].contains(status) else { return nil }
    return response.fields?.first("location").flatMap { url.resolving($0) }
  }

  /// Whether both paths are the same but for scheme, case and slashes.
  private static func isSamePath(_ a: HTTPURL, _ b: HTTPURL) -> Bool {
    a.path.lowercased().split(separator: "/") == b.path.lowercased().split(separator: "/")
  }

  private mutating func askOnce(_ request: HTTPRequest, _ presented: Presented) throws(CalledOff) -> Reply {
    for attempt in 0... {
      if let givenUp { return .none(reason: givenUp) }
      if sent >= limit { return .none(reason: "the look's budget of \(limit) requests is spent") }
      if pause > 0 { try wait(pause) }
      if client.deadline.hasPassed, !client.deadline.isCancelled { return .none(reason: "the look's time is over") }
      sent += 1
      let reply = try send(request, presented)
      guard case .answered(let response, _) = reply, response.status == 429 || response.status == 503 else {
        return reply
      }
      let isLimiter = response.status == 429 || response.fields?.first("retry-after") != nil
      if isLimiter { wasLimited = true }
      pause = min(2000, max(100, pause * 2))
      let asked = response.fields?.first("retry-after").flatMap { Int($0) } ?? 1
      let delay = min(10, max(1, asked)) * 1000
      guard attempt < 2, waited + delay <= Self.mostWaiting, delay < client.deadline.millisecondsLeft else {
        obstacle("the server answers \(response.status ?? 0), as rate limiters do, also after a pause")
        return reply
      }
      waited += delay
      try wait(delay)
    }
    return .none(reason: "there was no answer")
  }

  private mutating func send(_ request: HTTPRequest, _ presented: Presented) throws(CalledOff) -> Reply {
    let hurried = Client(
      destination: client.destination, deadline: client.deadline.capped(milliseconds: Self.patience),
      traffic: client.traffic)
    do throws(Silence) {
      let answer = try hurried.answer(to: request, presenting: presented)
      switch presented {
      case .declared, .secret: if answer.credentials != .sent { return .withheld }
      case .nothing, .madeUp: break
      }
      guard answer.response.status != nil, answer.response.fields != nil else {
        return .none(reason: "there is no HTTP answer: \(answer.response.malformed ?? "no status")")
      }
      if answer.response.status != 429, answer.response.status != 503 { obstacles = 0 }
      return .answered(answer.response, from: answer.request.url)
    } catch {
      switch error {
      case .noConnection(let reason):
        obstacle(reason)
        return .none(reason: reason)
      case .unseen(let unseen):
        if unseen.kind == .interrupted { throw CalledOff() }
        obstacle(unseen.reason)
        return .none(reason: unseen.reason)
      }
    }
  }

  private mutating func obstacle(_ reason: String) {
    obstacles += 1
    if obstacles >= Self.mostObstacles { givenUp = reason }
  }

  private func wait(_ milliseconds: Int) throws(CalledOff) {
    // Nothing becomes ready on no descriptor: the wait ends at its deadline, or when the run is called off.
    if case .cancelled = client.deadline.capped(milliseconds: milliseconds).wait(for: Int32(POLLIN), on: -1) {
      throw CalledOff()
    }
  }
}
