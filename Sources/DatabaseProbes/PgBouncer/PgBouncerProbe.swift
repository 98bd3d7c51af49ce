import AuditModel
import Facts
import Postgres
import Probing
import Transport

/// The kind `pgbouncer`.
enum PgBouncerTarget {
  static let kind = TargetKind(
    name: "pgbouncer", summary: "a PgBouncer pooler, by its console",
    fields: [
      Schema.Field(
        "url", .string(.url(schemes: PostgresURL.schemes)), required: true,
        "a role of stats_users, host and port: postgresql://watcher@pooler.example:6432/")
    ] + PostgresTarget.loginFields)
}

/// Logs in to a pooler's console and has it show its pools, its settings and its links.
struct PgBouncerProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "pgbouncer-console", summary: "what a PgBouncer pooler shows: pools, waiting clients, settings, encryption",
    targetKinds: ["pgbouncer"], safety: .observe, facts: PgBouncerFacts.schema, timeout: 15_000,
    traffic: "1 login, 2 if the certificate does not verify, and 6 commands")

  /// The console's own database.
  static let console = "pgbouncer"

  var targetKinds: [TargetKind] { [PgBouncerTarget.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      let offer = Self.offer(of: target, context)
      var sighting = AuditorVisit.sighting(of: target, context, database: Self.console) { session, _, _ in
        var session = session
        var facts = PgBouncerFacts(offersTLS: offer, isEncrypted: session.encryption != nil)
        facts.read { (command) throws(PostgresFailure) in
          context.traffic.add(requests: 1)
          return try session.command(command, before: context.deadline.capped(milliseconds: 5000))
        }
        return .seen(facts.value, gaps: facts.gaps)
      }
      // A pooler that lets nobody in has said something all the same, if it was there.
      if case .unseen(let unseen) = sighting, unseen.kind == .denied, offer != nil {
        var facts = PgBouncerFacts(offersTLS: offer, isEncrypted: nil)
        facts.wasDenied(unseen.reason)
        sighting = .seen(facts.value, gaps: facts.gaps)
      }
      return sighting
    }
  }

  /// Whether TLS is offered; nil if that cannot be told.
  private static func offer(of target: Target, _ context: ProbeContext) -> Bool? {
    guard let pooler = try? PostgresTarget(target, trust: context.trust) else { return nil }
    let wire = Wire(
      endpoint: Endpoint(host: pooler.address ?? pooler.url.host, port: pooler.url.port),
      deadline: context.deadline.capped(milliseconds: 4000), traffic: context.traffic)
    guard let (offer, _) = try? wire.answerToSSLRequest() else { return nil }
    return offer == .offered ? true : offer == .declined ? false : nil
  }
}
