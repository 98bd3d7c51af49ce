import AuditModel
import Facts
import Postgres
import Probing

/// Logs in as the auditor and holds the data against the rules that the inventory declares.
struct PostgresDataQualityProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "postgres-data-quality", summary: "whether the data of a PostgreSQL database is as the inventory demands",
    targetKinds: ["postgres"], safety: .observe, facts: QualityFacts.schema, timeout: 300_000,
    traffic: "1 login, 2 if the certificate does not verify, and up to 3 statements a rule, each of which reads a table"
  )

  var targetKinds: [TargetKind] {
    [.adding(QualityDeclaration.fields, to: "postgres", further: { QualityDeclaration.violations(in: $0) })]
  }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run {
      AuditorVisit.sighting(of: target, context) { session, _, user in
        Self.look(session, target, user, context)
      }
    }
  }

  func derive(_ facts: JSONValue, asOf now: Instant) -> JSONValue { QualityFacts.derive(facts, asOf: now) }

  private static func look(
    _ session: consuming PostgresConnection, _ target: Target, _ user: String, _ context: ProbeContext
  ) -> Sighting {
    let timeout = target.settings["qualityTimeout"]?.integer ?? QualityDeclaration.defaultTimeout
    var facts = QualityFacts(QualityRule.all(in: target.settings["quality"]), role: user, timeout: timeout)
    var transaction = ReadOnlyTransaction(
      session, traffic: context.traffic, isSnapshot: true, milliseconds: timeout * 1000)
    var current: [String] = []
    facts.read { (statement, arguments, path) throws(PostgresFailure) in
      if path != current || !transaction.hasBegun {
        try transaction.rows(
          settings, [(["pg_catalog"] + path.map(TableName.quoted)).joined(separator: ", ")],
          before: context.deadline)
        current = path
      }
      return try transaction.rows(statement, arguments, before: context.deadline)
    }
    transaction.close(before: context.deadline)
    return .seen(facts.value, gaps: facts.gaps)
  }

  /// For this transaction: where names are looked for, and that policies which hide rows are told instead of obeyed.
  private static let settings = """
    SELECT pg_catalog.set_config('search_path', $1, true), pg_catalog.set_config('row_security', 'off', true)
    """
}
