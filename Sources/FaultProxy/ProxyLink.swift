import Glibc
import Transport

/// One direction of a link: what waits to be passed on, and when it may be.
struct ProxyFlow {
  private(set) var chunks: [(bytes: [UInt8], from: Int, releaseAt: Int)] = []
  private(set) var waiting = 0
  /// Whether the sender has said all it will say.
  var isEnded = false
  /// Whether the receiver was told so.
  var isShut = false

  /// The most that waits before the sender is no longer read from, in bytes.
  static let most = 256 << 10

  mutating func add(_ bytes: [UInt8], releaseAt: Int) {
    guard !bytes.isEmpty else { return }
    chunks.append((bytes, 0, max(releaseAt, chunks.last?.releaseAt ?? 0)))
    waiting += bytes.count
  }

  /// When the next chunk may leave; nil where none waits.
  var next: Int? { chunks.first?.releaseAt }

  /// When the last chunk may leave.
  var last: Int { chunks.last?.releaseAt ?? 0 }

  /// Sends what may leave. False where the receiver is gone.
  mutating func send(to descriptor: Int32, at now: Int) -> Bool {
    while let first = chunks.first, first.releaseAt <= now {
      let count = first.bytes.withUnsafeBytes { buffer in
        buffer.baseAddress.map {
          Glibc.send(descriptor, $0 + first.from, first.bytes.count - first.from, Int32(MSG_NOSIGNAL))
        } ?? 0
      }
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN
      }
      waiting -= count
      if first.from + count == first.bytes.count {
        chunks.removeFirst()
      } else {
        chunks[0].from += count
      }
    }
    return true
  }
}

/// A client's connection with the one to the server that belongs to it. Used by the proxy's thread only.
final class ProxyLink {
  let client: Int32
  /// Nil while nothing was passed on yet, and where the link is answered by the proxy itself.
  var server: EventStream?
  var isConnected = false
  var up = ProxyFlow()
  var down = ProxyFlow()
  var heads = RequestHeads()
  var cut: AnswerCut?
  /// When it was taken.
  let since: Int
  /// The places in the record of its requests that have no end yet.
  var unanswered: [Int] = []
  /// Everything that comes is thrown away from here on, until the client goes or so long.
  var drainsUntil: Int?
  /// Whether something of it was swallowed by a fault, so that it cannot go on as if nothing had been.
  var isSpoilt = false

  init(client: Int32, since: Int) {
    self.client = client
    self.since = since
  }
}
