import Definitions
import Glibc
package import Probing
import Synchronization
package import Transport

/// Answers requests on a port: straight-line code on a bounded number of threads, every wait with its deadline.
package final class WebServer: Sendable {
  /// Connections served side by side; more wait in the kernel's queue.
  private static let mostConnections = 64
  /// Of these, at most so many from one address elsewhere, so that no one client keeps out the others.
  private static let mostFromOne = 48
  /// How long a client may take for the head of a request, and for taking in the answer, in milliseconds.
  private static let patience = 10_000
  /// How long a connection may lie idle, in milliseconds.
  private static let idle = 5000
  /// Requests over one connection.
  private static let mostRequests = 1000

  private let listener: Listener
  private let identity: ReloadedIdentity?
  private let site: Site
  private let acceptLane = BlockingLane(width: 1)
  private let lane = BlockingLane(width: WebServer.mostConnections)
  private let active = Mutex<[String: Int]>([:])

  /// The port it answers on.
  package var port: Int { listener.port }

  /// Listens where the definition says. Throws where the port or the certificate cannot be had.
  package init(_ site: Site) throws(TransportFailure) {
    let definition = site.definition
    identity = try definition.tls.map { tls throws(TransportFailure) in
      try ReloadedIdentity(certificateFile: tls.certificate, keyFile: tls.key)
    }
    listener = try Listener(address: definition.address, port: definition.port)
    self.site = site
  }

  /// Answers until called off, then lets the requests that are being answered come to their end.
  package func run(until cancellation: Cancellation) async {
    await withDiscardingTaskGroup { group in
      while !cancellation.isCalled {
        guard hasRoom else {
          try? await Task.sleep(for: .milliseconds(5))
          continue
        }
        let listener = listener
        let connection = await acceptLane.run {
          listener.accept(before: Deadline(milliseconds: 1000, cancellation: cancellation))
        }
        guard let connection else { continue }
        guard admit(connection.peer ?? "") else {
          site.counters.countTurnedAway()
          connection.close()
          continue
        }
        group.addTask {
          await self.lane.run { self.serve(connection, cancellation) }
          self.dismiss(connection.peer ?? "")
        }
      }
    }
  }

  private var hasRoom: Bool { active.withLock { $0.values.reduce(0, +) } < Self.mostConnections }

  private func admit(_ peer: String) -> Bool {
    active.withLock { active in
      guard Access.isLoopback(peer) || active[peer, default: 0] < Self.mostFromOne else { return false }
      active[peer, default: 0] += 1
      return true
    }
  }

  private func dismiss(_ peer: String) {
    active.withLock { active in
      active[peer] = active[peer].flatMap { $0 > 1 ? $0 - 1 : nil }
    }
  }

  // MARK: One connection

  private func serve(_ connection: ServedConnection, _ cancellation: Cancellation) {
    defer { connection.close() }
    if let identity {
      do throws(TransportFailure) {
        try connection.startTLS(identity.current, before: Deadline(milliseconds: Self.patience))
      } catch { return }
    }
    var received: [UInt8] = []
    for _ in 0..<Self.mostRequests {
      guard let head = head(of: connection, &received, cancellation) else { return }
      let request: Request
      switch head {
      case .failure(let malformed):
        answer(.problem(malformed.status, malformed.reason), isHead: false, keepsAlive: false, connection)
        return
      case .success(let read): request = read
      }
      let response = site.response(to: request, from: connection.peer)
      let keepsAlive = request.keepsAlive && !cancellation.isCalled
      guard answer(response, isHead: request.method == "HEAD", keepsAlive: keepsAlive, connection), keepsAlive else {
        return
      }
    }
  }

  @discardableResult
  private func answer(
    _ response: Response, isHead: Bool, keepsAlive: Bool, _ connection: ServedConnection
  ) -> Bool {
    site.counters.count(answer: response.status)
    let bytes = response.bytes(isHead: isHead, keepsAlive: keepsAlive, isEncrypted: identity != nil)
    do throws(TransportFailure) {
      try connection.write(bytes, before: Deadline(milliseconds: Self.patience))
      return true
    } catch { return false }
  }

  /// The next request; nil where the client is done, or says nothing.
  private func head(
    of connection: ServedConnection, _ received: inout [UInt8], _ cancellation: Cancellation
  ) -> Result<Request, Request.Malformed>? {
    // Waiting for a request to begin may be called off; one that has begun is answered.
    var deadline = Deadline(milliseconds: Self.idle, cancellation: cancellation)
    var hasBegun = !received.isEmpty
    if hasBegun { deadline = Deadline(milliseconds: Self.patience) }
    while true {
      if let end = received.firstRange(of: [13, 10, 13, 10]) {
        let head = Array(received[..<end.lowerBound])
        received.removeSubrange(..<end.upperBound)
        return Result { () throws(Request.Malformed) in try Request(head: head) }
      }
      guard received.count <= Request.longestHead else {
        return .failure(Request.Malformed(status: 431, reason: "the head is longer than 16 KiB"))
      }
      do throws(TransportFailure) {
        let bytes = try connection.read(upTo: 8192, before: deadline)
        if bytes.isEmpty { return nil }
        // Empty lines before a request are passed over (RFC 9112 section 2.2).
        received += received.isEmpty ? Array(bytes.drop { $0 == 13 || $0 == 10 }) : bytes
        if !hasBegun, !received.isEmpty {
          hasBegun = true
          deadline = Deadline(milliseconds: Self.patience)
        }
      } catch {
        guard case .timedOut = error, hasBegun else { return nil }
        return .failure(Request.Malformed(status: 408, reason: "the request did not come to its end"))
      }
    }
  }
}

/// A certificate that is read anew once its files change: a service outlives them.
private final class ReloadedIdentity: Sendable {
  private struct State {
    var identity: ServerIdentity
    var stamp: [Int]
  }

  private let certificateFile: String
  private let keyFile: String
  private let state: Mutex<State>

  init(certificateFile: String, keyFile: String) throws(TransportFailure) {
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    let stamp = Self.stamp([certificateFile, keyFile])
    state = Mutex(
      State(
        identity: try ServerIdentity(certificateFile: certificateFile, keyFile: keyFile), stamp: stamp))
  }

  /// The newest that could be read: half a renewal leaves the old one standing.
  var current: ServerIdentity {
    state.withLock { state in
      let stamp = Self.stamp([certificateFile, keyFile])
      if stamp != state.stamp,
        let renewed = try? ServerIdentity(certificateFile: certificateFile, keyFile: keyFile)
      {
        state = State(identity: renewed, stamp: stamp)
      }
      return state.identity
    }
  }

  private static func stamp(_ files: [String]) -> [Int] {
    files.flatMap { file in
      var status = stat()
      guard stat(file, &status) == 0 else { return [0, 0, 0] }
      return [Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec), Int(truncatingIfNeeded: status.st_ino)]
    }
  }
}
