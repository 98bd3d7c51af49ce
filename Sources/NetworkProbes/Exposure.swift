import Transport

/// What was seen of the ports of one host.
struct Exposure: Sendable {
  /// The answers by address, in the order in which they were looked at, and by port.
  private(set) var answers: [(address: String, byPort: [Int: ConnectScan.Answer])] = []
  /// How many addresses of the host were not looked at.
  var addressesLeftOut = 0
  /// What listens on open ports, as far as it showed.
  var services: [Int: Service] = [:]

  /// How a port answers, all addresses taken together.
  enum State: String, Sendable, CaseIterable {
    case open
    case refused
    case silent
    case barred
  }

  /// Adds the answers of one address.
  mutating func note(_ byPort: [Int: ConnectScan.Answer], from address: String) { answers.append((address, byPort)) }

  /// The addresses to which the network does not lead from here, with the reason.
  var unreached: [(address: String, reason: String)] {
    answers.compactMap { address, byPort in
      let reasons = byPort.values.map { if case .barred(let reason) = $0 { reason } else { "" } }
      guard let reason = reasons.first, !reasons.contains("") else { return nil }
      return (address, reason)
    }
  }

  /// Whether anything at all came back from the host.
  var hasAnswered: Bool {
    answers.contains { $0.byPort.values.contains { $0 == .open || $0 == .refused } }
  }

  /// Open on any address is open; else silence on one leaves the question open; nil where it was not tried everywhere.
  func state(of port: Int) -> State? {
    let reached = answers.filter { answer in !unreached.contains { $0.address == answer.address } }
    let found = (reached.isEmpty ? answers : reached).map { $0.byPort[port] }
    if found.contains(.open) { return .open }
    if found.isEmpty || found.contains(nil) { return nil }
    if found.contains(.silent) { return .silent }
    return found.contains(.refused) ? .refused : .barred
  }

  /// The addresses on which a port is open.
  func addresses(open port: Int) -> [String] { answers.filter { $0.byPort[port] == .open }.map(\.address) }

  /// Every open port with the first address on which it is, in order.
  var openPorts: [(port: Int, address: String)] {
    let open = answers.flatMap { answer in answer.byPort.filter { $0.value == .open }.map { ($0.key, answer.address) } }
    return Dictionary(open) { first, _ in first }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
