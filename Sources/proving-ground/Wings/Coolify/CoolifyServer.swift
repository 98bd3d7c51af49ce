import AuditModel
import Facts
import Glibc
import Hummingbird

/// What Coolify is to tell.
struct CoolifySettings: Codable, Sendable {
  /// The file with the token that it knows.
  var tokenFile = ""
  /// Whether it is well.
  var isHealthy = true
  /// Whether it answers only who has the token.
  var asksForToken = true
  /// Whether it reaches the server that it deploys to.
  var reachesServer = true
  /// What the api is, in Coolify's words.
  var apiStatus = "running:healthy"
  /// What the worker is.
  var workerStatus = "running:healthy"
  /// Whether the api has a health check.
  var hasHealthCheck = true
  /// Whether the api's memory is bounded.
  var isLimited = true
  /// Whether the image of the version before is kept.
  var keepsImages = true
  /// Whether the last deployment failed.
  var lastFailed = false
  /// How many of the deployments before failed.
  var failures = 0
  /// Whether the version before was ever gone back to.
  var wasRolledBack = true
  /// The commit that runs.
  var commit = CoolifySettings.release

  /// The commit that is meant to run.
  static let release = "5f3c1d9b7a2e4f60819c3d5e7f9a1b2c4d6e8f01"
}

/// A Coolify in small: it answers the questions of its API (`/api/v1`) about what was deployed, and deploys nothing.
struct CoolifyServer: Sendable {
  private let settings: CoolifySettings
  private let port: Int
  private let token: String

  /// A server with its settings.
  init(_ settings: ServiceSettings) throws(GroundFailure) {
    guard let coolify = settings.coolify, let token = Files.text(at: coolify.tokenFile) else {
      throw GroundFailure("the settings say nothing about Coolify")
    }
    self.settings = coolify
    port = settings.port
    self.token = token
  }

  /// Serves until it is told to end.
  func run() async throws {
    let router = Router()
    router.get("api/v1/**") { request, _ in
      let path = request.uri.path.split(separator: "/").dropFirst(2).joined(separator: "/")
      if path == "health" {
        return Response(
          status: settings.isHealthy ? .ok : .serviceUnavailable, headers: [.contentType: "text/html"],
          body: .init(byteBuffer: ByteBuffer(string: settings.isHealthy ? "OK" : "down")))
      }
      if settings.asksForToken, request.headers[.authorization] != "Bearer \(token)" {
        return Server.json(#"{"message":"Unauthenticated."}"#, status: .unauthorized)
      }
      guard let answer = answer(to: path) else { return Server.json(#"{"message":"Not found."}"#, status: .notFound) }
      return Server.json(JSONText.compact(answer))
    }
    try await Server.run(router, port: port)
  }

  private static let names = ["api": "a1b2c3d4e5f6a1b2c3d4e5f6", "worker": "f6e5d4c3b2a1f6e5d4c3b2a1"]

  private func answer(to path: String) -> JSONValue? {
    let applications = Self.names.keys.sorted()
    switch path {
    case "version": return "4.0.0-beta.460"
    case "servers":
      return [
        [
          "uuid": "c0ffee00c0ffee00c0ffee00", "name": "server-1", "ip": "127.0.0.1",
          "settings": ["is_reachable": .bool(settings.reachesServer), "is_usable": true],
        ]
      ]
    case "resources":
      let database: JSONValue = [
        "uuid": "d0d0d0d0d0d0d0d0d0d0d0d0", "name": "events", "type": "standalone-postgresql",
        "status": "running:healthy",
      ]
      return .array(
        applications.map {
          [
            "uuid": JSONValue(Self.names[$0]), "name": .string($0), "type": "application",
            "status": .string(status(of: $0)),
          ]
        } + [database])
    case "applications": return .array(applications.map(application))
    default: break
    }
    for name in applications {
      let uuid = Self.names[name] ?? ""
      if path == "applications/\(uuid)" { return application(name) }
      if path == "deployments/applications/\(uuid)" { return deployments(of: name) }
      if path == "applications/\(uuid)/rollback-images" {
        let images: [JSONValue] = [["tag": .string(settings.commit), "is_current": true]]
        let before: [JSONValue] =
          settings.keepsImages || name != "api" ? [["tag": .string(Self.commit(1)), "is_current": false]] : []
        return ["current": .string(settings.commit), "images": .array(images + before)]
      }
    }
    return nil
  }

  private func status(of name: String) -> String { name == "api" ? settings.apiStatus : settings.workerStatus }

  private func application(_ name: String) -> JSONValue {
    let isAPI = name == "api"
    return [
      "uuid": JSONValue(Self.names[name]), "name": .string(name), "status": .string(status(of: name)),
      "build_pack": "dockerfile", "git_commit_sha": .string(settings.commit),
      "health_check_enabled": .bool(settings.hasHealthCheck || !isAPI), "health_check_path": "/health",
      "limits_memory": .string(settings.isLimited || !isAPI ? "256m" : "0"), "limits_cpus": "0.5",
    ]
  }

  /// A commit of some deployments ago.
  private static func commit(_ number: Int) -> String { String(repeating: String(number % 10), count: 40) }

  /// Ten deployments, a day apart: the last an hour ago, one of them a rollback.
  private func deployments(of name: String) -> JSONValue {
    let now = Int(time(nil))
    var list: [JSONValue] = (0..<10).map { number in
      let at = now - 3600 - number * 86400
      let failed = name == "api" && number > 0 && number <= settings.failures
      return [
        "deployment_uuid": .string("deployment-\(name)-\(number)"), "status": failed ? "failed" : "finished",
        "commit": .string(number == 0 ? settings.commit : Self.commit(number)),
        "created_at": .string(Instant(seconds: at).description),
        "finished_at": .string(Instant(seconds: at + 95).description),
        "rollback": .bool(number == 6 && (settings.wasRolledBack || name != "api")), "restart_only": false,
      ]
    }
    if settings.lastFailed, name == "api" {
      list.insert(
        [
          "deployment_uuid": "deployment-api-last", "status": "failed", "commit": .string(Self.commit(8)),
          "created_at": .string(Instant(seconds: now - 600).description),
          "finished_at": .string(Instant(seconds: now - 580).description), "rollback": false, "restart_only": false,
        ], at: 0)
    }
    return ["count": .integer(list.count), "deployments": .array(list)]
  }
}
