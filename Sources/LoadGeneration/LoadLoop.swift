import Facts
import Glibc
import LoadScripts
import Probing
import Transport

/// One event loop: starts users at the moments fixed for them, and carries their requests. Confined to its thread.
final class LoadLoop {
  /// What it does.
  enum Work {
    /// The arrivals that belong to this loop.
    case arrivals
    /// One user, once, outside the load: the flow of `before` or `after`.
    case once(Range<Int>, JSONObject)
  }

  let plan: LoadPlan
  let control: RunControl
  let index: Int
  /// The moment of the first arrival, on the monotonic clock.
  private(set) var start = 0
  /// The moment up to which the loop knows the time, on the monotonic clock.
  var now = 0
  let program: FlowProgram
  let writer: RequestWriter
  let common: CommonVariables
  private let captured: JSONObject
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  let readiness = Readiness()
  /// Reads answers with the moments at which they arrived; nil where the loop reads them as soon as they are there.
  let receipt: StampedReceipt?

  var figures: LoadFigures
  /// Arrivals that were due or planned for this loop.
  private(set) var intended = 0

  // Users.
  var activeUsers = 0
  var timers = TimerHeap()
  let weights: [Double]
  let usesVariables: Bool
  let setsCookies: Bool
  let mostUsersAtOnce: Int
  /// For each phase, how many users this loop lets in at once; nil for any number.
  let mostUsersOfPhases: [Int?]
  private(set) var isStopping = false
  private(set) var hasArrivalsLeft = true
  /// What the user of `once` has captured.
  var capturedByOnce: JSONObject = [:]
  var failureOfOnce: String?

  // Connections.
  var connections: [LoadConnection?] = []
  var freeSlots: [Int] = []
  /// Connections whose handshake is not over.
  var openingConnections = 0
  /// Connections that wait for a request, by origin; of a shared pool only.
  var pool: [[LoadConnection]]
  var poolOpen: [Int]
  var waiting: [Deque]
  /// Which of its addresses an origin is reached at.
  var preferred: [Int]
  let poolLimit: Int?
  /// While it is set, what is ready to be sent goes into `lot` first.
  private(set) var isGathering = false
  /// Connections whose requests are about to be sent.
  var lot: [LoadConnection] = []
  var nextSweep = 0
  let sweepInterval: Int
  let timeout: Int
  /// The moment of the last answer or failure, on the monotonic clock; 0 where there was none.
  var finishedAt = 0

  private var punctuality = Punctuality()
  private var lots = ArrivalLots()
  private let evaluation: ((LoadFigures, Int) -> LoadThreshold?)?

  /// Users beyond this are skipped: each takes memory and, without a pool, a descriptor.
  private static let mostUsers = 60_000
  /// The longest sleep, so that a cancellation is seen, in nanoseconds.
  private static let longestSleep = 50_000_000
  /// After the arrivals are called off, users may go on for so long, in nanoseconds.
  private static let rampDown = 3_000_000_000
  /// The most arrivals before answers are looked at again, so that these do not wait for a whole burst.
  private static let largestLot = 64

  init(
    _ plan: LoadPlan, control: RunControl, index: Int, captured: JSONObject,
    evaluation: ((LoadFigures, Int) -> LoadThreshold?)? = nil
  ) {
    self.plan = plan
    self.control = control
    self.index = index
    self.captured = captured
    self.evaluation = evaluation
    writer = RequestWriter(base: plan.base, settings: plan.script.http, files: plan.files)
    program = FlowProgram(plan.script, endpoints: plan.endpoints, writer: writer)
    var common = plan.variables
    for table in plan.files.tables {
      if let name = table.payload.allRowsName { common[name] = .array(table.rows.map { .object($0) }) }
    }
    for (name, value) in captured { common[name] = value }
    self.common = CommonVariables(common)
    figures = LoadFigures(
      endpoints: plan.endpoints.count, scenarios: plan.script.scenarios.count, phases: plan.script.phases.count)
    pool = Array(repeating: [], count: plan.places.count)
    poolOpen = Array(repeating: 0, count: plan.places.count)
    waiting = Array(repeating: Deque(), count: plan.places.count)
    preferred = Array(repeating: 0, count: plan.places.count)
    poolLimit = plan.script.http.pool.map { max(1, $0 / plan.threads + (index < $0 % plan.threads ? 1 : 0)) }
    timeout = Int(plan.script.http.timeoutSeconds * 1e9)
    sweepInterval = min(100_000_000, max(1_000_000, timeout / 20))
    weights = plan.script.scenarios.map(\.weight)
    usesVariables =
      !plan.script.variables.isEmpty || plan.files.tables.contains { $0.payload.allRowsName == nil }
    setsCookies = !plan.script.http.cookies.isEmpty
    mostUsersOfPhases = plan.script.phases.map { $0.mostUsers.map { Self.share($0, plan, index) } }
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let descriptors = max(16, Int(min(limit.rlim_cur, 1 << 20)) - 128) / plan.threads
    mostUsersAtOnce = plan.script.http.pool == nil ? min(Self.mostUsers, descriptors) : Self.mostUsers
    // Connections of a user's own are opened all the time, and of what comes through TLS the kernel knows no moments.
    let mayHold = plan.script.http.pool != nil && !plan.places.contains { $0.origin.isSecure }
    let share = Double(plan.shard.count * plan.threads)
    receipt = mayHold && ArrivalLots.mayBeDense(plan.script.phases, share: share) ? StampedReceipt() : nil
  }

  deinit { buffer.deallocate() }

  /// A part of a limit that all shards and loops share.
  private static func share(_ most: Int, _ plan: LoadPlan, _ index: Int) -> Int {
    let parts = plan.shard.count * plan.threads
    let part = (plan.shard.number - 1) * plan.threads + index
    return max(1, most / parts + (part < most % parts ? 1 : 0))
  }

  // MARK: Running

  /// Runs to the end; `moment` is that of the first arrival, on the monotonic clock. Blocks its thread.
  func run(_ work: Work, from moment: Int) {
    start = moment
    var arrivals = ArrivalSequence(plan.script.phases, seed: plan.seed)
    var next: ArrivalSequence.Arrival?
    var stopsAt = Int.max
    switch work {
    case .arrivals:
      next = nextArrival(&arrivals)
      punctuality.claim()
    case .once(let stretch, let variables):
      hasArrivalsLeft = false
      now = monotonicNow()
      startOnce(stretch, variables)
    }
    var nextLook = start
    while true {
      now = monotonicNow()
      let lotBegan = now
      var begun = 0
      isGathering = true
      while let arrival = next, start + arrival.nanoseconds <= now, begun < Self.largestLot {
        begin(arrival)
        next = nextArrival(&arrivals)
        begun += 1
      }
      while let fiber = timers.pop(until: now) { advance(fiber) }
      isGathering = false
      sendLot()
      if now >= nextSweep { sweep() }
      if now >= nextLook {
        nextLook = now + 50_000_000
        punctuality.look(now)
        if !isStopping, control.state != .running {
          isStopping = true
          stopsAt = now + Self.rampDown
          skipRest(next, &arrivals)
          next = nil
          hasArrivalsLeft = false
        }
        if now >= stopsAt { break }
        watch()
      }
      if next == nil {
        hasArrivalsLeft = false
        if activeUsers == 0 { break }
      }
      take(waitForAnswers(next, nextLot: begun < Self.largestLot ? lotBegan + lots.spacing : now))
    }
    figures.cut += activeUsers
    for connection in connections { connection?.stream.close() }
    connections = []
  }

  /// Runs one flow once, outside the load.
  func runOnce(_ stretch: (FlowProgram) -> Range<Int>) { run(.once(stretch(program), captured), from: monotonicNow()) }

  /// Waits until the loop has something to do, and gives how many connections something has happened on.
  private func waitForAnswers(_ next: ArrivalSequence.Arrival?, nextLot: Int) -> Int {
    let due = next.map { start + $0.nanoseconds }
    if let due, receipt != nil, lots.areDense, openingConnections == 0, waiting.allSatisfy(\.isEmpty) {
      // Nobody needs the answers before the next lot: waking up for each of them costs more than reading it.
      if due <= nextLot { return readiness.look(at: nextLot <= now ? 0 : min(nextLot, timers.earliest ?? .max)) }
    }
    let time = monotonicNow()
    var wait = Self.longestSleep
    if let due { wait = min(wait, max(0, due - time)) }
    if let due = timers.earliest { wait = min(wait, max(0, due - time)) }
    // Sleeping for less than this between arrivals costs more than it is worth: they start together instead.
    if wait > 0, lots.areDense { wait = max(wait, lots.spacing) }
    return readiness.wait(nanoseconds: wait)
  }

  private func take(_ count: Int) {
    guard count > 0 else { return }
    now = monotonicNow()
    receipt?.align(to: now)
    for event in 0..<count { handle(readiness.slot(ofEvent: event)) }
  }

  /// The next arrival that belongs to this shard and this loop.
  private func nextArrival(_ arrivals: inout ArrivalSequence) -> ArrivalSequence.Arrival? {
    while let arrival = arrivals.next() {
      guard arrival.number % plan.shard.count == plan.shard.number - 1,
        arrival.number / plan.shard.count % plan.threads == index
      else { continue }
      intended += 1
      lots.note(arrivalAt: arrival.nanoseconds)
      return arrival
    }
    return nil
  }

  private func skipRest(_ next: ArrivalSequence.Arrival?, _ arrivals: inout ArrivalSequence) {
    guard next != nil else { return }
    var count = 1
    while nextArrival(&arrivals) != nil { count += 1 }
    figures.skipped["ended", default: 0] += count
  }

  /// Every 50 ms: thresholds that end the run, and errors that do.
  private func watch() {
    guard !isStopping, hasArrivalsLeft else { return }
    if let evaluation, let broken = evaluation(figures, start) {
      control.end(.threshold, "the threshold \(broken.expression) failed")
      return
    }
    // Half of a hundred and more requests without an answer, after ten seconds: there is nothing left to measure.
    let errors = figures.unansweredCount
    if now - start > 10_000_000_000, errors >= 100, errors * 2 > figures.requests + errors {
      control.end(.errors, "stopped: \(errors) of \(figures.requests + errors) requests got no answer")
    }
  }

  /// The stretch of the run that a moment belongs to.
  func bin(of time: Int) -> Int { (time - start) / 1_000_000_000 / plan.resultPlan.binSeconds }
}
