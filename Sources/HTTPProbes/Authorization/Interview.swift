import AuditModel
import Glibc
import HTTPExchange
import Probing
import RateLimits

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

  /// The longest one question may take, in milliseconds: a twelfth of the look's time within these bounds.
  private static let patience = 2000...10_000
  /// The longest that is waited for rate limiters in all, in milliseconds, and never more than a third of the look's time.
  private static let mostWaiting = 20_000
  /// The longest pause between two requests, in milliseconds, however often a rate limiter objects.
  private static let longestPause = 2000
  /// How often in a row the same obstacle is met before it is taken for granted.
  private static let mostObstacles = 5
  /// The same where nothing else has ever been met: there may be nothing to be learnt there.
  private static let mostObstaclesAtFirst = 3
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
  /// Milliseconds that went by waiting for rate limiters.
  private var waited = 0
  /// Milliseconds that went by with questions that nobody answered.
  private var lost = 0
  /// Questions in a row that came to nothing.
  private var obstacles = 0
  /// Whether anything but a rate limiter has ever answered.
  private var wasHeard = false
  private var givenUp: String?
  /// What the look had at its beginning, in milliseconds.
  private let time: Int

  /// An interview of at most `limit` requests, `pause` milliseconds apart until a rate limiter wants more.
  init(with client: Client, limit: Int, pause: Int) {
    self.client = client
    self.limit = limit
    self.pause = pause
    time = client.deadline.millisecondsLeft
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
      let asked = response.fields.flatMap { Declaration(FieldLines($0), received: Self.now).retryAfterSeconds }
      if response.status == 429 || asked != nil { wasLimited = true }
      if obstacles == 0 { pause = min(Self.longestPause, max(100, pause * 2)) }
      let delay = Int(max(1, min(asked ?? 1, 3600)) * 1000)
      // Whom pauses have not helped once is not waited for again until something else has answered.
      guard obstacles == 0, attempt < 2, waited + delay <= min(Self.mostWaiting, time / 3) else {
        let pauses = attempt == 0 ? "" : ", also after a pause"
        let wish = asked.map { ", and asks for \(Int(min($0, 1e9))) s" } ?? ""
        obstacle("the server answers \(response.status ?? 0), as rate limiters do\(pauses)\(wish)")
        return reply
      }
      waited += delay
      try wait(delay)
    }
    return .none(reason: "there was no answer")
  }

  private mutating func send(_ request: HTTPRequest, _ presented: Presented) throws(CalledOff) -> Reply {
    let patience = min(Self.patience.upperBound, max(Self.patience.lowerBound, time / 12))
    let hurried = Client(
      destination: client.destination, deadline: client.deadline.capped(milliseconds: patience),
      traffic: client.traffic)
    let left = client.deadline.millisecondsLeft
    func nothing(_ reason: String) -> Reply {
      lost += max(0, left - client.deadline.millisecondsLeft)
      obstacle(reason)
      return .none(reason: reason)
    }
    do throws(Silence) {
      let answer = try hurried.answer(to: request, presenting: presented)
      switch presented {
      case .declared, .secret: if answer.credentials != .sent { return .withheld }
      case .nothing, .madeUp: break
      }
      guard answer.response.status != nil, answer.response.fields != nil else {
        return nothing("there is no HTTP answer: \(answer.response.malformed ?? "no status")")
      }
      if answer.response.status != 429, answer.response.status != 503 {
        obstacles = 0
        wasHeard = true
      }
      return .answered(answer.response, from: answer.request.url)
    } catch {
      switch error {
      case .noConnection(let reason): return nothing(reason)
      case .unseen(let unseen):
        if unseen.kind == .interrupted { throw CalledOff() }
        return nothing(unseen.reason)
      }
    }
  }

  /// Notes a question that came to nothing; many in a row, or much time spent on such, and no more are asked.
  private mutating func obstacle(_ reason: String) {
    obstacles += 1
    if obstacles >= (wasHeard ? Self.mostObstacles : Self.mostObstaclesAtFirst) {
      givenUp = "not asked, after \(obstacles) requests in a row had come to nothing: \(reason)"
    } else if lost > time / 3 {
      givenUp = "not asked, after a third of the time had gone by with requests that came to nothing: \(reason)"
    }
  }

  /// Seconds since 1970, against which a point in time is read where an answer has no date.
  private static var now: Double { Double(Glibc.time(nil)) }

  private func wait(_ milliseconds: Int) throws(CalledOff) {
    // Nothing becomes ready on no descriptor: the wait ends at its deadline, or when the run is called off.
    if case .cancelled = client.deadline.capped(milliseconds: milliseconds).wait(for: Int32(POLLIN), on: -1) {
      throw CalledOff()
    }
  }
}
