import TLSRegistry

extension ConfigurationSurvey {
  /// Decides what is sure by who answered when, and names what is not.
  mutating func conclude(_ ledger: Ledger) {
    for (version, walk) in walks {
      if let isAccepted = walk.isAccepted(ledger) { accepted[version] = isAccepted }
    }
    switch ssl2Part {
    case .accepted: accepted[.ssl2] = true
    case .declined(let refusal): if ledger.isConfirmed(refusal.tick) { accepted[.ssl2] = false }
    case .unclear(let reason): doubts.append(reason)
    case nil: break
    }
    // Where no version was ever agreed on there is no control, and a refusal by alert is all there can be.
    if spoken.isEmpty, ledger.control == nil { believeAlerts() }
    for version in ProtocolVersion.allCases where accepted[version] == nil { inconclusive.append(version.name) }
    let open = walks.values.sorted { $0.version < $1.version }
    doubts += open.flatMap(\.doubts)
    if open.contains(where: { !$0.suites.isEmpty && !$0.isComplete(ledger) }) { inconclusive.append("suites") }
    let groupWalks = [groups13, groups12?.walk].compactMap { $0 }
    doubts += groupWalks.flatMap(\.doubts)
    if !groupWalks.allSatisfy({ $0.isComplete(ledger) }) || (accepted[.tls13] == true && postQuantum == nil) {
      inconclusive.append("groups")
    }
    if ledger.isGivenUp { doubts.insert("the server has stopped answering what it answered before", at: 0) }
    if accepted.isEmpty { inconclusive = ["all"] }
  }

  private mutating func believeAlerts() {
    for (version, walk) in walks where walk.doubts.isEmpty && walk.refusals.contains(where: { $0.alert != nil }) {
      // Whoever does not know the name has said nothing of the version.
      if !walk.refusals.contains(where: \.isAboutName) { accepted[version] = false }
    }
    if walks.values.contains(where: { $0.refusals.contains(where: \.isAboutName) }) {
      doubts.append("the server refuses the name that it was asked for (alert 112, unrecognized_name)")
    }
    if !accepted.isEmpty, case .declined? = ssl2Part { accepted[.ssl2] = false }
  }
}
