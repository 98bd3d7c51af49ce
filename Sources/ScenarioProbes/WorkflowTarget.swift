import AuditModel
import Facts
import Postgres

/// A workflow as the inventory declares it.
enum WorkflowTarget {
  /// The kind of target.
  static let kind = TargetKind(
    name: "workflow", summary: "a way through the system, step by step, that has to work",
    fields: [
      Schema.Field("file", .string(.path), required: true, "the workflow's file"),
      Schema.Field("target", .string(.url(schemes: ["https", "http"])), "where its relative URLs lead"),
      Schema.Field(
        "targets", .object([], others: .string(.url(schemes: ["https", "http"]))), "its further targets, by name"),
      Schema.Field("trust", .string(.path), "a PEM file with roots to trust beside the system's"),
      Schema.Field(
        "bearer", .string(.secretReference), "a token sent to the target's own origin, as a reference"),
      Schema.Field(
        "database", .string(.url(schemes: ["postgresql", "postgres"])), "the database its statements go to"),
      Schema.Field("databasePassword", .string(.secretReference), "the role's password, as a reference"),
      Schema.Field(
        "databaseSSLMode", .string(.word(SSLMode.allCases.map(\.rawValue))), "how the session asks for encryption",
        default: "verify-full"),
      Schema.Field("databaseTrust", .string(.path), "a PEM file with the roots the session trusts"),
      Schema.Field("variables", .object([], others: .any), "values instead of those in the workflow's file"),
      Schema.Field("secrets", .object([], others: .string(.secretReference)), "the secrets it asks for, as references"),
      Schema.Field("seed", .integer(minimum: 0, maximum: 1 << 53), "what its random values depend on"),
    ])
}
