import AuditModel
import Facts
package import Probing

/// What services do when they lose what they depend on, or one of their own.
package enum RecoveryProbes {
  /// The fields of `https` and `http` targets that declare dependencies and instances, with the probes that cut them.
  package static let set = ProbeSet(
    targetKinds: [
      kind("https", "an HTTPS endpoint"),
      kind("http", "an HTTP endpoint without TLS, such as a service behind a proxy"),
    ], probes: EveryProbe.inThisRoom)

  private static func kind(_ name: String, _ summary: String) -> TargetKind {
    TargetKind(
      name: name, summary: summary,
      fields: [
        Schema.Field("readiness", .string(.requestPath), "the path of the readiness endpoint; `health` by default"),
        Schema.Field("liveness", .string(.requestPath), "the path of the liveness endpoint"),
        DeclaredDependency.field,
        DeclaredInstances.field,
        Schema.Field(
          "workDatabase", .string(.url(schemes: ["postgresql", "postgres"])),
          "the database that counters of work are read from"),
        Schema.Field("workDatabasePassword", .string(.secretReference), "the role's password, as a reference"),
        Schema.Field(
          "workDatabaseSSLMode",
          .string(.word(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])),
          "how the session asks for encryption", default: "verify-full"),
        Schema.Field("workDatabaseTrust", .string(.path), "a PEM file with the roots the session trusts"),
      ], further: { DeclaredDependency.violations($0) + DeclaredInstances.violations($0) })
  }
}
