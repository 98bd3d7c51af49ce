import AuditModel
import Facts
import Postgres
import Probing

/// Rehearses migrations on a server meant for it: up, and the last ones down and up again, in a database of its own.
struct MigrationRehearsalProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "postgres-migration-rehearsal",
    summary: "runs all migrations on a scratch server, takes the last ones back, and compares the schemas",
    targetKinds: ["postgres"], safety: .mutate, facts: schema, timeout: 120_000,
    traffic: "2 logins on the scratch server, one database made and dropped, every statement of the migrations")

  private static let schema = Schema.object([
    Schema.Field("tool", .nullable(.string()), required: true, "whose files they look like; null if no SQL was found"),
    Schema.Field(
      "steps",
      .nullable(
        .array(
          .object([
            Schema.Field("file", .string(), required: true, "the file, relative to the folder"),
            Schema.Field("accepted", .boolean, required: true, "whether the server took it"),
            Schema.Field("reason", .nullable(.string()), required: true, "the server's words where it did not"),
            Schema.Field(
              "returned", .nullable(.boolean), required: true,
              "the way down led back to the schema before; null where there is none, or it was not tried"),
            Schema.Field(
              "repeatable", .nullable(.boolean), required: true, "it could be run again after that, to the same end"),
            Schema.Field("differences", .array(.string()), required: true, "what was not as before, by name"),
          ]))), required: true, "the migrations in their order, up to the first that failed"),
  ])

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    await context.lane.run { Self.rehearse(target, context) }
  }

  private static func rehearse(_ target: Target, _ context: ProbeContext) -> Sighting {
    guard let text = target.settings["scratch"]?.string, let path = target.settings["migrations"]?.string else {
      return .unseen(Unseen(.malformed, "the target names no scratch server, or no folder of migrations"))
    }
    guard let url = PostgresURL(text), let user = url.user else {
      return .unseen(Unseen(.malformed, "scratch is not of the form postgresql://role@host:port/database"))
    }
    let folder = MigrationFolder(path: path)
    if let obstacle = folder.obstacle {
      return .unseen(Unseen(.unreachable, "the folder of migrations cannot be read whole: \(obstacle)"))
    }
    guard let (tool, scripts) = MigrationScript.sql(in: folder) else {
      let reason = "the folder holds no migrations in SQL"
      return .seen(["tool": nil, "steps": nil], gaps: [Gap(path: "steps", reason: reason)])
    }
    var parameters = PostgresParameters(
      host: url.host, address: nil, port: url.port, user: user, database: url.database ?? user,
      password: target.secrets["scratchPassword"], sslMode: .prefer,
      trust: context.trust + [target.settings["trust"]?.string].compactMap(\.self))
    let name = "prodworthy_rehearsal_\(UInt64.random(in: 0...UInt64.max))"
    do throws(PostgresFailure) {
      context.traffic.add(connections: 1, requests: 1)
      var home = try PostgresConnection.open(parameters, before: context.deadline)
      try home.query("CREATE DATABASE \(name) TEMPLATE template0", before: context.deadline)
      parameters.database = name
      let outcome = Result { () throws(PostgresFailure) in
        context.traffic.add(connections: 1)
        let connection = try PostgresConnection.open(parameters, before: context.deadline)
        var rehearsal = MigrationRehearsal(connection, before: context.deadline, traffic: context.traffic)
        return try rehearsal.run(scripts)
      }
      // The database goes, however it went; a moment is left for that even past the deadline.
      context.traffic.add(requests: 1)
      let dropping: PostgresFailure?
      do throws(PostgresFailure) {
        try home.query("DROP DATABASE \(name)", before: Deadline(milliseconds: 10_000))
        dropping = nil
      } catch {
        dropping = error
      }
      let steps = try outcome.get()
      var gaps: [Gap] = []
      if let dropping {
        gaps.append(
          Gap(
            path: "tool", reason: "the database \(name) could not be dropped: \(dropping)",
            remedy: "DROP DATABASE \(name)"))
      }
      let redactor = Redactor(secrets: target.secrets.values)
      return .seen(
        redactor.redacted(["tool": .string(tool.rawValue), "steps": .array(steps.map(fact))]), gaps: gaps)
    } catch {
      let kind: Unseen.Kind =
        switch error {
        case .timedOut: .timeout
        case .cancelled: .interrupted
        case .rejected, .server: .denied
        default: .unreachable
        }
      return .unseen(Unseen(kind, "the scratch server: \(error.description)"))
    }
  }

  private static func fact(_ step: MigrationRehearsal.Step) -> JSONValue {
    [
      "file": .string(step.file.bounded()), "accepted": .bool(step.isAccepted),
      "reason": JSONValue(step.reason.map { $0.bounded() }), "returned": JSONValue(step.returned),
      "repeatable": JSONValue(step.isRepeatable),
      "differences": .array(step.differences.prefix(50).map { .string($0.bounded()) }),
    ]
  }
}
