package import Probing

/// Workflows carried out.
package enum ScenarioProbes {
  /// The probe of this room, which brings the kind `workflow` along.
  package static let set = ProbeSet(probes: EveryProbe.inThisRoom)
}
