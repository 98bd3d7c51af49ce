import AuditModel
import Facts
import Hummingbird
import Synchronization

/// A store of lines that speaks Loki's HTTP API: it takes pushes, and answers selectors with line filters.
final class LokiPeer: Sendable {
  /// One stream: the labels and its lines.
  private struct Stream {
    var labels: [String: String]
    var lines: [(nanoseconds: Int, text: String)] = []
  }

  /// The most lines that a stream keeps.
  private static let most = 20_000

  private let plan: LokiPlan
  private let streams = Mutex<[[String: String]: Stream]>([:])

  /// An empty store.
  init(_ plan: LokiPlan) { self.plan = plan }

  func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("ready") { _, _ in
      self.plan.isReady
        ? Self.text("ready\n")
        : Self.text("Ingester not ready: waiting for 15s after being ready\n", status: .serviceUnavailable)
    }
    router.get("config") { _, _ in Self.text(self.configuration) }
    router.get("loki/api/v1/status/buildinfo") { _, _ in Server.json(#"{"version":"2.9.8","branch":"HEAD"}"#) }
    router.get("loki/api/v1/labels") { _, _ in
      let names = self.streams.withLock { Set($0.keys.flatMap(\.keys)) }
      return Self.success(JSONValue(names.sorted()))
    }
    router.get("loki/api/v1/label/:name/values") { _, context in
      let name = context.parameters.get("name") ?? ""
      let values = self.streams.withLock { Set($0.keys.compactMap { $0[name] }) }
      return Self.success(JSONValue(values.sorted()))
    }
    router.post("loki/api/v1/push") { request, _ in
      var request = request
      let body = try await request.collectBody(upTo: 16 << 20)
      guard let streams = try? JSONText.parse(Array(body.readableBytesView))["streams"]?.array else {
        return Self.text("this is no push\n", status: .badRequest)
      }
      for stream in streams { self.take(stream) }
      return Response(status: .noContent)
    }
    router.get("loki/api/v1/query_range") { request, _ in self.answer(request) }
    return router
  }

  private func take(_ stream: JSONValue) {
    let labels = Dictionary(
      (stream["stream"]?.object?.members ?? []).compactMap { member in
        member.value.string.map { (member.name, $0) }
      }, uniquingKeysWith: { $1 })
    let lines = (stream["values"]?.array ?? []).compactMap { pair -> (nanoseconds: Int, text: String)? in
      guard let time = pair[0]?.string.flatMap({ Int($0) }), let text = pair[1]?.string else { return nil }
      return (time, text)
    }
    streams.withLock { streams in
      var own = streams[labels] ?? Stream(labels: labels)
      own.lines = Array((own.lines + lines).suffix(Self.most))
      streams[labels] = own
    }
  }

  private func answer(_ request: Request) -> Response {
    guard let query = request.parameter("query").flatMap({ LineQuery($0) }) else {
      return Self.text("parse error\n", status: .badRequest)
    }
    let now = Instant.present.seconds
    let start = request.parameter("start").flatMap { Int($0) } ?? (now - 3600) * 1_000_000_000
    let end = request.parameter("end").flatMap { Int($0) } ?? now * 1_000_000_000
    let limit = request.parameter("limit").flatMap { Int($0) } ?? 100
    let isBackward = request.parameter("direction") != "forward"
    let chosen = streams.withLock { $0.values.filter { query.selects($0.labels) } }
    var found = chosen.flatMap { stream in
      stream.lines.filter { (start..<end).contains($0.nanoseconds) && query.keeps($0.text) }
        .map { (labels: stream.labels, line: $0) }
    }
    found.sort { isBackward ? $0.line.nanoseconds > $1.line.nanoseconds : $0.line.nanoseconds < $1.line.nanoseconds }
    let byStream = Dictionary(grouping: found.prefix(max(0, limit)), by: \.labels)
    return Self.success([
      "resultType": "streams",
      "result": .array(
        byStream.map { labels, lines in
          [
            "stream": .object(JSONObject(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            "values": .array(lines.map { [.string(String($0.line.nanoseconds)), .string($0.line.text)] }),
          ]
        }),
    ])
  }

  /// The parts of its configuration that it is asked for, as Loki gives it back.
  private var configuration: String {
    """
    target: all
    auth_enabled: false
    limits_config:
      retention_period: 744h
    compactor:
      retention_enabled: \(plan.deletes)

    """
  }

  private static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }

  private static func success(_ data: JSONValue) -> Response {
    Server.json(JSONText.compact(["status": "success", "data": data]))
  }
}

/// The part of LogQL that asks for lines: a selector of streams, and filters of lines behind it.
struct LineQuery {
  private var matchers: [(label: String, relation: String, value: String)] = []
  private var filters: [(relation: String, value: String)] = []

  /// Nil for what is no such query.
  init?(_ text: String) {
    var rest = Substring(text).drop { $0 == " " }
    guard rest.popFirst() == "{" else { return nil }
    while true {
      rest = rest.drop { $0 == " " || $0 == "," }
      if rest.first == "}" { break }
      let label = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      rest = rest.dropFirst(label.count).drop { $0 == " " }
      let relation = rest.prefix { "=!~".contains($0) }
      rest = rest.dropFirst(relation.count).drop { $0 == " " }
      guard !label.isEmpty, ["=", "!=", "=~", "!~"].contains(relation), let value = Self.quoted(&rest) else {
        return nil
      }
      matchers.append((String(label), String(relation), value))
    }
    rest = rest.dropFirst().drop { $0 == " " }
    while !rest.isEmpty {
      let relation = String(rest.prefix(2))
      guard ["|=", "!=", "|~", "!~"].contains(relation) else { return nil }
      rest = rest.dropFirst(2).drop { $0 == " " }
      guard let value = Self.quoted(&rest) else { return nil }
      filters.append((relation, value))
      rest = rest.drop { $0 == " " }
    }
    // Loki refuses a selector that any stream could meet.
    guard matchers.contains(where: { !$0.value.isEmpty && $0.value != ".*" }) else { return nil }
  }

  /// Whether a stream with these labels is asked for.
  func selects(_ labels: [String: String]) -> Bool {
    matchers.allSatisfy { matcher in
      let value = labels[matcher.label] ?? ""
      return switch matcher.relation {
      case "=": value == matcher.value
      case "!=": value != matcher.value
      case "=~": Self.matches(value, matcher.value, whole: true)
      default: !Self.matches(value, matcher.value, whole: true)
      }
    }
  }

  /// Whether a line passes the filters.
  func keeps(_ line: String) -> Bool {
    filters.allSatisfy { filter in
      switch filter.relation {
      case "|=": line.contains(filter.value)
      case "!=": !line.contains(filter.value)
      case "|~": Self.matches(line, filter.value, whole: false)
      default: !Self.matches(line, filter.value, whole: false)
      }
    }
  }

  private static func matches(_ text: String, _ pattern: String, whole: Bool) -> Bool {
    guard let pattern = try? Regex(pattern) else { return false }
    return whole ? text.wholeMatch(of: pattern) != nil : text.firstMatch(of: pattern) != nil
  }

  /// A text in quotes at the front of `rest`.
  private static func quoted(_ rest: inout Substring) -> String? {
    guard let quote = rest.popFirst(), quote == "\"" || quote == "`" else { return nil }
    var text = ""
    while let character = rest.popFirst() {
      if character == quote { return text }
      if character == "\\", quote == "\"" {
        guard let escaped = rest.popFirst() else { return nil }
        text.append(escaped == "n" ? "\n" : escaped)
      } else {
        text.append(character)
      }
    }
    return nil
  }
}
