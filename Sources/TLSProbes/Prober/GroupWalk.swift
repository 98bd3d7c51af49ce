import TLSRegistry

/// Which groups a server accepts for its key exchange, found by taking away what it picks until it says no.
struct GroupWalk: Sendable {
  /// In the order in which the server picked them.
  private(set) var groups: [UInt16] = []
  private(set) var refusals: [Refusal] = []
  private(set) var doubts: [String] = []

  /// Starts from what was seen already.
  init(knowing groups: [UInt16]) { self.groups = groups }

  /// TLS 1.3: a hello without any share must be answered with the group that the server wants (RFC 8446 section 4.2.8).
  mutating func walkTLS13(_ questioner: Questioner, suites: [UInt16], serverName: String?) {
    walk(
      NamedGroup.forTLS13, questioner,
      { groups in
        var hello = ClientHello(version: .tls13, suites: suites, serverName: serverName)
        hello.groups = groups
        return hello
      }, pick: { _, hello in hello.keyShare?.group })
  }

  /// TLS 1.2 and before: the server names the curve in its ServerKeyExchange.
  ///
  /// A certificate over a curve fits only a hello that has this curve too (RFC 8422 section 5.1), so those in `anchors`,
  /// the certificates' own, are offered again behind the others once the server declines without them.
  mutating func walkCurves(
    _ version: ProtocolVersion, _ questioner: Questioner, suites: [UInt16], serverName: String?, anchors: [UInt16]
  ) {
    func hello(_ groups: [UInt16]) -> ClientHello {
      var hello = ClientHello(version: version, suites: suites, serverName: serverName)
      hello.groups = groups
      return hello
    }
    func pick(_ flight: ServerFlight, _ hello: ServerHello) -> UInt16? {
      if case .curve(let group) = flight.keyExchange { group } else { nil }
    }
    walk(NamedGroup.curvesForTLS12, questioner, hello, pick: pick)
    let behind = anchors.filter { groups.contains($0) }
    guard !behind.isEmpty, doubts.isEmpty else { return }
    walk(NamedGroup.curvesForTLS12, questioner, { hello($0 + behind) }, pick: pick, behind: behind)
  }

  private mutating func walk(
    _ candidates: [UInt16], _ questioner: Questioner, _ hello: ([UInt16]) -> ClientHello,
    pick: (ServerFlight, ServerHello) -> UInt16?, behind: [UInt16] = []
  ) {
    var rest = candidates.filter { !groups.contains($0) }
    while !rest.isEmpty {
      switch questioner.ask(hello(rest)) {
      case .accepted(let flight, let answer):
        let group = pick(flight, answer)
        // Nothing but what is known already.
        if let group, behind.contains(group) { return }
        // Some take a suite first and find only then that no curve is left for it.
        if group == nil, let alert = flight.fatalAlert {
          refusals.append(Refusal(alert: alert, tick: questioner.ledger.tick()))
          return
        }
        guard let group, rest.contains(group) else {
          doubts.append("the server chose no group that was offered")
          return
        }
        groups.append(group)
        rest.removeAll { $0 == group }
      case .declined(let refusal):
        refusals.append(refusal)
        return
      case .unclear(let reason), .foreign(let reason):
        doubts.append(reason)
        return
      }
    }
  }

  /// Adds a group that was found another way.
  mutating func add(_ group: UInt16) { if !groups.contains(group) { groups.append(group) } }

  /// Whether the list is complete for sure.
  func isComplete(_ ledger: Ledger) -> Bool {
    doubts.isEmpty && refusals.allSatisfy { ledger.isConfirmed($0.tick) }
  }
}
