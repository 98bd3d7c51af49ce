/// Which suites a server accepts under one version, found by offering all and taking away what it picks until it says no:
/// one connection for each that is accepted, and one for each batch.
struct SuiteWalk: Sendable {
  let version: ProtocolVersion
  /// In the order in which the server picked them.
  private(set) var suites: [UInt16] = []
  /// What came with each pick.
  private(set) var flights: [ServerFlight] = []
  /// The refusals that ended batches.
  private(set) var refusals: [Refusal] = []
  /// Why batches ended that no refusal ended.
  private(set) var doubts: [String] = []
  /// What answered instead of TLS.
  private(set) var foreign: String?
  /// Whether every pick was the first of what was offered and that could be a coincidence no more than a choice.
  private(set) var followsOffer = true

  init(_ version: ProtocolVersion) { self.version = version }

  /// Walks through all batches.
  static func walked(_ version: ProtocolVersion, _ questioner: Questioner, serverName: String?) -> SuiteWalk {
    var walk = SuiteWalk(version)
    for batch in CipherSuite.batches(for: version) {
      guard walk.goThrough(batch, questioner, serverName: serverName) else { break }
    }
    return walk
  }

  /// Whether a further batch makes sense.
  private mutating func goThrough(_ batch: [UInt16], _ questioner: Questioner, serverName: String?) -> Bool {
    var rest = batch
    var lastIndex = -1
    while !rest.isEmpty {
      switch questioner.ask(Self.hello(version, suites: rest, serverName: serverName, questioner)) {
      case .accepted(let flight, let hello):
        if let index = batch.firstIndex(of: hello.suite) {
          if index < lastIndex { followsOffer = false }
          lastIndex = index
        }
        suites.append(hello.suite)
        flights.append(flight)
        rest.removeAll { $0 == hello.suite }
      case .declined(let refusal):
        refusals.append(refusal)
        // A server that does not want the version needs no further suites to be asked about.
        return !(suites.isEmpty && refusal.isAboutVersion)
      case .unclear(let reason):
        doubts.append(reason)
        return !questioner.ledger.isGivenUp && !suites.isEmpty
      case .foreign(let words):
        foreign = words
        return false
      }
    }
    return true
  }

  /// An offer of `suites` under one version alone.
  static func hello(
    _ version: ProtocolVersion, suites: [UInt16], serverName: String?, _ questioner: Questioner
  ) -> ClientHello {
    var hello = ClientHello(version: version, suites: suites, serverName: serverName)
    if version == .tls13 {
      hello.groups = NamedGroup.forTLS13
      var source = questioner.source()
      hello.keyShares = [.x25519(&source)]
    } else if version > .ssl3 {
      hello.groups = NamedGroup.curvesForTLS12
    }
    return hello
  }

  /// Whether the server speaks the version: nil where that cannot be told.
  func isAccepted(_ ledger: Ledger) -> Bool? {
    if !suites.isEmpty { return true }
    guard doubts.isEmpty, foreign == nil, !refusals.isEmpty else { return nil }
    return refusals.allSatisfy { ledger.isConfirmed($0.tick) } ? false : nil
  }

  /// Whether the list of suites is complete for sure.
  func isComplete(_ ledger: Ledger) -> Bool {
    doubts.isEmpty && foreign == nil && refusals.allSatisfy { ledger.isConfirmed($0.tick) }
  }
}
