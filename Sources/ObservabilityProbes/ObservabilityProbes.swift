package import Probing

/// What watches the system: Prometheus, Alertmanager, Grafana, Loki, error trackers, collectors and metrics endpoints.
package enum ObservabilityProbes {
  /// The probes of this room, which bring their kinds of target along.
  package static let set = ProbeSet(probes: EveryProbe.inThisRoom)
}
