import Facts
import RateLimits

/// The shape of what `http-rate-limit` brings back.
enum RateLimitSchema {
  /// The first route's members, and all routes.
  static let facts = Schema.object(
    [
      Schema.Field("connection", ExchangeSchema.connection, required: true, "whether anybody could be asked"),
      Schema.Field("routes", .array(.object(route)), required: true, "the routes that were asked, in declared order"),
    ] + route.map { Schema.Field($0.name, $0.schema, $0.summary + ", of the first route") })

  private static let count = Schema.nullable(.integer(minimum: 0))
  private static let number = Schema.nullable(.number(minimum: 0))
  private static let truth = Schema.nullable(.boolean)
  private static let text = Schema.nullable(.string())
  private static let names = Schema.nullable(.array(.string()))

  private static let route: [Schema.Field] = [
    .required("path", .string(), "the path asked"),
    .required(
      "family", .nullable(.string(.word(Family.allCases.map(\.rawValue)))),
      "the kind of limiter; null where it could not be told"),
    .required(
      "algorithm", .nullable(.string(.word(Algorithm.allCases.map(\.rawValue)))),
      "the algorithm, as far as answers tell; a token bucket answers like nginx with nodelay"),
    .required(
      "verdict", .string(.word(RouteFacts.Verdict.allCases.map(\.rawValue))), "what came of looking, in one word"),
    .required("limited", truth, "whether there is a limit; null where it is only declared"),
    .required("limit", count, "requests that pass before one is refused"),
    .required("burst", count, "requests at once beyond the rate"),
    .required("ratePerSecond", number, "requests per second in the long run"),
    .required("windowSeconds", number, "the window in seconds"),
    .required("recoverySeconds", number, "seconds from the first refusal to the first request admitted again"),
    .required("countsRefusals", truth, "whether refused requests count as well"),
    .required("spread", number, "how far window or rate may be off, as a share"),
    .required("familyConfidence", number, "0 to 1: how clearly the family stands out"),
    .required("algorithmConfidence", number, "0 to 1: how clearly the algorithm stands out"),
    .required(
      "seen",
      .object([
        .required("requests", .integer(minimum: 0), "requests admitted before the first refusal"),
        .required("seconds", number, "the seconds they took"),
      ]), "how much passed"),
    .required("declared", .nullable(declared), "what header fields say; null where they say nothing"),
    .required("refusal", .nullable(refusal), "the answer of a refusal; null where none was seen"),
    .required(
      "scope",
      .object([
        .required("otherRoutesFree", truth, "whether another route passes while this one is limited"),
        .required("headFree", truth, "whether HEAD passes while GET is limited"),
        .required("healthFree", truth, "whether the health endpoint passes while the route is limited"),
      ]), "how far the limit reaches"),
    .required(
      "bypass",
      .object([
        .required("tested", truth, "whether ways around the limit were tried"),
        .required("tried", count, "how many"),
        .required("unproven", names, "those that proved nothing"),
        .required("found", names, "those that get around the limit"),
      ]), "ways around the limit"),
    .required(
      "service",
      .object([
        .required("broke", truth, "whether the service failed instead of refusing"),
        .required("failures", .integer(minimum: 0), "answers with a status of failure that is no limiter's"),
        .required("firstMilliseconds", number, "median time to the first ten admitted answers"),
        .required("limitedMilliseconds", number, "median time to the last ten admitted before the first refusal"),
        .required(
          "slowdown", number, "the second as a multiple of the first; null for a queue, which means to slow down"),
      ]), "what the requests did to the service"),
    .required("requests", .integer(minimum: 0), "requests sent"),
    .required("refusals", .integer(minimum: 0), "requests refused"),
    .required("seconds", number, "seconds it took"),
    .required("evidence", .array(.string()), "what was sent and what came of it, in order"),
  ]

  private static let declared = Schema.object([
    .required("form", .string(.word(Declaration.Form.allCases.map(\.rawValue))), "the grammar of the fields"),
    .required("forms", .array(.string(.word(Declaration.Form.allCases.map(\.rawValue)))), "all grammars in use"),
    .required("limit", count, "the quota in requests"),
    .required("windowSeconds", number, "its window in seconds"),
    .required("remaining", count, "what the answer says is left"),
    .required("resetSeconds", number, "in how many seconds there is more"),
    .required(
      "policies",
      .array(
        .object([
          .required("name", text, "its name"), .required("quota", count, "how much"),
          .required("windowSeconds", number, "in how many seconds"), .required("unit", .string(), "of what"),
        ])), "all policies"),
    .required("countsDown", truth, "whether what is left falls from answer to answer"),
    .required("agrees", truth, "whether the measured limit is the declared one"),
  ])

  private static let refusal = Schema.object([
    .required("status", .nullable(.integer()), "the status code"),
    .required("retryAfterPresent", .boolean, "whether Retry-After is there"),
    .required("retryAfterSeconds", number, "what it says, in seconds; null where it is unreadable"),
    .required("retryAfterSuffices", truth, "whether a request passed after that time"),
    .required("mediaType", text, "the media type"),
    .required("isProblem", .boolean, "whether it is application/problem+json (RFC 9457)"),
    .required("isJSON", .boolean, "whether it is JSON of any kind"),
    .required("usualIsJSON", truth, "whether the route's usual answer is JSON"),
    .required("cacheable", .boolean, "whether a shared cache may keep it"),
    .required("cacheControl", text, "Cache-Control"),
    .required("keepsCORS", truth, "whether browsers that may read the usual answer may read it; null where neither"),
    .required(
      "leaks", .nullable(.array(.string(.word(Disclosure.allCases.map(\.rawValue))))), "what its content discloses"),
  ])
}
