import Glibc
import Probing

/// A receiver of webhooks on loopback that waits for one word. Blocks: only on a lane.
struct DrillReceiver: ~Copyable {
  /// The most that is read of one request, in bytes.
  private static let most = 1 << 20

  private let listener: Int32

  /// Listens on `port` of 127.0.0.1; nil where that cannot be had.
  init?(port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0, let number = UInt16(exactly: port) else { return nil }
    var reuse: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    let isListening = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && listen(descriptor, 16) == 0
      }
    }
    guard isListening else {
      close(descriptor)
      return nil
    }
    listener = descriptor
  }

  deinit { close(listener) }

  /// Waits until a request that holds `word` has come and was answered; says whether one did before the deadline. Every
  /// other request is answered too: it may be somebody's real alert, and must not be sent again and again.
  func waits(for word: String, before deadline: Deadline, traffic: TrafficMeter) -> Bool {
    let wanted = Array(word.utf8)
    while case .ready = deadline.wait(for: Int32(POLLIN), on: listener) {
      let peer = accept(listener, nil, nil)
      guard peer >= 0 else { continue }
      defer { close(peer) }
      _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
      _ = fcntl(peer, F_SETFL, O_NONBLOCK)
      let request = Self.request(from: peer, before: deadline.capped(milliseconds: 5000))
      let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
      let sent = send(peer, answer, answer.count, Int32(MSG_NOSIGNAL))
      traffic.add(bytesSent: max(0, sent), bytesReceived: request.count)
      if Self.contains(wanted, in: request) { return true }
    }
    return false
  }

  /// Head and content of one request, as far as they come.
  private static func request(from peer: Int32, before deadline: Deadline) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while bytes.count < most, case .ready = deadline.wait(for: Int32(POLLIN), on: peer) {
      let count = recv(peer, &buffer, buffer.count, 0)
      if count <= 0 { break }
      bytes += buffer.prefix(count)
      if isComplete(bytes) { break }
    }
    return bytes
  }

  /// Whether the content is as long as its head says, or has come to the end of its chunks.
  private static func isComplete(_ bytes: [UInt8]) -> Bool {
    let end = Array("\r\n\r\n".utf8)
    guard let headEnd = position(of: end, in: bytes) else { return false }
    let head = String(decoding: bytes[..<headEnd], as: UTF8.self).lowercased()
    let lines = head.split(whereSeparator: \.isNewline)
    if lines.contains(where: { $0.hasPrefix("transfer-encoding:") && $0.contains("chunked") }) {
      return bytes.suffix(5).elementsEqual("0\r\n\r\n".utf8)
    }
    let length = lines.first { $0.hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).filter { $0 != " " }) }
    return bytes.count - headEnd - end.count >= length ?? 0
  }

  private static func position(of part: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= part.count, !part.isEmpty else { return nil }
    return (0...(bytes.count - part.count)).first { start in
      bytes[start] == part[0] && bytes[start..<(start + part.count)].elementsEqual(part)
    }
  }

  private static func contains(_ part: [UInt8], in bytes: [UInt8]) -> Bool { position(of: part, in: bytes) != nil }
}
