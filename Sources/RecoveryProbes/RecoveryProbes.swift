package import Probing

/// What services do when they lose what they depend on, or one of their own.
package enum RecoveryProbes {
  /// The fields of `https` and `http` targets that declare dependencies and instances, with the probes that cut them.
  package static let set = ProbeSet(targetKinds: [], probes: [])
}
