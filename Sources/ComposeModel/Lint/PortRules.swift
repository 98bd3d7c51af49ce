import AuditModel

extension LintRun {
  /// Addresses that every interface answers on.
  private static let everywhere: Set<String> = ["", "0.0.0.0", "::", "0:0:0:0:0:0:0:0"]

  private static func isOpen(_ port: ComposeNode) -> Bool { everywhere.contains(port["host_ip"]?.text ?? "") }

  /// The ends of a port or of a range of ports on the host.
  private static func published(_ port: ComposeNode) -> ClosedRange<Int>? {
    guard let text = port["published"]?.text else { return nil }
    let parts = text.split(separator: "-")
    let ends = parts.compactMap { Int($0) }
    guard ends.count == parts.count, let first = ends.first, let last = ends.last, first <= last else { return nil }
    return first...last
  }

  /// Whether an address stands where only ports may.
  private static func isMisplacedAddress(_ port: ComposeNode) -> Bool {
    published(port) == nil && port["published"]?.text?.contains(".") ?? false
  }

  private static func shown(_ port: ComposeNode) -> String {
    if let text = port.text { return text }
    let target = port["target"]?.scalarText ?? "?"
    return port["published"]?.text.map { "\($0):\(target)" } ?? target
  }

  /// Where a complaint about ports stands: at the one entry of several that it is about, else at the list's key.
  private static func place(of ports: [ComposeNode], _ service: LintedService) -> SourceLocation {
    guard let first = ports.first, Set(ports.map(\.place)).count == 1, Set(service.ports.map(\.place)).count > 1 else {
      return service.place(of: "ports")
    }
    return first.place
  }

  /// A port whose text is none, as far as figures stand in it: the lowest of them, and whether an address of the host does.
  private static func unreadable(_ port: ComposeNode) -> (lowest: Int, hasAddress: Bool)? {
    guard let text = port.text, !port.isUnresolved else { return nil }
    let parts = text.split { ":-/".contains($0) }
    guard let lowest = parts.compactMap({ Int($0) }).min() else { return nil }
    return (lowest, text.contains(".") || text.contains("["))
  }

  mutating func checkPorts(_ service: LintedService) {
    let isHidden = service.known?.isDatastore == true || service.known?.kind == .administration
    // That a text is no port is complained of elsewhere.
    let ports = service.ports.filter { $0["target"] != nil }
    let broken = service.ports.compactMap { port in Self.unreadable(port).map { (port: port, figures: $0) } }
    let open = ports.filter { Self.isOpen($0) && !Self.isMisplacedAddress($0) }
    func isStore(_ port: ComposeNode) -> Bool {
      isHidden || port["target"]?.integer.map(KnownImage.datastorePorts.contains) ?? false
    }
    let stores = open.filter(isStore)
    if !stores.isEmpty {
      add(
        .datastorePortsClosed, service,
        "\(stores.map(Self.shown).joined(separator: ", ")) on every interface of the host, past its firewall",
        at: Self.place(of: stores, service))
    }
    for port in ports.filter(Self.isMisplacedAddress) {
      add(
        .modelValid, service, "`published` is a port or a range of ports: the address of the host is `host_ip`",
        at: port["published"]?.place ?? port.place)
    }
    let others = open.filter { port in
      !isStore(port) && Self.published(port).map { ![80...80, 443...443].contains($0) } ?? true
    }
    let unbound = others + broken.filter { !$0.figures.hasAddress }.map(\.port)
    if !unbound.isEmpty {
      add(
        .portsBound, service, "\(unbound.map(Self.shown).joined(separator: ", ")) on every interface of the host",
        at: Self.place(of: unbound, service))
    }
    let isProxy = service.known?.kind == .proxy
    let privileged = ports.filter { port in
      let outside = Self.published(port)?.lowerBound
      let isUsual = isProxy && (outside == nil || outside == 80 || outside == 443)
      return !isUsual && ((outside ?? 1024) < 1024 && outside != 0 || (port["target"]?.integer ?? 1024) < 1024)
    }
    let low = privileged + broken.filter { (1..<1024).contains($0.figures.lowest) }.map(\.port)
    let drops = service["cap_drop"]?.list?.compactMap(\.text) ?? []
    if !low.isEmpty, !drops.contains("NET_BIND_SERVICE") {
      add(
        .portsUnprivileged, service,
        "\(low.map(Self.shown).joined(separator: ", ")): ports below 1024 are the system's own",
        at: Self.place(of: low, service))
    }
  }

  /// Ports of the host that two services want: each of them, or one of them out of a range from which the engine chooses.
  mutating func checkDistinctPorts() {
    struct Claim {
      var service: String
      var range: ClosedRange<Int>
      var address: String
      var transport: String
    }
    var claims: [Claim] = []
    var told: Set<[String]> = []
    for service in services {
      for port in service.ports {
        guard let range = Self.published(port), range.count <= 65_536, !range.contains(0), claims.count < 10_000 else {
          continue
        }
        let claim = Claim(
          service: service.name, range: range, address: Self.isOpen(port) ? "*" : port["host_ip"]?.text ?? "",
          transport: port["protocol"]?.text ?? "tcp")
        defer { claims.append(claim) }
        let other = claims.last { other in
          other.service != claim.service && other.transport == claim.transport && other.range.overlaps(claim.range)
            && (other.address == claim.address || other.address == "*" || claim.address == "*")
            // Two that may choose will choose differently.
            && (other.range.count == 1 || claim.range.count == 1)
        }
        guard let other else { continue }
        let place = port["published"]?.place ?? port.place
        let shared = range.clamped(to: other.range)
        let isChoice = range.count > 1 || other.range.count > 1
        if isChoice, !told.insert([service.name, other.service, "\(place)"]).inserted { continue }
        add(
          .portsDistinct, service,
          isChoice
            ? "port \(shared.lowerBound) of the host may also be given to `\(other.service)`, out of a range"
            : "port \(shared.lowerBound) of the host is also wanted by `\(other.service)`", at: place)
      }
    }
  }

  /// Datastores in the network of what the public reaches.
  mutating func checkNetworks() {
    func networks(_ service: LintedService) -> Set<String> { Set(service["networks"]?.map?.names ?? []) }
    let fronts = services.filter { service in
      let isPublic = service.ports.contains { port in
        Self.isOpen(port) && Self.published(port).map { [80...80, 443...443].contains($0) } ?? false
      }
      return service.known?.kind == .proxy || isPublic
    }
    for service in services where service.known?.isDatastore == true {
      guard let front = fronts.first(where: { !networks($0).isDisjoint(with: networks(service)) }) else { continue }
      let isOnlyService = front.known?.kind != .proxy
      // A public service that talks to its own database without a proxy between them cannot be kept apart from it.
      if isOnlyService { continue }
      add(
        .networksSeparated, service, "it shares a network with `\(front.name)`, which the public reaches",
        at: service.place(of: "networks"))
    }
  }
}
