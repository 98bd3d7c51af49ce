import Facts
import Hummingbird

/// Answers to other sites' pages as the platform wants it (Fetch standard, CORS protocol).
struct CrossOrigin: RouterMiddleware {
  typealias Context = BasicRequestContext

  let manner: CrossOriginManner
  let varies: Bool
  /// The platform's own application.
  static let application = "https://app.events.example"

  func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws
    -> Response
  {
    let isPreflight = request.method == .options && request.headers[.accessControlRequestMethod] != nil
    var response = isPreflight ? Response(status: .noContent) : try await next(request, context)
    if varies { response.headers[.vary] = "Origin" }
    guard let origin = request.headers[.origin], let allowed = allowed(origin) else { return response }
    response.headers[.accessControlAllowOrigin] = allowed
    if manner != .whoeverAsksBare { response.headers[.accessControlAllowCredentials] = "true" }
    if isPreflight {
      response.headers[.accessControlAllowMethods] = "GET, POST"
      response.headers[.accessControlAllowHeaders] = "Authorization, Content-Type"
      response.headers[.accessControlMaxAge] = "600"
    }
    return response
  }

  private func allowed(_ origin: String) -> String? {
    switch manner {
    case .oneOrigin: origin == Self.application ? origin : nil
    case .oneOriginAndNull: origin == Self.application || origin == "null" ? origin : nil
    case .whoeverAsks, .whoeverAsksBare: origin
    case .everybody: "*"
    }
  }
}

/// Gives every error a body that says what is wrong, and every method an answer.
struct ErrorManners: RouterMiddleware {
  typealias Context = BasicRequestContext

  let manner: APIManner

  func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws
    -> Response
  {
    if manner.answersTrace, request.method == .trace { return Self.echo(request) }
    var response: Response
    do {
      response = try await next(request, context)
    } catch let error as HTTPError {
      if manner.hasOnePageForEverything, error.status == .notFound, request.method == .get || request.method == .head {
        return FrontPage.response(to: request, manner: manner)
      }
      response = Server.problem(error.status, error.status.reasonPhrase)
    }
    if !manner.statesTheStatus, response.headers[.contentType] == "application/problem+json" {
      response.headers[.contentLength] = nil
      response.body = .init(byteBuffer: ByteBuffer(string: #"{"type":"about:blank","title":"Failed","status":418}"#))
    }
    if !manner.explainsErrors, response.headers[.contentType] == "application/problem+json" {
      let title = "\(response.status.code) \(response.status.reasonPhrase)"
      response.headers[.contentType] = "text/html"
      response.headers[.contentLength] = nil
      response.body = .init(
        byteBuffer: ByteBuffer(
          string: "<html><head><title>\(title)</title></head><body><h1>\(title)</h1></body></html>\n"))
    }
    return response
  }

  /// What was asked, as it came (RFC 9110 section 9.3.8).
  private static func echo(_ request: Request) -> Response {
    let fields = request.headers.map { "\($0.name.rawName): \($0.value)\r\n" }.joined()
    return Response(
      status: .ok, headers: [.contentType: "message/http"],
      body: .init(byteBuffer: ByteBuffer(string: "TRACE \(request.uri) HTTP/1.1\r\n\(fields)\r\n")))
  }
}

extension Router<BasicRequestContext> {
  /// What answers one method.
  typealias Handler = @Sendable (Request, BasicRequestContext) async throws -> Response

  /// Answers at `path` to the methods given, and tells which those are to every other one.
  func resource(_ path: RouterPath, manner: APIManner, _ handlers: [HTTPRequest.Method: Handler]) {
    var allowed = handlers.keys.map(\.rawValue) + ["OPTIONS"]
    if handlers[.get] != nil { allowed.append("HEAD") }
    let list = allowed.sorted().joined(separator: ", ")
    for method: HTTPRequest.Method in [.get, .head, .post, .put, .patch, .delete, .options, .trace] {
      if let handler = handlers[method] {
        on(path, method: method, use: handler)
      } else if method == .options {
        on(path, method: method) { _, _ in Response(status: .noContent, headers: [.allow: list]) }
      } else if method != .head || handlers[.get] == nil {
        on(path, method: method) { _, _ in
          var response = Server.problem(.methodNotAllowed, "this is not done here")
          if manner.namesAllowedMethods { response.headers[.allow] = list }
          return response
        }
      }
    }
  }
}
