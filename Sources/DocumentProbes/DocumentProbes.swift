public import Probing

/// What is written beside a system: documents, pipelines, manifests, assessments; and secrets where none may stand.
public enum DocumentProbes {
  /// The probes of this room, which bring their kinds of target along.
  public static let set = ProbeSet(probes: EveryProbe.inThisRoom)
}
