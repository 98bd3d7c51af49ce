import CEpoll
import Glibc
import Transport

/// Reads from sockets, with the moment at which the kernel had the bytes: an answer is then timed by its arrival, however
/// much later it is read. Confined to a thread.
final class StampedReceipt {
  private let message = UnsafeMutablePointer<msghdr>.allocate(capacity: 1)
  private let place = UnsafeMutablePointer<iovec>.allocate(capacity: 1)
  private let control = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 16)
  /// What the wall clock, which stamps, is ahead of the monotonic one, in nanoseconds.
  private var ahead = 0
  private var present = 0

  /// `SO_TIMESTAMPNS` and the type of what it brings, in <asm-generic/socket.h>: a `timespec`.
  private static let option: Int32 = 35
  /// Where the content of the first control message begins, behind its length, level and type.
  private static let header = MemoryLayout<Int>.size + 2 * MemoryLayout<Int32>.size

  init() {
    message.initialize(to: msghdr())
    place.initialize(to: iovec())
  }

  deinit {
    message.deallocate()
    place.deallocate()
    control.deallocate()
  }

  /// Has the kernel note when bytes arrive at a socket; where it does not, they are timed when they are read.
  static func request(for socket: Int32) {
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, option, &yes, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Sets one clock against the other; `now` is the moment on the monotonic clock.
  func align(to now: Int) {
    var wall = timespec()
    clock_gettime(CLOCK_REALTIME, &wall)
    ahead = wall.tv_sec &* 1_000_000_000 &+ wall.tv_nsec &- now
    present = now
  }

  /// Takes what has arrived, and when the last of it did, on the monotonic clock.
  func receive(
    from socket: Int32, into buffer: UnsafeMutableRawBufferPointer
  ) -> (progress: EventStream.Progress, arrived: Int) {
    while true {
      place.pointee.iov_base = buffer.baseAddress
      place.pointee.iov_len = buffer.count
      message.pointee.msg_iov = place
      message.pointee.msg_iovlen = 1
      message.pointee.msg_control = control.baseAddress
      message.pointee.msg_controllen = control.count
      guard let progress = EventStream.progress(ofReceiving: recvmsg(socket, message, 0)) else { continue }
      if case .moved = progress { return (progress, arrival()) }
      return (progress, present)
    }
  }

  private func arrival() -> Int {
    guard message.pointee.msg_controllen >= Self.header + MemoryLayout<timespec>.size,
      control.load(fromByteOffset: Self.header - 8, as: Int32.self) == SOL_SOCKET,
      control.load(fromByteOffset: Self.header - 4, as: Int32.self) == Self.option
    else { return monotonicNow() }
    let stamp = control.load(fromByteOffset: Self.header, as: timespec.self)
    let moment = stamp.tv_sec &* 1_000_000_000 &+ stamp.tv_nsec &- ahead
    // More may have come since the clocks were set; that is not to lie ahead, should the wall clock have jumped.
    return moment <= present ? moment : min(moment, monotonicNow())
  }
}
