package import Probing

/// What HTTP endpoints show: answers, redirects, security headers, health.
package enum HTTPProbes {
  /// The kinds `https` and `http` with their probes.
  package static let set = ProbeSet(
    targetKinds: targetKinds,
    probes: EveryProbe.inThisRoom)
}
