import AuditModel
import Facts
import Hummingbird
import Synchronization

/// A tracker of errors that speaks Sentry's interfaces: it takes envelopes, and lists what it was sent.
final class TrackerPeer: Sendable {
  /// Events of one kind.
  private struct Issue {
    var id: Int
    var title: String
    var firstSeen: String
    var count: Int
  }

  private struct State {
    var events: [String: JSONValue] = [:]
    var issues: [String: Issue] = [:]
    var releases: [String: String] = [:]
    var firstEvent: String?
  }

  /// The most events that are kept.
  private static let most = 10_000

  private let settings: PeersSettings
  private let state = Mutex(State())

  /// A tracker that has heard nothing yet.
  init(_ settings: PeersSettings) { self.settings = settings }

  /// The path of the one project.
  static let project = (organization: "events", name: "platform", number: "1")

  func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("_health") { _, _ in
      self.settings.tracker.isWell
        ? Server.json("\"ok\"") : Server.problem(.internalServerError, "the queue is not read")
    }
    router.post("api/:project/envelope") { request, context in try await self.take(request, context) }
    let base = "api/0/projects/\(Self.project.organization)/\(Self.project.name)"
    func list(_ path: String, _ answer: @escaping @Sendable (State) -> JSONValue) {
      router.get(RouterPath(base + path)) { request, _ in
        guard request.credentials("Bearer") == self.settings.trackerToken else {
          return Self.refusal("Authentication credentials were not provided.", .unauthorized)
        }
        return Server.json(JSONText.compact(answer(self.state.withLock { $0 })))
      }
    }
    list("") { state in
      [
        "id": .string(Self.project.number), "slug": .string(Self.project.name), "platform": "native",
        "firstEvent": JSONValue(state.firstEvent),
      ]
    }
    list("/keys") { _ in
      [
        ["id": "1", "name": "services", "isActive": .bool(self.settings.tracker.hasKey)],
        ["id": "0", "name": "the first one", "isActive": false],
      ]
    }
    list("/rules") { _ in self.settings.tracker.tells ? [["id": "1", "name": "A new error"]] : [] }
    list("/releases") { state in
      .array(
        state.releases.sorted { $0.key < $1.key }.map {
          ["version": .string($0.key), "dateCreated": .string($0.value)]
        })
    }
    list("/issues") { state in
      .array(
        state.issues.values.sorted { $0.id < $1.id }.suffix(100).map {
          [
            "id": .string(String($0.id)), "title": .string($0.title), "firstSeen": .string($0.firstSeen),
            "count": .string(String($0.count)), "status": "unresolved", "assignedTo": nil,
          ]
        })
    }
    router.get(RouterPath(base + "/events/:id")) { request, context in
      guard request.credentials("Bearer") == self.settings.trackerToken else {
        return Self.refusal("Authentication credentials were not provided.", .unauthorized)
      }
      let id = context.parameters.get("id") ?? ""
      guard let event = self.state.withLock({ $0.events[id] }) else {
        return Self.refusal("Event not found", .notFound)
      }
      return Server.json(JSONText.compact(event))
    }
    return router
  }

  private static func refusal(_ detail: String, _ status: HTTPResponse.Status) -> Response {
    Server.json(JSONText.compact(["detail": .string(detail)]), status: status)
  }

  // MARK: Events

  private func take(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
    var request = request
    let fields = request.field("X-Sentry-Auth") ?? ""
    let inField = fields.split { $0 == "," || $0 == " " }.first { $0.hasPrefix("sentry_key=") }?.dropFirst(11)
    let key = inField.map { String($0) } ?? request.parameter("sentry_key")
    let body = try await request.collectBody(upTo: 1 << 20)
    guard context.parameters.get("project") == Self.project.number, settings.tracker.hasKey, key == settings.trackerKey
    else { return Self.refusal("event submission rejected with_reason: ProjectId", .forbidden) }
    let lines = String(buffer: body).split(separator: "\n").compactMap { try? JSONText.parse(Array($0.utf8)) }
    guard let id = lines.first?["event_id"]?.string else { return Self.refusal("invalid envelope", .badRequest) }
    for (header, item) in zip(lines.dropFirst(), lines.dropFirst(2)) where header["type"]?.string == "event" {
      store(item, id: id)
    }
    return Server.json(JSONText.compact(["id": .string(id)]))
  }

  private func store(_ event: JSONValue, id: String) {
    let release = event["release"]?.string
    if release == nil, settings.tracker.dropsUnreleased { return }
    let now = Instant.present.description
    state.withLock { state in
      guard state.events.count < Self.most else { return }
      var kept: JSONObject = event.object ?? [:]
      kept["eventID"] = .string(id)
      kept["dateReceived"] = .string(now)
      state.events[id] = .object(kept)
      state.firstEvent = state.firstEvent ?? now
      if let release { state.releases[release] = state.releases[release] ?? now }
      guard event["level"]?.string == "error" else { return }
      let title = event["message"]?.string ?? "?"
      let kind = "\(event["logger"]?.string ?? ""): \(title)"
      var issue = state.issues[kind] ?? Issue(id: state.issues.count + 1, title: title, firstSeen: now, count: 0)
      issue.count += 1
      state.issues[kind] = issue
    }
  }
}
