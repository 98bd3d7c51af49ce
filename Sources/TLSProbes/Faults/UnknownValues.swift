import AuditModel
import Facts
import Probing
import TLSRegistry
import Transport

/// Whether a server passes over what it does not know: values that mean nothing (GREASE, RFC 8701), and a version newer than
/// all of them (RFC 5246 appendix E.1). Who breaks over them today breaks over tomorrow's clients.
struct UnknownValues: FaultProbe {
  let fault = "intolerance of unknown values (RFC 8701)"
  let descriptor = ProbeDescriptor.fault(
    "tls-unknown-values",
    summary: "whether a hello with unknown values is answered like any other",
    traffic: "2 to 6 connections with one hello each",
    members: [
      Schema.Field(
        "greaseTolerated", .nullable(.boolean), required: true,
        "whether unknown suites, groups, versions, protocols and extensions are passed over"),
      Schema.Field(
        "newerVersionTolerated", .nullable(.boolean), required: true,
        "whether a newer version than TLS 1.2 in the old place is answered with an older; null where TLS 1.3 is all"),
    ])

  static func look(_ scene: FaultScene) throws(TransportFailure) -> FaultSighting {
    var source = scene.source()
    let share = ClientHello.KeyShare.x25519(&source)
    var plain = ClientHello(
      version: .tls13, fallsBackToTLS12: true, suites: [0x1301, 0x1302, 0x1303] + scene.hello().suites.prefix(60),
      serverName: scene.target.sentName)
    plain.groups = [share.group, 0x0017, 0x0018, 0x0019]
    plain.keyShares = [share]
    if scene.target.kind == "https" { plain.alpn = ["h2", "http/1.1"] }
    let none: JSONObject = ["greaseTolerated": nil, "newerVersionTolerated": nil]
    switch scene.questioner.ask(plain) {
    case .accepted: break
    case .declined: return FaultSighting(verdict: nil, reason: "the server declines a plain hello too", members: none)
    case .foreign(let reason): return FaultSighting(verdict: nil, reason: reason, members: none)
    case .unclear(let reason):
      // Nobody to be met is another matter than somebody who does not tell.
      try scene.door.open(scene.deadline.capped(milliseconds: FaultScene.patience)).close()
      return FaultSighting(verdict: nil, reason: reason, members: none)
    }
    var greased = plain
    greased.isGreased = true
    let (tolerates, version) = verdict(scene, greased, plain)
    var older = scene.hello()
    older.suites = Array(older.suites.prefix(60))
    let knowsOlder: Bool = if case .accepted = scene.questioner.ask(older) { true } else { false }
    var newer = older
    newer.statedVersion = ProtocolVersion.tls13.rawValue
    let toleratesNewer = knowsOlder ? verdict(scene, newer, older).0 : nil
    let broken = [
      tolerates == false ? "values that mean nothing (GREASE)" : nil,
      toleratesNewer == false ? "a newer version in the hello's header" : nil,
    ].compactMap { $0 }
    return FaultSighting(
      verdict: !broken.isEmpty ? .vulnerable : tolerates == true ? .notVulnerable : nil,
      reason: !broken.isEmpty
        ? "the server breaks over \(broken.joined(separator: " and ")), and answers the same hello without"
        : tolerates == true
          ? "the server answers a hello with unknown values like one without"
          : "the server's answers do not tell",
      version: version,
      members: ["greaseTolerated": JSONValue(tolerates), "newerVersionTolerated": JSONValue(toleratesNewer)])
  }

  /// Whether `hello` is answered; false only if `control` is, asked after it.
  private static func verdict(_ scene: FaultScene, _ hello: ClientHello, _ control: ClientHello) -> (Bool?, UInt16?) {
    let answer = scene.questioner.ask(hello)
    switch answer {
    case .accepted(_, let answer): return (true, answer.version)
    // A version older than the newest is what the new one in its place has to be answered with.
    case .declined(let refusal) where refusal.otherVersion != nil: return (true, refusal.otherVersion)
    case .foreign: return (nil, nil)
    case .declined, .unclear:
      guard case .accepted(_, let answer) = scene.questioner.ask(control) else { return (nil, nil) }
      return (false, answer.version)
    }
  }
}
