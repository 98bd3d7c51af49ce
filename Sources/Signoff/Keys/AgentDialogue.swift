/// What is said to an SSH agent (draft-ietf-sshm-ssh-agent) to have it sign: messages in, messages out, no socket.
package enum AgentDialogue {
  /// The largest answer that is taken, in octets.
  package static let answerLimit = 256 * 1024

  /// The request for a signature by `key` over `message`, with its length in front.
  package static func request(_ message: [UInt8], by key: SSHPublicKey) -> [UInt8] {
    var body = SSHWriter()
    body.raw([13])
    body.string(key.blob)
    body.string(message)
    // An RSA key is asked for SHA-512; the agent's default is SHA-1.
    body.number(key.kind == "ssh-rsa" ? 4 : 0)
    var request = SSHWriter()
    request.string(body.octets)
    return request.octets
  }

  /// The signature in an answer, its length taken off; nil where the agent refused or said something else.
  package static func signature(in answer: [UInt8]) -> SSHKeySignature? {
    do throws(SSHWireFailure) {
      var reader = SSHReader(answer)
      guard try reader.octet() == 14 else { return nil }
      let blob = try reader.string()
      return reader.isAtEnd ? SSHKeySignature(blob: blob) : nil
    } catch {
      return nil
    }
  }
}
