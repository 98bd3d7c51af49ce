import HTTPExchange

/// What an answer says about being kept (RFC 9111).
struct CacheDirectives: Sendable, Hashable {
  /// By name in lower case; of equal names the first. Empty values for directives without an argument.
  private var arguments: [String: String] = [:]
  /// Seconds between `Date` and `Expires`, as far as both can be read.
  private var expiresAfter: Int?
  /// Whether any field speaks of caching.
  let isStated: Bool

  init(_ fields: HeaderFields) {
    for directive in fields["cache-control"].flatMap({ $0.split(separator: ",") }) {
      let parts = directive.split(separator: "=", maxSplits: 1)
      guard let name = parts.first?.trimmed.lowercased(), !name.isEmpty, arguments[name] == nil else { continue }
      arguments[name] = parts.count > 1 ? parts[1].trimmed.filter { $0 != "\"" } : ""
    }
    if let expires = fields.first("expires").flatMap(HTTPDate.seconds),
      let date = fields.first("date").flatMap(HTTPDate.seconds)
    {
      expiresAfter = expires - date
    } else if fields.first("expires") != nil {
      expiresAfter = 0
    }
    isStated = !arguments.isEmpty || fields.first("expires") != nil
  }

  func has(_ name: String) -> Bool { arguments[name] != nil }

  private func seconds(_ name: String) -> Int? {
    guard let text = arguments[name], !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text) ?? .max
  }

  /// How long a browser may use it without asking, in seconds; 0 where nothing says.
  var freshness: Int {
    if has("no-store") || has("no-cache") { return 0 }
    return seconds("max-age") ?? max(0, expiresAfter ?? 0)
  }

  /// How long a cache between may use it for everybody, in seconds; 0 where nothing says.
  var sharedFreshness: Int {
    if isKeptFromSharing || has("no-cache") { return 0 }
    return seconds("s-maxage") ?? freshness
  }

  /// No cache between may keep it.
  var isKeptFromSharing: Bool { has("no-store") || has("private") }

  /// Says outright that everybody may have it, or for how long caches between may keep it.
  var isOffered: Bool { !isKeptFromSharing && (has("public") || sharedFreshness > 0) }
}

/// Dates in header fields (RFC 9110 section 5.6.7), the one form that servers send today.
enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Seconds since 1970 of `Thu, 26 Nov 2026 04:37:57 GMT`; nil for anything else.
  static func seconds(_ text: String) -> Int? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = number(parts[1]), (1...31).contains(day),
      let month = months.firstIndex(of: String(parts[2])), let year = number(parts[3]), (1900...9999).contains(year)
    else { return nil }
    let clock = parts[4].split(separator: ":").map(number)
    guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    // Days from the civil calendar, years beginning in March.
    let shifted = month < 2 ? year - 1 : year
    let (era, yearOfEra) = (shifted / 400, shifted % 400)
    let dayOfYear = (153 * ((month + 10) % 12) + 2) / 5 + day - 1
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    return days * 86_400 + hour * 3600 + minute * 60 + second
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } && text.utf8.count <= 4 ? Int(text) : nil
  }
}
