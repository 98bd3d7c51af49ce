package import Probing

/// Workflows carried out.
package enum ScenarioProbes {
  /// The kind `workflow` with its probe.
  package static let set = ProbeSet(targetKinds: [WorkflowTarget.kind], probes: EveryProbe.inThisRoom)
}
