import Glibc
import Synchronization
import Transport

/// The thread of a proxy: one loop over all its connections. What is not behind a lock is used by that thread only.
final class ProxyLoop: @unchecked Sendable {
  let state = Mutex(FaultProxy.State())
  private let place: Endpoint
  private let forward: SocketAddress
  private let wakeReader: Int32
  private let wakeWriter: Int32
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private let finished = Mutex(true)
  private var listener: ProxySocket?
  private let port: Int
  private var links: [ProxyLink] = []
  private var fault = Fault.none

  /// Connections at once; further ones wait in the kernel.
  private static let mostLinks = 500
  /// How long a connection is taken before it is reset where nothing is said on it, in milliseconds.
  private static let resetPatience = 50
  /// How long an answered client may take to go, in milliseconds.
  private static let drainPatience = 1000

  init?(listener: ProxySocket, place: Endpoint, forward: SocketAddress) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (wakeReader, wakeWriter) = (ends[0], ends[1])
    self.listener = listener
    port = listener.port
    self.place = place
    self.forward = forward
    began = clock.now
  }

  deinit {
    close(wakeReader)
    close(wakeWriter)
    if let listener { close(listener.descriptor) }
  }

  /// Milliseconds since the proxy began.
  var now: Int {
    let (seconds, attoseconds) = (clock.now - began).components
    return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
  }

  func wake() {
    var byte: UInt8 = 1
    _ = write(wakeWriter, &byte, 1)
  }

  func waitForEnd() {
    while !finished.withLock({ $0 }) { usleep(1000) }
  }

  func start() -> Bool {
    finished.withLock { $0 = false }
    var thread = pthread_t()
    let body = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let loop = Unmanaged<ProxyLoop>.fromOpaque(argument).takeRetainedValue()
        loop.run()
        loop.finished.withLock { $0 = true }
        return nil
      }, body.toOpaque())
    guard status == 0 else {
      body.release()
      finished.withLock { $0 = true }
      return false
    }
    pthread_detach(thread)
    return true
  }

  // MARK: The loop

  private func run() {
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    while true {
      let (wanted, isOver) = state.withLock { ($0.fault, $0.isOver) }
      if isOver { break }
      if wanted != fault { change(to: wanted) }
      if listener == nil, fault != .refuse { reopen() }
      turn()
    }
    for link in links { end(link, byReset: false) }
    links = []
    if let listener { close(listener.descriptor) }
    listener = nil
  }

  private func change(to wanted: Fault) {
    fault = wanted
    switch wanted {
    case .refuse:
      if let listener { close(listener.descriptor) }
      listener = nil
      for link in links { end(link, byReset: true) }
      links = []
    case .reset:
      for link in links { end(link, byReset: true) }
      links = []
    default:
      // What was swallowed before cannot go on as if nothing had been.
      for link in links where link.isSpoilt { end(link, byReset: true) }
      links.removeAll(where: \.isSpoilt)
    }
  }

  private func reopen() {
    // Somebody else may hold the port for a moment.
    listener = try? ProxySocket.listening(on: Endpoint(host: place.host, port: port))
  }

  private func turn() {
    let now = self.now
    var entries = [pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0)]
    let takesMore = links.count < Self.mostLinks
    if let listener, takesMore { entries.append(pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0)) }
    var next = now + (listener == nil && fault != .refuse ? 20 : 1000)
    let firstLink = entries.count
    for link in links {
      var client: Int32 = 0
      var server: Int32 = 0
      if !link.up.isEnded, link.up.waiting < ProxyFlow.most { client |= POLLIN }
      if let time = link.down.next { if time <= now { client |= POLLOUT } else { next = min(next, time) } }
      if link.server != nil {
        if !link.isConnected {
          server |= POLLOUT
        } else {
          if !link.down.isEnded, link.down.waiting < ProxyFlow.most, fault != .blackhole { server |= POLLIN }
          if link.up.next != nil, fault != .blackhole { server |= POLLOUT }
        }
      }
      if fault == .reset { next = min(next, link.since + Self.resetPatience) }
      if let time = link.drainsUntil { next = min(next, time) }
      entries.append(pollfd(fd: client == 0 ? -1 : link.client, events: Int16(client), revents: 0))
      entries.append(pollfd(fd: server == 0 ? -1 : link.server?.descriptor ?? -1, events: Int16(server), revents: 0))
    }
    _ = poll(&entries, nfds_t(entries.count), Int32(max(0, min(1000, next - now))))
    if entries[0].revents != 0 {
      var bytes = [UInt8](repeating: 0, count: 64)
      while read(wakeReader, &bytes, bytes.count) > 0 {}
      // What was asked for comes before anything else passes.
      return
    }
    var gone: Set<ObjectIdentifier> = []
    for (index, link) in links.enumerated() {
      let client = entries[firstLink + 2 * index].revents
      let server = entries[firstLink + 2 * index + 1].revents
      if !serve(link, client: client != 0, server: server != 0) { gone.insert(ObjectIdentifier(link)) }
    }
    if !gone.isEmpty { links.removeAll { gone.contains(ObjectIdentifier($0)) } }
    if firstLink == 2, entries[1].revents != 0 { takeClients() }
  }

  private func takeClients() {
    guard let listener else { return }
    while links.count < Self.mostLinks {
      let client = accept(listener.descriptor, nil, nil)
      guard client >= 0 else {
        if errno == EMFILE || errno == ENFILE { usleep(10_000) }
        return
      }
      _ = fcntl(client, F_SETFD, FD_CLOEXEC)
      _ = fcntl(client, F_SETFL, O_NONBLOCK)
      var yes: Int32 = 1
      setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
      let now = self.now
      state.withLock { state in
        state.record.connectionCount += 1
        if state.record.connections.count < ProxyRecord.most { state.record.connections.append(now) }
      }
      let link = ProxyLink(client: client, since: now)
      links.append(link)
      if fault != .reset, fault != .blackhole { connect(link) }
    }
  }

  private func connect(_ link: ProxyLink) {
    link.server = try? EventStream(to: forward, tls: nil, name: "")
    if link.server == nil { link.down.isEnded = true }
  }

  /// Goes on with one link. False where it is over.
  private func serve(_ link: ProxyLink, client: Bool, server: Bool) -> Bool {
    let now = self.now
    if client, !link.up.isEnded, link.up.waiting < ProxyFlow.most, !readClient(link, at: now) { return false }
    if let time = link.drainsUntil {
      if !link.down.send(to: link.client, at: now) || link.up.isEnded || now >= time {
        end(link, byReset: false)
        return false
      }
      return true
    }
    if fault == .reset, !link.heads.isBetweenRequests || link.isSpoilt || now - link.since >= Self.resetPatience {
      end(link, byReset: true)
      return false
    }
    if fault == .reset || fault == .blackhole {
      link.isSpoilt = link.isSpoilt || link.up.next != nil
      if link.up.isEnded {
        end(link, byReset: false)
        return false
      }
      return true
    }
    if link.server == nil, !link.down.isEnded { connect(link) }
    if let stream = link.server {
      if !link.isConnected, server {
        switch stream.establish() {
        case .moved: link.isConnected = true
        case .wantsRead, .wantsWrite: break
        case .ended, .failed:
          end(link, byReset: true)
          return false
        }
      }
      if link.isConnected {
        if server, !link.down.isEnded, !readServer(link, stream, at: now) { return false }
        guard link.up.send(to: stream.descriptor, at: now) else {
          end(link, byReset: true)
          return false
        }
        if link.up.isEnded, link.up.next == nil, !link.up.isShut {
          shutdown(stream.descriptor, Int32(SHUT_WR))
          link.up.isShut = true
        }
      }
    }
    if link.down.next.map({ $0 <= now }) == true {
      note(link, .answered, at: now)
      guard link.down.send(to: link.client, at: now) else {
        end(link, byReset: false)
        return false
      }
    }
    if link.down.isEnded, link.down.next == nil {
      end(link, byReset: false)
      return false
    }
    return true
  }

  /// False where the link is over.
  private func readClient(_ link: ProxyLink, at now: Int) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = recv(link.client, &buffer, buffer.count, 0)
    if count < 0 {
      if errno == EAGAIN || errno == EINTR { return true }
      note(link, .givenUp, at: now)
      end(link, byReset: false)
      return false
    }
    if count == 0 {
      link.up.isEnded = true
      // A client that is half closed still reads; one with a request open that leaves has given it up, for all that it says.
      if fault != .none { note(link, .givenUp, at: now) }
      return true
    }
    if link.drainsUntil != nil { return true }
    for part in link.heads.parts(of: Array(buffer[..<count])) {
      switch part {
      case .other(let bytes): link.up.add(bytes, releaseAt: now)
      case .head(let bytes, let method, let path):
        noteRequest(link, method, path, at: now)
        if case .errors = fault, takesError(ProxyRecord.Call(method: method, path: path)) {
          answerWithError(link, at: now)
          return true
        }
        link.cut = nil
        link.up.add(bytes, releaseAt: now)
      }
    }
    return true
  }

  private func takesError(_ call: ProxyRecord.Call) -> Bool {
    state.withLock { state in
      guard state.errorsLeft > 0, !state.spared.contains(call) else { return false }
      state.errorsLeft -= 1
      return true
    }
  }

  private func answerWithError(_ link: ProxyLink, at now: Int) {
    let text = "this request was made to fail\n"
    let answer =
      "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n"
      + "Connection: close\r\n\r\n\(text)"
    link.down.add(Array(answer.utf8), releaseAt: now)
    link.drainsUntil = now + Self.drainPatience
    note(link, .answered, at: now)
    link.server?.close()
    link.server = nil
    // The client may wait for the end of the connection.
    if link.down.send(to: link.client, at: now) { shutdown(link.client, Int32(SHUT_WR)) }
  }

  /// False where the link is over.
  private func readServer(_ link: ProxyLink, _ stream: EventStream, at now: Int) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let size: Int
    switch buffer.withUnsafeMutableBytes({ stream.receive(into: $0) }) {
    case .moved(let count): size = count
    case .wantsRead, .wantsWrite: return true
    case .ended:
      link.down.isEnded = true
      return true
    case .failed:
      end(link, byReset: true)
      return false
    }
    let bytes = Array(buffer[..<size])
    switch fault {
    case .delay(let milliseconds): link.down.add(bytes, releaseAt: now + max(0, milliseconds))
    case .throttle(let rate):
      let rate = max(1, rate)
      var rest = bytes[...]
      // A twentieth of a second's worth at a time.
      let step = max(1, rate / 20)
      while !rest.isEmpty {
        let part = Array(rest.prefix(step))
        rest = rest.dropFirst(part.count)
        let begin = max(now, link.down.next == nil ? now : link.down.last)
        link.down.add(part, releaseAt: begin + part.count * 1000 / rate)
      }
    case .cut:
      var cut = link.cut ?? AnswerCut()
      let (passing, isOver) = cut.passing(bytes)
      link.cut = cut
      link.down.add(passing, releaseAt: now)
      if isOver { link.down.isEnded = true }
    default: link.down.add(bytes, releaseAt: now)
    }
    return true
  }

  // MARK: The record

  private func noteRequest(_ link: ProxyLink, _ method: String, _ path: String, at now: Int) {
    let place = state.withLock { state -> Int? in
      state.record.requestCount += 1
      guard state.record.requests.count < ProxyRecord.most else { return nil }
      state.record.requests.append(ProxyRecord.Request(at: now, method: method, path: path))
      return state.record.requests.count - 1
    }
    if let place { link.unanswered.append(place) }
  }

  /// Notes the end of the oldest open request, or of all of them where the link is over with it.
  private func note(_ link: ProxyLink, _ end: ProxyRecord.Request.End, at now: Int) {
    guard !link.unanswered.isEmpty else { return }
    let places = end == .answered ? [link.unanswered.removeFirst()] : link.unanswered
    if end != .answered { link.unanswered = [] }
    state.withLock { state in
      for place in places where state.record.requests.indices.contains(place) {
        state.record.requests[place].end = end
        state.record.requests[place].endedAt = now
      }
    }
  }

  private func end(_ link: ProxyLink, byReset: Bool) {
    note(link, .broken, at: now)
    link.server?.close()
    link.server = nil
    if byReset { ProxySocket.reset(link.client) } else { close(link.client) }
  }
}
