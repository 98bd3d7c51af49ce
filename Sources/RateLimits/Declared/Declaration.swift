/// What the header fields of one response say about rate limits.
package struct Declaration: Sendable {
  /// The grammar they are written in.
  package enum Form: String, Sendable, CaseIterable {
    /// `RateLimit-Policy: "burst";q=100;w=60` and `RateLimit: "burst";r=50;t=30`: draft-ietf-httpapi-ratelimit-headers-08 and
    /// later, lists of strings.
    case structured = "ietf-list"
    /// `RateLimit: limit=100, remaining=50, reset=30`: version 07 of the draft, a dictionary.
    case dictionary = "ietf-dictionary"
    /// `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`: up to version 06 of the draft.
    case separate = "ietf-fields"
    /// `X-RateLimit-*` and its relatives, which no specification describes.
    case customary = "x-ratelimit"
    /// `Retry-After` alone (RFC 9110 section 10.2.3).
    case retryAfter = "retry-after"
    /// Nothing usable.
    case none
  }

  /// One limit that is said to hold.
  package struct Policy: Sendable, Hashable {
    /// Its name; nil where the grammar has none.
    package var name: String?
    /// How much is allowed in a window; nil if that is not said.
    package var quota: Int?
    /// The window in seconds; nil if that is not said.
    package var windowSeconds: Double?
    /// What is counted: `requests` unless said otherwise.
    package var unit = "requests"
    /// What may come at once beyond the quota; nil if that is not said.
    package var burst: Int?
    /// Whether the limit belongs to a partition, such as one client's.
    package var isPartitioned = false
  }

  /// What is left of one limit.
  package struct Standing: Sendable, Hashable {
    /// The policy's name; nil where the grammar has none.
    package var name: String?
    /// How much is left; nil if that is not said.
    package var remaining: Int?
    /// In how many seconds there will be more; nil if that is not said, or said against an unknown clock.
    package var resetSeconds: Double?
    /// Whether the reset was given as a point in time.
    package var isAbsolute = false
  }

  /// The grammar of what follows.
  package var form = Form.none
  /// All grammars that the response uses.
  package var forms: [Form] = []
  /// The limits.
  package var policies: [Policy] = []
  /// What is left of them.
  package var standings: [Standing] = []
  /// In how many seconds a request may be tried again, from `Retry-After`.
  package var retryAfterSeconds: Double?
  /// Requests already counted, where that is said.
  package var used: Int?

  /// What is left of the tightest limit.
  package var tightest: Standing? {
    standings.min { left, right in
      (left.remaining ?? .max, -(left.resetSeconds ?? 0)) < (right.remaining ?? .max, -(right.resetSeconds ?? 0))
    }
  }

  /// How much is left of the tightest limit; nil if that is not said.
  package var remaining: Int? { tightest?.remaining }

  /// In how many seconds there will be more.
  ///
  /// `Retry-After` has precedence over the parameter `t` of the draft; where nothing else is said, it is all there is.
  package var resetSeconds: Double? {
    if form == .structured, let retryAfterSeconds { return retryAfterSeconds }
    return tightest?.resetSeconds ?? retryAfterSeconds
  }

  /// The policy in requests that the tightest limit is about, or the first with a quota.
  package var mainPolicy: Policy? {
    let counted = policies.filter { $0.quota != nil && $0.unit == "requests" }
    if let name = tightest?.name, let named = counted.first(where: { $0.name == name }) { return named }
    return counted.first
  }

  /// Reads the fields of a response.
  ///
  /// Points in time are taken against the response's own `Date`, or against `received`, in seconds since 1970, where it has
  /// none. What is malformed counts as absent.
  package init(_ fields: FieldLines, received: Double? = nil) {
    let now = fields.first("date").flatMap(HTTPDate.seconds) ?? received
    retryAfterSeconds = fields.first("retry-after").flatMap { RetryAfter.seconds($0, now: now) }
    let readings: [Reading?] = [
      StructuredLimits.read(fields), StructuredLimits.readDictionary(fields), SeparateLimits.read(fields),
      CustomaryLimits.read(fields, now: now),
    ]
    let found = readings.compactMap { $0 }
    forms = found.map(\.form) + (retryAfterSeconds == nil ? [] : [.retryAfter])
    form = forms.first ?? .none
    if let first = found.first {
      (policies, standings, used) = (first.policies, first.standings, first.used)
    }
  }

  /// What one grammar yields.
  struct Reading {
    var form: Form
    var policies: [Policy] = []
    var standings: [Standing] = []
    var used: Int?
  }
}
