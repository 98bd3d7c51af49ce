import AuditModel
import Facts
import Probing
import Transport

/// Finds out everything a TLS server accepts: versions, suites, groups, certificates, sessions.
struct TLSConfigurationProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "tls-configuration", summary: "versions, suites, groups, certificates and sessions of a TLS server",
    targetKinds: ["https", "postgres", "tls"], safety: .probe, facts: ConfigurationSchema.facts, timeout: 60_000,
    traffic: "35 to 100 connections, four at a time, each with one hello")

  func observe(
    _ target: Target, with parameters: JSONObject, in context: ProbeContext
  ) async -> Sighting {
    let endpoint: TLSTarget
    do {
      endpoint = try TLSTarget(target, trust: context.trust)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    let roots = await context.lane.run { Roots(endpoint) }
    let looked = await context.lane.run {
      Result { () throws(TransportFailure) in
        try NameResolution.addresses(of: endpoint.endpoint, before: context.deadline).map(\.text)
      }
    }
    let addresses: [String]
    switch looked {
    case .success(let found): addresses = found + endpoint.nodes.filter { !found.contains($0) }
    case .failure(let failure): return .unseen(Self.unseen(failure))
    }
    let surveyor = ConfigurationSurveyor(
      target: endpoint, addresses: await Self.reachableFirst(addresses, endpoint, context), trust: roots.store,
      deadline: context.deadline, lane: context.lane, traffic: context.traffic, seed: .random(in: 0 ... .max))
    do {
      let survey = try await surveyor.survey()
      let (facts, gaps) = await context.lane.run {
        let logs = Result { () throws(TransparencyLogs.Failure) in
          try endpoint.transparencyLogs.map { (file) throws(TransparencyLogs.Failure) in
            try TransparencyLogs(file: file)
          }
        }
        let facts = ConfigurationFacts(
          survey: survey, name: endpoint.serverName, isNameSent: endpoint.sentName != nil,
          connections: context.traffic.traffic.connections, blindness: roots.blindness,
          isDeclaredPublic: endpoint.isDeclaredPublic, logs: logs, before: context.deadline)
        return (facts.value, facts.gaps)
      }
      if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was called off")) }
      return .seen(facts, gaps: gaps)
    } catch {
      guard let failure = error.failure else { return .unseen(Unseen(.malformed, error.sentence)) }
      return .unseen(Self.unseen(failure))
    }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue {
    guard var whole = facts.object else { return facts }
    if var staple = whole["staple"]?.object {
      staple["isCurrent"] = Self.isCurrent(staple, now)
      whole["staple"] = .object(staple)
    }
    if let transparency = whole["transparency"]?.object {
      whole["transparency"] = .object(
        TransparencyDerivation.derived(transparency, leaf: whole["certificates"]?[0], asOf: now))
    }
    whole["stapleVerdict"] = JSONValue(Self.stapleVerdict(whole))
    return .object(ConfigurationGrading.graded(whole, asOf: now))
  }

  /// One word for what came of stapling; nil where no certificate was seen that could have a status.
  private static func stapleVerdict(_ facts: JSONObject) -> String? {
    guard let isStapled = facts["stapled"]?.bool else { return nil }
    guard isStapled, let staple = facts["staple"] else {
      return facts["mustStaple"]?.bool == true ? "missing" : "absent"
    }
    if staple["signatureValid"]?.bool == false { return "forged" }
    guard let verdict = staple["verdict"]?.string, verdict == "good" else { return staple["verdict"]?.string }
    return staple["isCurrent"]?.bool == true ? verdict : "outdated"
  }

  /// Null without a day from which on the response is true; one that names no end is as good as its beginning.
  private static func isCurrent(_ staple: JSONObject, _ now: Instant) -> JSONValue {
    guard let start = staple["thisUpdate"]?.string.flatMap({ Instant($0) }) else { return .null }
    let end = staple["nextUpdate"]?.string.flatMap { Instant($0) }
    return .bool(start <= now && end.map { now <= $0 } ?? true)
  }

  /// The addresses with the first that takes a connection in front, so that one dead address does not hide a server.
  private static func reachableFirst(
    _ addresses: [String], _ target: TLSTarget, _ context: ProbeContext
  ) async -> [String] {
    guard addresses.count > 1 else { return addresses }
    return await context.lane.run {
      let share = max(200, min(3000, context.deadline.millisecondsLeft / (2 * addresses.count)))
      for (index, address) in addresses.enumerated() {
        let endpoint = Endpoint(host: address, port: target.endpoint.port)
        let connection = try? Connection.open(
          endpoint, before: context.deadline.capped(milliseconds: share), traffic: context.traffic)
        guard let connection else { continue }
        connection.close()
        return [address] + addresses[..<index] + addresses[(index + 1)...]
      }
      return addresses
    }
  }

  /// Why nothing was seen where a connection failed like this.
  static func unseen(_ failure: TransportFailure) -> Unseen {
    switch failure {
    case .timedOut: Unseen(.timeout, failure.sentence)
    case .cancelled: Unseen(.interrupted, failure.sentence)
    case .tls: Unseen(.malformed, failure.sentence)
    default: Unseen(.unreachable, failure.sentence)
    }
  }
}
