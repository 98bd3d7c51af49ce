import Facts
import HTTPExchange

/// What the cookies of an answer ask of browsers, by name; their values are never looked at.
enum CookieFacts {
  /// What is wrong with one.
  enum Fault: String, Sendable, CaseIterable {
    /// The name promises what the field does not keep, so that browsers refuse it.
    case brokenPrefix
    /// `SameSite=None` without `Secure`, which browsers refuse.
    case noneWithoutSecure
    /// A word behind `SameSite` that browsers do not know.
    case unknownSameSite
    /// For a domain above the host: every other host below it gets the cookie too.
    case widerThanHost
    /// For a domain the host is not in, so that browsers refuse it.
    case foreignDomain
    /// Longer than browsers keep any.
    case longLived
    /// Another field of the answer sets one of the same name.
    case setTwice
  }

  /// The longest a browser keeps a cookie: 400 days, in seconds (RFC 6265bis section 5.5).
  static let longest = 400 * 86_400
  /// The most cookies that are described.
  private static let limit = 50

  /// The cookies that answers from `url` set, by the `Set-Cookie` fields of each.
  static func facts(_ answers: [[String]], from url: HTTPURL, hiding redact: (String) -> String) -> JSONValue {
    let jars = answers.map { $0.compactMap(SetCookie.init) }
    let cookies = jars.flatMap { $0 }
    let twice = Set(
      jars.flatMap { jar in
        Dictionary(jar.map { ($0.name, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }.keys
      })
    var told: Set<String> = []
    return .array(
      cookies.filter { told.insert("\($0)").inserted }.prefix(limit).map { cookie in
        [
          "name": .string(redact(cookie.name).bounded(100)), "session": .bool(cookie.isSession),
          "antiForgery": .bool(cookie.isAntiForgery), "secure": .bool(cookie.isSecure),
          "httpOnly": .bool(cookie.isHTTPOnly),
          "sameSite": .string(cookie.sameSite?.rawValue ?? (cookie.hasUnknownSameSite ? "unknown" : "missing")),
          "persists": .bool(cookie.persists),
          "faults": JSONValue(
            faults(of: cookie, from: url, isSetTwice: twice.contains(cookie.name)).map(\.rawValue)),
        ]
      })
  }

  static func faults(of cookie: SetCookie, from url: HTTPURL, isSetTwice: Bool) -> [Fault] {
    var found: Set<Fault> = []
    if cookie.brokenPrefix(defaultPath: CookieJar.defaultPath(of: url)) != nil { found.insert(.brokenPrefix) }
    if cookie.sameSite == SetCookie.SameSite.none, !cookie.isSecure { found.insert(.noneWithoutSecure) }
    if cookie.hasUnknownSameSite { found.insert(.unknownSameSite) }
    if let domain = cookie.domain, domain != url.host {
      found.insert(!url.hasAddressLiteral && url.host.hasSuffix("." + domain) ? .widerThanHost : .foreignDomain)
    }
    if let age = cookie.maxAge, age > longest { found.insert(.longLived) }
    if isSetTwice { found.insert(.setTwice) }
    return Fault.allCases.filter(found.contains)
  }
}
