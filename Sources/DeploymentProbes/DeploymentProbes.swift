public import Probing

/// Compose files, Dockerfiles and running projects.
public enum DeploymentProbes {
  /// What this room brings to the composition root.
  public static let set = ProbeSet(targetKinds: [], probes: [])
}
