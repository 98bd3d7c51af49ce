import AuditModel
import Glibc
import HTTPExchange
import Probing
import RateLimits
import Synchronization

/// One route of a real server, asked over connections that are kept open. Blocks: only on a lane.
final class RouteWire: Wire {
  /// What was remembered of an answer.
  struct Remembered: Sendable {
    var response: HTTPResponse
    /// What its fields say about limits.
    var declaration: Declaration
  }

  private let client: Client
  private let url: HTTPURL
  private let deadline: Deadline
  private let variations: [Variation]
  private var connections: [KeptConnection] = []
  private let origin = ContinuousClock.now
  private var baseline: Int?
  /// The status of the last answer.
  private var lastStatus: Int?
  /// Requests sent that differ in one way.
  private var asideCount = 0

  /// The first answer.
  private(set) var first: Remembered?
  /// The first refusal.
  private(set) var refusal: Remembered?
  /// What was said to be left by the first admitted answers, in order.
  private(set) var remaining: [Int] = []
  /// The address connected to.
  private(set) var address: String?
  /// Why nothing came, where nothing ever came.
  private(set) var silence: Silence?
  /// Answers in which the service failed.
  private(set) var failures = 0

  /// A wire to `url` until `deadline`.
  init(_ client: Client, to url: HTTPURL, before deadline: Deadline, variations: [Variation]) {
    self.client = client
    self.url = url
    self.deadline = deadline
    self.variations = variations
  }

  var now: Double { Self.seconds(ContinuousClock.now - origin) }

  var isOver: Bool {
    if deadline.hasPassed { return true }
    // Nobody listens there.
    if first == nil, case .noConnection? = silence { return true }
    return false
  }

  var asides: Int { variations.count }

  func mustBeCertain(aside: Int) -> Bool {
    variations.indices.contains(aside) && variations[aside].meaning == .bypass
  }

  func wait(_ seconds: Double) {
    let end = now + seconds
    while now < end, !deadline.hasPassed { usleep(UInt32(min(50_000, max(100, (end - now) * 1_000_000)))) }
  }

  func send(patience: Double) -> Reply { send(HTTPRequest(.get, url), patience: patience, isUsual: true) }

  func send(aside: Int, patience: Double) -> Reply {
    guard variations.indices.contains(aside) else { return send(patience: patience) }
    asideCount += 1
    var reply = send(variations[aside].request(asideCount), patience: patience, isUsual: false)
    // Getting around a limit means to get what it guards: another answer is as good as a refusal.
    if mustBeCertain(aside: aside), reply.kind == .admitted, lastStatus != baseline { reply.kind = .refused }
    return reply
  }

  func send(together count: Int, patience: Double) -> [Reply] {
    let connections = connections(count)
    let limit = deadline.capped(milliseconds: Int(patience * 1000) + 1)
    let url = url
    // All connections first, so that the requests leave at the same time.
    SideBySide.run(count) { index in try? connections[index].open(before: limit) }
    let until = deadline.capped(milliseconds: Int(patience * 1000) + 1)
    let exchanges = Mutex<[(index: Int, exchange: KeptConnection.Exchange)]>([])
    SideBySide.run(count) { index in
      let exchange = connections[index].exchange(HTTPRequest(.get, url), before: until)
      exchanges.withLock { $0.append((index, exchange)) }
    }
    return exchanges.withLock { $0 }.sorted { $0.index < $1.index }.map { reply($0.exchange, isUsual: true) }
  }

  /// Ends all connections.
  func close() {
    for connection in connections { connection.close() }
    connections = []
  }

  // MARK: Answers

  private func connections(_ count: Int) -> [KeptConnection] {
    while connections.count < count { connections.append(KeptConnection(client, for: url)) }
    return Array(connections.prefix(count))
  }

  private func send(_ request: HTTPRequest, patience: Double, isUsual: Bool) -> Reply {
    let exchange = connections(1)[0].exchange(
      request, before: deadline.capped(milliseconds: Int(patience * 1000) + 1))
    address = address ?? connections.first?.address
    return reply(exchange, isUsual: isUsual)
  }

  private func reply(_ exchange: KeptConnection.Exchange, isUsual: Bool) -> Reply {
    let sent = Self.seconds(exchange.sent - origin)
    let answered = Self.seconds(exchange.answered - origin)
    guard exchange.silence == nil, let status = exchange.response.status, let fields = exchange.response.fields else {
      silence = exchange.silence ?? .noConnection(reason: exchange.response.malformed ?? "no answer")
      return Reply(kind: .lost, sent: sent, answered: answered)
    }
    lastStatus = status
    let declaration = Declaration(FieldLines(fields), received: Double(time(nil)))
    let kind = kind(of: status, declaration)
    if kind == .failed { failures += 1 }
    let remembered = Remembered(response: exchange.response, declaration: declaration)
    if isUsual {
      if first == nil { first = remembered }
      if kind == .refused, refusal == nil { refusal = remembered }
      if kind == .admitted, refusal == nil, remaining.count < 20, let left = declaration.remaining {
        remaining.append(left)
      }
      if kind == .admitted, baseline == nil { baseline = status }
    }
    return Reply(
      kind: kind, sent: sent, answered: answered, retryAfter: kind == .refused ? wait(declaration) : nil,
      remaining: declaration.remaining)
  }

  /// How long a refusal asks to wait.
  private func wait(_ declaration: Declaration) -> Double? { declaration.retryAfterSeconds }

  /// 429 is a limiter's. So are the other words of limiters where the route otherwise answers differently: nginx and
  /// service meshes 503, firewalls 403, and the unregistered 420, 509 and 529.
  private func kind(of status: Int, _ declaration: Declaration) -> Reply.Kind {
    if status == 429 { return .refused }
    if status == baseline { return .admitted }
    switch status {
    case 420, 509, 529: return .refused
    case 403 where baseline != nil: return .refused
    case 503: return baseline != nil || declaration.form != .none ? .refused : .failed
    case 500...: return .failed
    default: return .admitted
    }
  }

  private static func seconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) + Double(attoseconds) / 1e18
  }
}

extension FieldLines {
  /// The fields of a response.
  init(_ fields: HeaderFields) {
    self.init()
    for (name, value) in fields.fields { append(name, value) }
  }
}
