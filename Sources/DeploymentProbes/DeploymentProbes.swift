package import Probing

/// Compose files, Dockerfiles, and what runs of them in a container engine.
package enum DeploymentProbes {
  /// The kinds of target of a deployment, and their probes.
  package static let set = ProbeSet(
    targetKinds: DeploymentTargets.kinds,
    probes: EveryProbe.inThisRoom)
}
