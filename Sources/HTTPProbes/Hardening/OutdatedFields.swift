import HTTPExchange

/// Header fields that browsers have given up, or that do more harm than good.
enum OutdatedFields {
  private static let reasons: [String: String] = [
    "feature-policy": "renamed to Permissions-Policy",
    "public-key-pins": "no browser heeds it, and a mistake in it locked people out",
    "public-key-pins-report-only": "no browser heeds it",
    "expect-ct": "every certificate is logged today, and browsers have removed it",
    "x-content-security-policy": "an early name of Content-Security-Policy",
    "x-webkit-csp": "an early name of Content-Security-Policy",
    "p3p": "no browser reads it",
    "x-download-options": "read by Internet Explorer alone",
    "x-ua-compatible": "read by Internet Explorer alone",
    "content-security-policy-reporting": "never was a field",
    "warning": "removed from HTTP by RFC 9111",
  ]

  /// Each outdated field of `fields` once, with the reason, in order.
  static func found(in fields: HeaderFields) -> [(name: String, reason: String)] {
    var told: Set<String> = []
    return fields.fields.compactMap { name, value in
      guard let reason = reason(name, value, fields), told.insert(name).inserted else { return nil }
      return (name, reason)
    }
  }

  private static func reason(_ name: String, _ value: String, _ fields: HeaderFields) -> String? {
    switch name {
    case "x-xss-protection":
      value.hasPrefix("0") ? nil : "the filter it turns on can be made to break pages; leave it out or send 0"
    case "x-frame-options":
      value.lowercased().hasPrefix("allow-from") ? "browsers ignore ALLOW-FROM; frame-ancestors says it" : nil
    case "pragma":
      fields.first("cache-control") == nil ? "means nothing in an answer; Cache-Control does" : nil
    default: reasons[name]
    }
  }
}
