import AuditModel
import Cryptography
import Definitions
import Facts
import LoadScripts
import Postgres

/// A load test as the inventory declares it.
struct LoadTarget: Sendable {
  /// The kinds of target that can carry one.
  static let kinds = [
    TargetKind(
      name: "load", summary: "load on a system, by a script",
      fields: [
        Schema.Field(
          "target", .string(.url(schemes: ["https", "http"])), required: true, "where relative URLs of the script lead"),
        Schema.Field("trust", .string(.path), "a PEM file with roots to trust beside the system's"),
      ] + fields + databaseFields),
    TargetKind(name: "https", summary: "an HTTPS endpoint", fields: [field]),
    TargetKind(
      name: "http", summary: "an HTTP endpoint without TLS, such as a service behind a proxy", fields: [field]),
  ]

  private static let field = Schema.Field("load", .object(fields), "load that may be put on it, by a script")

  private static let fields = [
    Schema.Field("script", .string(.path), "an Artillery script, YAML or JSON"),
    Schema.Field("environment", .string(.nonEmpty), "one of the script's own environments"),
    Schema.Field("phases", .array(.any), "phases of arrivals in Artillery's words, where no script is named"),
    Schema.Field("flow", .array(.any), "what each user does, in Artillery's words, where no script is named"),
    Schema.Field("thresholds", .object([], others: .any), "what has to hold, in k6's words, where no script is named"),
    Schema.Field("seed", .integer(minimum: 0, maximum: 1 << 53), "what random values depend on", default: 1),
    Schema.Field("hosts", .array(.string(.nonEmpty)), "further hosts that the script may load; takes a consent"),
    Schema.Field(
      "users", .integer(minimum: 1, maximum: 1_000_000), "how many users at once the system is meant for", default: 1),
    Schema.Field(
      "instanceHeader", .string(.nonEmpty), "the header field in which each instance behind the address names itself"),
    Schema.Field(
      "watch",
      .array(
        .object([
          Schema.Field("name", .string(.nonEmpty), required: true, "what it is called in the report"),
          Schema.Field("pid", .integer(minimum: 1, maximum: 1 << 22), "its process id"),
          Schema.Field("pidFile", .string(.path), "a file with its process id"),
          Schema.Field("cgroup", .string(.path), "the folder of its control group (version 2)"),
          Schema.Field("prometheus", .string(.url(schemes: ["https", "http"])), "a Prometheus to ask"),
          Schema.Field("cpu", .string(.nonEmpty), "the query for the cores it uses, with `prometheus`"),
          Schema.Field("memory", .string(.nonEmpty), "the query for the bytes it holds, with `prometheus`"),
        ])), "processes whose CPU and memory are watched meanwhile"),
  ]

  private static let databaseFields = [
    Schema.Field(
      "database", .string(.url(schemes: ["postgresql", "postgres"])),
      "the database behind it, whose work is counted before and after (pg_stat_statements)"),
    Schema.Field("databasePassword", .string(.secretReference), "the role's password, as a reference"),
    Schema.Field(
      "databaseSSLMode", .string(.word(SSLMode.allCases.map(\.rawValue))), "how the session asks for encryption",
      default: "verify-full"),
    Schema.Field("databaseTrust", .string(.path), "a PEM file with the roots the session trusts"),
  ]

  /// Why a target declares no load that can be run.
  struct Invalid: Error {
    var kind = Unseen.Kind.malformed
    var reason: String
  }

  /// Where relative URLs lead.
  var url: String
  /// The declaration of the load itself.
  var load: JSONValue
  /// The script.
  var script: LoadScript
  /// What tells this load from others: script, environment and the values its random numbers depend on.
  var digest: String
  /// The folder its relative paths start from.
  var folder: String
  /// Files with roots to trust.
  var trust: [String]

  /// Reads the declaration of `target`; `variables` are the environment's.
  init(_ target: Target, trust: [String], variables: [String: String]) throws(Invalid) {
    let whole = JSONValue.object(target.settings)
    guard let load = target.kind == "load" ? whole : target.settings["load"] else {
      throw Invalid(reason: "the inventory declares no load")
    }
    guard let url = target.settings[target.kind == "load" ? "target" : "url"]?.string else {
      throw Invalid(reason: "the target names no url")
    }
    self.url = url
    self.load = load
    self.trust = trust + [target.settings["trust"]?.string].compactMap { $0 }
    let source: SourceFile
    if let path = load["script"]?.string {
      guard let bytes = SmallFile.bytes(of: path) else {
        throw Invalid(reason: "the script \(path) cannot be read")
      }
      source = SourceFile(path: path, bytes: bytes)
      folder = PathText.folder(of: path)
    } else {
      guard let flow = load["flow"] else { throw Invalid(reason: "the inventory names neither a script nor a flow") }
      var config = JSONObject()
      config["phases"] = load["phases"]
      config["thresholds"] = load["thresholds"]
      let document: JSONValue = ["config": .object(config), "scenarios": [["flow": flow]]]
      source = SourceFile(path: "load", bytes: Array(JSONText.compact(document).utf8))
      folder = "."
    }
    let chosen = load["environment"]?.string ?? ""
    let seed = load["seed"]?.integer ?? 1
    digest = String(SHA256.hex("load/1\0\(chosen)\0\(seed)\0".utf8 + source.bytes).prefix(32))
    let loaded = LocatedDocument.read(source)
    guard let document = loaded.value else {
      let first = loaded.diagnostics.first
      throw Invalid(reason: "\(source.path):\(first?.location.line ?? 1): \(first?.message ?? "no YAML")")
    }
    let outcome = LoadScript.read(document, variables: variables, chosen: load["environment"]?.string)
    if let refusal = outcome.refusals.first {
      let rest = outcome.refusals.count > 1 ? ", and \(outcome.refusals.count - 1) more" : ""
      throw Invalid(
        reason:
          "\(source.path):\(refusal.span.line):\(refusal.span.column): \(refusal.feature): \(refusal.reason)\(rest)")
    }
    guard let script = outcome.script else { throw Invalid(reason: "\(source.path) holds no script") }
    self.script = script
  }
}
