import Facts
import HTTPExchange

/// The twelve tests of the MDN HTTP Observatory, algorithm version 6, over one answer.
///
/// The rules are kept to the letter, oddities included: what its users compare with is its grade. Three things differ,
/// because they cannot be known from an answer. The browsers' preload list is not carried; names count as preloaded that
/// are declared to be on it, that a list at hand has, and those below the top-level domains that are on it as a whole. What nobody asked is taken for the best: that plain
/// HTTP leads to https, and that the certificate is valid. Cookies count whatever their domain, since a browser that
/// refuses one does not make the field that sets it any better.
struct Observatory: Sendable {
  let tests: [HeaderTest]

  private let answer: ObservedAnswer
  private let policy: PolicyVerdict

  init(_ answer: ObservedAnswer) {
    self.answer = answer
    let tags = answer.tags
    let meta = MetaFields(tags)
    policy = PolicyVerdict(
      header: answer.fields["content-security-policy"], meta: meta.contentSecurityPolicies,
      reports: answer.fields["content-security-policy-report-only"].contains { !$0.isEmpty },
      isEncrypted: answer.url.scheme == .https)
    let transport = Self.strictTransport(answer)
    tests = [
      HeaderTest("content-security-policy", policy.result, policy.modifier, passes: policy.passes),
      Self.cookies(answer, isHeldToHTTPS: transport.passes), Self.crossOriginSharing(answer), Self.redirection(answer),
      Self.referrer(answer, meta: meta.referrerPolicy), transport, Self.integrity(answer, tags),
      Self.contentTypeOptions(answer), Self.framing(answer, policy), Self.resourcePolicy(answer),
      Self.embedderPolicy(answer), Self.openerPolicy(answer),
    ]
  }

  /// What the policies of the answer are worth, in detail.
  var policyVerdict: PolicyVerdict { policy }

  // MARK: Transport

  /// Six months as the Observatory counts them, in seconds.
  private static let sixMonths = 15_552_000.0

  static func strictTransport(_ answer: ObservedAnswer) -> HeaderTest {
    func outcome(_ result: String, _ modifier: Int, passes: Bool = false) -> HeaderTest {
      HeaderTest("strict-transport-security", result, modifier, passes: passes)
    }
    guard answer.url.scheme == .https else { return outcome("hsts-not-implemented-no-https", -20) }
    if answer.isPreloaded(answer.url.host) { return outcome("hsts-preloaded", 5, passes: true) }
    guard answer.isVerified else { return outcome("hsts-invalid-cert", -20) }
    guard let field = answer.joined("strict-transport-security") else { return outcome("hsts-not-implemented", -20) }
    let text = field.bounded(1024)
    var maxAge: Double?
    for part in text.split(separator: ";") {
      let parameter = part.trimmed.lowercased()
      if parameter.hasPrefix("max-age=") { maxAge = leadingInteger(parameter.dropFirst(8).prefix(120)) }
    }
    guard let maxAge, !text.contains(",") else { return outcome("hsts-header-invalid", -20) }
    return maxAge < sixMonths
      ? outcome("hsts-implemented-max-age-less-than-six-months", -10)
      : outcome("hsts-implemented-max-age-at-least-six-months", 0, passes: true)
  }

  /// The integer a text begins with; not a number, which the Observatory finds no smaller than six months, where it
  /// begins with none.
  private static func leadingInteger(_ text: Substring) -> Double {
    let text = text.trimmed
    let sign = text.hasPrefix("-") || text.hasPrefix("+") ? 1 : 0
    let digits = text.dropFirst(sign).prefix { $0.isASCII && $0.isNumber }
    guard let value = Double(digits) else { return .nan }
    return text.hasPrefix("-") ? -value : value
  }

  static func redirection(_ answer: ObservedAnswer) -> HeaderTest {
    func outcome(_ result: String, _ modifier: Int, passes: Bool = false) -> HeaderTest {
      HeaderTest("redirection", result, modifier, passes: passes)
    }
    let route: [HTTPURL]
    switch answer.plain {
    case .closed: return outcome("redirection-not-needed-no-http", 0, passes: true)
    case .notAsked where answer.url.scheme == .https: return outcome("redirection-to-https", 0, passes: true)
    case .notAsked:
      let isRedirect = (300..<400).contains(answer.status)
      let next = isRedirect ? answer.fields.first("location").flatMap { answer.url.resolving($0) } : nil
      route = [answer.url] + [next].compactMap { $0 }
    case .led(let urls): route = urls
    }
    guard answer.isVerified else { return outcome("redirection-invalid-cert", -20) }
    if route.allSatisfy({ answer.isPreloaded($0.host) }) {
      return outcome("redirection-all-redirects-preloaded", 0, passes: true)
    }
    guard route.count > 1 else { return outcome("redirection-missing", -20) }
    if route.last?.scheme != .https { return outcome("redirection-not-to-https", -20) }
    if route[1].scheme == .http { return outcome("redirection-not-to-https-on-initial-redirection", -10) }
    if route[0].scheme == .http, route[0].host != route[1].host { return outcome("redirection-off-host-from-http", -5) }
    return outcome("redirection-to-https", 0, passes: true)
  }

  // MARK: Cookies

  /// Set by a platform's router before any application, and without bearing.
  private static let ignoredCookie = "heroku-session-affinity"
  /// From best to worst.
  private static let cookieOutcomes: [(result: String, modifier: Int)] = [
    ("cookies-without-secure-flag-but-protected-by-hsts", -5), ("cookies-without-secure-flag", -20),
    ("cookies-session-without-secure-flag-but-protected-by-hsts", -10), ("cookies-samesite-flag-invalid", -20),
    ("cookies-anticsrf-without-samesite-flag", -20), ("cookies-session-without-httponly-flag", -30),
    ("cookies-session-without-secure-flag", -40),
  ]

  static func cookies(_ answer: ObservedAnswer, isHeldToHTTPS: Bool) -> HeaderTest {
    let fields = answer.fields["set-cookie"]
    var worst = fields.contains(where: namesUnknownSameSite) ? 3 : -1
    let cookies = CookieJar(fields, defaultPath: CookieJar.defaultPath(of: answer.url)).cookies
      .filter { $0.name != ignoredCookie }
    guard !cookies.isEmpty else { return HeaderTest("cookies", "cookies-not-found", 0, passes: true) }
    for cookie in cookies {
      if !cookie.isSecure {
        worst = max(worst, isHeldToHTTPS ? 0 : 1)
        if cookie.sameSite == SetCookie.SameSite.none { worst = max(worst, 3) }
        if cookie.isSession { worst = max(worst, isHeldToHTTPS ? 2 : 6) }
      }
      if cookie.isAntiForgery, cookie.sameSite == nil { worst = max(worst, 4) }
      if cookie.isSession, !cookie.isHTTPOnly { worst = max(worst, 5) }
    }
    if cookieOutcomes.indices.contains(worst) {
      let outcome = cookieOutcomes[worst]
      return HeaderTest("cookies", outcome.result, outcome.modifier, passes: false)
    }
    return cookies.contains { $0.sameSite == nil }
      ? HeaderTest("cookies", "cookies-secure-with-httponly-sessions", 0, passes: true)
      : HeaderTest("cookies", "cookies-secure-with-httponly-sessions-and-samesite", 5, passes: true)
  }

  private static func namesUnknownSameSite(_ field: String) -> Bool {
    field.split(separator: ";").contains { part in
      let pieces = part.split(separator: "=", omittingEmptySubsequences: false)
      guard pieces.first?.trimmed.lowercased() == "samesite" else { return false }
      let word = pieces.count > 1 ? pieces[1].trimmed.lowercased() : ""
      return SetCookie.SameSite(rawValue: word) == nil
    }
  }

  // MARK: Cross-origin

  static func crossOriginSharing(_ answer: ObservedAnswer) -> HeaderTest {
    func outcome(_ result: String, _ modifier: Int = 0, passes: Bool = true) -> HeaderTest {
      HeaderTest(
        "cross-origin-resource-sharing", "cross-origin-resource-sharing-\(result)", modifier, passes: passes)
    }
    let origin = answer.crossOrigin?.origin ?? ObservedAnswer.observatoryOrigin
    let fields = answer.crossOrigin?.fields ?? answer.fields
    func joined(_ name: String) -> String { fields[name].joined(separator: ", ") }
    let allowed = joined("access-control-allow-origin")
    if allowed.isEmpty { return outcome("not-implemented") }
    if allowed.trimmed == "*" { return outcome("implemented-with-public-access") }
    if allowed == origin, joined("access-control-allow-credentials").trimmed.lowercased() == "true" {
      return outcome("implemented-with-universal-access", -50, passes: false)
    }
    return outcome("implemented-with-restricted-access")
  }

  static func resourcePolicy(_ answer: ObservedAnswer) -> HeaderTest {
    func outcome(_ result: String, _ modifier: Int, passes: Bool = true) -> HeaderTest {
      HeaderTest("cross-origin-resource-policy", result, modifier, passes: passes)
    }
    switch answer.joined("cross-origin-resource-policy")?.bounded(256).trimmed.lowercased() ?? "" {
    case "": return outcome("corp-not-implemented", 0)
    case "same-site": return outcome("corp-implemented-with-same-site", 10)
    case "same-origin": return outcome("corp-implemented-with-same-origin", 10)
    case "cross-origin": return outcome("corp-implemented-with-cross-origin", 0)
    default: return outcome("corp-header-invalid", -5, passes: false)
    }
  }

  static func embedderPolicy(_ answer: ObservedAnswer) -> HeaderTest {
    isolation(
      answer, "cross-origin-embedder-policy", "coep",
      words: ["require-corp": 10, "credentialless": 10, "unsafe-none": 0])
  }

  static func openerPolicy(_ answer: ObservedAnswer) -> HeaderTest {
    isolation(
      answer, "cross-origin-opener-policy", "coop",
      words: [
        "same-origin": 10, "same-origin-allow-popups": 10, "noopener-allow-popups": 10, "unsafe-none": 0,
      ])
  }

  /// A field that holds one structured token.
  private static func isolation(
    _ answer: ObservedAnswer, _ name: String, _ prefix: String, words: [String: Int]
  ) -> HeaderTest {
    let values = answer.fields[name]
    if values.count < 2, values.first?.isEmpty ?? true {
      return HeaderTest(name, "\(prefix)-not-implemented", 0, passes: true)
    }
    guard values.count == 1, let token = StructuredToken.read(values[0].bounded(1024).trimmed),
      let modifier = words[token]
    else { return HeaderTest(name, "\(prefix)-header-invalid", -5, passes: false) }
    return HeaderTest(name, "\(prefix)-implemented-with-\(token)", modifier, passes: true)
  }

  // MARK: Pages

  static func referrer(_ answer: ObservedAnswer, meta: String?) -> HeaderTest {
    func outcome(_ result: String, _ modifier: Int, passes: Bool = true) -> HeaderTest {
      HeaderTest("referrer-policy", "referrer-policy-\(result)", modifier, passes: passes)
    }
    let values = answer.fields["referrer-policy"] + [meta].compactMap { $0 }
    if values.isEmpty { return outcome("not-implemented", 0) }
    // The last word that browsers know counts.
    let known = values.flatMap { $0.split(separator: ",") }.compactMap {
      ReferrerPolicy(rawValue: $0.trimmed.lowercased())
    }
    guard let policy = known.last else { return outcome("header-invalid", -5, passes: false) }
    return policy.isPrivate ? outcome("private", 5) : outcome("unsafe", -5, passes: false)
  }

  static func contentTypeOptions(_ answer: ObservedAnswer) -> HeaderTest {
    func outcome(_ result: String, _ modifier: Int, passes: Bool) -> HeaderTest {
      HeaderTest("x-content-type-options", "x-content-type-options-\(result)", modifier, passes: passes)
    }
    guard let value = answer.joined("x-content-type-options"), !value.isEmpty else {
      return outcome("not-implemented", -5, passes: false)
    }
    return value.bounded(256).trimmed.lowercased() == "nosniff"
      ? outcome("nosniff", 0, passes: true) : outcome("header-invalid", -5, passes: false)
  }

  static func framing(_ answer: ObservedAnswer, _ policy: PolicyVerdict) -> HeaderTest {
    func outcome(_ result: String, _ modifier: Int, passes: Bool = true) -> HeaderTest {
      HeaderTest("x-frame-options", "x-frame-options-\(result)", modifier, passes: passes)
    }
    if policy.policy?.sources["frame-ancestors"] != nil { return outcome("implemented-via-csp", 5) }
    let value = answer.joined("x-frame-options")?.bounded(1024).trimmed.lowercased() ?? ""
    if answer.joined("x-frame-options")?.isEmpty ?? true { return outcome("not-implemented", -20, passes: false) }
    if value == "deny" || value == "sameorigin" { return outcome("sameorigin-or-deny", 5) }
    if value.hasPrefix("allow-from") { return outcome("allow-from-origin", 0) }
    return outcome("header-invalid", -20, passes: false)
  }

  /// From best to worst.
  private static let integrityOutcomes: [(result: String, modifier: Int)] = [
    ("sri-implemented-and-all-scripts-loaded-securely", 5),
    ("sri-implemented-but-external-scripts-not-loaded-securely", -20),
    ("sri-not-implemented-but-external-scripts-loaded-securely", -5),
    ("sri-not-implemented-and-external-scripts-not-loaded-securely", -50),
  ]

  static func integrity(_ answer: ObservedAnswer, _ tags: [HTMLTags.Tag]) -> HeaderTest {
    func outcome(_ result: String, _ modifier: Int, passes: Bool = true) -> HeaderTest {
      HeaderTest("subresource-integrity", result, modifier, passes: passes)
    }
    guard answer.mayBeHTML else { return outcome("sri-not-implemented-response-not-html", 0) }
    let scripts = tags.filter { $0.name == "script" }
    if scripts.isEmpty { return outcome("sri-not-implemented-but-no-scripts-loaded", 0) }
    var worst = -1
    var hasForeign = false
    for tag in scripts {
      guard let source = tag.attributes["src"], !source.isEmpty, let script = ScriptSource(source, on: answer) else {
        continue
      }
      let isProven = !(tag.attributes["integrity"] ?? "").isEmpty
      if script.isForeign {
        hasForeign = true
        switch (isProven, script.isSecure) {
        case (true, true): break
        case (true, false): worst = max(worst, 1)
        case (false, true): worst = max(worst, 2)
        case (false, false): worst = max(worst, 3)
        }
      } else if isProven, script.isSecure {
        worst = max(worst, 0)
      }
    }
    if integrityOutcomes.indices.contains(worst) {
      let (result, modifier) = integrityOutcomes[worst]
      return outcome(result, modifier, passes: worst == 0)
    }
    return hasForeign
      ? outcome("sri-implemented-and-external-scripts-loaded-securely", 5)
      : outcome("sri-not-implemented-but-all-scripts-loaded-from-secure-origin", 0)
  }
}

/// The words of a `Referrer-Policy` (W3C Referrer Policy section 3).
enum ReferrerPolicy: String, Sendable, CaseIterable {
  case noReferrer = "no-referrer"
  case sameOrigin = "same-origin"
  case strictOrigin = "strict-origin"
  case strictOriginWhenCrossOrigin = "strict-origin-when-cross-origin"
  case origin
  case originWhenCrossOrigin = "origin-when-cross-origin"
  case unsafeURL = "unsafe-url"
  case noReferrerWhenDowngrade = "no-referrer-when-downgrade"

  /// Tells other sites nothing, or the origin alone and only over TLS.
  var isPrivate: Bool {
    switch self {
    case .noReferrer, .sameOrigin, .strictOrigin, .strictOriginWhenCrossOrigin: true
    case .origin, .originWhenCrossOrigin, .unsafeURL, .noReferrerWhenDowngrade: false
    }
  }
}

/// Where a script comes from, seen from the page that names it.
struct ScriptSource: Sendable {
  /// From another origin than the page's.
  var isForeign: Bool
  /// Over TLS whichever way the page was come to.
  var isSecure: Bool

  /// Nil for a reference that leads nowhere.
  init?(_ reference: String, on page: ObservedAnswer) {
    let reference = reference.trimmed
    let followsScheme = reference.hasPrefix("//") && reference.dropFirst(2).first.map { $0 != "/" } ?? false
    if reference.hasPrefix("//"), !followsScheme { return nil }
    if let url = page.url.resolving(reference) {
      isForeign = !url.hasSameOrigin(as: page.url)
      isSecure = followsScheme ? page.plain.endsEncrypted : url.scheme == .https
      return
    }
    // A scheme of its own, or a host this client could not ask: foreign either way.
    isForeign = true
    isSecure = followsScheme ? page.plain.endsEncrypted : reference.lowercased().hasPrefix("https://")
  }
}

/// Cookies as a client keeps them: of equal name, domain and path the last; not those that break their name's prefix.
struct CookieJar: Sendable {
  private(set) var cookies: [SetCookie] = []

  init(_ fields: [String], defaultPath: String) {
    var places: [[String?]: Int] = [:]
    for cookie in fields.compactMap(SetCookie.init) where cookie.brokenPrefix(defaultPath: defaultPath) == nil {
      let key = [cookie.name, cookie.domain, cookie.path ?? defaultPath]
      if let place = places[key] {
        cookies[place] = cookie
      } else {
        places[key] = cookies.count
        cookies.append(cookie)
      }
    }
  }

  /// The path that holds for a cookie without one (RFC 6265 section 5.1.4).
  static func defaultPath(of url: HTTPURL) -> String {
    guard let slash = url.path.lastIndex(of: "/"), slash != url.path.startIndex else { return "/" }
    return String(url.path[..<slash])
  }
}

/// Names that browsers ask over TLS only.
enum PreloadedDomains {
  /// Top-level domains that are on the browsers' preload list as a whole.
  private static let topLevel: Set<String> = [
    "app", "bank", "boo", "dad", "day", "dev", "esq", "foo", "ing", "insurance", "meme", "mov", "new", "nexus", "page",
    "phd", "prof", "rsvp", "zip",
  ]

  /// Whether `host` is below one of them.
  static func contain(_ host: String) -> Bool {
    guard let dot = host.lastIndex(of: "."), dot != host.startIndex else { return false }
    return topLevel.contains(String(host[host.index(after: dot)...]))
  }
}
