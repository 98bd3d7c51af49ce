import Glibc
import Hummingbird
import Probing
import Synchronization

/// Lets an instance name itself in its answers, and does to requests what its strain says.
struct StrainedService: RouterMiddleware {
  typealias Context = BasicRequestContext

  private let strain: Strain
  private let database: Database
  private let left: Database
  private let state = State()
  private static let instance = HTTPFields.Element.Name("X-Instance")

  /// What lasts from one request to the next.
  private final class State: Sendable {
    let searches = Counter()
    let orders = Counter()
    let leaked = Mutex<[[UInt8]]>([])
    let lastRecommendation = Mutex<ContinuousClock.Instant?>(nil)
  }

  init(_ strain: Strain, _ database: Database) {
    self.strain = strain
    self.database = database
    left = Database(database.address, connections: strain.leftSessions, for: .api)
    if strain.burnedCores > 0 { Burning.start(strain.burnedCores) }
  }

  func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws
    -> Response
  {
    let kind = RequestKind(
      method: request.method.rawValue, path: request.uri.path[...], query: request.uri.query.map { $0[...] },
      hasContent: request.headers[.contentLength].map { $0 != "0" } ?? false)
    if let delay = strain.delays[kind] { try await Task.sleep(for: .milliseconds(delay)) }
    if strain.burnedCores > 0 { Burning.goOn() }
    if strain.leakedKilobytes > 0 {
      state.leaked.withLock { $0.append([UInt8](repeating: 1, count: strain.leakedKilobytes << 10)) }
    }
    var response: Response
    if let trouble = await trouble(with: request, kind) {
      response = trouble
    } else {
      response = try await next(request, context)
    }
    if let name = Self.instance { response.headers[name] = strain.instance }
    return response
  }

  /// What the strain answers instead; nil where it lets the request through.
  private func trouble(with request: Request, _ kind: RequestKind) async -> Response? {
    switch kind {
    case .searchUnderLoad:
      let number = state.searches.next()
      if strain.failsSearches, number % 10 == 4 { return Server.problem(.internalServerError, "the search failed") }
      if strain.statementMilliseconds > 0 {
        await ask("SELECT pg_sleep($1::float8 / 1000)::text", String(strain.statementMilliseconds))
      }
    case .search where strain.stumblesOverColons:
      if request.uri.queryParameters["q"]?.contains(":") == true { return Server.json(#"{"events":[]}"#) }
    case .list where strain.asksForEachEvent:
      guard
        case .success(let text?) = await database.firstValue(
          "SELECT string_agg(id::text, ',') FROM (SELECT id FROM events ORDER BY starts_at LIMIT 100) first", [],
          before: Deadline(milliseconds: 2000))
      else { return nil }
      for id in text.split(separator: ",") { await ask("SELECT title FROM events WHERE id = $1::bigint", String(id)) }
    case .orderOfPage:
      // The server in front takes this status for an order to close the connection. What is dropped is an order and no
      // search: a client asks a second time by itself where that does no harm.
      if strain.dropsOrders, state.orders.next() % 8 == 4 { return Response(status: .init(code: 444)) }
      if strain.leftSessions > 0 { await left.openAll() }
    case .recommendations where strain.startsCold:
      // Long enough for the slowest machine: between two steps of one workflow nothing cools down.
      let isWarm = state.lastRecommendation.withLock { last in
        defer { last = .now }
        return last.map { $0 + .seconds(60) > .now } ?? false
      }
      if !isWarm { return Server.problem(.serviceUnavailable, "recommendations are being worked out") }
    case .removal where strain.failsRemovals: return Server.problem(.internalServerError, "the removal failed")
    default: break
    }
    return nil
  }

  private func ask(_ statement: String, _ parameter: String) async {
    _ = await database.firstValue(statement, [parameter], before: Deadline(milliseconds: 3000))
  }
}

/// Threads that compute for nothing, until their process has used so many cores on average.
private enum Burning {
  /// Until when, on the monotonic clock, in nanoseconds.
  private static let end = Atomic<UInt64>(0)
  /// When it began, on the monotonic clock, and the processor time that the process had used by then, in nanoseconds.
  private static let began = Atomic<UInt64>(0)
  private static let usedBefore = Atomic<UInt64>(0)
  /// What to reach, in thousandths of a core.
  private static let goal = Atomic<UInt64>(0)

  static func start(_ cores: Double) {
    goal.store(UInt64(min(1000, max(0, cores)) * 1000), ordering: .relaxed)
    takeTurnsFirst()
    // Twice as many as it takes, to make good for what others took.
    for _ in 0..<max(2, Int(cores.rounded(.up)) * 2) {
      var thread = pthread_t()
      pthread_create(
        &thread, nil,
        { _ in
          // On Linux a thread has a priority of its own: requests of this very process go first.
          setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 3)
          while true { Burning.turn() }
        }, nil)
    }
  }

  /// Goes on for a second from now.
  static func goOn() {
    let now = time(CLOCK_MONOTONIC)
    if end.exchange(now + 1_000_000_000, ordering: .relaxed) < now {
      usedBefore.store(time(CLOCK_PROCESS_CPUTIME_ID), ordering: .relaxed)
      began.store(now, ordering: .releasing)
    }
  }

  /// The kernel shares the processors between sessions, and each part of a platform has its own. On a busy machine an equal
  /// share would be too little to be noticed; where a greater one is not granted, it has to do.
  private static func takeTurnsFirst() {
    let descriptor = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = write(descriptor, "-10", 3)
    close(descriptor)
  }

  private static func turn() {
    let now = time(CLOCK_MONOTONIC)
    let (from, before) = (began.load(ordering: .acquiring), usedBefore.load(ordering: .relaxed))
    let used = time(CLOCK_PROCESS_CPUTIME_ID)
    guard now < end.load(ordering: .relaxed), from > 0, now > from,
      Double(used) - Double(before) < Double(now - from) * Double(goal.load(ordering: .relaxed)) / 1000
    else {
      usleep(5_000)
      return
    }
    var value = now
    for _ in 0..<100_000 { value = value &* 6_364_136_223_846_793_005 &+ 1 }
    if value == 0 { usleep(1) }
  }

  private static func time(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
