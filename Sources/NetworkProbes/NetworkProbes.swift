import AuditModel
import Facts
package import Probing

/// What the network lets anybody reach on a host.
package enum NetworkProbes {
  /// The kind `host` with its probe.
  package static let set = ProbeSet(targetKinds: [host], probes: EveryProbe.inThisRoom)

  private static let host = TargetKind(
    name: "host", summary: "a machine or load balancer, and the ports that may answer on it",
    fields: [
      Schema.Field("host", .string(.nonEmpty), "its name or literal address; `address` serves as well"),
      Schema.Field("address", .string(.nonEmpty), "the address to connect to instead of resolving the host"),
      Schema.Field("open", ports, "the ports that must answer, also as ranges: 443, \"8000-8010\""),
      Schema.Field("closed", ports, "the ports that must not answer from where the audit runs"),
      Schema.Field(
        "scan", ports, "the ports to look at beside those; \(KnownPort.all.count) well-known ones where it is left out"),
    ])

  private static let ports = Schema.array(
    .either([.integer(minimum: 1, maximum: 65535), .string(.nonEmpty)]), minimumCount: 0)
}
