import Facts

/// The encoders of TAP 14.
enum TAPText {
  /// `raw` as a description or reason: one line, in which `#` starts no directive and `\` escapes nothing.
  static func description(_ raw: String) -> String {
    let text = Untrusted.line(raw, limit: 1 << 10)
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "#" || scalar == "\\" { escaped.append("\\") }
      escaped.append(scalar)
    }
    return String(escaped)
  }

  /// `value` on one line, as JSON: every JSON document is YAML 1.2, but for characters that YAML wants escaped.
  static func yaml(_ value: JSONValue) -> String {
    let text = String(decoding: InertJSON.bytes(of: Array(JSONText.compact(value).utf8)), as: UTF8.self)
    guard text.unicodeScalars.contains(where: { $0.value == 0xFEFF }) else { return text }
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      // A byte order mark may stand at the start of a stream and nowhere else (YAML 1.2.2 section 5.2).
      if scalar.value == 0xFEFF {
        escaped.append(contentsOf: "\\ufeff".unicodeScalars)
      } else {
        escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}
