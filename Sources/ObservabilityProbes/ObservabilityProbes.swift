import AuditModel
import Facts
package import Probing

/// What watches the system: Prometheus, Alertmanager, Grafana, Loki, error trackers, collectors and metrics endpoints.
package enum ObservabilityProbes {
  /// The kinds of target of this room with their probes.
  package static let set = ProbeSet(
    targetKinds: targetKinds,
    probes: EveryProbe.inThisRoom)

  private static let targetKinds = [
    TargetKind.service(
      "prometheus", "a Prometheus server",
      [
        Schema.Field("services", .array(.string(.nonEmpty)), "the services it has to scrape"),
        Schema.Field(
          "serviceLabel", .string(.identifier), "the label that names the service of a target", default: "job"),
        BusinessMetricsProbe.field,
        CapacityDeclaration.field,
      ]),
    TargetKind.service("alertmanager", "an Alertmanager", [AlertmanagerProbe.field, FireDrillProbe.field]),
    TargetKind.service(
      "grafana", "a Grafana server",
      [
        Schema.Field("dashboards", .array(.string(.nonEmpty)), "ids (uid) of the dashboards that count; else all"),
        Schema.Field(
          "tryDefaultPassword", .boolean, "whether admin:admin may be tried, once: wrong passwords lock accounts",
          default: false),
      ]),
    TargetKind.service(
      "loki", "a Loki server",
      [
        Schema.Field("services", .array(.string(.nonEmpty)), "the services it has to hear from"),
        Schema.Field(
          "serviceLabel", .string(.identifier), "the label that names the service of a line", default: "service"),
        Schema.Field("tenant", .string(.nonEmpty), "the tenant to ask for (X-Scope-OrgID)"),
        LogTrailProbe.field,
      ]),
    TargetKind.service("sentry", "a project in Sentry", tracker),
    TargetKind.service("glitchtip", "a project in GlitchTip", tracker),
    TargetKind.service(
      "otel-collector", "an OpenTelemetry collector; the url is that of its health extension", TestTraceProbe.fields),
    TargetKind.service("metrics", "an endpoint that exposes metrics", [MetricsEndpointProbe.field]),
  ]

  private static let tracker =
    [
      Schema.Field("organization", .string(.nonEmpty), "the organization's short name"),
      Schema.Field("project", .string(.nonEmpty), "the project's short name"),
    ] + ErrorTestEventProbe.fields
}
