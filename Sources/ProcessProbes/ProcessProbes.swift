package import Probing

/// Programs of other people as probes: Nagios plug-ins unchanged, and any executable by a manifest.
package enum ProcessProbes {
  /// The kind `nagios` with its probe; executables come by their manifests, see `ExecutableProbe`.
  package static let set = ProbeSet(probes: EveryProbe.inThisRoom)
}
