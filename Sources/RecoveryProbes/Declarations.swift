import AuditModel
import Facts
import FaultProxy
import HTTPExchange
import Transport
import UndoJournal

/// A request that the inventory declares.
struct DeclaredRequest: Sendable {
  var method: HTTPMethod
  /// A path on the target's own origin, perhaps with a query.
  var path: String
  var content: JSONValue?

  static let schema = Schema.object([
    Schema.Field("method", .string(.nonEmpty), "its method", default: "GET"),
    Schema.Field("path", .string(.requestPath), required: true, "its path, beginning with /"),
    Schema.Field("json", .any, "its content"),
  ])

  init(path: String) { (method, self.path) = (.get, path) }

  init?(_ value: JSONValue?) {
    guard let path = value?["path"]?.string else { return nil }
    self.path = path
    method = value?["method"]?.string.flatMap { HTTPMethod(rawValue: $0) } ?? .get
    content = value?["json"]
  }

  /// The request to the origin of `url`.
  func request(to url: HTTPURL) -> HTTPRequest {
    var request = HTTPRequest(method, url.with(target: path))
    request.contentLimit = 64 << 10
    if let content {
      request.content = Array(JSONText.compact(content).utf8)
      request.fields = [(name: "Content-Type", value: "application/json")]
    }
    return request
  }
}

/// How something is stopped and brought back: by commands, or by pausing its process.
struct DeclaredStop: Sendable {
  /// Stops it, and what starts it again.
  var commands: (stop: ServiceCommand, start: ServiceCommand)?
  /// The process that is paused.
  var pid: Int?
  /// Where its id is written.
  var pidFile: String?

  static let fields = [
    Schema.Field("stop", .array(.string(), minimumCount: 1), "the command that stops it, word by word; ends when done"),
    Schema.Field(
      "start", .array(.string(), minimumCount: 1),
      "the command that starts it again, word by word; has to bear being called twice"),
    Schema.Field("pid", .integer(minimum: 2, maximum: 1 << 22), "its process, which is paused and goes on"),
    Schema.Field("pidFile", .string(.path), "a file with the id of its process, which is paused and goes on"),
  ]

  init(_ value: JSONValue, folder: String) {
    func command(_ name: String) -> ServiceCommand? {
      let words = value[name]?.array?.compactMap(\.string) ?? []
      return words.isEmpty ? nil : ServiceCommand(words: words, folder: folder)
    }
    if let stop = command("stop"), let start = command("start") { commands = (stop, start) }
    pid = value["pid"]?.integer
    pidFile = value["pidFile"]?.string
  }

  /// Whether it says how to pause a process.
  var canPause: Bool { pid != nil || pidFile != nil }

  /// What is wrong with a declaration of the right shape, below `path`.
  static func violations(_ value: JSONValue, at path: [Schema.Violation.Step]) -> [Schema.Violation] {
    for (one, other) in [("stop", "start"), ("start", "stop")] where value[one] != nil && value[other] == nil {
      return [Schema.Violation(path: path, kind: .missingName(other))]
    }
    return []
  }
}

/// A dependency of a service, and how it may be cut off from it.
struct DeclaredDependency: Sendable {
  /// One way of cutting.
  enum Way: Sendable {
    case stop(stop: ServiceCommand, start: ServiceCommand)
    case pause(pid: Int?, pidFile: String?)
    case fault(Fault)

    /// The word for it in the facts.
    var word: String {
      switch self {
      case .stop: "stopped"
      case .pause: "paused"
      case .fault(.none): "untouched"
      case .fault(.refuse): "refused"
      case .fault(.reset): "reset"
      case .fault(.blackhole): "silent"
      case .fault(.delay): "delayed"
      case .fault(.throttle): "throttled"
      case .fault(.cut): "cut short"
      case .fault(.errors): "failing at first"
      }
    }

    /// Whether the service cannot do without the dependency while it lasts.
    var isOutage: Bool {
      switch self {
      case .fault(.delay), .fault(.throttle), .fault(.errors), .fault(.none): false
      default: true
      }
    }

    /// Whether nothing tells the service that something is wrong, so that only its own patience ends the wait.
    var isSilent: Bool {
      switch self {
      case .pause, .fault(.blackhole), .fault(.delay), .fault(.throttle): true
      default: false
      }
    }
  }

  struct Alert: Sendable {
    var name: String
    var url: String
    var isAlertmanager: Bool
    /// How long is waited for it, in milliseconds.
    var patience: Int
  }

  struct Work: Sendable {
    var request: DeclaredRequest
    var count: Int
    var pending: DeclaredCounter?
    var done: DeclaredCounter?
    /// How long is waited for it to be done, in milliseconds.
    var patience: Int
  }

  var name: String
  var ways: [Way] = []
  /// Where a proxy listens for the service, and where it passes on to.
  var proxy: (listen: Endpoint, forward: Endpoint)?
  /// Whether readiness has to turn red without it.
  var isRequired: Bool
  /// Whether requests that need it are expected to fail without it.
  var isNeeded: Bool
  var request: DeclaredRequest?
  /// How long it is cut, in milliseconds.
  var hold: Int
  /// How long an answer is waited for, in milliseconds.
  var patience: Int
  /// How long the service may take to come back, in milliseconds.
  var recovery: Int
  var alert: Alert?
  var work: Work?

  private static let faults = ["refuse", "reset", "blackhole", "delay", "throttle", "cut", "errors"]

  static let field = Schema.Field(
    "dependencies",
    .array(
      .object(
        [Schema.Field("name", .string(.nonEmpty), required: true, "what the service depends on")] + DeclaredStop.fields
          + [
            Schema.Field(
              "proxy",
              .object([
                Schema.Field(
                  "listen", .string(.nonEmpty), required: true,
                  "the literal address and port at which the service looks for it, taken during the audit"),
                Schema.Field("forward", .string(.nonEmpty), required: true, "the host and port where it really is"),
                Schema.Field(
                  "faults", .array(.string(.word(faults)), minimumCount: 1), required: true,
                  "what is done to what passes, one after the other"),
                Schema.Field(
                  "delayMilliseconds", .integer(minimum: 1, maximum: 600_000), "how much later answers come",
                  default: 3000),
                Schema.Field(
                  "bytesPerSecond", .integer(minimum: 1, maximum: 1 << 30), "how fast answers come", default: 500),
                Schema.Field(
                  "errors", .integer(minimum: 1, maximum: 1000), "how many requests fail at first", default: 1),
              ]), "a proxy of the audit's own between the two"),
            Schema.Field("required", .boolean, "whether readiness has to turn red without it", default: true),
            Schema.Field(
              "whenCut", .string(.word(["fails", "degrades"])), "what becomes of the request without it",
              default: "fails"),
            Schema.Field("request", DeclaredRequest.schema, "a request that needs it; the target's URL by default"),
            Schema.Field(
              "cutSeconds", .integer(minimum: 1, maximum: 600), "how long it is cut at least", default: 5),
            Schema.Field(
              "patienceSeconds", .integer(minimum: 1, maximum: 120), "how long an answer is waited for", default: 10),
            Schema.Field(
              "recoverySeconds", .integer(minimum: 1, maximum: 1800), "how long the service may take to come back",
              default: 60),
            Schema.Field(
              "alert",
              .object([
                Schema.Field("name", .string(.nonEmpty), required: true, "its name"),
                Schema.Field(
                  "prometheus", .string(.url(schemes: ["https", "http"])), "the Prometheus that evaluates it"),
                Schema.Field(
                  "alertmanager", .string(.url(schemes: ["https", "http"])), "the Alertmanager that gets it"),
                Schema.Field(
                  "seconds", .integer(minimum: 1, maximum: 1800), "how long it may take to fire", default: 120),
              ]), "the alert that has to fire"),
            Schema.Field(
              "work",
              .object([
                Schema.Field("request", DeclaredRequest.schema, required: true, "a request that hands in work"),
                Schema.Field(
                  "count", .integer(minimum: 1, maximum: 1000), "how many are handed in meanwhile", default: 3),
                Schema.Field("pending", DeclaredCounter.schema, "how many wait to be done"),
                Schema.Field("done", DeclaredCounter.schema, "how many are done in all"),
                Schema.Field(
                  "seconds", .integer(minimum: 1, maximum: 1800), "how long they may take once it is back",
                  default: 60),
              ]), "work that must not be lost"),
          ])), "what the service depends on, and how that may be cut off; takes a consent for `disrupt`")

  init?(_ value: JSONValue, folder: String) {
    guard let name = value["name"]?.string else { return nil }
    self.name = name
    let stop = DeclaredStop(value, folder: folder)
    if let commands = stop.commands { ways.append(.stop(stop: commands.stop, start: commands.start)) }
    if stop.canPause { ways.append(.pause(pid: stop.pid, pidFile: stop.pidFile)) }
    if let declared = value["proxy"], let listen = Endpoint(text: declared["listen"]?.string),
      let forward = Endpoint(text: declared["forward"]?.string)
    {
      proxy = (listen, forward)
      for word in declared["faults"]?.array ?? [] {
        switch word.string {
        case "refuse": ways.append(.fault(.refuse))
        case "reset": ways.append(.fault(.reset))
        case "blackhole": ways.append(.fault(.blackhole))
        case "delay":
          ways.append(.fault(.delay(milliseconds: declared["delayMilliseconds"]?.integer ?? 3000)))
        case "throttle":
          ways.append(.fault(.throttle(bytesPerSecond: declared["bytesPerSecond"]?.integer ?? 500)))
        case "cut": ways.append(.fault(.cut))
        case "errors": ways.append(.fault(.errors(first: declared["errors"]?.integer ?? 1)))
        default: break
        }
      }
    }
    isRequired = value["required"]?.bool ?? true
    isNeeded = value["whenCut"]?.string != "degrades"
    request = DeclaredRequest(value["request"])
    hold = (value["cutSeconds"]?.integer ?? 5) * 1000
    patience = (value["patienceSeconds"]?.integer ?? 10) * 1000
    recovery = (value["recoverySeconds"]?.integer ?? 60) * 1000
    if let alert = value["alert"], let name = alert["name"]?.string,
      let url = alert["alertmanager"]?.string ?? alert["prometheus"]?.string
    {
      self.alert = Alert(
        name: name, url: url, isAlertmanager: alert["alertmanager"] != nil,
        patience: (alert["seconds"]?.integer ?? 120) * 1000)
    }
    if let work = value["work"], let request = DeclaredRequest(work["request"]) {
      self.work = Work(
        request: request, count: work["count"]?.integer ?? 3, pending: DeclaredCounter(work["pending"]),
        done: DeclaredCounter(work["done"]), patience: (work["seconds"]?.integer ?? 60) * 1000)
    }
  }

  /// What no shape can say of the dependencies that a target declares.
  static func violations(_ settings: JSONObject) -> [Schema.Violation] {
    var violations: [Schema.Violation] = []
    var names: Set<String> = []
    for (index, value) in (settings["dependencies"]?.array ?? []).enumerated() {
      let path: [Schema.Violation.Step] = [.name("dependencies"), .index(index)]
      violations += DeclaredStop.violations(value, at: path)
      if let name = value["name"]?.string, !names.insert(name).inserted {
        violations.append(.init(path: path + [.name("name")], kind: .malformed("a name that no other dependency has")))
      }
      if ["stop", "pid", "pidFile", "proxy"].allSatisfy({ value[$0] == nil }), violations.isEmpty {
        violations.append(.init(path: path, kind: .missingName("stop")))
      }
      for name in ["listen", "forward"] {
        guard let text = value["proxy"]?[name]?.string, Endpoint(text: text) == nil else { continue }
        violations.append(
          .init(path: path + [.name("proxy"), .name(name)], kind: .malformed("an address with a port, HOST:PORT")))
      }
      if let alert = value["alert"], alert["prometheus"] == nil, alert["alertmanager"] == nil {
        violations.append(.init(path: path + [.name("alert")], kind: .missingName("prometheus")))
      }
      let requests: [([String], JSONValue?)] = [
        (["request"], value["request"]), (["work", "request"], value["work"]?["request"]),
      ]
      for (names, request) in requests {
        guard let method = request?["method"]?.string, HTTPMethod(rawValue: method) == nil else { continue }
        violations.append(
          .init(path: path + names.map { .name($0) } + [.name("method")], kind: .malformed("a method such as GET")))
      }
      for name in ["pending", "done"] {
        violations += DeclaredCounter.violations(
          value["work"]?[name], at: path + [.name("work"), .name(name)], hasDatabase: settings["workDatabase"] != nil)
      }
    }
    return violations
  }
}

extension Endpoint {
  /// Reads `HOST:PORT`, an IPv6 address in brackets; nil for anything else.
  init?(text: String?) {
    guard let text, let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65535).contains(port)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: port)
  }
}
