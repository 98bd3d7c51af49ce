package import Facts

/// JSONPath as scripts write it.
package enum CaptureQuery {
  /// The query; one that does not begin with `$` begins there.
  ///
  /// Scripts are written for an older dialect: after a point it takes numbers (`$.rows.0`) and any name without points
  /// and brackets (`$.data.list-name`), and it counts from the end with `[(@.length-1)]`.
  package static func path(_ text: String) throws(JSONPath.SyntaxError) -> JSONPath {
    var text = text.trimmedOfSpaces
    if !text.hasPrefix("$") { text = text.hasPrefix("[") ? "$\(text)" : "$.\(text)" }
    do throws(JSONPath.SyntaxError) {
      return try JSONPath(text)
    } catch {
      guard let path = translated(text).flatMap({ try? JSONPath($0) }) else { throw error }
      return path
    }
  }

  /// A query of the older dialect in the words of RFC 9535; nil where it holds what has none there.
  private static func translated(_ text: String) -> String? {
    var result = "$"
    var rest = text.dropFirst()
    while let first = rest.first {
      if first == "[" {
        guard let end = bracketEnd(of: rest) else { return nil }
        result += bracket(String(rest[rest.index(after: rest.startIndex)..<end]))
        rest = rest[rest.index(after: end)...]
        continue
      }
      guard first == "." else { return nil }
      let points = rest.prefix { $0 == "." }
      rest = rest.dropFirst(points.count)
      guard points.count <= 2 else { return nil }
      if rest.first == "[", points.count == 2 {
        result += ".."
        continue
      }
      let segment = rest.prefix { $0 != "." && $0 != "[" }
      guard !segment.isEmpty, !segment.contains(where: { "()^~@`'\"\\]?".contains($0) }) else { return nil }
      rest = rest.dropFirst(segment.count)
      let descent = points.count == 2 ? ".." : ""
      if segment == "*" {
        result += points.count == 2 ? "..*" : ".*"
      } else if segment.utf8.count <= 9, segment.allSatisfy({ $0.isASCII && $0.isNumber }), let index = Int(segment) {
        // In a list it is an element, in an object a member.
        result += "\(descent)[\(index),'\(segment)']"
      } else {
        result += "\(descent)['\(segment)']"
      }
    }
    return result
  }

  /// Where the bracket that `text` begins with is closed.
  private static func bracketEnd(of text: Substring) -> Substring.Index? {
    var depth = 0
    var quote: Character?
    var isEscaped = false
    for index in text.indices {
      let character = text[index]
      if let open = quote {
        if isEscaped {
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else if character == open {
          quote = nil
        }
      } else if character == "'" || character == "\"" {
        quote = character
      } else if character == "[" {
        depth += 1
      } else if character == "]" {
        depth -= 1
        if depth == 0 { return index }
      }
    }
    return nil
  }

  /// `(@.length-2)` as `-2`; everything else as it is.
  private static func bracket(_ inside: String) -> String {
    let bare = inside.filter { $0 != " " }
    guard bare.hasPrefix("(@.length-"), bare.hasSuffix(")"),
      let back = Int(bare.dropFirst("(@.length-".count).dropLast()), back > 0
    else { return "[\(inside)]" }
    return "[-\(back)]"
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
