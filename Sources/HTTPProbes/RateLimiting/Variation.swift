import Facts
import HTTPExchange

/// A request that differs from the others in one way, to see how far a limit reaches.
struct Variation: Sendable {
  /// What its passing would mean.
  enum Meaning: String, Sendable {
    /// The limit holds for each of these on its own.
    case scope
    /// Pollers are not held up.
    case health
    /// Whoever writes that gets around the limit.
    case bypass
  }

  var name: String
  var meaning: Meaning
  /// The request; in its fields `#` stands for a number that is another one each time.
  var request: HTTPRequest

  /// The `count`th request of this kind: an invented address is not used twice, or its own allowance would run out.
  func request(_ count: Int) -> HTTPRequest {
    var request = request
    request.fields = request.fields.map { field in
      (
        name: field.name,
        value: field.value.split(separator: "#", omittingEmptySubsequences: false)
          .joined(separator: String(1 + count % 250))
      )
    }
    return request
  }

  /// Those that ask how far the limit reaches; every one is an ordinary request.
  static func reaching(from url: HTTPURL, other: HTTPURL?, health: HTTPURL?) -> [Variation] {
    var variations: [Variation] = []
    if let health, health.target != url.target {
      variations.append(Variation(name: "health", meaning: .health, request: HTTPRequest(.get, health)))
    }
    if let other {
      variations.append(Variation(name: "otherRoute", meaning: .scope, request: HTTPRequest(.get, other)))
    }
    variations.append(Variation(name: "head", meaning: .scope, request: HTTPRequest(.head, url)))
    return variations
  }

  /// Those that try to get around the limit. Addresses are reserved for documentation (RFC 5737, RFC 3849): they are
  /// nobody's.
  static func bypassing(_ url: HTTPURL) -> [Variation] {
    func field(_ name: String, _ value: String, as label: String? = nil) -> Variation {
      Variation(
        name: label ?? name, meaning: .bypass, request: HTTPRequest(.get, url, fields: [(name: name, value: value)]))
    }
    func target(_ label: String, _ target: String) -> Variation {
      Variation(name: label, meaning: .bypass, request: HTTPRequest(.get, url.with(target: target)))
    }
    let path = String(url.path)
    let query = String(url.target.dropFirst(path.count))
    let bare = path.hasSuffix("/") ? String(path.dropLast()) : path
    var variations = [
      field("X-Forwarded-For", "192.0.2.#"),
      field("X-Forwarded-For", "198.51.100.#, 127.0.0.1", as: "X-Forwarded-For, first of a list"),
      field("X-Real-IP", "203.0.113.#"), field("Forwarded", "for=192.0.2.#"), field("True-Client-IP", "198.51.100.#"),
      field("CF-Connecting-IP", "203.0.113.#"), field("Fastly-Client-IP", "192.0.2.#"),
      field("X-Client-IP", "198.51.100.#"), field("X-Cluster-Client-IP", "203.0.113.#"),
      field("X-Originating-IP", "192.0.2.#"), field("X-Remote-IP", "198.51.100.#"),
      field("X-Remote-Addr", "2001:db8::#"), field("X-Forwarded-Host", "bypass.example"),
      field("X-HTTP-Method-Override", "HEAD"), target("a query", path + (query.isEmpty ? "?" : query + "&") + "r=1"),
      target("a doubled slash", "/" + path + query),
    ]
    if !bare.isEmpty {
      variations += [
        target(
          path.hasSuffix("/") ? "no trailing slash" : "a trailing slash",
          (path.hasSuffix("/") ? bare : path + "/") + query),
        target("a dot segment", "/." + path + query), target("upper case", path.uppercased() + query),
        target("a path parameter", bare + ";x=1" + query),
      ]
      if let encoded = percentEncoded(bare) { variations.append(target("a percent-encoded letter", encoded + query)) }
    }
    return variations.filter { variation in
      !variation.request.fields.isEmpty || variation.request.url.target != url.target
    }
  }

  /// The path with its last letter percent-encoded, which means the same (RFC 3986 section 6.2.2.2).
  private static func percentEncoded(_ path: String) -> String? {
    guard let last = path.utf8.last, (0x61...0x7A).contains(last) || (0x41...0x5A).contains(last) else { return nil }
    return String(path.dropLast()) + "%" + String(last, radix: 16, uppercase: true)
  }
}
