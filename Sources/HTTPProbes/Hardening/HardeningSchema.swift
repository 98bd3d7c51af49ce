import Facts

/// The shape of what `http-hardening` brings back.
enum HardeningSchema {
  static let facts = Schema.object([
    Schema.Field("connection", ExchangeSchema.connection, required: true, "whether anybody could be asked"),
    Schema.Field("url", .nullable(.string()), required: true, "where redirects within the host ended"),
    Schema.Field("status", .nullable(.integer(minimum: 100, maximum: 999)), required: true, "the status there"),
    Schema.Field("profile", .nullable(profile), required: true, "how the answer is meant to be read"),
    Schema.Field(
      "graded", .nullable(.array(graded)), required: true,
      "the answer with its grade; empty over http, where a redirect leaves the host, and where nothing tells the profile"
    ),
    Schema.Field(
      "pages", .nullable(.array(page)), required: true, "the answer, if it is a page that people see in a browser"),
    Schema.Field(
      "hsts", .nullable(hsts), required: true,
      "Strict-Transport-Security; null over http and for literal addresses, where browsers ignore it"),
    Schema.Field("cookies", .nullable(.array(cookie)), required: true, "the cookies set, without their values"),
    Schema.Field("caching", .nullable(caching), required: true, "what the answer says about being kept"),
    Schema.Field(
      "privateAnswers", .nullable(.array(privateAnswer)), required: true,
      "the answer, if only the declared token opens it"),
    Schema.Field("outdated", .nullable(.array(outdated)), required: true, "fields that browsers have given up"),
  ])

  static let profileWord = Schema.nullable(.string(.word(HeaderProfile.allCases.map(\.rawValue))))

  private static let profile = Schema.object([
    Schema.Field("value", profileWord, required: true, "page, api, or null where nothing tells"),
    Schema.Field(
      "source", .string(.word(["declared", "contentType", "none"])), required: true, "what told"),
  ])

  private static let graded = Schema.object([
    Schema.Field("url", .string(), required: true, "the URL"),
    Schema.Field("profile", profileWord, required: true, "the tests that were made"),
    Schema.Field("score", .integer(minimum: 0), required: true, "points; 100 is faultless, bonuses lead above"),
    Schema.Field("grade", .string(), required: true, "A+ to F"),
    Schema.Field("costly", .array(.string()), required: true, "the outcomes that cost points, the dearest first"),
    Schema.Field(
      "tests",
      .array(
        .object([
          Schema.Field("test", .string(), required: true, "the test"),
          Schema.Field("result", .string(), required: true, "its outcome"),
          Schema.Field("modifier", .integer(), required: true, "points"),
          Schema.Field("pass", .boolean, required: true, "nothing needs doing"),
        ])), required: true, "every test"),
  ])

  private static let page = Schema.object([
    Schema.Field("url", .string(), required: true, "the URL"),
    Schema.Field(
      "policy",
      .object([
        Schema.Field("enforced", .boolean, required: true, "browsers hold the page to a policy"),
        Schema.Field("result", .string(), required: true, "the Observatory's word for it"),
        Schema.Field("invalid", .nullable(.string()), required: true, "why it cannot be read"),
        Schema.Field(
          "weaknesses", .array(.string(.word(PolicyVerdict.Weakness.allCases.map(\.rawValue)))), required: true,
          "what it lets through"),
      ]), required: true, "Content-Security-Policy"),
    Schema.Field(
      "framing",
      .object([
        Schema.Field("restricted", .boolean, required: true, "other sites cannot frame it at will"),
        Schema.Field("result", .nullable(.string()), required: true, "the Observatory's word for it"),
      ]), required: true, "who may show it in a frame"),
    Schema.Field(
      "referrer",
      .object([
        Schema.Field("safe", .boolean, required: true, "other sites do not get the whole URL"),
        Schema.Field("result", .nullable(.string()), required: true, "the Observatory's word for it"),
      ]), required: true, "Referrer-Policy"),
    Schema.Field("integrity", .nullable(.string()), required: true, "the Observatory's word for its scripts"),
  ])

  private static let hsts = Schema.object([
    Schema.Field("fields", .integer(minimum: 0), required: true, "how many are sent; browsers read the first"),
    Schema.Field("valid", .boolean, required: true, "a browser would heed it"),
    Schema.Field("maxAge", .integer(minimum: 0), required: true, "seconds; 0 if absent or invalid"),
    Schema.Field("includeSubDomains", .boolean, required: true, "covers names below"),
    Schema.Field("preload", .boolean, required: true, "asks for the browsers' preload list"),
    Schema.Field(
      "missingForPreload", .array(.string()), required: true,
      "what that list wants and is not there; empty unless asked for"),
    Schema.Field(
      "preloaded", .nullable(.boolean), "the host is on that list; null where nobody says so and no list is at hand"),
  ])

  private static let cookie = Schema.object([
    Schema.Field("name", .string(), required: true, "the name"),
    Schema.Field("session", .boolean, required: true, "named like a session's"),
    Schema.Field("antiForgery", .boolean, required: true, "named like a token against forged requests"),
    Schema.Field("secure", .boolean, required: true, "Secure"),
    Schema.Field("httpOnly", .boolean, required: true, "HttpOnly"),
    Schema.Field(
      "sameSite", .string(.word(SetCookie.SameSite.allCases.map(\.rawValue) + ["missing", "unknown"])), required: true,
      "SameSite"),
    Schema.Field("persists", .boolean, required: true, "outlives the browser's session"),
    Schema.Field(
      "faults", .array(.string(.word(CookieFacts.Fault.allCases.map(\.rawValue)))), required: true, "what is wrong"),
  ])

  private static let caching = Schema.object([
    Schema.Field("cacheControl", .nullable(.string()), required: true, "Cache-Control"),
    Schema.Field("offered", .boolean, required: true, "caches between may keep it for everybody, or have"),
    Schema.Field("setsCookie", .boolean, required: true, "it sets a cookie"),
    Schema.Field("sharesCookie", .boolean, required: true, "both: one user's cookie may reach others"),
  ])

  private static let privateAnswer = Schema.object([
    Schema.Field("path", .string(), required: true, "path and query"),
    Schema.Field("status", .integer(), required: true, "the status with the token"),
    Schema.Field("cacheControl", .nullable(.string()), required: true, "Cache-Control"),
    Schema.Field("keptFromSharing", .boolean, required: true, "no-store or private is said"),
    Schema.Field("stored", .boolean, required: true, "a browser may keep it on disk"),
  ])

  private static let outdated = Schema.object([
    Schema.Field("name", .string(), required: true, "the field"),
    Schema.Field("reason", .string(), required: true, "why nobody should send it"),
  ])
}
