/// The short form of a port, `[HOST:]CONTAINER[/PROTOCOL]` with ranges.
struct PortForm: Equatable {
  /// The address on the host; empty for all.
  var hostAddress: String
  /// The port on the host, or a range of them; empty where the engine chooses.
  var published: String
  /// The port in the container.
  var target: Int
  /// `tcp`, `udp`, `sctp`.
  var transport: String

  /// Why a text is no port.
  struct Fault: Error { var message: String }

  /// The ports that a text stands for, one for each of a range, sorted by the text of the port in the container.
  static func parsed(_ text: String) throws(Fault) -> [PortForm] {
    let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let transport = halves.count > 1 && !halves[1].isEmpty ? halves[1].lowercased() : "tcp"
    guard ["tcp", "udp", "sctp"].contains(transport) else { throw Fault(message: "no such protocol of a port") }
    let parts = (halves.first ?? "").split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let container = parts.last, !container.isEmpty else { throw Fault(message: "no port of the container") }
    let host = parts.count > 1 ? parts[parts.count - 2] : ""
    let address = try address(parts.dropLast(2).joined(separator: ":"))
    let targets = try range(container)
    guard targets.lowerBound > 0 else { throw Fault(message: "a port of the container cannot be 0") }
    guard !host.isEmpty else {
      return sorted(
        targets.map { PortForm(hostAddress: address, published: "", target: $0, transport: transport) })
    }
    let hosts = try range(host)
    if targets.count == 1, hosts.count > 1, let target = targets.first {
      // One port in the container, any of a range on the host.
      return [PortForm(hostAddress: address, published: host, target: target, transport: transport)]
    }
    guard hosts.count == targets.count else { throw Fault(message: "the ranges of ports differ in length") }
    return sorted(
      zip(hosts, targets).map {
        PortForm(hostAddress: address, published: String($0), target: $1, transport: transport)
      })
  }

  private static func sorted(_ ports: [PortForm]) -> [PortForm] {
    ports.sorted { "\($0.target)/\($0.transport)" < "\($1.target)/\($1.transport)" }
  }

  private static func address(_ text: String) throws(Fault) -> String {
    guard !text.isEmpty else { return "" }
    let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    guard IPAddressText.isValid(bare) else { throw Fault(message: "the address of the host is no IP address") }
    return bare
  }

  private static func range(_ text: String) throws(Fault) -> ClosedRange<Int> {
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = ends.compactMap { end in
      !end.isEmpty && end.utf8.allSatisfy { (48...57).contains($0) } ? Int(end) : nil
    }
    guard numbers.count == ends.count, let first = numbers.first, let last = numbers.last,
      numbers.allSatisfy({ (0...65535).contains($0) })
    else { throw Fault(message: "a port is a number from 0 to 65535") }
    guard first <= last else { throw Fault(message: "a range of ports begins above its end") }
    return first...last
  }
}

/// IP addresses in figures.
enum IPAddressText {
  /// Whether a text is an IPv4 or IPv6 address.
  static func isValid(_ text: String) -> Bool { isVersion4(text) || isVersion6(text) }

  private static func isVersion4(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) }
          && Int(part).map { $0 <= 255 } == true
      }
  }

  private static func isVersion6(_ text: String) -> Bool {
    guard text.contains(":") else { return false }
    let halves = text[...].components(separatedBy: "::")
    guard halves.count <= 2 else { return false }
    var groups = 0
    for half in halves where !half.isEmpty {
      let parts = half.split(separator: ":", omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated() {
        if index == parts.count - 1, part.contains(".") {
          guard isVersion4(String(part)) else { return false }
          groups += 2
        } else {
          guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit) else { return false }
          groups += 1
        }
      }
    }
    return halves.count == 2 ? groups < 8 : groups == 8
  }
}

extension Substring {
  /// The parts between the occurrences of a separator.
  fileprivate func components(separatedBy separator: String) -> [Substring] {
    var parts: [Substring] = []
    var rest = self
    while let found = rest.firstRange(of: separator) {
      parts.append(rest[..<found.lowerBound])
      rest = rest[found.upperBound...]
    }
    return parts + [rest]
  }
}
