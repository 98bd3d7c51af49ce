package import Probing

/// How a system bears load.
package enum LoadProbes {
  /// The probe of this room, which brings the kind `load` along, and the field of the same name of `https` and `http`.
  package static let set = ProbeSet(probes: EveryProbe.inThisRoom)
}
