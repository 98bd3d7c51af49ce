import AuditModel
import Facts
import Probing

/// The people around a system, as the inventory declares them. What they know and have done nobody can look up: the facts
/// leave it out, so that checks over it wait for an attestation.
struct PeopleProbe: Probe {
  static let kind = TargetKind(
    name: "people", summary: "the people who run a system and use it: what no probe sees, they attest",
    fields: [
      Schema.Field("onCall", .array(.string(.nonEmpty)), "who is called at night, each once"),
      Schema.Field("users", .array(.string(.nonEmpty)), "the groups of people who use the system"),
    ])

  private static func stated(_ name: String, _ summary: String) -> Schema.Field {
    Schema.Field(name, .nullable(.boolean), required: true, "\(summary); always null, since only people can say")
  }

  let descriptor = ProbeDescriptor(
    id: "people", summary: "who is on call and who uses the system, as declared; the rest waits for attestations",
    targetKinds: [kind.name], safety: .observe,
    facts: .object([
      Schema.Field("onCall", .nullable(.array(.string())), required: true, "who is called at night, each once"),
      Schema.Field("users", .nullable(.array(.string())), required: true, "the groups of people who use the system"),
      stated("accessReviewed", "whether the list of who can do what was read, and each of them needs it"),
      stated("incidentRehearsed", "whether those on call have played an incident through"),
      stated("trained", "whether those on call were shown how to run the system"),
      stated("usersAccepted", "whether those who use the system have tried this release and accepted it"),
    ]), timeout: 1_000, traffic: "reads the inventory")

  var targetKinds: [TargetKind] { [Self.kind] }

  func observe(_ target: Target, with parameters: JSONObject, in context: ProbeContext) async -> Sighting {
    let (onCall, onCallGap) = declared("onCall", "who is on call", in: target)
    let (users, usersGap) = declared("users", "who uses the system", in: target)
    guard onCall != nil || users != nil else {
      return .unseen(Unseen(.malformed, "the inventory names nobody: neither onCall nor users"))
    }
    context.traffic.add(requests: 1)
    let silent = ["accessReviewed", "incidentRehearsed", "trained", "usersAccepted"]
    var facts: JSONObject = [
      "onCall": onCall.map { JSONValue($0) } ?? .null, "users": users.map { JSONValue($0) } ?? .null,
    ]
    for name in silent { facts[name] = .null }
    return .seen(
      .object(facts),
      gaps: [onCallGap, usersGap].compactMap { $0 }
        + silent.map {
          Gap(path: $0, reason: "only people can say so", remedy: "let one of them attest it (prodworthy attest)")
        })
  }

  /// The distinct names of a list of the inventory, or the gap that it leaves.
  private func declared(_ name: String, _ what: String, in target: Target) -> ([String]?, Gap?) {
    guard let names = target.settings[name]?.array?.compactMap(\.string), !names.isEmpty else {
      return (nil, Gap(path: name, reason: "the inventory does not say \(what)", remedy: "list them as \(name):"))
    }
    var distinct: [String] = []
    for name in names where !distinct.contains(name) { distinct.append(SecretScanner.shared.masked(name)) }
    return (distinct, nil)
  }
}
