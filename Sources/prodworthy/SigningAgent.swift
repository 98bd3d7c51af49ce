import Glibc
import Signoff

/// The SSH agent that keeps a person's keys, asked over its socket.
struct SigningAgent {
  private let path: String

  /// The agent that `SSH_AUTH_SOCK` names; nil where there is none.
  init?(environment: [String: String]) {
    guard let path = environment["SSH_AUTH_SOCK"], !path.isEmpty else { return nil }
    self.path = path
  }

  /// Seconds after which an agent that does not answer is given up. A person may have to touch a token first.
  private static let patience = 60

  /// The signature over `message` by `key`. Throws `Failure` (69 where the agent does not answer or does not sign).
  func signature(over message: [UInt8], by key: SSHPublicKey) throws(Failure) -> SSHKeySignature {
    let descriptor = try connected()
    defer { close(descriptor) }
    let request = AgentDialogue.request(message, by: key)
    var sent = 0
    while sent < request.count {
      let count = request.withUnsafeBytes { send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, 0) }
      if count > 0 { sent += count } else if errno != EINTR { throw silent }
    }
    let length = try bytes(4, from: descriptor).reduce(0) { $0 << 8 | Int($1) }
    guard length <= AgentDialogue.answerLimit else { throw silent }
    guard let signature = AgentDialogue.signature(in: try bytes(length, from: descriptor)) else {
      throw Failure(.unavailable, "the SSH agent does not sign with \(key.fingerprint): load the key with ssh-add")
    }
    return signature
  }

  private var silent: Failure { Failure(.unavailable, "the SSH agent at \(path) does not answer") }

  private func connected() throws(Failure) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { throw silent }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw silent }
    var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard status == 0 else {
      close(descriptor)
      throw silent
    }
    return descriptor
  }

  private func bytes(_ count: Int, from descriptor: Int32) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var received = 0
    while received < count {
      let more = bytes.withUnsafeMutableBytes {
        recv(descriptor, $0.baseAddress?.advanced(by: received), count - received, 0)
      }
      if more > 0 { received += more } else if more == 0 || errno != EINTR { throw silent }
    }
    return bytes
  }
}
