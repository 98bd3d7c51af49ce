import Probing

/// The faults with names that only a question of its own shows.
enum Faults {
  static let probes: [any Probe] = [
    Heartbleed.probe, EarlyKeyChange.probe, PaddingOracle.probe, Ticketbleed.probe, ClientRenegotiation.probe,
    UnknownValues.probe,
  ]
}
