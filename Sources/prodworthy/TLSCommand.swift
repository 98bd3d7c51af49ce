import ArgumentParser
import AuditModel
import Facts
import Glibc
import Probing
import Reporting
import TLSProbes
import Transport

/// `prodworthy tls`.
struct TLSCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tls",
    abstract: "Find out everything a TLS server accepts: versions, suites, groups, certificates, sessions.",
    discussion: """
      Makes some 35 to 100 connections. Exits 0 where a TLS server was found, 69 where there is none.

      EXAMPLES:
        prodworthy tls api.example.com
        prodworthy tls [2001:db8::1]:8443 --name api.example.com --json
        prodworthy tls db.example.com:5432 --starttls postgres --trust ca.pem
        prodworthy tls api.example.com --faults
      """)

  @Argument(help: "HOST:PORT; an IPv6 address stands in brackets. Port 443 where none is given.")
  var server: String

  @Option(help: "The name to ask for and to expect in the certificate, instead of the host.")
  var name: String?

  @Option(
    help:
      "The protocol in whose words TLS is asked for: \(UpgradeProtocol.allCases.map(\.rawValue).joined(separator: ", "))."
  )
  var starttls: String?

  @Option(help: "Further roots to trust, a PEM file. Repeatable.", completion: .file())
  var trust: [String] = []

  @Option(help: "Seconds after which to stop looking.")
  var deadline = 60

  @Flag(help: "Look for Heartbleed, CCS injection, ROBOT, Ticketbleed and their like too.")
  var faults = false

  @Flag(help: "Print JSON.")
  var json = false

  private var upgrade: UpgradeProtocol? { starttls.flatMap(UpgradeProtocol.init(named:)) }

  func validate() throws {
    guard (1...3600).contains(deadline) else { throw ValidationError("--deadline runs from 1 to 3600 seconds") }
    if let starttls, upgrade == nil {
      let known = UpgradeProtocol.allCases.map(\.rawValue)
      throw ValidationError("there is no upgrade \(starttls)\(DidYouMean.phrase(starttls, among: known))")
    }
    guard place != nil else { throw ValidationError("\(server) is not HOST:PORT") }
  }

  func run() async throws {
    guard let place else { throw Failure(.usage, "\(server) is not HOST:PORT") }
    for path in trust { try Self.requireRoots(in: path) }
    let probe = TLSProbes.configuration
    let context = ProbeContext(
      deadline: Deadline(milliseconds: deadline * 1000, cancellation: Interruption.shared.cancellation),
      lane: BlockingLane(width: 4), traffic: TrafficMeter(), trust: trust.map(Input.absolute))
    let sighting = await probe.observe(target(place), with: [:], in: context)
    if let status = Interruption.shared.status { throw status }
    switch sighting {
    case .unseen(let unseen): throw Failure(.unavailable, "\(server): \(Untrusted.line(unseen.reason))")
    case .seen(let facts, _):
      var whole = probe.derive(facts, asOf: Instant.current())
      if faults { whole = await withFaults(whole, place) }
      try Output.print(json ? Output.text(of: whole) : TLSReadout(whole).text)
    }
  }

  /// The facts with one more member for the faults with a name, each as its own probe sees it; null where that saw nothing.
  private func withFaults(_ facts: JSONValue, _ place: (host: String, port: Int)) async -> JSONValue {
    guard var whole = facts.object else { return facts }
    var found: [JSONValue] = []
    for probe in TLSProbes.faults {
      let context = ProbeContext(
        deadline: Deadline(milliseconds: deadline * 1000, cancellation: Interruption.shared.cancellation),
        lane: BlockingLane(width: 1), traffic: TrafficMeter(), trust: trust.map(Input.absolute))
      var fault: JSONObject = ["probe": .string(probe.descriptor.id), "verdict": nil, "reason": nil]
      switch await probe.observe(target(place), with: [:], in: context) {
      case .seen(let facts, _): for (name, value) in facts["fault"]?.object?.members ?? [] { fault[name] = value }
      case .unseen(let unseen): fault["reason"] = .string(unseen.reason)
      }
      found.append(.object(fault))
    }
    whole["faults"] = .array(found)
    return .object(whole)
  }

  /// Throws `Failure` (66, 65) where `path` is no file with certificates.
  private static func requireRoots(in path: String) throws(Failure) {
    guard Input.exists(path) else { throw Failure(.missingInput, "there is no file \(path)") }
    do throws(TrustStore.Failure) {
      _ = try TrustStore.including([path], systemRoots: false)
    } catch {
      throw Failure(.badData, error.sentence)
    }
  }

  private func target(_ place: (host: String, port: Int)) -> Target {
    var settings: JSONObject
    if let upgrade {
      settings = ["host": .string(place.host), "port": .integer(place.port), "starttls": .string(upgrade.rawValue)]
    } else {
      let host = place.host.contains(":") ? "[\(place.host)]" : place.host
      settings = ["url": .string("https://\(host):\(place.port)/")]
    }
    if let name { settings["serverName"] = .string(name) }
    return Target(id: server, kind: upgrade == nil ? "https" : "tls", settings: settings)
  }

  /// The server named; nil where the text names none.
  private var place: (host: String, port: Int)? {
    var host = Substring(server)
    var port: Substring = ""
    if server.hasPrefix("[") {
      guard let end = server.firstIndex(of: "]") else { return nil }
      host = server[..<end].dropFirst()
      port = server[server.index(after: end)...]
    } else if server.filter({ $0 == ":" }).count == 1, let colon = server.firstIndex(of: ":") {
      host = server[..<colon]
      port = server[colon...]
    }
    guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Self.forbidden.contains($0) }) else {
      return nil
    }
    if port.isEmpty { return (String(host), upgrade?.defaultPort ?? 443) }
    guard port.hasPrefix(":"), let number = Int(port.dropFirst()), (1...65_535).contains(number) else { return nil }
    return (String(host), number)
  }

  /// What would end the host within a URL.
  private static let forbidden = Set("/?#@[],%\\".utf8)
}
