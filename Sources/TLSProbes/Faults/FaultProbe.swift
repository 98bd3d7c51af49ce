import AuditModel
import Facts
import Probing
import TLSRegistry
import Transport

/// Looks for one fault of TLS servers that has a name: says what nobody should have to say, takes care that nothing more
/// comes of it than the proof, and hears how the server takes it.
protocol FaultProbe: Probe {
  /// The fault's name for people.
  var fault: String { get }
  /// Looks for it. Blocks: only on a lane.
  static func look(_ scene: FaultScene) throws(TransportFailure) -> FaultSighting
}

extension ProbeDescriptor {
  /// What everybody may know about a probe for a fault; `members` are facts of it beside those that every fault has.
  static func fault(
    _ id: String, summary: String, traffic: String, members: [Schema.Field] = []
  ) -> ProbeDescriptor {
    ProbeDescriptor(
      id: id, summary: summary, targetKinds: ["https", "postgres", "tls"], safety: .probe, facts: schema(members),
      timeout: 60_000, traffic: traffic)
  }

  private static func schema(_ members: [Schema.Field]) -> Schema {
    .object([
      Schema.Field(
        "connection",
        .object([Schema.Field("address", .string(), required: true, "the address that was looked at")]), required: true,
        "where it was looked"),
      Schema.Field(
        "fault",
        .object(
          [
            Schema.Field("name", .string(), required: true, "what it is known by"),
            Schema.Field(
              "verdict", .nullable(.string(.word(FaultSighting.Verdict.allCases.map(\.rawValue)))), required: true,
              "whether the server has it; not applicable where what it is in is not spoken; null where it cannot be told"
            ),
            Schema.Field("reason", .string(), required: true, "what the server did"),
            Schema.Field("version", .nullable(.string()), required: true, "the version spoken; null where none was"),
          ] + members), required: true, "the fault"),
    ])
  }
}

extension FaultProbe {
  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let endpoint: TLSTarget
    do {
      endpoint = try TLSTarget(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    return await context.lane.run {
      do throws(TransportFailure) {
        let scene = try FaultScene(endpoint, context)
        let sighting = try Self.look(scene)
        if context.deadline.isCancelled { throw .cancelled }
        return seen(sighting, at: scene.address)
      } catch {
        return .unseen(TLSConfigurationProbe.unseen(error))
      }
    }
  }

  private func seen(_ sighting: FaultSighting, at address: String) -> Sighting {
    var facts = sighting.members
    facts["name"] = .string(fault)
    facts["verdict"] = JSONValue(sighting.verdict?.rawValue)
    facts["reason"] = .string(sighting.reason)
    facts["version"] = JSONValue(sighting.version.flatMap { ProtocolVersion(rawValue: $0)?.name })
    return .seen(
      ["connection": ["address": .string(address)], "fault": .object(facts)],
      gaps: sighting.verdict == nil ? [Gap(path: "fault.verdict", reason: sighting.reason)] : [])
  }
}

/// What came of looking for a fault.
struct FaultSighting: Sendable {
  enum Verdict: String, Sendable, CaseIterable {
    case vulnerable, notVulnerable, notApplicable
  }

  /// Nil where it cannot be told.
  var verdict: Verdict?
  /// A sentence without full stop: what the server did.
  var reason: String
  /// The version spoken.
  var version: UInt16?
  /// Further facts of the fault.
  var members: JSONObject = [:]
}

/// A server that is looked at for a fault, always at the same address. Blocks: only on a lane.
struct FaultScene: Sendable {
  let target: TLSTarget
  let address: String
  let door: TLSDoor
  let questioner: Questioner
  let deadline: Deadline
  let traffic: TrafficMeter

  /// How long a server may take for its side of a handshake, in milliseconds.
  static let patience = 5000
  /// How long a server may take over a complaint, in milliseconds: some wait up to 30 s before they close, so that nobody
  /// learns anything from when they do.
  static let longPatience = 32_000

  /// Finds an address that takes a connection.
  init(_ target: TLSTarget, _ context: ProbeContext) throws(TransportFailure) {
    self.target = target
    deadline = context.deadline
    traffic = context.traffic
    let addresses = try NameResolution.addresses(of: target.endpoint, before: context.deadline)
    if let only = addresses.first, addresses.count == 1 {
      address = only.text
    } else {
      let connection = try Connection.open(target.endpoint, before: context.deadline, traffic: context.traffic)
      address = connection.peerAddress
      connection.close()
    }
    door = TLSDoor.to(target, at: address, traffic: context.traffic)
    questioner = Questioner(door: door, deadline: context.deadline, seed: .random(in: 0 ... .max))
  }

  /// A hello of TLS 1.2 that an older server may answer with its own version; nothing newer is offered.
  func hello(suites: [UInt16]? = nil) -> ClientHello {
    let usual = CipherSuite.batches(for: .tls12).first ?? []
    // What encrypts best first: no answer is to hang on a suite that is switched off for good reason.
    var hello = ClientHello(version: .tls12, suites: suites ?? usual.reversed(), serverName: target.sentName)
    hello.groups = NamedGroup.curvesForTLS12
    return hello
  }

  /// The server's first flight in answer to `hello`, asked twice where the first try meets silence or a reset. Once
  /// somebody was met (`isFirst`), that nobody answers any more is no reason to have seen nothing.
  func begin(_ hello: ClientHello, isFirst: Bool = true) throws(TransportFailure) -> OpenHandshake.Beginning {
    guard isFirst else {
      do throws(TransportFailure) {
        return try OpenHandshake.begun(self, hello)
      } catch {
        if error == .cancelled { throw error }
        return .unclear(error.sentence)
      }
    }
    do throws(TransportFailure) {
      return try OpenHandshake.begun(self, hello)
    } catch {
      switch error {
      case .timedOut, .reset: return try OpenHandshake.begun(self, hello)
      default: throw error
      }
    }
  }

  /// What a server has that declined `hello`s in which a fault could show: not applicable, if it is alive and agrees to
  /// another; otherwise nobody can tell.
  func declined(_ what: String, _ how: String) -> FaultSighting {
    var source = questioner.source()
    let share = ClientHello.KeyShare.x25519(&source)
    var hello = ClientHello(
      version: .tls13, fallsBackToTLS12: true, suites: [0x1301, 0x1302, 0x1303] + self.hello().suites,
      serverName: target.sentName)
    hello.groups = [share.group, 0x0017, 0x0018, 0x0019]
    hello.keyShares = [share]
    guard case .accepted(_, let answer) = questioner.ask(hello) else {
      return FaultSighting(verdict: nil, reason: "the server \(how), and agrees to no other hello either")
    }
    return FaultSighting(verdict: .notApplicable, reason: what, version: answer.version)
  }

  /// Bytes for one more handshake.
  func source() -> ByteSource { questioner.source() }
}
