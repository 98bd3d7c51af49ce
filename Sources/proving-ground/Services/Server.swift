import Facts
import Hummingbird
import Probing

/// What the services' HTTP servers have in common.
enum Server {
  /// A router that answers `GET /health`, and HEAD wherever it answers GET.
  static func router(health: Health) -> Router<BasicRequestContext> {
    let router = Router(options: .autoGenerateHeadEndpoints)
    if health.manner.exists { router.get("health") { request, _ in try await health.response(to: request) } }
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
      status: status, headers: [.contentType: "application/problem+json"],
      body: .init(
        byteBuffer: ByteBuffer(
          string: JSONText.compact(["status": .integer(status.code), "title": .string(title)]))))
  }
}
