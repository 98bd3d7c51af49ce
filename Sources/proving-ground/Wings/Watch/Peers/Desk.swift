import Facts
import Hummingbird
import Probing
import Synchronization

/// Where notifications end: webhooks, and the runbooks that alerts lead to.
final class Desk: Sendable {
  /// The names of alerts that came, by hook.
  private let arrived = Mutex<[String: Set<String>]>([:])

  /// The hooks that there are.
  private static let hooks: Set<String> = ["pager", "heartbeat"]

  /// `POST /hooks/NAME` takes a notification as Alertmanager sends it; `GET /arrived` tells which alerts came.
  func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.post("hooks/:name") { request, context in
      var request = request
      let body = try await request.collectBody(upTo: 4 << 20)
      guard let name = context.parameters.get("name"), Self.hooks.contains(name) else {
        return Server.problem(.notFound, "nobody sits at this hook")
      }
      guard let alerts = try? JSONText.parse(Array(body.readableBytesView))["alerts"]?.array else {
        return Server.problem(.badRequest, "this is no notification")
      }
      let names = alerts.compactMap { $0["labels"]?["alertname"]?.string }
      self.arrived.withLock { $0[name, default: []].formUnion(names) }
      return Server.json("{}")
    }
    router.get("arrived") { _, _ in
      let arrived = self.arrived.withLock { $0 }
      return Server.json(
        JSONText.compact(
          .object(JSONObject(arrived.sorted { $0.key < $1.key }.map { ($0.key, JSONValue($0.value.sorted())) }))))
    }
    // A store of old metrics, to which Prometheus's remote read turns: it takes its time, and has nothing.
    router.post("slow-store") { _, _ in
      try await Task.sleep(for: .milliseconds(1500))
      return Server.problem(.serviceUnavailable, "the archive is being read")
    }
    router.get("runbooks/:name") { _, context in
      let name = context.parameters.get("name") ?? ""
      guard let rule = AlertingRules.all.first(where: { $0.runbook == name }) else {
        return Server.problem(.notFound, "there is no such runbook")
      }
      return Response(
        status: .ok, headers: [.contentType: "text/markdown; charset=utf-8"],
        body: .init(
          byteBuffer: ByteBuffer(string: "# \(rule.name)\n\n\(rule.summary)\n\n\(AlertingRules.firstSteps)\n")))
    }
    return router
  }
}

/// Hands requests on to a server, but for those that it is told to keep from it.
struct Gateway: Sendable {
  private let plan: GatewayPlan
  private let port: Int
  private let posts = Counter()
  private let lane = BlockingLane(width: 4)

  /// A gateway before the server on `port`.
  init(_ plan: GatewayPlan, to port: Int) {
    self.plan = plan
    self.port = port
  }

  /// Every path, as it comes.
  func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("**") { request, _ in
      if plan.hidesReadiness, request.uri.path == "/-/ready" {
        return Server.problem(.serviceUnavailable, "the server behind this is not ready")
      }
      return await pass(.get, request.uri.string, nil, [])
    }
    router.post("**") { request, _ in
      if let most = plan.mostPosts, posts.next() >= most {
        return Server.problem(.tooManyRequests, "too many requests")
      }
      var request = request
      let body = try await request.collectBody(upTo: 4 << 20)
      return await pass(.post, request.uri.string, request.headers[.contentType], Array(body.readableBytesView))
    }
    return router
  }

  private func pass(_ method: LoopbackHTTP.Method, _ path: String, _ type: String?, _ body: [UInt8]) async -> Response {
    let answer = await lane.run {
      try? LoopbackHTTP.send(
        method, port: port, path: path, contentType: type, body: body, before: Deadline(milliseconds: 10_000))
    }
    guard let answer else { return Server.problem(.badGateway, "the server behind this does not answer") }
    let isJSON = answer.json != nil
    return Response(
      status: .init(code: answer.status), headers: [.contentType: isJSON ? "application/json" : "text/plain"],
      body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
  }
}
