import CEpoll
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

  private let plan: LoadPlan
  private let control: RunControl
  private let index: Int
  /// The moment of the first arrival, on the monotonic clock.
  private var start = 0
  private let program: FlowProgram
  private let writer: RequestWriter
  private let common: CommonVariables
  private let captured: JSONObject
  private let epoll: Int32
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: LoadLoop.mostEvents)

  private(set) var figures: LoadFigures
  /// Arrivals that were due or planned for this loop.
  private(set) var intended = 0
  private var connections: [LoadConnection?] = []
  private var freeSlots: [Int] = []
  private var openConnections = 0
  /// Connections that wait for a request, by origin; of a shared pool only.
  private var pool: [[LoadConnection]]
  private var poolOpen: [Int]
  private var waiting: [Deque]
  /// Which of its addresses an origin is reached at.
  private var preferred: [Int]
  private let poolLimit: Int?
  private var timers = TimerHeap()
  private var activeUsers = 0
  private var nextSweep = 0
  private let sweepInterval: Int
  private let timeout: Int
  private var isStopping = false
  private var punctuality = Punctuality()
  private var hasArrivalsLeft = true
  private var now = 0
  private let weights: [Double]
  private let usesVariables: Bool
  /// What the user of `once` has captured.
  private(set) var capturedByOnce: JSONObject = [:]
  private(set) var failureOfOnce: String?
  private var lastAnswerAt = 0
  private let mostUsersAtOnce: Int
  private let evaluation: ((LoadFigures, Int) -> LoadThreshold?)?

  private static let mostEvents = 512
  /// Users beyond this are skipped: each takes memory and, without a pool, a descriptor.
  private static let mostUsers = 60_000
  /// The longest sleep, so that a cancellation is seen, in nanoseconds.
  private static let longestSleep = 50_000_000
  /// After the arrivals are called off, users may go on for so long, in nanoseconds.
  private static let rampDown = 3_000_000_000

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
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let descriptors = max(16, Int(min(limit.rlim_cur, 1 << 20)) - 128) / plan.threads
    mostUsersAtOnce = plan.script.http.pool == nil ? min(Self.mostUsers, descriptors) : Self.mostUsers
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
  }

  deinit {
    close(epoll)
    buffer.deallocate()
    events.deallocate()
  }

  /// The moment of the last answer or failure, on the monotonic clock; 0 where there was none.
  var finishedAt: Int { lastAnswerAt }

  // MARK: Running

  /// Runs to the end; `moment` is that of the first arrival, on the monotonic clock. Blocks its thread.
  func run(_ work: Work, from moment: Int) {
    start = moment
    var arrivals = ArrivalSequence(plan.script.phases, seed: plan.seed)
    var next: ArrivalSequence.Arrival?
    var stopsAt = Int.max
    // Sleeping for less than this between arrivals costs more than it is worth: they start together instead.
    var shortestSleep = 0
    switch work {
    case .arrivals:
      next = nextArrival(&arrivals)
      let rate = Double(plan.script.arrivals ?? 0) / max(1, plan.script.seconds ?? 1)
      shortestSleep = rate > 5000 ? 150_000 : 0
      punctuality.claim()
    case .once(let stretch, let variables):
      hasArrivalsLeft = false
      now = monotonicNow()
      startOnce(stretch, variables)
    }
    var nextLook = start
    while true {
      now = monotonicNow()
      // Arrivals in small lots, so that answers do not wait for a whole burst of them.
      var lot = 0
      while let arrival = next, start + arrival.nanoseconds <= now, lot < 64 {
        begin(arrival)
        next = nextArrival(&arrivals)
        lot += 1
        now = monotonicNow()
      }
      while let fiber = timers.pop(until: now) { advance(fiber) }
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
      var wait = Self.longestSleep
      if let arrival = next { wait = min(wait, max(0, start + arrival.nanoseconds - monotonicNow())) }
      if let due = timers.earliest { wait = min(wait, max(0, due - monotonicNow())) }
      if wait > 0 { wait = max(wait, shortestSleep) }
      let count = pause(wait)
      if count > 0 {
        now = monotonicNow()
        for event in 0..<count { handle(events[event]) }
      }
    }
    figures.cut += activeUsers
    for connection in connections { connection?.stream.close() }
    connections = []
  }

  /// Runs one flow once, outside the load.
  func runOnce(_ stretch: (FlowProgram) -> Range<Int>) { run(.once(stretch(program), captured), from: monotonicNow()) }

  private func pause(_ nanoseconds: Int) -> Int {
    var time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
    return Int(epoll_pwait2(epoll, events, Int32(Self.mostEvents), &time, nil))
  }

  /// The next arrival that belongs to this shard and this loop.
  private func nextArrival(_ arrivals: inout ArrivalSequence) -> ArrivalSequence.Arrival? {
    while let arrival = arrivals.next() {
      guard arrival.number % plan.shard.count == plan.shard.number - 1,
        arrival.number / plan.shard.count % plan.threads == index
      else { continue }
      intended += 1
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

  // MARK: Users

  private func begin(_ arrival: ArrivalSequence.Arrival) {
    let due = start + arrival.nanoseconds
    if let most = plan.script.phases[arrival.phase].mostUsers, activeUsers >= Self.share(most, plan, index) {
      figures.skipped["maxVusers", default: 0] += 1
      return
    }
    guard activeUsers < mostUsersAtOnce else {
      figures.skipped["too many users at once", default: 0] += 1
      return
    }
    var randomness = SplitMix(plan.seed ^ 0xA5A5_5A5A_1234_4321, UInt64(arrival.number))
    let scenario = draw(&randomness)
    let user = LoadUser(
      number: arrival.number, scenario: scenario, phase: arrival.phase, intended: due, common: common,
      variables: usesVariables ? variables(of: arrival.number, &randomness) : [:], randomness: randomness)
    activeUsers += 1
    figures.mostUsers = max(figures.mostUsers, activeUsers)
    figures.started += 1
    figures.scenarios[scenario].started += 1
    figures.phases[arrival.phase].started += 1
    figures.bin(arrival.nanoseconds / 1_000_000_000 / plan.resultPlan.binSeconds) { $0.started += 1 }
    setDefaultCookies(user)
    advance(Fiber(user, program.flows[scenario], due: due))
  }

  /// A part of a limit that all shards and loops share.
  private static func share(_ most: Int, _ plan: LoadPlan, _ index: Int) -> Int {
    let parts = plan.shard.count * plan.threads
    let part = (plan.shard.number - 1) * plan.threads + index
    return max(1, most / parts + (part < most % parts ? 1 : 0))
  }

  private func startOnce(_ stretch: Range<Int>, _ variables: JSONObject) {
    var randomness = SplitMix(plan.seed, UInt64.max)
    var all = self.variables(of: 0, &randomness)
    for (name, value) in variables { all[name] = value }
    let user = LoadUser(
      number: -1, scenario: 0, phase: 0, intended: now, common: common, variables: all, randomness: randomness)
    user.hasStarted = true
    activeUsers += 1
    setDefaultCookies(user)
    advance(Fiber(user, stretch, due: now))
  }

  private func setDefaultCookies(_ user: LoadUser) {
    for cookie in plan.script.http.cookies {
      user.jar.set(cookie.name.text(from: user), cookie.value.text(from: user), for: plan.base)
    }
  }

  private func draw(_ randomness: inout SplitMix) -> Int {
    if weights.count == 1 { return 0 }
    var left = randomness.unit() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() where weight > 0 {
      left -= weight
      if left < 0 { return index }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }

  private func variables(of number: Int, _ randomness: inout SplitMix) -> JSONObject {
    var variables = JSONObject()
    for (name, value) in plan.script.variables {
      if case .array(let choices) = value {
        if !choices.isEmpty { variables[name] = choices[randomness.below(choices.count)] }
      } else {
        variables[name] = value
      }
    }
    for table in plan.files.tables where table.payload.allRowsName == nil {
      let row =
        table.payload.isInOrder ? max(0, number) % table.rows.count : randomness.below(table.rows.count)
      for (name, value) in table.rows[row] { variables[name] = value }
    }
    // Variables may be made of each other and of the environment.
    var source: LoadUser?
    for (name, value) in variables.members {
      let template = JSONTemplate(value)
      if template.isConstant { continue }
      let known =
        source
        ?? LoadUser(
          number: number, scenario: 0, phase: 0, intended: 0, common: common, variables: variables,
          randomness: randomness)
      source = known
      variables[name] = template.value(from: known)
    }
    return variables
  }

  /// Goes on with a flow until it waits for something or is through.
  private func advance(_ fiber: Fiber) {
    var budget = 100_000
    while true {
      if fiber.user.failure != nil || (isStopping && control.state == .deadline) { return finish(fiber) }
      guard fiber.position < fiber.end else { return finish(fiber) }
      budget -= 1
      if budget == 0 {
        // A loop without requests must not keep everybody waiting.
        timers.push(fiber, at: now + 1_000_000)
        return
      }
      switch program.code[fiber.position] {
      case .request(let number):
        fiber.position += 1
        let step = program.steps[number]
        if let condition = step.request.condition, !condition.holds({ self.named($0, fiber.user) }) { continue }
        if let probability = step.request.probability, fiber.user.unit() * 100 >= probability { continue }
        return send(step, fiber)
      case .think(let seconds, let jitter):
        fiber.position += 1
        fiber.due = max(fiber.due, 0) + thinking(seconds, jitter, fiber.user)
        if fiber.due > now {
          timers.push(fiber, at: fiber.due)
          return
        }
      case .log(let text):
        fiber.position += 1
        control.say(text.text(from: fiber.user))
      case .loop(let loop, let end): enter(loop, end, fiber)
      case .loopEnd(let start): repeatLoop(start, fiber)
      case .parallel(let branches, let limit, let next):
        fiber.position = next
        guard !branches.isEmpty else { continue }
        fiber.branches = branches[...]
        return startBranches(fiber, limit)
      }
    }
  }

  private func named(_ name: String, _ user: LoadUser) -> JSONValue? {
    TextTemplate("{{ \(name) }}").value(from: user)
  }

  private func thinking(_ template: TextTemplate, _ jitter: LoadStep.Jitter?, _ user: LoadUser) -> Int {
    var seconds = ScriptDuration.seconds(template.text(from: user)) ?? 0
    switch jitter {
    case .seconds(let spread)?: seconds += (user.unit() * 2 - 1) * spread
    case .share(let share)?: seconds *= 1 + (user.unit() * 2 - 1) * share
    case nil: break
    }
    return Int(max(0, min(seconds, 1e6)) * 1e9)
  }

  // MARK: Loops and branches

  private func enter(_ loop: LoadStep.Loop, _ end: Int, _ fiber: Fiber) {
    var frame = Fiber.Loop(start: fiber.position, left: nil, count: 0, elements: [])
    switch loop.rounds {
    case .range(let from, let to):
      frame.left = to - from
      frame.count = from
    case .counted(let template):
      let value = template.value(from: fiber.user)
      let count = value?.integer ?? value?.string.flatMap { Int($0) } ?? 0
      frame.left = count < 0 ? nil : count
    case .over(let elements): frame.elements = elements.map { JSONTemplate($0).value(from: fiber.user) }
    case .overVariable(let template):
      let value = template.value(from: fiber.user)
      frame.elements = value?.array ?? value?.string.flatMap { try? JSONText.parse(Array($0.utf8)).array } ?? []
    case .endless: break
    }
    switch loop.rounds {
    case .over, .overVariable: frame.left = frame.elements.count
    default: break
    }
    if frame.left.map({ $0 <= 0 }) ?? isPastArrivals {
      fiber.position = end + 1
      return
    }
    setLoopVariables(loop, frame, fiber)
    fiber.loops.append(frame)
    fiber.position += 1
  }

  /// Whether no user will come any more: loops without end are over then.
  private var isPastArrivals: Bool { isStopping || !hasArrivalsLeft }

  private func repeatLoop(_ start: Int, _ fiber: Fiber) {
    guard var frame = fiber.loops.popLast(), case .loop(let loop, let end) = program.code[start] else {
      fiber.position += 1
      return
    }
    if let left = frame.left {
      frame.left = left - 1
    } else if isPastArrivals {
      frame.left = 0
    }
    frame.count += 1
    frame.position += 1
    if let left = frame.left, left <= 0 {
      fiber.position = end + 1
      return
    }
    setLoopVariables(loop, frame, fiber)
    fiber.loops.append(frame)
    fiber.position = start + 1
  }

  private func setLoopVariables(_ loop: LoadStep.Loop, _ frame: Fiber.Loop, _ fiber: Fiber) {
    fiber.user.set(loop.countName, .integer(frame.count))
    if frame.elements.indices.contains(frame.position) {
      fiber.user.set(loop.elementName, frame.elements[frame.position])
    }
  }

  private func startBranches(_ fiber: Fiber, _ limit: Int) {
    // All are counted before the first begins: one that ends at once must not end the whole.
    let first = fiber.branches.prefix(limit)
    fiber.branches = fiber.branches.dropFirst(limit)
    fiber.running = first.count
    for branch in first {
      let child = Fiber(fiber.user, branch, parent: fiber, due: fiber.due)
      child.loops = fiber.loops
      advance(child)
    }
  }

  private func finish(_ fiber: Fiber) {
    if let parent = fiber.parent {
      parent.due = max(parent.due, fiber.due)
      if fiber.user.failure == nil, let branch = parent.branches.popFirst() {
        let child = Fiber(fiber.user, branch, parent: parent, due: fiber.due)
        child.loops = parent.loops
        return advance(child)
      }
      parent.running -= 1
      if parent.running == 0 { advance(parent) }
      return
    }
    let user = fiber.user
    for connection in user.idle { drop(connection) }
    user.idle = []
    activeUsers -= 1
    if user.number < 0 {
      capturedByOnce = user.variables
      failureOfOnce = user.failure
      return
    }
    if user.failure != nil {
      figures.failedUsers += 1
      figures.scenarios[user.scenario].failedUsers += 1
      figures.phases[user.phase].failedUsers += 1
    } else {
      figures.completed += 1
      figures.scenarios[user.scenario].completed += 1
      figures.phases[user.phase].completed += 1
      figures.sessionLength.record((max(fiber.due, now) - user.intended) / 1000)
    }
  }

  /// Ends a user by its first error.
  private func fail(_ fiber: Fiber, _ error: String) {
    if fiber.user.failure == nil {
      fiber.user.failure = error
      if fiber.user.number >= 0 { figures.note(error: error) }
    }
    fiber.step = nil
    fiber.written = nil
    finish(fiber)
  }

  // MARK: Requests

  private func send(_ step: FlowProgram.Step, _ fiber: Fiber) {
    fiber.step = step
    fiber.redirects = 0
    fiber.attempts = 0
    let user = fiber.user
    for cookie in step.request.cookies {
      user.jar.set(cookie.name.text(from: user), cookie.value.text(from: user), for: plan.base)
    }
    if let constant = step.constant, user.jar.isEmpty {
      fiber.written = RequestWriter.Written(url: plan.base, bytes: constant)
    } else {
      do throws(RequestWriter.Failure) {
        fiber.written = try writer.write(step.request, from: user) { user.jar.isEmpty ? nil : user.jar.field(for: $0) }
      } catch {
        noteStart(user)
        noteUnanswered(fiber, since: fiber.due)
        return fail(fiber, error.name)
      }
    }
    connect(fiber)
  }

  private func noteStart(_ user: LoadUser) {
    guard !user.hasStarted else { return }
    user.hasStarted = true
    figures.startError.record((monotonicNow() - user.intended) / 1000)
  }

  /// Finds or opens a connection for a request that is written.
  private func connect(_ fiber: Fiber) {
    guard let written = fiber.written else { return }
    guard let origin = plan.places.firstIndex(where: { $0.origin == written.url.origin }) else {
      noteStart(fiber.user)
      noteUnanswered(fiber, since: fiber.due)
      return fail(fiber, "EHOSTNOTALLOWED")
    }
    if let poolLimit {
      while let connection = pool[origin].popLast() {
        if isOpen(connection) { return use(connection, fiber) }
      }
      guard poolOpen[origin] < poolLimit else {
        waiting[origin].append(fiber)
        return
      }
    } else {
      while let place = fiber.user.idle.lastIndex(where: { $0.origin == origin }) {
        let connection = fiber.user.idle.remove(at: place)
        if isOpen(connection) { return use(connection, fiber) }
      }
    }
    open(origin, fiber)
  }

  /// A connection that waited may have been closed by the peer meanwhile.
  private func isOpen(_ connection: LoadConnection) -> Bool {
    connections.indices.contains(connection.slot) && connections[connection.slot] === connection
  }

  private func open(_ origin: Int, _ fiber: Fiber) {
    noteStart(fiber.user)
    let place = plan.places[origin]
    let slot = freeSlots.popLast() ?? connections.count
    let stream: EventStream
    do throws(EventStream.Failure) {
      let address = place.addresses[preferred[origin]]
      stream = try EventStream(to: address, tls: place.origin.isSecure ? plan.tls : nil, name: place.origin.host)
    } catch {
      freeSlots.append(slot)
      noteUnanswered(fiber, since: fiber.due)
      return fail(fiber, error.name)
    }
    let connection = LoadConnection(stream, origin: origin, slot: slot)
    if slot == connections.count { connections.append(connection) } else { connections[slot] = connection }
    openConnections += 1
    poolOpen[origin] += 1
    figures.connections += 1
    connection.fiber = fiber
    connection.beganAt = now
    connection.address = preferred[origin]
    connection.sentAt = 0
    connection.expiresAt = now + timeout
    connection.reader.begin(isHead: false, keepsContent: false, keepsFields: false)
    var event = epoll_event()
    connection.interest = EPOLLOUT.rawValue | EPOLLIN.rawValue
    event.events = connection.interest
    event.data.u64 = UInt64(slot)
    if epoll_ctl(epoll, EPOLL_CTL_ADD, stream.descriptor, &event) != 0 {
      lose(connection, EventStream.name(of: errno))
      return
    }
  }

  private func use(_ connection: LoadConnection, _ fiber: Fiber) {
    noteStart(fiber.user)
    connection.fiber = fiber
    transmit(connection)
  }

  /// Sends the request of a connection's fiber.
  private func transmit(_ connection: LoadConnection) {
    guard let fiber = connection.fiber, let written = fiber.written, let step = fiber.step else { return }
    connection.reader.begin(
      isHead: step.isHead, keepsContent: step.wantsContent,
      keepsFields: step.wantsFields || plan.instanceHeader != nil)
    connection.firstByteAt = 0
    connection.sentAt = monotonicNow()
    connection.expiresAt = connection.sentAt + timeout
    connection.output = written.bytes
    connection.sent = 0
    figures.sent += 1
    pump(connection)
  }

  private func pump(_ connection: LoadConnection) {
    while connection.sent < connection.output.count {
      let progress = connection.output.withUnsafeBytes {
        connection.stream.send(UnsafeRawBufferPointer(rebasing: $0[connection.sent...]))
      }
      switch progress {
      case .moved(let count):
        connection.sent += count
        figures.bytesSent += count
      case .wantsWrite: return watch(connection, EPOLLIN.rawValue | EPOLLOUT.rawValue)
      case .wantsRead: return watch(connection, EPOLLIN.rawValue)
      case .ended: return lose(connection, "ECONNRESET")
      case .failed(let name): return lose(connection, name)
      }
    }
    watch(connection, EPOLLIN.rawValue)
  }

  private func watch(_ connection: LoadConnection, _ interest: UInt32) {
    guard connection.interest != interest else { return }
    connection.interest = interest
    var event = epoll_event()
    event.events = interest
    event.data.u64 = UInt64(connection.slot)
    epoll_ctl(epoll, EPOLL_CTL_MOD, connection.stream.descriptor, &event)
  }

  private func handle(_ event: epoll_event) {
    let slot = Int(event.data.u64)
    guard connections.indices.contains(slot), let connection = connections[slot] else { return }
    if !connection.isEstablished {
      switch connection.stream.establish() {
      case .moved:
        connection.isEstablished = true
        figures.connectTime.record((monotonicNow() - connection.beganAt) / 1000)
        return transmit(connection)
      case .wantsRead: return watch(connection, EPOLLIN.rawValue)
      case .wantsWrite: return watch(connection, EPOLLOUT.rawValue)
      case .ended: return lose(connection, "ECONNRESET")
      case .failed(let name): return lose(connection, name)
      }
    }
    if connection.fiber != nil, connection.sent < connection.output.count {
      pump(connection)
      guard connections[slot] === connection else { return }
    }
    receive(connection)
  }

  private func receive(_ connection: LoadConnection) {
    // A connection that always has more must not keep everybody waiting.
    for _ in 0..<16 {
      switch connection.stream.receive(into: buffer) {
      case .moved(let count):
        figures.bytesReceived += count
        guard connection.fiber != nil else { return drop(connection) }
        let time = monotonicNow()
        if connection.firstByteAt == 0 { connection.firstByteAt = time }
        connection.expiresAt = time + timeout
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        switch connection.reader.consume(bytes) {
        case .more: if count < buffer.count, !isSecure(connection) { return }
        case .complete(let used):
          now = time
          // More than was asked for cannot be told from an answer to the next request.
          return complete(connection, keeps: connection.reader.keepsAlive && used == count)
        case .malformed(let reason): return lose(connection, "malformed answer: \(reason)")
        }
      case .wantsRead: return
      case .wantsWrite: return watch(connection, EPOLLIN.rawValue | EPOLLOUT.rawValue)
      case .ended:
        guard connection.fiber != nil else { return drop(connection) }
        if connection.firstByteAt != 0, connection.reader.end() == nil {
          now = monotonicNow()
          return complete(connection, keeps: false)
        }
        return lose(connection, "ECONNRESET")
      case .failed(let name): return lose(connection, name)
      }
    }
  }

  private func isSecure(_ connection: LoadConnection) -> Bool { plan.places[connection.origin].origin.isSecure }

  /// A connection ended with an exchange on it, or without.
  private func lose(_ connection: LoadConnection, _ error: String) {
    let fiber = connection.fiber
    let mayTryAgain =
      connection.isUsed && connection.firstByteAt == 0 && error != "ETIMEDOUT"
      && ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"].contains(fiber?.step?.request.method ?? "")
    let since = fiber?.due ?? 0
    connection.fiber = nil
    drop(connection)
    guard let fiber else { return }
    // A name may have several addresses, and the server listen at one of them.
    let others = plan.places[connection.origin].addresses.count
    if !connection.isEstablished, fiber.attempts + 1 < others,
      ["ECONNREFUSED", "ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL"].contains(error)
    {
      fiber.attempts += 1
      if preferred[connection.origin] == connection.address {
        preferred[connection.origin] = (connection.address + 1) % others
      }
      return connect(fiber)
    }
    // A server may close a kept connection just when the next request is on its way: that says nothing about it.
    if mayTryAgain, fiber.attempts == 0 {
      fiber.attempts += 1
      return connect(fiber)
    }
    noteUnanswered(fiber, since: since)
    fail(fiber, error)
  }

  private func noteUnanswered(_ fiber: Fiber, since: Int) {
    let time = monotonicNow()
    lastAnswerAt = max(lastAnswerAt, time)
    guard fiber.user.number >= 0, let step = fiber.step else { return }
    figures.note(
      unanswered: (time - since) / 1000, endpoint: step.endpoint, scenario: fiber.user.scenario,
      phase: fiber.user.phase, bin: bin(of: since))
  }

  private func bin(of time: Int) -> Int { (time - start) / 1_000_000_000 / plan.resultPlan.binSeconds }

  private func drop(_ connection: LoadConnection) {
    guard connections.indices.contains(connection.slot), connections[connection.slot] === connection else { return }
    connection.stream.close()
    connections[connection.slot] = nil
    freeSlots.append(connection.slot)
    openConnections -= 1
    let origin = connection.origin
    poolOpen[origin] -= 1
    guard poolLimit != nil else { return }
    pool[origin].removeAll { $0 === connection }
    if let next = waiting[origin].popFirst() { open(origin, next) }
  }

  private func sweep() {
    nextSweep = now + sweepInterval
    for connection in connections {
      if let connection, connection.fiber != nil, connection.expiresAt <= now { lose(connection, "ETIMEDOUT") }
    }
  }

  // MARK: Answers

  private func complete(_ connection: LoadConnection, keeps: Bool) {
    guard let fiber = connection.fiber, let step = fiber.step, let written = fiber.written else { return }
    let status = connection.reader.status
    let user = fiber.user
    lastAnswerAt = max(lastAnswerAt, now)
    if user.number >= 0 {
      let response = (now - fiber.due) / 1000
      figures.note(
        answer: status, endpoint: step.endpoint, scenario: user.scenario, phase: user.phase, bin: bin(of: fiber.due),
        response: response, service: (now - connection.sentAt) / 1000,
        firstByte: (connection.firstByteAt - fiber.due) / 1000)
      if let limit = plan.resultPlan.apdexMilliseconds {
        if Double(response) <= limit * 1000 {
          figures.satisfied += 1
        } else if Double(response) <= limit * 4000 {
          figures.tolerated += 1
        }
      }
    }
    fiber.due = now
    let section = connection.reader.fields
    let content = connection.reader.content
    let isCut = connection.reader.isCut
    connection.fiber = nil
    release(connection, user, keeps: keeps)
    guard !section.isEmpty || step.wantsFields || !step.request.expectations.isEmpty else {
      fiber.step = nil
      fiber.written = nil
      return advance(fiber)
    }
    let fields = AnswerFields(section)
    if let name = plan.instanceHeader, user.number >= 0 {
      figures.note(instance: fields[name].map { String($0.prefix(100)) } ?? "unnamed")
    }
    for cookie in fields.values("set-cookie") { user.jar.take(cookie, from: written.url) }
    if step.request.followsRedirects, [301, 302, 303, 307, 308].contains(status), let location = fields["location"] {
      return redirect(fiber, status, written, location)
    }
    let answer = Answer(
      status: status, fields: fields,
      content: isCut ? nil : Inflated.content(content, coding: fields["content-encoding"]))
    judge(answer, step, fiber)
  }

  private func release(_ connection: LoadConnection, _ user: LoadUser, keeps: Bool) {
    connection.isUsed = true
    guard keeps else { return drop(connection) }
    let origin = connection.origin
    if poolLimit != nil {
      if let next = waiting[origin].popFirst() {
        connection.fiber = next
        noteStart(next.user)
        transmit(connection)
      } else {
        pool[origin].append(connection)
      }
    } else {
      user.idle.append(connection)
    }
  }

  private func redirect(_ fiber: Fiber, _ status: Int, _ written: RequestWriter.Written, _ location: String) {
    guard let step = fiber.step else { return }
    fiber.redirects += 1
    guard fiber.redirects <= 10 else { return fail(fiber, "ERR_TOO_MANY_REDIRECTS") }
    let base = step.constant == nil || fiber.redirects > 1 ? written.url : plainURL(of: step, written)
    guard let url = base.resolving(location) else { return fail(fiber, "EURL") }
    let method = step.request.method
    let becomesGet = status == 303 && method != "HEAD" || (status < 303 && method == "POST")
    fiber.written = writer.redirected(
      RequestWriter.Written(url: base, bytes: written.bytes), method: becomesGet ? "GET" : method, to: url,
      keepsContent: !becomesGet, cookie: fiber.user.jar.field(for: url))
    fiber.attempts = 0
    connect(fiber)
  }

  /// A request that never varies is kept as bytes alone; its URL stands in its first line.
  private func plainURL(of step: FlowProgram.Step, _ written: RequestWriter.Written) -> LoadURL {
    let line = String(decoding: written.bytes.prefix { $0 != 13 }, as: UTF8.self).split(separator: " ")
    return LoadURL(origin: plan.base.origin, target: line.count > 1 ? String(line[1]) : "/")
  }

  /// Looks at an answer with the expectations and captures of its request.
  private func judge(_ answer: Answer, _ step: FlowProgram.Step, _ fiber: Fiber) {
    let user = fiber.user
    var failed = false
    for expectation in step.request.expectations {
      let holds = answer.meets(expectation, user)
      if user.number >= 0 {
        if holds { figures.expectationsMet += 1 } else { figures.expectationsFailed += 1 }
      }
      if !holds {
        // `match` ends the user by itself; `expect` where it is switched on.
        if case .jsonEquals = expectation { failed = true } else if plan.script.judgesExpectations { failed = true }
      }
    }
    if failed { return fail(fiber, "Failed expectations") }
    var found: [(VariablePlace, JSONValue)] = []
    for capture in step.captures {
      let value = answer.value(of: capture, user)
      let isMissing = value.map { $0 == .string("") || $0.isNull } ?? true
      if isMissing, capture.capture.isStrict ?? plan.script.http.isCaptureStrict {
        return fail(fiber, "Failed capture or match")
      }
      if let value { found.append((capture.capture.place, value)) }
    }
    for (place, value) in found { user.set(place.name, place.keeping(value, in: user.variable(place.name))) }
    fiber.step = nil
    fiber.written = nil
    advance(fiber)
  }
}

/// A queue of fibers.
struct Deque {
  private var items: [Fiber?] = []
  private var head = 0

  mutating func append(_ fiber: Fiber) { items.append(fiber) }

  mutating func popFirst() -> Fiber? {
    guard head < items.count else { return nil }
    let fiber = items[head]
    items[head] = nil
    head += 1
    if head == items.count {
      items.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 4096, head * 2 > items.count {
      items.removeFirst(head)
      head = 0
    }
    return fiber
  }
}

/// Fibers that go on at a moment, the earliest first.
struct TimerHeap {
  private var items: [(time: Int, fiber: Fiber)] = []

  var earliest: Int? { items.first?.time }

  mutating func push(_ fiber: Fiber, at time: Int) {
    items.append((time, fiber))
    var child = items.count - 1
    while child > 0, items[(child - 1) / 2].time > items[child].time {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop(until time: Int) -> Fiber? {
    guard let first = items.first, first.time <= time else { return nil }
    let last = items.removeLast()
    if !items.isEmpty {
      items[0] = last
      var parent = 0
      while true {
        var least = parent
        for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child].time < items[least].time
        {
          least = child
        }
        if least == parent { break }
        items.swapAt(parent, least)
        parent = least
      }
    }
    return first.fiber
  }
}
