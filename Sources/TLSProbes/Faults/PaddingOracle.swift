import AuditModel
import Cryptography
import Facts
import Probing
import TLSRegistry
import Transport

/// ROBOT: a server whose answers tell a well padded RSA message from others decrypts, question by question, everything that
/// was ever encrypted to its key, and signs with it (Bleichenbacher 1998; Böck, Somorovsky and Young 2018).
///
/// Five messages are sent, one well padded and four that are not, with a Finished that fits none of them: RFC 5246 section
/// 7.4.7.1 demands the same answer to all. They are sent on five connections at a time where the server can, once with everything that follows and once
/// without. A difference is believed when it is the same in three rounds.
struct PaddingOracle: FaultProbe {
  let fault = "ROBOT"
  let descriptor = ProbeDescriptor.fault(
    "tls-robot",
    summary: "whether answers tell how an RSA message was padded",
    traffic: "11 connections with five RSA messages each twice; 31 where answers differ",
    members: [
      Schema.Field(
        "oracle", .nullable(.string(.word(["none", "weak", "strong"]))), required: true,
        "what the answers give away: strong where a wrong beginning shows too; null where it cannot be told"),
      Schema.Field(
        "answers",
        .array(
          .object([
            Schema.Field(
              "form", .string(.word(Form.allCases.map(\.rawValue))), required: true, "how the message was padded"),
            Schema.Field("complete", .string(), required: true, "what came to it with all that follows it"),
            Schema.Field("alone", .string(), required: true, "what came to it alone"),
          ])), required: true, "what the server did in the first round"),
    ])

  /// How a message is padded (RFC 8017 section 7.2.1).
  enum Form: String, CaseIterable, Sendable {
    case good
    /// It does not begin with 0 and 2.
    case wrongBeginning
    /// The zero that ends the padding stands too far back.
    case wrongSeparator
    /// There is no such zero.
    case noSeparator
    /// The secret names another version than the hello.
    case wrongVersion
  }

  /// What is sent after the message.
  private enum Flow { case complete, alone }

  /// Rounds that have to agree where answers differ.
  private static let rounds = 3
  /// How long answers may take, in milliseconds: after a complete flight there has to be one, after half of one silence
  /// is what a server should keep.
  private static let patience = (complete: 4000, alone: 1000)

  static func look(_ scene: FaultScene) throws(TransportFailure) -> FaultSighting {
    let suites = CipherSuite.all.filter { $0.keyExchange == .rsa && !$0.isForTLS13 && $0.authentication == .rsa }
    let offered = suites.sorted { $0.isAEAD && !$1.isAEAD }.prefix(CipherSuite.mostOffered).map(\.id)
    var unseen: JSONObject = ["oracle": nil, "answers": []]
    var hello = scene.hello(suites: offered)
    hello.groups = []
    let first: OpenHandshake
    switch try scene.begin(hello) {
    case .declined(let how):
      var sighting = scene.declined("the server accepts no suite in which a secret is encrypted to its RSA key", how)
      sighting.members = unseen
      return sighting
    case .unclear(let reason): return FaultSighting(verdict: nil, reason: reason, members: unseen)
    case .open(let handshake): first = handshake
    }
    first.connection.close()
    let version = first.hello.version
    hello.suites = [first.hello.suite]
    guard let der = first.flight.certificates.first, let key = RawRSA(certificate: der), key.modulusLength >= 64 else {
      return FaultSighting(
        verdict: nil, reason: "the server shows no RSA key to encrypt to", version: version, members: unseen)
    }
    var asker = Asker(scene: scene, hello: hello, key: key)
    guard let complete = asker.round(.complete), let alone = asker.round(.alone) else {
      return FaultSighting(
        verdict: nil, reason: "the server does not repeat its answer to the same hello", version: version,
        members: unseen)
    }
    unseen["answers"] = .array(
      Form.allCases.enumerated().map { index, form in
        [
          "form": .string(form.rawValue), "complete": .string(complete[index]), "alone": .string(alone[index]),
        ]
      })
    var members = unseen
    func sighting(_ verdict: FaultSighting.Verdict?, _ oracle: String?, _ reason: String) -> FaultSighting {
      members["oracle"] = JSONValue(oracle)
      return FaultSighting(verdict: verdict, reason: reason, version: version, members: members)
    }
    for (flow, heard) in [(Flow.complete, complete), (.alone, alone)] where Set(heard).count > 1 {
      var all = [heard]
      for _ in 1..<rounds {
        guard let again = asker.round(flow) else { break }
        all.append(again)
      }
      guard all.count == rounds, all.allSatisfy({ $0 == heard }) else {
        // How a connection ends may be left to chance; what is said before it ends must not be.
        let coarse = all.map { $0.map { endings.contains($0) ? "ends the connection" : $0 } }
        guard all.count == rounds, let one = coarse.first, coarse.allSatisfy({ $0 == one }) else {
          return sighting(nil, nil, "the server's answers differ, and not in the same way twice")
        }
        if Set(one).count == 1 { continue }
        return sighting(.vulnerable, strength(one), reason(of: one))
      }
      return sighting(.vulnerable, strength(heard), reason(of: heard))
    }
    guard Set(complete) != [OpenHandshake.Sound.silence.words] else {
      return sighting(nil, nil, "the server says nothing to any of the messages")
    }
    return sighting(.notVulnerable, "none", "the server \(complete.first ?? "answers") whatever the padding")
  }

  private static let endings: Set = [OpenHandshake.Sound.ended.words, OpenHandshake.Sound.reset.words]

  /// Weak where only a message that is well padded throughout shows: then each question is worth little.
  private static func strength(_ heard: [String]) -> String { Set(heard[1...3]).count == 1 ? "weak" : "strong" }

  private static func reason(of heard: [String]) -> String {
    let odd = zip(Form.allCases, heard).map { "\($0.rawValue): \($1)" }
    return "three times over, the server's answer depends on the padding (\(odd.joined(separator: "; ")))"
  }

  /// Sends the messages.
  private struct Asker {
    let scene: FaultScene
    let hello: ClientHello
    let key: RawRSA
    /// Whether the server has served several connections at once so far.
    private var servesSeveral = true

    init(scene: FaultScene, hello: ClientHello, key: RawRSA) {
      self.scene = scene
      self.hello = hello
      self.key = key
    }

    /// What the server does to each of the forms; nil where it does not come that far.
    ///
    /// All are under way at once, so that silence costs its time once; one after the other with a server that serves one
    /// connection at a time.
    mutating func round(_ flow: Flow) -> [String]? {
      if servesSeveral, let heard = heard(of: Form.allCases, flow) { return heard }
      servesSeveral = false
      var all: [String] = []
      for form in Form.allCases {
        guard let heard = heard(of: [form], flow) else { return nil }
        all += heard
      }
      return all
    }

    private func heard(of forms: [Form], _ flow: Flow) -> [String]? {
      var handshakes: [OpenHandshake] = []
      defer { for handshake in handshakes { handshake.connection.close() } }
      for form in forms {
        guard
          case .open(let handshake)? = try? OpenHandshake.begun(
            scene, hello, patience: forms.count > 1 ? 2500 : FaultScene.patience)
        else { return nil }
        handshakes.append(handshake)
        guard let message = message(form) else { return nil }
        var exchange: [UInt8] = [16]
        var body: [UInt8] = []
        if handshake.hello.version > ProtocolVersion.ssl3.rawValue {
          body.append(vector: message, width: 2)
        } else {
          body = message
        }
        exchange.append(vector: body, width: 3)
        var records = handshake.record(22, exchange)
        if flow == .complete {
          var source = scene.source()
          records += handshake.record(20, [1]) + handshake.record(22, source.bytes(64))
        }
        _ = handshake.say(records, before: scene.deadline.capped(milliseconds: FaultScene.patience))
      }
      let patience = flow == .complete ? PaddingOracle.patience.complete : PaddingOracle.patience.alone
      let deadline = scene.deadline.capped(milliseconds: patience)
      var sounds = handshakes.indices.map { handshakes[$0].hearEnd(before: deadline) }
      if flow == .complete, sounds.allSatisfy({ $0 == .silence }) {
        let deadline = scene.deadline.capped(milliseconds: FaultScene.longPatience)
        sounds = handshakes.indices.map { handshakes[$0].hearEnd(before: deadline) }
      }
      return sounds.map(\.words)
    }

    /// The encrypted message; nil where the key is too small for it.
    private func message(_ form: Form) -> [UInt8]? {
      var source = scene.source()
      func filler(_ count: Int) -> [UInt8] { source.bytes(count).map { $0 == 0 ? 0xA5 : $0 } }
      let secret = filler(46)
      let length = key.modulusLength - 3 - 48
      guard length >= 8 else { return nil }
      let version: [UInt8] = [3, 3]
      let block: [UInt8] =
        switch form {
        case .good: [0, 2] + filler(length) + [0] + version + secret
        // Below any modulus of this length, whatever its first byte.
        case .wrongBeginning: [key.modulusBits % 8 == 0 ? 0x41 : 0, 0x17] + filler(length) + [0] + version + secret
        case .wrongSeparator: [0, 2] + filler(length) + [0x11] + filler(46) + [0, 0x11]
        case .noSeparator: [0, 2] + filler(length) + [0x11, 0x11, 0x11] + secret
        case .wrongVersion: [0, 2] + filler(length) + [0, 2, 2] + secret
        }
      return key.encrypted(block)
    }
  }
}
