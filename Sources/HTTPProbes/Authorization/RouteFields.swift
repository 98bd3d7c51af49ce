import AuditModel
import Facts
import HTTPExchange

/// What the inventory may say about who is let in on an HTTP target.
enum RouteFields {
  static let all = [
    Schema.Field("routes", .array(route), "requests and who is to be answered"),
    Schema.Field(
      "openapi", .string(.openAPIDocument), "an OpenAPI 3 or Swagger 2 document that describes further routes"),
    Schema.Field(
      "parameters", .object([], others: .either([.string(.nonEmpty), .integer()])),
      "values for the parameters in the OpenAPI document's paths, by name"),
    Schema.Field("login", .string(.nonEmpty), "where strangers are sent to log in: the beginning of a path or URL"),
    Schema.Field("otherBearer", .string(.secretReference), "the token of a second identity, as a reference"),
    Schema.Field("expiredBearer", .string(.secretReference), "a token that has expired, as a reference"),
  ]

  /// The methods whose meaning is known (RFC 9110, RFC 5789).
  private static let methods = HTTPMethod.safe + [.post, .put, .patch, .delete]

  private static let route = Schema.object([
    Schema.Field(
      "path", .string(.requestPath), required: true, "path, perhaps with a query, from the root of the origin"),
    Schema.Field("method", .string(.word(methods.map(\.rawValue))), "the method", default: "GET"),
    Schema.Field(
      "access", .string(.word(DeclaredRoute.Access.allCases.map(\.rawValue))), required: true,
      "public: anybody; protected: with credentials; forbidden: not even with `bearer`"),
    Schema.Field(
      "owner", .string(.word(DeclaredRoute.Identity.allCases.map(\.rawValue))),
      "the identity whose object it is: the other one is to be refused"),
    Schema.Field("hidden", .boolean, "strangers are told with 404 that there is no such thing", default: false),
  ])
}
