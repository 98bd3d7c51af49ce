import AuditModel
import ChildProcesses
import Facts
import Probing

/// `prodworthy-probe/1`: one JSON document to a probe in another language, one back.
enum ProbeProtocol {
  /// The word in `protocol`.
  static let version = "prodworthy-probe/1"

  /// What the probe reads from its standard input. The only place where it gets the target's secrets.
  static func request(
    _ probe: String, _ target: Target, _ parameters: JSONObject, milliseconds: Int, trust: [String]
  ) -> [UInt8] {
    let secrets = target.secrets.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value.exposed)) }
    let request: JSONValue = [
      "protocol": .string(version),
      "probe": .string(probe),
      "target": [
        "id": .string(target.id), "kind": .string(target.kind), "settings": .object(target.settings),
        "secrets": .object(JSONObject(secrets)),
      ],
      "parameters": .object(parameters),
      "deadlineMilliseconds": .integer(milliseconds),
      "trust": JSONValue(trust),
    ]
    return Array((JSONText.compact(request) + "\n").utf8)
  }

  /// What the probe wrote to its standard output.
  struct Answer: Sendable {
    var sighting: Sighting
    var traffic: Traffic
  }

  /// Why what the probe wrote is no answer; one line for people.
  struct Misunderstanding: Error {
    var reason: String
  }

  /// Reads an answer whose facts must be of the given shape. There is no member for a verdict, so none gets through.
  static func answer(_ bytes: [UInt8], facts shape: Schema) throws(Misunderstanding) -> Answer {
    let document: JSONValue
    do {
      document = try JSONText.parse(bytes)
    } catch {
      throw Misunderstanding(
        reason: "its answer is not JSON: line \(error.line), column \(error.column): \(error.message)")
    }
    if let violation = schema(facts: shape).violations(of: document).first {
      throw Misunderstanding(reason: "its answer \(violation.sentence)")
    }
    let traffic = document["traffic"].map(Self.traffic) ?? Traffic()
    switch (document["facts"], document["unseen"]) {
    case (let facts?, nil):
      let gaps = (document["gaps"]?.array ?? []).map { gap in
        Gap(path: gap["path"]?.string ?? "", reason: gap["reason"]?.string ?? "", remedy: gap["remedy"]?.string)
      }
      return Answer(sighting: .seen(facts, gaps: gaps), traffic: traffic)
    case (nil, let unseen?):
      let kind = unseen["kind"]?.string.flatMap(Unseen.Kind.init) ?? .broken
      return Answer(sighting: .unseen(Unseen(kind, unseen["reason"]?.string ?? "")), traffic: traffic)
    default: throw Misunderstanding(reason: "its answer needs either `facts` or `unseen`")
    }
  }

  private static func traffic(_ value: JSONValue) -> Traffic {
    func count(_ name: String) -> Int { value[name]?.integer ?? 0 }
    return Traffic(
      connections: count("connections"), requests: count("requests"), bytesSent: count("bytesSent"),
      bytesReceived: count("bytesReceived"))
  }

  /// Counts stay far below where adding them up could overflow.
  private static let count = Schema.integer(minimum: 0, maximum: 1_000_000_000_000)

  private static func schema(facts: Schema) -> Schema {
    .object([
      Schema.Field("facts", facts, "what it saw"),
      Schema.Field(
        "gaps",
        .array(
          .object([
            Schema.Field("path", .string(.nonEmpty), required: true, "the dotted path of the part"),
            Schema.Field("reason", .string(.nonEmpty), required: true, "why it could not be seen"),
            Schema.Field("remedy", .nullable(.string()), "what would make it visible"),
          ])), "the parts it could not see"),
      Schema.Field(
        "traffic",
        .object([
          Schema.Field("connections", count, "connections opened"),
          Schema.Field("requests", count, "requests sent"),
          Schema.Field("bytesSent", count, "bytes sent"),
          Schema.Field("bytesReceived", count, "bytes received"),
        ]), "what it sent to the target"),
      Schema.Field(
        "unseen",
        .object([
          // Whether the run was interrupted is not for the probe to say.
          Schema.Field(
            "kind", .string(.word(Unseen.Kind.allCases.filter { $0 != .interrupted }.map(\.rawValue))),
            required: true, "the nature of the obstacle"),
          Schema.Field("reason", .string(.nonEmpty), required: true, "one line for people"),
        ]), "why it could not look at all"),
    ])
  }
}
