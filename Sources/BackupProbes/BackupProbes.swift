package import Probing

/// Backups: what tools and files show of them, and whether one can be restored.
package enum BackupProbes {
  /// The kinds of places of backups, and their probes.
  package static let set = ProbeSet(targetKinds: BackupTargets.kinds, probes: EveryProbe.inThisRoom)
}
