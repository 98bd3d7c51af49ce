import HTTPExchange

/// The tests of an answer that programs read: what of the Observatory holds there too, and what only holds there.
///
/// Left out is what protects people in front of a browser: referrers, scripts of other sites, isolation of windows.
/// Scores are added up, and letters given, as the Observatory does.
///
/// | test | outcomes and what they add |
/// |---|---|
/// | `content-security-policy` | `default-src 'none'` and `frame-ancestors 'none'` +5; one of the two alone −5; a weaker policy −5; none or invalid −10 |
/// | `cache-control` | on private data: `no-store` 0, `private` −5, nothing −10, offered to shared caches −25; else 0 |
/// | `content-type` | fits and names its charset where it needs one 0; text without charset −5; missing −10; JSON under another name −20 |
/// | `server-information` | nothing 0; the version or framework of the server −5 |
/// | `cookies`, `cross-origin-resource-sharing`, `redirection`, `strict-transport-security`, `x-content-type-options`, `cross-origin-resource-policy` | as the Observatory |
struct InterfaceProfile: Sendable {
  let tests: [HeaderTest]

  /// `isPrivate` is whether the answer carries what is meant for one user alone; nil to tell by its own fields.
  init(_ answer: ObservedAnswer, isPrivate: Bool? = nil) {
    let transport = Observatory.strictTransport(answer)
    tests = [
      Self.policy(answer), Observatory.cookies(answer, isHeldToHTTPS: transport.passes),
      Observatory.crossOriginSharing(answer), Observatory.redirection(answer), transport,
      Observatory.contentTypeOptions(answer), Observatory.resourcePolicy(answer),
      Self.caching(answer, isPrivate: isPrivate ?? Self.seemsPrivate(answer)), Self.contentType(answer),
      Self.serverInformation(answer),
    ]
  }

  private static func policy(_ answer: ObservedAnswer) -> HeaderTest {
    func outcome(_ result: String, _ modifier: Int, passes: Bool = false) -> HeaderTest {
      HeaderTest("content-security-policy", result, modifier, passes: passes)
    }
    let policies = ContentSecurityPolicy.policies(in: answer.fields["content-security-policy"])
    if policies.isEmpty { return outcome("csp-not-implemented", -10) }
    guard let policy = try? ContentSecurityPolicy(policies) else { return outcome("csp-header-invalid", -10) }
    let loadsNothing = policy.sources["default-src"] == ["'none'"]
    let isNeverFramed = policy.sources["frame-ancestors"] == ["'none'"]
    switch (loadsNothing, isNeverFramed) {
    case (true, true): return outcome("csp-default-src-none-and-frame-ancestors-none", 5, passes: true)
    case (true, false): return outcome("csp-default-src-none-only", -5)
    case (false, true): return outcome("csp-frame-ancestors-none-only", -5)
    case (false, false): return outcome("csp-neither-none", -5)
    }
  }

  /// An answer that sets a cookie or asks who is there is for one user.
  private static func seemsPrivate(_ answer: ObservedAnswer) -> Bool {
    answer.status == 401 || answer.status == 403 || !answer.fields["set-cookie"].isEmpty
      || answer.fields.list("vary").contains("authorization") || answer.fields.list("vary").contains("cookie")
  }

  private static func caching(_ answer: ObservedAnswer, isPrivate: Bool) -> HeaderTest {
    func outcome(_ result: String, _ modifier: Int, passes: Bool = false) -> HeaderTest {
      HeaderTest("cache-control", "cache-control-\(result)", modifier, passes: passes)
    }
    let directives = CacheDirectives(answer.fields)
    if directives.has("no-store") { return outcome("no-store", 0, passes: true) }
    if !isPrivate { return outcome("not-needed", 0, passes: true) }
    if directives.isOffered { return outcome("private-data-offered-to-shared-caches", -25) }
    return directives.has("private") ? outcome("private", -5, passes: true) : outcome("missing-on-private-data", -10)
  }

  private static func contentType(_ answer: ObservedAnswer) -> HeaderTest {
    func outcome(_ result: String, _ modifier: Int, passes: Bool = false) -> HeaderTest {
      HeaderTest("content-type", "content-type-\(result)", modifier, passes: passes)
    }
    let isEmpty =
      answer.status == 204 || answer.status == 304 || answer.fields.first("content-length")?.trimmed == "0"
    guard let field = answer.fields.first("content-type"), !field.isEmpty else {
      return isEmpty ? outcome("not-needed", 0, passes: true) : outcome("missing", -10)
    }
    let parts = field.split(separator: ";").map { $0.trimmed.lowercased() }
    let type = parts.first ?? ""
    let isJSON = type == "application/json" || type.hasSuffix("+json")
    if ContentKind.looksLikeJSON(answer.content), !isJSON { return outcome("json-under-another-name", -20) }
    if type.hasPrefix("text/"), !parts.dropFirst().contains(where: { $0.hasPrefix("charset=") }) {
      return outcome("without-charset", -5)
    }
    return outcome("right", 0, passes: true)
  }

  private static func serverInformation(_ answer: ObservedAnswer) -> HeaderTest {
    if ProductVersion.disclosed(by: answer.fields) != nil {
      return HeaderTest("server-information", "server-information-version", -5, passes: false)
    }
    return answer.fields.first("x-powered-by") == nil
      ? HeaderTest("server-information", "server-information-none", 0, passes: true)
      : HeaderTest("server-information", "server-information-framework", -5, passes: false)
  }
}
