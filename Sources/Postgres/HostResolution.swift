import Glibc
import Probing
import Synchronization

/// Name resolution under a deadline, because libpq's own blocks.
enum HostResolution {
  /// More addresses than this are not tried.
  private static let mostAddresses = 8

  /// The literal addresses of `host` in the system's order of preference. Blocks: only on a lane.
  static func addresses(of host: String, before deadline: Deadline) throws(PostgresFailure) -> [String] {
    if case .addresses(let literal) = look(up: host, flags: AI_NUMERICHOST) { return literal }
    guard let answer = PendingAnswer() else { throw .resolutionFailed("no pipe for name resolution") }
    let isRunning = DetachedThread.start { answer.give(look(up: host, flags: 0)) }
    guard isRunning else { throw .resolutionFailed("no thread for name resolution") }
    switch deadline.wait(for: Int32(POLLIN), on: answer.descriptor) {
    case .timedOut: throw .timedOut(phase: "resolving \(host)")
    case .cancelled: throw .cancelled
    case .ready: break
    }
    switch answer.given {
    case .addresses(let addresses): return addresses
    case .noSuchHost: throw .noSuchHost(host)
    case .failed(let reason): throw .resolutionFailed("resolving \(host): \(reason)")
    case nil: throw .resolutionFailed("resolving \(host): no answer")
    }
  }

  private enum Answer: Sendable {
    case addresses([String])
    case noSuchHost
    case failed(String)
  }

  private static func look(up host: String, flags: Int32) -> Answer {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = flags
    var first: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &first)
    guard status == 0 else {
      // glibc's EAI_NODATA, the name without an address, is not in its public headers by default.
      return status == EAI_NONAME || status == -5 ? .noSuchHost : .failed(String(cString: gai_strerror(status)))
    }
    defer { freeaddrinfo(first) }
    var addresses: [String] = []
    var next = first
    while let entry = next, addresses.count < mostAddresses {
      next = entry.pointee.ai_next
      var text = [UInt8](repeating: 0, count: Int(NI_MAXHOST))
      let named = text.withUnsafeMutableBytes { buffer in
        getnameinfo(
          entry.pointee.ai_addr, entry.pointee.ai_addrlen, buffer.bindMemory(to: CChar.self).baseAddress,
          socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
      }
      if named == 0 { addresses.append(String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)) }
    }
    return addresses.isEmpty ? .noSuchHost : .addresses(addresses)
  }

  /// An answer that may come too late: the pipe lives until both sides have let go of it.
  private final class PendingAnswer: Sendable {
    private let answer = Mutex<Answer?>(nil)
    /// Readable once the answer is there.
    let descriptor: Int32
    private let writing: Int32

    init?() {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { return nil }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      (descriptor, writing) = (ends[0], ends[1])
    }

    deinit {
      close(descriptor)
      close(writing)
    }

    var given: Answer? { answer.withLock { $0 } }

    func give(_ found: Answer) {
      answer.withLock { $0 = found }
      var byte: UInt8 = 1
      write(writing, &byte, 1)
    }
  }
}
