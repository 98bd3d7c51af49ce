import HTTPExchange

/// What the fields of answers tell of caches between the client and the origin.
struct DeliveryNetwork: Sendable, Hashable {
  /// The fields that speak of one, in order of their names.
  private(set) var evidence: [String] = []
  /// Whether one of the answers came out of such a cache.
  private(set) var isHit = false

  /// The evidence in several answers for one URL; the later ones show what the first has put into the cache.
  init(_ answers: [HeaderFields]) {
    var names: Set<String> = []
    for fields in answers {
      for (name, value) in fields.fields {
        guard let verdict = Self.verdict(name, value.lowercased()) else { continue }
        names.insert(name)
        if verdict == .hit { isHit = true }
      }
    }
    evidence = names.sorted()
  }

  private enum Verdict { case seen, hit }

  /// Words with which caches begin to say that they had it.
  private static let hits = [
    "hit", "tcp_hit", "tcp_mem_hit", "refreshhit", "stale", "updating", "revalidated", "prerender",
  ]
  private static let servers = [
    "cloudflare", "cloudfront", "akamai", "fastly", "varnish", "netlify", "vercel", "keycdn", "bunnycdn", "azion",
  ]

  private static func verdict(_ name: String, _ value: String) -> Verdict? {
    switch name {
    case "cf-cache-status", "x-vercel-cache", "x-cache", "x-cache-status", "x-proxy-cache", "cdn-cache",
      "x-cache-lookup":
      let words = value.split(separator: ",").map(\.trimmed)
      return words.contains { word in hits.contains { word.hasPrefix($0) } } ? .hit : .seen
    case "cache-status": return isCacheStatusHit(value) ? .hit : .seen
    case "age": return Int(value.trimmed).map { $0 > 0 ? .hit : .seen }
    case "server-timing":
      guard let entry = value.split(separator: ",").first(where: { $0.trimmed.hasPrefix("cdn-cache") }) else {
        return nil
      }
      return entry.contains("hit") ? .hit : .seen
    case "x-served-by": return value.contains("cache") ? .seen : nil
    case "server": return servers.contains { value.contains($0) } ? .seen : nil
    case "via", "x-amz-cf-id", "x-amz-cf-pop", "cf-ray", "x-akamai-request-id", "x-vercel-id", "x-nf-request-id",
      "x-varnish", "cdn-cache-control", "x-fastly-request-id", "x-azure-ref", "cdn-requestid":
      return .seen
    default: return nil
    }
  }

  /// A member of the list carries the parameter `hit` (RFC 9211 section 2.1).
  private static func isCacheStatusHit(_ value: String) -> Bool {
    value.split(separator: ",").contains { member in
      member.split(separator: ";").dropFirst().contains { parameter in
        let text = parameter.trimmed
        return text == "hit" || text == "hit=?1"
      }
    }
  }
}
