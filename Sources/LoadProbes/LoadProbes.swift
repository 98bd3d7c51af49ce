import Facts
package import Probing

/// How a system bears load.
package enum LoadProbes {
  /// The kind `load` and the field of the same name of `https` and `http` targets, with their probe.
  package static let set = ProbeSet(targetKinds: LoadTarget.kinds, probes: EveryProbe.inThisRoom)
}
