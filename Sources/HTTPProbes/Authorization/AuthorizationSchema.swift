import Facts

/// The shape of what `http-authorization` brings back.
enum AuthorizationSchema {
  static let facts = Schema.object([
    Schema.Field(
      "look", .string(.word(AuthorizationLook.Kind.allCases.map(\.rawValue))), required: true, "what was asked"),
    Schema.Field("requests", .integer(minimum: 0), required: true, "how many requests were sent"),
    Schema.Field("budget", .integer(minimum: 0), required: true, "how many might have been sent"),
    Schema.Field("limited", .boolean, required: true, "a rate limiter answered instead of the service at least once"),
    Schema.Field("madeUpPath", .nullable(.string()), required: true, "what a path that nobody made gets"),
    Schema.Field(
      "steady", .nullable(.boolean), required: true,
      "made-up paths were not suddenly refused at the end; null where that was not seen"),
    Schema.Field(
      "undeclaredOperations", .integer(minimum: 0), required: true,
      "operations about whose access the OpenAPI document says nothing"),
    Schema.Field("omittedRoutes", .integer(minimum: 0), required: true, "declared routes beyond the limit"),
    Schema.Field("routes", .array(route), required: true, "the declared routes that this look asks"),
  ])

  private static let verdict = Schema.string(.word(Sight.Verdict.allCases.map(\.rawValue)))

  private static let route = Schema.object([
    Schema.Field("name", .string(), required: true, "method and path"),
    Schema.Field("method", .string(), required: true, "the method"),
    Schema.Field("path", .string(), required: true, "path and query"),
    Schema.Field(
      "declared", .string(.word(DeclaredRoute.Access.allCases.map(\.rawValue))), required: true, "who is to be answered"
    ),
    Schema.Field(
      "owner", .nullable(.string(.word(DeclaredRoute.Identity.allCases.map(\.rawValue)))), required: true,
      "whose object it is"),
    Schema.Field("isSafe", .boolean, required: true, "its method neither changes nor sends anything"),
    Schema.Field(
      "strangers", .nullable(strangers), required: true, "without credentials; null where that was not asked"),
    Schema.Field("token", .nullable(token), required: true, "with the token of whoever may see it"),
    Schema.Field("forbidden", .nullable(sight), required: true, "with the declared token where that is to be refused"),
    Schema.Field("expired", .nullable(sight), required: true, "with the token that has expired"),
    Schema.Field("otherIdentity", .nullable(sight), required: true, "with the token of somebody else"),
    Schema.Field("garbage", .nullable(several), required: true, "with made-up credentials"),
    Schema.Field("unsigned", .nullable(several), required: true, "with tokens that have no valid signature"),
    Schema.Field("methods", .nullable(several), required: true, "with other methods, without credentials"),
    Schema.Field("variants", .nullable(several), required: true, "written otherwise, without credentials"),
  ])

  private static let answer = [
    Schema.Field("verdict", verdict, required: true, "the nature of the answer"),
    Schema.Field("status", .nullable(.integer()), required: true, "the status code; null without an answer"),
    Schema.Field("statement", .string(), required: true, "the answer in words"),
  ]
  private static let doubt = Schema.Field(
    "doubt", .nullable(.string()), required: true, "why the answer decides nothing; null where it does")
  private static let refusal = [
    Schema.Field(
      "refused", .nullable(.boolean), required: true, "whoever asked was kept out; null where that is in doubt"), doubt,
  ]

  private static let sight = Schema.object(answer + refusal)

  private static let strangers = Schema.object(
    answer + refusal + [
      Schema.Field("answered", .nullable(.boolean), required: true, "anybody is answered; null where that is in doubt"),
      Schema.Field(
        "namesScheme", .nullable(.boolean), required: true,
        "a 401 says in WWW-Authenticate how to authenticate; null for any other status"),
      Schema.Field("inContent", .boolean, required: true, "the refusal stands in the content of a 2xx only"),
    ])

  private static let token = Schema.object(
    answer + [
      Schema.Field("accepted", .nullable(.boolean), required: true, "it was let in; null where that is in doubt"),
      doubt,
    ])

  private static let several = Schema.object([
    Schema.Field(
      "refused", .nullable(.boolean), required: true, "none of them was let in; null where one is in doubt and none was"
    ),
    Schema.Field("openTo", .array(.string()), required: true, "those that were let in"),
    Schema.Field(
      "survived", .nullable(.boolean), required: true,
      "the service failed on none of them; null where it answered not all, or fails in any case"),
    Schema.Field("crashedBy", .array(.string()), required: true, "those on which the service failed with 5xx"),
    doubt,
    Schema.Field(
      "tried",
      .array(
        .object([
          Schema.Field("name", .string(), required: true, "what was tried"),
          Schema.Field("statement", .string(), required: true, "the answer in words"),
        ])), required: true, "all of them"),
  ])
}
