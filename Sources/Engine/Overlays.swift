package import AuditModel

/// What people say about findings, as it was when the run was judged: kept beside the run, so that judging it again needs
/// no file of theirs.
package struct Overlays: Sendable, Hashable, Codable {
  /// In the order of their file.
  package var waivers: [Waiver]
  /// In the order of their file.
  package var attestations: [Attestation]
  /// The findings already known; nil where none were named.
  package var baseline: Baseline?

  /// Nothing said, unless given.
  package init(waivers: [Waiver] = [], attestations: [Attestation] = [], baseline: Baseline? = nil) {
    self.waivers = waivers
    self.attestations = attestations
    self.baseline = baseline
  }

  /// Whether nobody said anything.
  package var isEmpty: Bool { waivers.isEmpty && attestations.isEmpty && baseline == nil }
}
