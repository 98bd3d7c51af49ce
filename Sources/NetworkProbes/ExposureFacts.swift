import AuditModel
import Facts
import Probing

/// What `network-exposure` brings back.
struct ExposureFacts {
  private let exposure: Exposure
  private let host: String
  private let selection: PortSelection
  private let unreached: [(address: String, reason: String)]

  init(_ exposure: Exposure, host: String, selection: PortSelection) {
    self.exposure = exposure
    self.host = host
    self.selection = selection
    unreached = exposure.unreached
  }

  /// The facts, with gaps where the host could only be seen in part.
  var sighting: Sighting {
    if unreached.count == exposure.answers.count {
      return .unseen(Unseen(.unreachable, unreached.first?.reason ?? "the host has no address"))
    }
    let ports = selection.all.sorted().map(port)
    let untried = ports.count { $0["state"]?.isNull ?? true }
    var gaps = unreached.map {
      Gap(
        path: "ports", reason: "the host's address \($0.address) cannot be reached from here: \($0.reason)",
        remedy: "audit from a network that leads there, or declare the address that is meant")
    }
    if exposure.addressesLeftOut > 0 {
      gaps.append(
        Gap(
          path: "ports", reason: "\(exposure.addressesLeftOut) more addresses of the host were not looked at",
          remedy: "declare a target for each address"))
    }
    if untried > 0 {
      gaps.append(
        Gap(
          path: "ports", reason: "\(untried) of \(ports.count) ports were not looked at before the deadline",
          remedy: "declare fewer ports to scan"))
    }
    func numbers(_ belongs: (JSONValue) -> Bool) -> JSONValue {
      .array(ports.filter(belongs).compactMap { $0["port"] })
    }
    if !exposure.hasAnswered {
      gaps.append(
        Gap(
          path: "ports",
          reason: "none of \(ports.count) ports of \(host) answered or refused: it is down, or filters everything",
          remedy: "declare a port that must answer, and audit from where it does"))
    }
    return .seen(
      [
        "host": .string(host), "answered": .bool(exposure.hasAnswered),
        "addresses": JSONValue(exposure.answers.map(\.address)), "looked": .integer(ports.count - untried),
        "ports": .array(ports), "expected": .array(ports.filter { $0["declared"] == "open" }),
        "undeclaredOpen": numbers { $0["state"] == "open" && $0["declared"] != "open" },
        "declaredClosed": numbers { $0["state"] == "refused" && $0["declared"] == "open" },
        "unseen": numbers { $0["answers"]?.isNull ?? true },
      ], gaps: gaps)
  }

  private func port(_ number: Int) -> JSONValue {
    let state = exposure.state(of: number)
    let usual = KnownPort.byNumber[number]
    let service = exposure.services[number]
    let answers: Bool? =
      switch state {
      case .open: true
      case .refused: false
      // Silence proves nothing: a lost packet, a filter, a host that is down.
      case .silent, .barred, nil: nil
      }
    var isSensitive = service?.isSensitive ?? false
    if service?.isGeneric ?? true { isSensitive = isSensitive || (usual?.isSensitive ?? false) }
    // A web server on a database's port tells less than the port.
    let name: String? =
      if let service, !service.isGeneric { service.rawValue } else { usual?.name ?? service?.rawValue }
    return [
      "port": .integer(number), "state": JSONValue(state?.rawValue), "answers": JSONValue(answers),
      "service": JSONValue(service?.rawValue), "usual": JSONValue(usual?.name),
      "label": .string(name.map { "port \(number) (\($0))" } ?? "port \(number)"),
      "declared": JSONValue(selection.declaration(of: number)), "sensitive": .bool(isSensitive),
      "addresses": JSONValue(exposure.addresses(open: number)),
    ]
  }

  /// The shape of the facts.
  static let schema = Schema.object([
    Schema.Field("host", .string(), required: true, "the name or address that was looked at"),
    Schema.Field("answered", .boolean, required: true, "whether any port answered or refused"),
    Schema.Field("addresses", .array(.string()), required: true, "the host's addresses that were looked at"),
    Schema.Field("looked", count, required: true, "how many ports were tried on every address"),
    Schema.Field("ports", .array(port), required: true, "every port that was to be looked at, in order"),
    Schema.Field("expected", .array(port), required: true, "those of them that are declared open"),
    Schema.Field("undeclaredOpen", numbers, required: true, "the ports that answer and are not declared open"),
    Schema.Field("declaredClosed", numbers, required: true, "the ports that are declared open and refuse"),
    Schema.Field("unseen", numbers, required: true, "the ports that neither answer nor refuse"),
  ])

  private static let port = Schema.object([
    Schema.Field("port", .integer(minimum: 1, maximum: 65535), required: true, "its number"),
    Schema.Field(
      "state", .nullable(.string(.word(Exposure.State.allCases.map(\.rawValue)))), required: true,
      "silent: nothing came back; barred: the network does not lead there; null: not tried"),
    Schema.Field("answers", .nullable(.boolean), required: true, "null where silence leaves it open"),
    Schema.Field(
      "service", .nullable(.string()), required: true, "what listens there, by what it says; null if unknown"),
    Schema.Field("usual", .nullable(.string()), required: true, "what usually listens on this port"),
    Schema.Field("label", .string(), required: true, "the port with the best name there is for it"),
    Schema.Field(
      "declared", .nullable(.string(.word(["open", "closed"]))), required: true, "what the inventory says about it"),
    Schema.Field(
      "sensitive", .boolean, required: true, "whether it is a database, cache, queue or administration, open or not"),
    Schema.Field("addresses", .array(.string()), required: true, "the addresses on which it is open"),
  ])

  private static let count = Schema.integer(minimum: 0)
  private static let numbers = Schema.array(.integer(minimum: 1, maximum: 65535))
}
