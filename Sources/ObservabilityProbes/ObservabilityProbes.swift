package import Probing

/// What watches the system: Prometheus, Alertmanager, Grafana, Loki, error trackers, collectors and metrics endpoints.
package enum ObservabilityProbes {
  /// The kinds of target of this room with their probes.
  package static let set = ProbeSet(targetKinds: [], probes: [])
}
