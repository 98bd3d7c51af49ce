import AuditModel
import Probing
import Transport

/// CCS injection (CVE-2014-0224): a server changes to encryption before there is a secret, and then encrypts under keys that
/// everybody can compute.
///
/// ChangeCipherSpec is sent where ClientKeyExchange is due. Who refuses it does so at once. Who says nothing gets a record
/// more: the complaint that it cannot be decrypted gives away that the server has changed keys.
struct EarlyKeyChange: FaultProbe {
  let fault = "CCS injection (CVE-2014-0224)"
  let descriptor = ProbeDescriptor.fault(
    "tls-ccs-injection",
    summary: "whether keys are changed before there is a secret",
    traffic: "1 or 2 connections with one ChangeCipherSpec out of place each")

  /// How long the refusal may take, in milliseconds.
  private static let patience = 1500
  /// bad_record_mac and decryption_failed (RFC 5246 section 7.2.2): only who decrypts can say so.
  private static let alertsOfDecryption: Set<UInt8> = [20, 21]

  static func look(_ scene: FaultScene) throws(TransportFailure) -> FaultSighting {
    var last = OpenHandshake.Sound.silence
    var version: UInt16?
    for attempt in 0..<2 {
      switch try scene.begin(scene.hello(), isFirst: attempt == 0) {
      case .declined(let how):
        return scene.declined("the server speaks TLS 1.3 alone, in which this message means nothing", how)
      case .unclear(let reason): return FaultSighting(verdict: nil, reason: reason)
      case .open(var handshake):
        defer { handshake.connection.close() }
        version = handshake.hello.version
        let deadline = scene.deadline.capped(milliseconds: FaultScene.patience)
        _ = handshake.say(handshake.record(20, [1]), before: deadline)
        let first = handshake.hearEnd(before: deadline.capped(milliseconds: patience))
        if let sighting = refusal(first, version) { return sighting }
        last = first
        guard first == .silence,
          // 64 bytes fit every cipher's blocks.
          handshake.say(handshake.record(22, Array(repeating: 0, count: 64)), before: deadline)
        else { continue }
        let second = handshake.hearEnd(before: deadline)
        last = second
        if let alert = second.alert {
          let isDecrypting = alertsOfDecryption.contains(alert)
          return FaultSighting(
            verdict: isDecrypting ? .vulnerable : .notVulnerable,
            reason: isDecrypting
              ? "the server takes the change of keys and tries to decrypt what follows it: alert \(alert)"
              : "the server reads what follows the change of keys in the open: alert \(alert)",
            version: version)
        }
      }
    }
    return FaultSighting(
      verdict: nil, reason: "the server \(last.words), which does not tell whether it changed keys", version: version)
  }

  private static func refusal(_ sound: OpenHandshake.Sound, _ version: UInt16?) -> FaultSighting? {
    switch sound {
    case .ended:
      return FaultSighting(
        verdict: .notVulnerable, reason: "the server closes the connection over the change of keys", version: version)
    case .record(21, _):
      return FaultSighting(
        verdict: .notVulnerable, reason: "the server refuses the change of keys: it \(sound.words)", version: version)
    default: return nil
    }
  }
}
