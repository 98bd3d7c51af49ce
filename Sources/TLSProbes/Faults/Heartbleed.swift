import AuditModel
import Facts
import Probing
import Transport

/// Heartbleed (CVE-2014-0160): a server repeats as many bytes of a heartbeat as the heartbeat claims to have, whatever lies
/// behind those that it has (RFC 6520 section 4 demands to discard it).
///
/// One byte more is claimed than is sent, so that one byte of the server's memory comes where there is the fault; it is
/// counted and thrown away. A message that no server can take in this place follows at once: its refusal proves that the
/// server has gone past the heartbeat, so that silence is not taken for health.
struct Heartbleed: FaultProbe {
  let fault = "Heartbleed (CVE-2014-0160)"
  let descriptor = ProbeDescriptor.fault(
    "tls-heartbleed",
    summary: "whether heartbeats are answered with more than they had",
    traffic: "1 or 2 connections with one malformed heartbeat each",
    members: [
      Schema.Field(
        "heartbeats", .nullable(.boolean), required: true, "whether the server knows the extension (RFC 6520)"),
      Schema.Field(
        "bytesBeyond", .nullable(.integer(minimum: 0)), required: true,
        "how many bytes came beyond those sent; null without an answer to the heartbeat"),
    ])

  /// Bytes of the heartbeat sent.
  private static let sent = 16
  /// How long the heartbeat alone is waited for at the second try, in milliseconds.
  private static let patience = 1500

  static func look(_ scene: FaultScene) throws(TransportFailure) -> FaultSighting {
    var hello = scene.hello()
    hello.takesHeartbeats = true
    var last = OpenHandshake.Sound.silence
    var version: UInt16?
    var isKnown: Bool?
    for attempt in 0..<2 where attempt == 0 || last != .silence {
      switch try scene.begin(hello, isFirst: attempt == 0) {
      case .declined(let how):
        var sighting = scene.declined(
          "the server speaks TLS 1.3 alone, which no library with this fault can speak", how)
        sighting.members = ["heartbeats": nil, "bytesBeyond": nil]
        return sighting
      case .unclear(let reason):
        return FaultSighting(verdict: nil, reason: reason, members: ["heartbeats": nil, "bytesBeyond": nil])
      case .open(var handshake):
        defer { handshake.connection.close() }
        let deadline = scene.deadline.capped(milliseconds: FaultScene.longPatience)
        version = handshake.hello.version
        isKnown = handshake.hello.takesHeartbeats
        if attempt == 0 {
          _ = handshake.say(heartbeat(handshake) + outOfPlace(handshake), before: deadline)
        } else {
          // Who resets over both may have had its answer to the first lost with it.
          _ = handshake.say(heartbeat(handshake), before: deadline)
        }
        var hasFollowed = attempt == 0
        hearing: for _ in 0..<32 {
          let sound = handshake.hear(before: hasFollowed ? deadline : deadline.capped(milliseconds: patience))
          if case .record(24, let content) = sound {
            guard let beyond = bytesBeyond(content) else { continue }
            return FaultSighting(
              verdict: beyond > 0 ? .vulnerable : .notVulnerable,
              reason: beyond > 0
                ? "the server answers \(sent) bytes that claim to be \(sent + 1) with \(sent + 1)"
                : "the server answers a malformed heartbeat, without any byte that was not sent",
              version: version, members: ["heartbeats": JSONValue(isKnown), "bytesBeyond": .integer(beyond)])
          }
          if sound == .silence, !hasFollowed {
            hasFollowed = true
            if handshake.say(outOfPlace(handshake), before: deadline) { continue }
          }
          last = sound
          switch sound {
          case .record(21, let content) where content.first == 1 && content.count == 2 && content[1] != 0: continue
          case .record(21, _), .ended:
            return FaultSighting(
              verdict: .notVulnerable,
              reason: "the server passes over the heartbeat and \(sound.words) to what comes behind it",
              version: version, members: ["heartbeats": JSONValue(isKnown), "bytesBeyond": nil])
          default: break hearing
          }
        }
      }
    }
    return FaultSighting(
      verdict: nil, reason: "the server \(last.words), which does not tell what it made of the heartbeat",
      version: version, members: ["heartbeats": JSONValue(isKnown), "bytesBeyond": nil])
  }

  /// A request with one byte less than it says, and none of the padding that it must have.
  private static func heartbeat(_ handshake: OpenHandshake) -> [UInt8] {
    var content: [UInt8] = [1]
    content.append(sent + 1, width: 2)
    return handshake.record(24, content + Array(repeating: 0x5A, count: sent))
  }

  /// A Finished ahead of any keys.
  private static func outOfPlace(_ handshake: OpenHandshake) -> [UInt8] {
    handshake.record(22, [20, 0, 0, 12] + Array(repeating: 0, count: 12))
  }

  /// How many bytes of an answer's payload are not those sent; nil for what is no answer.
  private static func bytesBeyond(_ content: [UInt8]) -> Int? {
    var reader = ByteReader(content)
    guard reader.byte() == 2, let payload = reader.vector(2) else { return nil }
    return max(0, payload.count - sent)
  }
}
