import HTTPExchange

/// One answer of a site, with what else the tests of its header fields want to know.
struct ObservedAnswer: Sendable {
  /// What a request without TLS led to.
  enum PlainRoute: Sendable {
    /// Nobody asked: taken for the best, a redirect to https on the same host.
    case notAsked
    /// Nobody listens without TLS.
    case closed
    /// The URLs asked in order; one alone was answered in place.
    case led(through: [HTTPURL])

    /// Whether a visitor who begins without TLS ends with it, or cannot begin so.
    var endsEncrypted: Bool {
      switch self {
      case .notAsked, .closed: true
      case .led(let urls): urls.last?.scheme == .https
      }
    }
  }

  /// A request with an `Origin` field and what it was answered.
  struct CrossOriginAnswer: Sendable {
    var origin: String
    var fields: HeaderFields
  }

  /// Where the answer came from.
  var url: HTTPURL
  var status: Int
  var fields: HeaderFields
  /// The content; empty where there is none or it is not known.
  var content: [UInt8] = []
  /// Whether the server proved who it is; taken for granted where nobody looked.
  var isVerified = true
  var plain = PlainRoute.notAsked
  /// Nil: the fields of the answer itself answer a request from the Observatory's origin.
  var crossOrigin: CrossOriginAnswer?

  /// A name that somebody says is on the browsers' preload list, in lower case; nil for none.
  var preloadedName: String?
  /// The browsers' preload list, where somebody has it.
  var preloadList: PreloadList?

  /// Whether browsers ask `host` over TLS only, as far as is known. An entry of the list holds for the names below it
  /// too: the list takes none without `includeSubDomains`.
  func isPreloaded(_ host: String) -> Bool {
    if PreloadedDomains.contain(host) || preloadList?.contains(host) == true { return true }
    guard let preloadedName else { return false }
    return host == preloadedName || host.hasSuffix("." + preloadedName)
  }

  /// The origin from which the Observatory asks.
  static let observatoryOrigin = "https://http-observatory.security.mozilla.org"

  /// The value of all fields called `name` as a client joins them (RFC 9110 section 5.3); nil if there is none.
  func joined(_ name: String) -> String? {
    let values = fields[name]
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }

  /// The media type as the Observatory compares it: up to the `;`, as it stands.
  var rawMediaType: String { String((fields.first("content-type") ?? "").prefix { $0 != ";" }) }

  /// Whether the content may be HTML; an answer without a type may.
  var mayBeHTML: Bool { ["", "text/html", "application/xhtml+xml"].contains(rawMediaType) }

  /// The tags of the content that tests look at.
  var tags: [HTMLTags.Tag] {
    mayBeHTML ? HTMLTags.found(in: content, named: ["script", "meta"]) : []
  }
}

/// What `meta` elements say in the place of header fields.
struct MetaFields: Sendable {
  /// The policies, in order.
  private(set) var contentSecurityPolicies: [String] = []
  /// The last referrer policy.
  private(set) var referrerPolicy: String?

  init(_ tags: [HTMLTags.Tag]) {
    for tag in tags where tag.name == "meta" {
      let content = tag.attributes["content"]
      if let name = tag.attributes["http-equiv"], let content {
        if name.trimmed.lowercased() == "content-security-policy", !content.isEmpty {
          contentSecurityPolicies.append(content)
        }
      } else if tag.attributes["name"]?.trimmed.lowercased() == "referrer", let content, !content.isEmpty {
        referrerPolicy = content
      }
    }
  }
}
