import AuditModel
import Facts
import Probing
import Transport

/// Which ports of a declared host really answer, held against what the inventory says about them.
struct NetworkExposureProbe: Probe {
  let descriptor = ProbeDescriptor(
    id: "network-exposure", summary: "which ports of a host answer, and what listens there", targetKinds: ["host"],
    safety: .probe, facts: ExposureFacts.schema, timeout: 120_000,
    traffic: "1 connection for each port and address looked at, at most \(PortSelection.most) ports; up to 6 more for "
      + "each that is open")

  /// The most addresses of one host that are looked at.
  private static let mostAddresses = 8
  /// The most open ports of which it is found out what listens there.
  private static let mostRecognised = 64

  /// What the inventory may say about a host.
  private static let kind = TargetKind(
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

  var targetKinds: [TargetKind] { [Self.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let selection: PortSelection
    do {
      selection = try PortSelection(target.settings)
    } catch {
      return .unseen(Unseen(.malformed, error.reason))
    }
    guard let host = (target.settings["address"] ?? target.settings["host"])?.string else {
      return .unseen(Unseen(.malformed, "the target names neither host nor address"))
    }
    let scanned = await context.lane.run { Self.scan(host, selection, context) }
    var exposure: Exposure
    switch scanned {
    case .failure(let failure):
      switch failure {
      case .timedOut: return .unseen(Unseen(.timeout, failure.sentence))
      case .cancelled: return .unseen(Unseen(.interrupted, failure.sentence))
      default: return .unseen(Unseen(.unreachable, failure.sentence))
      }
    case .success(let seen): exposure = seen
    }
    if context.deadline.isCancelled { return .unseen(Unseen(.interrupted, "the run was called off")) }
    await recognise(&exposure, context)
    return ExposureFacts(exposure, host: host, selection: selection).sighting
  }

  private static func scan(
    _ host: String, _ selection: PortSelection, _ context: ProbeContext
  ) -> Result<Exposure, TransportFailure> {
    let addresses: [SocketAddress]
    do throws(TransportFailure) {
      // The port is of no account: only the host is looked up.
      addresses = try NameResolution.addresses(of: Endpoint(host: host, port: 1), before: context.deadline)
    } catch {
      return .failure(error)
    }
    var exposure = Exposure()
    exposure.addressesLeftOut = max(0, addresses.count - mostAddresses)
    for address in addresses.prefix(mostAddresses) {
      let answers = ConnectScan().answers(
        of: address, ports: selection.all, before: context.deadline, traffic: context.traffic)
      exposure.note(answers, from: address.text)
    }
    return .success(exposure)
  }

  private func recognise(_ exposure: inout Exposure, _ context: ProbeContext) async {
    let open = exposure.openPorts.prefix(Self.mostRecognised)
    let found = await withTaskGroup(of: (Int, Service?).self) { group in
      for (port, address) in open {
        let recognition = Recognition(
          address: address, port: port, deadline: context.deadline, traffic: context.traffic)
        group.addTask { await context.lane.run { (port, recognition.service()) } }
      }
      return await group.reduce(into: [Int: Service]()) { $0[$1.0] = $1.1 }
    }
    exposure.services = found
  }
}
