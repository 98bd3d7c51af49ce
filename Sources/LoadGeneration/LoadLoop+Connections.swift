import CEpoll
import Glibc
import LoadScripts
import Transport

/// Connections and what passes over them.
extension LoadLoop {
  /// Writes a request and sends it on its way.
  func send(_ step: FlowProgram.Step, _ fiber: Fiber) {
    fiber.step = step
    fiber.redirects = 0
    fiber.attempts = 0
    let user = fiber.user
    for cookie in step.request.cookies {
      user.jar.set(cookie.name.text(from: user), cookie.value.text(from: user), for: plan.base)
    }
    if let constant = step.constant, user.jar.isEmpty {
      fiber.url = nil
      fiber.bytes = constant
    } else {
      do throws(RequestWriter.Failure) {
        let written = try writer.write(step.request, from: user) { user.jar.isEmpty ? nil : user.jar.field(for: $0) }
        fiber.url = written.url
        fiber.bytes = written.bytes
      } catch {
        noteStart(user, at: monotonicNow())
        noteUnanswered(fiber, since: fiber.due)
        return fail(fiber, error.name)
      }
    }
    connect(fiber)
  }

  /// Notes how late a user begins, with its first request.
  private func noteStart(_ user: LoadUser, at time: Int) {
    guard !user.hasStarted else { return }
    user.hasStarted = true
    figures.startError.record((time - user.intended) / 1000)
  }

  /// Finds or opens a connection for a request that is written.
  func connect(_ fiber: Fiber) {
    var origin = 0
    if let url = fiber.url {
      guard let place = plan.places.firstIndex(where: { $0.origin == url.origin }) else {
        noteStart(fiber.user, at: monotonicNow())
        noteUnanswered(fiber, since: fiber.due)
        return fail(fiber, "EHOSTNOTALLOWED")
      }
      origin = place
    }
    if let poolLimit {
      while let connection = pool[origin].popLast() {
        if isOpen(connection) { return transmit(connection, of: fiber) }
      }
      guard poolOpen[origin] < poolLimit else {
        waiting[origin].append(fiber)
        return
      }
    } else {
      while let place = fiber.user.idle.lastIndex(where: { $0.origin == origin }) {
        let connection = fiber.user.idle.remove(at: place)
        if isOpen(connection) { return transmit(connection, of: fiber) }
      }
    }
    open(origin, fiber)
  }

  /// A connection that waited may have been closed by the peer meanwhile.
  private func isOpen(_ connection: LoadConnection) -> Bool {
    connections.indices.contains(connection.slot) && connections[connection.slot] === connection
  }

  private func open(_ origin: Int, _ fiber: Fiber) {
    noteStart(fiber.user, at: monotonicNow())
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
    openingConnections += 1
    poolOpen[origin] += 1
    figures.connections += 1
    connection.fiber = fiber
    connection.beganAt = now
    connection.address = preferred[origin]
    connection.sentAt = 0
    connection.expiresAt = now + timeout
    connection.reader.begin(isHead: false, keepsContent: false, keepsFields: false)
    if receipt != nil { StampedReceipt.request(for: stream.descriptor) }
    connection.interest = EPOLLOUT.rawValue | EPOLLIN.rawValue
    if !readiness.add(stream.descriptor, slot: slot, for: connection.interest) {
      lose(connection, EventStream.name(of: errno))
    }
  }

  /// Sends the request of a fiber over a connection that is ready for it.
  func transmit(_ connection: LoadConnection, of fiber: Fiber) {
    guard let step = fiber.step else { return }
    connection.fiber = fiber
    connection.reader.begin(
      isHead: step.isHead, keepsContent: step.wantsContent,
      keepsFields: step.wantsFields || plan.instanceHeader != nil)
    connection.firstByteAt = 0
    connection.output = fiber.bytes
    connection.sent = 0
    if isGathering { lot.append(connection) } else { sendFirst(connection, of: fiber) }
  }

  /// Sends what was gathered, one right after the other: a server that has something to do need not be woken up again.
  func sendLot() {
    for connection in lot { if let fiber = connection.fiber { sendFirst(connection, of: fiber) } }
    lot.removeAll(keepingCapacity: true)
  }

  private func sendFirst(_ connection: LoadConnection, of fiber: Fiber) {
    now = monotonicNow()
    noteStart(fiber.user, at: now)
    connection.sentAt = now
    connection.expiresAt = now + timeout
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
    readiness.change(connection.stream.descriptor, slot: connection.slot, to: interest)
  }

  /// Goes on with the connection in `slot`, on which something has happened.
  func handle(_ slot: Int) {
    guard connections.indices.contains(slot), let connection = connections[slot] else { return }
    if !connection.isEstablished {
      switch connection.stream.establish() {
      case .moved:
        connection.isEstablished = true
        openingConnections -= 1
        figures.connectTime.record((monotonicNow() - connection.beganAt) / 1000)
        guard let fiber = connection.fiber else { return }
        return transmit(connection, of: fiber)
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
      let progress: EventStream.Progress
      var time = 0
      if let receipt {
        (progress, time) = receipt.receive(from: connection.stream.descriptor, into: buffer)
        // A wall clock that is set meanwhile must not let the answer come before the request.
        time = max(time, connection.sentAt)
      } else {
        progress = connection.stream.receive(into: buffer)
        time = monotonicNow()
      }
      switch progress {
      case .moved(let count):
        figures.bytesReceived += count
        guard connection.fiber != nil else { return drop(connection) }
        if connection.firstByteAt == 0 { connection.firstByteAt = time }
        connection.expiresAt = time + timeout
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        switch connection.reader.consume(bytes) {
        case .more: if count < buffer.count, !isSecure(connection) { return }
        case .complete(let used):
          // More than was asked for cannot be told from an answer to the next request.
          return complete(connection, at: time, keeps: connection.reader.keepsAlive && used == count)
        case .malformed(let reason): return lose(connection, "malformed answer: \(reason)")
        }
      case .wantsRead: return
      case .wantsWrite: return watch(connection, EPOLLIN.rawValue | EPOLLOUT.rawValue)
      case .ended:
        guard connection.fiber != nil else { return drop(connection) }
        if connection.firstByteAt != 0, connection.reader.end() == nil {
          return complete(connection, at: monotonicNow(), keeps: false)
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
    finishedAt = max(finishedAt, time)
    guard fiber.user.number >= 0, let step = fiber.step else { return }
    figures.note(
      unanswered: (time - since) / 1000, endpoint: step.endpoint, scenario: fiber.user.scenario,
      phase: fiber.user.phase, bin: bin(of: since))
  }

  /// Closes a connection.
  func drop(_ connection: LoadConnection) {
    guard connections.indices.contains(connection.slot), connections[connection.slot] === connection else { return }
    connection.stream.close()
    connections[connection.slot] = nil
    freeSlots.append(connection.slot)
    if !connection.isEstablished { openingConnections -= 1 }
    let origin = connection.origin
    poolOpen[origin] -= 1
    guard poolLimit != nil else { return }
    pool[origin].removeAll { $0 === connection }
    if let next = waiting[origin].popFirst() { open(origin, next) }
  }

  /// Gives up requests that took too long.
  func sweep() {
    nextSweep = now + sweepInterval
    for connection in connections {
      if let connection, connection.fiber != nil, connection.expiresAt <= now { lose(connection, "ETIMEDOUT") }
    }
  }
}
