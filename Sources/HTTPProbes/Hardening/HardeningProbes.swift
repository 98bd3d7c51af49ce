import Probing

extension HTTPProbes {
  /// The probes of header fields, other origins, refusals and static files.
  static let hardeningProbes: [any Probe] = [
    HTTPHardeningProbe(), HTTPCrossOriginProbe(), HTTPRefusalsProbe(), HTTPAssetsProbe(),
    HTTPPagesProbe(),
  ]
}
