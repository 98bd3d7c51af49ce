import Facts
import HTTPExchange

/// Header fields as they may be recorded: bounded, and without what could serve as a credential.
enum RecordedFields {
  /// The most names that are kept.
  static let nameLimit = 100
  /// The most that is kept of one value, in Unicode scalars.
  static let valueLimit = 2048
  /// The most values that are kept of one name.
  private static let valuesPerName = 20
  private static let withheld = "[withheld]"

  /// Lower-case names with their values in order.
  static func facts(_ fields: HeaderFields, hiding redact: (String) -> String) -> JSONValue {
    var kept = JSONObject()
    for (name, value) in fields.fields {
      let name = redact(name).bounded(200)
      var values = kept[name]?.array ?? []
      guard kept[name] != nil || kept.count < nameLimit, values.count < valuesPerName else { continue }
      values.append(.string(redact(shown(name, value)).bounded(valueLimit)))
      kept[name] = .array(values)
    }
    return .object(kept)
  }

  private static func shown(_ name: String, _ value: String) -> String {
    switch name {
    case "set-cookie": withoutValue(cookie: value)
    case "authorization", "proxy-authorization", "authentication-info", "cookie": withheld
    default: value
    }
  }

  /// The cookie's name and its attributes (RFC 6265 section 4.1.1).
  private static func withoutValue(cookie: String) -> String {
    let parts = cookie.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
    guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { return withheld }
    return "\(pair[..<equals])=\(withheld)" + (parts.count > 1 ? ";\(parts[1])" : "")
  }
}
