import AuditModel
import Facts
import HTTPExchange
import UndoJournal

/// The instances behind one address, as the inventory declares them.
struct DeclaredInstances: Sendable {
  /// One that may be taken away, or added.
  struct Member: Sendable {
    /// The name it gives itself; nil where that is not known.
    var name: String
    var stop: DeclaredStop
    /// Whether it does not run, and is started to see whether it is used.
    var isSpare: Bool
  }

  var request: DeclaredRequest
  /// The header field in which an instance names itself.
  var header: String?
  /// Where in its JSON answer an instance names itself.
  var json: JSONPath?
  var requests: Int
  /// Requests a second while an instance is taken away.
  var rate: Int
  /// How long one is away, in milliseconds.
  var away: Int
  var members: [Member]

  static let field = Schema.Field(
    "instances",
    .object([
      Schema.Field("header", .string(.nonEmpty), "the header field in which each instance names itself"),
      Schema.Field("json", .string(.jsonPath), "where in its JSON answer each instance names itself"),
      Schema.Field("request", DeclaredRequest.schema, "what is asked; the target's URL by default"),
      Schema.Field(
        "requests", .integer(minimum: 10, maximum: 10_000), "how many requests show the spread", default: 60),
      Schema.Field(
        "rate", .integer(minimum: 1, maximum: 200), "requests a second while an instance is away", default: 20),
      Schema.Field("awaySeconds", .integer(minimum: 1, maximum: 300), "how long an instance is away", default: 5),
      Schema.Field(
        "members",
        .array(
          .object(
            [Schema.Field("name", .string(.nonEmpty), required: true, "the name the instance gives itself")]
              + DeclaredStop.fields
              + [
                Schema.Field(
                  "spare", .boolean, "whether it does not run, and is started to be added", default: false)
              ])), "instances that may be taken away or added; takes a consent for `disrupt`"),
    ]), "the instances behind the address")

  init?(_ target: Target) {
    guard let declared = target.settings["instances"] else { return nil }
    request = DeclaredRequest(declared["request"]) ?? DeclaredRequest(path: "/")
    if declared["request"] == nil, let url = target.settings["url"]?.string.flatMap({ HTTPURL($0) }) {
      request = DeclaredRequest(path: url.target)
    }
    header = declared["header"]?.string?.lowercased()
    json = declared["json"]?.string.flatMap { try? JSONPath($0) }
    requests = declared["requests"]?.integer ?? 60
    rate = declared["rate"]?.integer ?? 20
    away = (declared["awaySeconds"]?.integer ?? 5) * 1000
    members = (declared["members"]?.array ?? []).compactMap { value in
      value["name"]?.string.map {
        Member(
          name: $0, stop: DeclaredStop(value, folder: target.folder), isSpare: value["spare"]?.bool ?? false)
      }
    }
  }

  /// The name of the instance that gave an answer, at most 100 characters; nil where it does not say.
  func name(in response: HTTPResponse) -> String? {
    if let header { return response.fields?.first(header).map { String($0.prefix(100)) } }
    guard let json, let document = try? JSONText.parse(response.body),
      let value = json.values(in: document).first
    else { return nil }
    return (value.string ?? value.integer.map(String.init)).map { String($0.prefix(100)) }
  }

  /// What no shape can say of a declaration.
  static func violations(_ settings: JSONObject) -> [Schema.Violation] {
    guard let declared = settings["instances"] else { return [] }
    if declared["header"] == nil, declared["json"] == nil {
      return [.init(path: [.name("instances")], kind: .missingName("header"))]
    }
    var violations: [Schema.Violation] = []
    for (index, member) in (declared["members"]?.array ?? []).enumerated() {
      let path: [Schema.Violation.Step] = [.name("instances"), .name("members"), .index(index)]
      violations += DeclaredStop.violations(member, at: path)
      let isSpare = member["spare"]?.bool ?? false
      if member["stop"] == nil, member["start"] == nil, isSpare || (member["pid"] == nil && member["pidFile"] == nil) {
        violations.append(.init(path: path, kind: .missingName("stop")))
      }
    }
    return violations
  }
}

/// How answers spread over instances. Pure.
enum InstanceShares {
  /// Instances with their shares of the answers that name one, most first; the busiest one's share in even shares.
  static func facts(_ looks: [Look]) -> (each: JSONValue, count: Int, evenest: Double?, least: Double?) {
    var counts: [String: Int] = [:]
    for look in looks { if let name = look.instance, look.isGood { counts[name, default: 0] += 1 } }
    let total = counts.values.reduce(0, +)
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let even = counts.isEmpty ? 0 : Double(total) / Double(counts.count)
    return (
      .array(
        sorted.prefix(200).map {
          [
            "name": .string($0.key), "answers": .integer($0.value),
            "share": .double(rounded(Double($0.value) / Double(total))),
          ]
        }), counts.count, even > 0 ? sorted.first.map { rounded(Double($0.value) / even) } : nil,
      even > 0 ? sorted.last.map { rounded(Double($0.value) / even) } : nil
    )
  }

  /// The share of `name` in the answers that name an instance; nil without any.
  static func share(of name: String, in looks: [Look]) -> Double? {
    let named = looks.filter { $0.isGood && $0.instance != nil }
    guard !named.isEmpty else { return nil }
    return rounded(Double(named.count { $0.instance == name }) / Double(named.count))
  }

  static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
