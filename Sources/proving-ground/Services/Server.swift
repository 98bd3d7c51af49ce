import Facts
import Hummingbird
import Probing

/// What the services' HTTP servers have in common.
enum Server {
  /// A router that answers `GET /health`, and HEAD wherever it answers GET.
  static func router(health: Health, manner: APIManner = APIManner(), watch: ServiceWatch? = nil)
    -> Router<BasicRequestContext>
  {
    let router = Router(options: .autoGenerateHeadEndpoints)
    if let watch { router.add(middleware: WatchedRequests(watch: watch)) }
    router.add(middleware: ErrorManners(manner: manner))
    router.add(middleware: CrossOrigin(manner: manner.crossOrigin, varies: manner.variesByOrigin))
    if health.manner.exists {
      router.resource("health", manner: manner, [.get: { request, _ in try await health.response(to: request) }])
    }
    return router
  }

  /// Serves on a loopback port until SIGTERM or SIGINT, watched by `watch`.
  static func run(_ router: Router<BasicRequestContext>, port: Int, watch: ServiceWatch? = nil) async throws {
    let server = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
    guard let watch else { return try await server.runService() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.runService() }
      group.addTask { try await watch.serveMetrics() }
      group.addTask { await watch.run() }
      // The others only end when cancelled, so the first to end is the server.
      try await group.next()
      group.cancelAll()
    }
  }

  /// An answer with JSON that is already text.
  static func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }

  /// An answer that tells what is wrong (RFC 9457).
  static func problem(_ status: HTTPResponse.Status, _ title: String) -> Response {
    Response(
      status: status, headers: [.contentType: "application/problem+json", .cacheControl: "no-store"],
      body: .init(
        byteBuffer: ByteBuffer(
          string: JSONText.compact([
            "type": "about:blank", "status": .integer(status.code), "title": .string(status.reasonPhrase),
            "detail": .string(title),
          ]))))
  }
}
