package import Probing

/// What the network lets anybody reach on a host.
package enum NetworkProbes {
  /// The probe of this room, which brings the kind `host` along.
  package static let set = ProbeSet(probes: EveryProbe.inThisRoom)
}
