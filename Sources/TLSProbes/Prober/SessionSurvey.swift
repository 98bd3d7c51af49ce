import Probing
import TLSRegistry
import Transport

/// What a server shows to a client that finishes its handshakes: certificates under TLS 1.3, resumption, stapled answers,
/// application protocols, what other names and other addresses get.
struct SessionSurvey: Sendable {
  /// What came of one handshake.
  enum Meeting: Sendable {
    case shown(Inspection)
    /// The server declined, by alert or by closing in order.
    case declined(alert: Int?)
    /// It could not be told.
    case unclear(String)
  }

  /// Whether a session can be taken up again.
  enum Resumption: String, Sendable {
    case resumed
    case notResumed
    /// The server gave nothing by which to come back.
    case notOffered
  }

  /// The first handshake, with everything offered.
  var main: Meeting?
  /// Handshakes with only the other kind of signature.
  var otherKey: Meeting?
  var withoutName: Meeting?
  var unknownName: Meeting?
  var unknownProtocol: Meeting?
  /// Where HTTP/1.1 alone was offered.
  var http1: Meeting?
  /// A handshake of TLS 1.2 with a server that prefers TLS 1.3.
  var older: Meeting?
  /// What an answer in HTTP says; nil where HTTP is not spoken within.
  var strictTransport: StrictTransportGlance?
  /// By version.
  var resumption: [ProtocolVersion: Resumption] = [:]
  /// The sessions offered, by version.
  var saved: [ProtocolVersion: SavedSession] = [:]
  /// What one further address shows.
  struct Other: Sendable {
    var address: String
    var meeting: Meeting
    /// Whether there is a way to it from here.
    var isRouted: Bool
    /// Whether the inventory names it: then it has to answer.
    var isDeclared: Bool
  }

  /// What each further address of the name shows.
  var others: [Other] = []

  /// Every certificate that was shown, the main one first.
  var inspections: [Inspection] {
    [main, otherKey, older].compactMap { if case .shown(let inspection)? = $0 { inspection } else { nil } }
  }

  /// A name that no server serves (RFC 2606).
  static let unknownServerName = "unknown-name.invalid"
  /// An application protocol that nobody speaks.
  static let unknownProtocolName = "unknown-protocol/0"
  /// How long to wait for a ticket, in milliseconds.
  private static let ticketPatience = 300
  /// Signature algorithms for certificates with RSA keys, and for all others, as libssl lists them.
  private static let rsaSignatures =
    "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512"
  private static let otherSignatures = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448"
}

/// Makes the handshakes of a survey, one after the other. Blocks: only on a lane.
struct SessionSurveyor: Sendable {
  let door: TLSDoor
  let target: TLSTarget
  let trust: TrustStore?
  let deadline: Deadline
  let traffic: TrafficMeter
  let ledger: Ledger

  /// What one handshake may take, in milliseconds.
  private static let patience = 5000

  /// Looks at the main address.
  func survey() -> SessionSurvey {
    var survey = SessionSurvey()
    var settings = self.settings
    settings.trust = trust
    settings.ticketPatience = SessionSurvey.patienceForTickets
    survey.main = meet(settings)
    guard case .shown(let main)? = survey.main else { return survey }
    let version = ProtocolVersion.allCases.first { $0.forLibrary?.rawValue == main.session.version }
    if let version { resume(main, under: version, &survey) }
    if version == .tls13 {
      var older = self.settings
      older.version = .tls12
      survey.older = meet(older)
      if case .shown(let inspection)? = survey.older { resume(inspection, under: .tls12, &survey) }
      var other = self.settings
      other.version = .tls13
      other.signatureAlgorithms = SessionSurvey.signatures(unlike: main.leaf?.certificate.keyAlgorithm)
      survey.otherKey = meet(other)
    }
    lookAtNames(&survey)
    if offersHTTP {
      var stranger = self.settings
      stranger.alpn = [SessionSurvey.unknownProtocolName]
      survey.unknownProtocol = meet(stranger)
      if survey.strictTransport == nil {
        survey.strictTransport = .taken(
          through: door, of: target, before: deadline.capped(milliseconds: Self.patience), traffic: traffic)
      }
    }
    return survey
  }

  /// Looks at one more address.
  func meeting(at address: String, traffic: TrafficMeter) -> (meeting: SessionSurvey.Meeting, isRouted: Bool) {
    var isRouted = true
    let meeting = attempt {
      (deadline) throws(TransportFailure) in
      do throws(TransportFailure) {
        return try TLSDoor.to(target, at: address, traffic: traffic).open(deadline)
      } catch {
        if case .unreachable = error { isRouted = false }
        throw error
      }
    } with: {
      settings
    }
    return (meeting, isRouted)
  }

  private var offersHTTP: Bool { target.opening == .direct && target.kind == "https" }

  private var settings: InspectionSettings {
    InspectionSettings(
      serverName: target.serverName, expectedName: target.serverName, alpn: offersHTTP ? ["h2", "http/1.1"] : [])
  }

  private func resume(_ inspection: Inspection, under version: ProtocolVersion, _ survey: inout SessionSurvey) {
    guard inspection.failure == nil else { return }
    guard let saved = inspection.saved else {
      survey.resumption[version] = .notOffered
      return
    }
    survey.saved[version] = saved
    var again = settings
    again.version = version.forLibrary
    again.resuming = saved
    if offersHTTP { again.alpn = ["http/1.1"] }
    var glance: StrictTransportGlance?
    let isFirst = offersHTTP && survey.strictTransport == nil
    let meeting = attempt(door.open) {
      again
    } then: { connection, inspection, deadline in
      // The one connection that speaks HTTP/1.1 serves for the one request too.
      guard isFirst, inspection.failure == nil else { return }
      let isAgreed = inspection.session.alpn != nil
      glance = .asked(
        over: connection, of: target,
        before: isAgreed ? deadline : deadline.capped(milliseconds: StrictTransportGlance.patience), traffic: traffic)
    }
    switch glance {
    // Who is silent once is not asked again: each wait would be as long.
    case .answered?, .silent?: survey.strictTransport = glance
    case .unseen?, nil: break
    }
    if offersHTTP { survey.http1 = survey.http1 ?? meeting }
    if case .shown(let second) = meeting, second.failure == nil {
      survey.resumption[version] = second.isResumed ? .resumed : .notResumed
    }
  }

  private func lookAtNames(_ survey: inout SessionSurvey) {
    guard target.sentName != nil else { return }
    var nameless = settings
    nameless.serverName = nil
    survey.withoutName = meet(nameless)
    var unknown = settings
    unknown.serverName = SessionSurvey.unknownServerName
    survey.unknownName = meet(unknown)
  }

  private func meet(_ settings: InspectionSettings) -> SessionSurvey.Meeting { attempt(door.open) { settings } }

  /// One handshake, and another one where nothing was heard of the first.
  private func attempt(
    _ open: (Deadline) throws(TransportFailure) -> Connection, with settings: () -> InspectionSettings,
    then use: (Connection, Inspection, Deadline) -> Void = { _, _, _ in }
  ) -> SessionSurvey.Meeting {
    var last = TransportFailure.timedOut(phase: "connect")
    for _ in 0..<2 {
      guard !deadline.hasPassed, !ledger.isGivenUp else { break }
      let deadline = deadline.capped(milliseconds: min(Self.patience, max(100, deadline.millisecondsLeft / 2)))
      do throws(TransportFailure) {
        let connection = try open(deadline)
        defer { connection.close() }
        let inspection = try connection.inspectTLS(settings(), before: deadline)
        use(connection, inspection, deadline)
        return .shown(inspection)
      } catch {
        last = error
        switch error {
        case .closedEarly: return .declined(alert: nil)
        case .tls(let failure):
          if case .alert(let alert) = failure.cause { return .declined(alert: alert) }
          return .unclear(error.sentence)
        case .refused, .noSuchHost, .unreachable, .cancelled: return .unclear(error.sentence)
        case .reset, .timedOut, .resolutionFailed: continue
        }
      }
    }
    return .unclear(last.sentence)
  }
}

extension SessionSurvey {
  fileprivate static var patienceForTickets: Int { ticketPatience }

  /// Signatures that a key of this kind cannot make.
  fileprivate static func signatures(unlike algorithm: String?) -> String {
    algorithm?.hasPrefix("RSA") == true ? otherSignatures : rsaSignatures
  }
}
