import Facts
import HTTPExchange
import RateLimits

/// What the answer with which a limiter turns a request away looks like.
struct Refusal: Sendable {
  private let response: HTTPResponse
  private let declaration: Declaration
  private let usual: HTTPResponse?

  /// The refusal, beside the usual answer.
  init(_ refusal: RouteWire.Remembered, beside usual: RouteWire.Remembered?) {
    (response, declaration, self.usual) = (refusal.response, refusal.declaration, usual?.response)
  }

  /// As facts; `tooShort` where the time it asks to wait did not suffice.
  func facts(tooShort: Bool?, redact: (String) -> String) -> JSONValue {
    let retryAfter = declaration.retryAfterSeconds
    return [
      "status": JSONValue(response.status), "retryAfterSeconds": JSONValue(retryAfter),
      "retryAfterPresent": .bool(response.fields?.first("retry-after") != nil),
      "retryAfterSuffices": JSONValue(retryAfter == nil ? nil : tooShort.map { !$0 }),
      "mediaType": JSONValue(response.mediaType.map { redact($0).bounded(200) }),
      "isProblem": .bool(response.mediaType == "application/problem+json"), "isJSON": .bool(isJSON),
      "usualIsJSON": JSONValue(usual.map { Self.isJSON($0.mediaType) }),
      "cacheable": .bool(isCacheable),
      "cacheControl": JSONValue(response.fields?.first("cache-control").map { redact($0).bounded(300) }),
      "keepsCORS": JSONValue(keepsCORS), "leaks": ExchangeFacts.leaks(response),
    ]
  }

  private var isJSON: Bool { Self.isJSON(response.mediaType) }

  private static func isJSON(_ type: String?) -> Bool {
    guard let type else { return false }
    return type == "application/json" || type.hasSuffix("+json")
  }

  /// Whether a shared cache may keep the refusal and hand it to others. 429 and 503 are not kept without an explicit life
  /// (RFC 6585 section 4, RFC 9110 section 15.1).
  private var isCacheable: Bool {
    guard let fields = response.fields else { return false }
    let directives = fields.list("cache-control")
    if directives.contains(where: { $0 == "no-store" || $0 == "no-cache" || $0 == "private" }) { return false }
    func seconds(_ name: String) -> Int? {
      directives.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1).filter { $0 != "\"" }) }
    }
    if let life = seconds("s-maxage") ?? seconds("max-age") { return life > 0 }
    if directives.contains("public") { return true }
    return fields.first("expires").map { $0 != "0" && $0 != "-1" && $0 != fields.first("date") } ?? false
  }

  /// Whether browsers that may read the usual answer may read the refusal as well; nil where they may not read either.
  private var keepsCORS: Bool? {
    guard let usual, usual.fields?.first("access-control-allow-origin") != nil else { return nil }
    return response.fields?.first("access-control-allow-origin") != nil
  }
}

extension JSONValue {
  /// A number to three digits behind the point, whole where it is; `null` for none.
  init(_ number: Double?) {
    guard let number, number.isFinite, abs(number) < 1e12 else {
      self = .null
      return
    }
    let rounded = (number * 1000).rounded() / 1000
    self = rounded == rounded.rounded() ? .integer(Int(rounded)) : .double(rounded)
  }
}
