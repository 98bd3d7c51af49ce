import TLSRegistry

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

  /// The order in which suites were offered.
  private(set) var order: [UInt16] = []
  /// Curves that the server has chosen.
  private var curves: [UInt16] = []

  init(_ version: ProtocolVersion) { self.version = version }

  /// Walks through everything that the version knows; `known` is what the server agreed to before.
  ///
  /// Everything is offered at once, the usual suites last: a server that picks one of them reads lists of that length, and
  /// its final no is about all of the list. What it may not have read is offered again, a batch at a time.
  static func walked(
    _ version: ProtocolVersion, _ questioner: Questioner, serverName: String?,
    knowing known: (flight: ServerFlight, suite: UInt16)? = nil
  ) -> SuiteWalk {
    var walk = SuiteWalk(version)
    if let known {
      walk.suites.append(known.suite)
      walk.flights.append(known.flight)
    }
    let batches = CipherSuite.batches(for: version)
    walk.order = batches.flatMap { $0 }
    guard let usual = batches.first, batches.count > 1 else {
      for batch in batches { _ = walk.goThrough(batch, questioner, serverName: serverName) }
      return walk
    }
    let everything = batches.dropFirst().flatMap { $0 } + usual
    walk.order = everything
    let tick = walk.refusals.count
    guard walk.goThrough(everything, questioner, serverName: serverName) else { return walk }
    let left = everything.filter { !walk.suites.contains($0) }
    guard !walk.hasRead(left.count) else { return walk }
    // Whatever ended the long list may have been its length.
    walk.refusals.removeSubrange(tick...)
    walk.doubts.removeAll()
    for batch in batches {
      let rest = batch.filter { !walk.suites.contains($0) }
      guard walk.goThrough(rest, questioner, serverName: serverName) else { break }
    }
    return walk
  }

  /// The furthest place in an offer at which the server found what it picked.
  private var furthest = -1

  /// Whether the server has shown that it reads lists of so many suites: there are stacks that stop at 127, and might be
  /// some that count in a byte.
  private func hasRead(_ count: Int) -> Bool {
    doubts.isEmpty && (count <= CipherSuite.mostOffered || furthest >= 256 || (furthest >= 128 && count <= 256))
  }

  /// Whether a further batch makes sense.
  private mutating func goThrough(_ batch: [UInt16], _ questioner: Questioner, serverName: String?) -> Bool {
    let isLong = batch.count > CipherSuite.mostOffered
    var rest = batch.filter { !suites.contains($0) }
    var lastIndex = -1
    while !rest.isEmpty {
      var hello = Self.hello(version, suites: rest, serverName: serverName, questioner)
      // One question more in the same hello: a server that follows the client's order shows a curve that is new.
      if version < .tls13, version > .ssl3 { hello.groups = hello.groups.filter { !curves.contains($0) } + curves }
      switch questioner.ask(hello) {
      case .accepted(let flight, let hello):
        if let index = batch.firstIndex(of: hello.suite) {
          if index < lastIndex { followsOffer = false }
          lastIndex = index
        }
        furthest = max(furthest, rest.firstIndex(of: hello.suite) ?? -1)
        if case .curve(let curve) = flight.keyExchange, !curves.contains(curve) { curves.append(curve) }
        suites.append(hello.suite)
        flights.append(flight)
        rest.removeAll { $0 == hello.suite }
      case .declined(let refusal):
        refusals.append(refusal)
        // A server that does not want the version needs no further suites to be asked about.
        return !(suites.isEmpty && refusal.isAboutVersion)
      case .unclear(let reason):
        doubts.append(reason)
        return !questioner.ledger.isGivenUp && (isLong || !suites.isEmpty)
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
