import AuditModel
import Facts
package import Probing
import Transport

/// What a TLS endpoint shows to anybody: certificate, chain, protocol versions.
package enum TLSProbes {
  /// The kind `https`, as far as TLS needs it, with the probe.
  package static let set: ProbeSet = ProbeSet(
    targetKinds: [https, tls],
    probes: EveryProbe.inThisRoom, libraries: [TLSLibrary.version])

  /// The probe that finds out everything a server accepts, for those who want its facts alone.
  package static let configuration: any Probe = TLSConfigurationProbe()

  /// The probes for faults with a name, in the order of their ids, for those who want their facts beside those of
  /// `configuration`.
  package static let faults: [any Probe] = EveryProbe.inThisRoom.filter { $0 is any FaultProbe }
    .sorted { $0.descriptor.id < $1.descriptor.id }

  private static let nodes = Schema.Field(
    "nodes", .array(.string(.nonEmpty)), "the addresses of single nodes behind the name, at the same port")

  private static let authority = Schema.Field(
    "acme", .string(.url(schemes: ["https"])),
    "the directory of the ACME server that issues the certificate: it is asked when it wants it renewed")

  private static let publicTrust = Schema.Field(
    "publicTrust", .boolean, "whether anybody's browser has to trust it, with no root of its own")

  private static let transparencyLogs = Schema.Field(
    "transparencyLogs", .string(.path),
    "a list of the logs of certificate transparency as Chrome and Apple publish it (JSON, version 3): signatures are"
      + " verified with its keys, and other logs do not count")

  private static let otherNames = Schema.Field(
    "otherNames", .array(.string(.nonEmpty)), "further names under which it has to answer, such as www beside the apex")

  private static let pins = Schema.Field(
    "pins", .array(.string(.nonEmpty)),
    "the keys that clients pin, each `sha256/` and the Base64 of SHA-256 over its SubjectPublicKeyInfo")

  private static let https = TargetKind(
    name: "https", summary: "an HTTPS endpoint",
    fields: [
      Schema.Field("url", .string(.url(schemes: ["https"])), required: true, "the endpoint's URL"),
      Schema.Field("trust", .string(.path), "a PEM file with roots to trust beside the system's"),
      Schema.Field("address", .string(.nonEmpty), "the address to connect to instead of resolving the host"),
      Schema.Field("serverName", .string(.nonEmpty), "the name to ask for and to expect in the certificate"),
      nodes, otherNames, pins, publicTrust, transparencyLogs, authority,
    ],
    schemes: ["https"])

  private static let tls = TargetKind(
    name: "tls", summary: "a TLS service of any protocol: mail, directory, database, chat",
    fields: [
      Schema.Field("host", .string(.nonEmpty), required: true, "the host's name or literal address"),
      Schema.Field(
        "port", .integer(minimum: 1, maximum: 65535), "the port; the protocol's own where `starttls` names one"),
      Schema.Field(
        "starttls", .string(.word(UpgradeProtocol.allCases.map(\.rawValue))),
        "the protocol in whose words TLS is asked for; left out where TLS begins with the first byte"),
      Schema.Field("trust", .string(.path), "a PEM file with roots to trust beside the system's"),
      Schema.Field("address", .string(.nonEmpty), "the address to connect to instead of resolving the host"),
      Schema.Field("serverName", .string(.nonEmpty), "the name to ask for and to expect in the certificate"),
      nodes, otherNames, pins, publicTrust, transparencyLogs, authority,
    ])
}
