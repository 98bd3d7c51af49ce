package import Facts

/// JSONPath as scripts write it.
package enum CaptureQuery {
  /// The query; one that does not begin with `$` begins there.
  package static func path(_ text: String) throws(JSONPath.SyntaxError) -> JSONPath {
    let text = text.trimmedOfSpaces
    if text.hasPrefix("$") { return try JSONPath(text) }
    return try JSONPath(text.hasPrefix("[") ? "$\(text)" : "$.\(text)")
  }
}

/// Regular expressions as scripts write them.
package enum CapturePattern {
  /// The compiled pattern with the flags of JavaScript; nil where it cannot be read.
  package static func regex(_ pattern: String, flags: String) -> Regex<AnyRegexOutput>? {
    guard pattern.utf8.count <= 4096, var regex = try? Regex(pattern) else { return nil }
    if flags.contains("i") { regex = regex.ignoresCase() }
    if flags.contains("s") { regex = regex.dotMatchesNewlines() }
    if flags.contains("m") { regex = regex.anchorsMatchLineEndings() }
    return regex
  }
}
