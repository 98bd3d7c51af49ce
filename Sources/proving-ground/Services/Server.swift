import Facts
import Hummingbird
import Probing

/// What the services' HTTP servers have in common.
enum Server {
  /// A router that answers `GET /health`, and HEAD wherever it answers GET.
  static func router(health: Health, manner: APIManner = APIManner()) -> Router<BasicRequestContext> {
    let router = Router(options: .autoGenerateHeadEndpoints)
    router.add(middleware: ErrorManners(manner: manner))
    router.add(middleware: CrossOrigin(manner: manner.crossOrigin, varies: manner.variesByOrigin))
    if health.manner.exists {
      router.resource("health", manner: manner, [.get: { request, _ in try await health.response(to: request) }])
    }
    return router
  }

  /// Serves on a loopback port until SIGTERM or SIGINT.
  static func run(_ router: Router<BasicRequestContext>, port: Int) async throws {
    try await Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: port))
    ).runService()
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
