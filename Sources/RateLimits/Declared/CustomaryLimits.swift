import RawStructuredFieldValues

/// `X-RateLimit-*` and its relatives: what everybody does, each in a way of their own.
enum CustomaryLimits {
  private static let prefixes = ["x-ratelimit-", "x-rate-limit-"]

  /// The words by which gateways name a window, with its length in seconds.
  private static let spans: [(word: String, seconds: Double)] = [
    ("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400), ("month", 2_592_000), ("year", 31_536_000),
  ]

  /// Nil where none of the fields can be read. `now`, in seconds since 1970, is what points in time are taken against.
  static func read(_ fields: FieldLines, now: Double?) -> Declaration.Reading? {
    let readings = [plain(fields, now: now), bySpan(fields), byWhat(fields, now: now), cloud(fields)]
    return readings.lazy.compactMap { $0 }.first
  }

  /// The policies of a value such as `100, 100;w=60;burst=1000` or `10, 10;w=1;name="per second"`; the limit alone without
  /// any.
  static func policies(_ text: String) -> [Declaration.Policy] {
    let items = StructuredLimits.list(text) ?? []
    guard items.count > 1 || items.contains(where: { $0.rfc9651Parameters.count > 0 }) else {
      return Figure.leadingCount(text).map { [Declaration.Policy(quota: $0)] } ?? []
    }
    let listed = StructuredLimits.policies(text, limit: nil)
    let detailed = listed.filter { $0.windowSeconds != nil || $0.burst != nil || $0.name != nil }
    return detailed.isEmpty ? Array(listed.prefix(1)) : detailed
  }

  // MARK: The dialects

  /// `X-RateLimit-Limit`, `-Remaining`, `-Reset`, `-Reset-After`, `-Used`, `-Resource`, `-Bucket`, `-Window`.
  private static func plain(_ fields: FieldLines, now: Double?) -> Declaration.Reading? {
    func field(_ name: String) -> String? { fields.first(of: prefixes.map { $0 + name }) }
    let limit = prefixes.lazy.compactMap { fields.joined($0 + "limit") }.first
    let remaining = field("remaining").flatMap(Figure.leadingCount)
    let after = (field("reset-after") ?? field("retry-after")).flatMap(Figure.duration)
    let reset = after.map { Reset(seconds: $0, isAbsolute: false) } ?? field("reset").flatMap { Reset($0, now: now) }
    let used = field("used").flatMap(Figure.leadingCount)
    var policies = limit.map(policies) ?? []
    if policies.isEmpty { policies = gateway(fields)?.policies ?? [] }
    guard !policies.isEmpty || remaining != nil || reset != nil else { return nil }
    let name = field("resource") ?? field("bucket") ?? field("policy")
    if policies.count == 1, policies[0].name == nil {
      policies[0].name = name
      policies[0].windowSeconds = policies[0].windowSeconds ?? field("window").flatMap(Figure.duration)
    }
    let standing = Declaration.Standing(
      name: policies.count == 1 ? policies[0].name : nil, remaining: remaining, resetSeconds: reset?.seconds,
      isAbsolute: reset?.isAbsolute ?? false)
    return Declaration.Reading(
      form: .customary, policies: policies, standings: remaining == nil && reset == nil ? [] : [standing], used: used)
  }

  /// Kong: `X-RateLimit-Limit-Minute: 100`, `X-RateLimit-Remaining-Minute: 99`.
  private static func bySpan(_ fields: FieldLines) -> Declaration.Reading? {
    var reading = Declaration.Reading(form: .customary)
    for (word, seconds) in spans {
      let quota = fields.first(of: prefixes.map { $0 + "limit-" + word }).flatMap(Figure.leadingCount)
      let remaining = fields.first(of: prefixes.map { $0 + "remaining-" + word }).flatMap(Figure.leadingCount)
      if let quota {
        reading.policies.append(Declaration.Policy(name: word, quota: quota, windowSeconds: seconds))
      }
      if let remaining { reading.standings.append(Declaration.Standing(name: word, remaining: remaining)) }
    }
    return reading.policies.isEmpty && reading.standings.isEmpty ? nil : reading
  }

  /// By what is counted: `x-ratelimit-limit-requests: 60`, `x-ratelimit-reset-tokens: 6m0s`.
  private static func byWhat(_ fields: FieldLines, now: Double?) -> Declaration.Reading? {
    var reading = Declaration.Reading(form: .customary)
    for (what, value) in prefixes.flatMap({ fields.beginning(with: $0 + "limit-") }).prefix(16) {
      guard let quota = Figure.leadingCount(value) else { continue }
      reading.policies.append(Declaration.Policy(name: what, quota: quota, unit: what))
    }
    for (what, value) in prefixes.flatMap({ fields.beginning(with: $0 + "remaining-") }).prefix(16) {
      guard let remaining = Figure.leadingCount(value) else { continue }
      let reset = fields.first(of: prefixes.map { $0 + "reset-" + what }).flatMap { Reset($0, now: now) }
      reading.standings.append(
        Declaration.Standing(
          name: what, remaining: remaining, resetSeconds: reset?.seconds, isAbsolute: reset?.isAbsolute ?? false))
    }
    return reading.policies.isEmpty && reading.standings.isEmpty ? nil : reading
  }

  /// Spring Cloud Gateway: the most in one second, and how many come back in one.
  private static func gateway(_ fields: FieldLines) -> Declaration.Reading? {
    let capacity = fields.first("x-ratelimit-burst-capacity").flatMap(Figure.leadingCount)
    let rate = fields.first("x-ratelimit-replenish-rate").flatMap(Figure.leadingCount)
    guard let quota = rate ?? capacity else { return nil }
    return Declaration.Reading(
      form: .customary,
      policies: [Declaration.Policy(quota: quota, windowSeconds: 1, burst: rate == nil ? nil : capacity)])
  }

  /// Azure: `x-ms-ratelimit-remaining-subscription-reads: 11999`, and lists of `resource;count`. Shopify: `32/40`.
  private static func cloud(_ fields: FieldLines) -> Declaration.Reading? {
    var reading = Declaration.Reading(form: .customary)
    for (what, value) in fields.beginning(with: "x-ms-ratelimit-remaining-").prefix(16) {
      if let remaining = Figure.leadingCount(value) {
        reading.standings.append(Declaration.Standing(name: what, remaining: remaining))
        continue
      }
      for part in value.split(separator: ",").prefix(16) {
        let pair = part.split(separator: ";", maxSplits: 1)
        guard pair.count == 2, let remaining = Figure.leadingCount(String(pair[1])) else { continue }
        reading.standings.append(Declaration.Standing(name: Blanks.trimmed(pair[0]), remaining: remaining))
      }
    }
    if let pair = fields.first("x-shopify-shop-api-call-limit")?.split(separator: "/"), pair.count == 2,
      let used = Figure.leadingCount(String(pair[0])), let quota = Figure.leadingCount(String(pair[1]))
    {
      reading.policies.append(Declaration.Policy(quota: quota))
      reading.standings.append(Declaration.Standing(remaining: max(0, quota - used)))
      reading.used = used
    }
    return reading.policies.isEmpty && reading.standings.isEmpty ? nil : reading
  }
}

/// When there will be more, in one of the ways in which `X-RateLimit-Reset` is written.
struct Reset {
  /// From now; nil where it is a point in time and the clock is not known.
  var seconds: Double?
  var isAbsolute: Bool

  init(seconds: Double?, isAbsolute: Bool) {
    self.seconds = seconds
    self.isAbsolute = isAbsolute
  }

  /// Above 10^12 milliseconds since 1970, above 10^9 seconds since 1970; a date; else seconds from now. Nil for nonsense.
  init?(_ text: String, now: Double?) {
    let text = Blanks.trimmed(text)
    if let number = Figure.decimal(text) {
      switch number {
      case 1e12...: self.init(at: number / 1000, now: now)
      case 1e9...: self.init(at: number, now: now)
      default: self.init(seconds: number, isAbsolute: false)
      }
    } else if let date = HTTPDate.seconds(text) ?? HTTPDate.timestamp(text) {
      self.init(at: date, now: now)
    } else if let duration = Figure.duration(text) {
      self.init(seconds: duration, isAbsolute: false)
    } else {
      return nil
    }
  }

  private init(at moment: Double, now: Double?) {
    self.init(seconds: now.map { max(0, moment - $0) }, isAbsolute: true)
  }
}
