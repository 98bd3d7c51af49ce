import AuditModel
import Glibc
import HTTPExchange
import Probing

/// Looks for a target's health endpoint and polls it. Blocks: only on a lane.
struct HealthSearch {
  /// Where health endpoints usually are, most common first: IETF draft and MicroProfile, Kubernetes, Spring Boot, Rails.
  static let usualPaths = ["/health", "/healthz", "/livez", "/readyz", "/actuator/health", "/up"]
  /// How often an endpoint is asked.
  private static let polls = 3
  /// Between polls, in microseconds: an orchestrator does not ask in bursts either.
  private static let pause: UInt32 = 100_000

  /// One request to the endpoint that was found.
  struct Poll {
    /// Nil where there was no HTTP answer.
    var status: Int?
    var level: HealthReport.Level?
    /// Nil where there was no HTTP answer.
    var milliseconds: Double?
  }

  /// The endpoint that was found.
  struct Endpoint {
    var path: String
    var first: Answer
    /// Nil where the content is kept from strangers.
    var report: HealthReport?
    var needsCredentials: Bool
    var polls: [Poll] = []
    /// Why there are fewer polls than wanted.
    var pollGap: String?
    var headWorks: Bool?
  }

  /// What answers at a path.
  private enum Sight {
    case health(Endpoint)
    case nothing(reason: String)
  }

  private(set) var tried: [(path: String, status: Int?)] = []
  private(set) var address: String?
  private(set) var endpoint: Endpoint?
  private(set) var isCatchAll: Bool?
  /// Why nothing was found.
  private(set) var reason: String?

  /// Asks the declared path, or else the usual ones until one answers.
  init(with client: Client, asksHead: Bool) throws(Silence) {
    let declared = client.destination.healthPath
    var reasons: [String] = []
    for path in declared.map({ [$0] }) ?? Self.usualPaths {
      switch try look(at: path, isDeclared: declared != nil, with: client) {
      case .health(let found): endpoint = found
      case .nothing(let reason): reasons.append(reason)
      }
      if endpoint != nil { break }
    }
    guard let found = endpoint else {
      reason = declared == nil ? "none of the usual paths is one" : reasons.first
      return
    }
    if let report = found.report, found.first.response.status.map({ $0 < 300 }) ?? false {
      isCatchAll = try givesSameAnswer(as: report, with: client)
      if isCatchAll == true {
        endpoint = nil
        reason = "every path gives the same answer"
        return
      }
    }
    if found.report != nil { try poll(with: client, asksHead: asksHead) }
  }

  private mutating func look(at path: String, isDeclared: Bool, with client: Client) throws(Silence) -> Sight {
    let url = client.destination.url.with(target: path)
    var answer: Answer
    do {
      answer = try client.answer(to: .get, url, withCredentials: false)
    } catch {
      // The first request tells whether anybody listens at all.
      guard case .noConnection(let reason) = error, !tried.isEmpty else { throw error }
      tried.append((path, nil))
      return .nothing(reason: reason)
    }
    address = answer.address
    tried.append((path, answer.response.status))
    var needsCredentials = false
    if let status = answer.response.status, status == 401 || status == 403 {
      guard isDeclared else { return .nothing(reason: "it answers \(status)") }
      needsCredentials = true
      if client.destination.bearer(for: url) != nil { answer = try client.answer(to: .get, url) }
      if answer.response.status == 401 || answer.response.status == 403 {
        return .health(Endpoint(path: path, first: answer, report: nil, needsCredentials: true))
      }
    }
    switch Self.report(answer.response, isDeclared: isDeclared) {
    case .success(let report):
      return .health(Endpoint(path: path, first: answer, report: report, needsCredentials: needsCredentials))
    case .failure(let refusal): return .nothing(reason: refusal.reason)
    }
  }

  private struct NoHealth: Error {
    var reason: String
  }

  /// A path somebody named as the health endpoint may answer in its own way; one that was guessed must be recognisable.
  private static func report(_ response: HTTPResponse, isDeclared: Bool) -> Result<HealthReport, NoHealth> {
    guard let status = response.status, response.fields != nil else {
      return .failure(NoHealth(reason: "it gives no HTTP answer: \(response.malformed ?? "no status")"))
    }
    let report = HealthReport(response)
    switch status {
    case 200..<300:
      guard let report else {
        return .failure(NoHealth(reason: "it answers \(status) with a page that reports no health"))
      }
      if report.convention == .unknown, !isDeclared {
        return .failure(NoHealth(reason: "it answers \(status) without reporting health"))
      }
      return .success(report)
    case 500...:
      // A proxy's error page stands for the endpoint behind it.
      if isDeclared { return .success(report ?? HealthReport(convention: .unknown)) }
      if let report, report.level != nil { return .success(report) }
    default: break
    }
    return .failure(NoHealth(reason: "it answers \(status)"))
  }

  /// Whether a path that nobody made answers just like the endpoint.
  private func givesSameAnswer(as report: HealthReport, with client: Client) throws(Silence) -> Bool {
    let madeUp = "/prodworthy-" + String(UInt64.random(in: 0 ... .max), radix: 36)
    do {
      let answer = try client.answer(to: .get, client.destination.url.with(target: madeUp), withCredentials: false)
      guard answer.response.status.map({ (200..<300).contains($0) }) ?? false, let other = HealthReport(answer.response)
      else { return false }
      return other.convention == report.convention && other.level == report.level
    } catch {
      guard case .noConnection = error else { throw error }
      return false
    }
  }

  private mutating func poll(with client: Client, asksHead: Bool) throws(Silence) {
    guard var found = endpoint, let report = found.report else { return }
    defer { endpoint = found }
    let url = found.first.request.url
    found.polls = [
      Poll(status: found.first.response.status, level: report.level, milliseconds: found.first.timing.total)
    ]
    while found.polls.count < Self.polls, found.pollGap == nil {
      if client.deadline.millisecondsLeft > Int(Self.pause) / 1000 { usleep(Self.pause) }
      do {
        let answer = try client.answer(to: .get, url, withCredentials: found.needsCredentials)
        if answer.response.status == 429 {
          found.pollGap = "a rate limiter answered 429 to poll \(found.polls.count + 1) of \(Self.polls)"
        } else {
          found.polls.append(
            Poll(
              status: answer.response.status, level: HealthReport(answer.response)?.level,
              milliseconds: answer.response.status == nil ? nil : answer.timing.total))
        }
      } catch {
        switch error {
        case .noConnection: found.polls.append(Poll())
        case .unseen(let unseen):
          if unseen.kind == .interrupted { throw error }
          found.pollGap = "poll \(found.polls.count + 1) of \(Self.polls): \(unseen.reason)"
        }
      }
    }
    if asksHead {
      let head = try? client.answer(to: .head, url, withCredentials: found.needsCredentials)
      found.headWorks = head.map { $0.response.status == found.first.response.status }
    }
  }
}
