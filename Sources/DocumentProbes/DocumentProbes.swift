public import Probing

/// What is written beside a system: documents, pipelines, manifests, assessments; and secrets where none may stand.
public enum DocumentProbes {
  /// What this room brings to the composition root.
  public static let set = ProbeSet(
    targetKinds: [
      DocumentsTarget.kind, RepositoryTarget.kind, AssessmentProbe.kind, PipelineProbe.kind, ManifestsProbe.kind,
      PeopleProbe.kind, ImageArchiveProbe.kind,
    ],
    probes: EveryProbe.inThisRoom)
}
