import AuditModel
import Facts
import Postgres
package import Probing

/// What PostgreSQL shows: on the wire to anybody, and in a session to an auditor.
package enum DatabaseProbes {
  /// The kind `postgres` with its probes.
  package static let set: ProbeSet = ProbeSet(
    targetKinds: [postgres],
    probes: EveryProbe.inThisRoom,
    libraries: ["libpq \(PostgresLibrary.version)"])

  private static let postgres = TargetKind(
    name: "postgres", summary: "a PostgreSQL database",
    fields: [
      Schema.Field(
        "url", .string(.url(schemes: PostgresURL.schemes)), required: true,
        "role, host, port and database: postgresql://auditor@db.example:5432/events")
    ] + PostgresTarget.loginFields + [
      Schema.Field("migrations", .string(.path), "the folder with the application's migrations, of whichever tool"),
      Schema.Field(
        "scratch", .string(.url(schemes: PostgresURL.schemes)),
        "a server on which the migrations may be rehearsed in a database that is made for it and dropped again"),
      Schema.Field("scratchPassword", .string(.secretReference), "the password of the role in `scratch`"),
      Schema.Field("role", .string(.nonEmpty), "the role the application logs in as"),
    ],
    schemes: PostgresURL.schemes)
}
