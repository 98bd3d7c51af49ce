import AuditModel
import Postgres
import Probing

/// A probe's way to a session: logging in as the target declares, and saying why not where that fails.
enum AuditorVisit {
  /// What `look` makes of a session with the database that `target` declares, or with `fallback` where it names none. Blocks:
  /// only on a lane.
  static func sighting(
    of target: Target, _ context: ProbeContext, database fallback: String? = nil,
    look: (consuming PostgresConnection, PostgresTarget, _ user: String) -> Sighting
  ) -> Sighting {
    var database: PostgresTarget
    do {
      database = try PostgresTarget(target, trust: context.trust)
      database.url.database = database.url.database ?? fallback
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    guard let user = database.url.user else {
      return .unseen(Unseen(.malformed, "the url names no role to log in as"))
    }
    let login = Login.attempt(database, user: user, before: context.deadline, traffic: context.traffic)
    let redactor = Redactor(secrets: target.secrets.values)
    switch consume login.outcome {
    case .nobody(let failure):
      return .unseen(Unseen(PostgresSessionProbe.kind(of: failure), redactor.redacted(failure.description)))
    case .unseen(let failure):
      return .unseen(Unseen(PostgresSessionProbe.kind(of: failure), redactor.redacted(failure.description)))
    case .rejected(let report): return .unseen(Unseen(.denied, redactor.redacted(report.description)))
    case .withheld(let reason): return .unseen(Unseen(.denied, "no login without TLS: \(redactor.redacted(reason))"))
    case .session(let session):
      switch look(session, database, user) {
      case .seen(let facts, let gaps): return .seen(redactor.redacted(facts), gaps: gaps)
      case .unseen(var unseen):
        unseen.reason = redactor.redacted(unseen.reason)
        return .unseen(unseen)
      }
    }
  }
}
