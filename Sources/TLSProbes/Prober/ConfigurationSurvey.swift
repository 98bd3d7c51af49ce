import Glibc
import Probing
import TLSRegistry
import Transport

/// Everything that was seen of how a server speaks TLS. Pure: the ledger is consulted when it is made, not later.
struct ConfigurationSurvey: Sendable {
  /// A question with two answers that may have none.
  enum Test: String, Sendable {
    case yes
    case no
  }

  /// What a client of today gets that offers what browsers offer.
  struct Modern: Sendable {
    var version: UInt16
    var suite: UInt16
    var group: UInt16?
    /// The whole answer.
    var flight: ServerFlight
    /// Whether the hello had a post-quantum key beside the classical one, and more bytes than a packet holds.
    var wasLarge: Bool
  }

  /// Whether a downgrade is noticed (RFC 7507).
  struct Fallback: Sendable {
    var version: ProtocolVersion
    /// Nil where it could not be told.
    var isHonoured: Bool?
  }

  var address: String?
  var modern: Modern?
  var walks: [ProtocolVersion: SuiteWalk] = [:]
  /// What SSL 2.0 came to.
  var ssl2Part: Part.SSL2?
  /// Groups of TLS 1.3, and of the newest version before it.
  var groups13: GroupWalk?
  var groups12: (version: ProtocolVersion, walk: GroupWalk)?
  /// Finite-field groups that the server takes from the client's list (RFC 7919), by version.
  var namedFields: [(group: UInt16, version: ProtocolVersion)] = []
  var compression: Test?
  /// By version: whether the server insists on its own order of suites.
  var preference: [ProtocolVersion: Test] = [:]
  /// By version to fall to, newest first.
  var fallback: [Fallback] = []
  /// Whether a hello of more than 1,500 bytes is answered as a short one is.
  var largeHello: Test?
  /// Whether X25519MLKEM768 is spoken.
  var postQuantum: Test?
  var sessions = SessionSurvey()
  /// What could not be told, by the words of the contract.
  var inconclusive: [String] = []
  /// Why, in one line each.
  var doubts: [String] = []
  /// By version: nil where it could not be told.
  var accepted: [ProtocolVersion: Bool] = [:]

  /// The versions spoken, oldest first.
  var spoken: [ProtocolVersion] { ProtocolVersion.allCases.filter { accepted[$0] == true } }
  /// The answers of TLS 1.2 and before, where extensions and parameters stand in the open.
  var openFlights: [(version: ProtocolVersion, flight: ServerFlight)] {
    ProtocolVersion.allCases.filter { $0 < .tls13 }.flatMap { version in
      (walks[version]?.flights ?? []).map { (version, $0) }
    }
  }
}

/// Finds out how a server speaks TLS, over a few connections at a time.
struct ConfigurationSurveyor: Sendable {
  let target: TLSTarget
  /// Those of the name and those of the nodes that the inventory names, each once.
  let addresses: [String]
  let trust: TrustStore?
  let deadline: Deadline
  let lane: BlockingLane
  let traffic: TrafficMeter
  let seed: UInt64

  /// The most further addresses of a name that are looked at.
  static let mostAddresses = 15

  /// Why there is nothing to survey.
  struct Obstacle: Error {
    var sentence: String
    /// What kept us from connecting; nil where something answered that is not TLS.
    var failure: TransportFailure?
  }

  /// To how many bytes hellos with a post-quantum key are filled up: more than a packet holds, as browsers' are.
  private static let largeHelloBytes = 1800

  /// What a client of today offers, its favourites first.
  private static let modernSuites: [UInt16] = [
    0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009E, 0x009F, 0xCCAA, 0xC009, 0xC013,
    0xC00A, 0xC014, 0x0033, 0x0039, 0x009C, 0x009D, 0x002F, 0x0035, 0x000A,
  ]

  func survey() async throws(Obstacle) -> ConfigurationSurvey {
    guard let address = addresses.first else { throw Obstacle(sentence: "the name has no address") }
    let door = TLSDoor.to(target, at: address, traffic: traffic)
    let questioner = Questioner(door: door, deadline: deadline, seed: seed)
    var survey = ConfigurationSurvey()
    survey.address = address
    let modern = try await lane.run { Result { () throws(Obstacle) in try meetAsModern(questioner) } }.get()
    survey.modern = modern

    let surveyor = SessionSurveyor(
      door: door, target: target, trust: trust, deadline: deadline, traffic: traffic, ledger: questioner.ledger)
    // Four at a time: enough to be quick, and no more than a browser would open.
    async let newest = lane.run { surveyTLS13(questioner, modern) }
    async let open = lane.run { surveyTLS12(questioner) }
    async let old = lane.run { surveyOld(questioner) }
    async let sessions = lane.run {
      var sessions = surveyor.survey()
      for address in addresses.dropFirst().prefix(Self.mostAddresses) {
        let (meeting, isRouted) = surveyor.meeting(at: address, traffic: traffic)
        let isDeclared = target.nodes.contains(address)
        sessions.others.append(
          .init(address: address, meeting: meeting, isRouted: isRouted || isDeclared, isDeclared: isDeclared))
      }
      return sessions
    }
    let parts = await (newest, open, old, sessions)
    survey.take(parts.0)
    survey.take(parts.1)
    survey.take(parts.2)
    survey.sessions = parts.3
    let soFar = survey
    return await lane.run { finished(soFar, questioner) }
  }

  // MARK: One after the other

  /// The first connection: whether anybody speaks TLS at all, and what today's clients get.
  private func meetAsModern(_ questioner: Questioner) throws(Obstacle) -> ConfigurationSurvey.Modern? {
    var source = questioner.source()
    let classical = ClientHello.KeyShare.x25519(&source)
    let hybrid = ClientHello.KeyShare.x25519MLKEM768(&source)
    var hello = ClientHello(
      version: .tls13, fallsBackToTLS12: true, suites: Self.modernSuites, serverName: sentName,
      groups: [hybrid.group, classical.group, 0x0017, 0x0018], keyShares: [hybrid, classical])
    hello.alpn = target.kind == "https" ? ["h2", "http/1.1"] : []
    hello.paddedTo = Self.largeHelloBytes
    var answer = questioner.ask(hello)
    var isLarge = true
    if case .unclear = answer {
      isLarge = false
      // Some cannot take a hello of more than one packet: then as clients did before.
      hello.groups.removeFirst()
      hello.keyShares.removeFirst()
      hello.paddedTo = 0
      answer = questioner.ask(hello)
    }
    switch answer {
    case .accepted(let flight, let answer):
      var group = answer.keyShare?.group
      if case .curve(let curve) = flight.keyExchange { group = curve }
      return ConfigurationSurvey.Modern(
        version: answer.version, suite: answer.suite, group: group, flight: flight, wasLarge: isLarge)
    case .foreign(let words): throw Obstacle(sentence: words)
    case .declined: return nil
    case .unclear:
      // A port that takes no connection is the end; one that takes it in silence may answer something else.
      do throws(TransportFailure) {
        try questioner.door.open(deadline.capped(milliseconds: 10_000)).close()
        return nil
      } catch {
        throw Obstacle(sentence: error.sentence, failure: error)
      }
    }
  }

  private var sentName: String? { target.sentName }

  private func surveyTLS13(
    _ questioner: Questioner, _ modern: ConfigurationSurvey.Modern?
  ) -> ConfigurationSurvey.Part {
    var part = ConfigurationSurvey.Part()
    // What today's clients get is the first pick already.
    let first = modern.flatMap { $0.version == ProtocolVersion.tls13.rawValue ? ($0.flight, $0.suite) : nil }
    let walk = SuiteWalk.walked(.tls13, questioner, serverName: sentName, knowing: first)
    part.walks = [walk]
    guard !walk.suites.isEmpty else { return part }
    var known: [UInt16] = []
    for flight in walk.flights {
      if let group = flight.hello?.keyShare?.group, !known.contains(group) { known.append(group) }
    }
    var groups = GroupWalk(knowing: known)
    groups.walkTLS13(questioner, suites: walk.suites, serverName: sentName)
    if modern?.group == NamedGroup.x25519MLKEM768 {
      groups.add(NamedGroup.x25519MLKEM768)
      part.postQuantum = .yes
      part.largeHello = .yes
    } else {
      let isClassical = first != nil && modern?.wasLarge == true
      lookForPostQuantum(questioner, walk.suites, prefersClassical: isClassical, &groups, &part)
    }
    part.groups13 = groups
    if let preference = preference(walk, questioner, compressions: [0]).preference {
      part.preference[.tls13] = preference
    }
    return part
  }

  /// X25519MLKEM768 by a share that a server takes for a real one: some answer nothing else.
  ///
  /// `prefersClassical`: whether both keys were offered before, and it was answered with the classical one.
  private func lookForPostQuantum(
    _ questioner: Questioner, _ suites: [UInt16], prefersClassical: Bool, _ groups: inout GroupWalk,
    _ part: inout ConfigurationSurvey.Part
  ) {
    var source = questioner.source()
    let share = ClientHello.KeyShare.x25519MLKEM768(&source)
    var hello = ClientHello(
      version: .tls13, suites: suites, serverName: sentName, groups: [share.group], keyShares: [share],
      paddedTo: Self.largeHelloBytes)
    let alone = questioner.ask(hello)
    switch alone {
    case .accepted(_, let answer) where answer.keyShare?.group == share.group:
      groups.add(share.group)
      part.postQuantum = .yes
      part.largeHello = .yes
      return
    case .unclear: break
    default: part.largeHello = .yes
    }
    if prefersClassical {
      part.postQuantum = groups.groups.contains(share.group) ? .yes : .no
      part.largeHello = .yes
      return
    }
    hello.groups = [share.group, NamedGroup.x25519]
    hello.keyShares = [share, .x25519(&source)]
    switch questioner.ask(hello) {
    case .accepted(_, let answer):
      if answer.keyShare?.group == share.group { groups.add(share.group) }
      part.postQuantum = groups.groups.contains(share.group) ? .yes : .no
      part.largeHello = .yes
    case .declined: part.postQuantum = groups.groups.contains(share.group) ? .yes : .no
    case .unclear, .foreign:
      part.postQuantum = groups.groups.contains(share.group) ? .yes : nil
      // Only the size sets these two apart from what is answered.
      if part.largeHello == nil, questioner.control() { part.largeHello = .no }
    }
  }

  private func surveyTLS12(_ questioner: Questioner) -> ConfigurationSurvey.Part {
    var part = ConfigurationSurvey.Part()
    let walk = SuiteWalk.walked(.tls12, questioner, serverName: sentName)
    part.walks = [walk]
    look(into: walk, questioner, &part)
    return part
  }

  private func surveyOld(_ questioner: Questioner) -> ConfigurationSurvey.Part {
    var part = ConfigurationSurvey.Part()
    let (found, answer) = questioner.askSSL2()
    switch (found, answer) {
    case (.hello(let kinds, let certificate), _):
      part.ssl2 = .accepted(kinds: kinds, certificate: certificate)
    case (_, .declined(let refusal)): part.ssl2 = .declined(refusal)
    case (_, .foreign(let reason)), (_, .unclear(let reason)): part.ssl2 = .unclear(reason)
    case (_, .accepted): break
    }
    for version in [ProtocolVersion.ssl3, .tls10, .tls11] {
      let walk = SuiteWalk.walked(version, questioner, serverName: version == .ssl3 ? nil : sentName)
      part.walks.append(walk)
    }
    return part
  }

  /// What only an answer in the open shows: curves, order, compression.
  private func look(into walk: SuiteWalk, _ questioner: Questioner, _ part: inout ConfigurationSurvey.Part) {
    guard !walk.suites.isEmpty else { return }
    let suites = walk.suites.compactMap { CipherSuite.of($0) }
    let curved = suites.filter(\.hasCurveParameters).map(\.id)
    var known: [UInt16] = []
    for case .curve(let group) in walk.flights.compactMap(\.keyExchange) where !known.contains(group) {
      known.append(group)
    }
    var groups = GroupWalk(knowing: known)
    if !curved.isEmpty, walk.version > .ssl3 {
      groups.walkCurves(
        walk.version, questioner, suites: curved, serverName: sentName, anchors: Self.curves(of: walk.flights))
    }
    part.groups12 = (walk.version, groups)
    let fielded = suites.filter(\.hasFieldParameters).map(\.id)
    if !fielded.isEmpty, walk.version > .ssl3 { lookForFields(fielded, walk, questioner, &part) }
    let (preference, compression) = preference(walk, questioner, compressions: [1, 0])
    part.preference[walk.version] = preference
    part.compression = compression
  }

  /// The curves of the certificates shown.
  private static func curves(of flights: [ServerFlight]) -> [UInt16] {
    Set(flights.compactMap(\.certificates.first)).compactMap { der in
      CertificateDetails(der: der)?.keyCurve.flatMap(NamedGroup.curve)
    }
  }

  /// Whether the server takes a finite field from the client's list (RFC 7919) instead of its own.
  private func lookForFields(
    _ suites: [UInt16], _ walk: SuiteWalk, _ questioner: Questioner, _ part: inout ConfigurationSurvey.Part
  ) {
    var own: Set<[UInt8]> = []
    for case .field(let prime, _) in walk.flights.compactMap(\.keyExchange) { own.insert(prime) }
    var rest = NamedGroup.fields
    while !rest.isEmpty {
      var hello = ClientHello(version: walk.version, suites: suites, serverName: sentName)
      hello.groups = rest
      guard case .accepted(let flight, _) = questioner.ask(hello),
        case .field(let prime, _)? = flight.keyExchange, !own.contains(prime),
        let name = KnownPrimes.name(of: prime),
        let group = NamedGroup.all.first(where: { $0.name == name }), rest.contains(group.id)
      else { return }
      part.namedFields.append((group.id, walk.version))
      rest.removeAll { $0 == group.id }
    }
  }

  /// Offers what is accepted the other way round: who picks the same again has an order of its own.
  private func preference(
    _ walk: SuiteWalk, _ questioner: Questioner, compressions: [UInt8]
  ) -> (preference: ConfigurationSurvey.Test?, compression: ConfigurationSurvey.Test?) {
    let known: ConfigurationSurvey.Test? = walk.suites.count < 2 ? nil : walk.followsOffer ? nil : .yes
    if compressions == [0], known != nil || walk.suites.count < 2 { return (known, nil) }
    // The offer of the walk had them in this order.
    let order = walk.order.filter { walk.suites.contains($0) }
    var hello = SuiteWalk.hello(
      walk.version, suites: order.reversed(), serverName: walk.version == .ssl3 ? nil : sentName, questioner)
    hello.compressions = compressions
    guard case .accepted(_, let answer) = questioner.ask(hello) else { return (known, nil) }
    let compression: ConfigurationSurvey.Test? = compressions == [0] ? nil : answer.compression == 0 ? .no : .yes
    if known != nil || walk.suites.count < 2 { return (known, compression) }
    return (answer.suite == walk.suites.first ? .yes : .no, compression)
  }

  /// What can be asked only once the versions are known; then the last control, and what is left in doubt.
  private func finished(_ soFar: ConfigurationSurvey, _ questioner: Questioner) -> ConfigurationSurvey {
    var survey = soFar
    let ledger = questioner.ledger
    var part = ConfigurationSurvey.Part()
    let open = survey.walks.values.filter { !$0.suites.isEmpty && $0.version < .tls13 }
      .sorted { $0.version > $1.version }
    if survey.groups12 == nil, let newest = open.first {
      look(into: newest, questioner, &part)
      survey.take(part)
    }
    for walk in open where survey.preference[walk.version] == nil {
      survey.preference[walk.version] = preference(walk, questioner, compressions: [0]).preference
    }
    let spoken = survey.walks.values.filter { !$0.suites.isEmpty }.map(\.version).sorted()
    for version in spoken.dropLast().reversed() where version < .tls12 {
      survey.fallback.append(fallback(to: version, survey, questioner))
    }
    if survey.largeHello == nil, let newest = open.first, newest.version > .ssl3 {
      survey.largeHello = largeHello(newest, questioner)
    }
    if ledger.hasLooseEnds, ledger.control != nil, !questioner.control() { ledger.giveUp() }
    survey.conclude(ledger)
    return survey
  }

  /// Says that it fell back to `version`, which a server that speaks a newer one must not go along with.
  private func fallback(
    to version: ProtocolVersion, _ survey: ConfigurationSurvey, _ questioner: Questioner
  ) -> ConfigurationSurvey.Fallback {
    var hello = SuiteWalk.hello(
      version, suites: survey.walks[version]?.suites ?? [], serverName: version == .ssl3 ? nil : sentName, questioner)
    hello.isFallback = true
    switch questioner.ask(hello) {
    case .accepted: return ConfigurationSurvey.Fallback(version: version, isHonoured: false)
    case .declined(let refusal) where refusal.alert == 86:
      return ConfigurationSurvey.Fallback(version: version, isHonoured: true)
    default: return ConfigurationSurvey.Fallback(version: version, isHonoured: nil)
    }
  }

  private func largeHello(_ walk: SuiteWalk, _ questioner: Questioner) -> ConfigurationSurvey.Test? {
    var hello = SuiteWalk.hello(walk.version, suites: walk.suites, serverName: sentName, questioner)
    hello.paddedTo = Self.largeHelloBytes
    switch questioner.ask(hello) {
    case .accepted: return .yes
    case .declined: return .no
    case .unclear, .foreign: return questioner.control() ? .no : nil
    }
  }
}

extension ConfigurationSurvey {
  /// What one thread found out.
  struct Part: Sendable {
    /// What SSL 2.0 came to.
    enum SSL2: Sendable {
      case accepted(kinds: [Int], certificate: [UInt8])
      case declined(Refusal)
      case unclear(String)
    }

    var walks: [SuiteWalk] = []
    var ssl2: SSL2?
    var groups13: GroupWalk?
    var groups12: (version: ProtocolVersion, walk: GroupWalk)?
    var namedFields: [(group: UInt16, version: ProtocolVersion)] = []
    var compression: Test?
    var preference: [ProtocolVersion: Test] = [:]
    var largeHello: Test?
    var postQuantum: Test?
  }

  fileprivate mutating func take(_ part: Part) {
    for walk in part.walks { walks[walk.version] = walk }
    if let ssl2 = part.ssl2 { ssl2Part = ssl2 }
    groups13 = groups13 ?? part.groups13
    groups12 = groups12 ?? part.groups12
    namedFields += part.namedFields
    compression = compression ?? part.compression
    preference.merge(part.preference) { first, _ in first }
    largeHello = largeHello ?? part.largeHello
    postQuantum = postQuantum ?? part.postQuantum
  }
}
