import AuditModel
import Facts
package import Probing
import Transport

/// What a TLS endpoint shows to anybody: certificate, chain, protocol versions.
package enum TLSProbes {
  /// The kind `https`, as far as TLS needs it, with the probe.
  package static let set: ProbeSet = ProbeSet(
    targetKinds: [https], probes: [TLSEndpointProbe(), configuration], libraries: [TLSLibrary.version])

  /// The probe that finds out everything a server accepts, for those who want its facts alone.
  package static let configuration: any Probe = TLSConfigurationProbe()

  private static let https = TargetKind(
    name: "https", summary: "an HTTPS endpoint",
    fields: [
      Schema.Field("url", .string(.url(schemes: ["https"])), required: true, "the endpoint's URL"),
      Schema.Field("trust", .string(.path), "a PEM file with roots to trust beside the system's"),
      Schema.Field("address", .string(.nonEmpty), "the address to connect to instead of resolving the host"),
      Schema.Field("serverName", .string(.nonEmpty), "the name to ask for and to expect in the certificate"),
    ],
    schemes: ["https"])
}
