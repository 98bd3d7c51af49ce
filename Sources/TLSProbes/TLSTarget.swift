import AuditModel
import Facts
import Glibc
import Transport

/// Where a target speaks TLS, as the inventory declares it.
struct TLSTarget: Sendable {
  /// How the client comes to speak TLS.
  enum Opening: Sendable, Equatable {
    /// From the first byte.
    case direct
    /// Once asked for in the words of another protocol.
    case upgrade(UpgradeProtocol)
  }

  /// The kind of target: `https` where HTTP is spoken within.
  var kind: String
  /// Where to connect.
  var endpoint: Endpoint
  /// What the certificate must be made out to.
  var serverName: String
  var opening: Opening
  /// The application protocols to offer.
  var alpn: [String]
  /// Addresses of single nodes behind the name, each of which has to show the same certificate.
  var nodes: [String]
  /// Further names that it has to answer to, at most `mostNames`.
  var otherNames: [String] = []
  /// Where those names lead; nil for wherever each leads by itself.
  var commonAddress: String?
  /// Files with roots to trust.
  var trust: [String]
  /// Whether the system's roots are trusted too.
  var trustsSystem: Bool

  /// Whether anybody's browser has to trust it.
  var isDeclaredPublic = false
  /// The keys that clients pin; nil where the inventory names none.
  var pins: KeyPins?
  /// The file with the logs of certificate transparency to believe; nil for none.
  var transparencyLogs: String?

  /// Why a target cannot be looked at.
  struct Invalid: Error {
    var reason: String
  }

  /// The most further names that are asked for.
  static let mostNames = 50

  /// Reads the declaration of `target`; `trust` are the run's own further roots.
  init(_ target: Target, trust: [String]) throws(Invalid) {
    if target.kind == "tls" {
      try self.init(service: target, trust: trust)
    } else {
      try self.init(url: target, trust: trust)
    }
    commonAddress = target.settings["address"]?.string
    isDeclaredPublic = target.settings["publicTrust"]?.bool ?? false
    transparencyLogs = target.settings["transparencyLogs"]?.string
    if let declared = target.settings["pins"]?.array {
      pins = KeyPins(declared.compactMap(\.string))
      if pins == nil {
        throw Invalid(
          reason:
            "one of the pins is not `sha256/` and 44 characters of Base64, or there are none or more than \(KeyPins.most)"
        )
      }
    }
    for case .string(let name) in target.settings["otherNames"]?.array ?? [] {
      guard Self.isPlain(name[...]) else {
        throw Invalid(reason: "one of the other names is neither an ASCII name nor a literal address")
      }
      if !otherNames.contains(name) { otherNames.append(name) }
    }
    guard otherNames.count <= Self.mostNames else {
      throw Invalid(reason: "there are more than \(Self.mostNames) other names")
    }
  }

  /// The same service as asked for by another of its names.
  func named(_ name: String) -> TLSTarget {
    var other = self
    other.serverName = name
    other.endpoint = Endpoint(host: commonAddress ?? name, port: endpoint.port)
    return other
  }

  private init(url target: Target, trust: [String]) throws(Invalid) {
    guard let url = target.settings["url"]?.string else { throw Invalid(reason: "the target names no url") }
    kind = target.kind
    nodes = try Self.nodes(target)
    let isDatabase = target.kind == "postgres"
    opening = isDatabase ? .upgrade(.postgres) : .direct
    alpn = isDatabase ? [] : ["h2", "http/1.1"]
    guard let endpoint = Self.endpoint(of: url, defaultPort: isDatabase ? 5432 : 443) else {
      throw Invalid(reason: "the url names no single host with an ASCII name or a literal address")
    }
    self.endpoint = Endpoint(host: target.settings["address"]?.string ?? endpoint.host, port: endpoint.port)
    serverName = target.settings["serverName"]?.string ?? endpoint.host
    let declared = target.settings["trust"]?.string
    self.trust = trust + [declared].compactMap { $0 }
    // As libpq does it: a named root stands instead of the system's.
    trustsSystem = !isDatabase || declared == nil
  }

  /// Reads a target of the kind `tls`: host and port, and the protocol that leads to TLS.
  private init(service target: Target, trust: [String]) throws(Invalid) {
    kind = target.kind
    nodes = try Self.nodes(target)
    guard let declared = target.settings["host"]?.string else { throw Invalid(reason: "the target names no host") }
    let isBracketed = declared.hasPrefix("[") && declared.hasSuffix("]")
    let host = isBracketed ? String(declared.dropFirst().dropLast()) : declared
    guard Self.isPlain(host[...]) else {
      throw Invalid(reason: "the host is neither an ASCII name nor a literal address")
    }
    var upgrade: UpgradeProtocol?
    if let name = target.settings["starttls"]?.string {
      upgrade = UpgradeProtocol(named: name)
      if upgrade == nil { throw Invalid(reason: "no way to TLS is known in the protocol `\(name)`") }
    }
    opening = upgrade.map { .upgrade($0) } ?? .direct
    alpn = upgrade?.alpn ?? []
    guard let port = target.settings["port"]?.integer ?? upgrade?.defaultPort, (1...65535).contains(port) else {
      throw Invalid(reason: "the target names no port")
    }
    endpoint = Endpoint(host: target.settings["address"]?.string ?? host, port: port)
    serverName = target.settings["serverName"]?.string ?? host
    self.trust = trust + [target.settings["trust"]?.string].compactMap { $0 }
    trustsSystem = true
  }

  /// Literal addresses without brackets, in the order of the inventory, each once.
  private static func nodes(_ target: Target) throws(Invalid) -> [String] {
    var nodes: [String] = []
    for case .string(let declared) in target.settings["nodes"]?.array ?? [] {
      let isBracketed = declared.hasPrefix("[") && declared.hasSuffix("]")
      let node = isBracketed ? String(declared.dropFirst().dropLast()) : declared
      var address = in6_addr()
      guard inet_pton(AF_INET, node, &address) == 1 || inet_pton(AF_INET6, node, &address) == 1 else {
        throw Invalid(reason: "a node is no literal address")
      }
      if !nodes.contains(node) { nodes.append(node) }
    }
    return nodes
  }

  private static func isPlain(_ host: Substring) -> Bool {
    !host.isEmpty
      && host.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "%") }
  }

  /// Host and port of a URL (RFC 3986 section 3.2).
  static func endpoint(of url: String, defaultPort: Int) -> Endpoint? {
    guard let scheme = url.firstRange(of: "://") else { return nil }
    var authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
    if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
    let host: Substring
    var port: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[..<end].dropFirst()
      port = authority[authority.index(after: end)...]
    } else {
      host = authority.prefix { $0 != ":" }
      port = authority[host.endIndex...]
    }
    guard isPlain(host), port.isEmpty || port.hasPrefix(":") else { return nil }
    port = port.dropFirst()
    if port.isEmpty { return Endpoint(host: String(host), port: defaultPort) }
    guard port.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(port), (1...65535).contains(number) else {
      return nil
    }
    return Endpoint(host: String(host), port: number)
  }

  /// What stands in SNI: never a literal address, and no dot at the end (RFC 6066 section 3); nil for nothing.
  var sentName: String? {
    let name = serverName.hasSuffix(".") ? String(serverName.dropLast()) : serverName
    var address = in6_addr()
    let isName =
      (1...255).contains(name.utf8.count) && inet_pton(AF_INET, name, &address) != 1
      && inet_pton(AF_INET6, name, &address) != 1
    return isName ? name : nil
  }
}
